"""The BigCommerce dialect: product images of the v2 API (contract: bigcommerce)."""

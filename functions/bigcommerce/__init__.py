"""BigCommerce v2 product images (seed; contract: bigcommerce)."""

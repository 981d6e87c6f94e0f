"""The Evotor dialect: product images of the Cloud API v2 (contract: evotor)."""

"""The OpenMage dialect: product images of the REST API (contract: openmage)."""

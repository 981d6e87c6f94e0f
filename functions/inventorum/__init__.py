"""The Inventorum dialect: images of the library (contract: inventorum)."""

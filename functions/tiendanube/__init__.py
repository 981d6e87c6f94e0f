"""The Tiendanube (Nuvemshop) dialect: product images (contract: tiendanube)."""

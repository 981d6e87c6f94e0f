"""Tiendanube's (Nuvemshop's) product images (seed; contract: tiendanube)."""

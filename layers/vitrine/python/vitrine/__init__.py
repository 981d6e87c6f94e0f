"""Vitrine: product images of a shop, spoken in several platforms' dialects over one catalogue."""

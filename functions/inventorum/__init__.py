"""Inventorum images (seed; contract: inventorum)."""

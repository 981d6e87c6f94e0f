"""Evotor's product images (Cloud API v2), as its document describes them."""

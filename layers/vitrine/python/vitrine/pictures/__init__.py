"""Bytes of pictures: looked at, cleaned of metadata, resized; no storage."""

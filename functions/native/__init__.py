"""Vitrine's own HTTP API, the dialect `vitrine`: one module per endpoint (contract: vitrine)."""

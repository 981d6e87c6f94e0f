"""Authentication: bearer tokens and OAuth 1.0a signatures, and the shop that a caller may use."""

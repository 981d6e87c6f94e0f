"""Who calls: credentials, tokens, and the shop they open."""

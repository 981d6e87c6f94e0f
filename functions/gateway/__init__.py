"""What the gateway has no route for, and which dialects there are."""

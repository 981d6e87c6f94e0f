"""The HTTP edge: gateway events, answers, and the decorator that every handler passes through."""

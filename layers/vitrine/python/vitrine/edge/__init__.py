"""Where HTTP meets us: gateway events, answers, and the decorator no handler can skip."""

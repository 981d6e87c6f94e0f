"""The list of dialects, and the function of the gateway's `$default` route."""

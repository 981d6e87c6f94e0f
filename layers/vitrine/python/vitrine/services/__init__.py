"""The order of steps of each use of the catalogue: no HTTP, no dialect words."""

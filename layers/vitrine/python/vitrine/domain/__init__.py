"""Pure rules of the catalogue: frozen values and functions, no I/O, no wire names."""

"""The `vitrine` command: a shop's stack on this machine, and the operator's tools."""

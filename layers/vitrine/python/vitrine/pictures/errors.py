"""What is wrong with bytes."""


class DamagedError(Exception):
    """The bytes break off, or break the rules of the format they begin as."""

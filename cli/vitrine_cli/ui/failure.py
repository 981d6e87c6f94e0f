"""The error that ends a command with one sentence and no traceback."""


class FailureError(Exception):
    """A command cannot continue. The message states the cause and, where possible, the remedy."""

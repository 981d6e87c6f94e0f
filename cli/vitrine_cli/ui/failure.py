"""The error that ends a command with one sentence and no traceback."""


class FailureError(Exception):
    """A command cannot continue. The message states the cause and, where possible, the remedy."""


class UsageError(FailureError):
    """An option or an argument has a value that it cannot have, or contradicts another one."""


class UnwritableError(FailureError):
    """A file of this machine cannot be written, such as on a full disk."""


class UnfinishedError(FailureError):
    """A command ended in the midst of its work, and can continue."""

"""What stops a command: one sentence for a person, no traceback."""


class FailureError(Exception):
    """A command cannot go on; its text says why and what to do, in one sentence."""

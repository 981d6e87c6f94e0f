"""Validation errors of several fields, collected and answered together.

Contract: tiendanube §4, inventorum §4.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from vitrine.domain.errors import VitrineError


class InvalidValueError(Exception):
    """The value of one field is invalid; `collecting` notes the message."""


class InvalidFieldsError(VitrineError):
    """One or more fields of a readable body are invalid.

    Attributes:
        messages: what is wrong, by field, in the order of the contract.
    """

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = messages


@contextmanager
def collecting(messages: dict[str, str], field: str) -> Iterator[None]:
    """Note in `messages` what the block finds wrong with a field, and continue after the block."""
    try:
        yield
    except InvalidValueError as invalid:
        messages[field] = str(invalid)

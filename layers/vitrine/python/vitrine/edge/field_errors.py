"""Fields that are refused one by one and told together (contract: tiendanube §4, inventorum §4)."""

from collections.abc import Iterator
from contextlib import contextmanager


class RefusedError(Exception):
    """One field holds what it cannot."""


@contextmanager
def collecting(refusals: dict[str, str], field: str) -> Iterator[None]:
    """Note what is wrong with a field, should the block find something."""
    try:
        yield
    except RefusedError as refused:
        refusals[field] = str(refused)

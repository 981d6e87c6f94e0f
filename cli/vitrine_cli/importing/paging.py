"""Lists that come page by page, from servers that may repeat themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from vitrine_cli.ui.failure import FailureError

_IDLE_PAGES = 3
"""Pages in a row without anything new, after which a list that names a next page is given up."""


class Identified(Protocol):
    """An entry of a list."""

    @property
    def id(self) -> str:
        """Its id, which no other entry has."""


Entry = TypeVar("Entry", bound=Identified)


@dataclass
class Seen:
    """What a list has brought so far.

    A server that ignores the number of a page, or replaces it by that of the last page, answers
    with the same entries for ever.
    """

    _ids: set[str] = field(default_factory=set, init=False)
    _idle: int = field(default=0, init=False)

    def new(self, page: Sequence[Entry]) -> list[Entry]:
        """The entries of the next page that no page before had."""
        found = [each for each in page if each.id not in self._ids]
        self._ids.update(each.id for each in page)
        self._idle = 0 if found else self._idle + 1
        return found

    def require_progress(self, host: str) -> None:
        """Check that a list of this host, which names a next page, still brings something.

        Raises:
            FailureError: it does not.
        """
        if self._idle >= _IDLE_PAGES:
            raise FailureError(
                f"The list of {host} does not end: its last {self._idle} pages brought nothing new."
            )


def numbered(
    first: int, read: Callable[[int], tuple[Sequence[Entry], bool]]
) -> Iterator[tuple[list[Entry], int | None]]:
    """The pages of a list with numbers, each with the number of the next one.

    An entry that an earlier page had is left out; a page that brings nothing new is the last one.

    Args:
        first: the number to begin with.
        read: the entries of the page with a number, and whether others follow it.
    """
    number, seen = first, Seen()
    following: int | None = first
    while following is not None:
        listed, more = read(number)
        new = seen.new(listed)
        number += 1
        following = number if more and new else None
        yield new, following

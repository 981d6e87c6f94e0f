"""Answers that come in pages, asked for as boto3's paginators do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Paginator:
    """Repeats a call as long as its answers say that there is more.

    Args:
        call: asks for one page.
        more: the field of an answer that tells where the next page begins.
        start: the argument that tells so in the next call.
    """

    def __init__(self, call: Callable[..., Mapping[str, Any]], more: str, start: str) -> None:
        self._call = call
        self._more = more
        self._start = start

    def paginate(self, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Each page, asked for when the one before has been used."""
        while True:
            page = self._call(**arguments)
            yield page
            if not page.get(self._more):
                return
            arguments[self._start] = page[self._more]

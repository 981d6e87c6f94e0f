"""Invalidating the CDN's copies of what was unpublished, collected over a minute."""

from collections.abc import Sequence
from dataclasses import replace

from vitrine.domain.errors import ThrottledError
from vitrine.domain.invalidations import Unpublished, select
from vitrine.ports import Cdn, Galleries

MOST_TRIES = 360
"""How often an invalidation is put off, by a minute each time, before it fails."""


def invalidate(
    galleries: Galleries, cdn: Cdn, reference: str, unpublished: Sequence[Unpublished]
) -> str | None:
    """Have the CDN forget what was unpublished, by one invalidation.

    What it cannot cover, or all while the CDN has too many invalidations in progress, is noted
    again: the table's stream then reports it a minute later, with what was unpublished meanwhile.

    Args:
        galleries: the records in whose flags that is noted.
        cdn: the CDN.
        reference: the same for repeated requests, which then are one.
        unpublished: what was unpublished.

    Returns:
        The id of the invalidation; None if all of it was put off.

    Raises:
        ThrottledError: the CDN has had too many invalidations in progress `MOST_TRIES` times.
        ConflictError: another writer is changing a flag; retry.
    """
    selected = select(unpublished)
    left, invalidation = selected.left, None
    try:
        invalidation = cdn.invalidate(reference, selected.paths)
    except ThrottledError:
        if any(each.tries >= MOST_TRIES for each in unpublished):
            raise
        left = tuple(unpublished)
    for each in left:
        galleries.note_unpublished(replace(each, tries=each.tries + 1))
    return invalidation

"""Invalidating the CDN's copies of what was unpublished, collected over a minute."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from vitrine.domain.errors import ThrottledError
from vitrine.domain.invalidations import PATIENCE, Unpublished, put_off, select
from vitrine.ports import Cdn, Galleries
from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class Invalidated:
    """What became of pictures that were unpublished.

    Attributes:
        id: the invalidation's id; None if all of it was put off.
        paths: how many paths it has, by the id of the shop.
        put_off: how many paths were put off, by the id of the shop.
    """

    id: str | None
    paths: Mapping[str, int]
    put_off: Mapping[str, int]


def invalidate(
    galleries: Galleries,
    cdn: Cdn,
    reference: str,
    unpublished: Sequence[Unpublished],
    now: datetime,
) -> Invalidated:
    """Have the CDN forget what was unpublished, by one invalidation.

    What it cannot cover, or all while the CDN has too many invalidations in progress, is noted
    again: the table's stream then reports it a minute later, with what was unpublished meanwhile.

    Args:
        galleries: the records in whose flags that is noted.
        cdn: the CDN.
        reference: the same for repeated requests, which then are one.
        unpublished: what was unpublished, in the order of the stream.
        now: the current time, UTC.

    Raises:
        ThrottledError: the CDN has had too many invalidations in progress for `PATIENCE`.
        ConflictError: another writer is changing a flag; retry.
    """
    selected = select(unpublished)
    invalidation, shops, left = None, selected.shops, selected.left
    try:
        invalidation = cdn.invalidate(reference, selected.paths)
    except ThrottledError:
        if any(now - each.since >= PATIENCE for each in unpublished if each.since):
            raise
        shops, left = {}, tuple(unpublished)
    notes = put_off(left)
    for each in notes:
        galleries.note_unpublished(each)
    return Invalidated(
        id=invalidation,
        paths={shop: len(paths) for shop, paths in shops.items()},
        put_off={each.shop: len(each.paths) for each in notes},
    )

"""Invalidations: the URL paths whose copies the CDN deletes.

A delete leaves copies in the CDN for up to a year, because no public URL changes its meaning
(docs/architecture.md D6). Take-downs invalidate them. So do deletions in a shop whose setting
`cdn.invalidate` is `yes`: what they unpublish is collected, and invalidated together (D46).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from vitrine.domain.locations import OriginalAddress, cdn_path, shop_cdn_path
from vitrine.domain.manifests import picture_of
from vitrine.records import dataclass

MOST_PATHS = 15
"""How many paths that end with `*` CloudFront invalidates at a time."""
PATIENCE = timedelta(hours=6)
"""How long an invalidation is put off before it fails: as long as Lambda repeats other events."""

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unpublished:
    """Public pictures of a shop that were deleted, and that the CDN may still have.

    Attributes:
        shop: id of the shop.
        image: id of the image that is flagged; if these were put off, one of their images.
        paths: the CDN's paths of these pictures.
        since: when the first of them was noted, UTC, milliseconds; None before.
    """

    shop: str
    image: int
    paths: frozenset[str]
    since: datetime | None = None

    @property
    def order(self) -> datetime:
        """What sorts the longest waiting first."""
        return self.since or _LAST


@dataclass(frozen=True, slots=True)
class Selection:
    """What one invalidation covers.

    Attributes:
        shops: the CDN's paths by the id of the shop, at most `MOST_PATHS` together.
        left: what the next invalidation has to cover.
    """

    shops: Mapping[str, frozenset[str]]
    left: tuple[Unpublished, ...] = ()

    @property
    def paths(self) -> list[str]:
        """All paths, sorted."""
        return sorted(path for paths in self.shops.values() for path in paths)


def unpublished_paths(address: OriginalAddress, keys: Iterable[str]) -> frozenset[str]:
    """The CDN's paths of public keys that were deleted because bytes are no longer stored.

    One path covers all renditions, one the full size, and one each picture with a file name. The
    CDN chooses formats by extending a path, and so are manifests named.

    Args:
        address: the address of the bytes.
        keys: keys of their pictures and manifests, and of named pictures of the same image.

    Returns:
        The paths; none if there are no keys.
    """
    shown = {picture_of(key) or key for key in keys}
    full_sizes = shown & address.full_size_keys
    named = {each for each in shown - full_sizes if not each.startswith(address.renditions_prefix)}
    stems = {each.rpartition(".")[0] + "." for each in full_sizes}
    # The renditions may be missing among the keys: an attempt that failed has deleted them.
    starts = {address.renditions_prefix, *stems, *named} if shown else set()
    return frozenset(map(cdn_path, starts))


def select(unpublished: Sequence[Unpublished], most: int = MOST_PATHS) -> Selection:
    """What one invalidation covers of all that was unpublished.

    If there are too many paths, those of the shop that has the most become one: the folder of the
    shop, whose other pictures the CDN then fetches again. Shops that wait longest go first.

    Args:
        unpublished: what was unpublished, of any shops.
        most: how many paths an invalidation may have.
    """
    paths: dict[str, frozenset[str]] = {}
    for each in sorted(unpublished, key=lambda each: each.order):
        paths[each.shop] = _needed(each.shop, paths.get(each.shop, frozenset()) | each.paths)
    while sum(map(len, paths.values())) > most:
        largest = max(paths, key=lambda shop: len(paths[shop]))
        if len(paths[largest]) == 1:
            break
        paths[largest] = frozenset({shop_cdn_path(largest)})
    shops = [*paths][:most] if sum(map(len, paths.values())) > most else [*paths]
    return Selection(
        shops={shop: paths[shop] for shop in shops},
        left=tuple(each for each in unpublished if each.shop not in shops),
    )


def put_off(unpublished: Iterable[Unpublished]) -> list[Unpublished]:
    """What to note again of what the CDN cannot take now: one note for each shop.

    Notes of single images would fill a batch of the stream, which Lambda delivers without waiting.

    Args:
        unpublished: what is left, in the order of the stream.
    """
    notes: dict[str, Unpublished] = {}
    for each in unpublished:
        before = notes.get(each.shop, each)
        paths = _needed(each.shop, before.paths | each.paths)
        if len(paths) > MOST_PATHS:
            paths = frozenset({shop_cdn_path(each.shop)})
        # The latest image: its flag expires last.
        since = min(before.order, each.order)
        notes[each.shop] = replace(each, paths=paths, since=None if since == _LAST else since)
    return [*notes.values()]


def _needed(shop: str, paths: frozenset[str]) -> frozenset[str]:
    """The paths of a shop without those that its folder, if it is among them, covers."""
    folder = frozenset({shop_cdn_path(shop)})
    return folder if folder <= paths else paths

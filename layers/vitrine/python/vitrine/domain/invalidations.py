"""Invalidations: the URL paths whose copies the CDN deletes.

A delete leaves copies in the CDN for up to a year, because no public URL changes its meaning
(docs/architecture.md D6). Take-downs invalidate them. So do deletions in a shop whose setting
`cdn.invalidate` is `yes`: what they unpublish is collected, and invalidated together (D46).
"""

from collections.abc import Iterable, Sequence

from vitrine.domain.locations import OriginalAddress, cdn_path, shop_cdn_path
from vitrine.domain.manifests import picture_of
from vitrine.records import dataclass

MOST_PATHS = 15
"""How many paths that end with `*` CloudFront invalidates at a time."""


@dataclass(frozen=True, slots=True)
class Unpublished:
    """Public pictures of one gallery image that were deleted, and that the CDN may still have.

    Attributes:
        shop: id of the shop.
        image: id of the image.
        paths: the CDN's paths of these pictures.
        tries: how often their invalidation was put off.
    """

    shop: str
    image: int
    paths: frozenset[str]
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """What one invalidation covers.

    Attributes:
        paths: at most `MOST_PATHS` of the CDN's paths, sorted.
        left: what the next invalidation has to cover.
    """

    paths: tuple[str, ...]
    left: tuple[Unpublished, ...] = ()


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
    shop, whose other pictures the CDN then fetches again. What was put off most often goes first.

    Args:
        unpublished: what was unpublished, of any shops.
        most: how many paths an invalidation may have.
    """
    waiting = sorted(unpublished, key=lambda each: -each.tries)
    paths: dict[str, frozenset[str]] = {}
    for each in waiting:
        paths[each.shop] = paths.get(each.shop, frozenset()) | each.paths
    while sum(map(len, paths.values())) > most:
        largest = max(paths, key=lambda shop: len(paths[shop]))
        if len(paths[largest]) == 1:
            break
        paths[largest] = frozenset({shop_cdn_path(largest)})
    shops = [*paths][:most] if sum(map(len, paths.values())) > most else [*paths]
    return Selection(
        paths=tuple(sorted(path for shop in shops for path in paths[shop])),
        left=tuple(each for each in unpublished if each.shop not in shops),
    )

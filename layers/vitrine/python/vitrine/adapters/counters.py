"""The counters of a shop's images and bytes, in DynamoDB.

Each transaction that adds or removes images updates one of ten items, so that writers of one shop
rarely meet at the same item. A counter's value is the sum over the ten items.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import key, serialize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vitrine.adapters.table import Item
    from vitrine.domain.gallery_change import GalleryChange
    from vitrine.domain.images import Original
    from vitrine.domain.usage import Usage

PREFIX = "COUNT#"
EXACT = "exact"
"""The attribute of the first item that holds when the counters began to be exact."""
_SHARDS = 10
CHANGES = "changes"
"""How often an item was updated: a recount notices every writer by it."""


def count_change(change: GalleryChange) -> dict[str, Any] | None:
    """The update of the counters, as part of a change's transaction; None if they stay."""
    growth: dict[str, int] = defaultdict(int)
    leaving = (*change.removed, *change.retired)
    replaced = [pair for pair in change.changed if pair[0].original != pair[1].original]
    for image in (*leaving, *(before for before, _ in replaced)):
        _count_live(growth, image.original, -1)
    for image in (*change.added, *(after for _, after in replaced)):
        _count_live(growth, image.original, 1)
    for image in change.retired:
        _count(growth, "kept_", image.original, 1)
    if not any(growth.values()):
        return None
    shard = next(iter((*change.added, *leaving, *(after for _, after in replaced)))).id
    return _update(change.shop, shard, growth)


def count_purged(shop: str, image: int, original: Original) -> dict[str, Any]:
    """The update of the counters, as part of the transaction that forgets a retired image."""
    growth: dict[str, int] = defaultdict(int)
    _count(growth, "kept_", original, -1)
    return _update(shop, image, growth)


def count_library(shop: str, image: int, original: Original) -> dict[str, Any]:
    """The update of the counters, as part of the transaction that adds a library image."""
    growth: dict[str, int] = defaultdict(int)
    _count(growth, "library_", original, 1)
    return _update(shop, image, growth)


def first_counters(shop: str, now: int) -> Item:
    """The item of a new shop's counters, which are exact.

    Args:
        shop: the shop's id.
        now: the present moment, milliseconds since 1970.
    """
    return {**key(f"SHOP#{shop}", f"{PREFIX}0"), "images": 0, EXACT: now}


def totals(items: Iterable[Item]) -> dict[str, int]:
    """The values of the counters, by name: the sums over their items."""
    found: dict[str, int] = defaultdict(int)
    for item in items:
        for name, value in item.items():
            if name not in ("pk", "sk", EXACT):
                found[name] += int(value)
    return found


def usage_in(items: Iterable[Item]) -> Usage:
    """The usage that the items of counters add up to."""
    from vitrine.domain.pictures import Format
    from vitrine.domain.usage import Amount, Usage

    items = list(items)
    found = totals(items)

    def amount(images: str, size: str) -> Amount:
        # Below zero before a recount: images that were not counted have been removed.
        return Amount(max(found[images], 0), max(found[size], 0))

    formats = {kind: amount(_name(kind.name), f"{_name(kind.name)}_bytes") for kind in Format}
    return Usage(
        amount("images", "bytes"),
        {kind: each for kind, each in formats.items() if each != Amount()},
        amount("kept_images", "kept_bytes"),
        amount("library_images", "library_bytes"),
        exact=any(EXACT in item for item in items),
    )


def counters_of(usage: Usage) -> dict[str, int]:
    """The values that the counters have when they state a usage, by name; none is zero."""
    parts = {"": usage.live, "kept_": usage.kept, "library_": usage.library}
    found = {f"{part}images": each.images for part, each in parts.items()}
    found |= {f"{part}bytes": each.bytes for part, each in parts.items()}
    found |= {_name(kind.name): each.images for kind, each in usage.formats.items()}
    found |= {f"{_name(kind.name)}_bytes": each.bytes for kind, each in usage.formats.items()}
    return {name: value for name, value in found.items() if value}


def correction(growth: Mapping[str, int], exact: int | None, now: int) -> dict[str, Any]:
    """The update of the first item that corrects counters, unless another recount was first.

    Args:
        growth: what to add to each counter.
        exact: the attribute `EXACT` as it was read; None if it was missing.
        now: its new value, milliseconds since 1970.
    """
    added = {name: value for name, value in growth.items() if value} | {CHANGES: 1}
    condition = "attribute_not_exists(#exact)" if exact is None else "#exact = :before"
    values = {":now": now} | ({} if exact is None else {":before": exact})
    return {
        "UpdateExpression": f"SET #exact = :now ADD {_terms(added)}",
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#exact": EXACT, **_names(added)},
        "ExpressionAttributeValues": serialize({**values, **_values(added)}),
    }


def _update(shop: str, image: int, growth: Mapping[str, int]) -> dict[str, Any]:
    added = {name: value for name, value in growth.items() if value} | {CHANGES: 1}
    return {
        "Key": serialize(key(f"SHOP#{shop}", f"{PREFIX}{image % _SHARDS}")),
        "UpdateExpression": f"ADD {_terms(added)}",
        "ExpressionAttributeNames": _names(added),
        "ExpressionAttributeValues": serialize(_values(added)),
    }


def _count_live(growth: dict[str, int], original: Original, sign: int) -> None:
    kind = _name(original.format.name)
    _count(growth, "", original, sign)
    growth[kind] += sign
    growth[f"{kind}_bytes"] += sign * original.size


def _count(growth: dict[str, int], part: str, original: Original, sign: int) -> None:
    growth[f"{part}images"] += sign
    growth[f"{part}bytes"] += sign * original.size


def _name(kind: str) -> str:
    return kind.lower()


def _terms(added: Mapping[str, int]) -> str:
    return ", ".join(f"#{name} :{name}" for name in added)


def _names(added: Mapping[str, int]) -> dict[str, str]:
    return {f"#{name}": name for name in added}


def _values(added: Mapping[str, int]) -> dict[str, int]:
    return {f":{name}": value for name, value in added.items()}

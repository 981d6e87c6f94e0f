"""File names and the images that received them, as items (docs/architecture.md D25)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import ConditionFailedError, Item, Table, key, serialize
from vitrine.adapters.table_keys import names
from vitrine.domain.names import FileName, Naming

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitrine.domain.gallery_change import GalleryChange


def name_actions(
    change: GalleryChange, name: FileName, image: int
) -> list[Mapping[str, Mapping[str, Any]]]:
    """The writes that assign a name: one item by name, which must be new, and one by image.

    The item of a name without number records the last number of its base.
    """
    unused = {
        "ConditionExpression": "attribute_not_exists(#pk)",
        "ExpressionAttributeNames": {"#pk": "pk"},
    }
    facts = {
        "image": image,
        "product": change.product,
        "version": change.version_of(image),
        "instead_of": change.key_before_naming(image),
    }
    item = {**key(f"NAMES#{change.shop}", f"NAME#{name.full}"), **facts}
    by_image = {**key(names(change.shop, image), f"NAME#{name.full}"), **facts}
    puts: list[Mapping[str, Mapping[str, Any]]] = [
        {"Put": {"Item": serialize(item), **unused}},
        {"Put": {"Item": serialize(by_image)}},
    ]
    if not name.unnumbered:
        return puts
    last = {
        "Key": serialize(key(f"NAMES#{change.shop}", f"NAME#{name.unnumbered}")),
        "UpdateExpression": "SET #last = :number",
        "ConditionExpression": "attribute_exists(#pk)",
        "ExpressionAttributeNames": {"#last": "last", "#pk": "pk"},
        "ExpressionAttributeValues": serialize({":number": name.number}),
    }
    return [*puts, {"Update": last}]


def next_default_name(table: Table, shop: str) -> int:
    """See `Galleries.next_default_name`."""
    changed = table.update(
        f"SHOP#{shop}",
        "NAMES",
        UpdateExpression="ADD #last :one",
        ExpressionAttributeNames={"#last": "last"},
        ExpressionAttributeValues=serialize({":one": 1}),
    )
    return int(changed["last"])


def skip_default_names(table: Table, shop: str, number: int) -> None:
    """See `Galleries.skip_default_names`."""
    with suppress(ConditionFailedError):
        table.update(
            f"SHOP#{shop}",
            "NAMES",
            UpdateExpression="SET #last = :number",
            ConditionExpression="#last < :number",
            ExpressionAttributeNames={"#last": "last"},
            ExpressionAttributeValues=serialize({":number": number}),
        )


def taken_names(table: Table, shop: str, wanted: Sequence[str]) -> set[str]:
    """See `Galleries.taken_names`."""
    items = table.get_all(f"NAMES#{shop}", [f"NAME#{name}" for name in wanted])
    return {sk.removeprefix("NAME#") for sk in items}


def naming_of(item: Item) -> Naming:
    """The image and bytes that received the file name of an item."""
    return Naming(
        int(item["image"]),
        item["product"],
        item["version"],
        item.get("instead_of", ""),
        int(item.get("last", 0)),
    )


def name_of(item: Sequence[Any] | None) -> FileName | None:
    """The file name in an attribute of an image's record; None if it has none."""
    return None if item is None else FileName(item[0], int(item[1]), item[2])

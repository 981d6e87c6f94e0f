"""The media library: records of images that belong to no product, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters import table_keys
from vitrine.adapters.counters import count_library
from vitrine.adapters.originals import (
    appearance_attributes,
    appearance_of,
    completion,
    original_attributes,
    original_of,
)
from vitrine.adapters.table import (
    ConditionFailedError,
    Item,
    Table,
    key,
    milliseconds,
    moment,
    serialize,
)
from vitrine.adapters.table_keys import sort_key
from vitrine.domain.errors import RecordMissingError
from vitrine.domain.images import RenditionState
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.ports import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitrine.domain.idempotency import Claim
    from vitrine.domain.images import Appearance
    from vitrine.domain.imports import Import
    from vitrine.domain.locations import OriginalAddress


class DynamoLibrary(Library):
    """`vitrine.ports.Library` over the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(
        self, image: LibraryImage, claim: Claim | None = None, imported: Import | None = None
    ) -> None:
        actions = [
            {"Put": {"Item": serialize(_item(image))}},
            {"Update": count_library(image.shop, image.id, image.original)},
        ]
        if claim is not None:
            from vitrine.adapters.idempotency_keys import creation

            actions.append({"Update": creation(claim, image.id)})
        if imported is not None:
            from vitrine.adapters.imports import settlement  # operators' commands only

            actions.append({"Put": settlement(imported)})
        self._table.transact(actions)

    def image(self, shop: str, image: int) -> LibraryImage | None:
        item = self._table.get(table_keys.library(shop), sort_key(image))
        return None if item is None else _image(item, shop)

    def images(self, shop: str) -> Iterator[LibraryImage]:
        """The records of all images of a shop's library, in order of ids."""
        for item in self._table.query(table_keys.library(shop), table_keys.IMAGE):
            yield _image(item, shop)

    def complete_renditions(
        self, address: OriginalAddress, appearance: Appearance, *, turned: bool
    ) -> None:
        pk, sk = table_keys.library(address.shop), sort_key(address.image)
        try:
            self._table.update(pk, sk, **completion(address, appearance, turned=turned))
        except ConditionFailedError:
            raise RecordMissingError(address.original_key) from None


def _item(image: LibraryImage) -> Item:
    return {
        **key(table_keys.library(image.shop), sort_key(image.id)),
        "id": image.id,
        "account": image.account,
        "purpose": image.purpose.value,
        **original_attributes(image.original),
        "created": milliseconds(image.created_at),
        "updated": milliseconds(image.updated_at),
        "renditions": image.renditions.value,
        **appearance_attributes(image.appearance),
    }


def _image(item: Item, shop: str) -> LibraryImage:
    return LibraryImage(
        id=int(item["id"]),
        shop=shop,
        account=item["account"],
        purpose=Purpose(item["purpose"]),
        original=original_of(item),
        created_at=moment(item["created"]),
        updated_at=moment(item["updated"]),
        renditions=RenditionState(item["renditions"]),
        appearance=appearance_of(item),
    )

"""Outcomes of files in the import folder, in DynamoDB: one item per file, for its latest version.

An outcome is a conditional write: it fails if this version of the file, or a later one, is already
settled. This makes imports idempotent although S3 can deliver an event twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import Item, Table, key, milliseconds, moment, serialize
from vitrine.domain.imports import Arrival, Import, Slot
from vitrine.domain.rejections import ReasonCode
from vitrine.domain.uploads import BATCH_LIFE, UploadBatch, UploadFile
from vitrine.ports import Imports

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_FILE, _UPLOAD = "FILE#", "UPLOAD#"
_DROPPED = f"{_FILE}products/"
"""How sort keys of dropped files begin. Those of images from other platforms come before, those of
upload batches behind."""
_LOOKED_THROUGH = 1000
"""Outcomes that a page of rejected or imported files is chosen from: about 50 read units."""
_REMEMBERED_SECONDS = 90 * 24 * 3600
"""How long the outcome of an imported file is kept: much longer than any event can be late."""


class DynamoImports(Imports):
    """`vitrine.ports.Imports` over the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def outcome(self, arrival: Arrival) -> Import | None:
        item = self._table.get(_pk(arrival.shop), _sk(arrival))
        return None if item is None else _import(item)

    def reject(self, rejected: Import) -> None:
        self._table.transact([{"Put": settlement(rejected)}])

    def imports(self, shop: str, source: str = "") -> list[Import]:
        prefix = f"{_FILE}{source}/" if source else _DROPPED
        return [_import(item) for item in self._table.query(_pk(shop), prefix)]

    def import_page(
        self, shop: str, after: str, limit: int, *, rejected: bool | None = None
    ) -> tuple[list[Import], str | None]:
        condition = "attribute_exists(#settled)"  # which upload batches lack
        names = {"#pk": "pk", "#sk": "sk", "#settled": "settled"}
        if rejected is not None:
            condition += f" AND attribute_{'not_' if rejected else ''}exists(#image)"
            names["#image"] = "image"
        items, last = self._table.query_page(
            KeyConditionExpression="#pk = :pk AND #sk >= :first",
            FilterExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=serialize({":pk": _pk(shop), ":first": _DROPPED}),
            Limit=limit if rejected is None else _LOOKED_THROUGH,
            **({"ExclusiveStartKey": serialize(key(_pk(shop), after))} if after else {}),
        )
        page = items[:limit]
        final = page[-1] if len(items) > limit else last
        return [_import(item) for item in page], str(final["sk"]) if final else None

    def create_batch(self, batch: UploadBatch) -> None:
        self._table.put(_batch_item(batch), ConditionExpression="attribute_not_exists(pk)")

    def renew_batch(self, batch: UploadBatch) -> None:
        self._table.put(_batch_item(batch), ConditionExpression="attribute_exists(pk)")

    def batch_with_outcomes(
        self, shop: str, upload: str
    ) -> tuple[UploadBatch | None, Mapping[int, Import]]:
        batch, outcomes = None, {}
        for item in self._table.query(_pk(shop), f"{_UPLOAD}{upload}"):
            if item["sk"] == f"{_UPLOAD}{upload}":
                batch = batch_of(item)
            elif item["upload"] == upload:
                outcomes[int(item["n"])] = _import(item)
        return batch, outcomes

    def batch_and_outcome(self, shop: str, slot: Slot) -> tuple[UploadBatch | None, Import | None]:
        batch, outcome = f"{_UPLOAD}{slot.upload}", _slot_key(slot)
        found = self._table.get_all(_pk(shop), [batch, outcome])
        return (
            batch_of(found[batch]) if batch in found else None,
            _import(found[outcome]) if outcome in found else None,
        )


def settlement(settled: Import) -> dict[str, Any]:
    """The conditional write of an outcome, as an action of a transaction."""
    arrival = settled.arrival
    item: Item = {
        **key(_pk(arrival.shop), _sk(arrival)),
        "shop": arrival.shop,
        "path": arrival.path,
        **({"product": arrival.product} if arrival.product else {}),  # a key of the index
        "file": arrival.file_name,
        "tag": arrival.tag,
        "sequencer": arrival.sequencer,
        "settled": milliseconds(settled.settled_at),
        "reason": settled.reason,
        **({"code": settled.code.value} if settled.code else {}),
    }
    condition = "attribute_not_exists(#pk) OR #sequencer < :sequencer"
    names = {"#pk": "pk", "#sequencer": "sequencer"}
    if arrival.slot:
        item |= {"upload": arrival.slot.upload, "n": arrival.slot.number}
        condition = "attribute_not_exists(#pk) OR (attribute_not_exists(#image) AND "
        condition += "#sequencer < :sequencer)"
        names["#image"] = "image"
    if settled.image is not None:
        item["image"] = settled.image
    accepted = settled.image is not None and not arrival.of_source
    if arrival.slot or accepted or settled.code is ReasonCode.NO_SHOP:
        item["expires"] = _expiry(settled.settled_at)
    # The rejection of a dropped file is kept until a new version of the file arrives, unless it has
    # no shop, which may have been deleted. An image of another platform stays settled for ever: an
    # import that is repeated must not add it again.
    return {
        "Item": serialize(item),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": serialize({":sequencer": arrival.sequencer}),
    }


def batch_key(shop: str, upload: str) -> tuple[str, str]:
    """The primary key of an upload batch."""
    return _pk(shop), f"{_UPLOAD}{upload}"


def batch_of(item: Item) -> UploadBatch:
    """The upload batch in an item."""
    return UploadBatch(
        id=item["sk"].removeprefix(_UPLOAD),
        shop=item["shop"],
        product=item["product"],
        files=tuple(
            UploadFile(
                each["name"],
                each["type"],
                int(each["bytes"]),
                each.get("alt", ""),
                int(each["replaces"]) if "replaces" in each else None,
            )
            for each in item["files"]
        ),
        fingerprint=item["fingerprint"],
        first=int(item["first"]),
        created_at=moment(item["created"]),
        expires_at=moment(item["until"]),
    )


def _batch_item(batch: UploadBatch) -> Item:
    return {
        **key(*batch_key(batch.shop, batch.id)),
        "shop": batch.shop,
        "product": batch.product,
        "files": [
            {
                "name": each.name,
                "type": each.media_type,
                "bytes": each.size,
                **({"alt": each.alt} if each.alt else {}),
                **({} if each.replaces is None else {"replaces": each.replaces}),
            }
            for each in batch.files
        ],
        "fingerprint": batch.fingerprint,
        "first": batch.first,
        "created": milliseconds(batch.created_at),
        "until": milliseconds(batch.expires_at),
        "expires": round((batch.expires_at + BATCH_LIFE).timestamp()),
    }


def _expiry(settled_at: datetime) -> int:
    return round(settled_at.timestamp()) + _REMEMBERED_SECONDS


def _pk(shop: str) -> str:
    return f"IMPORT#{shop}"


def _sk(arrival: Arrival) -> str:
    return _slot_key(arrival.slot) if arrival.slot else f"{_FILE}{arrival.path}"


def _slot_key(slot: Slot) -> str:
    return f"{_UPLOAD}{slot.upload}#{slot.number:03d}"


def _import(item: Item) -> Import:
    image, code = item.get("image"), item.get("code")
    return Import(
        Arrival(
            shop=item["shop"],
            path=item["path"],
            product=item.get("product", ""),
            file_name=item["file"],
            tag=item["tag"],
            sequencer=item["sequencer"],
            slot=Slot(item["upload"], int(item["n"])) if "upload" in item else None,
        ),
        settled_at=moment(item["settled"]),
        image=None if image is None else int(image),
        reason=item["reason"],
        code=None if code is None else ReasonCode(code),
    )

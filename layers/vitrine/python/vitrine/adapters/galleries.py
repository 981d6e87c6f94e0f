"""Galleries and the records of their images, in DynamoDB.

Every write is a conditional write on the version that was read (optimistic locking).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vitrine.adapters import file_names, table_keys
from vitrine.adapters.counters import PREFIX, count_change, totals, usage_in
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
from vitrine.adapters.table_keys import HEAD, sort_key
from vitrine.domain.errors import RecordMissingError
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, RenditionState, Texts, ViewFacts
from vitrine.domain.names import Naming
from vitrine.ports import Galleries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from vitrine.domain.gallery_change import GalleryChange
    from vitrine.domain.images import Appearance
    from vitrine.domain.invalidations import Unpublished
    from vitrine.domain.listing import ProductPage
    from vitrine.domain.locations import OriginalAddress
    from vitrine.domain.take_downs import TakeDown
    from vitrine.domain.uploads import UploadBatch
    from vitrine.domain.usage import Usage


class DynamoGalleries(Galleries):
    """`vitrine.ports.Galleries` over the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def next_image_id(self, shop: str) -> int:
        return self.reserve_image_ids(shop, 1)

    def reserve_image_ids(self, shop: str, count: int) -> int:
        changed = self._table.update(
            f"SHOP#{shop}",
            "SEQUENCE",
            UpdateExpression="ADD #last :count",
            ExpressionAttributeNames={"#last": "last"},
            ExpressionAttributeValues=serialize({":count": count}),
        )
        return int(changed["last"]) - count + 1

    def gallery(self, shop: str, product: str) -> Gallery:
        return _gallery(self._table.get(table_keys.gallery(shop, product), HEAD))

    def image(self, shop: str, product: str, image: int) -> Image | None:
        item = self._table.get(table_keys.gallery(shop, product), sort_key(image))
        return None if item is None else _image(item, shop, product)

    def gallery_with_image(
        self, shop: str, product: str, image: int
    ) -> tuple[Gallery, Image | None]:
        found = self._table.get_all(table_keys.gallery(shop, product), [HEAD, sort_key(image)])
        item = found.get(sort_key(image))
        return _gallery(found.get(HEAD)), None if item is None else _image(item, shop, product)

    def gallery_with_images(self, shop: str, product: str) -> tuple[Gallery, Mapping[int, Image]]:
        head, images = None, {}
        for item in self._table.query(table_keys.gallery(shop, product)):
            if item["sk"] == HEAD:
                head = item
            else:
                image = _image(item, shop, product)
                images[image.id] = image
        return _gallery(head), images

    def gallery_with_batch(
        self, shop: str, product: str, upload: str
    ) -> tuple[Gallery, UploadBatch | None]:
        from vitrine.adapters.imports import batch_key, batch_of  # for one function

        head, batch = (table_keys.gallery(shop, product), HEAD), batch_key(shop, upload)
        found = self._table.get_any([head, batch])
        return _gallery(found.get(head)), batch_of(found[batch]) if batch in found else None

    def commit(self, change: GalleryChange) -> Gallery:
        pk = table_keys.gallery(change.shop, change.product)
        head = change.before
        actions: list[Mapping[str, Mapping[str, Any]]] = [
            *({"Put": {"Item": serialize(_image_item(image))}} for image in change.added),
            *({"Update": _difference(*each)} for each in change.changed),
            *(
                {
                    "Delete": {
                        "Key": serialize(key(pk, sort_key(image.id))),
                        **_unchanged_record(image),
                    }
                }
                for image in (*change.removed, *change.retired)
            ),
            *({"Put": {"Item": serialize(_retired_item(image))}} for image in change.retired),
        ]
        if change.after != change.before:
            head = replace(change.after, version=change.before.version + 1)
            actions.append({"Update": _head_update(change, head)})
        if counted := count_change(change):
            actions.append({"Update": counted})
        if change.named:
            actions += file_names.name_actions(change, *change.named)
        if change.imported:
            from vitrine.adapters.imports import settlement  # 3 ms, for one function

            actions.append({"Put": settlement(change.imported)})
        if change.claim:
            from vitrine.adapters.idempotency_keys import creation

            actions.append({"Update": creation(change.claim, change.added[0].id)})
        if change.taken_down:
            from vitrine.adapters.take_downs import creation as take_down

            actions.append({"Put": take_down(change.taken_down)})
        if change.flagged:
            from vitrine.adapters.invalidations import flag

            actions += (
                {"Put": {"Item": serialize(flag(change.shop, each))}} for each in change.flagged
            )
        self._table.transact(actions)
        return head

    def retired(self, shop: str, image: int) -> Image | None:
        item = self._table.get(table_keys.retired(shop), sort_key(image))
        return None if item is None else _image(item, shop, item["product"])

    def retired_before(self, shop: str, moment: datetime) -> Iterator[Image]:
        for item in self._table.query(table_keys.retired(shop), table_keys.IMAGE):
            if item["updated"] < milliseconds(moment):
                yield _image(item, shop, item["product"])

    def forget_retired(self, image: Image) -> None:
        from vitrine.adapters.purging import purge_actions  # for an operator's command

        with suppress(ConditionFailedError):
            self._table.transact(purge_actions(image))

    def take_down_retired(self, image: Image, take_down: TakeDown) -> None:
        from vitrine.adapters.invalidations import flag
        from vitrine.adapters.purging import purge_actions
        from vitrine.adapters.take_downs import creation

        flagged = {"Item": serialize(flag(image.shop, image.id))}
        begun = creation(take_down)
        self._table.transact([*purge_actions(image), {"Put": begun}, {"Put": flagged}])

    def next_default_name(self, shop: str) -> int:
        return file_names.next_default_name(self._table, shop)

    def skip_default_names(self, shop: str, number: int) -> None:
        file_names.skip_default_names(self._table, shop, number)

    def taken_names(self, shop: str, names: Sequence[str]) -> set[str]:
        return file_names.taken_names(self._table, shop, names)

    def names_of(self, shop: str, image: int) -> Mapping[str, Naming]:
        return self.names_and_flag(shop, image)[0]

    def names_and_flag(self, shop: str, image: int) -> tuple[Mapping[str, Naming], bool]:
        items = {item["sk"]: item for item in self._table.query(table_keys.names(shop, image))}
        flagged = items.pop(table_keys.FLAG, None) is not None
        return {
            sk.removeprefix("NAME#"): file_names.naming_of(item) for sk, item in items.items()
        }, flagged

    def flag(self, shop: str, image: int) -> None:
        from vitrine.adapters.invalidations import flag

        self._table.put(flag(shop, image))

    def note_unpublished(self, unpublished: Unpublished) -> None:
        from vitrine.adapters.invalidations import note  # for shops that invalidate

        note(self._table, unpublished)

    def named(self, shop: str, name: str) -> Naming | None:
        item = self._table.get(f"NAMES#{shop}", f"NAME#{name}")
        return None if item is None else file_names.naming_of(item)

    def complete_renditions(
        self, address: OriginalAddress, product: str, appearance: Appearance, *, turned: bool
    ) -> None:
        pk, sk = table_keys.gallery(address.shop, product), sort_key(address.image)
        try:
            self._table.update(pk, sk, **completion(address, appearance, turned=turned))
        except ConditionFailedError:
            raise RecordMissingError(address.original_key) from None

    def image_count(self, shop: str) -> int:
        return totals(self._table.query(f"SHOP#{shop}", PREFIX))["images"]

    def usage(self, shop: str) -> Usage:
        return usage_in(self._table.query(f"SHOP#{shop}", PREFIX))

    def products(
        self, shop: str, prefix: str = "", after: str = "", limit: int = 100
    ) -> ProductPage:
        from vitrine.adapters.listing import product_page  # 1 ms, for one function

        return product_page(self._table, shop, prefix, after, limit)

    def heads_of(self, shop: str, products: Sequence[str]) -> Mapping[str, Gallery]:
        partitions = {table_keys.gallery(shop, each): each for each in products}
        items = self._table.get_many([(pk, HEAD) for pk in partitions])
        return {partitions[item["pk"]]: _gallery(item) for item in items}

    def covers(self, shop: str, images: Mapping[str, int]) -> Mapping[str, Image]:
        partitions = {table_keys.gallery(shop, each): each for each in images}
        items = self._table.get_many(
            [(pk, sort_key(images[each])) for pk, each in partitions.items()]
        )
        found = ((partitions[item["pk"]], item) for item in items)
        return {product: _image(item, shop, product) for product, item in found}


def _head(shop: str, product: str, gallery: Gallery) -> Item:
    """The item of a head. While the gallery holds an image, it is in the sparse index `Listed`."""
    return {
        **key(table_keys.gallery(shop, product), HEAD),
        **({"listed": shop, "product": product} if gallery.sorts else {}),
        "version": gallery.version,
        "sorts": {str(image): sort for image, sort in gallery.sorts.items()},
        "roles": dict(gallery.roles),
        "views": {view: dict(roles) for view, roles in gallery.view_roles.items()},
        **({"thumbnail_by_default": True} if gallery.thumbnail_by_default else {}),
        **({"arranged_up_to": gallery.arranged_up_to} if gallery.arranged_up_to else {}),
    }


def _head_update(change: GalleryChange, head: Gallery) -> dict[str, Any]:
    """The update of a head, on condition that it is still as it was read.

    It leaves alone the attributes that a later version of Vitrine may have added.
    """
    item = _head(change.shop, change.product, head)
    written = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    known = _head(change.shop, change.product, change.before)
    left = [name for name in known if name not in item]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in written)
    if left:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in left)
    values = {f":{name}": value for name, value in written.items()}
    if change.before.version:
        condition, values[":before"] = "#version = :before", change.before.version
    else:
        condition = "attribute_not_exists(#version)"
    return {
        "Key": serialize(key(item["pk"], item["sk"])),
        "UpdateExpression": expression,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in (*written, *left)},
        "ExpressionAttributeValues": serialize(values),
    }


def _unchanged_record(image: Image) -> dict[str, Any]:
    names = {"#version": "version"}
    if image.version == 0:  # never changed: the item has no version attribute
        return {
            "ConditionExpression": "attribute_exists(#pk) AND attribute_not_exists(#version)",
            "ExpressionAttributeNames": {**names, "#pk": "pk"},
        }
    return {
        "ConditionExpression": "#version = :before",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": serialize({":before": image.version}),
    }


def _difference(before: Image, after: Image) -> dict[str, Any]:
    """The update from `before` to `after`, on condition that the record is still `before`.

    It writes only attributes that differ, because `generate_renditions` updates `renditions`
    concurrently. If bytes or name changed, it always writes `renditions`: the stored state
    describes the old bytes or the old name.
    """
    old, new = _image_item(before), {**_image_item(after), "dropped": after.dropped}
    old.setdefault("dropped", "")
    if after.original != before.original:
        del old["renditions"], old["appearance"]
    elif after.name != before.name:
        del old["renditions"]
    changed = [name for name, value in new.items() if name not in old or value != old[name]]
    condition = _unchanged_record(before)
    names = {f"#{name}": name for name in changed}
    values = serialize({f":{name}": new[name] for name in changed})
    return {
        "Key": serialize(key(new["pk"], new["sk"])),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changed),
        "ConditionExpression": condition["ConditionExpression"],
        "ExpressionAttributeNames": {**condition["ExpressionAttributeNames"], **names},
        "ExpressionAttributeValues": {**condition.get("ExpressionAttributeValues", {}), **values},
    }


def _retired_item(image: Image) -> Item:
    return {
        **_image_item(image),
        **key(table_keys.retired(image.shop), sort_key(image.id)),
        "product": image.product,
    }


def _view_item(facts: ViewFacts) -> Item:
    values = {"label": facts.label, "sort": facts.sort, "excluded": facts.excluded}
    return {**{name: value for name, value in values.items() if value is not None}} | (
        {"removed": True} if facts.removed else {}
    )


def _view_facts(item: Item) -> ViewFacts:
    sort = item.get("sort")
    return ViewFacts(
        label=item.get("label"),
        sort=None if sort is None else int(sort),
        excluded=item.get("excluded"),
        removed=item.get("removed", False),
    )


def _gallery(item: Item | None) -> Gallery:
    if item is None:
        return Gallery()
    return Gallery(
        version=int(item["version"]),
        sorts={int(image): int(sort) for image, sort in item["sorts"].items()},
        roles={role: int(image) for role, image in item["roles"].items()},
        view_roles={
            view: {role: None if image is None else int(image) for role, image in roles.items()}
            for view, roles in item.get("views", {}).items()
        },
        thumbnail_by_default=item.get("thumbnail_by_default", False),
        arranged_up_to=int(item.get("arranged_up_to", 0)),
    )


def _image_item(image: Image) -> Item:
    return {
        **key(table_keys.gallery(image.shop, image.product), sort_key(image.id)),
        "id": image.id,
        **original_attributes(image.original),
        "alt": image.texts.alt,
        "translations": dict(image.texts.translations),
        "excluded": image.excluded,
        "views": {view: _view_item(facts) for view, facts in image.views.items()},
        "name": image.name and [image.name.base, image.name.number, image.name.extension],
        "created": milliseconds(image.created_at),
        "updated": milliseconds(image.updated_at),
        "renditions": image.renditions.value,
        **appearance_attributes(image.appearance),
        **({"version": image.version} if image.version else {}),
        **({"dropped": image.dropped} if image.dropped else {}),
    }


def _image(item: Item, shop: str, product: str) -> Image:
    return Image(
        id=int(item["id"]),
        shop=shop,
        product=product,
        original=original_of(item),
        created_at=moment(item["created"]),
        updated_at=moment(item["updated"]),
        texts=Texts(item["alt"], item.get("translations", {})),
        excluded=item.get("excluded", False),
        views={view: _view_facts(facts) for view, facts in item.get("views", {}).items()},
        name=file_names.name_of(item.get("name")),
        renditions=RenditionState(item["renditions"]),
        appearance=appearance_of(item),
        version=int(item.get("version", 0)),
        dropped=item.get("dropped", ""),
    )

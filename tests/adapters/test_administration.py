"""What operators see and mend: lists of shops and images, counters, the index of old stacks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import MEDIA, Account, stores
from tests.adapters.test_galleries import MOMENT, add, image
from tests.adapters.test_library import shelved

from vitrine.clock import now
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, ViewFacts
from vitrine.domain.locations import named_key, original_address, public_url
from vitrine.domain.names import FileName
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.domain.shops import Shop
from vitrine.domain.usage import Amount, Usage
from vitrine_cli.operations import image_list, reindexing, shop_overview, usage_check
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.ui.failure import FailureError

OUTPUTS = {"OriginalsBucket": "originals", "MediaBucket": "media"}


def keep(stack: StackRecords, *images: Image) -> None:
    """Store originals of these images."""
    for each in images:
        key = original_address(each).original_key
        stack.stores.blobs.put_original(key, pictures.png(), "image/png", each.product)


def item(account: Account, pk: str, sk: str) -> dict[str, Any]:
    found = account.resource("dynamodb").Table("table").get_item(Key={"pk": pk, "sk": sk})
    return found.get("Item", {})


def test_new_shops_are_listed_and_counted_from_the_beginning(stack: StackRecords) -> None:
    for shop in ("s2", "s1", "s12"):
        stack.shops.create_shop(Shop(shop))
    add(stores(stack), image(1, product="7"), image(2, product="7"), image(3, product="8"))

    listed = stack.shops.listed_shops()
    assert list(listed) == ["s1", "s12", "s2"]
    assert all(each and now() - each < timedelta(minutes=1) for each in listed.values())
    rows = shop_overview.list_shops(stack)
    figures = [(row["shop"], row["products"], row["images"], row["bytes"]) for row in rows]
    assert figures == [("s1", 2, 3, 901 + 902 + 903), ("s12", 0, 0, 0), ("s2", 0, 0, 0)]
    assert all(row["exact"] for row in rows)


def test_a_host_is_listed_at_the_shop_that_has_it(stack: StackRecords) -> None:
    stack.shops.open_host("b.example", "s1")
    stack.shops.open_host("a.example", "s1")
    stack.shops.open_host("a.example", "s2")
    stack.shops.open_host("a.example", "s2")

    assert stack.shops.hosts("s1") == ["b.example"]
    assert stack.shops.hosts("s2") == ["a.example"]
    assert stack.shops.shop_of_host("a.example") == "s2"


def forget(account: Account, *shops: str) -> None:
    """Make a stack as earlier versions left it."""
    table = account.resource("dynamodb").Table("table")
    for each in account.client("dynamodb").scan(TableName="table")["Items"]:
        key = {"pk": each["pk"]["S"], "sk": each["sk"]["S"]}
        if key["pk"] == "SHOPS" or (key["pk"] in shops and key["sk"].startswith("HOST#")):
            table.delete_item(Key=key)
        elif key["sk"] == "HEAD":
            table.update_item(Key=key, UpdateExpression="REMOVE listed, product")
        elif key["sk"].startswith("COUNT#"):
            count = each["images"]["N"] if "images" in each else "0"
            table.put_item(Item={**key, "images": int(count)})


def test_an_old_stack_is_indexed_once_and_for_all(account: Account, stack: StackRecords) -> None:
    for shop in ("12", "123"):
        stack.shops.create_shop(Shop(shop))
    stack.shops.open_host("*", "12")
    head = add(stores(stack), image(1, "12", "7"), image(2, "12", "a#b"))
    add(stores(stack), image(1, "123", "7"))
    gone = GalleryChange("12", "a#b", head, head.remove(2), removed=(image(2, "12", "a#b"),))
    stack.stores.galleries.commit(gone)
    add(stores(stack), image(3, "12", "c#d"))
    forget(account, "SHOP#12")
    client = account.client("dynamodb")
    with pytest.raises(FailureError, match="reindex"):
        usage_check.recount(stack, "12")

    only = reindexing.reindex(client, "table", stack, "12")
    assert (only.shops, only.heads, only.changed) == ({"12"}, 3, 2)
    assert list(usage_check.products_of(stack, "12")) == ["7", "c#d"]
    assert list(usage_check.products_of(stack, "123")) == []
    assert stack.shops.hosts("12") == ["*"]

    rest = reindexing.reindex(client, "table", stack)
    assert (rest.shops, rest.heads, rest.changed) == ({"12", "123"}, 4, 1)
    assert reindexing.reindex(client, "table", stack).changed == 0
    assert list(usage_check.products_of(stack, "123")) == ["7"]
    assert stack.shops.listed_shops() == {"12": None, "123": None}
    assert reindexing.scan_price(client, "table").items > 0


def test_a_head_that_changes_meanwhile_is_left_to_its_writer(
    account: Account, stack: StackRecords
) -> None:
    add(stores(stack), image(1, "s1", "7"))
    forget(account)
    scanned = item(account, "GALLERY#s1#7", "HEAD")
    head = stack.stores.galleries.gallery("s1", "7")
    stack.stores.galleries.commit(
        GalleryChange("s1", "7", head, head.remove(1), removed=(image(1, "s1", "7"),))
    )

    assert not reindexing._reindex_head(stack, scanned, "s1", "7")
    assert list(usage_check.products_of(stack, "s1")) == []


def test_a_recount_completes_the_counters_of_an_old_shop(
    account: Account, stack: StackRecords
) -> None:
    stack.shops.create_shop(Shop("s1"))
    galleries = stack.stores.galleries
    head = add(stores(stack), image(1, product="7"), image(2, product="7"))
    gone = GalleryChange("s1", "7", head, head.retire(2), retired=(image(2, product="7"),))
    galleries.commit(gone)
    stack.stores.library.add(shelved(3))
    right = galleries.usage("s1")
    forget(account)
    reindexing.reindex(account.client("dynamodb"), "table", stack)
    assert galleries.usage("s1") == Usage(Amount(1, 0), exact=False)

    recounted = usage_check.recount(stack, "s1")
    assert recounted.differing["bytes"] == (0, 901)
    add(stores(stack), image(4, product="8"))
    usage_check.correct(stack, "s1", recounted)

    assert galleries.usage("s1") == replace(
        right, live=Amount(2, 901 + 904), formats={Format.PNG: Amount(2, 901 + 904)}
    )
    with pytest.raises(FailureError, match="meanwhile"):
        usage_check.correct(stack, "s1", recounted)
    assert usage_check.recount(stack, "s1").differing == {}


def test_a_recount_gives_up_while_the_shop_is_being_changed(stack: StackRecords) -> None:
    stack.shops.create_shop(Shop("s1"))
    numbers = iter(range(1, 100))

    class Busy(type(stack.stores.galleries)):  # type: ignore[misc]
        """Galleries to which somebody adds an image whenever they are listed."""

        def products(self, *arguments: Any, **named: Any) -> Any:
            add(stores(stack), image(next(numbers), product="7"))
            return super().products(*arguments, **named)

    busy = replace(stack.stores, galleries=Busy(stack.table))
    with pytest.raises(FailureError, match="being changed"):
        usage_check.recount(replace(stack, stores=busy), "s1")


def test_objects_without_a_record_and_records_without_an_object_are_found(
    account: Account, stack: StackRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.shops.create_shop(Shop("s1"))
    live, lost, orphan, young = (image(each, product="7") for each in (1, 2, 3, 4))
    add(stores(stack), live, lost)
    keep(stack, live, orphan, image(3, shop="s12"))
    account.client("s3").put_object(Bucket="media", Key="media/s1/a.png", Body=b"1234")
    account.client("s3").put_object(Bucket="originals", Key="import/s1/a.png", Body=b"123")
    recounted = usage_check.recount(stack, "s1")

    def check() -> usage_check.ObjectCheck:
        return usage_check.check_objects(account.s3(), OUTPUTS, "s1", recounted.records)

    assert check().orphans == [], "a request may still commit its record"
    monkeypatch.setattr(usage_check, "now", lambda: now() + timedelta(hours=2))
    found = check()

    assert found.orphans == [original_address(orphan)]
    assert found.missing == [original_address(lost).original_key]
    size = len(pictures.png())
    assert (found.originals.files, found.originals.bytes) == (2, 2 * size)
    assert (found.public.files, found.public.bytes) == (1, 4)
    assert (found.imports.files, found.imports.bytes) == (1, 3)

    keep(stack, young)
    assert usage_check.delete_orphans(stack, found.orphans) == 1
    assert check().orphans == [original_address(young)]
    assert stack.stores.blobs.original_keys("s12", 3) != []


def test_images_are_listed_in_order_and_by_state(stack: StackRecords) -> None:
    stack.shops.create_shop(Shop("s1"))
    later = replace(image(3, product="8"), created_at=MOMENT + timedelta(days=1))
    head = add(stores(stack), image(1, product="7"), image(2, product="7"))
    stack.stores.galleries.commit(GalleryChange("s1", "7", head, head.move(2, 1)))
    add(stores(stack), later)

    def ids(**which: Any) -> list[int]:
        return [each["id"] for each in image_list.list_images(stack, MEDIA, "s1", **which)]

    assert ids() == [2, 1, 3]
    assert ids(product="7") == [2, 1]
    assert ids(since=MOMENT + timedelta(hours=1)) == [3]
    assert ids(pending=True) == [2, 1, 3]
    first = next(image_list.list_images(stack, MEDIA, "s1"))
    assert first == {
        "product": "7",
        "id": 2,
        "position": 1,
        "roles": [],
        "width": 300,
        "height": 200,
        "format": "png",
        "bytes": 902,
        "alt": "red lamp é",
        "file_name": "фото 1+2 東京.png",
        "state": "pending",
        "created": "2024-01-05T10:00:00.123+00:00",
        "url": public_url(MEDIA, original_address(image(2)).full_size_key(Format.PNG)),
    }


def test_an_image_is_found_by_its_id_and_by_its_urls(stack: StackRecords) -> None:
    stack.shops.create_shop(Shop("s1"))
    stored = replace(image(1, product="7"), name=FileName("lamp", 0, "png"))
    before = stack.stores.galleries.gallery("s1", "7")
    named = (FileName("lamp", 0, "png"), 1)
    change = GalleryChange("s1", "7", before, before.append(1), added=(stored,), named=named)
    stack.stores.galleries.commit(change)
    keep(stack, stored)

    found = image_list.show_image(stack, MEDIA, "s1", "1")

    assert (found["product"], found["position"], found["retired"]) == ("7", 1, False)
    assert found["names"] == [public_url(MEDIA, named_key("s1", "lamp.png"))]
    assert found["originals"] == [original_address(stored).original_key]
    assert (found["frames"], found["revision"], found["excluded"], found["dropped"]) == (
        *(2, 3, False, None),
    )
    assert found["sizes"]["320-0"].keys() == {"image/png", "image/webp"}
    for url in (found["url"], *found["names"], found["sizes"]["320-0"]["image/png"]):
        assert image_list.show_image(stack, MEDIA, "s1", url) == found
    for other in ("2", "0", "x", found["url"].replace("/s1/", "/s2/")):
        with pytest.raises(FailureError, match="has no image"):
            image_list.show_image(stack, MEDIA, "s1", other)


def test_what_store_views_override_and_formats_that_are_stored_are_shown(
    stack: StackRecords, account: Account
) -> None:
    stack.shops.create_shop(Shop("s1"))
    views = {"2": ViewFacts(label="lampe", excluded=True), "3": ViewFacts(sort=0, excluded=False)}
    stored = replace(image(1, product="7"), views=views, dropped="products/7/a.png")
    add(stores(stack), stored)
    keep(stack, stored)
    key = original_address(stored).rendition_key(SETS["gallery"][0], Format.PNG)
    account.client("s3").put_object(Bucket="media", Key=f"{key}.avif", Body=b"x")

    found = image_list.show_image(stack, MEDIA, "s1", "1")

    assert found["views"] == {
        "2": {"label": "lampe", "excluded": True},
        "3": {"sort": 0, "excluded": False},
    }
    assert found["dropped"] == "products/7/a.png"
    assert found["sizes"]["320-0"].keys() == {"image/png", "image/webp", "image/avif"}


def test_a_library_image_is_shown_with_its_purpose_and_account(stack: StackRecords) -> None:
    stack.shops.create_shop(Shop("s1"))
    stored = shelved(1)
    stack.stores.library.add(stored)
    stack.stores.blobs.put_original(original_address(stored).original_key, b"x", "image/png")

    found = image_list.show_image(stack, MEDIA, "s1", "1")

    assert (found["purpose"], found["account"]) == (stored.purpose.value, stored.account)


def test_all_versions_of_originals_are_listed(account: Account) -> None:
    """Those of another image whose id begins alike are not."""
    deployed = DeployedStack("shop", account, OUTPUTS, "https://api.example", "https://cdn.example")
    client = account.client("s3")
    client.put_bucket_versioning(Bucket="originals", VersioningConfiguration={"Status": "Enabled"})
    for key in ("originals/s1/1/0-a/a.png", "originals/s1/12/0-a/a.png"):
        client.put_object(Bucket="originals", Key=key, Body=b"first")
    client.delete_object(Bucket="originals", Key="originals/s1/1/0-a/a.png")

    found = image_list.stored_versions(deployed, "s1", 1)

    assert {each["key"] for each in found} == {"originals/s1/1/0-a/a.png"}
    states = {(each["current"], each["deleted"], each["bytes"]) for each in found}
    assert states == {(True, True, None), (False, False, 5)}

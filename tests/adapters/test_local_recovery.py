"""A local stack that was killed: its copy of the table, and what is removed to make it agree."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import TABLE, Account, OneAtATime, stores
from tests.adapters.test_administration import keep
from tests.adapters.test_galleries import add, image
from tests.adapters.test_library import shelved
from tests.gateway import template
from tests.stack.conftest import until
from werkzeug.serving import make_server

from vitrine.adapters.blobs import S3Blobs
from vitrine.clock import now
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import RenditionState
from vitrine.domain.locations import OriginalAddress, original_address
from vitrine.domain.names import FileName
from vitrine.domain.shops import Shop
from vitrine_cli.local import emulator, table_copy
from vitrine_cli.local.table_copy import Storage, copied_at, keep_copying, write_copy
from vitrine_cli.operations import usage_check
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.operations.recovery import Recovery, reconcile

ITEMS: list[Any] = [
    {"pk": {"S": "a"}, "sk": {"S": "1"}, "data": {"B": b"\x00\xff"}, "B": {"M": {"B": {"S": "b"}}}},
    {"pk": {"S": "a"}, "sk": {"S": "2"}, "all": {"BS": [b"1", b"2"]}, "none": {"NULL": True}},
    {"pk": {"S": "b"}, "sk": {"S": "1"}, "number": {"N": "3"}, "list": {"L": [{"B": b"x"}]}},
]
STREAM: Any = {
    "StreamEnabled": True,
    **template()["Resources"]["Table"]["Properties"]["StreamSpecification"],
}


@pytest.fixture
def storage(open_account: Callable[[str], Any], moto_server: str) -> Storage:
    """A table and secrets at an endpoint of their own."""
    open_account("small")
    session = emulator.session()
    session.client("dynamodb", endpoint_url=moto_server).create_table(
        TableName="stack", StreamSpecification=STREAM, **TABLE
    )
    return Storage(moto_server, "stack", "/vitrine/oauth")


def fill(storage: Storage, items: list[Any], secrets: dict[str, str]) -> None:
    session = emulator.session()
    dynamodb = session.client("dynamodb", endpoint_url=storage.endpoint)
    ssm = session.client("ssm", endpoint_url=storage.endpoint)
    for item in items:
        dynamodb.put_item(TableName=storage.table, Item=item)
    for name, value in secrets.items():
        ssm.put_parameter(
            Name=f"{storage.secrets}/{name}", Value=value, Type="SecureString", Overwrite=True
        )


def test_a_copy_brings_everything_back(storage: Storage, tmp_path: Path) -> None:
    fill(storage, ITEMS, {"one": "secret"})
    assert write_copy(storage, tmp_path)
    before = list(storage.lines())
    assert (tmp_path / table_copy.FILE).stat().st_mode & 0o777 == 0o600
    changed = {**ITEMS[0], "data": {"S": "later"}}
    later = [{"pk": {"S": "c"}, "sk": {"S": str(each)}} for each in range(60)]
    fill(storage, [changed, *later], {"one": "later"})
    assert storage.partitions() == {"a", "b", "c"}

    storage.restore(tmp_path / table_copy.FILE)

    assert list(storage.lines()) == before
    assert len(before) == len(ITEMS) + 1


class WrittenMeanwhile:
    """A server of AWS's whose table is changed after each page of a scan."""

    def __init__(self, app: OneAtATime, change: Callable[[int], None]) -> None:
        self.pages = 0
        self._app = app
        self._change = change

    def __call__(self, request: Any, start: Any) -> list[bytes]:
        answer = self._app(request, start)
        if request.get("HTTP_X_AMZ_TARGET", "").endswith(".Scan"):
            self.pages += 1
            self._change(self.pages)
        return answer


def test_a_copy_has_all_of_a_transaction_or_nothing(
    storage: Storage, moto: OneAtATime, tmp_path: Path
) -> None:
    """An image is added and another one deleted, each with its import, between two pages."""
    dynamodb = emulator.session().client("dynamodb", endpoint_url=storage.endpoint)

    def row(pk: str, sk: str) -> dict[str, Any]:
        return {"pk": {"S": pk}, "sk": {"S": sk}, "long": {"S": "x" * 300_000}}

    old = [row(pk, f"{number}") for pk in ("GALLERY#s1#7", "IMPORT#s1") for number in range(6)]
    new = [row(pk, f"{number}") for pk in ("GALLERY#s1#7", "IMPORT#s1") for number in (7, 8, 9)]
    fill(storage, old, {})

    def change(page: int) -> None:
        put, gone = [new[page - 1], new[page + 2]], [old[page - 1], old[page + 5]]
        dynamodb.transact_write_items(
            TransactItems=[
                *({"Put": {"TableName": "stack", "Item": each}} for each in put),
                *(
                    {"Delete": {"TableName": "stack", "Key": {"pk": each["pk"], "sk": each["sk"]}}}
                    for each in gone
                ),
            ]
        )

    app = WrittenMeanwhile(moto, lambda page: change(page) if page <= 3 else None)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        write_copy(
            Storage(f"http://127.0.0.1:{server.server_port}", "stack", storage.secrets), tmp_path
        )
    finally:
        server.shutdown()
        thread.join()

    assert app.pages >= 2
    changes = min(app.pages, 3)
    kept = {f"{number}" for number in range(changes, 6)} | {f"{7 + n}" for n in range(changes)}
    copied = list(table_copy.copied_keys(tmp_path))
    assert sorted(copied) == sorted(
        (pk, number) for pk in ("GALLERY#s1#7", "IMPORT#s1") for number in kept
    )


def test_a_copy_is_written_where_something_changed(storage: Storage, tmp_path: Path) -> None:
    assert copied_at(tmp_path) is None
    began = now()
    assert write_copy(storage, tmp_path)
    written = (tmp_path / table_copy.FILE).stat().st_ino
    assert not write_copy(storage, tmp_path)
    assert (tmp_path / table_copy.FILE).stat().st_ino == written
    fill(storage, ITEMS[:1], {})
    assert write_copy(storage, tmp_path)
    copied = copied_at(tmp_path)
    assert copied is not None
    assert (copied - began).total_seconds() > -1


def test_copies_are_written_until_the_block_ends(storage: Storage, tmp_path: Path) -> None:
    fill(storage, ITEMS, {})
    with keep_copying(storage, tmp_path, seconds=0.05):
        until(lambda: copied_at(tmp_path), seconds=20)
        assert (tmp_path / table_copy.RUNNING).exists()
    last = copied_at(tmp_path)
    fill(storage, [{"pk": {"S": "c"}, "sk": {"S": "1"}}], {})
    assert copied_at(tmp_path) == last


def test_records_and_originals_that_lack_each_other_go(stack: StackRecords) -> None:
    stack.shops.create_shop(Shop("s1"))
    first, second, third = (image(each, product="7") for each in (1, 2, 3))
    head = add(stores(stack), first, second, third)
    retired = image(4, product="7")
    head = add(stores(stack), retired)
    galleries = stack.stores.galleries
    galleries.commit(GalleryChange("s1", "7", head, head.retire(4), retired=(retired,)))
    kept, lost = shelved(5), shelved(6)
    for each in (kept, lost):
        stack.stores.library.add(each)
    keep(stack, first, third, image(90, product="8"))
    stack.stores.blobs.put_original(
        original_address(kept).original_key, pictures.png(), "image/png", ""
    )
    found = Recovery(now(), now())

    for _ in range(2):  # idempotent
        reconcile(stack, "s1", ["7", "8"], found)

    assert (found.originals, found.records) == (1, 3)
    gallery, images = galleries.gallery_with_images("s1", "7")
    assert gallery.order == tuple(images) == (1, 3)
    assert gallery.holder("thumbnail") == 1
    left = {original_address(each).original_key for each in (first, third, kept)}
    assert set(stack.stores.blobs.shop_keys("s1")) == left
    assert usage_check.recount(stack, "s1").differing == {}
    assert galleries.next_image_id("s1") > 90
    assert "1 original without a record and 3 records without an original" in str(found)


def test_a_copy_that_was_written_between_two_writes_is_made_whole(stack: StackRecords) -> None:
    """The head was read before the record was committed: the record comes last."""
    stack.shops.create_shop(Shop("s1"))
    first, second = image(1, product="7"), image(2, product="7")
    head = add(stores(stack), first)
    keep(stack, first, second)
    torn = replace(head, version=head.version)
    stack.stores.galleries.commit(GalleryChange("s1", "7", torn, torn, added=(second,)))
    found = Recovery(now(), now())

    reconcile(stack, "s1", ["7"], found)

    gallery, images = stack.stores.galleries.gallery_with_images("s1", "7")
    assert gallery.order == tuple(images) == (1, 2)
    assert (found.originals, found.records) == (0, 0)


class AnnouncingBlobs(S3Blobs):
    """Notes which originals are announced to the pipeline again."""

    announced: list[str]

    def announce_original(self, key: str) -> None:
        super().announce_original(key)
        self.announced.append(key)


@pytest.fixture
def noting(stack: StackRecords, account: Account) -> tuple[StackRecords, AnnouncingBlobs]:
    """A stack with a shop, and its objects."""
    stack.shops.create_shop(Shop("s1"))
    blobs = AnnouncingBlobs(account.s3(), "originals", "media")
    blobs.announced = []
    return replace(stack, stores=replace(stack.stores, blobs=blobs)), blobs


def test_an_image_whose_bytes_were_replaced_since_has_the_later_bytes(
    noting: tuple[StackRecords, AnnouncingBlobs],
) -> None:
    """The copy has its former record. Its former original was deleted after the renditions."""
    stack, blobs = noting
    first, second = (
        image(1, product="7"),
        replace(image(2, product="7"), name=FileName("a", 0, "png")),
    )
    add(stores(stack), first, second)
    keep(stack, first)
    data = pictures.png(41, 31)
    digest = hashlib.sha256(data).hexdigest()
    later = OriginalAddress("s1", 2, 5, digest[:20], "new.png").original_key
    blobs.put_original(later, data, "image/png", "7")
    found = Recovery(now(), now())

    for _ in range(2):  # idempotent
        reconcile(stack, "s1", ["7"], found)

    gallery, images = stack.stores.galleries.gallery_with_images("s1", "7")
    assert gallery.order == (1, 2)
    assert images[1] == first
    assert original_address(images[2]).original_key == later
    facts = images[2].original
    assert (facts.digest, facts.size, facts.width, facts.height) == (digest, len(data), 41, 31)
    assert (images[2].texts, images[2].name) == (second.texts, None)
    assert images[2].renditions is RenditionState.PENDING
    assert blobs.announced == [later]
    assert (found.originals, found.records, found.replaced) == (0, 0, 1)
    assert str(found).endswith("were removed. The bytes of 1 image are newer.")
    assert usage_check.recount(stack, "s1").differing == {}


def test_an_image_is_not_replaced_by_bytes_of_which_a_part_was_stored(
    noting: tuple[StackRecords, AnnouncingBlobs],
) -> None:
    stack, blobs = noting
    add(stores(stack), image(1, product="7"))
    data = pictures.png(41, 31)[:60]
    digest = hashlib.sha256(data).hexdigest()
    cut = OriginalAddress("s1", 1, 4, digest[:20], "new.png").original_key
    blobs.put_original(cut, data, "image/png", "7")
    found = Recovery(now(), now())

    reconcile(stack, "s1", ["7"], found)

    assert stack.stores.galleries.gallery_with_images("s1", "7")[1] == {}
    assert (found.originals, found.records, found.replaced) == (1, 1, 0)
    assert blobs.shop_keys("s1") == []


def test_replaced_bytes_stay_until_the_present_ones_have_their_renditions(
    noting: tuple[StackRecords, AnnouncingBlobs],
) -> None:
    """The event that would make them was lost. Bytes that no record knows go."""
    stack, blobs = noting
    present = image(1, product="7")
    older, uncommitted = (
        replace(present, original=replace(present.original, revision=each)) for each in (2, 4)
    )
    add(stores(stack), present)
    keep(stack, older, present, uncommitted)
    found = Recovery(now(), now())

    reconcile(stack, "s1", ["7"], found)

    left = {original_address(each).original_key for each in (older, present)}
    assert set(blobs.shop_keys("s1")) == left
    assert blobs.announced == [original_address(present).original_key]
    assert (found.originals, found.records, found.replaced) == (1, 0, 0)


def test_a_large_product_that_was_deleted_since_goes_in_several_transactions(
    stack: StackRecords,
) -> None:
    stack.shops.create_shop(Shop("s1"))
    galleries = stack.stores.galleries
    for start in (1, 51):
        head = galleries.gallery("s1", "7")
        added = tuple(image(each, product="7") for each in range(start, start + 50))
        after = head
        for each in added:
            after = after.append(each.id)
        galleries.commit(GalleryChange("s1", "7", head, after, added=added))
    keep(stack, image(7, product="7"))
    found = Recovery(now(), now())

    reconcile(stack, "s1", ["7"], found)

    gallery, images = galleries.gallery_with_images("s1", "7")
    assert gallery.order == tuple(images) == (7,)
    assert found.records == 99

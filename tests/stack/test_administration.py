"""Lists of shops and images by the command, and lists of products over HTTP, on the real stack."""

import csv
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import httpx
import pytest
from tests import pictures
from tests.stack.conftest import Running, Shop, json_lines, until, vitrine
from tests.stack.test_logs import kill

from vitrine_cli.operations import deployed_stack, records
from vitrine_cli.operations.shop_deletion import ShopDeletion, Waits


@pytest.fixture(scope="module")
def lamps(running: Running) -> Shop:
    """A shop with an image of each of two products."""
    shop = running.open_shop("lamps")
    for product, name in (("7", "a.png"), ("71", "b.png")):
        assert shop.post(product, pictures.png(300, 300), name).status_code == 200
    return shop


def command(running: Running, *arguments: str) -> Any:
    """What a command prints as JSON."""
    done = vitrine(*arguments, "--json", "--port", str(running.port))
    assert done.returncode == 0, done.stderr
    return json_lines(done)


def test_shops_and_images_are_listed(running: Running, lamps: Shop) -> None:
    rows = {row["shop"]: row for row in command(running, "shop", "list")}
    assert (rows[lamps.id]["products"], rows[lamps.id]["images"]) == (2, 2)
    assert rows[lamps.id]["exact"] is True

    (shown,) = command(running, "shop", "show", lamps.id)
    assert shown["settings"]["evotor.store_id"] == lamps.store
    assert lamps.token not in json.dumps(shown)
    assert shown["urls"]["product_images"].endswith("/media/lamps/product_images/")

    first, second = command(running, "image", "list", lamps.id)
    assert (first["product"], second["product"]) == ("7", "71")
    until(
        lambda: command(running, "image", "list", lamps.id, "7")[0]["state"] == "complete" or None
    )
    done = vitrine("image", "list", lamps.id, "--csv", "--port", str(running.port))
    assert [row["id"] for row in csv.DictReader(StringIO(done.stdout))] == ["1", "2"]
    (image,) = command(running, "image", "show", lamps.id, first["url"])
    assert (image["id"], image["state"], image["product"]) == (1, "complete", "7")
    for url in image["sizes"]["320-0"].values():
        assert running.client.get(url).status_code == 200


def test_usage_is_exact_and_said_to_differ_where_it_does(running: Running, lamps: Shop) -> None:
    (usage,) = command(running, "shop", "usage", lamps.id, "--exact")
    assert (usage["images"], usage["differing"], usage["orphans"]) == (2, {}, [])
    assert usage["missing"] == []
    assert usage["objects"]["originals"] == {"files": 2, "bytes": usage["bytes"]}

    table = running.aws("dynamodb")
    table.update_item(
        TableName=running.outputs["Table"],
        Key={"pk": {"S": f"SHOP#{lamps.id}"}, "sk": {"S": "COUNT#3"}},
        UpdateExpression="ADD images :one, #bytes :one",
        ExpressionAttributeNames={"#bytes": "bytes"},
        ExpressionAttributeValues={":one": {"N": "5"}},
    )
    wrong = vitrine("shop", "usage", lamps.id, "--exact", "--port", str(running.port))
    assert wrong.returncode == 1
    assert "counters that differ: bytes, images" in " ".join(wrong.stderr.split())
    assert "counter images: 7, by the records 2" in wrong.stdout

    command(running, "shop", "usage", lamps.id, "--exact", "--mend")
    (mended,) = command(running, "shop", "usage", lamps.id, "--exact")
    for each in (mended, usage):
        del each["objects"]["public"]  # pictures are stored meanwhile
    assert mended == usage


def test_an_old_stack_is_indexed(running: Running, lamps: Shop) -> None:
    table = running.aws("dynamodb")
    table.update_item(
        TableName=running.outputs["Table"],
        Key={"pk": {"S": f"GALLERY#{lamps.id}#7"}, "sk": {"S": "HEAD"}},
        UpdateExpression="REMOVE listed, product",
    )

    (done,) = command(running, "shop", "reindex", lamps.id)

    assert done == {"shops": [lamps.id], "galleries": 2, "changed": 1}
    assert len(command(running, "image", "list", lamps.id)) == 2


def test_wrong_use_and_unknown_shops_are_told(running: Running) -> None:
    port = ("--port", str(running.port))
    assert vitrine("shop", "usage", "nothing", *port).returncode == 1
    assert vitrine("shop", "usage", "1234", "--mend", *port).returncode == 2
    assert vitrine("image", "list", "1234", "--csv", "--json", *port).returncode == 2
    assert vitrine("image", "show", "1234", "999999", *port).returncode == 1


def test_vitrines_own_lists_are_read_with_the_rights_of_their_functions(
    running: Running, lamps: Shop
) -> None:
    made = vitrine(
        *("credential", "create", lamps.id, "--dialect", "vitrine", "--port", str(running.port))
    )
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}

    def get(path: str) -> Any:
        answer = running.client.get(f"/vitrine/v1{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    usage = get("/shop/usage")
    assert (usage["images"], usage["formats"]["png"]["images"], usage["exact"]) == (2, 2, True)
    first = get("/products?limit=1&prefix=7")
    second = get(first["next"].removeprefix("/vitrine/v1"))
    assert [each["product"] for each in (*first["items"], *second["items"])] == ["7", "71"]
    cover = first["items"][0]["cover"]
    assert running.client.get(cover["url"]).status_code == 200
    assert get("/imports?state=rejected")["items"] == []
    running.aws("s3").put_object(
        Bucket=running.outputs["OriginalsBucket"],
        Key=f"import/{lamps.id}/products/7/a.heic",
        Body=b"no picture",
    )
    (rejected,) = until(lambda: get("/imports?state=rejected")["items"] or None)
    assert (rejected["path"], rejected["source"]) == ("products/7/a.heic", "drop")
    assert rejected["reason"]["code"] == "not_a_picture"


@dataclass
class Uploads:
    """A client that uploads to a shop, one image after the other, until it is stopped.

    Attributes:
        shop: the shop.
        closed: whether functions have forgotten the shop's credentials.
        accepted: answers before that of uploads that were accepted.
        refused: statuses after that.
        late: uploads after that which were not refused.
    """

    shop: Shop
    closed: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    accepted: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)

    def run(self, number: int) -> None:
        with httpx.Client(base_url=self.shop.client.base_url, timeout=60) as client:
            shop = Shop(self.shop.id, self.shop.store, self.shop.token, client)
            sent, picture = 0, pictures.png(300, 300)  # the only size that Evotor takes
            while not self.stopped.is_set():
                sent += 1
                closed = self.closed.is_set()
                answer = shop.post(f"{number}-{sent}", picture)
                if closed:
                    (self.refused if answer.status_code == 401 else self.late).append(
                        answer.status_code
                    )
                elif answer.status_code == 200:
                    self.accepted.append(answer.json()["id"])


@contextmanager
def uploading(shop: Shop) -> Iterator[Uploads]:
    """Two clients upload to a shop at the same time."""
    uploads = Uploads(shop)
    threads = [threading.Thread(target=uploads.run, args=(number,)) for number in (1, 2)]
    for each in threads:
        each.start()
    try:
        yield uploads
    finally:
        uploads.stopped.set()
        for each in threads:
            each.join()


def left_of(running: Running, shop: str) -> list[str]:
    """Names of all items and objects of a shop."""
    pages = (
        running.aws("dynamodb").get_paginator("scan").paginate(TableName=running.outputs["Table"])
    )
    items = [f"{item['pk']['S']} {item['sk']['S']}" for page in pages for item in page["Items"]]
    folders = ("originals", "import", "uploads")
    keys = [key for each in folders for key in running.keys("OriginalsBucket", f"{each}/{shop}/")]
    keys += running.keys("MediaBucket", f"media/{shop}/")
    return [item for item in items if shop in item.replace("#", " ").split()] + keys


def test_uploads_go_on_while_a_shop_is_deleted(running: Running) -> None:
    """The end of a function's processes stands for the minute in which it forgets credentials."""
    shop = running.open_shop("closing-down")
    bucket = running.outputs["OriginalsBucket"]
    files = iter(range(100))

    def drop() -> None:
        key = f"import/{shop.id}/products/dropped/{next(files)}.png"
        running.aws("s3").put_object(Bucket=bucket, Key=key, Body=pictures.png(300, 301))

    with uploading(shop) as uploads:

        def wait(seconds: float) -> None:
            if seconds > 60:
                kill(running, "evotor-create-image")
                uploads.closed.set()
                drop()  # a bucket cannot be closed to its owner
            count = len(uploads.refused)
            until(lambda: len(uploads.refused) >= count + 4 or None)

        until(lambda: len(uploads.accepted) >= 6 or None)
        drop()
        stack = deployed_stack.selected(None, running.port)
        result = ShopDeletion(stack, records.deployed(stack), shop.id, Waits(wait)).run()

    assert uploads.late == []
    assert len(uploads.refused) >= 12
    assert result.proof is not None
    assert result.proof.is_zero
    assert result.counts["records"] > 6
    # A rendition on its way is deleted by the function that stored it.
    until(lambda: left_of(running, shop.id) == [f"SHOP#{shop.id} PROFILE"] or None)

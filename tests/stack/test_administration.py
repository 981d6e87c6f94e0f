"""Lists of shops and images by the command, and lists of products over HTTP, on the real stack."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from tests import pictures
from tests.stack.conftest import Running, Shop, json_lines, until, vitrine


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

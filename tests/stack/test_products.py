"""Registered products and their aliases, and the purge, as an operator's commands make them."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from tests import pictures
from tests.stack.conftest import (
    Running,
    Shop,
    Tiendanube,
    json_lines,
    messages,
    served,
    until,
    vitrine,
)

from vitrine.domain.errors import AliasTakenError
from vitrine.domain.shops import product_key
from vitrine_cli.operations import records

SHOP = "registers"


@pytest.fixture(scope="module")
def command(running: Running) -> Callable[..., CompletedProcess[str]]:
    """Runs a command of the stack."""
    return lambda *arguments: vitrine(*arguments, "--port", str(running.port))


@pytest.fixture(scope="module")
def login(
    running: Running, command: Callable[..., CompletedProcess[str]]
) -> dict[str, dict[str, Any]]:
    """A shop that registers its products, and what clients of each dialect are given."""
    made = command("shop", "create", SHOP, "--products", "registered")
    assert json.loads(made.stdout)["products"] == "registered"
    issue = ("credential", "create", SHOP, "--bearer", "--dialect")
    return {
        dialect: json.loads(command(*issue, dialect).stdout)
        for dialect in ("evotor", "tiendanube", "openmage", "bigcommerce")
    }


@pytest.fixture(scope="module")
def evotor(running: Running, login: dict[str, dict[str, Any]]) -> Shop:
    given = login["evotor"]
    return Shop(SHOP, given["store_id"], given["token"], running.client)


@pytest.fixture(scope="module")
def tiendanube(running: Running, login: dict[str, dict[str, Any]]) -> Tiendanube:
    given = login["tiendanube"]
    return Tiendanube(given["store_id"], given["token"], running.client)


def listed(command: Callable[..., CompletedProcess[str]], shop: str) -> dict[str, list[str]]:
    found = json_lines(command("product", "list", shop, "--json"))
    return {each["product"]: each["aliases"] for each in found}


def test_dialects_with_ids_of_their_own_meet_in_one_gallery(
    command: Callable[..., CompletedProcess[str]], evotor: Shop, tiendanube: Tiendanube
) -> None:
    assert evotor.post("sku-77", pictures.png()).status_code == 404
    assert command("product", "register", SHOP, "77", "--alias", "SKU-77").returncode == 0
    assert command("product", "alias", SHOP, "sku-77", "p.77", "77b").returncode == 0

    created = evotor.post("sku-77", pictures.png())
    attached = tiendanube.attach(77, pictures.png(40, 40))

    assert (created.status_code, attached.status_code) == (200, 201)
    images = tiendanube.listed(77)
    assert len(images) == 2
    assert images[1]["id"] == attached.json()["id"]
    for name in ("sku-77", "77", "P.77"):
        items = evotor.send("GET", evotor.images(name)).json()["items"]
        assert [int(each["id"][-12:], 16) for each in items] == [each["id"] for each in images]
    assert listed(command, SHOP)["77"] == ["77b", "p.77", "sku-77"]
    assert "77b, p.77, sku-77" in command("product", "list", SHOP).stdout


def test_what_is_not_registered_is_nowhere(
    running: Running,
    login: dict[str, dict[str, Any]],
    evotor: Shop,
    tiendanube: Tiendanube,
) -> None:
    token = login["bigcommerce"]["token"]
    path = f"/stores/{login['bigcommerce']['store_hash']}/v2/products/78/images"
    admin = {"Authorization": f"Bearer {login['openmage']['token']}"}

    answers = [
        evotor.send("GET", evotor.images("78")),
        evotor.post("78", pictures.png()),
        tiendanube.send("GET", tiendanube.images(78)),
        tiendanube.attach(78, pictures.png()),
        running.client.get(path, headers={"X-Auth-Token": token}),
        running.client.get("/api/rest/products/78/images", headers=admin),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)


def test_no_product_gets_at_anothers_images_by_a_name(
    command: Callable[..., CompletedProcess[str]], login: dict[str, dict[str, Any]]
) -> None:
    command("product", "register", SHOP, "1", "--alias", "one")
    command("product", "register", SHOP, "2")
    before = listed(command, SHOP)

    for arguments, sentence in [
        (("register", SHOP, "3", "--alias", "x", "--alias", "ONE"), "'one' is already product '1'"),
        (("register", SHOP, "3", "--alias", "2"), "'2' is already product '2'."),
        (("register", SHOP, "One"), "'one' is already product '1'."),
        (("alias", SHOP, "2", "y", "1"), "'1' is already product '1'."),
        (("alias", SHOP, "4", "y"), f"Shop '{SHOP}' has no product '4'."),
        (("list", "none"), "There is no shop 'none'; "),
    ]:
        refused = command("product", *arguments)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith(f"✗ {sentence}")
        assert refused.stderr.count("\n") == 1

    assert listed(command, SHOP) == before


def test_of_many_who_want_a_name_at_once_one_gets_it(running: Running) -> None:
    shops = records.local(running.stack).shops
    crowd = [product_key(f"crowd-{number}") for number in range(8)]

    def register(number: int) -> bool:
        mine = [product_key(f"mine-{number}-{each}") for each in range(5)]
        try:
            shops.register_product("crowded", crowd[number], *mine, product_key("wanted"))
        except AliasTakenError:
            return False
        return True

    with ThreadPoolExecutor(len(crowd)) as pool:
        won = [
            product for product, got in zip(crowd, pool.map(register, range(8)), strict=True) if got
        ]

    assert len(won) == 1
    found = shops.products("crowded")
    assert list(found) == won
    assert len(found[won[0]]) == 6
    assert shops.registered_product("crowded", "wanted") == won[0]


def test_a_file_is_imported_and_again_without_change(
    running: Running,
    command: Callable[..., CompletedProcess[str]],
    tmp_path: Path,
) -> None:
    command("shop", "create", "imports-products", "--products", "registered")
    lines = [f"{number},sku-{number},uuid-{number}" for number in range(1, 301)]
    lines[9], lines[99], lines[299] = "10,sku-1", "100,a/b", '300,"sku-300'
    file = tmp_path / "products.csv"
    file.write_text("\n".join(["product,alias,alias2", *lines]) + "\n", encoding="utf-8-sig")

    for _ in range(2):
        done = command("product", "import", "imports-products", str(file))

        assert (done.returncode, done.stdout) == (1, "")
        told = messages(done)
        assert told[0] == "line 11: 'sku-1' is already product '1'."
        assert told[1].startswith("line 101: 'a/b' cannot name a product")
        assert told[2].startswith("line 301: It is not valid CSV")
        assert told[3:] == ["Rows registered: 297.", "✗ Rows skipped: 3."]
        found = listed(command, "imports-products")
        assert len(found) == 297
        assert found["42"] == ["sku-42", "uuid-42"]
        assert not found.keys() & {"10", "100", "300"}

    file.write_text("\n".join(["product,alias", "300,sku-300"]))
    done = command("product", "import", "imports-products", str(file))
    assert (done.returncode, messages(done)) == (0, ["Rows registered: 1."])
    assert len(listed(command, "imports-products")) == 298


def test_a_shop_changes_its_mode_and_says_what_an_open_one_does_not_need(
    command: Callable[..., CompletedProcess[str]],
) -> None:
    made = json.loads(command("shop", "create", "opens").stdout)
    assert made["products"] == "open"

    told = command("product", "register", "opens", "1")
    changed = command("shop", "change", "opens", "--products", "registered")
    shown = command("shop", "change", "opens")

    assert "'vitrine shop change opens --products registered'" in told.stderr
    assert json.loads(changed.stdout) == {**made, "products": "registered"}
    assert json.loads(shown.stdout) == json.loads(changed.stdout)
    assert command("product", "register", "opens", "1").stderr == "Product 1 is registered.\n"


def test_a_purge_removes_what_was_deleted_and_nothing_else(
    running: Running,
    command: Callable[..., CompletedProcess[str]],
    login: dict[str, dict[str, Any]],
) -> None:
    command("product", "register", SHOP, "500")
    admin = {"Authorization": f"Bearer {login['openmage']['token']}", "Accept": "application/json"}
    path = "/api/rest/products/500/images"

    def create(name: str) -> dict[str, Any]:
        body = {
            "file_name": name,
            "file_mime_type": "image/png",
            "file_content": base64.b64encode(pictures.png(30, 30)).decode(),
        }
        answer = running.client.post(path, headers=admin, json=body)
        assert answer.status_code == 200, answer.text
        image: dict[str, Any] = running.client.get(answer.headers["Location"], headers=admin).json()
        return image

    gone, kept = create("gone"), create("kept")
    stems = [f"media/{SHOP}/{int(each['id']):010x}" for each in (gone, kept)]
    for each, stem in zip((gone, kept), stems, strict=True):
        served(running.client, each["url"])
        until(lambda stem=stem: len(running.keys("MediaBucket", stem)) == 14 or None)
    deleted = running.client.delete(f"{path}/{gone['id']}", headers=admin)
    assert deleted.status_code == 200

    refused = command("purge", SHOP, "--yes")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"✗ Shop '{SHOP}' keeps deleted images without a time limit: ")
    assert refused.stderr.count("\n") == 1
    days = "openmage.retention_days"
    assert command("shop", "change", SHOP, "--setting", f"{days}=30").returncode == 0
    assert command("purge", SHOP, "--yes").stdout == "Images purged: 0.\n"
    sooner = command("purge", SHOP, "--older-than", "29", "--yes")
    assert sooner.stderr == f"✗ Shop '{SHOP}' keeps deleted images for 30 days.\n"
    command("shop", "change", SHOP, "--setting", f"{days}=0")
    assert command("purge", SHOP, "--older-than", "1", "--yes").stdout == "Images purged: 0.\n"
    asked = command("purge", SHOP)
    assert (asked.returncode, ": 1. Delete" in asked.stderr) == (2, True)
    originals = [f"originals/{SHOP}/{each['id']}/" for each in (gone, kept)]
    assert [len(running.keys("OriginalsBucket", each)) for each in originals] == [1, 1]

    purged = command("purge", SHOP, "--yes")

    assert (purged.returncode, purged.stdout) == (0, "Images purged: 1.\n")
    assert [len(running.keys("OriginalsBucket", each)) for each in originals] == [0, 1]
    folder = f"media/{SHOP}/catalog/product/"
    until(lambda: len(running.keys("MediaBucket", folder)) == 1 or None)
    until(lambda: not running.keys("MediaBucket", stems[0]) or None)
    assert len(running.keys("MediaBucket", stems[1])) == 14
    assert running.keys("MediaBucket", folder)[0].endswith("/k/e/kept.png")
    galleries = records.local(running.stack).stores.galleries
    assert galleries.retired(SHOP, int(gone["id"])) is None
    assert create("gone")["url"].endswith("/gone_1.png")
    assert command("purge", SHOP, "--yes").stdout == "Images purged: 0.\n"

"""`vitrine import` from a platform: continued as it was begun, and after each kind of loss."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from tests import pictures
from tests.adapters import test_import_command as folders
from tests.adapters.killed_imports import KilledImports
from tests.adapters.test_import_command import STACK, Agency
from tests.forked_commands import with_pictures_of_this_machine
from tests.gateway import Answer
from tests.platforms import Platform
from typer.testing import CliRunner

from vitrine.domain.shops import ProductMode, Shop
from vitrine_cli.app import app
from vitrine_cli.importing.platforms import TOKEN_VARIABLE
from vitrine_cli.importing.status import ledger_folder, status_of
from vitrine_cli.operations import deployed_stack
from vitrine_cli.ui.failure import FailureError, UsageError

agency = folders.agency
KEYS = {"consumer_key": "k", "consumer_secret": "s", "token": "t", "token_secret": "ts"}
UNKEPT = {"connection": "close"}
"""The command ends with its process, so it closes no connection that is kept."""


@dataclass
class Store:
    """A store of a platform on this machine.

    Attributes:
        images: how many images each of its products has; products that are missing have none.
        url: where its API and its pictures are.
    """

    images: dict[str, int]
    url: str = ""
    platform: Platform = field(init=False)

    def __post_init__(self) -> None:
        self.platform = Platform([], self._listed, limits=lambda: UNKEPT)

    def _listed(self, request: httpx.Request) -> Answer:
        """The images of a product, in the form that Tiendanube and OpenMage have in common."""
        found = re.search(r"/products/(\d+)/images(/store/1)?$", request.url.path)
        assert found, request.url
        product = found[1]
        listed = []
        for number in range(1, self.images.get(product, 0) + 1):
            place = f"{self.url}/pictures/{product}-{number}.png"
            own = {"id": f"{product}{number}", "position": number}
            listed.append({**own, "src": place, "url": place, "alt": {"es": "Taza"}})
        return Answer(200, json.dumps(listed), {"content-type": "application/json"})

    @property
    def app(self) -> Starlette:
        """The store as an application."""

        async def picture(request: Request) -> Response:
            product, number = map(int, request.path_params["name"].split("-"))
            return Response(pictures.png(10 + product, 10 + number), media_type="image/png")

        routes = [Route("/pictures/{name}.png", picture), Mount("/", self.platform.app)]
        return Starlette(routes=routes)


@contextlib.contextmanager
def running(store: Store) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        store.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(store.app, log_level="error", ws="none", lifespan="off")
        web = uvicorn.Server(config)
        thread = threading.Thread(target=web.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield
        finally:
            web.should_exit = web.force_exit = True
            thread.join(timeout=10)


@pytest.fixture
def buyer(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """An agency whose stack takes pictures from this machine, as a local one does."""
    monkeypatch.setattr(deployed_stack, "selected", with_pictures_of_this_machine)
    monkeypatch.setenv(TOKEN_VARIABLE, "token")
    return agency


def run(*command: str) -> tuple[int, str, str]:
    """Exit status of the command in this process, what it prints, and its messages."""
    done = CliRunner().invoke(app, command)
    if isinstance(done.exception, FailureError):
        return 2 if isinstance(done.exception, UsageError) else 1, "", str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def content(agency: Agency, *products: str) -> dict[str, list[str]]:
    """File names of products in order."""
    found = {}
    for product in products:
        gallery, images = agency.stores.galleries.gallery_with_images(agency.shop, product)
        found[product] = [images[each].original.file_name for each in gallery.order]
    return found


def test_the_printed_line_continues_an_import_as_it_was_begun(buyer: Agency) -> None:
    """It ended after the first of two pages; the options are those of the beginning."""
    shop = Shop(buyer.shop, ProductMode.REGISTERED, {"openmage.store_views": "1:default"})
    buyer.stores.shops.change_shop(shop)
    store = Store({"1": 2, "101": 1, "102": 2})
    store.platform.products = [str(number) for number in range(1, 103)]
    requests = store.platform.requests
    pages = lambda: requests.count("/api/rest/products") if "/images" not in requests[-1] else 0  # noqa: E731
    store.platform.refused = lambda _: pages() == 2
    store.platform.limits = lambda: {**UNKEPT, **({"retry-after": "3600"} if pages() == 2 else {})}
    (buyer.folder / "om keys.json").write_text(json.dumps(KEYS))
    wanted = buyer.names("sku-1", "sku-101")
    with running(store):
        source = ("--from", "openmage", "--source", store.url)
        key = ("--product-key", "sku", "--register", "--only-products", wanted)
        options = (*source, *key, "--token-file", "om keys.json", "--stack", STACK)

        status, _, told = run("import", buyer.shop, *options, "--store-views", "1:default")

        assert status == 130, told
        (line,) = re.findall("Continue with: vitrine (.+)", told)
        command = shlex.split(line)
        assert command == [
            *("import", buyer.shop, "--resume", *source, "--token-file", "om keys.json"),
            *("--stack", STACK),
        ]
        assert run(*command)[0] == 0
        assert content(buyer, "sku-1", "sku-101", "sku-102", "1", "101") == {
            "sku-1": ["1-1.png", "1-2.png"],
            "sku-101": ["101-1.png"],
            **{each: [] for each in ("sku-102", "1", "101")},
        }
        registered = buyer.stores.shops.products(buyer.shop)  # type: ignore[attr-defined]
        assert registered == {"sku-1": ["1"], "sku-101": ["101"]}

        rest = ("--stack", STACK)
        (ledger,) = ledger_folder().glob(f"*_{buyer.shop}_*.sqlite")
        shown = status_of(ledger.name.partition("_")[0], buyer.shop, "@openmage")
        assert (shown["source"], shown["verified"]) == (
            store.url.replace("http://", "openmage/"),
            3,
        )
        assert run("import", buyer.shop, "--verify", *rest)[0] == 0
        for other, option in {
            ("--product-key", "id"): "--product-key",
            ("--store-views", "2:default"): "--store-views",
            ("--source", "https://shop.example", "--store", "5"): "--source",
        }.items():
            status, _, told = run("import", buyer.shop, "--resume", *other, *rest)
            assert status == 2
            assert told == (
                f"The import was begun with another {option}; leave it out, as --resume remembers "
                "it, or start again without --resume."
            )
        status, _, told = run("import", buyer.shop, "--resume", "--from", "evotor", *rest)
        assert (status, told) == (
            1,
            f"Nothing has been imported from evotor into shop '{buyer.shop}' yet.",
        )
        assert (
            run("import", buyer.shop, "--resume", "--only-products", buyer.names("x"), *rest)[0]
            == 2
        )


def test_an_import_that_ended_before_its_list_does_not_call_the_source_empty(
    buyer: Agency,
) -> None:
    """The platform asks for an hour of patience with its first page."""
    store = Store({"1": 1})
    store.platform.products = ["1"]
    store.platform.refused = lambda _: True
    store.platform.limits = lambda: {**UNKEPT, "retry-after": "3600"}
    with running(store):
        source = ("--from", "tiendanube", "--store", "555", "--source", store.url)
        status, printed, told = run("import", buyer.shop, *source, "--stack", STACK)

    assert status == 130
    assert printed == "Imported 0, updated 0, already here 0\n"
    assert "Interrupted. Continue with: vitrine import " in told


def test_a_registration_that_is_asked_for_later_mends_what_was_rejected(buyer: Agency) -> None:
    buyer.stores.shops.change_shop(Shop(buyer.shop, ProductMode.REGISTERED))
    store = Store({"1": 2})
    store.platform.products = ["1"]
    source = ("--from", "tiendanube", "--store", "555", "--stack", STACK)
    with running(store):
        assert run("import", buyer.shop, *source, "--source", store.url)[0] == 1
        assert run("import", buyer.shop, "--resume", "--stack", STACK)[0] == 1
        assert run("import", buyer.shop, "--resume", "--register", "--stack", STACK)[0] == 0

    assert content(buyer, "1") == {"1": ["1-1.png", "1-2.png"]}


def test_another_name_of_the_products_is_refused(buyer: Agency) -> None:
    """Each image would be added a second time, as an image of another product."""
    store = Store({"1": 2})
    store.platform.products = ["1"]
    with running(store):
        source = ("import", buyer.shop, "--from", "openmage", "--source", store.url)
        again = (*source, "--token-file", "keys.json", "--stack", STACK)
        (buyer.folder / "keys.json").write_text(json.dumps(KEYS))
        status, _, told = run(*again, "--product-key", "skus")
        assert (status, "'skus'" in told) == (2, True)
        assert run(*again, "--product-key", "sku")[0] == 0

        for options in ((), ("--product-key", "id")):
            status, _, told = run(*again, *options)
            assert status == 2
            assert told.startswith(
                "The images of this source were imported with --product-key sku; with the other "
                "one, each would be imported again. If that is meant, delete these images here, "
            )
        assert run(*again, "--product-key", "sku")[0] == 0
        assert content(buyer, "sku-1", "1") == {"sku-1": ["1-1.png", "1-2.png"], "1": []}


@pytest.mark.parametrize(("first", "second"), [("sku", "id"), ("id", "sku")])
def test_another_name_of_the_products_is_refused_without_the_ledger(
    buyer: Agency, first: str, second: str
) -> None:
    """The table knows the names, on whichever machine an import runs."""
    store = Store({"1": 2, "2": 1})
    store.platform.products = ["1", "2"]
    (buyer.folder / "keys.json").write_text(json.dumps(KEYS))
    with running(store):
        source = ("import", buyer.shop, "--from", "openmage", "--source", store.url)
        again = (*source, "--token-file", "keys.json", "--stack", STACK, "--product-key")
        assert run(*again, first)[0] == 0
        (ledger,) = ledger_folder().glob(f"*_{buyer.shop}_*.sqlite")
        ledger.unlink()

        sentence = (
            f"Shop '{buyer.shop}' has images from {store.url.replace('http://', 'openmage/')} that "
            f"were imported with --product-key {first}; with {second}, each would be imported "
            f"again. Give --product-key {first}, or delete these images first."
        )
        for options in ((second,), (second, "--dry-run")):
            assert run(*again, *options) == (2, "", sentence)
        assert run(*again, first)[0] == 0
        assert buyer.stores.galleries.image_count(buyer.shop) == 3


@pytest.mark.parametrize("key", ["id", "sku"])
def test_a_product_whose_sku_is_its_id_can_be_imported_again(buyer: Agency, key: str) -> None:
    store = Store({"7": 2, "8": 1})
    store.platform.products, store.platform.skus = ["7", "8"], {"7": "7"}
    (buyer.folder / "keys.json").write_text(json.dumps(KEYS))
    with running(store):
        source = ("import", buyer.shop, "--from", "openmage", "--source", store.url)
        again = (*source, "--token-file", "keys.json", "--stack", STACK, "--product-key", key)
        assert run(*again)[0] == 0
        (ledger,) = ledger_folder().glob(f"*_{buyer.shop}_*.sqlite")
        assert run(*again, "--dry-run")[0] == 0
        ledger.unlink()
        assert run(*again)[0] == 0
        assert buyer.stores.galleries.image_count(buyer.shop) == 3


def test_killed_imports_of_a_platform_end_as_a_whole_one(buyer: Agency) -> None:
    """The ledger is deleted after some of the kills; `--resume` needs no other option."""
    store = Store({str(number): 2 for number in range(1, 6)})
    store.platform.products, store.platform.page_size = list(store.images), 2
    agency = replace(buyer, source="@tiendanube/555")
    with running(store):
        first = ("--from", "tiendanube", "--store", "555", "--source", store.url)
        runs = KilledImports(agency, first, kills=8, forgetting=3, seed=11, local=True)
        for shop in runs.shops():
            assert content(shop, *store.images) == {
                each: [f"{each}-1.png", f"{each}-2.png"] for each in store.images
            }
            assert shop.stores.galleries.image_count(shop.shop) == 10
    assert runs.resumed


def test_a_dry_run_says_that_it_has_not_read_all_pictures(buyer: Agency) -> None:
    """It fetches one of each host: what else the import would reject is not known."""
    store = Store({"1": 3, "2": 2})
    store.platform.products = ["1", "2"]
    with running(store):
        source = ("--from", "tiendanube", "--store", "555", "--source", store.url)
        line = ("import", buyer.shop, *source, "--dry-run", "--stack", STACK)

        status, told, _ = run(*line)

        assert status == 0
        counts = "5 to import, 0 already here, at least 0 would be rejected"
        assert counts in told
        assert (
            "\nPictures that were not read: 4; the import fetches each, and rejects those that are "
            "not accepted\n"
        ) in told
        assert json.loads(run(*line, "--json")[1])["unread"] == 4
    buyer.put("p0/1.png", 1)
    told = "\n".join(buyer.printed("pictures", "--dry-run"))
    assert "1 to import, 0 already here, 0 would be rejected\n" in told
    assert "not read" not in told

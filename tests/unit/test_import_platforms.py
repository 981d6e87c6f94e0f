"""Imports from platforms, with Vitrine behind the stub of each platform as the source."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import MEDIA_URL, World
from tests.gateway import Gateway
from tests.platforms import ORIGIN, Platform

from vitrine.domain.errors import DownloadError
from vitrine.domain.images import Texts, ViewFacts
from vitrine.services.catalogue import Catalogue
from vitrine.services.own_pictures import find_original
from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.fetching import Fetcher
from vitrine_cli.importing.ledger import Ledger, opened_ledger
from vitrine_cli.importing.platform_client import PausedError, PlatformClient
from vitrine_cli.importing.rate_limits import Rule, bigcommerce, evotor, openmage, tiendanube
from vitrine_cli.importing.removed_at_source import removed_at_source
from vitrine_cli.importing.source import DELETED, Source
from vitrine_cli.importing.sources.bigcommerce import BigCommerce
from vitrine_cli.importing.sources.bigcommerce import headers as bigcommerce_headers
from vitrine_cli.importing.sources.evotor import Evotor
from vitrine_cli.importing.sources.evotor import headers as evotor_headers
from vitrine_cli.importing.sources.openmage import HEADERS, OpenMage, SignedRequests
from vitrine_cli.importing.sources.tiendanube import Tiendanube, file_name_of, texts_of
from vitrine_cli.importing.sources.tiendanube import headers as tiendanube_headers
from vitrine_cli.importing.storing import Outcome, Shelf
from vitrine_cli.importing.verifying import verify
from vitrine_cli.ui.failure import FailureError

STORES = {
    "a": "20240105-1A2B-40C3-80D4-0123456789AA",
    "b": "20240105-1A2B-40C3-80D4-0123456789BB",
}
NUMBERS = {"a": "555", "b": "666"}
VIEWS = "1:default,2:fr"
CODES = {"default": "1", "fr": "2"}
KINDS = ("tiendanube", "bigcommerce v3", "bigcommerce v2", "openmage", "evotor")


def open_shops(world: World) -> None:
    for shop in "ab":
        world.open_shop(
            shop,
            evotor_store_id=STORES[shop],
            tiendanube_store_id=NUMBERS[shop],
            bigcommerce_store_hash=f"hash{shop}",
            openmage_store_views=VIEWS,
        )
        world.issue(f"evotor-{shop}", shop, "evotor", "product.image:read")
        world.issue(f"tiendanube-{shop}", shop, "tiendanube", "write_products")
        world.issue(f"bigcommerce-{shop}", shop, "bigcommerce", "store_v2_products")
        world.issue(f"openmage-{shop}", shop, "openmage", "read", "write")


def fill(world: World, products: list[str], seed: int = 5) -> None:
    """Fill the shop `a` with galleries that have gaps, ties, texts, views and roles."""
    chance, last = random.Random(seed), 0
    for product in products:
        count = chance.choice([0, 1, 2, 3, 5, 12])
        ids = range(last + 1, last + 1 + count)
        last += count
        if not count:
            continue
        sorts = {image: chance.randint(0, 8) for image in ids}
        world.with_gallery("a", product, sorts, thumbnail=chance.choice(ids))
        records, head = world.galleries.records["a", product], world.galleries.heads["a", product]
        for image in ids:
            views = {"2": ViewFacts(label="Bleu", sort=3)} if chance.random() < 0.3 else {}
            if chance.random() < 0.2:
                views["1"] = ViewFacts(excluded=True)
            texts = {"pt": "Azul"} if chance.random() < 0.5 else {}
            records[image] = replace(
                records[image],
                texts=Texts(chance.choice(["", "Blue mug", "кружка"]), texts),
                excluded=chance.random() < 0.2,
                views=views,
            )
        roles = {**head.roles, "image": chance.choice(ids)}
        in_view = {"2": {"image": chance.choice(ids), "small_image": None}}
        world.galleries.heads["a", product] = replace(head, roles=roles, view_roles=in_view)


@dataclass
class Move:
    """A move from a platform, which is the shop `a`, to the shop `b`."""

    world: World
    kind: str
    platform: Platform
    folder: Path
    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    share: float = 0.5
    main: str = "es"

    def source(self) -> Source:
        name, _, version = self.kind.partition(" ")
        rules: dict[str, Rule] = {
            "tiendanube": tiendanube,
            "bigcommerce": bigcommerce(self.share),
            "openmage": openmage,
            "evotor": evotor,
        }
        headers = {
            "tiendanube": tiendanube_headers("tiendanube-a", "agency@example.com"),
            "bigcommerce": bigcommerce_headers("bigcommerce-a"),
            "openmage": {**HEADERS, "Authorization": "Bearer openmage-a"},
            "evotor": evotor_headers("evotor-a"),
        }
        http = self.platform.client()
        http.headers.update(headers[name])
        client = PlatformClient(ORIGIN, http, rules[name], self._wait, self.told.append, "a scope")
        match name:
            case "tiendanube":
                return Tiendanube(client, NUMBERS["a"], lambda _: (self.main, ""))
            case "bigcommerce":
                base = f"{MEDIA_URL}/a/product_images"
                return BigCommerce(client, "hasha", version, base)
            case "openmage":
                return OpenMage(client, "api.example", {"1": "default", "2": "fr"})
            case _:
                return Evotor(client, STORES["a"])

    def _wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return True

    def fetch(self, url: str, _max_bytes: int) -> bytes:
        """Download a public picture of the shop `a`: its original."""
        assert url.startswith(f"{MEDIA_URL}/a/")
        catalogue = self.world.catalogue("a")
        found = find_original(catalogue, url)
        assert found is not None, url
        return self.world.blobs.original(found.original_key).data

    def run(self) -> tuple[dict[Any, int], list[str]]:
        """Import, and return the counted outcomes and the differences."""
        shop = self.world.shops.shop("b")
        assert shop is not None
        self.world.remote.fetch = self.fetch  # type: ignore[method-assign]
        catalogue = Catalogue(shop, self.world.stores, self.world.remote)
        with opened_ledger(self.folder / "ledger") as ledger:
            adding: Callable[[str], None] = lambda name: ledger.note_order(name, unordered=True)  # noqa: E731
            shelf = Shelf(catalogue, CODES, adding=adding)
            fetcher = Fetcher(self.world.remote, None, threading.BoundedSemaphore(4), self._wait)
            engine = Engine(ledger, shelf, fetcher)
            ledger.begin_list()
            engine.list_source(self.source(), lambda _: None)
            engine.import_all()
            found = [f"{each.product} {each.image} {each.what}" for each in verify(ledger, shelf)]
        return dict(engine.outcomes), found

    def listed(self, shop: str, product: str) -> list[dict[str, Any]]:
        """What the platform's dialect lists of a product, without ids, dates and URLs.

        BigCommerce lists by id, and equal positions in a store view are ordered by id. Images get
        their ids in gallery order, so both lists are compared without regard to ids.
        """
        name = self.kind.partition(" ")[0]
        token = f"{name}-{shop}"
        path, headers = {
            "tiendanube": (
                f"/v1/{NUMBERS[shop]}/products/{product}/images?per_page=200",
                tiendanube_headers(token, "test"),
            ),
            "bigcommerce": (
                f"/stores/hash{shop}/v2/products/{product}/images.json?limit=250",
                bigcommerce_headers(token),
            ),
            "openmage": (
                f"/api/rest/products/{product}/images",
                {**HEADERS, "Authorization": f"Bearer {token}"},
            ),
            "evotor": (f"/stores/{STORES[shop]}/products/{product}/images", evotor_headers(token)),
        }[name]
        paths = [path]
        if name == "openmage":
            paths += [f"{path}/store/{view}" for view in ("1", "2")]
        send = Gateway()
        found: list[dict[str, Any]] = []
        for each in paths:
            answer = send("GET", each, headers)
            body = answer.json if answer.status == 200 else []
            listed = body["items"] if isinstance(body, dict) else body
            if name == "bigcommerce":
                listed.sort(key=lambda image: (image["sort_order"], image["id"]))
            elif each != path:
                listed.sort(key=lambda image: (int(image["position"]), _without_id(image)))
            found += listed
        return [{key: each[key] for key in each if key not in _OWN} for each in found]


def _without_id(image: dict[str, Any]) -> str:
    return str({name: image[name] for name in image if name not in _OWN})


_OWN = frozenset(
    {
        *("id", "user_id", "store_id", "url", "created_at", "updated_at", "src", "image_file"),
        *("date_created", "date_modified", "zoom_url", "standard_url", "thumbnail_url"),
        "tiny_url",
    }
)
PRODUCTS = [str(number) for number in range(1, 61)]


@pytest.fixture(params=KINDS)
def move(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Move:
    open_shops(world)
    return Move(world, request.param, Platform(PRODUCTS, Gateway().send), tmp_path)


def count(world: World, shop: str) -> int:
    return sum(
        len(each.sorts) for (owner, _), each in world.galleries.heads.items() if owner == shop
    )


def test_a_shop_lists_as_it_did_at_the_platform(move: Move) -> None:
    fill(move.world, PRODUCTS)
    images = count(move.world, "a")

    outcomes, differences = move.run()

    assert (outcomes, differences) == ({Outcome.ADDED: images}, [])
    for product in PRODUCTS:
        assert move.listed("b", product) == move.listed("a", product)
    assert move.run()[0] == {Outcome.PRESENT: images}


def test_images_of_a_product_that_was_deleted_at_the_platform_are_counted(move: Move) -> None:
    fill(move.world, PRODUCTS[:20])
    move.platform.products = PRODUCTS[:20]
    move.run()
    galleries = move.world.galleries
    most = max(PRODUCTS[:20], key=lambda each: len(galleries.gallery("b", each).sorts))
    move.platform.products = [each for each in PRODUCTS[:20] if each != most]
    move.run()

    def missing(wants: Callable[[str], bool]) -> int:
        with opened_ledger(move.folder / "ledger") as ledger:
            return removed_at_source(move.source(), ledger, move.world.catalogue("b"), wants)

    assert missing(lambda _: True) == len(galleries.gallery("b", most).sorts) > 0
    assert missing(lambda product: product != most) == 0
    galleries.heads.pop(("b", most))
    galleries.records.pop(("b", most))
    assert missing(lambda _: True) == 0, "they are not here any more"


def test_refusals_and_failures_of_the_platform_are_overcome(move: Move) -> None:
    fill(move.world, PRODUCTS[:9])
    move.platform.products = PRODUCTS[:9]
    move.platform.refused = lambda number: number % 3 == 0
    move.platform.failing = lambda number: number == 2

    outcomes, differences = move.run()

    assert (outcomes, differences) == ({Outcome.ADDED: count(move.world, "a")}, [])
    assert max(move.waits) >= 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>maintenance</html>", "with text/html instead of JSON: is --source right?"),
        (b'[{"name": "no id"}]', "in an unexpected form ("),
        (b'{"items": 5, "data": [5], "count": "x", "7": null}', "in an unexpected form ("),
        (b'[{"id": true, "entity_id": {}}]', "in an unexpected form ("),
        (b'"text"', "in an unexpected form ("),
        (b"null", "in an unexpected form ("),
        (b'[{"id": 1, "images": [', "with broken JSON."),
        ("[{'é'}]".encode("latin-1"), "with broken JSON."),
        (b"[" * 100_000, "with broken JSON."),
        (b"", "with broken JSON."),
    ],
)
@pytest.mark.parametrize("at", [1, 2])
def test_an_answer_of_another_form_is_one_sentence(
    move: Move, body: bytes, told: str, at: int
) -> None:
    fill(move.world, PRODUCTS[:9])
    move.platform.products = PRODUCTS[:9]
    if body == b"null":  # which OpenMage answers for a product without images
        at = 1
    move.platform.replaced = lambda number: body if number == at else None

    with pytest.raises(FailureError) as caught:
        move.run()

    sentence = caught.value.args[0]
    assert sentence.startswith("api.example answers /")
    assert told in sentence
    assert "\n" not in sentence
    assert len(sentence) < 250


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (301, "with a redirect to https://www.example/: is --source right?"),
        (400, "api.example answers /"),
        (401, "The platform does not know the token (401)."),
        (402, "The platform asks the shop for a payment (402)."),
        (403, "The token lacks a scope, or is another store's (403); it needs a scope."),
        (404, "(404): are --from, --source and --store right?"),
        (410, "with status 410."),
    ],
)
def test_a_wrong_token_scope_store_host_or_dialect_is_one_sentence(
    move: Move, status: int, told: str
) -> None:
    move.platform.status = status

    with pytest.raises(FailureError) as caught:
        move.run()

    sentence = caught.value.args[0]
    assert told in sentence
    assert "\n" not in sentence
    if status in (301, 400, 404, 410):  # name the place
        stores = (NUMBERS["a"], "hasha", "api/rest/products", STORES["a"])
        assert sentence.startswith("api.example ")
        assert any(store in sentence for store in stores)


def test_an_empty_catalogue_is_no_error(move: Move) -> None:
    move.platform.products = []
    assert move.run() == ({}, [])


def removed(products: list[str]) -> None:
    del products[0]


def added(products: list[str]) -> None:
    products.insert(0, "99")


def removed_and_added(products: list[str]) -> None:
    removed(products)
    products.append("99")


@pytest.mark.parametrize("kind", ["tiendanube", "bigcommerce v3"])
@pytest.mark.parametrize(
    ("change", "unlisted"), [(removed, 1), (added, 1), (removed_and_added, 0), (list.copy, 0)]
)
def test_a_list_that_changes_while_it_is_read_is_told(
    world: World,
    tmp_path: Path,
    kind: str,
    change: Callable[[list[str]], None],
    unlisted: int,
) -> None:
    """Page 2 begins one product later or earlier than page 1 ended.

    As many that come as that go cannot be told from a list that stays.
    """
    open_shops(world)
    move = Move(world, kind, Platform(PRODUCTS[:20], Gateway().send), tmp_path)
    move.platform.arrived = lambda number: change(move.platform.products) if number == 2 else None

    move.run()

    ledger = Ledger(tmp_path / "ledger")
    assert (ledger.is_listed, ledger.unlisted_products) == (True, unlisted)
    move.run()
    assert ledger.unlisted_products == 0, "the same command again finds all"
    ledger.close()


def test_the_pages_of_a_resumed_list_are_counted_together(world: World, tmp_path: Path) -> None:
    open_shops(world)
    move = Move(world, "bigcommerce v3", Platform(PRODUCTS[:20], Gateway().send), tmp_path)
    ledger = Ledger(tmp_path / "ledger")
    ledger.begin_list()
    stopping = threading.Event()
    fetcher = Fetcher(world.remote, None, threading.BoundedSemaphore(1), lambda _: True)
    shelf = Shelf(world.catalogue("b"), CODES)
    wanted = PRODUCTS[:3]
    engine = Engine(ledger, shelf, fetcher, stopping=stopping, wants=wanted.__contains__)
    engine.list_source(move.source(), lambda _: stopping.set())
    assert not ledger.is_listed
    stopping.clear()

    engine.list_source(move.source(), lambda _: None)

    assert (ledger.is_listed, ledger.unlisted_products) == (True, 0)
    assert [each.name for each in ledger.products()] == wanted
    ledger.close()


def test_a_product_that_is_deleted_after_it_was_listed_is_counted(move: Move) -> None:
    """BigCommerce v3 and Tiendanube list images with their product: there the pictures are gone."""
    fill(move.world, PRODUCTS[:9])
    move.platform.products = PRODUCTS[:9]
    gone = max(PRODUCTS[:9], key=lambda each: len(move.listed("a", each)))
    lost = len(move.world.galleries.heads["a", gone].sorts)
    source = move.source()
    move.source = lambda: source  # type: ignore[method-assign]
    if move.kind == "bigcommerce v3":
        kept = move.fetch
        catalogue = move.world.catalogue("a")

        def fetch(url: str, max_bytes: int) -> bytes:
            found = find_original(catalogue, url)
            assert found is not None
            if found.image in move.world.galleries.records["a", gone]:
                raise DownloadError(url, status=404)
            return kept(url, max_bytes)

        move.fetch = fetch  # type: ignore[method-assign]
    else:
        move.platform.deleted = {gone}

    outcomes, differences = move.run()

    rest = count(move.world, "a") - lost
    assert lost > 1
    if move.kind == "bigcommerce v3":
        assert (outcomes, differences) == ({Outcome.ADDED: rest, Outcome.REJECTED: lost}, [])
        ledger = Ledger(move.folder / "ledger")
        assert {each.reason for each in ledger.entries(gone)} == {"answered 404"}
        ledger.close()
    else:
        assert (outcomes, differences) == ({Outcome.ADDED: rest}, [])
        assert source.left_out[DELETED] == 1


@pytest.mark.parametrize("products", [99, 100, 101, 200, 250])
def test_the_last_page_of_openmage_that_comes_again_ends_the_list(
    world: World, tmp_path: Path, products: int
) -> None:
    open_shops(world)
    numbers = [str(number) for number in range(1, products + 1)]
    move = Move(world, "openmage", Platform(numbers, Gateway().send), tmp_path)

    pages = list(move.source().pages(None))

    assert [each.name for page in pages for each in page.products] == numbers
    assert pages[-1].next is None
    if pages[0].next:
        resumed = list(move.source().pages(pages[0].next))
        assert [each.name for page in resumed for each in page.products] == numbers[100:]


def test_all_of_300_images_of_a_product_are_read_by_their_links() -> None:
    """The list of products has no texts, so the images are read by themselves."""

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/images"):
            return httpx.Response(200, json=[{"id": 7, "images": None}])
        page = int(request.url.params.get("page", "1"))
        numbers = range(page * 200 - 199, min(page * 200, 300) + 1)
        url = "https://cdn.example/{}.png"
        listed = [{"id": n, "src": url.format(n), "position": n, "alt": []} for n in numbers]
        more = request.url.copy_set_param("page", page + 1)
        links = {"link": f'<{more}>; rel="next"'} if page == 1 else {}
        return httpx.Response(200, json=listed, headers=links)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    reader = PlatformClient(ORIGIN, http, tiendanube, lambda _: True, lambda _: None, "a scope")
    (page,) = Tiendanube(reader, "555", lambda _: ("es", "")).pages(None)

    (product,) = page.products
    assert [each.id for each in product.images] == [str(n) for n in range(1, 301)]


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_all_of_300_images_of_a_product_are_read_by_their_numbers(version: str) -> None:
    """The list of products has the first 250 in version 3, and none in version 2."""

    def images(page: int) -> list[dict[str, Any]]:
        numbers = range(page * 250 - 249, min(page * 250, 300) + 1)
        return [{"id": n, "image_file": f"{n}.png", "sort_order": 0} for n in numbers]

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", "1"))
        is_list = not request.url.path.removesuffix(".json").endswith("images")
        found = [{"id": 7, "images": images(1)}] if is_list else images(page)
        if request.url.path.endswith("count.json"):
            return httpx.Response(200, json={"count": 1})
        if version == "v2":
            return httpx.Response(200, json=found)
        paging = {"total": 1, "total_pages": 1 if is_list else 2}
        return httpx.Response(200, json={"data": found, "meta": {"pagination": paging}})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    rule = bigcommerce(0.5)
    reader = PlatformClient(ORIGIN, http, rule, lambda _: True, lambda _: None, "a scope")
    (page,) = BigCommerce(reader, "k3j9", version, "https://cdn.example").pages(None)

    (product,) = page.products
    assert [each.id for each in product.images] == [str(n) for n in range(1, 301)]


@pytest.mark.parametrize("of_images", [False, True])
@pytest.mark.parametrize("pages", [1, 3])
def test_a_link_that_leads_back_to_a_page_ends_the_list(pages: int, *, of_images: bool) -> None:
    """Pages 1 to `pages` lead to the next one, and the last to the first."""
    requests = list[httpx.URL]()

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request.url)
        assert len(requests) < 9, "the list does not end"
        is_image_list = request.url.path.endswith("/images")
        page = int(request.url.params.get("page", "1"))
        more = request.url.copy_set_param("page", page % pages + 1)
        links = {"link": f'<{more}>; rel="next"'} if is_image_list is of_images else {}
        image = {"id": page, "src": "https://cdn.example/a.png", "alt": []}
        product = {"id": page, "images": None if of_images else []}
        return httpx.Response(200, json=[image if is_image_list else product], headers=links)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    reader = PlatformClient(ORIGIN, http, tiendanube, lambda _: True, lambda _: None, "a scope")

    with pytest.raises(FailureError, match="leads back to a page that was read already: https://"):
        list(Tiendanube(reader, "555", lambda _: ("es", "")).pages(None))


@pytest.fixture
def client(world: World) -> tuple[Platform, PlatformClient, list[float]]:
    platform, waits = Platform([], Gateway().send), list[float]()

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return True

    http = platform.client()
    return platform, PlatformClient(ORIGIN, http, evotor, wait, lambda _: None, "a scope"), waits


Client = tuple[Platform, PlatformClient, list[float]]


def test_the_token_stays_at_its_host(client: Client) -> None:
    platform, reader, _ = client
    for url in ("https://evil.example/x", "//evil.example/x", "http://api.example/x"):
        with pytest.raises(FailureError, match="leads to another host"):
            reader.get(url)
    assert platform.requests == []


def test_a_platform_that_fails_for_ever_ends_the_import(client: Client) -> None:
    platform, reader, waits = client
    platform.failing = lambda _: True
    with pytest.raises(
        FailureError, match=r"fails again and again at /stores/x/products .status 500"
    ):
        reader.get("stores/x/products")
    assert len(platform.requests) == 5
    assert waits == [0, 1, 2, 4, 8]


def test_a_host_that_cannot_be_reached_is_named_with_the_cause() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Name or service not known", request=request)

    http = httpx.Client(transport=httpx.MockTransport(refuse))
    reader = PlatformClient(ORIGIN, http, evotor, lambda _: True, lambda _: None, "a scope")
    with pytest.raises(
        FailureError, match=r"^api\.example fails .* .Name or service not known.\.$"
    ):
        reader.get("stores/x/products")


def test_a_wait_of_a_day_pauses_the_import(client: Client) -> None:
    platform, reader, _ = client
    platform.refused = lambda _: True
    platform.limits = lambda: {"Retry-After": "86400"}
    with pytest.raises(PausedError):
        reader.get("stores/x/products")


def test_an_unknown_token_is_one_sentence(client: Client, world: World) -> None:
    _, reader, _ = client
    with pytest.raises(FailureError, match=r"does not know the token .401.\.$"):
        reader.get(f"stores/{STORES['a']}/products/1/images")


def test_openmage_requests_are_signed(world: World) -> None:
    open_shops(world)
    fill(world, ["7"], seed=2)
    keys = world.issue_keys("a", "openmage", "read")
    http = Platform(["7"], Gateway().send).client()
    http.headers.update(HEADERS)
    http.auth = SignedRequests(
        (keys.consumer_key, keys.secrets.consumer), (keys.token, keys.secrets.token)
    )
    reader = PlatformClient(ORIGIN, http, openmage, lambda _: True, lambda _: None, "a role")

    (page,) = OpenMage(reader, "api.example", {"2": "fr"}).pages(None)

    assert [each.name for each in page.products] == ["7"]
    assert len(page.products[0].images) == len(world.galleries.heads["a", "7"].sorts)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x/mug-00000000cc00d8e86590ed8e7a5b23f5-1024-1024.jpg", "mug.jpg"),
        ("https://x/mug-1024-1024.webp", "mug.webp"),
        ("https://x/a%20b-640-0.png?x=1", "a b.png"),
        ("https://x/mug", "mug"),
    ],
)
def test_file_names_lose_hash_and_size(url: str, name: str) -> None:
    assert file_name_of(url) == name


@pytest.mark.parametrize(
    ("alt", "expected"),
    [
        ([], ("", {})),
        (None, ("", {})),
        ("Taza", ("Taza", {})),
        ({"es": "Taza", "pt": "Caneca", "en": None}, ("Taza", {"pt": "Caneca"})),
        ({"pt": "Caneca"}, ("Caneca", {})),
        ({"en": "Mug"}, ("", {"en": "Mug"})),
    ],
)
def test_texts_of_the_main_language_come_first(alt: object, expected: object) -> None:
    assert texts_of(alt, "pt", "es") == expected

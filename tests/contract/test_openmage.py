"""OpenMage, row by row (shared contract: openmage; the seed is the specification).

OAuth (section 2's table of checks) and customers have tests of their own.
"""

import base64
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.gateway import Answer, Gateway, event_of

from vitrine import environment
from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.locations import parse_original_key
from vitrine.domain.shops import ProductMode, product_key
from vitrine.domain.storage import PublicPicture
from vitrine.services.rendering import make_renditions
from vitrine.services.unpublishing import unpublish

API = "/api/rest"
P = f"{API}/products/8/images"
FILES = f"{MEDIA_URL}/shop1/catalog/product"
A, B, C = 11, 12, 13
NOBODY = 99
FR, DE = "2", "3"
JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}
XHTML = {"Content-Type": "application/xhtml+xml"}  # the gateway hands it on in base64
FORM = {"Content-Type": "text/plain"}
MEDIA_TYPES = {
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
}
ANSWER_IN = {
    "json": {"Accept": "application/json"},
    "xml": {"Accept": "application/xml"},
}
DOT = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
DATA = pictures.png(6, 4)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


PNG = {"file_content": encoded(DATA), "file_mime_type": "image/png"}


def one(image: object = A, store: str = "", product: str = "8") -> str:
    """The path of an image, in a store if one is named."""
    return f"{API}/products/{product}/images/{image}" + (f"/store/{store}" if store else "")


def many(store: str = "", product: str = "8") -> str:
    """The path of a product's images, in a store if one is named."""
    return f"{API}/products/{product}/images" + (f"/store/{store}" if store else "")


@dataclass
class OpenMage:
    """Clients of the shop `shop1`: its admin and a guest, both asking for JSON."""

    world: World
    admin: Gateway
    guest: Gateway
    met: set[str] = field(default_factory=set)

    def get(self, path: str) -> Any:
        answer = self.admin("GET", path)
        assert answer.status == 200, answer.body
        return answer.json

    def seen(self, path: str) -> Any:
        """What a guest gets."""
        answer = self.guest("GET", path)
        assert answer.status == 200, answer.body
        return answer.json

    def put(self, fields: Mapping[str, Any], image: int = A, store: str = "") -> None:
        assert_written(self.admin("PUT", one(image, store), json=fields))

    def added(self, path: str = P, data: bytes = DATA, **fields: Any) -> int:
        """The id of a new image."""
        content = {**PNG, "file_content": encoded(data), **fields}
        answer = self.admin("POST", path, json=content)
        assert_written(answer)
        return int(answer.headers["location"].rpartition("/")[2])

    def delete(self, image: int = A, store: str = "") -> None:
        assert_written(self.admin("DELETE", one(image, store)))

    def with_gallery(self) -> None:
        """Two images of another dialect: A at position 1 with the thumbnail, B at 6."""
        self.world.with_gallery("shop1", "8", {A: 0, B: 5}, thumbnail=A)

    def render(self) -> None:
        """What the pipeline does with every original, and with the pictures of those that went."""
        blobs = self.world.blobs
        self.met |= blobs.originals.keys()
        for key in sorted(self.met):
            address = parse_original_key(key)
            assert address is not None
            if key in blobs.originals:
                make_renditions(self.world.stores, address)
            if key not in blobs.originals:
                unpublish(self.world.stores, address)

    def public(self, path: str) -> PublicPicture:
        """What the CDN serves under a path of shop1."""
        return self.world.blobs.public[f"media/shop1/{path}"]

    def file_of(self, image: int, product: str = "8") -> str:
        """The full name of an image's file, whose URL is as the contract says."""
        url: str = self.get(one(image, product=product))["url"]
        name = url.rpartition("/")[2]
        first, second = (each.replace(".", "_") for each in name[:2])
        assert url == f"{FILES}/{first}/{second}/{name}"
        return name

    @property
    def gallery(self) -> Gallery:
        return self.world.galleries.gallery("shop1", "8")

    @property
    def everything(self) -> Any:
        """Whatever a request may change."""
        galleries = self.world.galleries
        heads = {where: head for where, head in galleries.heads.items() if head.version}
        records = {where: dict(each) for where, each in galleries.records.items() if each}
        return heads, records, dict(galleries.counts), dict(self.world.blobs.originals)


def open_shop1(world: World, **settings: str) -> OpenMage:
    views = {"openmage_store_views": "1:default,2:fr,3:de"}
    world.open_shop(
        "shop1",
        bigcommerce_store_hash="abc",
        tiendanube_store_id="555",
        **{**views, **settings},
    )
    world.issue("admin", "shop1", "openmage", "read", "write")
    world.shops.hosts["api.example"] = "shop1"
    accept = ANSWER_IN["json"]
    return OpenMage(
        world, Gateway(headers={"Authorization": "Bearer admin", **accept}), Gateway(headers=accept)
    )


@pytest.fixture
def shop(world: World) -> OpenMage:
    return open_shop1(world)


@pytest.fixture
def stocked(shop: OpenMage) -> OpenMage:
    """The shop with A and B in product 8."""
    shop.with_gallery()
    return shop


@contextmanager
def hung_shop() -> Iterator[OpenMage]:
    """The same for a property test, which needs a world for every example."""
    world = World()
    with environment.use(world.environment):
        shop = open_shop1(world)
        shop.with_gallery()
        yield shop


@pytest.fixture
def registered(world: World) -> OpenMage:
    """A shop that has only the product 28, alias Sku-28."""
    world.open_shop("shop3", ProductMode.REGISTERED, openmage_store_views="1:default,2:fr")
    world.issue("three", "shop3", "openmage", "read", "write")
    world.shops.hosts["api.example"] = "shop3"
    world.shops.register_product("shop3", product_key("28"), product_key("Sku-28"))
    accept = ANSWER_IN["json"]
    return OpenMage(
        world, Gateway(headers={"Authorization": "Bearer three", **accept}), Gateway(headers=accept)
    )


in_both_formats = pytest.mark.parametrize("kind", ["json", "xml"])


def xml(value: Any, name: str = "magento_api", indent: str = "") -> str:
    """An element as the contract prints it."""
    if isinstance(value, str | int):
        text = escape(str(value))
        return f"{indent}<{name}>{text}</{name}>" if text else f"{indent}<{name}/>"
    items = [("data_item", each) for each in value] if isinstance(value, list) else value.items()
    inside = [xml(each, child, indent + "  ") for child, each in items]
    if not inside:
        return f"{indent}<{name}/>"
    return "\n".join([f"{indent}<{name}>", *inside, f"{indent}</{name}>"])


def printed(value: Any, kind: str) -> str:
    """A whole answer's body."""
    if kind == "json":
        return json.dumps(value, separators=(",", ":"))
    return '<?xml version="1.0"?>\n' + xml(value)


def assert_shows(answer: Answer, value: Any, kind: str = "json") -> None:
    assert answer.headers["content-type"] == MEDIA_TYPES[kind]
    body = answer.body
    if kind == "xml":  # empty elements may be spelled in two ways
        body = body.replace("<label></label>", "<label/>").rstrip("\n")
    assert body == printed(value, kind)
    assert answer.status == 200


def assert_refused(answer: Answer, status: int, *messages: str, kind: str = "json") -> None:
    error = {"messages": {"error": [{"code": status, "message": each} for each in messages]}}
    body = answer.body if kind == "json" else answer.body.rstrip("\n")
    assert body == printed(error, kind)
    assert answer.status == status
    assert answer.headers["content-type"] == MEDIA_TYPES[kind]
    assert "location" not in answer.headers


def assert_written(answer: Answer) -> None:
    assert (answer.status, answer.body) == (200, "")
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"


NO_FORMAT = 406, "Server can not understand Accept HTTP header media type."
REJECTED = 401, "oauth_problem=token_rejected"
NO_ROUTE = 404, "Request does not match any route."
NO_METHOD = 400, "Invalid request method"
DENIED = 403, "Access denied"
NOT_IMPLEMENTED = 405, "Resource method not implemented yet."
NO_CONTENT_TYPE = 400, "Content-Type header is empty"
MULTIPART = 400, "Invalid Content-Type header"
NO_CHARSET = 400, "UTF-8 is the only supported charset"
TOO_LARGE = 413, "Request entity too large"
UNREADABLE = 400, "Decoding error."
NOTHING_SENT = 400, "The request data is invalid."
NO_STORE = 400, "Requested store is invalid"
NOT_FOUND = 404, "Resource not found."
NO_IMAGE = 404, "Product image not found"
INTERNAL = 500, "Resource internal error."
NOT_SPECIFIED = 400, "The image is not specified", "Resource data pre-validator error."
NOT_BASE64 = 400, "The image content must be valid base64 encoded data"
NO_MIME_TYPE = 400, "Unsupported image MIME type"
UNKNOWN = 400, "Resource unknown error."
FULL = 400, "Requested product does not support images"
PRE_VALIDATOR = 400, "Resource data pre-validator error."


def unknown_type(media_type: str) -> tuple[int, str]:
    return (
        400,
        f'Server can not understand Content-Type HTTP header media type "{media_type}"',
    )


# 1 Routes


class Operation(NamedTuple):
    """One operation, which succeeds for the admin of a shop with A and B."""

    method: str
    path: str
    body: Mapping[str, Any] = {}

    @property
    def writes(self) -> bool:
        return self.method != "GET"


OPERATIONS = [
    Operation("GET", many()),
    Operation("POST", many(), {"json": PNG}),
    Operation("GET", many(FR)),
    Operation("POST", many(FR), {"json": PNG}),
    Operation("GET", one()),
    Operation("PUT", one(), {"json": {"label": "x"}}),
    Operation("DELETE", one()),
    Operation("GET", one(store=FR)),
    Operation("PUT", one(store=FR), {"json": {"label": "x"}}),
    Operation("DELETE", one(store=FR)),
]
READS = [each for each in OPERATIONS if not each.writes]
WRITES = [each for each in OPERATIONS if each.writes]


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
every_read = pytest.mark.parametrize("operation", READS, ids=name_of)
every_write = pytest.mark.parametrize("operation", WRITES, ids=name_of)


def call(send: Gateway, operation: Operation, suffix: str = "", **headers: str) -> Answer:
    """An operation's plainest request."""
    return send(operation.method, operation.path + suffix, headers, **operation.body)


@pytest.mark.parametrize("store", ["", FR])
def test_an_image_is_added_listed_read_changed_and_deleted(shop: OpenMage, store: str) -> None:
    image = shop.added(many(store), label="front", types=["image"])
    path = one(image, store)
    shown = {
        "id": str(image),
        "label": "front",
        "position": "1",
        "exclude": "0",
        "url": f"{FILES}/i/m/image.png",
        "types": ["image"],
    }

    assert shop.get(path) == shown
    assert shop.get(many(store)) == [shown]
    shop.put({"label": "back"}, image, store)
    assert shop.get(path) == {**shown, "label": "back"}
    shop.delete(image, store)
    assert shop.get(many(store)) == []
    assert_refused(shop.admin("GET", path), *NO_IMAGE)
    assert_refused(shop.admin("PUT", path, json={"label": "x"}), *NOT_FOUND)
    assert_refused(shop.admin("DELETE", path), *NOT_FOUND)


@in_both_formats
@every_write
def test_writes_answer_200_and_nothing(stocked: OpenMage, operation: Operation, kind: str) -> None:
    answer = call(stocked.admin, operation, **ANSWER_IN[kind])

    assert_written(answer)
    if operation.method == "POST":
        assert answer.headers["location"] == f"{API}/products/8/images/13"
    else:
        assert "location" not in answer.headers


@every_operation
def test_one_trailing_slash_is_tolerated(stocked: OpenMage, operation: Operation) -> None:
    plain = call(stocked.admin, operation) if operation.method == "GET" else None

    answer = call(stocked.admin, operation, "/")

    assert answer.status == 200, answer.body
    if plain:
        assert answer == plain
    else:
        assert_written(answer)
    if operation.method == "POST":
        assert answer.headers["location"] == one(C)


def test_location_is_spelled_so(shop: OpenMage) -> None:
    request = httpx.Request(
        "POST", f"https://api.example{P}", headers={"Authorization": "Bearer admin"}, json=PNG
    )
    route, event = event_of(request)
    module, _, function = route.handler.rpartition(".")

    answer = getattr(import_module(module), function)(event, None)

    assert answer["headers"]["Location"] == f"{API}/products/8/images/1"


@pytest.mark.parametrize(
    "product",
    [
        "8",
        "MUG-1.x_~",
        "Mug%201",
        "caf%C3%A9",
        "%D0%BA%D0%BE%D1%82",
        "a+b",
        "a:b,c@d",
        "a%25b",
        "%2E",
        "%2E%2E",
    ],
)
@pytest.mark.parametrize("store", ["", FR])
def test_location_names_the_product_as_the_client_did(
    shop: OpenMage, product: str, store: str
) -> None:
    answer = shop.admin("POST", many(store, product), json=PNG)

    location = answer.headers["location"]
    assert location == f"{API}/products/{product}/images/1"
    assert shop.get(location)["id"] == "1"


@pytest.mark.parametrize(
    "product", ["x", "1" * 64, quote("é" * 64), quote("東" * 64), "a%20b", "..%20", "images", "-1"]
)
def test_a_product_has_up_to_64_characters(shop: OpenMage, product: str) -> None:
    shop.added(many(product=product))

    assert [each["id"] for each in shop.get(many(product=product))] == ["1"]


@pytest.mark.parametrize(
    "product", ["1" * 65, quote("é" * 65), "a%2Fb", "%00", "a%0Ab", "a%1F", "%7F"]
)
@every_operation
def test_other_products_match_no_route(
    stocked: OpenMage, operation: Operation, product: str
) -> None:
    other = operation._replace(path=operation.path.replace("/8/", f"/{product}/"))

    assert_refused(call(stocked.admin, other), *NO_ROUTE)


def test_products_are_compared_whatever_their_case(shop: OpenMage) -> None:
    image = shop.added(many(product="Mug-%C3%89"))

    assert [each["id"] for each in shop.get(many(product="mUG-%C3%A9"))] == [str(image)]
    assert shop.admin("DELETE", one(image, product="MUG-%C3%A9")).status == 200
    assert shop.get(many(product="Mug-%C3%89")) == []


@pytest.mark.parametrize(
    "image",
    [
        "99",
        "0",
        "-11",
        "+11",
        "11.0",
        "1e1",
        "abc",
        "11x",
        "%2011",
        "11%20",
        "store",
        "9" * 40,
        "%D9%A1%D9%A1",
        "11%0A",
        "0x0b",
        "11.json",
    ],
)
@pytest.mark.parametrize("store", ["", FR])
def test_anything_but_the_id_of_an_image_is_an_unknown_image(
    stocked: OpenMage, image: str, store: str
) -> None:
    path = one(image, store)

    assert_refused(stocked.admin("GET", path), *NO_IMAGE)
    assert_refused(stocked.guest("GET", path), *NOT_FOUND)
    assert_refused(stocked.admin("PUT", path, json={"label": "x"}), *NOT_FOUND)
    assert_refused(stocked.admin("DELETE", path), *NOT_FOUND)


def test_an_image_of_another_product_is_unknown(stocked: OpenMage) -> None:
    for store in ("", FR):
        path = one(A, store, product="9")
        assert_refused(stocked.admin("GET", path), *NO_IMAGE)
        assert_refused(stocked.guest("GET", path), *NOT_FOUND)
        assert_refused(stocked.admin("PUT", path, json={"label": "x"}), *NOT_FOUND)
        assert_refused(stocked.admin("DELETE", path), *NOT_FOUND)
    assert stocked.get(one())["label"] == ""


@pytest.mark.parametrize("spelled", ["2", "fr"])
def test_stores_are_named_by_number_or_code(stocked: OpenMage, spelled: str) -> None:
    stocked.put({"label": "avant"}, store=spelled)

    for each in ("2", "fr"):
        assert stocked.get(one(store=each))["label"] == "avant"
        assert [item["label"] for item in stocked.get(many(each))] == ["avant", ""]
    for each in ("", "0", "admin", "1", "default", "3", "de"):
        assert stocked.get(one(store=each))["label"] == ""


@pytest.mark.parametrize("store", ["0", "admin"])
def test_store_0_and_admin_are_global(stocked: OpenMage, store: str) -> None:
    stocked.put({"label": "front"}, store=store)
    assert stocked.get(one())["label"] == "front"
    assert stocked.get(one(store=FR))["label"] == "front"
    image = stocked.added(many(store), label="back", types=["image"])
    assert stocked.get(one(image)) == stocked.get(one(image, FR))
    assert stocked.get(one(image))["label"] == "back"
    stocked.delete(store=store)
    assert [each["id"] for each in stocked.get(many(FR))] == [str(B), str(image)]
    assert_refused(stocked.admin("GET", one()), *NO_IMAGE)


@pytest.mark.parametrize("store", ["4", "-1", "en", "FR", "Admin", "fr%20", "1.0", "1:default"])
@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if f"/store/{FR}" in each.path], ids=name_of
)
def test_other_stores_are_invalid(stocked: OpenMage, operation: Operation, store: str) -> None:
    before = stocked.everything
    other = operation._replace(path=operation.path.replace("/store/2", f"/store/{store}"))

    assert_refused(call(stocked.admin, other), *NO_STORE)
    if not operation.writes:
        assert_refused(call(stocked.guest, other), *NO_STORE)
    assert stocked.everything == before


NOWHERE = [
    API,
    f"{API}/",
    f"{API}/products",
    f"{API}/products/8",
    f"{API}/products/8/",
    f"{API}/products//images",
    f"{API}/products/8/images//",
    f"{API}/products/8/image",
    f"{API}/products/8/Images",
    f"{API}/Products/8/images",
    f"{API}/products/8/images/11/Store/2",
    f"{API}/products/8/images/11/stores/2",
    f"{API}/products/8/images/11/12",
    f"{API}/products/8/images/11/store",
    f"{API}/products/8/images/store/2/11",
    f"{API}/products/8/images/11/store/2/3",
    f"{API}/products/8/images/11/store/2//",
    f"{API}/products/8/categories",
    f"{API}/stockitems",
    f"{API}/v1/products/8/images",
]


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_other_paths_match_no_route_whoever_calls(
    stocked: OpenMage, method: str, path: str
) -> None:
    for send in (stocked.admin, stocked.guest):
        assert_refused(send(method, path), *NO_ROUTE)
    answer = stocked.guest(method, path, ANSWER_IN["xml"])
    assert_refused(answer, *NO_ROUTE, kind="xml")


KINDS_OF_PATH = [
    (many(), {"GET", "POST"}),
    (many(FR), {"GET", "POST"}),
    (one(), {"GET", "PUT", "DELETE"}),
    (one(store=FR), {"GET", "PUT", "DELETE"}),
]


@in_both_formats
@pytest.mark.parametrize(("path", "allowed"), KINDS_OF_PATH)
def test_some_methods_are_not_implemented_for_a_path(
    stocked: OpenMage, path: str, allowed: set[str], kind: str
) -> None:
    before = stocked.everything

    for method in {"GET", "POST", "PUT", "DELETE"} - allowed:
        for suffix in ("", "/"):
            answer = stocked.admin(method, path + suffix, ANSWER_IN[kind])
            assert_refused(answer, *NOT_IMPLEMENTED, kind=kind)
            assert_refused(stocked.guest(method, path + suffix), *DENIED)
    assert stocked.everything == before


@in_both_formats
@pytest.mark.parametrize("method", ["PATCH", "PROPFIND", "TRACE"])
@pytest.mark.parametrize(("path", "allowed"), KINDS_OF_PATH)
def test_other_methods_are_invalid_whoever_calls(
    stocked: OpenMage, path: str, allowed: set[str], method: str, kind: str
) -> None:
    for send in (stocked.admin, stocked.guest):
        for suffix in ("", "/"):
            answer = send(method, path + suffix, ANSWER_IN[kind])
            assert_refused(answer, *NO_METHOD, kind=kind)


@in_both_formats
@pytest.mark.parametrize(
    "path", [each.path for each in READS] + [one(NOBODY), many("9"), f"{API}/orders", f"{P}/"]
)
def test_head_answers_as_get_without_body(stocked: OpenMage, path: str, kind: str) -> None:
    for send in (stocked.admin, stocked.guest):
        got = send("GET", path, ANSWER_IN[kind])
        head = send("HEAD", path, ANSWER_IN[kind])
        assert got.body
        assert head.body == ""
        assert head.status == got.status
        assert head.headers["content-type"] == got.headers["content-type"]


# 1 Settings of the shop


def test_without_a_setting_there_is_one_store_view(world: World) -> None:
    world.open_shop("plain")
    world.issue("plain", "plain", "openmage", "read", "write")
    world.shops.hosts["api.example"] = "plain"
    world.with_gallery("plain", "8", {A: 0})
    send = Gateway(headers={"Authorization": "Bearer plain", **ANSWER_IN["json"]})

    assert_written(send("PUT", one(store="default"), json={"label": "shown"}))

    assert send("GET", one(store="1")).json["label"] == "shown"
    assert send("GET", one()).json["label"] == ""
    assert Gateway()("GET", one(), ANSWER_IN["json"]).json["label"] == "shown"
    assert_refused(send("GET", one(store="2")), *NO_STORE)


def test_the_first_store_view_is_the_default_one(world: World) -> None:
    shop = open_shop1(world, openmage_store_views="7:at,3:de")
    shop.with_gallery()
    shop.put({"label": "Österreich"}, store="at")
    shop.put({"label": "Deutschland"}, store="de")

    assert shop.seen(one())["label"] == "Österreich"
    assert_refused(shop.guest("GET", one(store="1")), *NO_STORE)


@in_both_formats
@every_operation
def test_guest_reads_may_be_off(world: World, operation: Operation, kind: str) -> None:
    shop = open_shop1(world, openmage_guest_reads="off")
    shop.with_gallery()

    assert_refused(call(shop.guest, operation, **ANSWER_IN[kind]), *DENIED, kind=kind)
    assert call(shop.admin, operation).status == 200


@every_read
def test_guest_reads_may_be_on(world: World, operation: Operation) -> None:
    shop = open_shop1(world, openmage_guest_reads="on")
    shop.with_gallery()

    assert call(shop.guest, operation).status == 200


def test_extra_media_attributes_are_types_behind_the_others_as_configured(world: World) -> None:
    shop = open_shop1(world, openmage_media_attributes="swatch,hover")
    shop.with_gallery()

    shop.put({"types": ["hover", "thumbnail", "swatch", "small_image", "image", "zoom"]})
    everything = ["image", "small_image", "thumbnail", "swatch", "hover"]
    assert shop.get(one())["types"] == everything
    shop.put({"types": ["hover"]}, B, FR)
    assert shop.get(one())["types"] == everything
    assert shop.get(one(store=FR))["types"] == everything[:-1]
    assert shop.get(one(B, FR))["types"] == ["hover"]


def test_extra_media_attributes_are_unknown_otherwise(stocked: OpenMage) -> None:
    stocked.put({"types": ["hover", "image"]})

    assert stocked.get(one())["types"] == ["image"]


def test_products_exist_as_they_are_registered(registered: OpenMage) -> None:
    for operation in OPERATIONS:
        answer = call(registered.admin, operation)
        assert_refused(answer, *NOT_FOUND)
    for operation in READS:
        assert_refused(call(registered.guest, operation), *NOT_FOUND)
    created = registered.admin("POST", many(product="SKU-28"), json=PNG)
    assert created.headers["location"] == f"{API}/products/SKU-28/images/1"
    for product in ("28", "sku-28", "Sku-28"):
        assert [each["id"] for each in registered.get(many(product=product))] == ["1"]
        assert registered.get(one(1, FR, product))["id"] == "1"
    assert set(registered.world.galleries.records["shop3", "28"]) == {1}


# 2 Authentication


BAD_BEARERS = ["Bearer unknown", "Bearer revoked", "Bearer foreign", "Bearer admin x", "Bearer "]


@in_both_formats
@pytest.mark.parametrize("value", BAD_BEARERS)
@every_operation
def test_a_bad_bearer_token_is_no_guest(
    stocked: OpenMage, operation: Operation, value: str, kind: str
) -> None:
    stocked.world.issue("revoked", "shop1", "openmage", "read", "write", revoked=True)
    stocked.world.issue("foreign", "shop1", "bigcommerce", "read", "write", "store_v2_products")
    before = stocked.everything

    answer = call(stocked.guest, operation, Authorization=value, **ANSWER_IN[kind])

    assert_refused(answer, *REJECTED, kind=kind)
    assert answer.headers["www-authenticate"] == "OAuth"
    assert stocked.everything == before


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_scheme_is_compared_whatever_its_case(stocked: OpenMage, scheme: str) -> None:
    answer = stocked.guest("GET", one(), {"Authorization": f"{scheme} admin"})

    assert answer.json["exclude"] == "0"


GUESTS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("", {"Authorization": ""}),
    ("", {"Authorization": f"Basic {encoded(b'admin:admin')}"}),
    ("", {"Authorization": "Digest username=admin"}),
    ("", {"Authorization": "nonsense"}),
    ("", {"X-Auth-Token": "admin"}),
    (
        "?oauth_consumer_key=k&oauth_token=t&oauth_signature_method=PLAINTEXT&oauth_signature=s%26s",
        {},
    ),
    ("?access_token=admin", {}),
]


@pytest.mark.parametrize(("query", "headers"), GUESTS)
def test_whoever_names_nobody_is_a_guest(
    stocked: OpenMage, query: str, headers: dict[str, str]
) -> None:
    assert stocked.guest("GET", one() + query, headers).json == {
        key: value for key, value in stocked.get(one()).items() if key != "exclude"
    }
    for operation in WRITES:
        answer = stocked.guest(operation.method, operation.path + query, headers, **operation.body)
        assert_refused(answer, *DENIED)
        assert "www-authenticate" not in answer.headers


def test_the_shop_of_a_guest_is_the_hosts_or_the_default_one(stocked: OpenMage) -> None:
    stocked.world.open_shop("shop2")
    stocked.world.with_gallery("shop2", "8", {A: 0}, alt="two")
    two = Gateway("https://two.example", headers=ANSWER_IN["json"])
    assert_refused(two("GET", one()), *DENIED)

    stocked.world.shops.hosts["*"] = "shop2"
    assert two("GET", one()).json["label"] == "two"
    assert stocked.seen(one())["label"] == "", "the host's own shop comes first"
    stocked.world.shops.hosts["one.example"] = "shop1"
    one_too = Gateway("https://one.example", headers=ANSWER_IN["json"])
    assert one_too("GET", one()).json["label"] == ""


@in_both_formats
@every_operation
def test_a_guest_without_a_shop_is_denied(
    stocked: OpenMage, operation: Operation, kind: str
) -> None:
    stocked.world.shops.hosts.clear()

    answer = call(stocked.guest, operation, **ANSWER_IN[kind])

    assert_refused(answer, *DENIED, kind=kind)


def test_the_shop_of_an_admin_is_the_tokens_whatever_the_host(stocked: OpenMage) -> None:
    stocked.world.open_shop("shop2")
    stocked.world.shops.hosts["api.example"] = "shop2"

    assert len(stocked.get(P)) == 2
    elsewhere = Gateway("https://nobody.example", headers=stocked.admin.headers)
    assert len(elsewhere("GET", P).json) == 2


def test_two_shops_see_nothing_of_each_other(stocked: OpenMage) -> None:
    stocked.world.open_shop("shop2", openmage_store_views="1:default,2:fr")
    stocked.world.issue("two", "shop2", "openmage", "read", "write")
    named = stocked.added(file_name="front")
    before = stocked.everything
    two = Gateway(headers={"Authorization": "Bearer two", **ANSWER_IN["json"]})

    for store in ("", FR):
        assert two("GET", many(store)).json == []
        for image in (A, named):
            assert_refused(two("GET", one(image, store)), *NO_IMAGE)
            answer = two("PUT", one(image, store), json={"label": "x", "types": ["image"]})
            assert_refused(answer, *NOT_FOUND)
            assert_refused(two("DELETE", one(image, store)), *NOT_FOUND)
    assert stocked.everything == before
    created = two("POST", P, json={**PNG, "file_name": "front"})
    assert created.headers["location"] == one(1), "ids increase in each shop by itself"
    url = two("GET", one(1)).json["url"]
    assert url == f"{MEDIA_URL}/shop2/catalog/product/f/r/front.png", "and names are its own"
    assert len(stocked.get(P)) == 3


# 3 Fields


@in_both_formats
def test_an_image_has_exactly_these_fields_in_order(shop: OpenMage, kind: str) -> None:
    shop.world.galleries.sequences["shop1"] = itertools.count(42)
    shop.added(label="front", types=["image"], file_name="front")
    shown = {
        "id": "42",
        "label": "front",
        "position": "1",
        "exclude": "0",
        "url": f"{FILES}/f/r/front.png",
        "types": ["image"],
    }
    for_guests = {name: value for name, value in shown.items() if name != "exclude"}

    for store in ("", "0", "admin", "1", FR):
        assert_shows(shop.admin("GET", one(42, store), ANSWER_IN[kind]), shown, kind)
        assert_shows(shop.admin("GET", many(store), ANSWER_IN[kind]), [shown], kind)
        assert_shows(shop.guest("GET", one(42, store), ANSWER_IN[kind]), for_guests, kind)
        assert_shows(shop.guest("GET", many(store), ANSWER_IN[kind]), [for_guests], kind)


def test_ids_are_the_shops_and_shared_by_all_dialects(stocked: OpenMage) -> None:
    assert stocked.added() == C
    assert stocked.added(many(product="9")) == 14
    stocked.world.issue("bigcommerce", "shop1", "bigcommerce", "store_v2_products")
    stocked.world.remote.pages["http://example.com/a.png"] = DATA
    made = bigcommerce(stocked, "POST", json={"image_file": "http://example.com/a.png"})
    assert made.json["id"] == 15
    assert stocked.added() == 16


@pytest.mark.parametrize("store", ["", FR])
def test_read_only_fields_are_dropped_silently(stocked: OpenMage, store: str) -> None:
    shown = stocked.get(one(store=store))

    stocked.put(
        {"id": "77", "url": "http://example.com/x.png", "label": "x", "foo": 1}, store=store
    )

    assert stocked.get(one(store=store)) == {**shown, "label": "x"}
    added = stocked.added(many(store), id="77", url="http://example.com/x.png", label="y", foo=[])
    assert added == C
    assert stocked.get(one(C, store))["url"] == f"{FILES}/i/m/image.png"


def bigcommerce(shop: OpenMage, method: str, image: int | None = None, **body: Any) -> Answer:
    """A request of BigCommerce's dialect."""
    path = "/api/v2/products/8/images" + (f"/{image}" if image else "")
    return shop.admin(method, path, {"X-Auth-Token": "bigcommerce"}, **body)


def tiendanube(shop: OpenMage, method: str, image: int | None = None, **body: Any) -> Answer:
    """A request of Tiendanube's dialect."""
    path = "/v1/555/products/8/images" + (f"/{image}" if image else "")
    headers = {"Authentication": "bearer tiendanube", "User-Agent": "test"}
    return shop.admin(method, path, headers, **body)


@pytest.fixture
def among_others(stocked: OpenMage) -> OpenMage:
    """The shop with clients of other dialects."""
    stocked.world.issue("bigcommerce", "shop1", "bigcommerce", "store_v2_products")
    stocked.world.issue("tiendanube", "shop1", "tiendanube", "write_products")
    return stocked


def test_label_is_the_text_of_other_dialects(among_others: OpenMage) -> None:
    among_others.put({"label": "Mug"})
    among_others.put({"label": "Tasse"}, store=FR)

    assert bigcommerce(among_others, "GET", A).json["description"] == "Mug"
    assert tiendanube(among_others, "GET", A).json["alt"] == {"es": "Mug"}
    bigcommerce(among_others, "PUT", A, json={"description": "Cup"})
    assert among_others.get(one())["label"] == "Cup"
    assert among_others.get(one(store=FR))["label"] == "Tasse"
    tiendanube(among_others, "PUT", A, json={"alt": "Jar"})
    assert among_others.get(one())["label"] == "Jar"
    assert among_others.get(one(store=DE))["label"] == "Jar"


def test_position_is_the_shared_sort_and_one(among_others: OpenMage) -> None:
    assert [each["position"] for each in among_others.get(P)] == ["1", "6"]

    among_others.put({"position": 9})
    assert among_others.gallery.sorts == {A: 8, B: 5}, "that image only"
    assert bigcommerce(among_others, "GET", A).json["sort_order"] == 8
    assert tiendanube(among_others, "GET", A).json["position"] == 2
    bigcommerce(among_others, "PUT", B, json={"sort_order": 20})
    assert [each["position"] for each in among_others.get(P)] == ["9", "21"]
    tiendanube(among_others, "PUT", B, json={"position": 1})
    shown = among_others.get(P)
    assert [(each["id"], each["position"]) for each in shown] == [("12", "1"), ("11", "2")]


def test_positions_of_a_store_are_nothing_to_other_dialects(among_others: OpenMage) -> None:
    among_others.put({"position": 50, "exclude": 1, "types": []}, store=FR)

    assert among_others.gallery.sorts == {A: 0, B: 5}
    assert bigcommerce(among_others, "GET", A).json["is_thumbnail"] is True


def test_thumbnail_is_the_thumbnail_of_bigcommerce(among_others: OpenMage) -> None:
    assert among_others.get(one())["types"] == ["thumbnail"]

    bigcommerce(among_others, "PUT", B, json={"is_thumbnail": True})
    assert [each["types"] for each in among_others.get(P)] == [[], ["thumbnail"]]
    among_others.put({"types": ["image", "thumbnail"]})
    assert [each["is_thumbnail"] for each in bigcommerce(among_others, "GET").json] == [True, False]
    among_others.put({"types": ["thumbnail"]}, B, FR)
    assert [each["is_thumbnail"] for each in bigcommerce(among_others, "GET").json] == [True, False]
    among_others.put({"types": ["image"]})
    assert not any(each["is_thumbnail"] for each in bigcommerce(among_others, "GET").json)


def test_an_excluded_image_is_still_there_for_other_dialects(among_others: OpenMage) -> None:
    among_others.put({"exclude": 1})

    assert [each["id"] for each in bigcommerce(among_others, "GET").json] == [A, B]
    assert [each["id"] for each in tiendanube(among_others, "GET").json] == [A, B]


def test_an_added_image_is_there_for_other_dialects(among_others: OpenMage) -> None:
    image = among_others.added(label="new", types=["thumbnail"], position=3)

    shown = bigcommerce(among_others, "GET", image).json
    assert (shown["description"], shown["sort_order"], shown["is_thumbnail"]) == ("new", 2, True)
    other = tiendanube(among_others, "GET", image).json
    assert (other["alt"], other["position"]) == ({"es": "new"}, 2)
    assert tiendanube(among_others, "GET").headers["x-total-count"] == "3"


def test_an_added_image_has_the_pictures_of_other_dialects(among_others: OpenMage) -> None:
    image = among_others.added(file_name="front")

    for sent in ({}, NEW_CONTENT, {"file_name": "cup"}):
        if sent:
            among_others.put(sent, image)
        among_others.render()
        among_others.render()
        image_file = bigcommerce(among_others, "GET", image).json["image_file"]
        data = NEW if "file_content" in sent or "file_name" in sent else DATA
        shown = pictures.opened(among_others.public(f"product_images/{image_file}").data)
        assert shown.size == pictures.opened(data).size


@in_both_formats
def test_an_image_of_another_dialect_shows_the_catalogues_url(stocked: OpenMage, kind: str) -> None:
    answer = stocked.admin("GET", one(), ANSWER_IN[kind])

    url = ET.fromstring(answer.body).findtext("url") if kind == "xml" else ""  # noqa: S314
    url = url or answer.json["url"]
    base = f"{MEDIA_URL}/shop1/product_images"
    assert re.fullmatch(rf"{base}/[a-z]/[0-9]{{3}}/image-11__01100\.png", url)
    assert_shows(
        answer,
        {
            "id": "11",
            "label": "",
            "position": "1",
            "exclude": "0",
            "url": url,
            "types": ["thumbnail"],
        },
        kind,
    )


@pytest.mark.parametrize(
    ("alt", "shown"), [("a\x01b\ufffec", "abc"), ("a\rb\nc", "a\rb\nc"), ("]]> <![CDATA[",) * 2]
)
def test_any_text_of_another_dialect_makes_good_xml(shop: OpenMage, alt: str, shown: str) -> None:
    shop.world.with_gallery("shop1", "8", {A: 0}, alt=alt)

    answer = shop.admin("GET", one(), ANSWER_IN["xml"])

    assert ET.fromstring(answer.body).findtext("label") == shown  # noqa: S314


def test_longer_texts_of_other_dialects_are_shown_whole(shop: OpenMage) -> None:
    shop.world.with_gallery("shop1", "8", {A: 0}, alt="x" * 400)

    assert shop.get(one())["label"] == "x" * 400


# 4.1 Formats


ACCEPTS: list[tuple[str | None, str]] = [
    (None, "xml"),
    ("", "xml"),
    ("*/*", "xml"),
    ("application/*", "xml"),
    ("text/*", "xml"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
    ("TEXT/XML", "xml"),
    ("application/json", "json"),
    ("Application/JSON", "json"),
    ("application/json;charset=utf-8", "json"),
    ("application/json; charset=UTF-8; version=1", "json"),
    ("application/json, application/xml", "json"),
    ("application/xml, application/json", "xml"),
    ("application/json,*/*", "json"),
    ("*/*,application/json", "xml"),
    ("application/xml;q=0.5, application/json", "json"),
    ("application/xml;q=0.5, application/json;q=0.6", "json"),
    ("application/json;q=0.1, text/*;q=0.2", "xml"),
    ("application/json ; Q=0.1 , */* ; q=0.2", "xml"),
    ("text/html, application/json;q=0.3", "json"),
    ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "xml"),
    ("application/json;q=0, text/xml;q=0.1", "xml"),
    ("application/xml;q=0, application/json;q=0.001", "json"),
    ("application/json;level=1;q=0.9, application/xml;level=2;q=0.8", "json"),
]
REFUSED_ACCEPTS = [
    "text/html",
    "image/*",
    "application/jsonp",
    "application/xhtml+xml",
    "application/json;q=0",
    "application/json;q=0.0, application/xml;q=0",
    "text/html, image/png;q=0.5",
]


def accepting(send: Gateway, operation: Operation, accept: str | None) -> Answer:
    request = httpx.Request(operation.method, send.base_url + operation.path, **operation.body)
    request.headers.update(send.headers)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    return send.send(request)


@pytest.mark.parametrize(("accept", "kind"), ACCEPTS)
def test_accept_is_met(stocked: OpenMage, accept: str | None, kind: str) -> None:
    good, bad = Operation("GET", one()), Operation("GET", one(NOBODY))

    assert accepting(stocked.admin, good, accept) == stocked.admin("GET", one(), ANSWER_IN[kind])
    assert_refused(accepting(stocked.admin, bad, accept), *NO_IMAGE, kind=kind)


@pytest.mark.parametrize("accept", REFUSED_ACCEPTS)
@every_operation
def test_an_accept_that_cannot_be_met_is_refused_in_xml(
    stocked: OpenMage, operation: Operation, accept: str
) -> None:
    before = stocked.everything

    assert_refused(accepting(stocked.admin, operation, accept), *NO_FORMAT, kind="xml")
    assert stocked.everything == before


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/xml"])
@every_write
def test_an_accept_that_can_be_met_does_not_change_what_writes_answer(
    stocked: OpenMage, operation: Operation, accept: str | None
) -> None:
    assert_written(accepting(stocked.admin, operation, accept))


@pytest.mark.parametrize(
    "accept", [";", ",", "q=1", "application/json;q=abc", "application/json;q=nan", "*", "," * 9999]
)
def test_an_accept_of_no_form_is_no_failure_of_ours(stocked: OpenMage, accept: str) -> None:
    answer = accepting(stocked.admin, Operation("GET", one()), accept)

    assert answer.status in (200, 406)


@pytest.mark.parametrize(
    "content_type",
    [";", "/", "json", 'text/plain; charset="', "application/json; charset", "a" * 5000, 'x/"y'],
)
def test_a_content_type_of_no_form_is_no_failure_of_ours(
    stocked: OpenMage, content_type: str
) -> None:
    answer = stocked.admin("PUT", one(), {"Content-Type": content_type}, content='{"label":"x"}')

    assert answer.status in (200, 400)


AS_XML = """<?xml version="1.0"?>
<magento_api>
  <label> front &amp; back </label>
  <position>3</position>
  <exclude>1</exclude>
  <types>
    <data_item>thumbnail</data_item>
    <data_item>image</data_item>
  </types>
</magento_api>
"""
AS_JSON = '{"label":"front & back","position":3,"exclude":1,"types":["thumbnail","image"]}'
AS_FORM = urlencode({"label": "front & back", "position": 3, "exclude": 1})
WRITTEN = ("front & back", "3", "1", ["image", "thumbnail"])


def written(image: Mapping[str, Any]) -> tuple[Any, ...]:
    return image["label"], image["position"], image["exclude"], image["types"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", AS_JSON),
        ("application/json; charset=utf-8", AS_JSON),
        ('application/json;charset="UTF-8"', AS_JSON),
        ("APPLICATION/JSON;CHARSET=UTF-8", AS_JSON),
        ("application/xml", AS_XML),
        ("application/xml; charset=utf-8", AS_XML),
        ("text/xml", AS_XML),
        ("text/xml; charset=UTF-8", AS_XML),
        ("application/xhtml+xml", AS_XML),
        ("application/xhtml+xml; charset=utf-8", AS_XML),
        ("text/plain", f"{AS_FORM}&types[]=thumbnail&types[]=image"),
        ("text/plain", f"{AS_FORM}&types%5B%5D=thumbnail&types%5B%5D=image"),
        ("text/plain", f"{AS_FORM}&types[0]=thumbnail&types[1]=image"),
        ("text/plain; charset=utf-8", f"{AS_FORM}&types%5B0%5D=image&types%5B1%5D=thumbnail"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_bodies_are_understood_in_every_format(
    stocked: OpenMage, method: str, content_type: str, body: str
) -> None:
    if method == "POST":
        body = {
            "{": json.dumps(PNG)[:-1] + "," + body[1:],
            "<": body.replace(
                "<magento_api>",
                f"<magento_api><file_mime_type>image/png</file_mime_type>"
                f"<file_content>{PNG['file_content']}</file_content>",
            ),
            "l": f"{body}&{urlencode(PNG)}",
        }[body[0]]
    path = one() if method == "PUT" else P

    answer = stocked.admin(method, path, {"Content-Type": content_type}, content=body)

    assert_written(answer)
    assert written(stocked.get(one() if method == "PUT" else one(C))) == WRITTEN


@pytest.mark.parametrize(
    ("body", "label"),
    [
        ("<a><label>x</label></a>", "x"),
        ("<magento_api><label>\n  x y\t</label></magento_api>", "x y"),
        ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a><label>é</label></a>', "é"),
        ("<?xml version='1.0' encoding='utf-8'?>\n<a><label>é</label></a>\n", "é"),
        ('<a xmlns="urn:x" b="c"><label d="e">x</label></a>', "x"),
        ('<m:a xmlns:m="urn:x"><m:label>x</m:label></m:a>', "x"),
        ("<a><label>x</label><label>y</label></a>", "y"),
        ("<a><label>&lt;&gt;&amp;&quot;&apos;&#233;&#x1F600;</label></a>", "<>&\"'é😀"),
        ("<a><label><![CDATA[<b> & ]]></label></a>", "<b> &"),
        ("<a><!-- about --><label>x</label></a>", "x"),
        ("<a><foo><bar>1</bar></foo><label>x</label></a>", "x"),
    ],
)
def test_xml_bodies_are_read_leniently(stocked: OpenMage, body: str, label: str) -> None:
    for media_type in ("application/xml", "application/xhtml+xml"):
        stocked.put({"label": "before"})
        answer = stocked.admin("PUT", one(), {"Content-Type": media_type}, content=body.encode())
        assert_written(answer)
        assert stocked.get(one())["label"] == label


def test_types_may_be_an_empty_list_or_a_list_of_one_in_xml(stocked: OpenMage) -> None:
    body = "<a><types><data_item> image </data_item></types></a>"
    assert_written(stocked.admin("PUT", one(), XML, content=body))
    assert stocked.get(one())["types"] == ["image"]

    for empty in ("<types/>", "<types></types>", "<types> </types>", "<types>small_image</types>"):
        assert_written(stocked.admin("PUT", one(), XML, content=f"<a>{empty}</a>"))
        assert stocked.get(one())["types"] == ["image"], "a string changes nothing"


def deep(levels: int) -> str:
    """A good request in XML whose deepest element is at this level, the root being at 1."""
    inside = levels - 1
    return f"<a><label>x</label>{'<b>' * inside}{'</b>' * inside}</a>"


def wide(elements: int) -> str:
    """A good request in XML of so many elements in all."""
    return f"<a><label>x</label>{'<b/>' * (elements - 2)}</a>"


def nested(levels: int) -> str:
    """A good request in JSON of so many brackets in one another."""
    inside = levels - 1
    return f'{{"label":"x","foo":{"[" * inside}{"]" * inside}}}'


UNSAFE: list[tuple[dict[str, str], str | bytes]] = [
    # empty
    (JSON, ""),
    (XML, ""),
    (FORM, ""),
    (JSON, " \n"),
    # malformed
    (JSON, "{"),
    (JSON, '{"label":"x"'),
    (JSON, "{'label':'x'}"),
    (JSON, '{"label":"x"} y'),
    (JSON, '{"position":NaN}'),
    (JSON, AS_XML),
    ({"Content-Type": "Application/JSON"}, b'{"label":"\xff"}'),
    (XML, "<a>"),
    (XML, "<a><label>x</a>"),
    (XML, "<a/><b/>"),
    (XML, AS_JSON),
    (XML, "<a><label>\x01</label></a>"),
    (XML, "<a><label>&#1;</label></a>"),
    (XHTML, b"<a><label>\xff</label></a>"),
    # scalars
    (JSON, '"label"'),
    (JSON, "5"),
    (JSON, "true"),
    (JSON, "null"),
    # unsafe
    (XML, "<!DOCTYPE a><a><label>x</label></a>"),
    (XML, '<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a><label>x</label></a>'),
    (XML, '<!DOCTYPE a [<!ENTITY x "y">]><a><label>&x;</label></a>'),
    (XML, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><label>&x;</label></a>'),
    (XML, "<a><label>&nbsp;</label></a>"),
    (XML, "<a><?php echo 1 ?><label>x</label></a>"),
    (XML, '<?xml-stylesheet href="a.css"?><a><label>x</label></a>'),
    (XML, "<a><label>x</label></a><?x?>"),
    (XML, '<?xml version="1.0" encoding="ISO-8859-1"?><a><label>x</label></a>'),
    (XML, '<?xml version="1.0" encoding="UTF-16"?><a><label>x</label></a>'),
    (XHTML, "<a><label>x</label></a>".encode("utf-16")),
    (XHTML, '<?xml version="1.0" encoding="UTF-16"?><a><label>x</label></a>'.encode("utf-16")),
    (XHTML, '<?xml version="1.0" encoding="ISO-8859-1"?><a><label>é</label></a>'.encode("latin-1")),
    (XML, deep(10)),
    (XML, deep(5000)),
    (XML, wide(1002)),
    (JSON, nested(34)),
    (JSON, nested(100_000)),
]


@in_both_formats
@pytest.mark.parametrize(("content_type", "body"), UNSAFE, ids=lambda each: str(each)[:60])
def test_unreadable_and_unsafe_bodies_are_refused(
    stocked: OpenMage, content_type: dict[str, str], body: str | bytes, kind: str
) -> None:
    before = stocked.everything
    headers = {**content_type, **ANSWER_IN[kind]}

    for operation in WRITES:
        if operation.method != "DELETE":
            answer = stocked.admin(operation.method, operation.path, headers, content=body)
            assert_refused(answer, *UNREADABLE, kind=kind)
    assert stocked.everything == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(XML, deep(8)), (XML, wide(1000)), (JSON, nested(32))],
    ids=["8 deep", "1000 elements", "32 deep"],
)
def test_bodies_may_go_to_the_limits(
    stocked: OpenMage, content_type: dict[str, str], body: str
) -> None:
    assert_written(stocked.admin("PUT", one(), content_type, content=body))


# 4.1 Parameters


@pytest.mark.parametrize(
    ("attrs", "names"),
    [
        ("id,url", ["id", "url"]),
        ("url,id", ["id", "url"]),
        ("label", ["label"]),
        ("types,exclude,position", ["position", "exclude", "types"]),
        ("id,foo", ["id"]),
        ("id,id", ["id"]),
        ("foo,bar", ["id", "label", "position", "exclude", "url", "types"]),
        ("", ["id", "label", "position", "exclude", "url", "types"]),
        ("ID", ["id", "label", "position", "exclude", "url", "types"]),
        ("id%2Curl", ["id", "url"]),
    ],
)
@in_both_formats
def test_attrs_chooses_fields(stocked: OpenMage, attrs: str, names: list[str], kind: str) -> None:
    shown = stocked.get(P)

    for path, whole in ((one(), shown[0]), (P, shown)):
        answer = stocked.admin("GET", f"{path}?attrs={attrs}", ANSWER_IN[kind])
        chosen = [{name: each[name] for name in names} for each in shown]
        assert_shows(answer, chosen if whole is shown else chosen[0], kind)


def test_guests_do_not_get_what_is_not_theirs_by_attrs(stocked: OpenMage) -> None:
    assert stocked.seen(f"{one()}?attrs=id,exclude") == {"id": "11"}
    assert "exclude" not in stocked.seen(f"{one()}?attrs=exclude")


@pytest.mark.parametrize(
    "query",
    [
        "page=2&limit=1",
        "limit=0",
        "page=x",
        "order=position&dir=dsc",
        "filter[1][attribute]=id&filter[1][in]=12",
        "foo=bar",
    ],
)
def test_lists_are_always_whole(stocked: OpenMage, query: str) -> None:
    assert stocked.get(f"{P}?{query}") == stocked.get(P)
    assert stocked.seen(f"{P}?{query}") == stocked.seen(P)
    assert stocked.get(f"{one()}?{query}") == stocked.get(one())


@pytest.mark.parametrize("version", ["1", "2", "01", "0", "99999999999999999999"])
def test_every_number_of_a_version_means_1(stocked: OpenMage, version: str) -> None:
    assert stocked.admin("GET", P, {"Version": version}) == stocked.admin("GET", P)


@pytest.mark.parametrize("version", ["abc", "1.0", "-1", "v1", "1 2", "1,1"])
@in_both_formats
@every_operation
def test_a_version_has_digits_only(
    stocked: OpenMage, operation: Operation, version: str, kind: str
) -> None:
    answer = call(stocked.admin, operation, Version=version, **ANSWER_IN[kind])

    message = f'Invalid version "{version}" requested.'
    plain = replace(answer, body=answer.body.replace("&quot;", '"'))
    assert_refused(plain, 400, message, kind=kind)


# 4.2 Order of checks


LIST = {**PNG, "label": [1]}
LATIN = {"Content-Type": "application/json; charset=iso-8859-1"}
HUGE = "{" * 6_000_001


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "refusal"),
    [
        # Accept, credentials, route, method, role, version, kind of the path
        ("GET", P, {"Accept": "text/html", "Authorization": "Bearer no"}, "", NO_FORMAT),
        ("GET", f"{API}/x", {"Authorization": "Bearer no"}, "", REJECTED),
        ("PATCH", f"{API}/x", {"Authorization": ""}, "", NO_ROUTE),
        ("PATCH", P, {"Authorization": ""}, "", NO_METHOD),
        ("DELETE", P, {"Authorization": "", "Version": "x"}, "", DENIED),
        ("PUT", one(NOBODY, "9"), {"Authorization": ""}, "", DENIED),
        ("DELETE", one(), {"Authorization": "", "Version": "x"}, "", DENIED),
        ("DELETE", one(product="1" * 65), {"Authorization": ""}, "", NO_ROUTE),
        ("POST", many("9"), {"Version": "x"}, "", (400, 'Invalid version "x" requested.')),
        ("DELETE", P, {"Version": "x"}, "", (400, 'Invalid version "x" requested.')),
        ("PUT", many("9"), {}, "", NOT_IMPLEMENTED),
        ("POST", one(NOBODY, "9"), {}, "", NOT_IMPLEMENTED),
        # the body
        ("POST", many("9"), {}, HUGE, NO_CONTENT_TYPE),
        (
            "POST",
            many("9"),
            {"Content-Type": "multipart/form-data; charset=iso-8859-1; boundary=b"},
            HUGE,
            MULTIPART,
        ),
        (
            "POST",
            many("9"),
            {"Content-Type": "text/css; charset=iso-8859-1"},
            HUGE,
            unknown_type("text/css"),
        ),
        ("POST", many("9"), LATIN, HUGE, NO_CHARSET),
        ("POST", many("9"), JSON, HUGE, TOO_LARGE),
        ("POST", many("9"), JSON, "[1", UNREADABLE),
        ("POST", many("9"), JSON, '[{"foo":1}]', NOT_IMPLEMENTED),
        ("POST", many("9"), JSON, '{"foo":1}', NOTHING_SENT),
        ("PUT", one(NOBODY, "9"), JSON, '{"foo":1}', NOTHING_SENT),
        ("PUT", one(NOBODY, "9"), JSON, "", UNREADABLE),
        # the rest
        ("GET", one(NOBODY, "9"), {}, "", NO_STORE),
        ("DELETE", one(NOBODY, "9"), {}, "", NO_STORE),
        ("PUT", one(NOBODY, "9"), JSON, json.dumps(LIST), NO_STORE),
        ("PUT", one(NOBODY, FR), JSON, json.dumps(LIST), NOT_FOUND),
    ],
    ids=lambda each: each if isinstance(each, str) and len(each) < 50 else "",
)
def test_checks_come_in_their_order(
    stocked: OpenMage,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str,
    refusal: tuple[int, str],
) -> None:
    before = stocked.everything

    answer = stocked.admin(method, path, headers, content=body)

    assert_refused(answer, *refusal, kind="xml" if refusal is NO_FORMAT else "json")
    assert stocked.everything == before


class Fix(NamedTuple):
    """The answer to what is wrong still, and what puts the first of it right."""

    refusal: tuple[Any, ...]
    fields: Mapping[str, Any] = {}
    store: str = ""
    product: str = ""


NO_PICTURE = encoded(b"no picture")
POST_LADDER = [
    Fix(NOT_SPECIFIED, {"file_mime_type": "image/bmp", "file_content": "data:!"}),
    Fix(NOT_BASE64, {"file_content": NO_PICTURE}),
    Fix(NO_MIME_TYPE, {"file_mime_type": "image/png"}),
    Fix(UNKNOWN, {"file_content": encoded(DATA)}),
    Fix(NO_STORE, store=FR),
    Fix(NOT_FOUND, product="28"),
    Fix(FULL, product="29"),
    Fix(UNKNOWN, {"file_name": "ab"}),
    Fix(PRE_VALIDATOR),
]
PUT_LADDER = [
    Fix(NO_STORE, store=FR),
    Fix(NOT_FOUND, product="sku-28"),
    Fix(NOT_FOUND),  # the image, which the test puts right
    Fix(NOT_BASE64, {"file_content": NO_PICTURE}),
    Fix(NO_MIME_TYPE, {"file_mime_type": "image/png"}),
    Fix(UNKNOWN, {"file_content": encoded(DATA)}),
    Fix(UNKNOWN, {"file_name": "ab"}),
    Fix(PRE_VALIDATOR),
]


@pytest.mark.parametrize("bad", [{"label": [1]}, {"position": {}}, {"exclude": []}])
def test_checks_of_a_post_come_in_their_order(registered: OpenMage, bad: dict[str, Any]) -> None:
    world = registered.world
    world.with_gallery("shop3", "28", {number: number for number in range(1, 1001)})
    world.shops.register_product("shop3", product_key("29"))
    fields: dict[str, Any] = {"file_name": "a/b", **bad}
    store, product = "9", "8"

    for step in POST_LADDER:
        before = registered.everything
        answer = registered.admin("POST", many(store, product), json=fields)
        assert_refused(answer, *step.refusal)
        assert registered.everything == before
        fields |= step.fields
        store, product = step.store or store, step.product or product

    fields = {name: value for name, value in fields.items() if name not in bad}
    assert_written(registered.admin("POST", many(store, product), json=fields))


@pytest.mark.parametrize("bad", [{"label": [1]}, {"position": {}}, {"exclude": []}])
def test_checks_of_a_put_come_in_their_order(registered: OpenMage, bad: dict[str, Any]) -> None:
    registered.world.with_gallery("shop3", "28", {A: 0})
    fields: dict[str, Any] = {
        "file_content": "data:!",
        "file_mime_type": "image/bmp",
        "file_name": "a/b",
        **bad,
    }
    store, product, image = "9", "8", NOBODY

    for number, step in enumerate(PUT_LADDER):
        before = registered.everything
        answer = registered.admin("PUT", one(image, store, product), json=fields)
        assert_refused(answer, *step.refusal)
        assert registered.everything == before
        fields |= step.fields
        store, product = step.store or store, step.product or product
        image = A if number == 2 else image

    fields = {name: value for name, value in fields.items() if name not in bad}
    assert_written(registered.admin("PUT", one(image, store, product), json=fields))


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_store_then_product_then_image(registered: OpenMage, method: str) -> None:
    last = NO_IMAGE if method == "GET" else NOT_FOUND

    assert_refused(registered.admin(method, one(NOBODY, "9", "8")), *NO_STORE)
    assert_refused(registered.admin(method, one(NOBODY, "2", "8")), *NOT_FOUND)
    assert_refused(registered.admin(method, one(NOBODY, "2", "28")), *last)
    assert_refused(registered.admin("GET", many("9", "8")), *NO_STORE)
    assert_refused(registered.admin("GET", many("2", "8")), *NOT_FOUND)


# 4.2 Checks of a POST


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "x"},
        {"file_content": PNG["file_content"]},
        {"file_mime_type": "image/png"},
        {**PNG, "file_content": ""},
        {**PNG, "file_content": "0"},
        {**PNG, "file_content": None},
        {**PNG, "file_mime_type": ""},
        {**PNG, "file_mime_type": "0"},
        {**PNG, "file_mime_type": None},
    ],
    ids=str,
)
@in_both_formats
@pytest.mark.parametrize("store", ["", FR])
def test_content_and_type_are_required(
    stocked: OpenMage, fields: dict[str, Any], kind: str, store: str
) -> None:
    before = stocked.everything

    answer = stocked.admin("POST", many(store), ANSWER_IN[kind], json=fields)

    assert_refused(answer, *NOT_SPECIFIED, kind=kind)
    assert stocked.everything == before


GOOD_BASE64 = [
    DOT,
    f" {DOT}\n",
    "\r\n".join(re.findall(".{1,20}", DOT)),
    "\t".join(DOT),
    encoded(DATA),
    encoded(DATA + b"\0").rstrip("="),
    encoded(DATA + b"\0\0").rstrip("="),
    "\n".join(encoded(DATA + b"\0" * (1 - len(DATA) % 3))),
]
BAD_BASE64 = [
    "A" + " " * 4_000_000 + "-",
    "!",
    f"data:image/gif;base64,{DOT}",
    DOT.replace("/", "_"),
    encoded(b"\xfb\xef\xbe" * 20).replace("+", "-"),
    f"{DOT}*",
    f"{DOT}\N{NO-BREAK SPACE}",
    "é",
    f"{DOT}%0A",
]


@pytest.mark.parametrize("content", GOOD_BASE64)
@pytest.mark.parametrize("body", ["json", "xml", "form"])
def test_content_is_base64_with_white_space_and_with_or_without_padding(
    stocked: OpenMage, content: str, body: str
) -> None:
    fields = {"file_content": content, "file_mime_type": "image/gif"}
    match body:
        case "json":
            answer = stocked.admin("POST", P, json=fields)
        case "xml":
            answer = stocked.admin("POST", P, XML, content=xml(fields))
        case _:
            answer = stocked.admin("POST", P, FORM, content=urlencode(fields))

    assert_written(answer)
    stocked.put({"file_content": content})
    assert len(stocked.get(P)) == 3


@pytest.mark.parametrize("content", BAD_BASE64)
def test_content_is_nothing_but_base64(stocked: OpenMage, content: str) -> None:
    fields = {"file_content": content, "file_mime_type": "image/gif"}
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json=fields), *NOT_BASE64)
    assert_refused(stocked.admin("PUT", one(), json=fields), *NOT_BASE64)
    assert_refused(stocked.admin("PUT", one(), json={"file_content": content}), *NOT_BASE64)
    assert stocked.everything == before


@pytest.mark.parametrize("content", [[PNG["file_content"]], {"a": 1}, 5, True])
@pytest.mark.parametrize("name", ["file_content", "file_mime_type", "file_name"])
def test_file_fields_of_another_kind_are_no_failure_of_ours(
    stocked: OpenMage, name: str, content: Any
) -> None:
    for method, path in (("POST", P), ("PUT", one())):
        answer = stocked.admin(method, path, json={**PNG, name: content})
        if name != "file_name" or isinstance(content, list | dict):
            assert answer.status == 400, answer.body
        else:
            assert answer.status in (200, 400), answer.body


@pytest.mark.parametrize(
    ("mime_type", "extension"),
    [
        ("image/jpg", "jpg"),
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/gif", "gif"),
        ("image/webp", "webp"),
    ],
)
@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_type_gives_the_extension_and_the_bytes_are_what_they_are(
    shop: OpenMage, mime_type: str, extension: str, form: str
) -> None:
    data = pictures.encode(pictures.gradient(9, 7), form)

    image = shop.added(data=data, file_mime_type=mime_type)

    assert shop.file_of(image) == f"image.{extension}"
    (original,) = shop.world.blobs.originals.values()
    assert original.data == data, "never encoded anew"
    shop.render()
    public = shop.world.blobs.public[f"media/shop1/catalog/product/i/m/image.{extension}"]
    assert public.data == data, "as uploaded"
    assert public.media_type == f"image/{form.lower()}"


def test_the_public_picture_is_as_uploaded_but_for_its_metadata(shop: OpenMage) -> None:
    """Design, "Full size means": what is no pixel, and no profile, is left out."""
    shop.added(data=pictures.padded_png(20_000), file_name="front")

    shop.render()

    public = shop.world.blobs.public["media/shop1/catalog/product/f/r/front.png"]
    assert public.data == pictures.png()


@pytest.mark.parametrize(
    "mime_type",
    ["image/bmp", "IMAGE/PNG", "image/png ", "image/png; a=b", "png", "image/*", "image/pjpeg"],
)
def test_other_types_are_not_supported(stocked: OpenMage, mime_type: str) -> None:
    fields = {**PNG, "file_mime_type": mime_type}
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json=fields), *NO_MIME_TYPE)
    assert_refused(stocked.admin("PUT", one(), json=fields), *NO_MIME_TYPE)
    assert stocked.everything == before


DAMAGED = bytearray(pictures.png())
DAMAGED[DAMAGED.index(b"IDAT") + 20] ^= 1


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"\0" * 1000,
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        pictures.encode(pictures.gradient(9, 7), "BMP"),
        pictures.encode(pictures.gradient(9, 7), "TIFF"),
        pictures.png()[:-12],
        pictures.png()[:300],
        pictures.jpeg()[:600],
        bytes(DAMAGED),
        pictures.bomb(60_000, 60_000),
    ],
    ids=["text", "zeros", "svg", "bmp", "tiff", "no end", "cut", "jpeg cut", "damaged", "bomb"],
)
def test_what_cannot_be_decoded_is_refused(stocked: OpenMage, data: bytes) -> None:
    fields = {**PNG, "file_content": encoded(data)}
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json=fields), *UNKNOWN)
    assert_refused(stocked.admin("PUT", one(), json=fields), *UNKNOWN)
    assert stocked.everything == before


@in_both_formats
def test_a_product_takes_1000_images(shop: OpenMage, kind: str) -> None:
    shop.world.with_gallery("shop1", "8", {number: number for number in range(1, 1000)})
    assert shop.added() == 1000
    before = shop.everything

    for store in ("", FR):
        answer = shop.admin("POST", many(store), ANSWER_IN[kind], json=PNG)
        assert_refused(answer, *FULL, kind=kind)

    assert shop.everything == before
    shop.put({"label": "x"}, 7)
    shop.delete(7)
    assert len(shop.get(P)) == 999
    shop.added()


@pytest.mark.parametrize(
    "name", ["a/b", "/", "a\\b", "..", "a..b", "../../etc/passwd", "a..", "x/"]
)
def test_names_do_not_leave_their_folder(stocked: OpenMage, name: str) -> None:
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json={**PNG, "file_name": name}), *UNKNOWN)
    assert_refused(stocked.admin("PUT", one(), json={"file_name": name}), *UNKNOWN)
    assert_refused(stocked.admin("PUT", one(), json={**PNG, "file_name": name}), *UNKNOWN)
    assert stocked.everything == before


# 4.3 Optional fields and coercions


def test_what_is_not_sent_has_defaults(shop: OpenMage) -> None:
    first, second = shop.added(), shop.added()

    assert written(shop.get(one(first))) == ("", "1", "0", [])
    assert written(shop.get(one(second))) == ("", "2", "0", [])
    assert THUMBNAIL not in shop.gallery.roles, "not even for the first image"


def test_null_is_as_if_not_sent(stocked: OpenMage) -> None:
    nothing = dict.fromkeys(("label", "position", "exclude", "types", "file_name"))
    image = stocked.added(**nothing)
    assert written(stocked.get(one(image))) == ("", "7", "0", [])
    assert stocked.file_of(image) == "image.png"

    shown = stocked.get(one(image))
    stocked.put({**nothing, "exclude": 1, "file_content": None, "file_mime_type": None}, image)
    assert stocked.get(one(image)) == {**shown, "exclude": "1"}
    assert_refused(stocked.admin("PUT", one(), json=nothing), *NOTHING_SENT)


def test_a_new_image_stands_behind_the_highest_position(stocked: OpenMage) -> None:
    def position(path: str = P, **fields: Any) -> str:
        shown: dict[str, str] = stocked.get(one(stocked.added(path, **fields)))
        return shown["position"]

    assert position() == "7"
    assert position(position=50) == "50"
    assert position() == "51"
    assert position(position=2) == "2"
    stocked.put({"position": 99}, store=FR)
    assert position() == "52", "positions of stores do not count"
    assert position(many(FR), position=80) == "53"
    other = stocked.added(many(product="9"))
    assert stocked.get(one(other, product="9"))["position"] == "1"


def test_positions_of_deleted_images_do_not_count(stocked: OpenMage) -> None:
    stocked.delete(B)

    assert stocked.get(one(stocked.added()))["position"] == "2"


HIGHEST = str(2**31 - 1)
POSITIONS = [
    ("7", "7"),
    ('"7"', "7"),
    ('"007"', "7"),
    ('"12abc"', "12"),
    ('"abc"', "0"),
    ('"abc12"', "0"),
    ('""', "0"),
    ("0", "0"),
    ("true", "1"),
    ("false", "0"),
    ("3.9", "3"),
    ('"3.9"', "3"),
    ("-0.5", "0"),
    ("-5", "0"),
    ('"-5"', "0"),
    (HIGHEST, HIGHEST),
    ("2147483648", HIGHEST),
    ('"2147483648"', HIGHEST),
    ("1e400", HIGHEST),
    ("-1e400", "0"),
    ("9" * 5000, HIGHEST),
    ('"' + "9" * 5000 + '"', HIGHEST),
    ('"\\u0663"', "0"),  # an Arabic three
]
EXCLUDES = [
    ("0", "0"),
    ("1", "1"),
    ('"0"', "0"),
    ('"1"', "1"),
    ('"1abc"', "1"),
    ('"yes"', "0"),
    ('""', "0"),
    ("2", "1"),
    ("-1", "0"),
    ('"-1"', "0"),
    ("true", "1"),
    ("false", "0"),
    ("0.9", "0"),
    ("1.9", "1"),
    ("1e400", "1"),
    ("9" * 5000, "1"),
]
LABELS = [
    ('"Mug"', "Mug"),
    ("5", "5"),
    ("-1.5", "-1.5"),
    ("true", "1"),
    ("false", ""),
    ('""', ""),
    ('"0"', "0"),
    ('"  wide  "', "  wide  "),
    (json.dumps("Grün 東京 😀 <b>&amp;\"'</b>"), "Grün 東京 😀 <b>&amp;\"'</b>"),
    ('"a\\u0000b\\u000bc\\ud800d\\uffffe\\u0008"', "abcde"),
    ('"a\\nb\\tc"', "a\nb\tc"),
    ('"' + "x" * 255 + '"', "x" * 255),
    ('"' + "😀" * 255 + '"', "😀" * 255),
]
COERCIONS = [
    *[("position", sent, shown) for sent, shown in POSITIONS],
    *[("exclude", sent, shown) for sent, shown in EXCLUDES],
    *[("label", sent, shown) for sent, shown in LABELS],
]


@pytest.mark.parametrize(("name", "sent", "shown"), COERCIONS, ids=lambda each: each[:30])
@pytest.mark.parametrize("store", ["", FR])
def test_values_are_coerced(
    stocked: OpenMage, name: str, sent: str, shown: str, store: str
) -> None:
    stocked.put({"label": "" if store else "before", "position": 44, "exclude": 1})

    put = stocked.admin("PUT", one(store=store), JSON, content=f'{{"{name}":{sent}}}')
    body = f'{json.dumps(PNG)[:-1]},"{name}":{sent}}}'
    post = stocked.admin("POST", many(store), JSON, content=body)

    assert_written(put)
    assert_written(post)
    for image in (A, C):
        assert stocked.get(one(image, store))[name] == shown
        answer = stocked.admin("GET", one(image, store), ANSWER_IN["xml"])
        element = ET.fromstring(answer.body)  # noqa: S314
        assert (element.findtext(name) or "") == shown


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        *itertools.product(["label", "position", "exclude"], [[], [1], ["a"], {}, {"a": "b"}]),
        ("label", "x" * 256),
        ("label", "😀" * 256),
        ("label", 10**256),
    ],
    ids=lambda each: str(each)[:20],
)
@pytest.mark.parametrize("store", ["", FR])
def test_values_of_another_kind_are_refused(
    stocked: OpenMage, name: str, sent: Any, store: str
) -> None:
    before = stocked.everything

    for body in ({"json": {name: sent}}, {"json": {**PNG, name: sent, "types": ["image"]}}):
        assert_refused(stocked.admin("PUT", one(store=store), **body), *PRE_VALIDATOR)
    answer = stocked.admin("POST", many(store), json={**PNG, name: sent})
    assert_refused(answer, *PRE_VALIDATOR)
    assert stocked.everything == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (XML, "<a><label><data_item>x</data_item></label></a>"),
        (XML, "<a><position><data_item>1</data_item><data_item>2</data_item></position></a>"),
        (XML, "<a><exclude><b>1</b></exclude></a>"),
        (XML, f"<a><label>{'x' * 256}</label></a>"),
        (FORM, "label[]=x"),
        (FORM, "position[0]=1"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_lists_are_of_another_kind_in_every_format(
    stocked: OpenMage, content_type: dict[str, str], body: str
) -> None:
    assert_refused(stocked.admin("PUT", one(), content_type, content=body), *PRE_VALIDATOR)


@pytest.mark.parametrize(
    ("content_type", "body", "shown"),
    [
        (XML, "<a><position> 12abc </position></a>", ("before", "12", "1", ["thumbnail"])),
        (XML, "<a><exclude/><label/></a>", ("", "1", "0", ["thumbnail"])),
        (FORM, "label=a+b%26c&position=3x", ("a b&c", "3", "1", ["thumbnail"])),
        (FORM, "label=&exclude=0", ("", "1", "0", ["thumbnail"])),
        (FORM, "types=image&label=x", ("x", "1", "1", ["thumbnail"])),
        (FORM, "types[]=bogus", ("before", "1", "1", [])),
    ],
)
def test_values_are_coerced_in_every_format(
    stocked: OpenMage, content_type: dict[str, str], body: str, shown: tuple[Any, ...]
) -> None:
    stocked.put({"label": "before", "exclude": 1})

    assert_written(stocked.admin("PUT", one(), content_type, content=body))

    assert written(stocked.get(one())) == shown


TYPES = [
    ('["image"]', ["image"]),
    ('["thumbnail","small_image","image"]', ["image", "small_image", "thumbnail"]),
    ('["image","image"]', ["image"]),
    ('{"0":"image","1":"small_image"}', ["image", "small_image"]),
    ('{"a":"image"}', ["image"]),
    ("[]", []),
    ("{}", []),
    ('["bogus"]', []),
    ('["bogus","small_image"]', ["small_image"]),
    ('["Image"]', []),
    ('[1,null,true,["image"],{"a":"image"}]', []),
]


@pytest.mark.parametrize(("sent", "shown"), TYPES)
@pytest.mark.parametrize("store", ["", FR])
def test_types_are_the_values_of_a_list_or_an_object(
    stocked: OpenMage, sent: str, shown: list[str], store: str
) -> None:
    put = stocked.admin("PUT", one(store=store), JSON, content=f'{{"types":{sent}}}')
    assert_written(put)
    assert stocked.get(one(store=store))["types"] == shown

    body = f'{json.dumps(PNG)[:-1]},"types":{sent}}}'
    assert_written(stocked.admin("POST", many(store), JSON, content=body))
    assert stocked.get(one(C, store))["types"] == shown
    assert stocked.get(one(store=store))["types"] == []


@pytest.mark.parametrize(
    ("sent", "posted"),
    [('"image"', ["image"]), ('"bogus"', []), ('""', []), ('"image,thumbnail"', [])],
)
def test_types_as_a_string_are_one_name_to_post_and_nothing_to_put(
    stocked: OpenMage, sent: str, posted: list[str]
) -> None:
    body = f'{json.dumps(PNG)[:-1]},"types":{sent}}}'
    assert_written(stocked.admin("POST", P, JSON, content=body))
    assert stocked.get(one(C))["types"] == posted

    for store in ("", FR):
        put = stocked.admin("PUT", one(store=store), JSON, content=f'{{"types":{sent}}}')
        assert_written(put)
        assert stocked.get(one(store=store))["types"] == ["thumbnail"]


def test_types_of_a_post_leave_other_images(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "thumbnail"]})

    image = stocked.added(types=["thumbnail"])

    assert stocked.get(one())["types"] == ["image"]
    assert stocked.get(one(image))["types"] == ["thumbnail"]


# 4.4 File names and URL


def test_default_names_are_numbered_from_2_on(shop: OpenMage) -> None:
    names = []
    for number, mime_type in enumerate(["png", "gif", "jpeg", "png"]):
        product = str(number % 2 + 8)
        image = shop.added(many(product=product), file_mime_type=f"image/{mime_type}")
        names.append(shop.file_of(image, product))

    assert names == ["image.png", "image_2.gif", "image_3.jpg", "image_4.png"]


@pytest.mark.parametrize("empty", ["", "0"])
def test_an_empty_name_is_none(shop: OpenMage, empty: str) -> None:
    names = [shop.file_of(shop.added(file_name=empty)) for _ in range(2)]

    assert names == ["image.png", "image_2.png"]


def test_default_names_skip_taken_numbers(shop: OpenMage) -> None:
    assert shop.file_of(shop.added(file_name="image_2")) == "image_2.png"
    assert shop.file_of(shop.added(file_name="image_3")) == "image_3.png"

    names = [shop.file_of(shop.added()) for _ in range(3)]

    assert names == ["image.png", "image_4.png", "image_5.png"]


def test_given_names_do_not_count_as_default_ones(shop: OpenMage) -> None:
    shop.added(file_name="front")
    assert shop.file_of(shop.added()) == "image.png"
    assert shop.file_of(shop.added(file_name="image")) == "image_1.png"
    assert shop.file_of(shop.added()) == "image_2.png"


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("new image", "new_image.gif"),
        ("foo.png", "foo.png.gif"),
        ("foo.gif", "foo.gif.gif"),
        ("VE2011", "VE2011.gif"),
        ("12", "12.gif"),
        ("a", "a.gif"),
        ("a-b_c.d", "a-b_c.d.gif"),
        ("a   b", "a_b.gif"),
        ("a ä&ö b", "a_b.gif"),
        ("Käse", "K_se.gif"),
        ("東京", "file.gif"),
        ("___", "file.gif"),
        (" ", "file.gif"),
        ("?*", "file.gif"),
        ("a\u0000b\n", "a_b_.gif"),
        ("x" * 100, "x" * 100 + ".gif"),
        ("x" * 300, "x" * 100 + ".gif"),
        (".hidden", ".hidden.gif"),
    ],
)
def test_given_names_are_made_safe(shop: OpenMage, name: str, full: str) -> None:
    image = shop.added(file_name=name, file_mime_type="image/gif")

    assert shop.file_of(image) == full


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ve2011", "/v/e/ve2011.png"),
        ("a", "/a/_/a.png"),
        ("12", "/1/2/12.png"),
        ("x_y", "/x/_/x_y.png"),
        (".a", "/_/a/.a.png"),
        ("A-b", "/A/-/A-b.png"),
    ],
)
def test_the_url_has_the_names_first_two_characters(shop: OpenMage, name: str, path: str) -> None:
    image = shop.added(file_name=name)

    assert shop.get(one(image))["url"] == FILES + path
    shop.render()
    assert f"media/shop1/catalog/product{path}" in shop.world.blobs.public


def test_taken_names_are_numbered_from_1_on(shop: OpenMage) -> None:
    def added(product: str = "8", **fields: Any) -> str:
        return shop.file_of(shop.added(many(product=product), **fields), product)

    assert added(file_name="new image") == "new_image.png"
    assert added(file_name="new_image") == "new_image_1.png"
    assert added("9", file_name="new image") == "new_image_2.png"
    assert added(file_name="new image", file_mime_type="image/gif") == "new_image.gif"
    assert added(file_name="new_image_3") == "new_image_3.png"
    assert added(file_name="new image") == "new_image_4.png"
    assert added(file_name="new_image_1") == "new_image_1_1.png"


def test_long_names_may_be_taken_too(shop: OpenMage) -> None:
    names = [shop.file_of(shop.added(file_name="x" * 120)) for _ in range(3)]

    assert len(set(names)) == 3


def test_names_are_never_used_again(among_others: OpenMage) -> None:
    shop = among_others
    gone, other = shop.added(file_name="front"), shop.added()
    assert shop.file_of(other) == "image.png"
    shop.delete(gone)
    shop.delete(other)
    assert shop.file_of(shop.added(file_name="front")) == "front_1.png"
    last = shop.added()
    assert shop.file_of(last) == "image_2.png"

    assert bigcommerce(shop, "DELETE", last).status == 204

    assert shop.file_of(shop.added()) == "image_3.png"
    assert shop.file_of(shop.added(file_name="image_2")) == "image_2_1.png"


def test_names_of_a_refused_request_harm_nobody(shop: OpenMage) -> None:
    bad = {**PNG, "file_name": "front", "label": []}
    assert_refused(shop.admin("POST", P, json=bad), *PRE_VALIDATOR)

    assert shop.file_of(shop.added(file_name="front")) == "front.png"


def test_of_two_posts_at_once_both_have_names_and_places_of_their_own(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writer comes between our reading of the gallery and our writing."""
    commit = stocked.world.galleries.commit
    others: list[int] = []

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        others.append(stocked.added(file_name="front", types=["image"]))
        return commit(change)

    monkeypatch.setattr(stocked.world.galleries, "commit", slow_commit)

    mine = stocked.added(file_name="front", types=["image", "small_image"])

    first, second = stocked.get(one(others[0])), stocked.get(one(mine))
    assert first["id"] != second["id"]
    assert (first["position"], second["position"]) == ("7", "8")
    assert (first["types"], second["types"]) == ([], ["image", "small_image"])
    assert {stocked.file_of(others[0]), stocked.file_of(mine)} == {
        "front.png",
        "front_1.png",
    }


def test_of_two_default_names_at_once_none_is_given_twice(
    shop: OpenMage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other product's head is another: only the name itself can collide."""
    commit = shop.world.galleries.commit
    others: list[int] = []

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        others.append(shop.added(many(product="9")))
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", slow_commit)

    mine = shop.added()

    assert {shop.file_of(mine), shop.file_of(others[0], "9")} == {"image.png", "image_2.png"}


# 4.5 PUT


@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        ({"label": "x"}, {"label": "x"}),
        ({"position": 3}, {"position": "3"}),
        ({"exclude": 1}, {"exclude": "1"}),
        ({"types": ["image"]}, {"types": ["image"]}),
        ({"label": "x", "types": []}, {"label": "x", "types": []}),
    ],
)
@pytest.mark.parametrize("store", ["", FR])
def test_fields_that_are_not_sent_keep_their_values(
    stocked: OpenMage, sent: dict[str, Any], changed: dict[str, Any], store: str
) -> None:
    stocked.put({"label": "before", "position": 2, "types": ["small_image"]})
    everywhere = stocked.get(one())
    other = stocked.get(one(B, store))

    stocked.put(sent, store=store)

    assert stocked.get(one(store=store)) == {**everywhere, **changed}
    assert stocked.get(one(store=DE)) == {**everywhere, **({} if store else changed)}
    assert stocked.get(one()) == stocked.get(one(store=DE))
    assert stocked.get(one(B, store)) == other, "a position moves no neighbour"


NEW = pictures.jpeg(8, 8)
NEW_CONTENT = {"file_content": encoded(NEW)}


def test_new_content_has_a_new_url_and_the_old_one_keeps_working(shop: OpenMage) -> None:
    image = shop.added(file_name="front", label="x", types=["image"])
    shop.render()
    shown = shop.get(one(image))

    shop.put(NEW_CONTENT, image)
    shop.render()
    shop.render()

    assert shop.get(one(image)) == {**shown, "url": f"{FILES}/f/r/front_1.png"}
    public = shop.world.blobs.public
    old = public["media/shop1/catalog/product/f/r/front.png"]
    new = public["media/shop1/catalog/product/f/r/front_1.png"]
    assert (old.data, old.media_type) == (DATA, "image/png")
    assert (new.data, new.media_type) == (NEW, "image/jpeg")
    shop.put({**NEW_CONTENT, "file_mime_type": "image/png"}, image)
    assert shop.file_of(image) == "front_2.png"


def test_every_url_that_an_image_ever_had_keeps_working(shop: OpenMage) -> None:
    image = shop.added(file_name="front")
    shop.render()
    for sent in (
        {"file_name": "cup"},
        NEW_CONTENT,
        {**NEW_CONTENT, "file_name": "jar", "file_mime_type": "image/jpeg"},
        {"file_name": "mug"},
    ):
        shop.put(sent, image)
        shop.render()
        shop.render()

    for path, data in (
        ("f/r/front.png", DATA),
        ("c/u/cup.png", DATA),
        ("c/u/cup_1.png", NEW),
        ("j/a/jar.jpg", NEW),
        ("m/u/mug.jpg", NEW),
    ):
        assert shop.public(f"catalog/product/{path}").data == data


def test_new_content_of_an_image_with_a_default_name_takes_the_next_default_name(
    shop: OpenMage,
) -> None:
    first, second = shop.added(), shop.added(file_mime_type="image/gif")

    shop.put(NEW_CONTENT, first)
    assert shop.file_of(first) == "image_3.png"
    shop.put({**NEW_CONTENT, "file_mime_type": "image/jpg"}, second)
    assert shop.file_of(second) == "image_4.jpg"
    assert shop.file_of(shop.added()) == "image_5.png"


def test_new_content_keeps_the_base_name_that_was_asked_for(shop: OpenMage) -> None:
    shop.added(file_name="front")
    image = shop.added(file_name="front")
    assert shop.file_of(image) == "front_1.png"

    shop.put(NEW_CONTENT, image)

    assert shop.file_of(image) == "front_2.png"


@pytest.mark.parametrize(
    ("sent", "full"),
    [
        ({"file_name": "cup"}, "cup.png"),
        ({"file_name": "my cup", "file_mime_type": "image/gif"}, "my_cup.gif"),
        ({"file_name": "front"}, "front_1.png"),
        ({"file_name": ""}, "front_1.png"),
        ({"file_name": None, "file_mime_type": None}, "front_1.png"),
    ],
)
def test_new_content_may_come_with_a_name_and_a_type(
    shop: OpenMage, sent: dict[str, Any], full: str
) -> None:
    image = shop.added(file_name="front")

    shop.put({**NEW_CONTENT, **sent}, image)

    assert shop.file_of(image) == full


def test_a_name_alone_renames(shop: OpenMage) -> None:
    image = shop.added(file_name="front", file_mime_type="image/gif")
    shop.added(file_name="cup", file_mime_type="image/gif")
    shop.render()

    shop.put({"file_name": "cup"}, image)
    shop.render()

    assert shop.file_of(image) == "cup_1.gif", "the present extension"
    public = shop.world.blobs.public
    assert public["media/shop1/catalog/product/f/r/front.gif"].data == DATA
    assert public["media/shop1/catalog/product/c/u/cup_1.gif"].data == DATA
    assert shop.file_of(shop.added(file_name="front", file_mime_type="image/gif")) == "front_1.gif"


def test_the_present_name_renames_nothing(shop: OpenMage) -> None:
    shop.added(file_name="front")
    image = shop.added(file_name="front")

    for store in ("", FR):
        shop.put({"file_name": "front"}, image, store)
        shop.put({"file_name": "front", "label": "x"}, image, store)
        assert shop.file_of(image) == "front_1.png"


@pytest.mark.parametrize(
    "sent",
    [
        {"file_mime_type": "image/gif"},
        {"file_mime_type": "image/bmp"},
        {"file_mime_type": ""},
        {"file_content": ""},
        {"file_name": ""},
        {"file_content": "", "file_mime_type": "image/gif", "file_name": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("store", ["", FR])
def test_a_type_alone_and_empty_file_fields_have_no_effect(
    shop: OpenMage, sent: dict[str, str], store: str
) -> None:
    image = shop.added(file_name="front", label="x", types=["image"])
    shown = shop.get(one(image))

    shop.put(sent, image, store)

    assert shop.get(one(image)) == shown
    assert shop.get(one(image, store)) == shown
    shop.put({**sent, "label": "y"}, image)
    assert shop.get(one(image)) == {**shown, "label": "y"}


@pytest.mark.parametrize("sent", [NEW_CONTENT, {"file_name": "cup"}], ids=["content", "name"])
def test_bytes_and_names_have_no_store(shop: OpenMage, sent: dict[str, str]) -> None:
    image = shop.added(file_name="front", label="front")

    shop.put({**sent, "label": "avant", "types": ["image"], "exclude": 1}, image, FR)

    name = "cup.png" if "file_name" in sent else "front_1.png"
    assert shop.file_of(image) == name
    everywhere, french = shop.get(one(image)), shop.get(one(image, FR))
    assert everywhere["url"] == french["url"] == shop.get(one(image, DE))["url"]
    assert written(everywhere) == ("front", "1", "0", [])
    assert written(french) == ("avant", "1", "1", ["image"])


def test_an_image_of_another_dialect_may_get_a_name(stocked: OpenMage) -> None:
    stocked.put({"file_name": "cup"})
    assert stocked.file_of(A) == "cup.png"
    stocked.render()
    original = next(
        stored.data for key, stored in stocked.world.blobs.originals.items() if "/11/" in key
    )
    assert stocked.world.blobs.public["media/shop1/catalog/product/c/u/cup.png"].data == original

    stocked.put({**NEW_CONTENT, "file_name": "jar", "file_mime_type": "image/jpeg"}, B)
    assert stocked.file_of(B) == "jar.jpg"


def test_new_bytes_of_an_image_of_another_dialect_have_a_new_url(stocked: OpenMage) -> None:
    url = stocked.get(one())["url"]

    stocked.put(NEW_CONTENT)

    shown = stocked.get(one())
    assert shown["url"] != url
    assert shown["id"] == "11"
    assert any(each.data == NEW for each in stocked.world.blobs.originals.values())


@pytest.mark.parametrize("renamed_before", [False, True])
def test_the_url_of_an_image_of_another_dialect_outlives_its_bytes(
    stocked: OpenMage, *, renamed_before: bool
) -> None:
    stocked.render()
    key = stocked.get(one())["url"].removeprefix(f"{MEDIA_URL}/")
    data = stocked.public(key.removeprefix("shop1/")).data

    if renamed_before:
        stocked.put({"file_name": "cup"})
    for sent in (NEW_CONTENT, {**NEW_CONTENT, "file_name": "jar"}):
        stocked.put(sent)
        stocked.render()
        stocked.render()
    assert stocked.public(key.removeprefix("shop1/")).data == data
    assert stocked.get(one())["url"].endswith("/jar.png")


def test_a_request_of_unsettled_fields_and_bytes_changes_all_or_nothing(
    stocked: OpenMage,
) -> None:
    before = stocked.everything

    for fields in ({"label": []}, {"position": {}}, {"file_name": ".."}):
        sent = {**NEW_CONTENT, "label": "x", "types": ["image"], **fields}
        assert stocked.admin("PUT", one(), json=sent).status == 400
        assert stocked.admin("PUT", one(store=FR), json=sent).status == 400
    assert stocked.everything == before


# 5 Responses


@in_both_formats
def test_lists_may_be_empty(shop: OpenMage, kind: str) -> None:
    for send in (shop.admin, shop.guest):
        for path in (P, many(FR)):
            answer = send("GET", path, ANSWER_IN[kind])
            assert_shows(answer, [], kind)


def test_xml_is_printed_so(stocked: OpenMage) -> None:
    stocked.put({"label": "<b> & c"}, B)
    stocked.put({"types": ["thumbnail", "image"]})
    first, second = (each["url"] for each in stocked.get(P))

    body = stocked.admin("GET", P, ANSWER_IN["xml"]).body

    assert body.replace("<label></label>", "<label/>").rstrip("\n") == (
        f"""<?xml version="1.0"?>
<magento_api>
  <data_item>
    <id>11</id>
    <label/>
    <position>1</position>
    <exclude>0</exclude>
    <url>{first}</url>
    <types>
      <data_item>image</data_item>
      <data_item>thumbnail</data_item>
    </types>
  </data_item>
  <data_item>
    <id>12</id>
    <label>&lt;b&gt; &amp; c</label>
    <position>6</position>
    <exclude>0</exclude>
    <url>{second}</url>
    <types/>
  </data_item>
</magento_api>"""
    )


def test_a_list_of_one_is_a_list_in_xml(shop: OpenMage) -> None:
    shop.added()

    root = ET.fromstring(shop.admin("GET", P, ANSWER_IN["xml"]).body)  # noqa: S314

    assert [each.tag for each in root] == ["data_item"]


def test_an_error_is_printed_so_in_xml(shop: OpenMage) -> None:
    answer = shop.admin("POST", P, ANSWER_IN["xml"], json={"label": "x"})

    assert answer.body.rstrip("\n") == (
        """<?xml version="1.0"?>
<magento_api>
  <messages>
    <error>
      <data_item>
        <code>400</code>
        <message>The image is not specified</message>
      </data_item>
      <data_item>
        <code>400</code>
        <message>Resource data pre-validator error.</message>
      </data_item>
    </error>
  </messages>
</magento_api>"""
    )


def test_an_error_is_printed_so_in_json(shop: OpenMage) -> None:
    answer = shop.admin("GET", one(NOBODY))

    expected = '{"messages":{"error":[{"code":404,"message":"Product image not found"}]}}'
    assert answer.body == expected


def test_the_examples_of_the_contract(shop: OpenMage) -> None:
    shop.world.galleries.sequences["shop1"] = itertools.count(42)
    shop.added(label="front", types=["image"], file_name="front")

    body = (
        '[{"id":"42","label":"front","position":"1","exclude":"0",'
        f'"url":"{FILES}/f/r/front.png","types":["image"]}}]'
    )
    assert shop.admin("GET", P).body == body
    created = shop.admin(
        "POST",
        many(FR),
        JSON,
        content=f'{{"file_mime_type":"image/gif","file_content":"{DOT}","label":"avant"}}',
    )
    assert_written(created)
    assert created.headers["location"] == "/api/rest/products/8/images/43"
    shown = Gateway()("GET", one(43, FR))
    assert shown.headers["content-type"] == MEDIA_TYPES["xml"]
    assert re.sub(r"\n *", "", shown.body) == (
        '<?xml version="1.0"?><magento_api><id>43</id><label>avant</label><position>2</position>'
        f"<url>{FILES}/i/m/image.gif</url><types/></magento_api>"
    )


# 6 Errors


class Wrong(NamedTuple):
    """A request that is refused, and how."""

    method: str
    path: str
    refusal: tuple[Any, ...]
    headers: Mapping[str, str] = {}
    content: str | bytes | None = None
    by: str = "admin"


def bodies(refusal: tuple[Any, ...], content: str, **headers: str) -> list[Wrong]:
    """The same body sent to every operation that takes one."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return [
        Wrong(method, path, refusal, sent, content)
        for method, path in (("POST", P), ("POST", many(FR)), ("PUT", one()), ("PUT", one(A, FR)))
    ]


def typed(refusal: tuple[Any, ...], content_type: str) -> list[Wrong]:
    return bodies(refusal, json.dumps({**PNG, "label": "x"}), content_type=content_type)


WRONG = [
    Wrong("GET", P, REJECTED, {"Authorization": "Bearer unknown"}),
    Wrong("GET", f"{API}/customers", NO_ROUTE),
    Wrong("PATCH", P, NO_METHOD),
    Wrong("POST", P, DENIED, JSON, json.dumps(PNG), by="guest"),
    Wrong("PUT", one(), DENIED, JSON, '{"label":"x"}', by="guest"),
    Wrong("DELETE", one(), DENIED, by="guest"),
    Wrong("DELETE", P, NOT_IMPLEMENTED),
    Wrong("PUT", P, NOT_IMPLEMENTED),
    Wrong("POST", one(), NOT_IMPLEMENTED),
    Wrong("POST", P, NOT_IMPLEMENTED, JSON, json.dumps([PNG])),
    Wrong("POST", many(FR), NOT_IMPLEMENTED, JSON, "[1]"),
    Wrong("POST", P, NOT_IMPLEMENTED, XML, xml([PNG])),
    Wrong("PUT", one(), NOTHING_SENT, JSON, '[{"label":"x"}]'),
    Wrong("PUT", one(), NOTHING_SENT, XML, xml([{"label": "x"}])),
    *bodies(NO_CONTENT_TYPE, json.dumps({**PNG, "label": "x"})),
    *typed(MULTIPART, "multipart/form-data; boundary=b"),
    *typed(MULTIPART, "multipart/mixed"),
    *typed(unknown_type("text/html"), "text/html"),
    *typed(unknown_type("application/x-www-form-urlencoded"), "application/x-www-form-urlencoded"),
    *typed(unknown_type("image/png"), "image/png; charset=utf-8"),
    *typed(unknown_type("application/vnd.api+json"), "application/vnd.api+json"),
    *typed(NO_CHARSET, "application/json; charset=iso-8859-1"),
    *typed(NO_CHARSET, 'application/json;charset="windows-1252"'),
    *typed(NO_CHARSET, "application/xml; charset=utf-16"),
    *typed(NO_CHARSET, "text/plain; charset=us-ascii"),
    *bodies(UNREADABLE, "", content_type="application/json"),
    *bodies(UNREADABLE, "{", content_type="application/json"),
    *bodies(UNREADABLE, '"x"', content_type="application/json"),
    *bodies(UNREADABLE, "<a>", content_type="text/xml"),
    *bodies(NOTHING_SENT, "{}", content_type="application/json"),
    *bodies(NOTHING_SENT, "[]", content_type="application/json"),
    *bodies(NOTHING_SENT, '{"id":"5","url":"x","foo":1}', content_type="application/json"),
    *bodies(NOTHING_SENT, '{"Label":"x"}', content_type="application/json"),
    *bodies(NOTHING_SENT, "<magento_api/>", content_type="application/xml"),
    *bodies(NOTHING_SENT, "<a><id>5</id><foo/></a>", content_type="application/xml"),
    *bodies(NOTHING_SENT, "foo=bar&id=5", content_type="text/plain"),
    Wrong("GET", many("9"), NO_STORE),
    Wrong("GET", many("9"), NO_STORE, by="guest"),
    Wrong("GET", one(A, "9"), NO_STORE),
    Wrong("POST", many("9"), NO_STORE, JSON, json.dumps(PNG)),
    Wrong("PUT", one(A, "9"), NO_STORE, JSON, '{"label":"x"}'),
    Wrong("DELETE", one(A, "9"), NO_STORE),
    *[
        wrong
        for store in ("", FR)
        for wrong in (
            Wrong("GET", one(NOBODY, store), NO_IMAGE),
            Wrong("GET", one(NOBODY, store), NOT_FOUND, by="guest"),
            Wrong("PUT", one(NOBODY, store), NOT_FOUND, JSON, '{"label":"x"}'),
            Wrong("DELETE", one(NOBODY, store), NOT_FOUND),
        )
    ],
    Wrong("POST", P, NOT_SPECIFIED, JSON, '{"label":"x"}'),
    Wrong("POST", P, NOT_BASE64, JSON, json.dumps({**PNG, "file_content": "!"})),
    Wrong("POST", P, NO_MIME_TYPE, JSON, json.dumps({**PNG, "file_mime_type": "image/bmp"})),
    Wrong("POST", P, UNKNOWN, JSON, json.dumps({**PNG, "file_content": NO_PICTURE})),
    Wrong("POST", P, UNKNOWN, JSON, json.dumps({**PNG, "file_name": "a/b"})),
    Wrong("POST", P, PRE_VALIDATOR, JSON, json.dumps({**PNG, "label": [1]})),
]


def wrong_id(wrong: Wrong) -> str:
    what = wrong.headers.get("Content-Type", wrong.headers.get("content-type", ""))
    sent = str(wrong.content or "")[:30]
    return f"{wrong.by} {wrong.method} {wrong.path.removeprefix(API)} {what} {sent}"


@in_both_formats
@pytest.mark.parametrize("wrong", WRONG, ids=wrong_id)
def test_every_error_has_its_words_in_both_formats(
    stocked: OpenMage, wrong: Wrong, kind: str
) -> None:
    before = stocked.everything
    send = stocked.guest if wrong.by == "guest" else stocked.admin
    headers = {**wrong.headers, **ANSWER_IN[kind]}
    content = {} if wrong.content is None else {"content": wrong.content}

    answer = send(wrong.method, wrong.path, headers, **content)

    plain = replace(answer, body=answer.body.replace("&quot;", '"')) if kind == "xml" else answer
    assert_refused(plain, *wrong.refusal, kind=kind)
    assert ("www-authenticate" in answer.headers) == (answer.status == 401)
    assert stocked.everything == before


def test_gets_and_deletes_do_not_look_at_a_body(stocked: OpenMage) -> None:
    headers = {"Content-Type": "text/css; charset=latin-1"}

    assert stocked.admin("GET", one(), headers, content="{").status == 200
    assert_written(stocked.admin("DELETE", one(), headers, content="{"))


def padded(fields: Mapping[str, Any], size: int) -> str:
    text = json.dumps(fields)
    return text[:-1] + " " * (size - len(text)) + "}"


@in_both_formats
def test_a_body_has_up_to_6_million_bytes(stocked: OpenMage, kind: str) -> None:
    headers = {**JSON, **ANSWER_IN[kind]}

    assert_written(stocked.admin("PUT", one(), headers, content=padded({"label": "x"}, 6_000_000)))
    for method, path, fields in (("PUT", one(), {"label": "y"}), ("POST", P, PNG)):
        answer = stocked.admin(method, path, headers, content=padded(fields, 6_000_001))
        assert_refused(answer, *TOO_LARGE, kind=kind)
    assert stocked.get(one())["label"] == "x"
    assert len(stocked.get(P)) == 2


def test_a_body_is_measured_as_the_function_receives_it(stocked: OpenMage) -> None:
    body = f"<a><label>x</label>{' ' * 4_600_000}</a>"

    assert_refused(stocked.admin("PUT", one(), XHTML, content=body), *TOO_LARGE)
    assert_written(stocked.admin("PUT", one(), XML, content=body))


def test_about_4_4_mb_of_picture_fit_into_a_request(shop: OpenMage) -> None:
    image = shop.added(data=pictures.padded_png(4_400_000), file_name="heavy")

    assert shop.file_of(image) == "heavy.png"


@in_both_formats
@every_operation
def test_a_failure_of_ours_tells_nothing_of_what_happened(
    stocked: OpenMage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    operation: Operation,
    kind: str,
) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("secret detail")

    for name in ("gallery", "image", "gallery_with_image", "gallery_with_images", "commit"):
        monkeypatch.setattr(stocked.world.galleries, name, fail)

    answer = call(stocked.admin, operation, **ANSWER_IN[kind])

    assert_refused(answer, *INTERNAL, kind=kind)
    assert "secret" not in answer.body + str(answer.headers)
    assert "secret detail" in caplog.text


@in_both_formats
@every_write
def test_writers_who_never_stop_are_a_failure_of_ours(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch, operation: Operation, kind: str
) -> None:
    def conflict(change: GalleryChange) -> None:
        raise ConflictError

    monkeypatch.setattr(stocked.world.galleries, "commit", conflict)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
    before = stocked.everything

    answer = call(stocked.admin, operation, **ANSWER_IN[kind])

    assert_refused(answer, *INTERNAL, kind=kind)
    assert stocked.everything == before


# 7 Ordering


def ids(images: list[Mapping[str, Any]]) -> list[int]:
    return [int(each["id"]) for each in images]


def test_lists_are_in_order_of_position_and_then_of_id(stocked: OpenMage) -> None:
    assert stocked.added(position=3) == C
    assert ids(stocked.get(P)) == [A, C, B]
    stocked.put({"position": 0}, B)
    assert ids(stocked.get(P)) == [B, A, C]
    stocked.put({"position": 3})
    stocked.put({"position": 3}, B)
    assert ids(stocked.get(P)) == [A, B, C]
    assert ids(stocked.seen(P)) == [A, B, C]


def test_lists_of_a_store_are_in_the_stores_own_order(stocked: OpenMage) -> None:
    stocked.put({"position": 10}, store=FR)

    assert ids(stocked.get(many(FR))) == [B, A]
    assert ids(stocked.seen(many(FR))) == [B, A]
    for store in ("", "1", DE):
        assert ids(stocked.get(many(store))) == [A, B]
    stocked.put({"position": 11}, B)
    assert ids(stocked.get(many(FR))) == [A, B], "B has no position of its own"
    assert [each["position"] for each in stocked.get(many(FR))] == ["10", "11"]


def test_positions_are_compared_as_numbers(stocked: OpenMage) -> None:
    stocked.put({"position": 10}, A, FR)
    stocked.put({"position": 9}, B, FR)

    assert ids(stocked.get(many(FR))) == [B, A]


# 7 Scopes


def test_guests_read_the_default_view_where_they_name_no_store(stocked: OpenMage) -> None:
    stocked.put({"label": "global"})
    stocked.put({"label": "default", "position": 9, "types": ["image"]}, store="1")
    stocked.put({"label": "avant"}, store=FR)

    for store in ("", "0", "admin", "1", "default"):
        assert stocked.seen(one(store=store))["label"] == "default"
        assert stocked.seen(one(store=store))["types"] == ["image"]
        assert ids(stocked.seen(many(store))) == [B, A]
    assert stocked.seen(one(store=FR))["label"] == "avant"
    assert stocked.seen(one(store=DE))["label"] == "global"
    for store in ("", "0", "admin"):
        assert stocked.get(one(store=store))["label"] == "global"
        assert ids(stocked.get(many(store))) == [A, B]


@pytest.mark.parametrize("store", ["", "1"])
def test_excluded_images_are_hidden_from_guests_and_keep_their_types(
    stocked: OpenMage, store: str
) -> None:
    stocked.put({"types": ["image", "thumbnail"]})

    stocked.put({"exclude": 1}, store=store)

    for path in (one(), one(store="1"), one(store="0"), one(store="admin")):
        assert_refused(stocked.guest("GET", path), *NOT_FOUND)
    assert ids(stocked.seen(P)) == ids(stocked.seen(many("1"))) == [B]
    assert ids(stocked.seen(many(FR))) == ([A, B] if store else [B])
    assert ids(stocked.get(P)) == ids(stocked.get(many("1"))) == [A, B]
    shown = stocked.get(one(store="1"))
    assert (shown["exclude"], shown["types"]) == ("1", ["image", "thumbnail"])
    assert stocked.seen(one(B))["types"] == []
    stocked.put({"exclude": 0}, store=store)
    assert ids(stocked.seen(P)) == [A, B]


def test_an_image_may_be_shown_in_one_store_only(stocked: OpenMage) -> None:
    stocked.put({"exclude": 1})
    stocked.put({"exclude": 0}, store=FR)

    assert ids(stocked.seen(many(FR))) == [A, B]
    assert stocked.seen(one(store=FR))["id"] == "11"
    assert ids(stocked.seen(many(DE))) == [B]
    assert stocked.get(one(store=FR))["exclude"] == "0"


def test_a_store_shows_its_own_values_and_global_ones_else(stocked: OpenMage) -> None:
    stocked.put({"label": "Mug", "types": ["image", "small_image"]})
    stocked.put({"position": 4}, store=FR)
    assert written(stocked.get(one(store=FR))) == ("Mug", "4", "0", ["image", "small_image"])

    stocked.put({"label": "Cup", "position": 8, "exclude": 1})
    assert written(stocked.get(one(store=FR))) == ("Cup", "4", "1", ["image", "small_image"])
    stocked.put({"label": "Tasse", "exclude": 0}, store=FR)
    stocked.put({"label": "Jar"})
    assert written(stocked.get(one(store=FR))) == ("Tasse", "4", "0", ["image", "small_image"])
    assert written(stocked.get(one(store=DE))) == ("Jar", "8", "1", ["image", "small_image"])


@pytest.mark.parametrize("empty", ["", False])
def test_an_empty_label_in_a_store_lets_the_global_one_through(
    stocked: OpenMage, empty: object
) -> None:
    stocked.put({"label": "Mug"})
    stocked.put({"label": "Tasse"}, store=FR)

    stocked.put({"label": empty}, store=FR)

    assert stocked.get(one(store=FR))["label"] == "Mug"
    stocked.put({"label": empty})
    assert stocked.get(one(store=FR))["label"] == ""


@pytest.mark.parametrize("same", [False, True])
def test_a_value_of_a_store_is_its_own_even_if_it_is_the_global_one(
    stocked: OpenMage, same: bool
) -> None:
    if same:
        stocked.put({"position": 1, "exclude": 0}, store=FR)

    stocked.put({"position": 7, "exclude": 1})

    shown = ("1", "0") if same else ("7", "1")
    assert written(stocked.get(one(store=FR)))[1:3] == shown


def test_a_post_in_a_store_is_global_and_its_fields_are_the_stores(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "thumbnail"]})

    image = stocked.added(
        many(FR), label="avant", position=1, exclude=1, types=["image"], file_name="front"
    )

    assert written(stocked.get(one(image, FR))) == ("avant", "1", "1", ["image"])
    for store in ("", "1", DE):
        assert written(stocked.get(one(image, store))) == ("", "7", "0", [])
        assert stocked.get(one(store=store))["types"] == ["image", "thumbnail"]
    assert stocked.get(one(store=FR))["types"] == ["thumbnail"]
    assert ids(stocked.get(many(FR))) == [A, C, B]
    assert ids(stocked.seen(many(FR))) == [A, B]
    assert ids(stocked.seen(P)) == [A, B, C]
    assert stocked.gallery.sorts[image] == 6


def test_what_a_post_in_a_store_does_not_send_is_global_there_too(stocked: OpenMage) -> None:
    image = stocked.added(many(FR))

    stocked.put({"label": "Mug", "position": 2, "exclude": 1, "types": ["image"]}, image)

    assert stocked.get(one(image, FR)) == stocked.get(one(image))


def test_types_leave_other_images_and_are_exactly_these(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "small_image"]})
    stocked.put({"types": ["small_image", "thumbnail"]}, B)

    assert stocked.get(one())["types"] == ["image"]
    assert stocked.get(one(B))["types"] == ["small_image", "thumbnail"]
    stocked.put({"types": ["thumbnail"]}, B)
    assert stocked.get(one())["types"] == ["image"], "what is left nobody has"
    stocked.put({"types": []}, B)
    assert [each["types"] for each in stocked.get(P)] == [["image"], []]


def test_types_of_a_store_leave_other_scopes(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "small_image", "thumbnail"]})

    stocked.put({"types": ["small_image"]}, B, FR)

    assert [each["types"] for each in stocked.get(many(FR))] == [
        ["image", "thumbnail"],
        ["small_image"],
    ]
    for store in ("", "1", DE):
        assert stocked.get(one(store=store))["types"] == ["image", "small_image", "thumbnail"]
    stocked.put({"types": ["image", "small_image", "thumbnail"]}, B)
    assert [each["types"] for each in stocked.get(many(FR))] == [
        [],
        ["image", "small_image", "thumbnail"],
    ], "roles without a holder in the store follow the global ones"


def test_an_explicit_none_does_not_fall_back(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "small_image"]})
    stocked.put({"types": ["image"]}, store=FR)
    assert stocked.get(one(store=FR))["types"] == ["image"]

    stocked.put({"types": ["small_image"]}, B)

    assert [each["types"] for each in stocked.get(many(FR))] == [["image"], []]
    assert [each["types"] for each in stocked.get(P)] == [["image"], ["small_image"]]
    stocked.put({"types": ["small_image"]}, B, FR)
    assert [each["types"] for each in stocked.get(many(FR))] == [["image"], ["small_image"]]


def test_types_written_in_a_store_take_nothing_from_roles_of_others(stocked: OpenMage) -> None:
    stocked.put({"types": ["image"]})

    stocked.put({"types": []}, B, FR)
    assert stocked.get(one(store=FR))["types"] == ["image"]
    stocked.put({"types": ["image"]}, B)
    assert stocked.get(one(B, FR))["types"] == ["image"], "it was nobody's in the store"


# 7 Deleting


def test_a_deleted_image_leaves_every_listing_store_and_dialect(among_others: OpenMage) -> None:
    shop = among_others
    shop.put({"label": "avant", "position": 3}, store=FR)

    shop.delete()

    for store in ("", "1", FR, DE):
        assert ids(shop.get(many(store))) == ids(shop.seen(many(store))) == [B]
        assert_refused(shop.admin("GET", one(store=store)), *NO_IMAGE)
        assert_refused(shop.guest("GET", one(store=store)), *NOT_FOUND)
        assert_refused(shop.admin("PUT", one(store=store), json={"label": "x"}), *NOT_FOUND)
        assert_refused(shop.admin("DELETE", one(store=store)), *NOT_FOUND)
    assert [each["id"] for each in bigcommerce(shop, "GET").json] == [B]
    assert bigcommerce(shop, "GET", A).status == 404
    assert [each["id"] for each in tiendanube(shop, "GET").json] == [B]
    assert tiendanube(shop, "GET", A).status == 404
    count = shop.admin("GET", "/api/v2/products/images/count", {"X-Auth-Token": "bigcommerce"})
    assert count.json == {"count": 1}
    assert shop.gallery.sorts == {B: 5}, "other positions stay"


def test_original_and_public_file_of_a_deleted_image_are_kept(shop: OpenMage) -> None:
    image = shop.added(file_name="front")
    shop.render()
    originals, public = dict(shop.world.blobs.originals), dict(shop.world.blobs.public)
    assert "media/shop1/catalog/product/f/r/front.png" in public

    shop.delete(image)

    assert shop.world.blobs.originals == originals
    assert shop.world.blobs.public == public
    shop.render()
    assert shop.world.blobs.originals == originals
    assert "media/shop1/catalog/product/f/r/front.png" in shop.world.blobs.public


def test_originals_of_other_dialects_images_are_kept_too(stocked: OpenMage) -> None:
    originals = dict(stocked.world.blobs.originals)

    stocked.delete()

    assert stocked.world.blobs.originals == originals


def test_nobody_inherits_the_roles_of_a_deleted_image(among_others: OpenMage) -> None:
    shop = among_others
    shop.put({"types": ["image", "thumbnail"]})
    shop.put({"types": ["small_image"]}, store=FR)
    shop.put({"types": ["image", "thumbnail"]}, B, FR)

    shop.delete()

    assert shop.gallery.roles.get(THUMBNAIL) is None
    assert shop.get(one(B))["types"] == []
    assert shop.get(one(B, FR))["types"] == ["image", "thumbnail"]
    assert bigcommerce(shop, "GET", B).json["is_thumbnail"] is False


def test_after_a_deletion_roles_of_a_store_are_explicitly_none(stocked: OpenMage) -> None:
    stocked.put({"types": ["image"]}, store=FR)

    stocked.delete()

    stocked.put({"types": ["image"]}, B)
    assert stocked.get(one(B, FR))["types"] == []
    assert stocked.get(one(B, DE))["types"] == ["image"]


def test_an_image_deleted_in_a_store_is_gone_there_only(among_others: OpenMage) -> None:
    shop = among_others
    shown = shop.get(one())

    shop.delete(store=FR)

    for store in (FR, "fr"):
        assert ids(shop.get(many(store))) == ids(shop.seen(many(store))) == [B]
        assert_refused(shop.admin("GET", one(store=store)), *NO_IMAGE)
        assert_refused(shop.guest("GET", one(store=store)), *NOT_FOUND)
        assert_refused(shop.admin("PUT", one(store=store), json={"label": "x"}), *NOT_FOUND)
        assert_refused(shop.admin("DELETE", one(store=store)), *NOT_FOUND)
    for store in ("", "0", "1", DE):
        assert shop.get(one(store=store)) == shown
        assert ids(shop.get(many(store))) == ids(shop.seen(many(store))) == [A, B]
    assert [each["id"] for each in bigcommerce(shop, "GET").json] == [A, B]
    shop.put({"label": "Mug"})
    assert_refused(shop.admin("GET", one(store=FR)), *NO_IMAGE)


def test_an_image_deleted_in_the_default_view_is_gone_for_guests(stocked: OpenMage) -> None:
    stocked.delete(store="default")

    assert ids(stocked.seen(P)) == [B]
    assert_refused(stocked.guest("GET", one()), *NOT_FOUND)
    assert_refused(stocked.guest("GET", one(store="admin")), *NOT_FOUND)
    assert ids(stocked.get(P)) == [A, B]
    assert ids(stocked.seen(many(FR))) == [A, B]


def test_roles_of_an_image_deleted_in_a_store_are_explicitly_none_there(
    stocked: OpenMage,
) -> None:
    stocked.put({"types": ["image"]})
    stocked.put({"types": ["image", "small_image"]}, store=FR)

    stocked.delete(store=FR)
    stocked.delete(store=DE)

    stocked.put({"types": ["image", "small_image", "thumbnail"]}, B)
    assert stocked.get(one(B, FR))["types"] == ["thumbnail"], "own roles"
    assert stocked.get(one(B, DE))["types"] == ["small_image", "thumbnail"], "inherited roles"
    assert stocked.get(one(B, "1"))["types"] == ["image", "small_image", "thumbnail"]


def test_an_image_may_be_deleted_in_all_stores_and_then_globally(stocked: OpenMage) -> None:
    for store in ("1", FR, DE):
        stocked.delete(store=store)
    assert ids(stocked.get(P)) == [A, B]

    stocked.delete()

    assert ids(stocked.get(P)) == [B]


def test_what_another_dialect_deletes_is_gone_here_too(among_others: OpenMage) -> None:
    shop = among_others
    image = shop.added(file_name="front", types=["small_image"])
    shop.put({"types": ["image"]}, image, FR)

    assert bigcommerce(shop, "DELETE", image).status == 204
    assert tiendanube(shop, "DELETE", B).status == 200

    for store in ("", FR):
        for each in (image, B):
            assert_refused(shop.admin("GET", one(each, store)), *NO_IMAGE)
            assert_refused(shop.admin("PUT", one(each, store), json={"label": "x"}), *NOT_FOUND)
            assert_refused(shop.admin("DELETE", one(each, store)), *NOT_FOUND)
        assert ids(shop.get(many(store))) == [A]
    assert shop.file_of(shop.added(file_name="front")) == "front_1.png"


def test_bytes_of_what_another_dialect_deletes_go_by_that_dialects_rules(
    among_others: OpenMage,
) -> None:
    shop = among_others
    image = shop.added(file_name="front")
    shop.put({"file_name": "cup"}, image)
    shop.render()
    assert shop.public("catalog/product/c/u/cup.png").data == DATA

    bigcommerce(shop, "DELETE", image)
    shop.render()

    assert not [key for key in shop.world.blobs.originals if f"/{image}/" in key]
    assert not [key for key in shop.world.blobs.public if "/catalog/" in key]


def test_of_changes_at_once_none_is_lost(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = stocked.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        stocked.put({"types": ["image", "small_image"], "position": 9}, B, FR)
        stocked.put({"label": "Tasse"}, A, FR)
        stocked.put({"label": "Mug", "position": 3}, A)
        return commit(change)

    monkeypatch.setattr(stocked.world.galleries, "commit", slow_commit)

    stocked.put({"types": ["image"], "exclude": 1}, A, FR)

    assert written(stocked.get(one(A, FR))) == ("Tasse", "3", "1", ["image"])
    assert written(stocked.get(one(B, FR))) == ("", "9", "0", ["small_image"])
    assert written(stocked.get(one())) == ("Mug", "3", "0", ["thumbnail"])


@pytest.mark.parametrize("store", ["", FR])
def test_an_image_deleted_while_it_is_changed_is_not_found(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    commit = stocked.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        stocked.delete()
        return commit(change)

    monkeypatch.setattr(stocked.world.galleries, "commit", slow_commit)

    fields = {"label": "x", "types": ["image"], "position": 4, **NEW_CONTENT}
    assert_refused(stocked.admin("PUT", one(store=store), json=fields), *NOT_FOUND)
    assert stocked.gallery.sorts == {B: 5}


# Properties


ROLES = ["image", "small_image", "thumbnail"]
SCOPES = ["", "1", FR, DE]
changes = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["", "a", "b"]),
        "position": st.integers(0, 9),
        "exclude": st.integers(0, 1),
        "types": st.lists(st.sampled_from(ROLES), unique=True),
    },
).filter(bool)
scopes = st.sampled_from(SCOPES)
puts = st.tuples(st.just("PUT"), st.sampled_from([A, B]), scopes, changes)
store_deletes = st.tuples(
    st.just("DELETE"), st.sampled_from([A, B]), st.sampled_from(SCOPES[1:]), st.just({})
)


@dataclass
class Model:
    """Store views, written down once more: what every scope holds, and how a read falls back."""

    fields: dict[tuple[str, int, str], str] = field(default_factory=dict)
    roles: dict[tuple[str, str], int | None] = field(default_factory=dict)
    gone: set[tuple[str, int]] = field(default_factory=set)

    def write(self, scope: str, image: int, sent: Mapping[str, Any]) -> None:
        for name, value in sent.items():
            if name == "types":
                self._write_types(scope, image, value)
            elif name == "label" and scope and not value:
                self.fields.pop((scope, image, name), None)
            else:
                self.fields[scope, image, name] = str(value)

    def _write_types(self, scope: str, image: int, types: list[str]) -> None:
        held = self.types(scope, image)
        for role in ROLES:
            if role in types:
                self.roles[scope, role] = image
            elif role in held:
                self.roles[scope, role] = None

    def delete(self, scope: str, image: int) -> None:
        self._write_types(scope, image, [])
        self.gone.add((scope, image))

    def types(self, scope: str, image: int) -> list[str]:
        return [
            role
            for role in ROLES
            if self.roles.get((scope, role), self.roles.get(("", role))) == image
        ]

    def image(self, scope: str, image: int) -> tuple[Any, ...]:
        """What `written` finds in an answer."""
        values = [
            self.fields.get((scope, image, name), self.fields["", image, name])
            for name in ("label", "position", "exclude")
        ]
        return (*values, self.types(scope, image))

    def listed(self, scope: str) -> list[int]:
        there = [each for each in (A, B) if (scope, each) not in self.gone]
        return sorted(there, key=lambda each: (int(self.image(scope, each)[1]), each))

    def shown(self, scope: str) -> list[int]:
        """What a guest finds."""
        return [each for each in self.listed(scope) if self.image(scope, each)[2] == "0"]


@settings(max_examples=60)
@given(st.lists(st.one_of(puts, puts, puts, store_deletes), max_size=12))
def test_stores_fall_back_field_by_field(
    operations: list[tuple[str, int, str, dict[str, Any]]],
) -> None:
    model = Model()
    for image, position in ((A, 1), (B, 6)):
        model.write("", image, {"label": "", "position": position, "exclude": 0})
    model.roles["", "thumbnail"] = A

    with hung_shop() as shop:
        for method, image, scope, sent in operations:
            body = {"json": sent} if method == "PUT" else {}
            answer = shop.admin(method, one(image, scope), **body)
            if (scope, image) in model.gone:
                assert_refused(answer, *NOT_FOUND)
                continue
            assert_written(answer)
            if method == "PUT":
                model.write(scope, image, sent)
            else:
                model.delete(scope, image)

        for scope in SCOPES:
            shown = shop.get(many(scope))
            assert ids(shown) == model.listed(scope)
            for each in shown:
                assert written(each) == model.image(scope, int(each["id"]))
                assert shop.get(one(each["id"], scope)) == each
            assert ids(shop.seen(many(scope))) == model.shown(scope or "1")


every_scope_types = st.tuples(
    st.sampled_from(["PUT", "PUT", "PUT", "POST", "DELETE"]),
    st.integers(0, 5),
    scopes,
    st.lists(st.sampled_from([*ROLES, "bogus"])),
)


@settings(max_examples=40)
@given(st.lists(every_scope_types, max_size=10))
def test_a_type_belongs_to_at_most_one_image_of_a_scope(
    operations: list[tuple[str, int, str, list[str]]],
) -> None:
    with hung_shop() as shop:
        for method, number, scope, types in operations:
            before = {each["id"]: each["types"] for each in shop.get(many(scope))}
            if method != "POST" and not before:
                continue
            wanted = [role for role in ROLES if role in types]
            if method == "POST":
                image = shop.added(many(scope), types=types)
            else:
                image = int(list(before)[number % len(before)])
                if method == "PUT":
                    shop.put({"types": types}, image, scope)
                else:
                    shop.delete(image, scope)

            after = {each["id"]: each["types"] for each in shop.get(many(scope))}
            if method == "DELETE":
                assert str(image) not in after
            else:
                assert after.pop(str(image)) == wanted
            for other, held in after.items():
                taken = wanted if method != "DELETE" else []
                assert held == [role for role in before[other] if role not in taken]
            for each in SCOPES:
                held = [role for item in shop.get(many(each)) for role in item["types"]]
                assert len(held) == len(set(held))


letters = st.characters(
    exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))) + "\ufffe\uffff"
)


@settings(max_examples=40)
@given(st.text(letters, max_size=255))
def test_every_text_comes_back_in_both_formats_and_both_ways(text: str) -> None:
    with hung_shop() as shop:
        shop.put({"label": text})
        shown = shop.admin("GET", one(), ANSWER_IN["xml"])
        assert shop.get(one())["label"] == text
        element = ET.fromstring(shown.body)  # noqa: S314
        assert (element.findtext("label") or "") == text

        body = f"<a><label>{escape(text)}</label></a>".encode()
        assert_written(shop.admin("PUT", one(B), XHTML, content=body))
        assert shop.get(one(B))["label"].strip() == text.strip()


# The seed's own words


SEEDS_PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAYAAACM/rhtAAAAGXRFWHRTb2Z0d2FyZQBBZG9iZSBJbWFnZVJlYWR5ccll"
    "PAAAAWtJREFUeNpi/P//P8NgBkwMgxyMOnDUgTDAyMhIDNYF4vNA/B+IDwCxHLoakgEoFxODiQRXQUYi4e3k2gfDjMRa"
    "jsP3zED8F8pmA+JvUDEYeArEMugOpFcanA/Ef6A0CPwC4uNoag5SnAjJjGI2tKhkg4rLAfFGIH4IxEuBWIjSKKYkDfZC"
    "HddLiwChVhokK8YGohwEZYy3aBmEKmDEhOCgreomo+VmZHxsMEQxIc2MAx3FO/DI3RxMmQTZkI9ALDCaSUYdOOrAIeRA"
    "PzQ+PxCHUM2FFDb5paGNBPRa5C20bUhxc4sSB4JaLnvxVHWHsbVu6OnACjyOg+HqgXKgGRD/JMKBoD6LDb0dyAPE94hw"
    "HAw/hGYcujlwEQmOg+EV9HJgLBmOg+FMWjsQVKR8psCBoDSrQqoDSSmoG6Hpj1wA6ju30LI9+BBX4UsC+Ai0T4BWVd1E"
    "IL5PgeO+APECmoXgaGtm1IE0AgABBgAJAICuV8dAUAAAAABJRU5ErkJggg=="
)


def seeds_listing(base: str) -> str:
    """The seed's first example of an answer."""
    return f"""<?xml version="1.0"?>
<magento_api>
  <data_item>
    <id>5</id>
    <label></label>
    <position>1</position>
    <exclude>0</exclude>
    <url>{base}/v/e/ve2011.jpg</url>
    <types>
      <data_item>image</data_item>
      <data_item>thumbnail</data_item>
    </types>
  </data_item>
  <data_item>
    <id>7</id>
    <label>second dress</label>
    <position>2</position>
    <exclude>1</exclude>
    <url>{base}/1/2/12.jpg</url>
    <types>
      <data_item>small_image</data_item>
    </types>
  </data_item>
</magento_api>"""


def seeds_post(picture: str) -> str:
    """The seed's example of a body with a picture, white space and all."""
    return f"""<?xml version="1.0"?>
<magento_api>
  <file_mime_type>image/jpeg</file_mime_type>     <file_content>{picture}</file_content>
</magento_api>
"""


SEEDS_PUT = """<?xml version="1.0"?>
<magento_api>
  <label>English store image</label>
  <position>3</position>
  <exclude>0</exclude>
  <types>
      <data_item>image</data_item>
      <data_item>small_image</data_item>
      <data_item>thumbnail</data_item>
   </types>
</magento_api>
"""
SEEDS_PUT_IN_A_STORE = """<?xml version="1.0"?>
<magento_api>
  <position>3</position>
  <exclude>0</exclude>
  <types>
      <data_item>image</data_item>
   </types>
</magento_api>
"""


@pytest.fixture
def seeds(shop: OpenMage) -> OpenMage:
    """The seed's product 8 with images 5 and 7; its admin does not say what format they want."""
    for number, fields in (
        (5, {"file_name": "ve2011", "types": ["image", "thumbnail"]}),
        (7, {"file_name": "12", "types": ["small_image"], "label": "second dress", "exclude": 1}),
    ):
        shop.world.galleries.sequences["shop1"] = itertools.count(number)
        assert shop.added(data=NEW, file_mime_type="image/jpeg", **fields) == number
    shop.admin = Gateway(headers={"Authorization": "Bearer admin"})
    return shop


def as_in_the_seed(answer: Answer) -> str:
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPES["xml"])
    return answer.body.replace("<label/>", "<label></label>").rstrip("\n")


def test_the_seeds_lists_are_answered_as_the_seed_says(seeds: OpenMage) -> None:
    assert as_in_the_seed(seeds.admin("GET", P)) == seeds_listing(FILES)
    seventh = seeds.admin("GET", one(7))
    assert as_in_the_seed(seventh) == printed(
        {
            "id": "7",
            "label": "second dress",
            "position": "2",
            "exclude": "1",
            "url": f"{FILES}/1/2/12.jpg",
            "types": ["small_image"],
        },
        "xml",
    )


@pytest.mark.parametrize("store", ["", "3"])
def test_the_seeds_posts_are_answered_as_the_seed_says(seeds: OpenMage, store: str) -> None:
    answer = seeds.admin("POST", many(store, "1"), XML, content=seeds_post(SEEDS_PICTURE))

    assert_written(answer)
    assert answer.headers["location"] == "/api/rest/products/1/images/8"
    shown = seeds.admin("GET", one(8, store, "1"))
    assert as_in_the_seed(shown).replace("<label></label>", "<label/>") == printed(
        {
            "id": "8",
            "label": "",
            "position": "1",
            "exclude": "0",
            "url": f"{FILES}/i/m/image.jpg",
            "types": [],
        },
        "xml",
    )
    again = seeds.admin("POST", many(store, "1"), XML, content=seeds_post(SEEDS_PICTURE))
    assert again.headers["location"] == "/api/rest/products/1/images/9"
    assert f"{FILES}/i/m/image_2.jpg" in seeds.admin("GET", one(9, store, "1")).body


def test_the_seeds_puts_and_deletes_are_answered_as_the_seed_says(seeds: OpenMage) -> None:
    json_please = ANSWER_IN["json"]

    assert_written(seeds.admin("PUT", one(7), XML, content=SEEDS_PUT))
    shown = seeds.admin("GET", one(7), json_please).json
    assert written(shown) == (
        "English store image",
        "3",
        "0",
        ["image", "small_image", "thumbnail"],
    )
    assert seeds.admin("GET", one(5), json_please).json["types"] == []
    assert_written(seeds.admin("PUT", one(5, "3"), XML, content=SEEDS_PUT_IN_A_STORE))
    shown = seeds.admin("GET", one(5, "3"), json_please).json
    assert written(shown) == ("", "3", "0", ["image"])
    assert_written(seeds.admin("DELETE", one(7, "3")))
    assert ids(seeds.admin("GET", many("3"), json_please).json) == [5]
    assert_written(seeds.admin("DELETE", one(7)))
    assert ids(seeds.admin("GET", P, json_please).json) == [5]


def test_the_seeds_example_of_a_french_flower(seeds: OpenMage) -> None:
    for store, label in (("", "flower"), (FR, "fleur")):
        body = f"<magento_api><label>{label}</label></magento_api>"
        assert_written(seeds.admin("PUT", one(5, store), XML, content=body))

    for store, label in (("", "flower"), (DE, "flower"), (FR, "fleur")):
        assert f"<label>{label}</label>" in seeds.admin("GET", one(5, store)).body
        assert f"<label>{label}</label>" in Gateway()("GET", one(5, store)).body


def test_a_new_gif_in_a_store_looks_as_the_seed_says(shop: OpenMage) -> None:
    shop.world.with_gallery("shop1", "8", {number: number - 1 for number in range(1, 10)})
    image = shop.added(file_name="new image", file_mime_type="image/gif")
    shop.put({"position": 5, "exclude": 1}, image, "3")

    answer = Gateway(headers={"Authorization": "Bearer admin"})("GET", one(10, "3"))

    assert (
        as_in_the_seed(answer)
        == f"""<?xml version="1.0"?>
<magento_api>
  <id>10</id>
  <label></label>
  <position>5</position>
  <exclude>1</exclude>
  <url>{FILES}/n/e/new_image.gif</url>
  <types/>
</magento_api>"""
    )


def test_a_number_without_end_is_no_label(stocked: OpenMage) -> None:
    for number in ("9" * 5000, "1e400"):
        put = stocked.admin("PUT", one(), JSON, content=f'{{"label":{number}}}')
        assert (put.status, put.json["messages"]["error"][0]["message"]) == (
            400,
            "Resource data pre-validator error.",
        )

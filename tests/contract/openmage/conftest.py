"""The clients, fixtures and expected errors that the OpenMage tests share."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pytest
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.gateway import Answer, Gateway

from vitrine.domain.gallery import Gallery
from vitrine.domain.locations import parse_original_key
from vitrine.domain.shops import ProductMode, product_key
from vitrine.domain.storage import PublicPicture
from vitrine.services.rendering import make_renditions
from vitrine.services.unpublishing import unpublish

API = "/api/rest"
P = f"{API}/products/8/images"
FILES = f"{MEDIA_URL}/shop1/catalog/product"
A, B, C = 11, 12, 13
MISSING = 99
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
    known_originals: set[str] = field(default_factory=set)

    def get(self, path: str) -> Any:
        answer = self.admin("GET", path)
        assert answer.status == 200, answer.body
        return answer.json

    def get_as_guest(self, path: str) -> Any:
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
        self.known_originals |= blobs.originals.keys()
        for key in sorted(self.known_originals):
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
        return self.world.everything


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
TOO_LARGE = 413, "Request entity too large; upload the picture with a form of /vitrine/v1"
UNREADABLE = 400, "Decoding error."
NOTHING_SENT = 400, "The request data is invalid."
NO_STORE = 400, "Requested store is invalid"
NOT_FOUND = 404, "Resource not found."
NO_IMAGE = 404, "Product image not found"
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
every_write = pytest.mark.parametrize("operation", WRITES, ids=name_of)


def call(send: Gateway, operation: Operation, suffix: str = "", **headers: str) -> Answer:
    """An operation's plainest request."""
    return send(operation.method, operation.path + suffix, headers, **operation.body)


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


def written(image: Mapping[str, Any]) -> tuple[Any, ...]:
    return image["label"], image["position"], image["exclude"], image["types"]


NO_PICTURE = encoded(b"no picture")
NEW = pictures.jpeg(8, 8)
NEW_CONTENT = {"file_content": encoded(NEW)}


def ids(images: list[Mapping[str, Any]]) -> list[int]:
    return [int(each["id"]) for each in images]

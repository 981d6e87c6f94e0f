"""The clients, fixtures and expected errors that the Tiendanube tests share."""

import base64
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.gateway import Answer, Gateway

from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, Texts
from vitrine.domain.locations import original_address
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.services.adding import add_image
from vitrine.services.sources import at_hand

BASES = ("/v1", "/2025-03")
IMAGES = "/v1/555/products/1234/images"
LAMP = "http://example.com/lamp.jpg"
AGENT = "Lamps (dev@example.com)"
JSON_TYPE = "application/json; charset=UTF-8"
NOW = datetime(2026, 3, 1, 12, 0, 0, 7_000, tzinfo=UTC)
CREATED_AT = "2023-12-31T21:00:00-03:00"
NOW_HERE = "2026-03-01T09:00:00-03:00"
ANY_PICTURE = PictureRules(frozenset(Format), max_bytes=10**9)
A, B, C, D = 11, 12, 13, 14
KEYS = ["id", "src", "position", "alt", "product_id", "created_at", "updated_at"]
SUFFIXES = ["-50-0", "-100-0", "-240-0", "-320-0", "-480-0", "-640-0", "-1024-1024"]
FULL = "-1024-1024"


@dataclass
class Tiendanube:
    """A client of the shop `shop1`, store 555, with a token for everything."""

    world: World
    send: Gateway

    def post(self, path: str = IMAGES, **fields: Any) -> Answer:
        return self.send("POST", path, json=fields)

    def put(self, image: int, **fields: Any) -> Answer:
        return self.send("PUT", f"{IMAGES}/{image}", json=fields)

    def listed(self, query: str = "") -> Any:
        return ok(self.send("GET", IMAGES + query)).json

    def get(self, image: int, query: str = "") -> dict[str, Any]:
        found: dict[str, Any] = ok(self.send("GET", f"{IMAGES}/{image}{query}")).json
        return found

    def delete(self, image: int) -> Answer:
        return self.send("DELETE", f"{IMAGES}/{image}")

    def created(self, **fields: Any) -> dict[str, Any]:
        answer = self.post(**(fields or {"src": LAMP}))
        assert answer.status == 201, answer.body
        body: dict[str, Any] = answer.json
        return body

    def add(self, data: bytes, name: str, product: str = "1234") -> Image:
        """An image that came through another dialect."""
        shop = self.world.catalogue("shop1")
        return add_image(shop, ProductKey(product), at_hand(data, name), ANY_PICTURE).image

    def serve(self, url: str, data: bytes) -> str:
        """The URL, at which there is a file from now on."""
        self.world.remote.pages[url] = data
        return url

    def ids(self, query: str = "") -> list[int]:
        return [item["id"] for item in self.listed(query)]

    @property
    def gallery(self) -> Gallery:
        return self.world.galleries.heads["shop1", "1234"]

    @property
    def sorts(self) -> list[int]:
        """The sorts, in gallery order."""
        return [self.gallery.sorts[image] for image in self.gallery.order]

    def record(self, image: int) -> Image:
        return self.world.galleries.records["shop1", "1234"][image]

    def texts(self, image: int) -> Texts:
        texts = self.record(image).texts
        return Texts(texts.alt, dict(texts.translations))

    def translate(self, image: int, texts: Texts) -> None:
        """Change an image's record directly, without a request."""
        changed = replace(self.record(image), texts=texts)
        self.world.galleries.records["shop1", "1234"][image] = changed

    def original(self, image: int) -> bytes:
        return self.world.blobs.originals[original_address(self.record(image)).original_key].data

    @property
    def state(self) -> tuple[Any, ...]:
        """All that must not change when a request is refused."""
        return self.world.everything


@pytest.fixture
def tiendanube(world: World) -> Tiendanube:
    world.open_shop(
        "shop1", tiendanube_store_id="555", tiendanube_language="es", tiendanube_utc_offset="-03:00"
    )
    world.issue("all", "shop1", "tiendanube", "read_products", "write_products")
    world.issue("read", "shop1", "tiendanube", "read_products")
    world.issue("write", "shop1", "tiendanube", "write_products")
    world.issue("none", "shop1", "tiendanube")
    world.issue("revoked", "shop1", "tiendanube", "write_products", revoked=True)
    world.issue("foreign", "shop1", "evotor", "read_products", "write_products")
    world.remote.pages[LAMP] = pictures.jpeg(40, 30)
    world.clock = lambda: NOW
    return Tiendanube(world, Gateway(headers={"Authentication": "bearer all", "User-Agent": AGENT}))


@pytest.fixture
def abc(tiendanube: Tiendanube) -> Tiendanube:
    """The start of every row of section 7: A first and thumbnail, B and C at the same sort."""
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5}, thumbnail=A)
    return tiendanube


def ok(answer: Answer) -> Answer:
    assert answer.status == 200, answer.body
    return answer


def assert_refused(answer: Answer, status: int, body: dict[str, Any]) -> None:
    """The answer is exactly this, with the headers every error has."""
    assert (answer.status, answer.body) == (status, json.dumps(body, separators=(",", ":")))
    assert answer.headers["content-type"] == JSON_TYPE
    assert "x-main-language" not in answer.headers


def envelope(code: int, message: str, description: str | None) -> dict[str, Any]:
    return {"code": code, "message": message, "description": description}


def refused(**fields: str) -> dict[str, list[str]]:
    return {field: [text] for field, text in fields.items()}


NO_TOKEN = envelope(401, "Unauthorized", "Required access token is missing")
BAD_TOKEN = envelope(401, "Unauthorized", "Invalid access token")
NO_AGENT = envelope(400, "Bad Request", "User-Agent header is missing")
NO_WRITING = envelope(403, "Forbidden", "Missing required scope: write_products")
NO_READING = envelope(403, "Forbidden", "Missing required scope: read_products")
NO_PRODUCT = envelope(404, "Not Found", "Product with such id does not exist")
NO_IMAGE = envelope(404, "Not Found", "Image with such id does not exist")
NO_ROUTE = envelope(404, "Not Found", None)
NO_METHOD = envelope(405, "Method Not Allowed", None)
NO_SRC = refused(src="can't be blank")
BAD_SRC = refused(src="is invalid")
NO_DOWNLOAD = refused(src="could not be downloaded")
NO_PICTURE = refused(src="must be a gif, jpg or png image")
NO_NUMBER = refused(position="is not a number")
BAD_ALT = refused(alt="is invalid")


def base_64(data: bytes) -> str:
    return base64.b64encode(data).decode()


GIF = pictures.encode(pictures.gradient(30, 20), "GIF")
MOVING_GIF = pictures.animated("GIF", frames=3, size=60)
PNG = pictures.png(30, 20)
JPEG = pictures.jpeg(30, 20)
WEBP = pictures.encode(pictures.gradient(30, 20), "WEBP")
BMP = pictures.encode(pictures.gradient(30, 20), "BMP")
OPERATIONS = [
    ("GET", "", "read_products"),
    ("HEAD", "", "read_products"),
    ("GET", f"/{A}", "read_products"),
    ("HEAD", f"/{A}", "read_products"),
    ("POST", "", "write_products"),
    ("PUT", f"/{A}", "write_products"),
    ("DELETE", f"/{A}", "write_products"),
]


def body_of(method: str) -> dict[str, Any]:
    """What makes a good request of an operation."""
    return {"json": {"src": LAMP} if method == "POST" else {}} if method in ("POST", "PUT") else {}


def file_name(src: str) -> str:
    assert src.startswith(f"{MEDIA_URL}/")
    return src.rpartition("/")[2]


def with_suffix(src: str, suffix: str) -> str:
    assert src.count(FULL) == 1
    return src.replace(FULL, suffix)


CHANGES: list[tuple[dict[str, Any], list[int]]] = [
    # The body of a PUT of C, and whose `updated_at` moves.
    ({}, []),
    ({"position": 3}, []),
    ({"position": 99}, []),
    ({"position": None, "src": None, "attachment": None}, []),
    ({"alt": {"es": "Vieja"}}, []),
    ({"alt": {"fr": ""}}, []),
    ({"filename": "other.png"}, []),
    ({"id": 1, "product_id": 8, "created_at": "x", "updated_at": [], "foo": {}}, []),
    ({"position": 1}, [C]),
    ({"position": 2}, [C]),
    ({"alt": {"es": "Nueva"}}, [C]),
    ({"alt": {"pt": "Nova"}}, [C]),
    ({"alt": []}, [C]),
    ({"src": LAMP}, [C]),
    ({"attachment": base_64(PNG), "filename": "lamp.png"}, [C]),
]


def raw(
    content: bytes, content_type: str | None = "application/json", **headers: str
) -> dict[str, Any]:
    """What `Gateway` needs to send a body as it is."""
    if content_type is not None:
        headers["Content-Type"] = content_type
    return {"headers": headers, "content": content}


@pytest.fixture
def mixed(tiendanube: Tiendanube) -> Tiendanube:
    """A gallery in which order and ids have nothing in common: 13, 11, 15, 12, 14."""
    tiendanube.world.with_gallery(
        "shop1", "1234", {13: 0, 11: 1, 15: 1, 12: 4, 14: 9}, thumbnail=15
    )
    return tiendanube


ENCODED = base_64(MOVING_GIF)

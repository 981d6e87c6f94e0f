"""The clients, fixtures and expected errors that the BigCommerce tests share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import Answer, Gateway

from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.images import Image, Texts

API = "/api/v2"
STORE = "/stores/abc123/v2"
BASES = [API, STORE]
P = f"{API}/products/29/images"
EVERYWHERE = f"{API}/products/images/count"
MUG = "http://example.com/mug.jpg"
CUP = "https://example.com/cup.png"
NOW = datetime(2012, 12, 21, 18, 54, 4, 7_000, tzinfo=UTC)
NOW_IN_MAIL = "Fri, 21 Dec 2012 18:54:04 +0000"
A, B, C, D = 11, 12, 13, 14
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
READ_ONLY = "store_v2_products_read_only"
READ_AND_WRITE = "store_v2_products"


@dataclass
class BigCommerce:
    """A client of the shop `shop1` with a token for everything."""

    world: World
    send: Gateway

    def post(self, fields: Mapping[str, Any], path: str = P) -> Answer:
        return self.send("POST", path, json=fields)

    def put(self, fields: Mapping[str, Any], image: int = A) -> Answer:
        return self.send("PUT", f"{P}/{image}", json=fields)

    def get(self, path: str = P) -> Any:
        answer = self.send("GET", path)
        assert answer.status == 200, answer.body
        return answer.json

    def image(self, image: int = A) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"{P}/{image}")
        return found

    def created(self, fields: Mapping[str, Any], path: str = P) -> dict[str, Any]:
        answer = self.post(fields, path)
        assert answer.status == 201, answer.body
        body: dict[str, Any] = answer.json
        return body

    def with_gallery(
        self,
        sorts: Mapping[int, int] | None = None,
        thumbnail: int | None = A,
        alt: str = "",
        **translations: str,
    ) -> list[Image]:
        """Images of product 29: A, B and C of the contract, unless given."""
        sorts = {A: 0, B: 1, C: 2} if sorts is None else sorts
        stocked = self.world.with_gallery(
            "shop1", "29", sorts, thumbnail if thumbnail in sorts else None
        )
        stocked = [replace(image, texts=Texts(alt, translations)) for image in stocked]
        self.world.galleries.records["shop1", "29"] |= {image.id: image for image in stocked}
        return stocked

    def file(self, path: str, data: bytes) -> None:
        """A file in the shop's import directory."""
        self.world.blobs.import_folder[f"import/shop1/{path}"] = data

    @property
    def sorts(self) -> Mapping[int, int]:
        return self.world.galleries.gallery("shop1", "29").sorts

    @property
    def thumbnail(self) -> int | None:
        return self.world.galleries.gallery("shop1", "29").roles.get(THUMBNAIL)

    @property
    def record(self) -> Image:
        """What the catalogue knows of image A."""
        return self.world.galleries.records["shop1", "29"][A]

    @property
    def everything(self) -> Any:
        """Whatever a request may change, versions of heads and records with it."""
        return self.world.everything


@pytest.fixture
def shop(world: World) -> BigCommerce:
    world.open_shop("shop1", bigcommerce_store_hash="abc123")
    world.open_shop("shop2", bigcommerce_store_hash="def456")
    world.issue("all", "shop1", "bigcommerce", READ_AND_WRITE)
    world.issue("read", "shop1", "bigcommerce", READ_ONLY)
    world.issue("none", "shop1", "bigcommerce")
    world.issue("revoked", "shop1", "bigcommerce", READ_AND_WRITE, revoked=True)
    world.issue("evotor", "shop1", "evotor", READ_AND_WRITE)
    world.issue("two", "shop2", "bigcommerce", READ_AND_WRITE)
    world.remote.pages[MUG] = pictures.jpeg(40, 30)
    world.remote.pages[CUP] = pictures.png(30, 40)
    return BigCommerce(world, Gateway(headers={"X-Auth-Token": "all"}))


def error(status: int, message: str, reason: str | None = None) -> list[dict[str, Any]]:
    details = {} if reason is None else {"details": {"invalid_reason": reason}}
    return [{"status": status, "message": message, **details}]


NO_CREDENTIALS = error(401, "No credentials were supplied in the request.")
NO_SCOPE = error(403, "You don't have a required scope to access the endpoint")
NOT_FOUND = error(404, "The requested resource was not found.")
NOT_ALLOWED = error(405, "The method is not allowed on this resource.")
NOT_ACCEPTABLE = error(406, "The requested response format is not supported.")
REQUIRED = error(400, "The required field 'image_file' was not supplied.")
FULL = error(403, "The product is not allowed to have more than 1000 images.")
INTERNAL = error(500, "An internal error occurred.")


def invalid(field: str, reason: str | None = None) -> list[dict[str, Any]]:
    return error(400, f"The field '{field}' is invalid.", reason)


def unusable(path: str) -> list[dict[str, Any]]:
    reason = f"The file '{path}' is missing or is not usable by this resource."
    return invalid("image_file", reason)


def assert_refused(answer: Answer, body: list[dict[str, Any]]) -> None:
    assert (answer.status, answer.json) == (body[0]["status"], body)
    assert answer.headers["content-type"] == "application/json"


def assert_empty(answer: Answer) -> None:
    assert (answer.status, answer.body) == (204, "")
    assert "content-type" not in answer.headers


def texts(fields: Mapping[str, Any]) -> dict[str, tuple[None, str]]:
    """Fields as text parts of a form."""
    return {name: (None, str(value)) for name, value in fields.items()}


class Operation(NamedTuple):
    """One documented operation, and its answer when product 29 has image 11."""

    method: str
    path: str
    status: int

    @property
    def writes(self) -> bool:
        return self.method != "GET"


OPERATIONS = [
    Operation("GET", "/products/29/images", 200),
    Operation("POST", "/products/29/images", 201),
    Operation("DELETE", "/products/29/images", 204),
    Operation("GET", "/products/29/images/count", 200),
    Operation("GET", "/products/29/images/11", 200),
    Operation("PUT", "/products/29/images/11", 200),
    Operation("DELETE", "/products/29/images/11", 204),
    Operation("GET", "/products/images/count", 200),
]


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
on_both_bases = pytest.mark.parametrize("base", BASES)


def call(
    send: Gateway,
    operation: Operation,
    base: str = API,
    suffix: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An operation's plainest request."""
    body = {"json": {"image_file": MUG}} if operation.method == "POST" else {}
    return send(operation.method, base + operation.path + suffix, headers, **body)


def offer(
    shop: BigCommerce, source: str, data: bytes, name: str = "a.png"
) -> tuple[dict[str, Any], str]:
    """A request body whose picture has this source, and the name that a refusal gives it."""
    path, url = f"x/{name}", f"https://example.com/pictures/{name}"
    match source:
        case "url" | "url in a form":
            shop.world.remote.pages[url] = data
            value = url
        case "import" | "import in a form":
            shop.file(path, data)
            value = path
        case _:
            return {"files": {"image_file": (name, data)}}, name
    if source.endswith("form"):
        return {"files": texts({"image_file": value})}, value
    return {"json": {"image_file": value}}, value


SOURCES = ["url", "url in a form", "import", "import in a form", "part"]
every_source = pytest.mark.parametrize("source", SOURCES)


def slug_of(image: Mapping[str, Any]) -> str:
    found = re.fullmatch(r"[a-z]/[0-9]{3}/(.+)__[0-9]{5,}\.[a-z]+", image["image_file"])
    assert found, image
    return found[1]


def form(*parts: bytes) -> bytes:
    """A multipart body of parts that are headers, an empty line and data."""
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"

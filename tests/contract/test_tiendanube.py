"""Tiendanube, row by row (shared contract: tiendanube; the seed comes before it)."""

import base64
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.gateway import Answer, Gateway

from pipeline import generate_renditions
from vitrine import environment
from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, Texts
from vitrine.domain.locations import original_address
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey, ProductMode, product_key
from vitrine.services.adding import add_image
from vitrine.services.sources import at_hand

BASES = ("/v1", "/2025-03")
IMAGES = "/v1/555/products/1234/images"
SINGULAR = "/v1/555/product/1234/images"
LAMP = "http://example.com/lamp.jpg"
AGENT = "Lamps (dev@example.com)"
JSON_TYPE = "application/json; charset=UTF-8"
NOW = datetime(2026, 3, 1, 12, 0, 0, 7_000, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
HUNG_AT = "2023-12-31T21:00:00-03:00"
NOW_HERE = "2026-03-01T09:00:00-03:00"
LATER_HERE = "2026-03-01T10:00:00-03:00"
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
        """Have an image say something else, through whatever call."""
        changed = replace(self.record(image), texts=texts)
        self.world.galleries.records["shop1", "1234"][image] = changed

    def original(self, image: int) -> bytes:
        return self.world.blobs.originals[original_address(self.record(image)).original_key].data

    @property
    def state(self) -> tuple[Any, ...]:
        """All that must not change when a request is refused."""
        galleries = self.world.galleries
        return (
            {where: head for where, head in galleries.heads.items() if head.version},
            {where: dict(each) for where, each in galleries.records.items() if each},
            dict(galleries.counts),
            dict(self.world.blobs.originals),
        )


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
WRONG_TYPE = envelope(415, "Unsupported Media Type", "Content-Type should be application/json")
TOO_LARGE = envelope(
    413, "Request Entity Too Large", "Send the picture as src, or upload the file to S3"
)
NO_JSON = {"error": "Problems parsing JSON"}
NO_WRITING = envelope(403, "Forbidden", "Missing required scope: write_products")
NO_READING = envelope(403, "Forbidden", "Missing required scope: read_products")
NO_PRODUCT = envelope(404, "Not Found", "Product with such id does not exist")
NO_IMAGE = envelope(404, "Not Found", "Image with such id does not exist")
NO_ROUTE = envelope(404, "Not Found", None)
NO_METHOD = envelope(405, "Method Not Allowed", None)
FULL_GALLERY = envelope(
    422, "Unprocessable Entity", "Product is not allowed to have more than 250 images"
)
INTERNAL = envelope(500, "Internal Server Error", None)
NO_SRC = refused(src="can't be blank")
BAD_SRC = refused(src="is invalid")
NO_DOWNLOAD = refused(src="could not be downloaded")
NO_PICTURE = refused(src="must be a gif, jpg or png image")
TOO_HEAVY = refused(src="must weigh less than 10MB")
BAD_ATTACHMENT = refused(attachment="is invalid")
NO_FILE_NAME = refused(filename="can't be blank")
NO_NUMBER = refused(position="is not a number")
BAD_ALT = refused(alt="is invalid")
LONG_ALT = refused(alt="is too long")


def base_64(data: bytes) -> str:
    return base64.b64encode(data).decode()


GIF = pictures.encode(pictures.gradient(30, 20), "GIF")
MOVING_GIF = pictures.animated("GIF", frames=3, size=60)
PNG = pictures.png(30, 20)
JPEG = pictures.jpeg(30, 20)
WEBP = pictures.encode(pictures.gradient(30, 20), "WEBP")
BMP = pictures.encode(pictures.gradient(30, 20), "BMP")

# What the seed sends, byte for byte.
MEWTWO = b"""\
{
    "filename": "mewtwo.gif",
    "position": 5,
    "attachment": "R0lGODlhIAAgAPIAAPj4+MCgyHh4eGBgWLgomEBAQP///wAAACH/C05FVFNDQVBFMi4wAwEAAAAh
/hFwb2tlZ3VpZGUuZmlsYi5kZQAh+QQJEQAGACwAAAAAIAAgAAADj2i63P4wykmrvTjrzbv/YNgU
BUN+BUCuQFB2JNCmgeulbV2/y3rhup2pReBJgDuhgkYoUnA5mm0ZaBojyAJBadAWr8fgylXSgrEF
Mim5M1uka3H8VEm7BOmx3T59lvFVRWJcbyRNgjo+GAMCjQOHAzoDGoyOBgOYmAGTG5kOkZsil0Gc
IQMyNaUgmaqirhcJACH5BAkRAAYALAAAAAAgACAAAAOLaLrc/jDKSau9OOvNu/9gKEpFwZRfAZQs
EJhdCbhq8Hqqa9tww1a5Hc9RI/QgQd7w5CIYSTNd7XYKOI+PZIGwXGyNWKSQ9UIZtmExq6DclZ5A
KXtc4qWzPAGbPJ9TKSgFelZGY10VAyxOhW5mFgMCkQMDiwM7AxuTmAaamgGTI5aXoTM2myGdI6oa
CQA7"
}"""


# 1 Routes

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


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
def test_an_image_is_created_read_changed_and_deleted(
    tiendanube: Tiendanube, base: str, slash: str
) -> None:
    send, path = tiendanube.send, f"{base}/555/products/1234/images"

    created = send("POST", path + slash, json={"src": LAMP})
    image = created.json
    one = f"{path}/{image['id']}{slash}"
    listed = send("GET", path + slash)
    read = send("GET", one)
    changed = send("PUT", one, json={"alt": {"es": "Lámpara"}})
    deleted = send("DELETE", one)

    assert (created.status, list(image)) == (201, KEYS)
    assert "location" not in created.headers
    assert (listed.status, listed.json) == (200, [image])
    assert (read.status, read.json) == (200, image)
    assert (changed.status, changed.json) == (200, {**image, "alt": {"es": "Lámpara"}})
    assert list(changed.json) == list(read.json) == KEYS
    assert (deleted.status, deleted.body) == (200, "{}")
    for answer in (created, listed, read, changed, deleted):
        assert answer.headers["content-type"] == JSON_TYPE
        assert answer.headers["x-main-language"] == "es"
        assert not [name for name in answer.headers if name.startswith("x-rate-limit")]
    assert_refused(send("GET", one), 404, NO_IMAGE)
    assert_refused(send("PUT", one, json={}), 404, NO_IMAGE)
    assert_refused(send("DELETE", one), 404, NO_IMAGE)
    assert tiendanube.world.galleries.counts["shop1"] == 0
    assert not tiendanube.world.blobs.originals


def test_both_bases_show_the_same_images(abc: Tiendanube) -> None:
    for path in ("", f"/{A}"):
        old, new = (abc.send("GET", f"{base}/555/products/1234/images{path}") for base in BASES)
        assert old == new


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("query", ["", "?since_id=11", "?fields=id&position=2"])
def test_the_seeds_singular_path_lists_images(
    abc: Tiendanube, query: str, base: str, slash: str
) -> None:
    answer = abc.send("GET", f"{base}/555/product/1234/images{slash}{query}")

    assert ok(answer) == abc.send("GET", f"{base}/555/products/1234/images{query}")


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "path", ["", "?per_page=2", "?fields=id", f"/{A}", "/99", "?page=9", "?position=x"]
)
def test_head_is_get_without_a_body(abc: Tiendanube, path: str, base: str, slash: str) -> None:
    bare, mark, query = path.partition("?")
    path = f"{base}/555/products/1234/images{bare}{slash}{mark}{query}"

    get, head = abc.send("GET", path), abc.send("HEAD", path)

    assert (head.status, head.headers, head.body) == (get.status, get.headers, "")
    assert get.body


NO_IDS = ["0", "01", "-1", "+1", "1.0", "abc", "1a", "0x1", "1" * 19, "11%20", "%D9%A1", "11%0A"]


@pytest.mark.parametrize("product", NO_IDS)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_product_id_of_another_form_is_no_product(
    abc: Tiendanube, method: str, path: str, scope: str, product: str
) -> None:
    answer = abc.send(method, f"/v1/555/products/{product}/images{path}", **body_of(method))

    assert answer.status == 404
    assert method == "HEAD" or answer.json == NO_PRODUCT
    assert not abc.world.remote.fetched


@pytest.mark.parametrize("image", [*NO_IDS, "11.json", "99", "9" * 18])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_an_image_id_of_another_form_is_no_image(abc: Tiendanube, method: str, image: str) -> None:
    answer = abc.send(method, f"{IMAGES}/{image}", **body_of(method))

    assert answer.status == 404
    assert method == "HEAD" or answer.json == NO_IMAGE


def test_ids_have_up_to_18_digits(tiendanube: Tiendanube) -> None:
    path = f"/v1/555/products/{'9' * 18}/images"

    assert tiendanube.post(path, src=LAMP).json["product_id"] == int("9" * 18)
    assert tiendanube.send("GET", path).headers["x-total-count"] == "1"


CALLERS = [
    pytest.param({}, id="nobody"),
    pytest.param({"Authentication": "bearer unknown"}, id="stranger"),
    pytest.param({"Authentication": "bearer all", "User-Agent": AGENT}, id="caller"),
]


@pytest.mark.parametrize("headers", CALLERS)
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "path",
    [
        "/555",
        "/555/products",
        "/555/products/1234",
        "/555/products/1234/",
        "/555/products/1234/image",
        "/555/products/1234/images.json",
        "/555/products.json",
        "/555/orders/1/images",
        "/555/products/1234/images/11/more",
        "/555/products/1234/images/11/more/",
        "/555/products/1234/images//",
        "/555/products/1234/images/11//",
        "/555/product/1234/images/11",
        "/555/Products/1234/images",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_paths_are_not_found_whoever_asks(
    tiendanube: Tiendanube, method: str, path: str, base: str, headers: dict[str, str]
) -> None:
    assert_refused(Gateway()(method, base + path, headers), 404, NO_ROUTE)


@pytest.mark.parametrize("headers", CALLERS)
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/555/products/1234/images", {"GET", "HEAD", "POST"}),
        ("DELETE", "/555/products/1234/images", {"GET", "HEAD", "POST"}),
        ("PATCH", "/555/products/1234/images", {"GET", "HEAD", "POST"}),
        ("POST", "/555/products/1234/images/11", {"GET", "HEAD", "PUT", "DELETE"}),
        ("PATCH", "/555/products/1234/images/11", {"GET", "HEAD", "PUT", "DELETE"}),
        ("PATCH", "/x/products/y/images/z", {"GET", "HEAD", "PUT", "DELETE"}),
    ],
)
def test_other_methods_are_not_allowed_whoever_asks(
    tiendanube: Tiendanube,
    method: str,
    path: str,
    allowed: set[str],
    base: str,
    slash: str,
    headers: dict[str, str],
) -> None:
    answer = Gateway()(method, base + path + slash, headers)

    assert_refused(answer, 405, NO_METHOD)
    assert set(re.split(r",\s*", answer.headers["allow"])) == allowed


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("base", BASES)
def test_the_singular_path_is_for_listing_only(
    tiendanube: Tiendanube, base: str, method: str
) -> None:
    answer = tiendanube.send(method, f"{base}/555/product/1234/images", **body_of(method))

    assert_refused(answer, 405, NO_METHOD)
    assert "GET" in answer.headers["allow"]
    assert "POST" not in answer.headers["allow"]


# 2 Authentication


@pytest.mark.parametrize(
    "headers",
    [
        {"Authentication": "bearer all"},
        {"authentication": "Bearer all"},
        {"Authentication": "BEARER all"},
        {"Authentication": "all"},
        {"Authentication": "  bearer   all "},
        {"Authorization": "Bearer all"},
        {"authorization": "bearer all"},
        {"Authorization": "all"},
        {"Authentication": "bearer all", "Authorization": "Bearer unknown"},
    ],
)
@pytest.mark.parametrize("base", BASES)
def test_tokens_are_found_where_the_platforms_clients_put_them(
    abc: Tiendanube, base: str, headers: dict[str, str]
) -> None:
    path = f"{base}/555/products/1234/images/{A}"

    assert Gateway(headers={"User-Agent": AGENT})("GET", path, headers).json == abc.get(A)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authentication": ""},
        {"Authentication": "  "},
        {"Authentication": "bearer"},
        {"Authentication": "Bearer "},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"X-Authorization": "all"},
    ],
)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_without_a_token_every_operation_answers_401(
    abc: Tiendanube, method: str, path: str, scope: str, headers: dict[str, str]
) -> None:
    before = abc.state

    answer = Gateway(headers={"User-Agent": AGENT})(
        method, IMAGES + path, headers, **body_of(method)
    )

    if method == "HEAD":
        assert (answer.status, answer.body) == (401, "")
    else:
        assert_refused(answer, 401, NO_TOKEN)
    assert abc.state == before


@pytest.mark.parametrize(
    ("headers", "store"),
    [
        ({"Authentication": "bearer unknown"}, "555"),
        ({"Authorization": "Bearer unknown"}, "555"),
        ({"Authentication": "bearer revoked"}, "555"),
        ({"Authentication": "bearer foreign"}, "555"),
        ({"Authentication": "Basic all"}, "555"),
        ({"Authentication": "bearer unknown", "Authorization": "Bearer all"}, "555"),
        ({"Authentication": "bearer two"}, "555"),
        ({"Authentication": "bearer three"}, "555"),
        ({"Authentication": "bearer all"}, "777"),
        ({"Authentication": "bearer all"}, "999"),
        ({"Authentication": "bearer all"}, "0555"),
        ({"Authentication": "bearer all"}, "555.0"),
        ({"Authentication": "bearer all"}, "shop1"),
        ({"Authentication": "bearer three"}, "None"),
    ],
)
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_bad_token_and_a_foreign_store_get_one_and_the_same_answer(
    abc: Tiendanube,
    method: str,
    path: str,
    scope: str,
    base: str,
    headers: dict[str, str],
    store: str,
) -> None:
    world = abc.world
    world.open_shop("shop2", tiendanube_store_id="777")
    world.issue("two", "shop2", "tiendanube", "write_products")
    world.open_shop("shop3", evotor_store_id="555")
    world.issue("three", "shop3", "tiendanube", "write_products")
    before = abc.state

    for product in ("1234", "x"):
        answer = Gateway(headers={"User-Agent": AGENT})(
            method, f"{base}/{store}/products/{product}/images{path}", headers, **body_of(method)
        )

        if method == "HEAD":
            assert (answer.status, answer.body) == (401, "")
        else:
            assert_refused(answer, 401, BAD_TOKEN)
    assert abc.state == before


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_token_covers_its_scopes_and_writing_implies_reading(
    abc: Tiendanube, method: str, path: str, scope: str, base: str
) -> None:
    def answer(secret: str) -> Answer:
        path_ = f"{base}/555/products/1234/images{path}"
        return abc.send(method, path_, {"Authentication": secret}, **body_of(method))

    for secret in ("none",) if scope == "read_products" else ("none", "read"):
        if method == "HEAD":
            assert answer(secret).status == 403
        else:
            body = NO_READING if scope == "read_products" else NO_WRITING
            assert_refused(answer(secret), 403, body)
    if scope == "read_products":
        assert answer("read").status == 200
    assert answer("write").status in (200, 201)


@pytest.mark.parametrize("agent", [None, "", "   "])
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_clients_name_themselves(
    abc: Tiendanube, method: str, path: str, scope: str, agent: str | None
) -> None:
    headers = {"Authentication": "bearer all"}
    request = httpx.Request(
        method, f"https://api.example{IMAGES}{path}", headers=headers, **body_of(method)
    )
    request.headers.pop("user-agent", None)
    if agent is not None:
        request.headers["user-agent"] = agent

    answer = abc.send.send(request)

    if method == "HEAD":
        assert (answer.status, answer.body) == (400, "")
    else:
        assert_refused(answer, 400, NO_AGENT)


@pytest.mark.parametrize("agent", ["x", "curl/8", "-"])
def test_any_name_of_a_client_passes(abc: Tiendanube, agent: str) -> None:
    assert ok(abc.send("GET", IMAGES, {"User-Agent": agent})).json


def test_two_shops_see_nothing_of_each_other(abc: Tiendanube) -> None:
    world = abc.world
    world.open_shop("shop2", tiendanube_store_id="777")
    world.issue("two", "shop2", "tiendanube", "write_products")
    before = abc.listed()
    theirs = Gateway(headers={"Authentication": "bearer two", "User-Agent": AGENT})
    path = "/v1/777/products/1234/images"

    assert theirs("GET", path).json == []
    for method in ("GET", "PUT", "DELETE"):
        answer = theirs(method, f"{path}/{A}", **body_of(method))
        assert_refused(answer, 404, NO_IMAGE)
    other = theirs("POST", path, json={"src": LAMP}).json
    assert (other["position"], other["product_id"]) == (1, 1234)
    assert theirs("GET", path).json == [other]
    assert theirs("DELETE", f"{path}/{other['id']}").status == 200
    assert abc.listed() == before


def test_the_same_picture_in_two_shops_has_two_urls(tiendanube: Tiendanube) -> None:
    tiendanube.world.open_shop("shop2", tiendanube_store_id="777")
    tiendanube.world.issue("two", "shop2", "tiendanube", "write_products")
    theirs = Gateway(headers={"Authentication": "bearer two", "User-Agent": AGENT})

    mine = tiendanube.created()
    other = theirs("POST", "/v1/777/products/1234/images", json={"src": LAMP}).json

    assert other["id"] == mine["id"], "both are image 1 of their shop"
    assert other["src"] != mine["src"]
    assert tiendanube.ids(f"?src={other['src']}") == []


# 3 Fields


def file_name(src: str) -> str:
    assert src.startswith(f"{MEDIA_URL}/")
    return src.rpartition("/")[2]


def with_suffix(src: str, suffix: str) -> str:
    assert src.count(FULL) == 1
    return src.replace(FULL, suffix)


def test_an_image_object_has_all_its_fields_in_order(world: World) -> None:
    """The contract's own example; the shop has neither a language nor an offset of its own."""
    world.open_shop("shop1", tiendanube_store_id="555")
    world.issue("all", "shop1", "tiendanube", "write_products")
    world.with_gallery("shop1", "1234", {112: 0, 123: 1, 133: 2})
    world.clock = lambda: datetime(2026, 3, 1, 10, 0, 0, 999_000, tzinfo=UTC)
    world.remote.pages[LAMP] = pictures.jpeg(40, 30)
    send = Gateway(headers={"Authorization": "Bearer all", "User-Agent": AGENT})

    created = send("POST", IMAGES, json={"src": LAMP})

    src = created.json["src"]
    assert re.fullmatch(rf"{MEDIA_URL}/\S+/lamp-[0-9a-f]{{32}}-1024-1024\.jpg", src)
    assert created.body == (
        f'{{"id":134,"src":"{src}","position":4,"alt":[],"product_id":1234,'
        '"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00"}'
    )
    assert send("GET", f"{IMAGES}/134").body == created.body
    assert send("PUT", f"{IMAGES}/134", json={}).body == created.body
    assert created.headers["x-main-language"] == "es"


def test_ids_increase_across_the_store_and_beyond_32_bits(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {2**33: 0})

    ids = [
        tiendanube.post(f"/v1/555/products/{product}/images", src=LAMP).json["id"]
        for product in (1, 2, 1234, 1)
    ]

    assert ids == [2**33 + 1, 2**33 + 2, 2**33 + 3, 2**33 + 4]
    assert tiendanube.get(2**33)["id"] == 2**33
    assert tiendanube.ids() == [2**33, 2**33 + 3]


@pytest.mark.parametrize(
    ("offset", "shown"),
    [
        (None, "2026-03-01T01:30:59+00:00"),
        ("+00:00", "2026-03-01T01:30:59+00:00"),
        ("-03:00", "2026-02-28T22:30:59-03:00"),
        ("+05:30", "2026-03-01T07:00:59+05:30"),
        ("-09:30", "2026-02-28T16:00:59-09:30"),
    ],
)
def test_times_are_whole_seconds_at_the_shops_offset(
    world: World, offset: str | None, shown: str
) -> None:
    world.open_shop(
        "shop1",
        ProductMode.OPEN,
        tiendanube_store_id="555",
        **({} if offset is None else {"tiendanube_utc_offset": offset}),
    )
    world.issue("all", "shop1", "tiendanube", "write_products")
    world.clock = lambda: datetime(2026, 3, 1, 1, 30, 59, 999_000, tzinfo=UTC)
    world.remote.pages[LAMP] = pictures.jpeg(40, 30)
    send = Gateway(headers={"Authentication": "all", "User-Agent": AGENT})

    image = send("POST", IMAGES, json={"src": LAMP}).json

    assert image["created_at"] == image["updated_at"] == shown


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_the_shared_text_is_shown_in_the_shops_main_language(world: World, language: str) -> None:
    world.open_shop("shop1", tiendanube_store_id="555", tiendanube_language=language)
    world.issue("all", "shop1", "tiendanube", "write_products")
    world.with_gallery("shop1", "1234", {A: 0, B: 1, C: 2, D: 3})
    client = Tiendanube(world, Gateway(headers={"Authentication": "all", "User-Agent": AGENT}))
    client.translate(A, Texts("Lamp"))
    client.translate(B, Texts("Lamp", {"fr": "Lampe", "pt_BR": "Luz"}))
    client.translate(C, Texts("", {"fr": "Lampe"}))

    answer = ok(client.send("GET", IMAGES))

    assert answer.headers["x-main-language"] == language
    assert [image["alt"] for image in answer.json] == [
        {language: "Lamp"},
        {language: "Lamp", "fr": "Lampe", "pt_BR": "Luz"},
        {"fr": "Lampe"},
        [],
    ]


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


@pytest.mark.parametrize(("fields", "moved"), CHANGES)
def test_updated_at_moves_with_bytes_text_and_asked_for_place(
    tiendanube: Tiendanube, fields: dict[str, Any], moved: list[int]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5}, thumbnail=A, alt="Vieja")

    answer = ok(tiendanube.put(C, **fields))

    for image in (A, B, C):
        shown = tiendanube.get(image)
        assert shown["created_at"] == HUNG_AT
        assert shown["updated_at"] == (NOW_HERE if image in moved else HUNG_AT)
    assert answer.json == tiendanube.get(C)


def test_updated_at_stays_when_neighbours_or_roles_change(abc: Tiendanube) -> None:
    abc.created(src=LAMP, position=1)
    abc.delete(A)

    assert abc.gallery.roles[THUMBNAIL] == D
    assert [abc.get(image)["updated_at"] for image in (B, C)] == [HUNG_AT, HUNG_AT]


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://example.com/charmander.jpg", "charmander"),
        ("https://example.com/a/b/Red%20Lamp.JPG", "red-lamp"),
        ("http://example.com/Foto%20do%20Caf%C3%A9_2.jpg", "foto-do-cafe-2"),
        ("http://example.com/lamp.jpg?name=other.png#part.gif", "lamp"),
        ("http://example.com/archive.tar.gz", "archive-tar"),
        ("http://example.com/--a--b--.jpg", "a-b"),
        ("http://example.com/lamp", "lamp"),
        ("http://example.com/", "image"),
        ("http://example.com", "image"),
        ("http://example.com/%E6%9D%B1%E4%BA%AC.jpg", "image"),
        (f"http://example.com/{'a' * 80}.jpg", "a" * 60),
        (f"http://example.com/{'a' * 60}.jpg", "a" * 60),
    ],
)
def test_a_file_is_named_after_its_url(tiendanube: Tiendanube, url: str, slug: str) -> None:
    src = tiendanube.created(src=tiendanube.serve(url, JPEG))["src"]

    assert re.fullmatch(rf"{slug}-[0-9a-f]{{32}}-1024-1024\.jpg", file_name(src))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("mewtwo.gif", "mewtwo"),
        ("Lámpara Roja!.PNG", "lampara-roja"),
        ("lamp", "lamp"),
        ("Red%20Caf%C3%A9.gif", "red-cafe"),
        ("50%off.gif", "50-off"),
        ("東京.gif", "image"),
        ("...", "image"),
        ("a" * 300 + ".gif", "a" * 60),
    ],
)
def test_a_file_is_named_after_its_filename(tiendanube: Tiendanube, name: str, slug: str) -> None:
    src = tiendanube.created(attachment=base_64(GIF), filename=name)["src"]

    assert re.fullmatch(rf"{slug}-[0-9a-f]{{32}}-1024-1024\.gif", file_name(src))


@pytest.mark.parametrize(
    ("data", "name", "extension"),
    [
        (JPEG, "lamp.jpg", "jpg"),
        (JPEG, "lamp.jpeg", "jpeg"),
        (JPEG, "lamp.png", "jpg"),
        (JPEG, "lamp.exe", "jpg"),
        (JPEG, "lamp", "jpg"),
        (PNG, "lamp.png", "png"),
        (PNG, "lamp.jpeg", "png"),
        (GIF, "lamp.gif", "gif"),
        (GIF, "lamp.jpg", "gif"),
        (MOVING_GIF, "lamp.webp", "gif"),
    ],
)
def test_the_extension_tells_what_the_bytes_are(
    tiendanube: Tiendanube, data: bytes, name: str, extension: str
) -> None:
    by_url = tiendanube.created(src=tiendanube.serve(f"http://example.com/{name}", data))
    by_attachment = tiendanube.created(attachment=base_64(data), filename=name)

    for image in (by_url, by_attachment):
        assert image["src"].endswith(f"-1024-1024.{extension}")
        assert tiendanube.original(image["id"]) == data


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (GIF, "gif"),
        (JPEG, "jpg"),
        (PNG, "png"),
        (WEBP, "jpg"),
        (pictures.encode(pictures.gradient(30, 20, "RGBA"), "WEBP"), "png"),
        (BMP, "jpg"),
    ],
)
def test_pictures_of_other_dialects_are_shown_as_gif_jpg_or_png(
    tiendanube: Tiendanube, data: bytes, extension: str
) -> None:
    image = tiendanube.add(data, "Other Lamp.xyz")

    shown = tiendanube.get(image.id)

    assert re.fullmatch(
        rf"other-lamp-[0-9a-f]{{32}}-1024-1024\.{extension}", file_name(shown["src"])
    )
    assert tiendanube.listed() == [shown]


def test_no_two_images_share_a_url(tiendanube: Tiendanube) -> None:
    """Nor do the old and the new bytes of one."""
    images = [tiendanube.created() for _ in range(3)]
    attached = [tiendanube.created(attachment=base_64(JPEG), filename="lamp.jpg")]
    srcs = [image["src"] for image in images + attached]
    tiendanube.serve("http://example.com/new/lamp.jpg", pictures.jpeg(41, 30))
    srcs.append(tiendanube.put(images[0]["id"], src="http://example.com/new/lamp.jpg").json["src"])
    srcs.append(tiendanube.put(images[0]["id"], src=LAMP).json["src"])

    stems = [re.findall(r"[0-9a-f]{32}(?=-1024)", src)[0] for src in srcs]
    assert len(set(srcs)) == len(set(stems)) == 6


def published(tiendanube: Tiendanube, image: dict[str, Any]) -> list[bytes]:
    """The seven pictures of an image, at the URLs that follow from its src."""
    key = original_address(tiendanube.record(image["id"])).original_key
    event = {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": key}}}]}
    generate_renditions.handler(event, None)
    urls = [with_suffix(image["src"], suffix) for suffix in SUFFIXES]
    public = tiendanube.world.blobs.public
    return [public[url.replace(MEDIA_URL, "media")].data for url in urls]


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        (
            (1500, 900),
            [(50, 30), (100, 60), (240, 144), (320, 192), (480, 288), (640, 384), (1024, 614)],
        ),
        (
            (1000, 2000),
            [(50, 100), (100, 200), (240, 480), (320, 640), (480, 960), (640, 1280), (512, 1024)],
        ),
        ((60, 40), [(50, 33), *[(60, 40)] * 6]),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_all_seven_sizes_are_where_the_suffixes_lead(
    tiendanube: Tiendanube, kind: str, size: tuple[int, int], sizes: list[tuple[int, int]]
) -> None:
    data = pictures.encode(pictures.gradient(*size), kind)
    image = tiendanube.created(src=tiendanube.serve("http://example.com/a.x", data))

    made = [pictures.opened(each) for each in published(tiendanube, image)]

    assert [picture.size for picture in made] == sizes
    assert {picture.format for picture in made} == {kind}


def test_an_animated_gif_stays_animated_in_every_size(tiendanube: Tiendanube) -> None:
    data = pictures.animated("GIF", frames=3, size=700)
    image = tiendanube.created(src=tiendanube.serve("http://example.com/a.gif", data))

    made = [pictures.opened(each) for each in published(tiendanube, image)]

    assert [getattr(picture, "n_frames", 1) for picture in made] == [3] * 7


# 4 Requests

BIG = b'{"src":"http://example.com/lamp.jpg","pad":"'


def padded(size: int, letter: str = "x") -> bytes:
    """A good JSON body of about `size` bytes, exactly that many if the letter has one."""
    room = size - len(BIG) - 2
    return BIG + letter.encode() * (room // len(letter.encode())) + b'"}'


def raw(
    content: bytes, content_type: str | None = "application/json", **headers: str
) -> dict[str, Any]:
    """What `Gateway` needs to send a body as it is."""
    if content_type is not None:
        headers["Content-Type"] = content_type
    return {"headers": headers, "content": content}


CHECKS: list[tuple[str, str, dict[str, Any], int, dict[str, Any]]] = [
    # Each request breaks a rule and the one after it in the contract's order; the first answers.
    ("GET", "/v1/555/nowhere", {"headers": {"Authentication": ""}}, 404, NO_ROUTE),
    ("PATCH", IMAGES, {"headers": {"Authentication": ""}}, 405, NO_METHOD),
    ("GET", IMAGES, {"headers": {"Authentication": "", "User-Agent": ""}}, 401, NO_TOKEN),
    ("GET", IMAGES, {"headers": {"Authentication": "bad", "User-Agent": ""}}, 401, BAD_TOKEN),
    ("GET", IMAGES.replace("555", "999"), {"headers": {"User-Agent": ""}}, 401, BAD_TOKEN),
    ("POST", IMAGES, raw(b"{}", "text/plain", **{"User-Agent": ""}), 400, NO_AGENT),
    ("POST", IMAGES, raw(b"x" * 6_000_001, "text/plain"), 415, WRONG_TYPE),
    ("PUT", f"{IMAGES}/11", raw(b"x" * 6_000_001, "text/plain"), 415, WRONG_TYPE),
    ("POST", IMAGES, raw(b"x" * 6_000_001), 413, TOO_LARGE),
    ("PUT", f"{IMAGES}/11", raw(b"x" * 6_000_001), 413, TOO_LARGE),
    ("POST", IMAGES, raw(b"{", Authentication="read"), 400, NO_JSON),
    ("PUT", f"{IMAGES}/11", raw(b"{", Authentication="read"), 400, NO_JSON),
    ("POST", "/v1/555/products/x/images", raw(b"{}", Authentication="read"), 403, NO_WRITING),
    ("PUT", f"{IMAGES}/99", raw(b"{}", Authentication="read"), 403, NO_WRITING),
    ("DELETE", f"{IMAGES}/99", {"headers": {"Authentication": "read"}}, 403, NO_WRITING),
    ("GET", f"{IMAGES}/99", {"headers": {"Authentication": "none"}}, 403, NO_READING),
    ("GET", "/v1/555/products/x/images/y", {}, 404, NO_PRODUCT),
    ("DELETE", "/v1/555/products/x/images/99", {}, 404, NO_PRODUCT),
    ("POST", "/v1/555/products/x/images", raw(b'{"position":"x"}'), 404, NO_PRODUCT),
    ("PUT", f"{IMAGES}/99", raw(b'{"position":"x"}'), 404, NO_IMAGE),
    ("GET", "/v1/555/products/x/images?page=9", {}, 404, NO_PRODUCT),
]


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "body"),
    CHECKS,
    ids=[f"{number}-{check[0]}-{check[3]}" for number, check in enumerate(CHECKS)],
)
def test_checks_come_in_the_contracts_order(
    abc: Tiendanube,
    method: str,
    path: str,
    request_: dict[str, Any],
    status: int,
    body: dict[str, Any],
) -> None:
    before = abc.state

    assert_refused(abc.send(method, path, **request_), status, body)
    assert abc.state == before
    assert not abc.world.remote.fetched


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
    ],
)
def test_json_may_say_its_charset(abc: Tiendanube, content_type: str) -> None:
    body = json.dumps({"src": LAMP, "alt": "Lámpara"}, ensure_ascii=False).encode()

    created = abc.send("POST", IMAGES, **raw(body, content_type))
    changed = abc.send("PUT", f"{IMAGES}/{A}", **raw(body, content_type))

    assert (created.status, created.json["alt"]) == (201, {"es": "Lámpara"})
    assert (changed.status, changed.json["alt"]) == (200, {"es": "Lámpara"})


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/vnd.api+json",
        "*/*",
    ],
)
def test_other_content_types_are_refused(abc: Tiendanube, content_type: str | None) -> None:
    before = abc.state
    body = json.dumps({"src": LAMP}).encode()

    for method, path in (("POST", IMAGES), ("PUT", f"{IMAGES}/{A}")):
        assert_refused(abc.send(method, path, **raw(body, content_type)), 415, WRONG_TYPE)
    assert abc.state == before


@pytest.mark.parametrize("content_type", ["text/plain", "", "image/png"])
def test_a_content_type_without_a_body_is_ignored(abc: Tiendanube, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    for method, path in (
        ("GET", IMAGES),
        ("HEAD", IMAGES),
        ("GET", f"{IMAGES}/{A}"),
        ("HEAD", f"{IMAGES}/{A}"),
        ("DELETE", f"{IMAGES}/{A}"),
    ):
        assert abc.send(method, path, headers).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (padded(6_000_000), 201),
        (padded(6_000_001), 413),
        (padded(6_000_100, "é"), 413),
        (b'{"src":"http://example.com/lamp.jpg"}' + b" " * 6_000_000, 413),
    ],
    ids=["6000000-bytes", "6000001-bytes", "fewer-letters", "blanks"],
)
def test_a_body_has_up_to_6_000_000_bytes(tiendanube: Tiendanube, body: bytes, status: int) -> None:
    answer = tiendanube.send("POST", IMAGES, **raw(body))

    assert answer.status == status, answer.body
    if status == 413:
        assert_refused(answer, 413, TOO_LARGE)
        assert not tiendanube.world.remote.fetched


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"null",
        b"[]",
        b'[{"src":"http://example.com/lamp.jpg"}]',
        b"1",
        b"true",
        b'"src"',
        b"src=http://example.com/lamp.jpg",
        b'{"position":1,}',
        b"{'position':1}",
        b"{position:1}",
        b'{"position":01}',
        b'{"position":NaN}',
        b'{"position":-Infinity}',
        b'{"position":1} {}',
        b'{"alt":"\\x"}',
        b'{"a":' + b"[" * 200_000,
    ],
    ids=lambda body: body[:30].decode(),
)
def test_a_body_that_is_no_json_object_is_refused(abc: Tiendanube, body: bytes) -> None:
    before = abc.state

    for method, path in (("POST", IMAGES), ("PUT", f"{IMAGES}/{A}")):
        assert_refused(abc.send(method, path, **raw(body)), 400, NO_JSON)
    assert abc.state == before


def test_a_body_that_is_no_utf_8_is_no_json(abc: Tiendanube) -> None:
    """Spelled like this, the content type makes the gateway hand the bytes on as base64."""
    answer = abc.send("PUT", f"{IMAGES}/{A}", **raw(b'{"alt":"\xff"}', "Application/JSON"))

    assert_refused(answer, 400, NO_JSON)


def test_raw_control_characters_inside_strings_are_accepted(abc: Tiendanube) -> None:
    body = b'{\r\n\t"alt": {"es": "one\ntwo\tthree"},\n"foo": "\x01\r\n"}\n'

    answer = abc.send("PUT", f"{IMAGES}/{A}", **raw(body))

    assert ok(answer).json["alt"] == {"es": "one\ntwo\tthree"}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (rb'{"src":"http://example.com/\ud800.jpg"}', BAD_SRC),
        (rb'{"src":"http://example.com/lamp.jpg","alt":"\ud800"}', BAD_ALT),
        (rb'{"src":"http://example.com/lamp.jpg","alt":{"pt":"a\udc00"}}', BAD_ALT),
    ],
)
def test_half_a_letter_is_no_text(abc: Tiendanube, body: bytes, refusal: dict[str, Any]) -> None:
    """JSON can spell one; no table can hold it, and no answer could show it."""
    for method, path in (("POST", IMAGES), ("PUT", f"{IMAGES}/{A}")):
        assert_refused(abc.send(method, path, **raw(body)), 422, refusal)


def test_half_a_letter_in_a_filename_is_no_failure(abc: Tiendanube) -> None:
    body = json.dumps({"attachment": ENCODED, "filename": "lamp\ud800.gif"}).encode()

    src = abc.send("POST", IMAGES, **raw(body)).json["src"]

    assert re.fullmatch(r"lamp-[0-9a-f]{32}-1024-1024\.gif", file_name(src))


def test_an_image_belongs_to_the_product_of_the_path(abc: Tiendanube) -> None:
    before = abc.state

    for method in ("GET", "PUT", "DELETE"):
        answer = abc.send(method, f"/v1/555/products/1235/images/{A}", **body_of(method))
        assert_refused(answer, 404, NO_IMAGE)
    assert abc.state == before


@pytest.mark.parametrize("base", BASES)
def test_products_exist_as_they_are_registered(world: World, base: str) -> None:
    world.open_shop("shop2", ProductMode.REGISTERED, tiendanube_store_id="777")
    world.issue("two", "shop2", "tiendanube", "write_products")
    world.shops.register_product("shop2", product_key("28"), product_key("Lamp-28"))
    world.remote.pages[LAMP] = JPEG
    send = Gateway(headers={"Authentication": "two", "User-Agent": AGENT})
    path = f"{base}/777/products"

    assert send("GET", f"{path}/28/images").json == []
    created = send("POST", f"{path}/28/images", json={"src": LAMP})
    assert (created.status, created.json["product_id"]) == (201, 28)
    for method, one in (("GET", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("DELETE", "/1")):
        answer = send(method, f"{path}/29/images{one}", **body_of(method))
        assert_refused(answer, 404, NO_PRODUCT)
    invalid = send("POST", f"{path}/29/images", json={"position": "x"})
    assert_refused(invalid, 404, NO_PRODUCT)
    assert send("HEAD", f"{path}/29/images").status == 404
    assert world.remote.fetched == [LAMP]


# 4 Requests: parameters of lists


@pytest.fixture
def mixed(tiendanube: Tiendanube) -> Tiendanube:
    """A gallery in which order and ids have nothing in common: 13, 11, 15, 12, 14."""
    tiendanube.world.with_gallery(
        "shop1", "1234", {13: 0, 11: 1, 15: 1, 12: 4, 14: 9}, thumbnail=15
    )
    return tiendanube


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [13, 11, 15, 12, 14]),
        ("?since_id=12", [13, 14, 15]),
        ("?since_id=11", [12, 13, 14, 15]),
        ("?since_id=0", [11, 12, 13, 14, 15]),
        ("?since_id=-1", [11, 12, 13, 14, 15]),
        ("?since_id=15", []),
        (f"?since_id={'9' * 25}", []),
        (f"?since_id={'9' * 5000}", []),
        (f"?since_id=-{'9' * 5000}", [11, 12, 13, 14, 15]),
        ("?since_id=abc", [13, 11, 15, 12, 14]),
        ("?since_id=", [13, 11, 15, 12, 14]),
        ("?since_id=12.5", [13, 11, 15, 12, 14]),
        ("?since_id=1_2", [13, 11, 15, 12, 14]),
        ("?since_id=12&since_id=14", [15]),
        ("?since_id=14&since_id=x", [13, 11, 15, 12, 14]),
        ("?position=1", [13]),
        ("?position=3", [15]),
        ("?position=5", [14]),
        ("?position=0", []),
        ("?position=6", []),
        ("?position=-1", []),
        ("?position=x", []),
        ("?position=2.0", []),
        ("?position=", []),
        ("?position=1&position=2", [11]),
        ("?position=3&since_id=11", [15]),
        ("?position=2&since_id=11", []),
        ("?position=x&since_id=11", []),
        ("?foo=1&bar=&id=11&alt=x", [13, 11, 15, 12, 14]),
        ("?foo", [13, 11, 15, 12, 14]),
        ("?SINCE_ID=12", [13, 11, 15, 12, 14]),
        ("?src=http://example.com/lamp.jpg", []),
        ("?per_page=2", [13, 11]),
        ("?per_page=2&page=1", [13, 11]),
        ("?per_page=2&page=2", [15, 12]),
        ("?per_page=2&page=3", [14]),
        ("?per_page=2&page=0", [13, 11]),
        ("?per_page=2&page=-1", [13, 11]),
        ("?per_page=2&page=x", [13, 11]),
        ("?per_page=2&page=", [13, 11]),
        ("?per_page=2&page=1.5", [13, 11]),
        ("?per_page=1&per_page=3", [13, 11, 15]),
        ("?per_page=2&page=3&page=2", [15, 12]),
        ("?per_page=0", [13, 11, 15, 12, 14]),
        ("?per_page=-2", [13, 11, 15, 12, 14]),
        ("?per_page=x", [13, 11, 15, 12, 14]),
        ("?per_page=", [13, 11, 15, 12, 14]),
        ("?per_page=2.0", [13, 11, 15, 12, 14]),
        ("?since_id=11&per_page=2", [12, 13]),
        ("?since_id=11&per_page=2&page=2", [14, 15]),
    ],
)
def test_lists_are_narrowed_and_paged(mixed: Tiendanube, query: str, ids: list[int]) -> None:
    items = mixed.listed(query)

    assert [item["id"] for item in items] == ids
    ranks = {13: 1, 11: 2, 15: 3, 12: 4, 14: 5}
    assert [item["position"] for item in items] == [ranks[image] for image in ids]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("encoded", [True, False])
def test_src_finds_an_image_by_any_of_its_urls(
    mixed: Tiendanube, suffix: str, scheme: str, encoded: bool
) -> None:
    src = with_suffix(mixed.get(15)["src"], suffix).replace("https", scheme)
    value = httpx.QueryParams({"src": src}) if encoded else f"src={src}"

    assert mixed.ids(f"?{value}") == [15]
    assert mixed.ids(f"?{value}&position=3&since_id=14") == [15]
    assert mixed.ids(f"?{value}&position=1") == []
    assert mixed.ids(f"?src=x&{value}") == [15]


@pytest.mark.parametrize("other", ["-200-0", "-1024-0", "-50-50", ""])
def test_src_finds_nothing_by_other_urls(mixed: Tiendanube, other: str) -> None:
    src = mixed.get(15)["src"]

    assert mixed.ids(f"?src={with_suffix(src, other)}") == []
    assert mixed.ids(f"?src={src}x") == []
    assert mixed.ids(f"?src={src.replace('image-15', 'image')}") == []


def test_src_is_the_same_with_http_and_https_only(mixed: Tiendanube) -> None:
    _, mark, rest = mixed.get(15)["src"].partition("://")

    assert mixed.ids(f"?src=http{mark}{rest}") == [15]
    assert mixed.ids(f"?src=ftp{mark}{rest}") == []
    assert mixed.ids(f"?src={rest}") == []


def test_src_finds_nothing_by_urls_of_former_bytes(abc: Tiendanube) -> None:
    old = abc.get(B)["src"]
    new = ok(abc.put(B, src=LAMP)).json["src"]

    assert abc.ids(f"?src={old}") == []
    assert abc.ids(f"?src={new}") == [B]


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", 30),
        ("?per_page=30", 30),
        ("?per_page=x", 30),
        ("?per_page=0", 30),
        ("?per_page=199", 199),
        ("?per_page=200", 200),
        ("?per_page=201", 200),
        (f"?per_page={'9' * 25}", 200),
    ],
)
def test_a_page_has_30_images_and_at_most_200(
    tiendanube: Tiendanube, query: str, size: int
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 302)})

    assert tiendanube.ids(query) == [*range(1, size + 1)]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("?fields=id", ["id"]),
        ("?fields=id,position", ["id", "position"]),
        ("?fields=%20id%20,%20src%20", ["id", "src"]),
        ("?fields=id%2Calt", ["id", "alt"]),
        ("?fields=id,foo,,ID", ["id"]),
        ("?fields=id,id", ["id"]),
        (f"?fields={','.join(KEYS)}", KEYS),
        ("?fields=foo", []),
        ("?fields=attachment", []),
        ("?fields=", KEYS),
        ("?fields", KEYS),
        ("?fields=src&fields=id", ["id"]),
        ("?fields=src&fields=", KEYS),
    ],
)
def test_fields_name_what_comes_back(abc: Tiendanube, query: str, keys: list[str]) -> None:
    whole = abc.listed()

    expected = [{key: image[key] for key in keys} for image in whole]
    assert abc.listed(query) == expected
    assert abc.get(A, query) == expected[0]


def test_fields_change_nothing_in_answers_to_post_and_put(abc: Tiendanube) -> None:
    created = abc.send("POST", f"{IMAGES}?fields=id", json={"src": LAMP})
    changed = abc.send("PUT", f"{IMAGES}/{A}?fields=id", json={})

    assert list(created.json) == list(changed.json) == KEYS


# 4 Requests: bodies


@pytest.mark.parametrize("src", ["", " ", "\t \n"])
def test_src_is_not_blank(abc: Tiendanube, src: str) -> None:
    assert_refused(abc.post(src=src), 422, NO_SRC)
    assert_refused(abc.put(A, src=src), 422, NO_SRC)


@pytest.mark.parametrize(
    "src",
    [
        0,
        1,
        1.5,
        True,
        False,
        [],
        {},
        [LAMP],
        {"src": LAMP},
        "x",
        "example.com/lamp.jpg",
        "//example.com/lamp.jpg",
        "/lamp.jpg",
        "ftp://example.com/lamp.jpg",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:image/gif;base64,R0lGODlh",
        "http:",
        "http://",
        "https:///lamp.jpg",
        "http:lamp.jpg",
        "http://[::1/lamp.jpg",
        pytest.param("http://example.com/".ljust(8193, "a"), id="8193 characters"),
        pytest.param("http://a" + "\u0300\u0316" * 1_000_000, id="marks"),
    ],
)
def test_src_is_a_url_of_the_web(abc: Tiendanube, src: Any) -> None:
    before = abc.state

    assert_refused(abc.post(src=src), 422, BAD_SRC)
    assert_refused(abc.put(A, src=src), 422, BAD_SRC)
    assert abc.state == before
    assert not abc.world.remote.fetched


@pytest.mark.parametrize("url", ["http://example.com/lamp.jpg", "https://example.com:8443/l?a=b#c"])
def test_src_is_fetched_once(abc: Tiendanube, url: str) -> None:
    abc.serve(url, PNG)

    created = abc.created(src=url)
    assert abc.world.remote.fetched == [url]
    changed = ok(abc.put(A, src=url)).json

    assert abc.world.remote.fetched == [url, url]
    assert abc.original(created["id"]) == abc.original(changed["id"]) == PNG


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"invalid_name": "foobar"},
        {"src": None},
        {"src": None, "attachment": None, "filename": None},
        {"attachment": ""},
        {"attachment": "  \n"},
        {"filename": "mewtwo.gif"},
        {"filename": "mewtwo.gif", "attachment": ""},
        {"position": 1, "alt": "text"},
        {"id": 11, "product_id": 1234},
    ],
)
def test_a_post_needs_a_picture(abc: Tiendanube, fields: dict[str, Any]) -> None:
    before = abc.state

    assert_refused(abc.post(**fields), 422, NO_SRC)
    assert abc.state == before


ENCODED = base_64(MOVING_GIF)


@pytest.mark.parametrize(
    ("data", "attachment"),
    [
        (MOVING_GIF, ENCODED),
        (MOVING_GIF, "\n".join(re.findall(".{1,76}", ENCODED))),
        (MOVING_GIF, "\r\n".join(re.findall(".{1,60}", ENCODED)) + "\r\n"),
        (MOVING_GIF, f" \t{ENCODED[:7]} {ENCODED[7:]}\n"),
        (MOVING_GIF, f"data:image/gif;base64,{ENCODED}"),
        (MOVING_GIF, f"data:image/png;charset=utf-8;base64,{ENCODED}"),
        (MOVING_GIF, f"data:;base64,\n{ENCODED}"),
        *((GIF + b"\0" * more, base_64(GIF + b"\0" * more).rstrip("=")) for more in range(3)),
        *((GIF + b"\0" * more, base_64(GIF + b"\0" * more) + "\n") for more in range(3)),
    ],
)
def test_attachments_are_read_as_clients_write_them(
    abc: Tiendanube, data: bytes, attachment: str
) -> None:
    created = abc.created(attachment=attachment, filename="lamp.gif")
    changed = ok(abc.put(A, attachment=attachment, filename="lamp.gif")).json

    for image in (created, changed):
        assert abc.original(image["id"]) == data
        assert re.fullmatch(r"lamp-[0-9a-f]{32}-1024-1024\.gif", file_name(image["src"]))
    assert not abc.world.remote.fetched


@pytest.mark.parametrize(
    "attachment",
    [
        0,
        1,
        True,
        False,
        [],
        {},
        [ENCODED],
        "%%%%",
        "a",
        "aaaaa",
        f"{ENCODED[:8]}*{ENCODED[8:]}",
        f"{ENCODED[:8]}é{ENCODED[8:]}",
        f"{ENCODED[:8]}={ENCODED[8:]}",
        f"data:image/gif,{ENCODED}",
        "http://example.com/lamp.jpg",
    ],
)
def test_an_attachment_is_base64(abc: Tiendanube, attachment: Any) -> None:
    before = abc.state

    for answer in (
        abc.post(attachment=attachment, filename="lamp.gif"),
        abc.put(A, attachment=attachment, filename="lamp.gif"),
    ):
        assert_refused(answer, 422, BAD_ATTACHMENT)
    assert abc.state == before


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"filename": None},
        {"filename": ""},
        {"filename": " \n"},
        {"filename": 1},
        {"filename": True},
        {"filename": []},
        {"filename": {}},
    ],
)
def test_an_attachment_needs_a_filename(abc: Tiendanube, fields: dict[str, Any]) -> None:
    before = abc.state

    assert_refused(abc.post(attachment=ENCODED, **fields), 422, NO_FILE_NAME)
    assert_refused(abc.put(A, attachment=ENCODED, **fields), 422, NO_FILE_NAME)
    assert abc.state == before


@pytest.mark.parametrize(
    "ignored",
    [
        {"attachment": ENCODED, "filename": "mewtwo.gif"},
        {"attachment": "%%%", "filename": ""},
        {"attachment": 1},
        {"filename": 1},
    ],
)
def test_src_counts_where_both_are_sent(abc: Tiendanube, ignored: dict[str, Any]) -> None:
    created = abc.created(src=LAMP, **ignored)
    changed = ok(abc.put(A, src=LAMP, **ignored)).json

    for image in (created, changed):
        assert re.fullmatch(r"lamp-[0-9a-f]{32}-1024-1024\.jpg", file_name(image["src"]))


@pytest.mark.parametrize(
    ("position", "rank"),
    [
        (1, 1),
        (2, 2),
        (2.0, 2),
        ("2", 2),
        ("+2", 2),
        ("02", 2),
        (0, 1),
        ("0", 1),
        (-5, 1),
        ("-5", 1),
        (-0.0, 1),
        (4, 4),
        (99, 4),
        ("99", 4),
        (10**30, 4),
        ("9" * 30, 4),
        ("9" * 5000, 4),
        ("+" + "9" * 5000, 4),
        ("0" * 5000 + "3", 3),
        (1e30, 4),
        (None, 4),
    ],
)
def test_positions_are_read_as_clients_write_them(
    abc: Tiendanube, position: Any, rank: int
) -> None:
    created = abc.created(src=LAMP, position=position)

    assert created["position"] == rank
    assert abc.ids(f"?position={rank}") == [D]
    moved = ok(abc.put(B, position=position)).json["position"]
    if position is None:
        assert moved == (2 if rank > 2 else 3), "where it was"
    else:
        assert moved == rank


@pytest.mark.parametrize(
    "position",
    [
        "x",
        "",
        " ",
        "1.5",
        "2.0",
        "1x",
        "1_0",
        "+",
        "--1",
        "0x1",
        "1e0",
        "NaN",
        1.5,
        True,
        False,
        [],
        [1],
        {},
    ],
)
def test_a_position_is_a_number(abc: Tiendanube, position: Any) -> None:
    before = abc.state

    assert_refused(abc.post(src=LAMP, position=position), 422, NO_NUMBER)
    assert_refused(abc.put(B, position=position), 422, NO_NUMBER)
    assert abc.state == before
    assert not abc.world.remote.fetched


TEN = dict.fromkeys(["es", "pt", "en", "fr", "de", "it", "nl", "pl", "sv", "es_AR"], "Lamp")
LONG = "ñ" * 1000


@pytest.mark.parametrize(
    ("alt", "shown"),
    [
        ({"es": "Lámpara 🔴"}, {"es": "Lámpara 🔴"}),
        ({"pt": "b"}, {"pt": "b"}),
        ({"es": "a", "pt": "b", "pt_BR": "c"}, {"es": "a", "pt": "b", "pt_BR": "c"}),
        ({"es": "a", "pt": "", "fr": None}, {"es": "a"}),
        ({"es": ""}, []),
        ({"es": None, "pt": None}, []),
        ("Lámpara", {"es": "Lámpara"}),
        (["Lámpara"], {"es": "Lámpara"}),
        (["Lámpara", "Luz", 5], {"es": "Lámpara"}),
        ([{"pt": "b"}], {"pt": "b"}),
        ([], []),
        ({}, []),
        ("", []),
        (None, []),
        ([""], []),
        (TEN, TEN),
        (LONG, {"es": LONG}),
        ({"es": LONG, "pt": LONG}, {"es": LONG, "pt": LONG}),
    ],
)
def test_alt_of_a_new_image(tiendanube: Tiendanube, alt: Any, shown: Any) -> None:
    image = tiendanube.created(src=LAMP, alt=alt)

    assert image["alt"] == shown
    assert tiendanube.get(image["id"]) == image
    others = dict(shown)
    assert tiendanube.texts(image["id"]) == Texts(others.pop("es", ""), others)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, {"es": "Vieja", "pt": "Velha"}),
        ({"alt": {"es": "Nueva"}}, {"es": "Nueva", "pt": "Velha"}),
        ({"alt": {"pt": "Nova"}}, {"es": "Vieja", "pt": "Nova"}),
        ({"alt": {"fr": "Lampe"}}, {"es": "Vieja", "pt": "Velha", "fr": "Lampe"}),
        ({"alt": {"es": ""}}, {"pt": "Velha"}),
        ({"alt": {"es": None}}, {"pt": "Velha"}),
        ({"alt": {"pt": ""}}, {"es": "Vieja"}),
        ({"alt": {"fr": ""}}, {"es": "Vieja", "pt": "Velha"}),
        ({"alt": {"es": None, "pt": ""}}, []),
        ({"alt": "Nueva"}, {"es": "Nueva"}),
        ({"alt": ["Nueva"]}, {"es": "Nueva"}),
        ({"alt": [{"pt": "Nova"}]}, {"es": "Vieja", "pt": "Nova"}),
        ({"alt": []}, []),
        ({"alt": {}}, []),
        ({"alt": ""}, []),
        ({"alt": None}, []),
    ],
)
def test_alt_of_a_changed_image(tiendanube: Tiendanube, fields: dict[str, Any], shown: Any) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 1})
    tiendanube.translate(A, Texts("Vieja", {"pt": "Velha"}))
    tiendanube.translate(B, Texts("Vieja", {"pt": "Velha"}))

    assert ok(tiendanube.put(A, **fields)).json["alt"] == shown
    assert tiendanube.get(A)["alt"] == shown
    assert tiendanube.get(B)["alt"] == {"es": "Vieja", "pt": "Velha"}
    others = dict(shown)
    assert tiendanube.texts(A) == Texts(others.pop("es", ""), others)


@pytest.mark.parametrize(
    ("alt", "body"),
    [
        (5, BAD_ALT),
        (True, BAD_ALT),
        (False, BAD_ALT),
        ([5], BAD_ALT),
        ({"es": 5}, BAD_ALT),
        ({"es": []}, BAD_ALT),
        ({"es": {}}, BAD_ALT),
        ({"es": False}, BAD_ALT),
        *(({name: "a"}, BAD_ALT) for name in ("ES", "e", "esp", "", "1a", "es\n", "ñu")),
        *(({name: "a"}, BAD_ALT) for name in ("pt-BR", "pt_br", "pt_B", "pt_BRA", "PT_BR", "pt_")),
        ({"es": "a", "xyz": None}, BAD_ALT),
        ("a" * 1001, LONG_ALT),
        (["a" * 1001], LONG_ALT),
        ({"es": "a" * 1001}, LONG_ALT),
        ({"es": "a", "pt_BR": "a" * 1001}, LONG_ALT),
    ],
)
def test_alt_is_text_by_language(abc: Tiendanube, alt: Any, body: dict[str, Any]) -> None:
    before = abc.state

    assert_refused(abc.post(src=LAMP, alt=alt), 422, body)
    assert_refused(abc.put(A, alt=alt), 422, body)
    assert abc.state == before


def test_alt_has_at_most_ten_languages(abc: Tiendanube) -> None:
    before = abc.state

    for answer in (
        abc.post(src=LAMP, alt={**TEN, "es_MX": "Lamp"}),
        abc.put(A, alt={**TEN, "es_MX": "Lamp"}),
    ):
        assert answer.status == 422
        assert answer.json in (BAD_ALT, LONG_ALT)
    assert abc.state == before


def test_an_image_keeps_at_most_ten_languages(abc: Tiendanube) -> None:
    assert ok(abc.put(A, alt=TEN)).json["alt"] == TEN
    before = abc.state

    one_more = abc.put(A, alt={"es_MX": "Lamp"})

    assert one_more.status == 422
    assert one_more.json in (BAD_ALT, LONG_ALT)
    assert abc.state == before
    assert ok(abc.put(A, alt={"es_MX": "Lamp", "pt": ""})).json["alt"].keys() == (
        TEN.keys() - {"pt"} | {"es_MX"}
    )


def test_texts_that_others_wrote_may_come_back(abc: Tiendanube) -> None:
    """They may be one more than our clients can write, and longer."""
    written = Texts("m" * 2000, {each: text for each, text in TEN.items() if each != "es"})
    written = replace(written, translations={**written.translations, "fi": "n" * 2000, "da": "s"})
    abc.translate(A, written)
    own = abc.get(A)
    assert len(own["alt"]) == 12

    assert ok(abc.put(A, **own)).json == own
    assert ok(abc.put(A, alt={"da": "t"})).json["alt"] == {**own["alt"], "da": "t"}
    assert_refused(abc.put(A, alt={"es_MX": "Lamp"}), 422, BAD_ALT)
    assert_refused(abc.put(A, alt={"es_MX": "Lamp", "pt": ""}), 422, BAD_ALT)
    assert_refused(abc.put(A, alt={"fi": "n" * 1999}), 422, LONG_ALT)
    assert ok(abc.put(A, alt={"fi": None, "da": ""})).json["alt"].keys() == TEN.keys()


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (
            {"alt": 5, "position": "x", "filename": "", "attachment": "%"},
            BAD_ATTACHMENT | NO_FILE_NAME | NO_NUMBER | BAD_ALT,
        ),
        ({"alt": 5, "position": "x", "src": 1}, BAD_SRC | NO_NUMBER | BAD_ALT),
        ({"alt": 5, "src": " ", "attachment": "%"}, NO_SRC | BAD_ALT),
        ({"position": "x", "src": LAMP, "alt": "a" * 1001}, NO_NUMBER | LONG_ALT),
        ({"position": "x", "attachment": ENCODED}, NO_FILE_NAME | NO_NUMBER),
        ({"position": "x", "alt": {"ES": "x"}}, NO_NUMBER | BAD_ALT),
    ],
)
def test_refusals_are_collected_in_the_tables_order(
    abc: Tiendanube, fields: dict[str, Any], body: dict[str, Any]
) -> None:
    before = abc.state
    no_picture = {} if {"src", "attachment"} & fields.keys() else NO_SRC

    assert_refused(abc.post(**fields), 422, no_picture | body)
    assert_refused(abc.put(A, **fields), 422, body)
    assert abc.state == before
    assert not abc.world.remote.fetched


# 4 Requests: PUT


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_images_own_urls_are_no_new_picture(abc: Tiendanube, scheme: str, suffix: str) -> None:
    before, image = abc.state, abc.get(B)
    own = with_suffix(image["src"], suffix).replace("https", scheme)

    assert ok(abc.put(B, src=own)).json == image
    assert abc.state == before
    assert not abc.world.remote.fetched


def test_own_urls_go_with_other_changes(abc: Tiendanube) -> None:
    image = abc.get(B)

    changed = ok(abc.put(B, **{**image, "alt": {"es": "Nueva"}, "position": 1})).json

    assert changed == {**image, "alt": {"es": "Nueva"}, "position": 1, "updated_at": NOW_HERE}
    assert not abc.world.remote.fetched


def test_a_new_attachment_counts_beside_the_images_own_url(abc: Tiendanube) -> None:
    image = abc.get(B)

    ok(abc.put(B, **{**image, "attachment": ENCODED, "filename": "new.gif"}))

    assert abc.original(B) == MOVING_GIF


def test_urls_that_are_not_the_images_own_are_fetched(abc: Tiendanube) -> None:
    former = abc.get(B)["src"]
    ok(abc.put(B, src=LAMP))
    others = [
        former,
        abc.get(A)["src"],
        with_suffix(abc.get(B)["src"], "-200-0"),
        abc.get(B)["src"] + "?v=2",
    ]
    before = abc.state

    for url in others:
        assert_refused(abc.put(B, src=url), 422, NO_DOWNLOAD)
    assert abc.world.remote.fetched == [LAMP, *others]
    assert abc.state == before


@pytest.mark.parametrize(
    "fields",
    [
        {"src": "http://example.com/new.gif"},
        {"attachment": ENCODED, "filename": "new.gif"},
        {"src": None, "attachment": ENCODED, "filename": "new.gif"},
    ],
)
@pytest.mark.parametrize("image", [A, B, C])
def test_new_bytes_keep_the_images_id_place_text_and_roles(
    tiendanube: Tiendanube, image: int, fields: dict[str, Any]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5}, thumbnail=A, alt="Vieja")
    tiendanube.serve("http://example.com/new.gif", MOVING_GIF)
    old, others = tiendanube.get(image), {A, B, C} - {image}
    neighbours = [tiendanube.get(each) for each in others]

    new = ok(tiendanube.put(image, **fields)).json

    assert new == {**old, "src": new["src"], "updated_at": NOW_HERE}
    assert re.fullmatch(r"new-[0-9a-f]{32}-1024-1024\.gif", file_name(new["src"]))
    assert tiendanube.get(image) == new
    assert tiendanube.original(image) == MOVING_GIF
    assert (tiendanube.record(image).original.frames, tiendanube.record(image).alt) == (3, "Vieja")
    assert tiendanube.gallery.sorts == {A: 0, B: 5, C: 5}
    assert tiendanube.gallery.roles == {THUMBNAIL: A}
    assert [tiendanube.get(each) for each in others] == neighbours
    assert tiendanube.world.galleries.counts["shop1"] == 3


def test_the_same_bytes_once_more_get_a_new_url(abc: Tiendanube) -> None:
    first = ok(abc.put(B, src=LAMP)).json
    abc.world.clock = lambda: LATER

    second = ok(abc.put(B, src=LAMP)).json

    assert second["src"] != first["src"]
    assert second["updated_at"] == LATER_HERE


def test_place_text_and_bytes_of_one_put_are_one_commit(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[GalleryChange] = []
    commit = abc.world.galleries.commit

    def counted(change: GalleryChange) -> Gallery:
        commits.append(change)
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", counted)

    changed = ok(abc.put(C, src=LAMP, position=1, alt={"pt": "Luz"})).json

    assert len(commits) == 1
    assert (changed["position"], changed["alt"]) == (1, {"pt": "Luz"})
    assert abc.ids() == [C, A, B]


@pytest.mark.parametrize(
    ("picture", "body"),
    [
        ({"src": "http://example.com/gone.jpg"}, NO_DOWNLOAD),
        ({"attachment": base_64(b"no picture"), "filename": "a.gif"}, NO_PICTURE),
        ({"src": 5}, BAD_SRC),
    ],
)
def test_a_put_whose_picture_is_refused_changes_nothing(
    abc: Tiendanube, picture: dict[str, Any], body: dict[str, Any]
) -> None:
    before = abc.state

    assert_refused(abc.put(C, **picture, position=1, alt={"es": "Nueva"}), 422, body)
    assert abc.state == before


@pytest.mark.parametrize("fields", [field for field, moved in CHANGES if not moved])
def test_a_put_that_asks_for_nothing_new_writes_nothing(
    tiendanube: Tiendanube, fields: dict[str, Any]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5}, thumbnail=A, alt="Vieja")
    before = tiendanube.state

    ok(tiendanube.put(C, **fields))

    assert tiendanube.state == before
    assert not tiendanube.world.remote.fetched


@pytest.mark.parametrize(
    "ignored",
    [
        {"id": 99, "product_id": 99, "created_at": "2000-01-01T00:00:00+00:00"},
        {"id": "x", "product_id": None, "created_at": 5, "updated_at": False},
        {"foo": {"bar": [1]}, "Position": "x", "SRC": 5},
    ],
)
def test_other_fields_are_ignored_whatever_they_hold(
    abc: Tiendanube, ignored: dict[str, Any]
) -> None:
    created = abc.created(src=LAMP, **ignored)
    changed = ok(abc.put(A, **ignored)).json

    assert (created["id"], created["product_id"]) == (D, 1234)
    assert created["created_at"] == created["updated_at"] == NOW_HERE
    assert changed == abc.get(A)
    assert (changed["id"], changed["product_id"]) == (A, 1234)
    assert changed["created_at"] == changed["updated_at"] == HUNG_AT


# 4 Requests: room, then bytes


def test_a_product_has_at_most_250_images(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 250)})

    assert tiendanube.post(src=LAMP).status == 201
    before = tiendanube.state
    assert_refused(tiendanube.post(src=LAMP), 422, FULL_GALLERY)
    assert_refused(tiendanube.post(src="http://example.com/gone.jpg"), 422, FULL_GALLERY)
    attached = tiendanube.post(attachment=base_64(b"no picture"), filename="a.gif")
    assert_refused(attached, 422, FULL_GALLERY)

    assert tiendanube.state == before
    assert tiendanube.world.remote.fetched == [LAMP], "refused before any download"
    assert tiendanube.post("/v1/555/products/1235/images", src=LAMP).status == 201


def test_refusals_of_fields_come_before_the_limit(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 251)})

    assert_refused(tiendanube.post(), 422, NO_SRC)
    assert_refused(tiendanube.post(src=LAMP, position="x"), 422, NO_NUMBER)
    assert not tiendanube.world.remote.fetched


def test_a_larger_gallery_of_another_dialect_is_listed_in_full_and_refuses_post_only(
    tiendanube: Tiendanube,
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 302)})

    assert tiendanube.ids("?per_page=200&page=2") == [*range(201, 302)]
    assert tiendanube.send("GET", IMAGES).headers["x-total-count"] == "301"
    assert_refused(tiendanube.post(src=LAMP), 422, FULL_GALLERY)
    assert ok(tiendanube.put(301, src=LAMP, position=1)).json["position"] == 1
    assert tiendanube.delete(301).status == 200


def test_of_two_posts_at_once_into_the_last_room_one_succeeds(
    tiendanube: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writer comes between our download and our writing."""
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 250)})
    commit = tiendanube.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        assert tiendanube.post(src=LAMP).status == 201
        return commit(change)

    monkeypatch.setattr(tiendanube.world.galleries, "commit", slow_commit)

    late = tiendanube.post(attachment=ENCODED, filename="late.gif")

    assert_refused(late, 422, FULL_GALLERY)
    assert len(tiendanube.gallery) == 250
    assert tiendanube.world.galleries.counts["shop1"] == 250
    assert "late.gif" not in "".join(tiendanube.world.blobs.originals)


def test_two_posts_at_once_both_succeed_where_there_is_room(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = abc.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        abc.created(src=LAMP, position=1)
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", slow_commit)

    late = abc.created(src=LAMP, position=1)

    assert late["position"] == 1
    assert len(abc.ids()) == 5
    assert abc.ids()[0] == late["id"]


@pytest.mark.parametrize("data", [GIF, MOVING_GIF, PNG, JPEG], ids=["gif", "moving", "png", "jpg"])
def test_gif_jpg_and_png_are_taken(abc: Tiendanube, data: bytes) -> None:
    abc.serve("http://example.com/a", data)

    for fields in (
        {"src": "http://example.com/a"},
        {"attachment": base_64(data), "filename": "a.webp"},
    ):
        assert abc.post(**fields).status == 201
        assert abc.put(A, **fields).status == 200


BROKEN = bytearray(PNG)
BROKEN[BROKEN.index(b"IDAT") + 20] ^= 1


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'/>",
        WEBP,
        BMP,
        pictures.encode(pictures.gradient(30, 20), "TIFF"),
        PNG[:-20],
        PNG[:8],
        bytes(BROKEN),
        JPEG[: len(JPEG) // 2],
        MOVING_GIF[:-30],
        pictures.bomb(9_000, 9_000),
        pictures.bomb(60_000, 60_000),
    ],
    ids=[
        "text",
        "svg",
        "webp",
        "bmp",
        "tiff",
        "png-cut",
        "png-head",
        "png-damaged",
        "jpg-cut",
        "gif-cut",
        "large",
        "larger",
    ],
)
def test_everything_else_is_no_picture(abc: Tiendanube, data: bytes) -> None:
    abc.serve("http://example.com/a.png", data)
    before = abc.state

    for fields in (
        {"src": "http://example.com/a.png"},
        {"attachment": base_64(data), "filename": "a.png"},
    ):
        assert_refused(abc.post(**fields), 422, NO_PICTURE)
        assert_refused(abc.put(A, **fields), 422, NO_PICTURE)
    assert abc.state == before


def test_an_empty_file_is_no_picture(abc: Tiendanube) -> None:
    abc.serve("http://example.com/a.png", b"")

    assert_refused(abc.post(src="http://example.com/a.png"), 422, NO_PICTURE)


def test_a_picture_weighs_less_than_10_mb(abc: Tiendanube) -> None:
    good = pictures.padded_png(10_485_759)
    abc.serve("http://example.com/good.png", good)
    abc.serve("http://example.com/heavy.png", pictures.padded_png(10_485_760))
    abc.serve("http://example.com/zeros.png", bytes(10_485_760))

    created = abc.created(src="http://example.com/good.png")
    assert abc.original(created["id"]) == good
    assert ok(abc.put(A, src="http://example.com/good.png")).json["id"] == A
    before = abc.state
    for name in ("heavy", "zeros"):
        url = f"http://example.com/{name}.png"
        assert_refused(abc.post(src=url), 422, TOO_HEAVY)
        assert_refused(abc.put(A, src=url), 422, TOO_HEAVY)
    assert abc.state == before


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/gone.jpg",
        "https://10.0.0.1/lamp.jpg",
        "http://127.0.0.1:9000/lamp.jpg",
        "http://[::1]/lamp.jpg",
        "http://user:password@example.com/lamp.jpg",
    ],
)
def test_whatever_cannot_be_fetched_gets_one_answer(abc: Tiendanube, url: str) -> None:
    before = abc.state

    assert_refused(abc.post(src=url), 422, NO_DOWNLOAD)
    assert_refused(abc.put(A, src=url), 422, NO_DOWNLOAD)
    assert abc.state == before


# 5 Responses: lists

HOST = "https://api.example"


def links(answer: Answer) -> dict[str, str]:
    """Link's URLs by relation, in the order they come."""
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("link", ""))
    assert ", ".join(f'<{url}>; rel="{name}"' for url, name in found) == (
        answer.headers.get("link", "")
    )
    return {name: url for url, name in found}


def test_a_page_of_a_list_is_the_contracts_example(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {101: 0, 105: 1, 112: 2, 123: 3, 145: 4})
    path = f"{IMAGES}?fields=id,position&per_page=2&page="

    answer = tiendanube.send("GET", f"{path}2")

    assert answer.status == 200
    assert answer.body == '[{"id":112,"position":3},{"id":123,"position":4}]'
    assert answer.headers["x-total-count"] == "5"
    assert answer.headers["link"] == (
        f'<{HOST}{path}1>; rel="first", <{HOST}{path}1>; rel="prev", '
        f'<{HOST}{path}3>; rel="next", <{HOST}{path}3>; rel="last"'
    )


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"next": "?page=2", "last": "?page=2"}),
        ("?page=1", {"next": "?page=2", "last": "?page=2"}),
        ("?page=0", {"next": "?page=2", "last": "?page=2"}),
        ("?page=x", {"next": "?page=2", "last": "?page=2"}),
        ("?page=2", {"first": "?page=1", "prev": "?page=1"}),
        ("?per_page=200", {}),
        ("?per_page=31", {}),
        ("?per_page=5000", {}),
        ("?per_page=10", {"next": "?per_page=10&page=2", "last": "?per_page=10&page=4"}),
        (
            "?page=3&per_page=10",
            {
                "first": "?page=1&per_page=10",
                "prev": "?page=2&per_page=10",
                "next": "?page=4&per_page=10",
                "last": "?page=4&per_page=10",
            },
        ),
        (
            "?foo=a%20b%2Cc&page=4&per_page=10&fields=id,%20src",
            {
                "first": "?foo=a%20b%2Cc&page=1&per_page=10&fields=id,%20src",
                "prev": "?foo=a%20b%2Cc&page=3&per_page=10&fields=id,%20src",
            },
        ),
        ("?since_id=1", {}),
        (
            "?since_id=11&per_page=10",
            dict.fromkeys(("next", "last"), "?since_id=11&per_page=10&page=2"),
        ),
        ("?position=3", {}),
        ("?position=x", {}),
        ("?my_page=7", {"next": "?my_page=7&page=2", "last": "?my_page=7&page=2"}),
    ],
)
@pytest.mark.parametrize("base", BASES)
def test_link_leads_to_the_pages_there_are(
    tiendanube: Tiendanube, base: str, query: str, wanted: dict[str, str]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 32)})
    url = f"{HOST}{base}/555/products/1234/images"

    answer = ok(tiendanube.send("GET", f"{base}/555/products/1234/images{query}"))

    assert list(links(answer).items()) == [(name, url + query) for name, query in wanted.items()]
    assert bool(wanted) == ("link" in answer.headers)


@pytest.mark.parametrize("public", ["https://shop.example", "https://shop.example/images/api"])
def test_link_is_on_the_deployments_public_url(tiendanube: Tiendanube, public: str) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 1})

    with environment.use(replace(tiendanube.world.environment, public_url=public)):
        answer = tiendanube.send("GET", f"{IMAGES}?per_page=1")

    url = f"{public}{IMAGES}?per_page=1&page=2"
    assert links(answer) == {"next": url, "last": url}


@pytest.mark.parametrize("query", ["?per_page=2", "?per_page=2&since_id=0", "?page=1&per_page=4"])
def test_following_next_shows_every_image_once(mixed: Tiendanube, query: str) -> None:
    answer, seen = mixed.send("GET", IMAGES + query), list[int]()
    while True:
        seen += [item["id"] for item in ok(answer).json]
        following = links(answer).get("next")
        if following is None:
            break
        answer = mixed.send("GET", following.removeprefix(HOST))

    assert seen == sorted(seen) if "since_id" in query else [13, 11, 15, 12, 14]
    assert sorted(seen) == [11, 12, 13, 14, 15]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", "5"),
        ("?per_page=2", "5"),
        ("?per_page=2&page=3", "5"),
        ("?since_id=12", "3"),
        ("?since_id=12&per_page=1&page=3", "3"),
        ("?position=2", "1"),
        ("?position=x", "0"),
        ("?since_id=99", "0"),
        ("?src=http://example.com/", "0"),
        ("?fields=foo", "5"),
    ],
)
def test_the_total_is_counted_after_filters_and_before_paging(
    mixed: Tiendanube, query: str, count: str
) -> None:
    answer = ok(mixed.send("GET", IMAGES + query))

    assert answer.headers["x-total-count"] == count
    if count == "0":
        assert answer.body == "[]"
        assert "link" not in answer.headers


@pytest.mark.parametrize("query", ["", "?page=1", "?since_id=5", "?position=1", "?page=x"])
def test_an_empty_list_is_found(tiendanube: Tiendanube, query: str) -> None:
    answer = tiendanube.send("GET", IMAGES + query)

    assert (answer.status, answer.body) == (200, "[]")
    assert answer.headers["x-total-count"] == "0"
    assert answer.headers["x-main-language"] == "es"
    assert "link" not in answer.headers


# 6 Errors; all but these have their test beside the rule


@pytest.mark.parametrize(
    ("query", "last"),
    [
        ("?page=2", 1),
        (f"?page={'9' * 25}", 1),
        ("?page=3&per_page=3", 2),
        ("?page=6&per_page=1", 5),
        ("?page=3&per_page=2&since_id=12", 2),
        ("?page=2&position=1", 1),
        ("?page=2&position=x", 0),
        ("?page=2&since_id=99", 0),
        ("?page=1&page=2", 1),
    ],
)
def test_past_the_last_page_nothing_is_found(mixed: Tiendanube, query: str, last: int) -> None:
    body = envelope(404, "Not Found", f"Last page is {last}")

    assert_refused(mixed.send("GET", IMAGES + query), 404, body)


ON_ANY = [("GET", ""), ("GET", f"/{A}"), ("POST", ""), ("PUT", f"/{A}"), ("DELETE", f"/{A}")]


@pytest.mark.parametrize(("method", "path"), ON_ANY)
def test_a_failure_of_ours_tells_nothing_of_what_happened(
    abc: Tiendanube,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    for reading in ("gallery", "image", "gallery_with_image", "gallery_with_images"):
        monkeypatch.setattr(abc.world.galleries, reading, fail)

    answer = abc.send(method, IMAGES + path, **body_of(method))

    assert_refused(answer, 500, INTERNAL)
    assert "secret" not in answer.body + str(answer.headers)
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", "", {"src": LAMP}),
        ("POST", "", {"attachment": ENCODED, "filename": "a.gif", "position": 1}),
        ("PUT", f"/{C}", {"position": 1}),
        ("PUT", f"/{C}", {"alt": "Nueva"}),
        ("PUT", f"/{C}", {"src": LAMP}),
        ("DELETE", f"/{A}", None),
    ],
)
def test_writers_who_never_stop_are_a_failure_of_ours(
    abc: Tiendanube,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    fields: dict[str, Any] | None,
) -> None:
    def conflict(change: GalleryChange) -> None:
        raise ConflictError

    heads, records, counts, _ = abc.state
    monkeypatch.setattr(abc.world.galleries, "commit", conflict)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)

    answer = abc.send(method, IMAGES + path, **({} if fields is None else {"json": fields}))

    assert_refused(answer, 500, INTERNAL)
    assert abc.state[:3] == (heads, records, counts)


def test_a_writer_who_lost_once_tries_again(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(change: GalleryChange) -> None:
        monkeypatch.undo()
        raise ConflictError

    monkeypatch.setattr(abc.world.galleries, "commit", conflict)

    assert ok(abc.put(C, src=LAMP, position=1)).json["position"] == 1
    assert abc.world.remote.fetched == [LAMP], "downloaded once"
    assert abc.ids() == [C, A, B]


@pytest.mark.parametrize(
    ("method", "fields"),
    [("PUT", {"position": 1}), ("PUT", {"alt": "Nueva"}), ("PUT", {"src": LAMP}), ("DELETE", None)],
)
def test_an_image_that_was_deleted_meanwhile_is_not_found(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch, method: str, fields: dict[str, Any] | None
) -> None:
    commit = abc.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        assert abc.delete(C).status == 200
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", slow_commit)

    answer = abc.send(method, f"{IMAGES}/{C}", **({} if fields is None else {"json": fields}))

    assert_refused(answer, 404, NO_IMAGE)
    assert (abc.ids(), abc.sorts) == ([A, B], [0, 5])
    assert len(abc.world.blobs.originals) == 2


# 7 Ordering, defaults, edges

ROWS: list[tuple[str, str, dict[str, Any], int, list[int], list[int], int]] = [
    # Request, status, order after, sorts after, position in the answer.
    ("POST", "", {"src": LAMP}, 201, [A, B, C, D], [0, 5, 5, 6], 4),
    ("POST", "", {"src": LAMP, "position": 1}, 201, [D, A, B, C], [0, 1, 2, 3], 1),
    ("POST", "", {"src": LAMP, "position": 2}, 201, [A, D, B, C], [0, 1, 2, 3], 2),
    ("POST", "", {"src": LAMP, "position": 3}, 201, [A, B, D, C], [0, 1, 2, 3], 3),
    ("POST", "", {"src": LAMP, "position": 0}, 201, [D, A, B, C], [0, 1, 2, 3], 1),
    ("POST", "", {"src": LAMP, "position": 4}, 201, [A, B, C, D], [0, 5, 5, 6], 4),
    ("POST", "", {"src": LAMP, "position": 99}, 201, [A, B, C, D], [0, 5, 5, 6], 4),
    ("PUT", f"/{C}", {"position": 1}, 200, [C, A, B], [0, 1, 2], 1),
    ("PUT", f"/{C}", {"position": 2}, 200, [A, C, B], [0, 1, 2], 2),
    ("PUT", f"/{C}", {"position": -7}, 200, [C, A, B], [0, 1, 2], 1),
    ("PUT", f"/{A}", {"position": 99}, 200, [B, C, A], [0, 1, 2], 3),
    ("PUT", f"/{A}", {"position": 2}, 200, [B, A, C], [0, 1, 2], 2),
    ("PUT", f"/{A}", {"position": 1}, 200, [A, B, C], [0, 5, 5], 1),
    ("PUT", f"/{A}", {"position": 0}, 200, [A, B, C], [0, 5, 5], 1),
    ("PUT", f"/{B}", {"position": "2"}, 200, [A, B, C], [0, 5, 5], 2),
    ("PUT", f"/{C}", {"position": 99}, 200, [A, B, C], [0, 5, 5], 3),
    ("PUT", f"/{C}", {"src": LAMP}, 200, [A, B, C], [0, 5, 5], 3),
    ("PUT", f"/{C}", {"alt": "text"}, 200, [A, B, C], [0, 5, 5], 3),
]


@pytest.mark.parametrize(("method", "path", "fields", "status", "order", "sorts", "position"), ROWS)
def test_order_after_a_call(
    abc: Tiendanube,
    method: str,
    path: str,
    fields: dict[str, Any],
    status: int,
    order: list[int],
    sorts: list[int],
    position: int,
) -> None:
    answer = abc.send(method, IMAGES + path, json=fields)

    assert (answer.status, answer.json["position"]) == (status, position)
    assert abc.ids() == order
    assert abc.sorts == sorts
    assert abc.gallery.roles == {THUMBNAIL: A}, "moves never change it"
    assert [item["position"] for item in abc.listed()] == [*range(1, len(order) + 1)]


def test_an_image_put_back_as_it_was_got_changes_nothing(mixed: Tiendanube) -> None:
    before = mixed.state

    for image in mixed.listed():
        assert ok(mixed.put(image["id"], **image)).json == image
    assert mixed.state == before
    assert not mixed.world.remote.fetched


def test_a_bad_position_changes_nothing(abc: Tiendanube) -> None:
    before = abc.state

    assert_refused(abc.put(B, position="x"), 422, NO_NUMBER)
    assert abc.state == before
    assert (abc.ids(), abc.sorts) == ([A, B, C], [0, 5, 5])


def test_deleting_the_thumbnail_passes_its_role_on(abc: Tiendanube) -> None:
    key = original_address(abc.record(A)).original_key

    deleted = abc.delete(A)

    assert (deleted.status, deleted.body) == (200, "{}")
    assert (abc.ids(), abc.sorts) == ([B, C], [5, 5])
    assert abc.get(B)["position"] == 1
    assert abc.gallery.roles == {THUMBNAIL: B}
    assert key not in abc.world.blobs.originals
    assert_refused(abc.send("GET", f"{IMAGES}/{A}"), 404, NO_IMAGE)
    assert_refused(abc.delete(A), 404, NO_IMAGE)


def test_deleting_another_image_leaves_roles_and_sorts(abc: Tiendanube) -> None:
    assert abc.delete(B).body == "{}"

    assert (abc.ids(), abc.sorts) == ([A, C], [0, 5])
    assert abc.gallery.roles == {THUMBNAIL: A}


def test_the_thumbnail_passes_to_the_first_in_order_not_in_age(mixed: Tiendanube) -> None:
    mixed.delete(15)

    assert mixed.gallery.roles == {THUMBNAIL: 13}
    assert mixed.gallery.sorts == {13: 0, 11: 1, 12: 4, 14: 9}


def test_the_first_image_of_an_empty_gallery_is_the_thumbnail(tiendanube: Tiendanube) -> None:
    first = tiendanube.created(src=LAMP, position=5)
    second = tiendanube.created(src=LAMP, position=1)

    assert (first["position"], second["position"]) == (1, 1)
    assert tiendanube.gallery.sorts == {second["id"]: 0, first["id"]: 1}
    assert tiendanube.gallery.roles == {THUMBNAIL: first["id"]}
    tiendanube.delete(second["id"])
    tiendanube.delete(first["id"])
    third = tiendanube.created()
    assert third["id"] > second["id"]
    assert tiendanube.gallery.sorts == {third["id"]: 0}
    assert tiendanube.gallery.roles == {THUMBNAIL: third["id"]}


def test_a_gallery_without_a_thumbnail_is_left_so(tiendanube: Tiendanube) -> None:
    """BigCommerce makes such galleries; nobody here asks for one."""
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5})

    tiendanube.created()
    tiendanube.put(C, position=1)
    tiendanube.delete(A)

    assert tiendanube.gallery.roles == {}


def test_other_roles_stay_with_their_images(abc: Tiendanube) -> None:
    roles = {THUMBNAIL: A, "small_image": B, "image": C}
    heads = abc.world.galleries.heads
    heads["shop1", "1234"] = replace(abc.gallery, roles=roles)

    abc.created(src=LAMP, position=1)
    ok(abc.put(C, position=1, src=LAMP, alt="text"))

    assert abc.gallery.roles == roles


def test_reading_rewrites_nothing(abc: Tiendanube) -> None:
    before = abc.state

    for query in ("", "?position=2", "?since_id=0", "?page=2"):
        abc.send("GET", IMAGES + query)
        abc.send("HEAD", IMAGES + query)
    abc.get(A)

    assert abc.state == before


def test_filters_and_pages_of_the_table(abc: Tiendanube) -> None:
    assert [(item["id"], item["position"]) for item in abc.listed("?position=2")] == [(B, 2)]
    assert [(item["id"], item["position"]) for item in abc.listed("?since_id=12")] == [(C, 3)]
    past = abc.send("GET", f"{IMAGES}?page=2")
    assert_refused(past, 404, envelope(404, "Not Found", "Last page is 1"))
    empty = "/v1/555/products/8/images"
    assert ok(abc.send("GET", empty)).body == "[]"
    assert abc.send("GET", empty).headers["x-total-count"] == "0"
    past = abc.send("GET", f"{empty}?page=2")
    assert_refused(past, 404, envelope(404, "Not Found", "Last page is 0"))


# The seed, request by request


@pytest.mark.parametrize(("present", "position"), [(0, 1), (2, 3), (4, 5), (6, 5)])
def test_the_seeds_mewtwo_works_byte_for_byte(
    tiendanube: Tiendanube, present: int, position: int
) -> None:
    tiendanube.world.with_gallery(
        "shop1", "1234", {image: image for image in range(1, present + 1)}
    )

    answer = tiendanube.send("POST", IMAGES, **raw(MEWTWO))

    assert (answer.status, answer.json["position"]) == (201, position)
    assert re.fullmatch(r"mewtwo-[0-9a-f]{32}-1024-1024\.gif", file_name(answer.json["src"]))
    data = tiendanube.original(answer.json["id"])
    picture = pictures.opened(data)
    assert (len(data), picture.size, picture.format) == (402, (32, 32), "GIF")
    assert getattr(picture, "n_frames", 1) == 2
    record = tiendanube.record(answer.json["id"]).original
    assert (record.size, record.width, record.height, record.frames) == (402, 32, 32, 2)
    assert record.format is Format.GIF


def test_the_seeds_put_moves_an_image_by_its_own_url(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {101: 0, 112: 1, 123: 2, 134: 3, 145: 4})
    own = with_suffix(tiendanube.get(145)["src"], "-640-0").replace("https", "http")

    answer = tiendanube.put(145, id=145, src=own, position=1, product_id=1234)

    assert (ok(answer).json["id"], answer.json["position"]) == (145, 1)
    assert tiendanube.ids() == [145, 101, 112, 123, 134]
    assert not tiendanube.world.remote.fetched


def test_the_seeds_reading_and_deleting(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {101: 0, 112: 1, 123: 2})

    listed = tiendanube.listed()
    since = ok(tiendanube.send("GET", f"{SINGULAR}?since_id=105")).json
    one = tiendanube.get(112)
    deleted = tiendanube.delete(112)

    assert [(item["id"], item["position"]) for item in listed] == [(101, 1), (112, 2), (123, 3)]
    assert since == listed[1:]
    assert one == listed[1]
    assert (deleted.status, deleted.json) == (200, {})
    assert tiendanube.ids() == [101, 123]


def test_the_seeds_refusals(tiendanube: Tiendanube) -> None:
    answer = tiendanube.send("POST", IMAGES, **raw(b'{\n  "invalid_name": "foobar"\n}'))

    assert_refused(answer, 422, {"src": ["can't be blank"]})


def test_of_a_page_that_is_asked_for_twice_the_last_is_led_on_from(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {number: number for number in range(1, 8)})

    answer = tiendanube.send("GET", f"{IMAGES}?page=1&per_page=2&page=2")

    assert [image["id"] for image in answer.json] == [3, 4]
    assert '?page=1&per_page=2&page=3>; rel="next"' in answer.headers["link"]


def test_a_data_url_in_the_middle_of_an_attachment_is_invalid(tiendanube: Tiendanube) -> None:
    whole = base64.b64encode(pictures.png()).decode()
    body = {"attachment": whole[:40] + "data:x/y;base64," + whole[40:], "filename": "a.png"}

    answer = tiendanube.send("POST", IMAGES, json=body)

    assert (answer.status, answer.json) == (422, {"attachment": ["is invalid"]})


def test_languages_that_others_add_meanwhile_are_counted(
    tiendanube: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine languages, then one by each of two writers at the same time, on top of the first."""
    tiendanube.world.with_gallery("shop1", "1234", {11: 0}, alt="uno")
    path = f"{IMAGES}/11"
    eight = {f"a{letter}": "x" for letter in "abcdefgh"}
    assert tiendanube.send("PUT", path, json={"alt": eight}).status == 200
    commit = tiendanube.world.galleries.commit
    waiting = [{"alt": {"zz": "x"}}]

    def late(change: GalleryChange) -> Gallery:
        if waiting:
            assert tiendanube.send("PUT", path, json=waiting.pop()).status == 200
        return commit(change)

    monkeypatch.setattr(tiendanube.world.galleries, "commit", late)

    answer = tiendanube.send("PUT", path, json={"alt": {"yy": "x"}})

    assert (answer.status, answer.json) == (422, {"alt": ["is invalid"]})


def test_a_request_that_is_handed_on_is_counted_once(
    tiendanube: Tiendanube, capsys: pytest.CaptureFixture[str]
) -> None:
    tiendanube.send("GET", f"{IMAGES}/")

    assert capsys.readouterr().out.count('"_aws"') == 1

"""BigCommerce v2, row by row (shared contract: bigcommerce; the seed is the specification)."""

import base64
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import Answer, Gateway

from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, Texts
from vitrine.domain.locations import parse_original_key
from vitrine.domain.shops import ProductMode, product_key
from vitrine.services.rendering import make_renditions

API = "/api/v2"
STORE = "/stores/abc123/v2"
BASES = [API, STORE]
P = f"{API}/products/29/images"
EVERYWHERE = f"{API}/products/images/count"
MUG = "http://example.com/mug.jpg"
CUP = "https://example.com/cup.png"
NOW = datetime(2012, 12, 21, 18, 54, 4, 7_000, tzinfo=UTC)
A, B, C, D = 11, 12, 13, 14
JSON = {"Content-Type": "application/json"}
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
        """Images of product 29: A, B and C of the contract, unless told otherwise."""
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
        galleries = self.world.galleries
        heads = {where: head for where, head in galleries.heads.items() if head.version}
        records = {where: dict(each) for where, each in galleries.records.items() if each}
        files = dict(self.world.blobs.originals), dict(self.world.blobs.import_folder)
        return heads, records, dict(galleries.counts), files


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
WRONG_TYPE = error(415, "The request content type is not supported by this resource.")
UNREADABLE = error(400, "The request body could not be parsed.")
REQUIRED = error(400, "The required field 'image_file' was not supplied.")
FULL = error(403, "The product is not allowed to have more than 1000 images.")
LIMIT_EXCEEDED = error(413, "The limit parameter exceeded the maximum.")
TOO_LARGE = error(
    413,
    "The request is too large. Send image_file as a URL, or upload the file to the import "
    "directory and send its path.",
)
INTERNAL = error(500, "An internal error occurred.")


def unsupported(field: str) -> list[dict[str, Any]]:
    return error(400, f"The field '{field}' is not supported by this resource.")


def read_only(field: str) -> list[dict[str, Any]]:
    return error(
        400,
        f"The field '{field}' cannot be written to. "
        "Please remove it from your request before trying again.",
    )


def invalid(field: str, reason: str | None = None) -> list[dict[str, Any]]:
    return error(400, f"The field '{field}' is invalid.", reason)


def unusable(path: str) -> list[dict[str, Any]]:
    reason = f"The file '{path}' is missing or is not usable by this resource."
    return invalid("image_file", reason)


def not_downloaded(url: str) -> list[dict[str, Any]]:
    reason = f"The resource at '{url}' could not be downloaded and may be invalid."
    return invalid("image_file", reason)


def not_processed(name: str) -> list[dict[str, Any]]:
    reason = f"The file '{name}' could not be processed and may not be valid image."
    return invalid("image_file", reason)


def too_heavy(name: str) -> list[dict[str, Any]]:
    return invalid("image_file", f"The file '{name}' is larger than 8 MB.")


def assert_refused(answer: Answer, body: list[dict[str, Any]]) -> None:
    assert (answer.status, answer.json) == (body[0]["status"], body)
    assert answer.headers["content-type"] == "application/json"


def assert_empty(answer: Answer) -> None:
    assert (answer.status, answer.body) == (204, "")
    assert "content-type" not in answer.headers


def texts(fields: Mapping[str, Any]) -> dict[str, tuple[None, str]]:
    """Fields as text parts of a form."""
    return {name: (None, str(value)) for name, value in fields.items()}


# 1 Routes


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


@on_both_bases
def test_an_image_is_created_listed_counted_changed_and_deleted(
    shop: BigCommerce, base: str
) -> None:
    images = f"{base}/products/29/images"

    image = shop.created({"image_file": MUG}, images)
    one = f"{images}/{image['id']}"

    assert shop.get(one) == image
    assert shop.get(images) == [image]
    assert shop.get(f"{images}/count") == {"count": 1}
    assert shop.get(f"{base}/products/images/count") == {"count": 1}
    changed = shop.send("PUT", one, json={"description": "A mug"})
    assert (changed.status, changed.json) == (200, {**image, "description": "A mug"})
    assert shop.get(one) == changed.json
    assert_empty(shop.send("DELETE", one))
    assert_refused(shop.send("GET", one), NOT_FOUND)
    assert_empty(shop.send("GET", images))
    assert shop.get(f"{images}/count") == {"count": 0}


@pytest.mark.parametrize("suffix", ["", ".json", "/", ".json/"])
@on_both_bases
@every_operation
def test_every_path_has_its_variants(
    shop: BigCommerce, operation: Operation, base: str, suffix: str
) -> None:
    shop.with_gallery({A: 0})

    answer = call(shop.send, operation, base, suffix)

    assert answer.status == operation.status, answer.body
    if answer.status == 204:
        assert_empty(answer)
    else:
        assert answer.headers["content-type"] == "application/json"
    if answer.status == 201:
        assert answer.headers["location"] == f"{base}/products/29/images/12"
    else:
        assert "location" not in answer.headers


@pytest.mark.parametrize("suffix", [".xml", ".xml/"])
@on_both_bases
@every_operation
def test_xml_is_not_spoken(shop: BigCommerce, operation: Operation, base: str, suffix: str) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    for headers in ({}, {"Accept": "application/json"}, {"Accept": "application/xml"}):
        assert_refused(call(shop.send, operation, base, suffix, headers), NOT_ACCEPTABLE)
    assert shop.everything == before


def test_a_list_without_images_has_no_body(shop: BigCommerce) -> None:
    assert_empty(shop.send("GET", P))


@pytest.mark.parametrize("product", ["29", "1", "123456789012345678"])
def test_deleting_all_images_of_a_product_without_any_is_fine(
    shop: BigCommerce, product: str
) -> None:
    assert_empty(shop.send("DELETE", f"{API}/products/{product}/images"))


@pytest.mark.parametrize("images", [1, 3, 120, 260])
def test_all_images_are_deleted_however_many_there_are(shop: BigCommerce, images: int) -> None:
    shop.with_gallery({A + number: number for number in range(images)})

    assert_empty(shop.send("DELETE", P))

    assert not shop.world.galleries.records["shop1", "29"]
    assert not shop.sorts
    assert not shop.world.blobs.originals
    assert shop.get(EVERYWHERE) == {"count": 0}
    assert_empty(shop.send("DELETE", P))


def test_counts_are_those_of_the_product_and_of_the_shop(shop: BigCommerce) -> None:
    shop.with_gallery()
    shop.world.with_gallery("shop1", "30", {21: 0, 22: 1})
    shop.world.with_gallery("shop2", "29", {5: 0})

    assert shop.send("GET", f"{P}/count").body == '{"count":3}'
    assert shop.get(f"{API}/products/30/images/count") == {"count": 2}
    assert shop.get(f"{API}/products/31/images/count") == {"count": 0}
    assert shop.send("GET", EVERYWHERE).body == '{"count":5}'


METHODS = [
    ("/products/29/images", {"GET", "POST", "DELETE"}),
    ("/products/29/images/count", {"GET"}),
    ("/products/29/images/11", {"GET", "PUT", "DELETE"}),
    ("/products/images/count", {"GET"}),
]


def allow(answer: Answer) -> set[str]:
    return {each.strip() for each in answer.headers["allow"].split(",")}


@pytest.mark.parametrize("suffix", ["", ".json", "/", ".json/", ".xml"])
@on_both_bases
@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_other_methods_are_not_allowed_whoever_calls(
    shop: BigCommerce, path: str, allowed: set[str], base: str, suffix: str
) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - allowed:
        for send in (shop.send, Gateway()):
            answer = send(method, base + path + suffix)
            assert_refused(answer, NOT_ALLOWED)
            assert allow(answer) == allowed
    assert shop.everything == before


@on_both_bases
@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_nothing_answers_to_head(
    shop: BigCommerce, path: str, allowed: set[str], base: str
) -> None:
    for send in (shop.send, Gateway()):
        answer = send("HEAD", base + path)
        assert (answer.status, allow(answer)) == (405, allowed)


NOWHERE = [
    "",
    "/",
    "/products",
    "/products/",
    "/products.json",
    "/products/29",
    "/products/29.json",
    "/products/images",
    "/products/images.json",
    "/products/images/",
    "/products/images/11",
    "/products/29/image",
    "/products/29/videos",
    "/products//images",
    "/products/29/images//",
    "/products/29/images/11/12",
    "/products/29/images/count/11",
    "/products/29/images/.json",
    "/products/29/images.txt",
    "/products/29/images.json.json",
    "/products/29/images.json.xml",
    "/products/29/imagesjson",
    "/orders",
    "/time.json",
]
NO_IDS = [
    "0",
    "01",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "abc",
    "11x",
    "11.txt",
    "11.json.json",
    "%20",
    "1234567890123456789",
    "%D9%A3",  # an Arabic three
    "11%0A",
]


@on_both_bases
@pytest.mark.parametrize("path", NOWHERE)
def test_other_paths_are_not_found_whoever_calls(shop: BigCommerce, path: str, base: str) -> None:
    shop.with_gallery()

    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        for send in (shop.send, Gateway()):
            assert_refused(send(method, base + path), NOT_FOUND)


@on_both_bases
@pytest.mark.parametrize("no_id", NO_IDS)
@pytest.mark.parametrize("operation", OPERATIONS[:-1], ids=name_of)
def test_ids_of_another_form_are_not_found(
    shop: BigCommerce, operation: Operation, no_id: str, base: str
) -> None:
    shop.with_gallery({1: 0, 11: 1})

    for each in re.findall("29|11", operation.path):
        other = operation._replace(path=operation.path.replace(each, no_id))
        assert_refused(call(shop.send, other, base), NOT_FOUND)
        assert_refused(call(shop.send, other, base, ".json/"), NOT_FOUND)


def test_ids_have_up_to_18_digits(shop: BigCommerce) -> None:
    images = f"{API}/products/{'9' * 18}/images"

    image = shop.created({"image_file": MUG}, images)

    assert image["product_id"] == 999_999_999_999_999_999
    assert shop.get(f"{images}/{image['id']}") == image
    assert_refused(shop.send("GET", f"{images}/{'9' * 18}"), NOT_FOUND)


@every_operation
def test_no_limiter_runs_so_no_rate_is_told(shop: BigCommerce, operation: Operation) -> None:
    shop.with_gallery({A: 0})

    for answer in (call(shop.send, operation), call(Gateway(), operation)):
        assert not [name for name in answer.headers if name.startswith(("x-rate", "x-retry"))]


def test_paths_of_other_dialects_are_not_taken(shop: BigCommerce) -> None:
    answer = Gateway()("GET", "/stores/abc123/products/29/images")

    assert not isinstance(answer.json, list)


def test_products_exist_as_they_are_registered(shop: BigCommerce) -> None:
    world = shop.world
    world.open_shop("shop3", ProductMode.REGISTERED, bigcommerce_store_hash="reg")
    world.issue("three", "shop3", "bigcommerce", READ_AND_WRITE)
    world.shops.register_product("shop3", product_key("28"))
    world.shops.register_product("shop3", product_key("sku-31"), product_key("31"))
    shop.send = Gateway(headers={"X-Auth-Token": "three"})

    known = shop.created({"image_file": MUG}, f"{API}/products/28/images")
    alias = shop.created({"image_file": MUG, "product_id": 31}, f"{API}/products/31/images")

    assert known["product_id"] == 28
    assert alias["product_id"] == 31, "as the caller names the product"
    assert shop.get(f"{API}/products/31/images") == [alias]
    assert set(world.galleries.records["shop3", "sku-31"]) == {alias["id"]}
    world.remote.fetched.clear()
    for operation in OPERATIONS[:-1]:
        assert_refused(call(shop.send, operation), NOT_FOUND)
    assert_refused(shop.send("GET", f"{P}?page=0"), NOT_FOUND)
    assert_refused(shop.send("DELETE", f"{P}?limit=251"), NOT_FOUND)
    assert_refused(shop.post({"zoom": 1}), NOT_FOUND)
    assert not world.remote.fetched


# 2 Authentication


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-Token": "all"},
        {"x-auth-token": "all", "X-Auth-Client": "anything"},
        basic("admin", "all"),
        basic("", "all"),
        basic("кто угодно", "all"),
        {"Authorization": basic("admin", "all")["Authorization"].replace("Basic", "bAsIc")},
        {"X-Auth-Token": "all", **basic("admin", "unknown")},
        {"X-Auth-Token": "all", "Authorization": "nonsense"},
    ],
    ids=str,
)
@on_both_bases
def test_tokens_come_in_a_header_or_as_a_password(
    shop: BigCommerce, base: str, headers: dict[str, str]
) -> None:
    answer = Gateway()("GET", f"{base}/products/29/images/count", headers)

    assert (answer.status, answer.json) == (200, {"count": 0})


def test_the_shop_is_known_by_the_credential_and_never_by_the_host(shop: BigCommerce) -> None:
    shop.with_gallery()
    elsewhere = Gateway("https://store-def456.mybigcommerce.com")

    for base in BASES:
        answer = elsewhere("GET", f"{base}/products/29/images/count", {"X-Auth-Token": "all"})
        assert answer.json == {"count": 3}


BAD_CREDENTIALS: list[dict[str, str]] = [
    {},
    {"X-Auth-Client": "all"},
    {"X-Auth-Token": ""},
    {"X-Auth-Token": "unknown"},
    {"X-Auth-Token": "revoked"},
    {"X-Auth-Token": "evotor"},
    {"X-Auth-Token": "Bearer all"},
    {"X-Auth-Token": "unknown", **basic("admin", "all")},
    {"Authorization": "Bearer all"},
    {"Authorization": "all"},
    {"Authorization": "Basic"},
    {"Authorization": "Basic all"},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic " + base64.b64encode(b"all").decode()},
    {"Authorization": "Basic " + base64.b64encode(b"admin:\xff\xfe").decode()},
    basic("all", ""),
    basic("admin", "unknown"),
    basic("admin", "revoked"),
    basic("admin", "evotor"),
]


@pytest.mark.parametrize("headers", BAD_CREDENTIALS, ids=str)
@every_operation
def test_without_a_good_token_every_operation_answers_401(
    shop: BigCommerce, operation: Operation, headers: dict[str, str]
) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    for base in BASES:
        answer = call(Gateway(), operation, base, headers=headers)
        assert_refused(answer, NO_CREDENTIALS)
    assert shop.everything == before


@pytest.mark.parametrize("store", ["def456", "unknown", "ABC123", "abc12", "abc1234", "%20abc123"])
@every_operation
def test_a_token_opens_no_store_but_its_own(
    shop: BigCommerce, operation: Operation, store: str
) -> None:
    shop.with_gallery({A: 0})
    shop.world.with_gallery("shop2", "29", {A: 0})
    before = shop.everything
    nobody = call(Gateway(), operation, STORE)

    answer = call(shop.send, operation, f"/stores/{store}/v2")

    assert_refused(answer, NO_CREDENTIALS)
    assert answer == nobody, "nobody can tell a foreign store from a bad token"
    assert shop.everything == before


@every_operation
def test_read_only_tokens_do_not_write(shop: BigCommerce, operation: Operation) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    answer = call(shop.send, operation, headers={"X-Auth-Token": "read"})

    if operation.writes:
        assert_refused(answer, NO_SCOPE)
        assert shop.everything == before
    else:
        assert answer.status == operation.status


@every_operation
def test_tokens_without_a_scope_do_nothing(shop: BigCommerce, operation: Operation) -> None:
    shop.with_gallery({A: 0})

    assert_refused(call(shop.send, operation, headers={"X-Auth-Token": "none"}), NO_SCOPE)


def test_two_shops_see_nothing_of_each_other(shop: BigCommerce) -> None:
    shop.with_gallery({A: 0})
    shop.file("x/a.png", pictures.png())
    before = shop.everything
    theirs = {"X-Auth-Token": "two"}
    images = "/stores/def456/v2/products/29/images"

    for path in (P, images):
        assert_empty(shop.send("GET", path, theirs))
        assert shop.send("GET", f"{path}/count", theirs).json == {"count": 0}
        for method in ("GET", "PUT", "DELETE"):
            assert_refused(shop.send(method, f"{path}/11", theirs), NOT_FOUND)
        assert_empty(shop.send("DELETE", path, theirs))
        copied = shop.send("POST", path, theirs, json={"image_file": "x/a.png"})
        assert_refused(copied, unusable("x/a.png"))
    assert shop.send("GET", EVERYWHERE, theirs).json == {"count": 0}
    assert shop.everything == before
    other = shop.send("POST", images, theirs, json={"image_file": MUG})
    assert other.json["id"] == 1, "ids increase in each shop by itself"
    assert shop.get(EVERYWHERE) == {"count": 1}


# 3 Fields


def test_an_image_has_exactly_the_seeds_fields_in_order(shop: BigCommerce) -> None:
    shop.world.clock = lambda: NOW
    shop.world.galleries.sequences["shop1"] = itertools.count(116)

    answer = shop.post({"image_file": MUG}, f"{P}.json")

    assert (answer.status, answer.headers["location"]) == (201, f"{P}/116")
    assert answer.headers["content-type"] == "application/json"
    image_file = answer.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/mug__11600\.jpg", image_file)
    assert answer.body == (
        f'{{"id":116,"product_id":29,"image_file":"{image_file}","is_thumbnail":true,'
        '"sort_order":0,"description":"","date_created":"Fri, 21 Dec 2012 18:54:04 +0000"}'
    )
    one = shop.send("GET", f"{P}/116")
    assert one.body == answer.body
    assert shop.send("PUT", f"{P}/116").body == answer.body
    assert shop.send("GET", P).body == f"[{answer.body}]"


def test_ids_increase_in_the_whole_shop_and_are_never_used_again(shop: BigCommerce) -> None:
    other = f"{API}/products/30/images"
    first = shop.created({"image_file": MUG})["id"]
    second = shop.created({"image_file": MUG}, other)["id"]
    shop.send("DELETE", f"{other}/{second}")

    third = shop.created({"image_file": MUG})["id"]

    assert first < second < third


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2009, 10, 26, 5, 8, 32, tzinfo=UTC), "Mon, 26 Oct 2009 05:08:32 +0000"),
        (datetime(2024, 1, 5, 0, 0, 0, tzinfo=UTC), "Fri, 05 Jan 2024 00:00:00 +0000"),
        (datetime(2024, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC), "Thu, 29 Feb 2024 23:59:59 +0000"),
    ],
)
def test_dates_are_written_as_in_mail(shop: BigCommerce, moment: datetime, text: str) -> None:
    shop.world.clock = lambda: moment

    assert shop.created({"image_file": MUG})["date_created"] == text


@pytest.mark.parametrize(
    ("image", "revision", "number"),
    [(1, 0, "00100"), (9, 7, "00907"), (116, 0, "11600"), (1234, 99, "123499"), (5, 100, "00500")],
)
def test_the_files_number_is_id_and_replacements(
    shop: BigCommerce, image: int, revision: int, number: str
) -> None:
    (stocked,) = shop.with_gallery({image: 0})
    original = replace(stocked.original, revision=revision)
    shop.world.galleries.records["shop1", "29"][image] = replace(stocked, original=original)

    image_file = shop.image(image)["image_file"]

    assert re.fullmatch(rf"[a-z]/[0-9]{{3}}/image-{image}__{number}\.png", image_file)


def test_letter_and_digits_follow_from_the_bytes(shop: BigCommerce) -> None:
    folders = []
    for number in range(6):
        url = f"https://example.com/{number % 2}/{number}.png"
        shop.world.remote.pages[url] = pictures.png(30 + number % 2, 30)
        image_file = shop.created({"image_file": url})["image_file"]
        folders.append(image_file.rpartition("/")[0])

    assert folders[:2] * 3 == folders
    assert folders[0] != folders[1]


def test_no_two_images_share_a_file(shop: BigCommerce) -> None:
    files = [shop.created({"image_file": MUG})["image_file"] for _ in range(3)]

    assert len(set(files)) == 3
    assert [each["image_file"] for each in shop.get()] == files, "stable"


LONG = "Abc" * 30
NAMES = [
    ("mug.jpg", "mug"),
    ("Astonishing X-Men_1 (100k).jpg", "astonishing-x-men-1-100k"),
    ("--mug--.jpg", "mug"),
    ("archive.tar.png", "archive-tar"),
    ("mug", "mug"),
    ("Café Olé.png", "cafe-ole"),
    ("фото.png", "image"),
    ("фото 東京 7.png", "7"),
    (".png", "image"),
    (f"{LONG}.png", LONG.lower()[:60]),
    pytest.param(f"b{'a' * 300}.png", f"b{'a' * 59}", id="301 letters"),
]


def offer(
    shop: BigCommerce, way: str, data: bytes, name: str = "a.png"
) -> tuple[dict[str, Any], str]:
    """A request's body that brings a picture some way, and what a refusal would call it."""
    path, url = f"x/{name}", f"https://example.com/pictures/{name}"
    match way:
        case "url" | "url in a form":
            shop.world.remote.pages[url] = data
            value = url
        case "import" | "import in a form":
            shop.file(path, data)
            value = path
        case _:
            return {"files": {"image_file": (name, data)}}, name
    if way.endswith("form"):
        return {"files": texts({"image_file": value})}, value
    return {"json": {"image_file": value}}, value


WAYS = ["url", "url in a form", "import", "import in a form", "part"]
every_way = pytest.mark.parametrize("way", WAYS)


def slug_of(image: Mapping[str, Any]) -> str:
    found = re.fullmatch(r"[a-z]/[0-9]{3}/(.+)__[0-9]{5,}\.[a-z]+", image["image_file"])
    assert found, image
    return found[1]


@every_way
@pytest.mark.parametrize(("name", "slug"), NAMES)
def test_files_are_called_by_the_name_that_was_sent(
    shop: BigCommerce, way: str, name: str, slug: str
) -> None:
    body, _ = offer(shop, way, pictures.png(), name)

    answer = shop.send("POST", P, **body)

    assert answer.status == 201, answer.body
    assert slug_of(answer.json) == slug


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://example.com", "image"),
        ("http://example.com/", "image"),
        ("http://example.com/pictures/?name=mug.jpg", "image"),
        ("http://example.com/a/mug.jpg?size=big/huge.png#top", "mug"),
        ("http://example.com/Blue%20Mug.jpg", "blue-mug"),
        ("http://example.com/caf%C3%A9.jpg", "cafe"),
        ("http://example.com/%D1%84%D0%BE%D1%82%D0%BE.jpg", "image"),
        ("http://example.com/100%25.jpg", "100"),
        ("http://example.com/a%2Fb.jpg", "a-b"),
    ],
)
def test_the_last_segment_of_a_url_is_percent_decoded(
    shop: BigCommerce, url: str, slug: str
) -> None:
    shop.world.remote.pages[url] = pictures.png()

    assert slug_of(shop.created({"image_file": url})) == slug
    assert shop.world.remote.fetched == [url], "as it was sent"


@pytest.mark.parametrize("way", ["import", "import in a form", "part"])
def test_other_names_are_not_percent_decoded(shop: BigCommerce, way: str) -> None:
    body, _ = offer(shop, way, pictures.png(), "Blue%20Mug.png")

    answer = shop.send("POST", P, **body)

    assert answer.status == 201, answer.body
    assert slug_of(answer.json) == "blue-20mug"


KINDS = {
    "PNG": pictures.png(40, 30),
    "JPEG": pictures.jpeg(40, 30),
    "GIF": pictures.encode(pictures.gradient(40, 30), "GIF"),
    "WEBP": pictures.encode(pictures.gradient(40, 30), "WEBP"),
    "BMP": pictures.encode(pictures.gradient(40, 30), "BMP"),
    "animated GIF": pictures.animated("GIF"),
    "animated PNG": pictures.animated("PNG"),
    "animated WEBP": pictures.animated("WEBP"),
}


@every_way
@pytest.mark.parametrize(
    ("kind", "name", "extension"),
    [
        ("PNG", "a.png", "png"),
        ("PNG", "a.jpeg", "png"),
        ("JPEG", "a.jpg", "jpg"),
        ("JPEG", "a.jpeg", "jpeg"),
        ("JPEG", "a.png", "jpg"),
        ("JPEG", "a", "jpg"),
        ("GIF", "a.exe", "gif"),
        ("WEBP", "a.jpg", "webp"),
        ("BMP", "a.bmp", "bmp"),
        ("animated GIF", "a.gif", "gif"),
        ("animated PNG", "a.png", "png"),
        ("animated WEBP", "a.webp", "webp"),
    ],
)
def test_the_extension_follows_from_the_bytes_and_the_format_is_kept(
    shop: BigCommerce, way: str, kind: str, name: str, extension: str
) -> None:
    body, _ = offer(shop, way, KINDS[kind], name)

    answer = shop.send("POST", P, **body)

    assert answer.status == 201, answer.body
    assert answer.json["image_file"].endswith(f"__00100.{extension}")
    (original,) = shop.world.blobs.originals.values()
    assert original.data == KINDS[kind]


def test_the_full_size_picture_is_found_under_the_media_base(shop: BigCommerce) -> None:
    image = shop.created({"image_file": MUG})
    changed = shop.send("PUT", f"{P}/{image['id']}", json={"image_file": CUP}).json

    for key in list(shop.world.blobs.originals):
        address = parse_original_key(key)
        assert address is not None
        make_renditions(shop.world.stores, address)

    public = shop.world.blobs.public[f"media/shop1/product_images/{changed['image_file']}"]
    assert pictures.opened(public.data).size == (30, 40)
    assert public.media_type == "image/png"


def test_text_is_that_of_the_shops_main_language_and_no_other(shop: BigCommerce) -> None:
    shop.with_gallery(alt="Mug", fr="Tasse")
    assert shop.image()["description"] == "Mug"

    assert shop.put({"description": "Cup"}).json["description"] == "Cup"

    assert shop.record.texts == Texts("Cup", {"fr": "Tasse"})
    assert shop.created({"image_file": MUG, "description": "New"})["description"] == "New"


def test_other_roles_and_languages_are_never_altered(shop: BigCommerce) -> None:
    shop.with_gallery(alt="Mug", fr="Tasse", pt_BR="Caneca")
    heads = shop.world.galleries.heads
    roles = {"image": A, "small_image": B, "thumbnail@de": B, THUMBNAIL: A}
    heads["shop1", "29"] = replace(heads["shop1", "29"], roles=roles)

    shop.put({"is_thumbnail": False, "sort_order": 9, "image_file": MUG, "description": "x"})
    shop.put({"is_thumbnail": True}, B)
    shop.put({"sort_order": 0}, C)
    shop.created({"image_file": MUG, "is_thumbnail": True, "sort_order": 0})

    assert heads["shop1", "29"].roles == {**roles, THUMBNAIL: D}
    assert shop.record.texts == Texts("x", {"fr": "Tasse", "pt_BR": "Caneca"})
    assert [each["id"] for each in shop.get() if each["is_thumbnail"]] == [D]


# 4 Requests: Accept


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "application/json",
        "APPLICATION/JSON; charset=utf-8",
        "text/html",
        "image/png",
        "nonsense",
        "application/xml, application/json",
        "application/json;q=0.1,application/xml;q=0.9",
        "application/xml;q=1.0, application/json;q=0",
        "text/xml, application/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ],
)
@every_operation
def test_json_is_sent_to_all_who_admit_it_or_do_not_ask_for_xml(
    shop: BigCommerce, operation: Operation, accept: str
) -> None:
    shop.with_gallery({A: 0})

    answer = call(shop.send, operation, headers={"Accept": accept})

    assert answer.status == operation.status, answer.body


XML = [
    "application/xml",
    "text/xml",
    "APPLICATION/XML",
    "text/xml; charset=utf-8",
    "application/xml;q=0.5, text/html",
    "text/*, text/xml",
]


@pytest.mark.parametrize("accept", XML)
@every_operation
def test_those_who_want_nothing_but_xml_are_refused(
    shop: BigCommerce, operation: Operation, accept: str
) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    assert_refused(call(shop.send, operation, headers={"Accept": accept}), NOT_ACCEPTABLE)
    assert shop.everything == before


@pytest.mark.parametrize("suffix", [".json", ".json/"])
@pytest.mark.parametrize("accept", XML)
@every_operation
def test_a_json_path_is_json_whatever_else_is_asked_for(
    shop: BigCommerce, operation: Operation, accept: str, suffix: str
) -> None:
    shop.with_gallery({A: 0})

    answer = call(shop.send, operation, suffix=suffix, headers={"Accept": accept})

    assert answer.status == operation.status, answer.body


# 4 Requests: content type and body


def form(*parts: bytes) -> bytes:
    """A multipart body of parts that are headers, an empty line and data."""
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def file_part(data: bytes, name: str = "a.png") -> bytes:
    return (
        f'Content-Disposition: form-data; name="image_file"; filename="{name}"\r\n\r\n'.encode()
        + data
    )


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;odata=verbose",
    ],
)
def test_json_is_read_with_parameters_or_without_a_type(
    shop: BigCommerce, content_type: str | None
) -> None:
    shop.with_gallery()
    headers = {} if content_type is None else {"Content-Type": content_type}

    changed = shop.send("PUT", f"{P}/11", headers, content=b'{"description":"A mug"}')
    created = shop.send("POST", P, headers, content=f'{{"image_file":"{MUG}"}}'.encode())

    assert (changed.status, changed.json["description"]) == (200, "A mug")
    assert created.status == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=b",
        'multipart/form-data; boundary="b"',
        "Multipart/Form-Data; charset=utf-8; boundary=b",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_forms_are_read(shop: BigCommerce, method: str, path: str, content_type: str) -> None:
    shop.with_gallery()
    description = 'Content-Disposition: form-data; name="description"\r\n\r\nКружка'.encode()
    body = form(description, file_part(pictures.png(), "Mug.png"))

    answer = shop.send(method, path, {"Content-Type": content_type}, content=body)

    assert answer.status in (200, 201), answer.body
    assert answer.json["description"] == "Кружка"
    assert slug_of(answer.json) == "mug"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/json-patch+json",
        "multipart/mixed; boundary=b",
        "image/png",
    ],
)
def test_other_types_are_refused(shop: BigCommerce, content_type: str) -> None:
    shop.with_gallery()
    before = shop.everything
    headers = {"Content-Type": content_type}

    for method, path in (("POST", P), ("PUT", f"{P}/11")):
        answer = shop.send(method, path, headers, content=b'{"image_file":"http://example.com"}')
        assert_refused(answer, WRONG_TYPE)
    assert shop.everything == before


@pytest.mark.parametrize(
    "content_type",
    [None, "application/json", "multipart/form-data; boundary=b", "text/plain", "application/xml"],
)
def test_no_body_is_an_empty_object_whatever_its_type(
    shop: BigCommerce, content_type: str | None
) -> None:
    shop.with_gallery()
    before = shop.everything
    headers = {} if content_type is None else {"Content-Type": content_type}

    changed = shop.send("PUT", f"{P}/11", headers)

    assert (changed.status, changed.json) == (200, shop.image())
    assert_refused(shop.send("POST", P, headers), REQUIRED)
    assert shop.everything == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "nonsense"])
@pytest.mark.parametrize("body", [b"", b"nonsense"])
@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.method in ("GET", "DELETE")], ids=name_of
)
def test_the_type_is_ignored_on_get_and_delete(
    shop: BigCommerce, operation: Operation, content_type: str, body: bytes
) -> None:
    shop.with_gallery({A: 0})
    headers = {"Content-Type": content_type}

    answer = shop.send(operation.method, API + operation.path, headers, content=body)

    assert answer.status == operation.status, answer.body


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(JSON, b"{", id="open"),
        pytest.param(JSON, b"[]", id="array"),
        pytest.param(JSON, b'[{"description":"x"}]', id="array of one"),
        pytest.param(JSON, b'"x"', id="string"),
        pytest.param(JSON, b"5", id="number"),
        pytest.param(JSON, b"null", id="null"),
        pytest.param(JSON, b"true", id="true"),
        pytest.param(JSON, b"description=x", id="words"),
        pytest.param(JSON, b'{"description":"x"} {}', id="two objects"),
        pytest.param(JSON, b'{"description":"x",}', id="comma"),
        pytest.param(JSON, b"{'description':'x'}", id="quotes"),
        pytest.param(JSON, b'{"description":"a\nb"}', id="control character"),
        pytest.param(JSON, b'{"sort_order":NaN}', id="NaN"),
        pytest.param(JSON, b'{"sort_order":Infinity}', id="Infinity"),
        pytest.param(JSON, b'{"sort_order":-Infinity}', id="-Infinity"),
        pytest.param(JSON, b'{"sort_order":01}', id="leading zero"),
        pytest.param({}, b'{"description":"\xff"}', id="not UTF-8"),
        pytest.param({}, b"\x89PNG", id="binary"),
        pytest.param(FORM, b"no form", id="no form"),
        pytest.param(FORM, b'{"description":"x"}', id="JSON in place of a form"),
        pytest.param(FORM, form(file_part(b"x"))[:-8], id="form without end"),
        pytest.param(FORM, b"--b\r\n\r\nno name\r\n--b--\r\n", id="part without name"),
        pytest.param(
            {"Content-Type": "multipart/form-data; boundary=c"},
            form(file_part(b"x")),
            id="other boundary",
        ),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_a_body_that_is_no_object_cannot_be_parsed(
    shop: BigCommerce, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send(method, path, headers, content=body), UNREADABLE)
    assert shop.everything == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"sort_order":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="nested"),
        pytest.param(b'{"sort_order":' + b"9" * 5_000 + b"}", id="5000 digits"),
        pytest.param(b'{"sort_order":1e400}', id="1e400"),
    ],
)
def test_bodies_made_to_hurt_are_refused(shop: BigCommerce, body: bytes) -> None:
    shop.with_gallery()

    answer = shop.send("PUT", f"{P}/11", JSON, content=body)

    assert answer.json in (UNREADABLE, invalid("sort_order"))


LARGEST = 6_000_000
LARGEST_FORM = LARGEST // 4 * 3  # its bytes reach the function as base64


def blank(size: int) -> bytes:
    """A JSON body of `size` bytes that changes nothing."""
    return b"{}".ljust(size)


def weighty_form(size: int) -> bytes:
    """A form of `size` bytes that brings a picture."""
    return form(file_part(pictures.padded_png(size - len(form(file_part(b""))))))


def test_bodies_of_6_000_000_bytes_are_read(shop: BigCommerce) -> None:
    shop.with_gallery()

    assert shop.send("PUT", f"{P}/11", JSON, content=blank(LARGEST)).status == 200
    assert shop.send("PUT", f"{P}/11", content=blank(LARGEST_FORM)).status == 200
    assert shop.send("PUT", f"{P}/11", FORM, content=weighty_form(LARGEST_FORM)).status == 200
    assert shop.send("POST", P, FORM, content=weighty_form(LARGEST_FORM)).status == 201


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(JSON, blank(LARGEST + 1), id="text"),
        pytest.param(JSON, b'{"description":"' + "é".encode() * 3_000_000, id="letters"),
        pytest.param({}, blank(LARGEST_FORM + 1), id="base64 without a type"),
        pytest.param(FORM, weighty_form(LARGEST_FORM + 1), id="form"),
    ],
)
def test_larger_bodies_are_refused_and_told_the_other_ways(
    shop: BigCommerce, headers: dict[str, str], body: bytes
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send("PUT", f"{P}/11", headers, content=body), TOO_LARGE)
    assert_refused(shop.send("POST", P, headers, content=body), TOO_LARGE)
    assert shop.everything == before


ALL, READS = {"X-Auth-Token": "all"}, {"X-Auth-Token": "read"}
CSS, WANTS_XML = {"Content-Type": "text/css"}, {"Accept": "text/xml"}
HUGE = b"x" * (LARGEST + 1)
CHECKS = {
    # By what is wrong and what would be found wrong next.
    "path, token": ("GET", f"{API}/orders", {}, b"", NOT_FOUND),
    "method, token": ("PUT", f"{P}/count", {}, b"", NOT_ALLOWED),
    "token, format": ("GET", f"{P}.xml", {}, b"", NO_CREDENTIALS),
    "token, body": ("PUT", f"{P}/99", JSON, b"{", NO_CREDENTIALS),
    "scope, format": ("POST", f"{P}.xml", {**READS, **CSS}, b"x", NO_SCOPE),
    "scope, Accept": ("DELETE", f"{P}/99", {**READS, **WANTS_XML}, b"", NO_SCOPE),
    "format, type": ("POST", f"{P}.xml", {**ALL, **CSS}, b"x", NOT_ACCEPTABLE),
    "Accept, type": ("PUT", f"{P}/99", {**ALL, **CSS, **WANTS_XML}, b"x", NOT_ACCEPTABLE),
    "format, image": ("GET", f"{P}/99.xml", ALL, b"", NOT_ACCEPTABLE),
    "format, query": ("GET", f"{P}.xml?page=0", ALL, b"", NOT_ACCEPTABLE),
    "type, size": ("PUT", f"{P}/99", {**ALL, **CSS}, HUGE, WRONG_TYPE),
    "size, body": ("PUT", f"{P}/99", {**ALL, **JSON}, HUGE, TOO_LARGE),
    "body, image": ("PUT", f"{P}/99", {**ALL, **JSON}, b"{", UNREADABLE),
    "image, field": ("PUT", f"{P}/99", {**ALL, **JSON}, b'{"zoom":1}', NOT_FOUND),
}


@pytest.mark.parametrize("check", CHECKS)
def test_checks_come_in_their_order(shop: BigCommerce, check: str) -> None:
    shop.with_gallery()
    method, path, headers, body, refusal = CHECKS[check]

    assert_refused(Gateway()(method, path, headers, content=body), refusal)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_image_is_found_in_its_own_product_only(shop: BigCommerce, method: str) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send(method, f"{API}/products/30/images/11"), NOT_FOUND)
    assert_refused(shop.send(method, f"{P}/99"), NOT_FOUND)
    assert shop.everything == before


# 4 Requests: page and limit


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", range(11, 61)),
        ("page=1", range(11, 61)),
        ("page=2", range(61, 71)),
        ("limit=3", [11, 12, 13]),
        ("limit=3&page=2", [14, 15, 16]),
        ("page=20&limit=3", [68, 69, 70]),
        ("limit=60", range(11, 71)),
        ("limit=250", range(11, 71)),
        ("page=1&limit=1", [11]),
        ("page=9&page=2&limit=0&limit=2", [13, 14]),
        ("limit=251&limit=1", [11]),
        ("limit=1&is_thumbnail=false&sort=sort_order&min_id=40&fields=id&Page=9", [11]),
        ("page=3", []),
        ("page=2&limit=60", []),
        ("page=1000000000000000000000", []),
    ],
)
def test_a_list_is_a_page_of_images_by_id(shop: BigCommerce, query: str, ids: list[int]) -> None:
    shop.with_gallery({number: 100 - number for number in range(11, 71)})

    answer = shop.send("GET", f"{P}?{query}")

    if ids:
        assert answer.status == 200
        assert [each["id"] for each in answer.json] == [*ids]
    else:
        assert_empty(answer)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", []),
        ("id=11", []),
        ("page=1", range(61, 71)),
        ("page=2", range(11, 61)),
        ("limit=58", [69, 70]),
        ("limit=1&page=60", range(11, 70)),
        ("limit=250", []),
        ("page=3", range(11, 71)),
        ("page=2&limit=60", range(11, 71)),
        ("page=9&page=2", range(11, 61)),
    ],
)
def test_a_page_of_images_by_id_is_deleted(shop: BigCommerce, query: str, left: list[int]) -> None:
    shop.with_gallery({number: 100 - number for number in range(11, 71)})

    assert_empty(shop.send("DELETE", f"{P}?{query}"))

    assert sorted(shop.world.galleries.records["shop1", "29"]) == [*left]
    assert shop.sorts == {number: 100 - number for number in left}
    assert shop.get(EVERYWHERE) == {"count": len(left)}


BAD_NUMBERS = ["0", "-1", "1.5", "1.0", "abc", "1e1", "1_0", "0x1", "%D9%A3", "", "1%202", "null"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        *((f"page={bad}", invalid("page")) for bad in BAD_NUMBERS),
        *((f"limit={bad}", invalid("limit")) for bad in BAD_NUMBERS),
        ("page=1&page=x", invalid("page")),
        ("limit=251", LIMIT_EXCEEDED),
        ("limit=1000000000000000000000", LIMIT_EXCEEDED),
        ("page=9&limit=251", LIMIT_EXCEEDED),
    ],
)
def test_other_pages_and_limits_are_refused(
    shop: BigCommerce, method: str, query: str, refusal: list[dict[str, Any]]
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send(method, f"{P}?{query}"), refusal)
    assert_refused(shop.send(method, f"{P}.json/?{query}"), refusal)
    assert shop.everything == before


@pytest.mark.parametrize("query", ["page=0&limit=x", "limit=251"])
def test_other_operations_have_no_pages(shop: BigCommerce, query: str) -> None:
    shop.with_gallery()

    assert shop.get(f"{P}/count?{query}") == {"count": 3}
    assert shop.get(f"{EVERYWHERE}?{query}") == {"count": 3}
    assert shop.get(f"{P}/11?{query}")["id"] == 11
    assert shop.send("PUT", f"{P}/11?{query}").status == 200
    assert shop.send("POST", f"{P}?{query}", json={"image_file": MUG}).status == 201
    assert_empty(shop.send("DELETE", f"{P}/11?{query}"))


# 4 Requests: fields


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"image_url": "x"}, "image_url"),
        ({"is_sample": True}, "is_sample"),
        ({"date_modified": "x"}, "date_modified"),
        ({"zoom_url": None}, "zoom_url"),
        ({"Image_File": MUG}, "Image_File"),
        ({"": 1}, ""),
        ({"фото": 1}, "фото"),
        ({"b": 1, "a": 2}, "b"),
        ({"description": "x", "second": 1, "first": 2}, "second"),
    ],
)
def test_unknown_fields_are_not_supported(
    shop: BigCommerce, fields: dict[str, Any], field: str
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.put(fields), unsupported(field))
    assert_refused(shop.post({"image_file": MUG, **fields}), unsupported(field))
    if field:
        answer = shop.send("POST", P, files=texts({"image_file": MUG, **fields}))
        assert_refused(answer, unsupported(field))
    assert shop.everything == before
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": 12}, "id"),
        ({"id": 1}, "id"),
        ({"id": None}, "id"),
        ({"date_created": "Mon, 01 Jan 2024 00:00:00 +0000"}, "date_created"),
        ({"date_created": ""}, "date_created"),
        ({"product_id": 30}, "product_id"),
        ({"product_id": "30"}, "product_id"),
        ({"product_id": 29.5}, "product_id"),
        ({"product_id": ""}, "product_id"),
        ({"product_id": "abc"}, "product_id"),
        ({"product_id": "٢٩"}, "product_id"),
        ({"product_id": [29]}, "product_id"),
        ({"product_id": True}, "product_id"),
    ],
)
def test_a_new_images_read_only_fields_cannot_be_written(
    shop: BigCommerce, fields: dict[str, Any], field: str
) -> None:
    assert_refused(shop.post({"image_file": MUG, **fields}), read_only(field))
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": 2}, "id"),
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"id": 1.5}, "id"),
        ({"id": ""}, "id"),
        ({"id": [1]}, "id"),
        ({"date_created": "Mon, 01 Jan 2024 00:00:01 +0000"}, "date_created"),
        ({"date_created": "2024-01-01T00:00:00+00:00"}, "date_created"),
        ({"date_created": ""}, "date_created"),
        ({"date_created": None}, "date_created"),
        ({"date_created": 5}, "date_created"),
        ({"product_id": 30}, "product_id"),
        ({"product_id": True}, "product_id"),
        ({"product_id": "30"}, "product_id"),
    ],
)
def test_an_images_read_only_fields_cannot_be_changed(
    shop: BigCommerce, fields: dict[str, Any], field: str
) -> None:
    shop.world.with_gallery("shop1", "1", {1: 0})
    before = shop.everything

    answer = shop.send("PUT", f"{API}/products/1/images/1", json={"description": "x", **fields})

    assert_refused(answer, read_only(field))
    assert shop.everything == before


@pytest.mark.parametrize("product", [29, "29"])
def test_the_product_may_be_repeated(shop: BigCommerce, product: int | str) -> None:
    shop.with_gallery()
    body = texts({"image_file": MUG, "product_id": product})

    assert shop.created({"image_file": MUG, "product_id": product})["product_id"] == 29
    assert shop.put({"product_id": product}).json["product_id"] == 29
    assert shop.send("POST", P, files=body).json["product_id"] == 29


def test_an_image_may_be_sent_back_as_it_was_read(shop: BigCommerce) -> None:
    shop.with_gallery(alt="Mug")
    before = shop.everything
    for image in shop.get():
        answer = shop.put(image, image["id"])
        assert (answer.status, answer.json) == (200, image)
        answer = shop.send("PUT", f"{P}/{image['id']}", files=texts(image))
        assert (answer.status, answer.json) == (200, image)

    assert shop.everything == before, "not even a version"
    assert not shop.world.remote.fetched


@pytest.mark.parametrize("fields", [{}, {"image_file": None}, {"image_file": ""}])
@pytest.mark.parametrize("others", [{}, {"description": "x", "product_id": 29}])
def test_a_new_image_needs_a_file(
    shop: BigCommerce, fields: dict[str, Any], others: dict[str, Any]
) -> None:
    assert_refused(shop.post({**others, **fields}), REQUIRED)


@pytest.mark.parametrize("blank_text", ["", " ", " \t\n "])
def test_a_blank_file_is_absent_in_post_and_invalid_in_put(
    shop: BigCommerce, blank_text: str
) -> None:
    shop.with_gallery()
    before = shop.everything
    fields = {"image_file": blank_text}

    assert_refused(shop.post(fields), REQUIRED)
    assert_refused(shop.put(fields), invalid("image_file"))
    assert_refused(shop.send("POST", P, files=texts(fields)), REQUIRED)
    assert_refused(shop.send("PUT", f"{P}/11", files=texts(fields)), invalid("image_file"))
    assert shop.everything == before


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        *(
            ("is_thumbnail", value, True)
            for value in (True, 1, "true", "TRUE", "True", "tRuE", "1")
        ),
        *(("is_thumbnail", value, False) for value in (False, 0, "false", "FALSE", "False", "0")),
        *(("sort_order", value, 5) for value in (5, 5.0, "5", "+5", "005")),
        *(("sort_order", value, -5) for value in (-5, -5.0, "-5")),
        *(("sort_order", value, 0) for value in (0, "0", "-0", "+0", -0.0)),
        ("sort_order", 1e3, 1000),
        ("sort_order", 2147483647, 2147483647),
        ("sort_order", "2147483647", 2147483647),
        ("sort_order", -2147483648, -2147483648),
        ("sort_order", "-2147483648", -2147483648),
        ("description", "", ""),
        ("description", "A mug", "A mug"),
        ("description", " two\nlines <b>&amp;</b> ", " two\nlines <b>&amp;</b> "),
        ("description", "Кружка ☕ 東京 😀", "Кружка ☕ 東京 😀"),
        pytest.param("description", "x" * 1000, "x" * 1000, id="1000 letters"),
        pytest.param("description", "😀" * 1000, "😀" * 1000, id="1000 faces"),
    ],
)
def test_values_are_taken_in_all_their_forms(
    shop: BigCommerce, field: str, value: Any, shown: Any
) -> None:
    shop.with_gallery()

    created = shop.created({"image_file": MUG, field: value})
    changed = shop.put({field: value}, B)

    assert created[field] == shown
    assert type(created[field]) is type(shown)
    assert (changed.status, changed.json[field]) == (200, shown)
    assert shop.image(B)[field] == shown
    if isinstance(value, str):
        in_a_form = shop.send("PUT", f"{P}/13", files=texts({field: value}))
        assert (in_a_form.status, in_a_form.json[field]) == (200, shown)


@pytest.mark.parametrize("field", ["is_thumbnail", "sort_order", "image_file"])
def test_null_is_as_good_as_absent(shop: BigCommerce, field: str) -> None:
    shop.with_gallery(alt="Mug")
    before = shop.everything
    image = shop.image()

    changed = shop.put({field: None})

    assert (changed.status, changed.json) == (200, image)
    assert shop.everything == before
    if field != "image_file":
        created = shop.created({"image_file": MUG, field: None})
        assert (created["is_thumbnail"], created["sort_order"]) == (False, 3)


def test_a_description_of_null_is_empty(shop: BigCommerce) -> None:
    shop.with_gallery(alt="Mug")

    assert shop.created({"image_file": MUG, "description": None})["description"] == ""
    assert shop.put({"description": None}).json["description"] == ""
    assert shop.image()["description"] == ""


NO_SORTS: list[Any] = [5.5, 1e300, True, False, [], {}, [1]]
NO_SORTS += [2147483648, -2147483649, 10**30, "2147483648", "-2147483649"]
NO_SORTS += ["", " ", " 5", "5 ", "5\n", "5.0", "5.5", "1e3", "1_0", "0x5", "5a", "abc", "null"]
NO_SORTS += ["+", "-", "--5", "+-5", "٣", "²"]
INVALID = [
    *(("image_file", value) for value in (5, 0, True, False, [], {}, [MUG], {"url": MUG})),
    pytest.param("image_file", "http://example.com/".ljust(2049, "a"), id="2049 letters"),
    *(("is_thumbnail", value) for value in (2, -1, 0.5, "", " ", "yes", "on", "2", [], {}, [1])),
    *(("sort_order", value) for value in NO_SORTS),
    pytest.param("sort_order", "9" * 5_000, id="5000 digits"),
    *(("description", value) for value in (5, 0, True, False, [], {}, ["x"])),
    pytest.param("description", "x" * 1001, id="1001 letters"),
]


@pytest.mark.parametrize(("field", "value"), INVALID)
def test_other_values_are_invalid(shop: BigCommerce, field: str, value: Any) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.put({field: value}), invalid(field))
    assert_refused(shop.post({"image_file": MUG, field: value}), invalid(field))
    if isinstance(value, str):
        answer = shop.send("PUT", f"{P}/11", files=texts({field: value}))
        assert_refused(answer, invalid(field))
    assert shop.everything == before
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"id": 5, "zoom": 1}, unsupported("zoom")),
        ({"id": 5, "date_created": "x", "product_id": 5}, read_only("id")),
        ({"date_created": "x", "product_id": 5}, read_only("date_created")),
        ({"id": 5}, read_only("id")),
        ({"product_id": 30}, read_only("product_id")),
        ({"description": 5, "sort_order": "x", "is_thumbnail": "x"}, REQUIRED),
        ({"is_thumbnail": "x", "image_file": 5}, invalid("image_file")),
        ({"sort_order": "x", "is_thumbnail": "x", "image_file": MUG}, invalid("is_thumbnail")),
        ({"description": 5, "sort_order": "x", "image_file": MUG}, invalid("sort_order")),
        ({"description": 5, "image_file": MUG}, invalid("description")),
        ({"image_file": "http://example.com/none"}, FULL),
        ({"image_file": "no/file.png"}, FULL),
    ],
)
def test_the_first_thing_wrong_with_a_new_image_answers(
    shop: BigCommerce, fields: dict[str, Any], refusal: list[dict[str, Any]]
) -> None:
    """In the order of validation, not of the body; and the product is full on top of all."""
    shop.with_gallery({number: number for number in range(1, 1001)})

    assert_refused(shop.post(fields), refusal)
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"id": 5, "zoom": 1}, unsupported("zoom")),
        ({"image_file": 5, "id": 5}, read_only("id")),
        ({"image_file": "", "product_id": 30}, read_only("product_id")),
        ({"is_thumbnail": "x", "image_file": ""}, invalid("image_file")),
        ({"sort_order": "x", "is_thumbnail": "x"}, invalid("is_thumbnail")),
        ({"description": 5, "sort_order": "x"}, invalid("sort_order")),
        ({"image_file": "http://example.com/none", "description": 5}, invalid("description")),
        ({"image_file": "no/file.png", "description": 5}, invalid("description")),
        ({"image_file": "http://example.com/none", "sort_order": "x"}, invalid("sort_order")),
    ],
)
def test_the_first_thing_wrong_with_a_change_answers(
    shop: BigCommerce, fields: dict[str, Any], refusal: list[dict[str, Any]]
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.put(fields), refusal)
    assert shop.everything == before
    assert not shop.world.remote.fetched


# 4 Requests: where bytes come from


@every_way
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_bytes_come_from_a_url_the_import_directory_or_a_part(
    shop: BigCommerce, method: str, path: str, way: str
) -> None:
    shop.with_gallery({A: 0})
    data = pictures.jpeg(50, 40)
    body, told = offer(shop, way, data, "cup.jpg")
    folder = dict(shop.world.blobs.import_folder)

    answer = shop.send(method, path, **body)

    assert answer.status in (200, 201), answer.body
    assert slug_of(answer.json) == "cup"
    assert data in [each.data for each in shop.world.blobs.originals.values()]
    assert shop.world.blobs.import_folder == folder, "copied, and stays there"
    assert shop.world.remote.fetched == ([told] if way.startswith("url") else [])


@pytest.mark.parametrize(
    "path",
    [
        "a.jpg",
        "x/a.jpg",
        "products/29/a.jpg",
        "deep/er/still/a.jpg",
        "a b + c & d.jpg",
        "100%25.jpg",
        "%2e%2e/a.jpg",
        "..a/b...jpg",
        ".hidden/a.jpg",
        "папка/фото.jpg",
        "http/a.jpg",
        "ftp:a.jpg",
    ],
)
def test_import_paths_are_taken_letter_by_letter(shop: BigCommerce, path: str) -> None:
    shop.file(path, pictures.png())

    assert shop.created({"image_file": path})["id"] == 1


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "path",
    [
        "missing.jpg",
        "/x/a.jpg",
        "/",
        "//example.com/a.jpg",
        "./a.jpg",
        "x/./a.jpg",
        "../shop2/a.jpg",
        "../../a.jpg",
        "x/../a.jpg",
        "x/..",
        "..",
        ".",
        "x\\a.jpg",
        "..\\a.jpg",
        "x/a\n.jpg",
        "x/\x00a.jpg",
        "x/a\x7f.jpg",
        "x/\ta.jpg",
        "ftp://example.com/a.jpg",
        "file:///etc/passwd",
        "s3://bucket/a.jpg",
        "import/shop1/a.jpg",
        "a%20b.jpg",
    ],
)
def test_other_paths_are_missing_whatever_lies_there(
    shop: BigCommerce, method: str, path: str
) -> None:
    (image,) = shop.with_gallery({A: 0})
    for good in ("a.jpg", "x/a.jpg", "a b.jpg"):
        shop.file(good, pictures.png())
    shop.world.blobs.import_folder["import/shop2/a.jpg"] = pictures.png()
    if path not in ("missing.jpg", "import/shop1/a.jpg", "a%20b.jpg"):
        shop.file(path, pictures.png())
    before = shop.everything
    target = P if method == "POST" else f"{P}/{image.id}"

    assert_refused(shop.send(method, target, json={"image_file": path}), unusable(path))
    assert shop.everything == before
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/missing.jpg",
        "https://example.com/missing.jpg?a=b&c='d'",
        "http://",
        "https://",
        "http:///a.jpg",
        pytest.param("http://[::1", id="half an address"),
        "http://169.254.169.254/latest/meta-data/",
        "http://пример.рф/фото.jpg",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_cannot_be_downloaded_is_told_in_one_way(
    shop: BigCommerce, method: str, url: str
) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything
    path = P if method == "POST" else f"{P}/11"

    assert_refused(shop.send(method, path, json={"image_file": url}), not_downloaded(url))
    answer = shop.send(method, path, files=texts({"image_file": url}))
    assert_refused(answer, not_downloaded(url))
    assert shop.everything == before


def test_reasons_repeat_what_was_sent_up_to_255_characters(shop: BigCommerce) -> None:
    url = "http://example.com/".ljust(2048, "é")
    path = "x/".ljust(2048, "é")
    name = "a.png".rjust(300, "é")

    assert_refused(shop.post({"image_file": url}), not_downloaded(url[:255]))
    assert_refused(shop.post({"image_file": path}), unusable(path[:255]))
    shop.world.remote.pages[url] = b"no picture"
    assert_refused(shop.post({"image_file": url}), not_processed(url[:255]))
    answer = shop.send("POST", P, files={"image_file": (name, b"no picture")})
    assert_refused(answer, not_processed(name[:255]))
    for length in (254, 255, 256):
        sent = "x/".ljust(length, "a")
        assert_refused(shop.post({"image_file": sent}), unusable(sent[:255]))


def test_a_url_of_2048_characters_is_fetched(shop: BigCommerce) -> None:
    url = "http://example.com/mug.jpg?".ljust(2048, "x")
    shop.world.remote.pages[url] = pictures.png()

    assert slug_of(shop.created({"image_file": url})) == "mug"


DAMAGED = bytearray(pictures.png())
DAMAGED[DAMAGED.index(b"IDAT") + 20] ^= 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>Not found</html>", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="SVG"),
        pytest.param(pictures.encode(pictures.gradient(40, 30), "TIFF"), id="TIFF"),
        pytest.param(pictures.png()[:-12], id="PNG without end"),
        pytest.param(pictures.jpeg()[:400], id="half a JPEG"),
        pytest.param(bytes(DAMAGED), id="damaged PNG"),
        pytest.param(pictures.bomb(60_000, 60_000), id="too many pixels"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
@every_way
def test_what_is_no_good_picture_is_not_processed(
    shop: BigCommerce, way: str, method: str, data: bytes
) -> None:
    shop.with_gallery({A: 0})
    body, told = offer(shop, way, data, "a.txt")
    before = shop.everything

    answer = shop.send(method, P if method == "POST" else f"{P}/11", **body)

    assert_refused(answer, not_processed(told))
    assert shop.everything == before


@pytest.fixture(scope="module")
def heaviest() -> bytes:
    return pictures.padded_png(8_388_608)


@pytest.mark.parametrize("way", ["url", "import"])
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_8_megabytes_are_fine_and_one_byte_more_is_not(
    shop: BigCommerce, method: str, path: str, way: str, heaviest: bytes
) -> None:
    shop.with_gallery({A: 0})
    body, told = offer(shop, way, heaviest)
    assert shop.send(method, path, **body).status in (200, 201)
    body, told = offer(shop, way, pictures.padded_png(8_388_609))
    before = shop.everything

    assert_refused(shop.send(method, path, **body), too_heavy(told))
    assert shop.everything == before


# 4 Requests: PUT


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({}, {}),
        ({"description": "Cup"}, {"description": "Cup"}),
        ({"is_thumbnail": False}, {"is_thumbnail": False}),
        ({"sort_order": 7}, {"sort_order": 7}),
        (
            {"description": "Cup", "is_thumbnail": "0", "sort_order": "-7"},
            {"description": "Cup", "is_thumbnail": False, "sort_order": -7},
        ),
    ],
)
def test_a_change_leaves_alone_what_it_does_not_name(
    shop: BigCommerce, fields: dict[str, Any], changed: dict[str, Any]
) -> None:
    shop.with_gallery(alt="Mug")
    image, *others = shop.get()
    shop.world.clock = lambda: NOW

    answer = shop.put(fields)

    assert (answer.status, answer.json) == (200, {**image, **changed})
    assert "location" not in answer.headers
    assert shop.get() == [answer.json, *others]


@pytest.mark.parametrize(
    "fields",
    [{}, {"description": "Mug"}, {"sort_order": 0}, {"sort_order": "0"}, {"is_thumbnail": True}],
)
def test_a_change_to_what_is_already_so_writes_nothing(
    shop: BigCommerce, fields: dict[str, Any]
) -> None:
    shop.with_gallery(alt="Mug")
    before = shop.everything
    shop.world.clock = lambda: NOW

    assert shop.put(fields).status == 200
    assert shop.everything == before


def test_its_own_file_is_no_change_and_another_images_is_a_path(shop: BigCommerce) -> None:
    shop.with_gallery()
    own, other = shop.image(A)["image_file"], shop.image(B)["image_file"]
    before = shop.everything

    changed = shop.put({"image_file": own})

    assert (changed.status, changed.json["image_file"]) == (200, own)
    assert shop.send("PUT", f"{P}/11", files=texts({"image_file": own})).json == changed.json
    assert_refused(shop.put({"image_file": other}), unusable(other))
    assert_refused(shop.post({"image_file": own}), unusable(own))
    assert shop.everything == before
    assert not shop.world.remote.fetched


@every_way
def test_new_bytes_change_the_file_and_nothing_else(shop: BigCommerce, way: str) -> None:
    shop.with_gallery(alt="Mug", fr="Tasse")
    image, *others = shop.get()
    shop.world.clock = lambda: NOW
    body, _ = offer(shop, way, pictures.jpeg(50, 40), "New Cup.jpg")

    answer = shop.send("PUT", f"{P}/11", **body)

    assert answer.status == 200, answer.body
    image_file = answer.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/new-cup__01101\.jpg", image_file)
    assert answer.json == {**image, "image_file": image_file}
    assert shop.get() == [answer.json, *others]
    assert shop.record.texts == Texts("Mug", {"fr": "Tasse"})
    assert shop.get(f"{P}/count") == {"count": 3}
    again = shop.put({"image_file": CUP}).json["image_file"]
    assert again.endswith("/cup__01102.png")


def test_replacements_are_counted_modulo_100(shop: BigCommerce) -> None:
    (image,) = shop.with_gallery({A: 0})
    original = replace(image.original, revision=99)
    shop.world.galleries.records["shop1", "29"][A] = replace(image, original=original)

    assert shop.put({"image_file": CUP}).json["image_file"].endswith("/cup__01100.png")


@pytest.mark.parametrize(
    ("method", "path", "sorts"),
    [("PUT", f"{P}/13", {A: 1, B: 2, C: 0}), ("POST", P, {A: 1, B: 2, C: 3, D: 0})],
)
def test_all_fields_of_a_request_are_one_commit(
    shop: BigCommerce,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    sorts: dict[int, int],
) -> None:
    shop.with_gallery()
    commit, changes = shop.world.galleries.commit, list[GalleryChange]()

    def counted(change: GalleryChange) -> Gallery:
        changes.append(change)
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", counted)
    fields = {"image_file": CUP, "is_thumbnail": True, "sort_order": 0, "description": "Cup"}

    answer = shop.send(method, path, json=fields)

    assert answer.status in (200, 201), answer.body
    assert len(changes) == 1
    assert (shop.sorts, shop.thumbnail) == (sorts, answer.json["id"])
    assert shop.image(answer.json["id"]) == answer.json


@pytest.mark.parametrize(
    "body",
    [{"files": texts({})}, {"headers": FORM, "content": b"--b--\r\n"}],
    ids=["no parts", "no parts, spelled out"],
)
def test_a_form_without_parts_is_an_empty_object(shop: BigCommerce, body: dict[str, Any]) -> None:
    shop.with_gallery()
    before = shop.everything

    assert shop.send("PUT", f"{P}/11", **body).status == 200
    assert_refused(shop.send("POST", P, **body), REQUIRED)
    assert shop.everything == before


def test_a_form_carries_all_fields_with_its_file(shop: BigCommerce) -> None:
    shop.with_gallery()
    fields = {"product_id": "29", "is_thumbnail": "TRUE", "sort_order": "1", "description": "Cup"}

    answer = shop.send("POST", P, data=fields, files={"image_file": ("cup.png", pictures.png())})

    assert answer.status == 201, answer.body
    assert answer.json == {
        **shop.image(D),
        "is_thumbnail": True,
        "sort_order": 1,
        "description": "Cup",
    }
    assert shop.sorts == {A: 0, B: 2, C: 3, D: 1}


# 4 Requests: 1000 images


@pytest.mark.parametrize("images", [1000, 1001])
@every_way
def test_a_full_product_takes_no_more_and_nothing_is_fetched(
    shop: BigCommerce, way: str, images: int
) -> None:
    shop.with_gallery({number: number for number in range(1, images + 1)})
    body, _ = offer(shop, way, pictures.png())
    before = shop.everything

    assert_refused(shop.send("POST", P, **body), FULL)
    assert shop.everything == before
    assert not shop.world.remote.fetched


def test_the_thousandth_image_is_taken_and_a_full_product_can_change(shop: BigCommerce) -> None:
    shop.with_gallery({number: number for number in range(1, 1000)})

    assert shop.created({"image_file": MUG})["id"] == 1000
    assert_refused(shop.post({"image_file": MUG}), FULL)
    assert shop.put({"image_file": CUP}, 1000).json["image_file"].endswith("/cup__100001.png")
    other = shop.created({"image_file": MUG}, f"{API}/products/30/images")
    assert other["product_id"] == 30


def test_a_product_that_fills_up_during_the_download_takes_no_more(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.with_gallery({number: number for number in range(1, 1000)})
    fetch = shop.world.remote.fetch

    def slow_fetch(url: str, max_bytes: int) -> bytes:
        monkeypatch.undo()
        assert shop.post({"image_file": CUP}).status == 201
        return fetch(url, max_bytes)

    monkeypatch.setattr(shop.world.remote, "fetch", slow_fetch)

    late = shop.post({"image_file": MUG})

    assert_refused(late, FULL)
    assert len(shop.sorts) == 1000
    assert len(shop.world.blobs.originals) == 1000


# 6 Errors


def test_an_error_is_an_array_of_one_object(shop: BigCommerce) -> None:
    missing = shop.send("GET", f"{P}/99")
    refused = shop.post({"image_file": "/x/a.jpg"})

    assert missing.body == '[{"status":404,"message":"The requested resource was not found."}]'
    assert refused.body == (
        '[{"status":400,"message":"The field \'image_file\' is invalid.","details":'
        '{"invalid_reason":"The file \'/x/a.jpg\' is missing or is not usable by this resource."}}]'
    )


@every_operation
def test_a_failure_of_ours_tells_nothing_of_what_happened(
    shop: BigCommerce,
    operation: Operation,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    shop.with_gallery({A: 0})
    before = shop.everything
    for name in ("gallery", "image", "gallery_with_image", "gallery_with_images", "image_count"):
        monkeypatch.setattr(shop.world.galleries, name, fail)

    answer = call(shop.send, operation)

    assert_refused(answer, INTERNAL)
    assert "secret" not in answer.body + str(answer.headers)
    assert "secret detail" in caplog.text
    assert shop.everything == before


def test_a_failure_before_the_caller_is_known_has_the_same_shape(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(digest: str) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(shop.world.shops, "credential", fail)

    for base in BASES:
        assert_refused(shop.send("GET", f"{base}/products/29/images"), INTERNAL)


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", P, {"image_file": MUG}),
        ("PUT", f"{P}/11", {"sort_order": 5}),
        ("PUT", f"{P}/11", {"description": "x"}),
        ("DELETE", f"{P}/11", {}),
        ("DELETE", P, {}),
        ("DELETE", f"{P}?limit=1", {}),
    ],
)
def test_writers_who_never_stop_are_a_failure_of_ours(
    shop: BigCommerce,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    fields: dict[str, Any],
) -> None:
    def conflict(change: GalleryChange) -> None:
        raise ConflictError

    shop.with_gallery()
    before = shop.everything
    monkeypatch.setattr(shop.world.galleries, "commit", conflict)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)

    body = {"json": fields} if fields else {}
    assert_refused(shop.send(method, path, **body), INTERNAL)
    assert shop.everything == before


# 7 Ordering, defaults, edges

ORDERING: list[tuple[str, str, dict[str, Any] | None, dict[int, int], int | None]] = [
    ("POST", P, {"image_file": MUG}, {A: 0, B: 1, C: 2, D: 3}, A),
    ("POST", P, {"image_file": MUG, "sort_order": 1}, {A: 0, B: 2, C: 3, D: 1}, A),
    (
        "POST",
        P,
        {"image_file": MUG, "sort_order": 7, "is_thumbnail": True},
        {A: 0, B: 1, C: 2, D: 7},
        D,
    ),
    ("PUT", f"{P}/13", {"sort_order": 0}, {A: 1, B: 2, C: 0}, A),
    ("PUT", f"{P}/11", {"sort_order": 2}, {A: 2, B: 1, C: 3}, A),
    ("PUT", f"{P}/11", {"sort_order": 9}, {A: 9, B: 1, C: 2}, A),
    ("PUT", f"{P}/12", {"sort_order": 1}, {A: 0, B: 1, C: 2}, A),
    ("PUT", f"{P}/11", {"is_thumbnail": False}, {A: 0, B: 1, C: 2}, None),
    ("DELETE", f"{P}/11", None, {B: 1, C: 2}, B),
    ("DELETE", f"{P}?limit=2", None, {C: 2}, C),
    ("DELETE", P, None, {}, None),
    # not in the contract's table, but in its sentences
    ("POST", P, {"image_file": MUG, "is_thumbnail": False}, {A: 0, B: 1, C: 2, D: 3}, A),
    ("POST", P, {"image_file": MUG, "is_thumbnail": True}, {A: 0, B: 1, C: 2, D: 3}, D),
    ("POST", P, {"image_file": MUG, "sort_order": -1}, {A: 0, B: 1, C: 2, D: -1}, A),
    ("POST", P, {"image_file": MUG, "sort_order": 0}, {A: 1, B: 2, C: 3, D: 0}, A),
    ("PUT", f"{P}/12", {"is_thumbnail": True}, {A: 0, B: 1, C: 2}, B),
    ("PUT", f"{P}/12", {"is_thumbnail": False}, {A: 0, B: 1, C: 2}, A),
    ("PUT", f"{P}/13", {"sort_order": 1}, {A: 0, B: 2, C: 1}, A),
    ("PUT", f"{P}/13", {"sort_order": -3}, {A: 0, B: 1, C: -3}, A),
    ("DELETE", f"{P}/12", None, {A: 0, C: 2}, A),
    ("DELETE", f"{P}/13", None, {A: 0, B: 1}, A),
    ("DELETE", f"{P}?page=2&limit=2", None, {A: 0, B: 1}, A),
]


@pytest.mark.parametrize(("method", "path", "fields", "sorts", "thumbnail"), ORDERING)
def test_places_and_thumbnail_are_what_the_contracts_table_says(
    shop: BigCommerce,
    method: str,
    path: str,
    fields: dict[str, Any] | None,
    sorts: dict[int, int],
    thumbnail: int | None,
) -> None:
    shop.with_gallery()

    answer = shop.send(method, path, **({} if fields is None else {"json": fields}))

    assert answer.status in (200, 201, 204), answer.body
    assert (shop.sorts, shop.thumbnail) == (sorts, thumbnail)
    listed = shop.get() if sorts else []
    assert [(each["id"], each["sort_order"]) for each in listed] == sorted(sorts.items())
    assert [each["id"] for each in listed if each["is_thumbnail"]] == [thumbnail] * bool(thumbnail)
    if fields is not None:
        assert answer.json in listed


def test_tiendanube_reads_the_same_order(shop: BigCommerce) -> None:
    shop.with_gallery()

    shop.created({"image_file": MUG, "sort_order": 1})

    assert shop.world.galleries.gallery("shop1", "29").order == (A, D, B, C)


def test_a_deleted_image_is_gone_for_everybody(shop: BigCommerce) -> None:
    shop.with_gallery()

    assert_empty(shop.send("DELETE", f"{P}/11"))

    for method in ("GET", "PUT", "DELETE"):
        assert_refused(shop.send(method, f"{P}/11"), NOT_FOUND)
    assert shop.get(f"{P}/count") == {"count": 2}
    assert len(shop.world.blobs.originals) == 2


def test_an_emptied_product_is_as_one_that_never_had_an_image(shop: BigCommerce) -> None:
    shop.with_gallery({A: 5})

    assert_empty(shop.send("DELETE", P))

    assert_empty(shop.send("GET", P))
    assert shop.get(f"{P}/count") == {"count": 0}
    assert_empty(shop.send("DELETE", P))
    image = shop.created({"image_file": MUG})
    assert (image["is_thumbnail"], image["sort_order"]) == (True, 0)


@pytest.mark.parametrize(
    ("before", "image", "sort", "after"),
    [
        ({A: 0, B: 0, C: 2}, C, 0, {A: 1, B: 1, C: 0}),  # the tie is kept
        ({A: 0, B: 0, C: 2}, B, 0, {A: 0, B: 0, C: 2}),  # it is there already
        ({A: 0, B: 1, C: 5}, A, 1, {A: 1, B: 2, C: 6}),  # whoever is above, moves; gaps stay
        ({A: 0, B: 1, C: 5}, A, 3, {A: 3, B: 1, C: 5}),
        ({A: 4, B: 5, C: 6}, C, 4, {A: 5, B: 6, C: 4}),
        ({A: -2, B: -1, C: 0}, C, -2, {A: -1, B: 0, C: -2}),
        ({A: 0, B: 2**31 - 1}, A, 2**31 - 1, {A: 2**31 - 1, B: 2**31 - 1}),
        (
            {A: 0, B: 2**31 - 2, C: 2**31 - 1},
            A,
            2**31 - 2,
            {A: 2**31 - 2, B: 2**31 - 1, C: 2**31 - 1},
        ),
    ],
)
def test_others_move_only_on_a_collision(
    shop: BigCommerce, before: dict[int, int], image: int, sort: int, after: dict[int, int]
) -> None:
    shop.with_gallery(before)

    answer = shop.put({"sort_order": sort}, image)

    assert (answer.status, answer.json["sort_order"]) == (200, sort)
    assert (shop.sorts, shop.thumbnail) == (after, A)


@pytest.mark.parametrize(
    ("before", "sort", "after"),
    [
        ({A: 0, B: 0}, None, {A: 0, B: 0, C: 1}),
        ({A: 9, B: 3}, None, {A: 9, B: 3, C: 10}),
        ({A: -5, B: -7}, None, {A: -5, B: -7, C: -4}),
        ({A: 2**31 - 1, B: 0}, None, {A: 2**31 - 1, B: 0, C: 2**31 - 1}),
        ({A: 2**31 - 1, B: 0}, 2**31 - 1, {A: 2**31 - 1, B: 0, C: 2**31 - 1}),
        ({A: 0, B: 0}, 0, {A: 1, B: 1, C: 0}),
        ({A: 0, B: 6}, 3, {A: 0, B: 6, C: 3}),
    ],
)
def test_a_new_image_finds_its_place(
    shop: BigCommerce, before: dict[int, int], sort: int | None, after: dict[int, int]
) -> None:
    shop.with_gallery(before)

    image = shop.created({"image_file": MUG, "sort_order": sort})

    assert image["sort_order"] == after[C]
    assert shop.sorts == after


@pytest.mark.parametrize(
    ("fields", "thumbnail"),
    [
        ({}, True),
        ({"is_thumbnail": True}, True),
        ({"is_thumbnail": None}, True),
        ({"is_thumbnail": False}, False),
        ({"is_thumbnail": "0", "sort_order": 0}, False),
    ],
)
def test_the_first_image_is_the_thumbnail_unless_it_says_no(
    shop: BigCommerce, fields: dict[str, Any], thumbnail: bool
) -> None:
    image = shop.created({"image_file": MUG, **fields})

    assert (image["is_thumbnail"], image["sort_order"]) == (thumbnail, 0)
    assert shop.thumbnail == (image["id"] if thumbnail else None)


@pytest.mark.parametrize("sort", [0, 5, -5, 2**31 - 1])
def test_the_first_image_takes_the_place_it_asks_for(shop: BigCommerce, sort: int) -> None:
    image = shop.created({"image_file": MUG, "sort_order": sort})

    assert (image["is_thumbnail"], image["sort_order"]) == (True, sort)


def test_a_product_without_a_thumbnail_stays_without_until_one_is_named(shop: BigCommerce) -> None:
    shop.with_gallery(thumbnail=None)

    shop.created({"image_file": MUG})
    shop.put({"sort_order": 0}, C)
    shop.put({"image_file": CUP}, B)
    shop.send("DELETE", f"{P}/11")
    assert shop.thumbnail is None

    shop.put({"is_thumbnail": True}, B)
    assert shop.thumbnail == B


@pytest.mark.parametrize(
    ("sorts", "heir"), [({A: 0, B: 5, C: 1}, C), ({A: 9, B: 3, C: 3}, B), ({A: 0}, None)]
)
def test_a_deleted_thumbnail_passes_to_the_first_that_remains(
    shop: BigCommerce, sorts: dict[int, int], heir: int | None
) -> None:
    shop.with_gallery(sorts)

    assert_empty(shop.send("DELETE", f"{P}/11"))

    assert shop.thumbnail == heir


def test_a_deleted_page_passes_the_thumbnail_to_the_first_that_remains(shop: BigCommerce) -> None:
    shop.with_gallery({A: 0, B: 1, C: 9, D: 4})

    assert_empty(shop.send("DELETE", f"{P}?limit=2"))

    assert (shop.sorts, shop.thumbnail) == ({C: 9, D: 4}, D)


def test_reading_writes_nothing(shop: BigCommerce) -> None:
    shop.with_gallery({A: 7, B: 7, C: -1}, thumbnail=None)
    before = shop.everything

    for path in (P, f"{P}/count", f"{P}/11", EVERYWHERE, f"{P}?page=2&limit=1"):
        shop.get(path)

    assert shop.everything == before


def test_repeating_an_interrupted_delete_finishes_it(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.with_gallery({number: number for number in range(1, 261)})
    commit, done = shop.world.galleries.commit, list[GalleryChange]()

    def interrupted(change: GalleryChange) -> Gallery:
        if done:
            raise RuntimeError("the power is gone")
        done.append(change)
        return commit(change)

    with monkeypatch.context() as power:
        power.setattr(shop.world.galleries, "commit", interrupted)
        assert_refused(shop.send("DELETE", P), INTERNAL)
    left = shop.get(f"{P}/count")["count"]
    assert 0 < left < 260
    assert len(shop.sorts) == left, "head and records agree"

    assert_empty(shop.send("DELETE", P))

    assert_empty(shop.send("GET", P))
    assert shop.get(EVERYWHERE) == {"count": 0}


@pytest.mark.parametrize(
    ("method", "path", "fields", "sorts"),
    [
        ("POST", P, {"image_file": MUG}, {A: 1, B: 2, C: 0, D: 3}),
        ("POST", P, {"image_file": MUG, "sort_order": 1}, {A: 2, B: 3, C: 0, D: 1}),
        ("PUT", f"{P}/12", {"sort_order": 0}, {A: 2, B: 0, C: 1}),
        ("PUT", f"{P}/12", {"image_file": CUP}, {A: 1, B: 2, C: 0}),
        ("DELETE", f"{P}/12", None, {A: 1, C: 0}),
    ],
)
def test_nothing_another_writer_did_in_between_is_lost(
    shop: BigCommerce,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    fields: dict[str, Any] | None,
    sorts: dict[int, int],
) -> None:
    shop.with_gallery()
    commit = shop.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        assert shop.put({"sort_order": 0, "is_thumbnail": True}, C).status == 200
        assert shop.put({"description": "Cup"}, B).status == 200
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", slow_commit)

    answer = shop.send(method, path, **({} if fields is None else {"json": fields}))

    assert answer.status in (200, 201, 204), answer.body
    assert (shop.sorts, shop.thumbnail) == (sorts, C)
    if B in sorts:
        assert shop.image(B)["description"] == "Cup"


def test_an_image_deleted_while_it_is_changed_is_not_found(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.with_gallery()
    commit = shop.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        assert_empty(shop.send("DELETE", f"{P}/11"))
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", slow_commit)

    assert_refused(shop.put({"description": "Cup", "image_file": CUP}), NOT_FOUND)
    assert shop.sorts == {B: 1, C: 2}
    assert len(shop.world.blobs.originals) == 2


# The seed's own words


def test_the_seeds_requests_are_answered_as_the_seed_says(shop: BigCommerce) -> None:
    shop.world.clock = lambda: NOW
    shop.world.galleries.sequences["shop1"] = itertools.count(116)
    source = "http://example.com/astonishing-x-men-1-100k.jpg"
    shop.world.remote.pages[source] = pictures.jpeg()
    images = f"{API}/products/29/images"

    created = shop.send(
        "POST",
        f"{images}.json",
        json={
            "product_id": 29,
            "image_file": source,
            "is_thumbnail": False,
            "sort_order": 0,
            "description": "",
        },
    )

    image_file = created.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/astonishing-x-men-1-100k__11600\.jpg", image_file)
    seed = {
        "id": 116,
        "product_id": 29,
        "image_file": image_file,
        "is_thumbnail": False,
        "sort_order": 0,
        "description": "",
        "date_created": "Fri, 21 Dec 2012 18:54:04 +0000",
    }
    assert (created.status, json.dumps(created.json)) == (201, json.dumps(seed))
    assert shop.get(f"{images}.json") == [seed]
    assert shop.get(f"{images}/116.json") == seed

    shop.file("incoming/ud2vk0n1l0zcfr7gtlqi.png", pictures.png())
    updated = shop.send(
        "PUT",
        f"{images}/116.json",
        json={
            "image_file": "incoming/ud2vk0n1l0zcfr7gtlqi.png",
            "is_thumbnail": True,
            "sort_order": 1,
            "description": "text",
        },
    )

    image_file = updated.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/ud2vk0n1l0zcfr7gtlqi__11601\.png", image_file)
    assert (updated.status, updated.json) == (
        200,
        {
            **seed,
            "image_file": image_file,
            "is_thumbnail": True,
            "sort_order": 1,
            "description": "text",
        },
    )
    shop.created({"product_id": 29, "image_file": source}, f"{images}.json")
    assert shop.get(f"{images}/count.json") == {"count": 2}
    assert_empty(shop.send("DELETE", f"{images}/116.json"))
    assert shop.get(f"{images}/count.json") == {"count": 1}
    assert_empty(shop.send("DELETE", f"{images}.json"))
    assert shop.get(f"{images}/count.json") == {"count": 0}


@pytest.mark.parametrize("product", ["29.json", "29.xml", "29.json/"])
def test_a_product_has_no_suffix(shop: BigCommerce, product: str) -> None:
    shop.with_gallery({11: 0})

    for method in ("GET", "DELETE"):
        answer = shop.send(method, f"{API}/products/{product}/images")
        assert_refused(answer, NOT_FOUND)


@pytest.mark.parametrize("value", [1.0, 0.0, "+1", "01", "-0", 2, "yes", "", "1.0"])
def test_what_is_neither_true_nor_false_is_invalid(shop: BigCommerce, value: object) -> None:
    shop.with_gallery({11: 0})

    answer = shop.send("PUT", f"{API}/products/29/images/11", json={"is_thumbnail": value})

    assert answer.json == [{"status": 400, "message": "The field 'is_thumbnail' is invalid."}]


def test_a_field_that_nobody_can_spell_is_answered_all_the_same(shop: BigCommerce) -> None:
    answer = shop.send(
        "POST",
        f"{API}/products/29/images",
        {"Content-Type": "application/json"},
        content=b'{"\\ud800": 1}',
    )

    assert answer.body.encode()
    assert answer.json == [
        {"status": 400, "message": "The field '?' is not supported by this resource."}
    ]


def test_a_record_that_no_gallery_names_is_not_found(shop: BigCommerce) -> None:
    """Two reads of one call may show two moments: the record before the head that has it."""
    shop.with_gallery({11: 0, 12: 1})
    head = shop.world.galleries.heads["shop1", "29"]
    shop.world.galleries.heads["shop1", "29"] = head.remove(12)

    for method in ("GET", "PUT", "DELETE"):
        answer = shop.send(method, f"{API}/products/29/images/12")
        assert_refused(answer, NOT_FOUND)

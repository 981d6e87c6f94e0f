"""Evotor, row by row (shared contract: evotor; the seed is the specification)."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.gateway import Answer, Gateway

from vitrine.domain.errors import ConflictError, Rule
from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image
from vitrine.domain.locations import original_address
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey, ProductMode, product_key
from vitrine.services.adding import add_image
from vitrine.services.sources import at_hand

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
OTHER_STORE = "20240105-1A2B-40C3-80D4-0123456789AC"
USER = "01-000000000000077"
IMAGES = f"/stores/{STORE}/products/8/images"
MISSING = "7b0c1f52-0000-8000-8000-00000000002a"
NOW = datetime(2024, 1, 5, 10, 0, 0, 7_000, tzinfo=UTC)
ANY_PICTURE = PictureRules(frozenset(Format), max_bytes=10**9)


@dataclass
class Evotor:
    """A client of the shop `shop1` with a token for everything."""

    world: World
    send: Gateway

    def post(self, data: bytes, path: str = IMAGES, name: str = "000.png", **more: Any) -> Answer:
        return self.send("POST", path, files={"datafile": (name, data)}, **more)

    def created(self, path: str = IMAGES) -> dict[str, Any]:
        answer = self.post(pictures.png(), path)
        assert answer.status == 200, answer.body
        body: dict[str, Any] = answer.json
        return body

    def add(self, data: bytes, product: str = "8", name: str = "a.jpeg") -> Image:
        """An image that came through another dialect."""
        shop = self.world.catalogue("shop1")
        return add_image(shop, ProductKey(product), at_hand(data, name), ANY_PICTURE).image

    @property
    def stored_counts(self) -> tuple[int, int, int]:
        """Images counted, records, originals: what must not change when a request is refused."""
        world = self.world
        records = sum(len(each) for each in world.galleries.records.values())
        return world.galleries.counts["shop1"], records, len(world.blobs.originals)


@pytest.fixture
def evotor(world: World, monkeypatch: pytest.MonkeyPatch) -> Evotor:
    world.open_shop("shop1", evotor_store_id=STORE, evotor_user_id=USER)
    world.issue("all", "shop1", "evotor", "product.image:read", "product.image:write")
    world.issue("read", "shop1", "evotor", "product.image:read")
    world.issue("write", "shop1", "evotor", "product.image:write")
    world.issue("none", "shop1", "evotor")
    world.issue("revoked", "shop1", "evotor", "product.image:read", revoked=True)
    world.issue("foreign", "shop1", "tiendanube", "product.image:read")
    return Evotor(world, Gateway(headers={"X-Authorization": "all"}))


def error(code: str, message: str, *reasons: str) -> dict[str, Any]:
    violations = [{"reason": reason, "subject": "datafile"} for reason in reasons]
    return {"code": code, "message": message, "violations": violations}


INVALID_TOKEN = error("invalid_token", "invalid application token")
NO_RIGHTS = error("insufficient_rights", "insufficient rights")
NOT_FOUND = error("resource_not_found", "resource not found")
NOT_ACCEPTABLE = error("not_acceptable", "requested media type is not supported")
NO_FORM = error(
    "invalid_format", "invalid value format for field", "request must be multipart/form-data"
)
INTERNAL = error("internal_error", "internal error")


def invalid(*reasons: str) -> dict[str, Any]:
    return error("validation_failed", "validation failed for specified payload", *reasons)


NOT_PNG = "format must be png"
TOO_HEAVY = "size must not exceed 5242800 bytes"
WRONG_SIZE = "resolution must be 300x300"
NO_ROOM = "product already has an image"


# 1 Routes

OPERATIONS = [
    ("POST", IMAGES, "product.image:write"),
    ("GET", IMAGES, "product.image:read"),
    ("GET", f"{IMAGES}/{MISSING}", "product.image:read"),
    ("DELETE", f"{IMAGES}/{MISSING}", "product.image:write"),
    ("DELETE", IMAGES, "product.image:write"),
]


def test_a_picture_is_created_listed_read_and_deleted(evotor: Evotor) -> None:
    image = evotor.created()
    one = f"{IMAGES}/{image['id']}"

    assert evotor.send("GET", IMAGES).json == {"items": [image], "paging": {}}
    assert evotor.send("GET", one).json == image
    deleted = evotor.send("DELETE", one)

    assert (deleted.status, deleted.body) == (204, "")
    assert evotor.send("GET", IMAGES).json == {"items": [], "paging": {}}
    assert evotor.send("GET", one).json == NOT_FOUND
    assert evotor.send("DELETE", one).json == NOT_FOUND
    assert evotor.stored_counts == (0, 0, 0)


@pytest.mark.parametrize("images", [0, 1, 3, 120])
def test_the_collections_delete_takes_all_images_of_every_dialect(
    evotor: Evotor, images: int
) -> None:
    for number in range(images):
        evotor.add(pictures.png(20, 20), name=f"{number}.png")

    deleted = evotor.send("DELETE", IMAGES)

    assert (deleted.status, deleted.body) == (204, "")
    assert evotor.stored_counts == (0, 0, 0)
    assert evotor.send("DELETE", IMAGES).status == 204


def test_ids_are_compared_without_case(evotor: Evotor) -> None:
    image = evotor.created(f"/stores/{STORE.lower()}/products/Mug_1.A/images")

    assert image["store_id"] == STORE
    assert image["product_id"] == "mug_1.a"
    path = f"/stores/{STORE}/products/MUG_1.a/images/{image['id'].upper()}"
    assert evotor.send("GET", path).json == image


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_trailing_slash_is_tolerated(evotor: Evotor, method: str, path: str, scope: str) -> None:
    plain = evotor.send(method, path)
    with_slash = evotor.send(method, f"{path}/")
    without_token = Gateway()(method, f"{path}/")

    assert with_slash == plain
    assert len(evotor.world.functions.called) == 1, "handed on to the function of the route"
    assert without_token.json == INVALID_TOKEN


@pytest.mark.parametrize(
    "path",
    [
        "/stores/1/products/8/images",
        f"/stores/{STORE}X/products/8/images",
        f"/stores/{STORE[:-1]}G/products/8/images",
        f"/stores/{STORE.replace('-', '')}/products/8/images",
        f"/stores/{STORE}/products/a%20b/images",
        f"/stores/{STORE}/products/{'a' * 65}/images",
        f"/stores/{STORE}/products/p%C3%A9/images",
        f"/stores/{STORE}/products/8/images/42",
        f"/stores/{STORE}/products/8/images/{MISSING}0",
        f"/stores/{STORE}/products/8/images/{MISSING[:-1]}g",
    ],
)
def test_ids_of_another_form_are_not_found(evotor: Evotor, path: str) -> None:
    answer = evotor.send("GET", path)

    assert (answer.status, answer.json) == (404, NOT_FOUND)


def test_a_product_of_64_characters_is_fine(evotor: Evotor) -> None:
    product = "aZ09._-" + "x" * 57

    assert evotor.created(f"/stores/{STORE}/products/{product}/images")["product_id"] == (
        product.lower()
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", IMAGES),
        ("PATCH", f"{IMAGES}/{MISSING}"),
        ("POST", f"{IMAGES}/{MISSING}"),
        ("GET", "/stores"),
        ("GET", "/stores/"),
        ("GET", f"/stores/{STORE}"),
        ("GET", f"/stores/{STORE}/products/8"),
        ("GET", f"{IMAGES}/{MISSING}/more"),
        ("GET", f"/stores/{STORE}/products//images/"),
        ("PUT", f"{IMAGES}/"),
        ("GET", f"/stores/{STORE}/products//images"),
    ],
)
def test_other_methods_and_paths_are_not_found(evotor: Evotor, method: str, path: str) -> None:
    answer = evotor.send(method, path)

    assert (answer.status, answer.json) == (404, NOT_FOUND)


def test_head_answers_as_get_without_a_body(evotor: Evotor) -> None:
    for path, status in ((IMAGES, 200), (f"{IMAGES}/", 200), (f"{IMAGES}/{MISSING}", 404)):
        answer = evotor.send("HEAD", path)

        assert (answer.status, answer.body) == (status, "")
        assert answer.headers["content-type"] == "application/json"


def test_products_exist_as_they_are_registered(world: World, evotor: Evotor) -> None:
    world.open_shop("shop2", ProductMode.REGISTERED, evotor_store_id=OTHER_STORE)
    world.issue("two", "shop2", "evotor", "product.image:read", "product.image:write")
    world.shops.register_product("shop2", product_key("28"), product_key("Sku-28"))
    token = {"X-Authorization": "two"}
    path = f"/stores/{OTHER_STORE}/products"

    known = evotor.post(pictures.png(), f"{path}/28/images", headers=token)
    unknown = evotor.post(b"not even a picture", f"{path}/29/images", headers=token)
    no_form = evotor.send("POST", f"{path}/29/images", token, content=b"no form")
    alias = evotor.send("GET", f"{path}/SKU-28/images", token)

    assert (unknown.status, unknown.json) == (404, NOT_FOUND)
    assert no_form == unknown, "the product comes before the body"
    assert alias.json["items"] == [{**known.json, "product_id": "sku-28"}]
    for method in ("GET", "DELETE"):
        assert evotor.send(method, f"{path}/29/images", token).status == 404


# 2 Authentication


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Authorization": "all"},
        {"x-authorization": "all", "Authorization": "Bearer unknown"},
        {"Authorization": "Bearer all"},
        {"authorization": "bEaReR   all "},
        {"Authorization": "all"},
        {"X-Authorization": "", "Authorization": "Bearer all"},
    ],
)
def test_tokens_are_found_where_the_platforms_clients_put_them(
    evotor: Evotor, headers: dict[str, str]
) -> None:
    answer = Gateway()("GET", IMAGES, headers)

    assert (answer.status, answer.json) == (200, {"items": [], "paging": {}})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Authorization": ""},
        {"X-Authorization": "unknown"},
        {"X-Authorization": "Bearer all"},
        {"X-Authorization": "unknown", "Authorization": "Bearer all"},
        {"X-Authorization": "revoked"},
        {"X-Authorization": "foreign"},
        {"Authorization": "Basic all"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
    ],
)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_without_a_good_token_every_operation_answers_401(
    evotor: Evotor, method: str, path: str, scope: str, headers: dict[str, str]
) -> None:
    answer = Gateway()(method, path, headers)

    assert (answer.status, answer.json) == (401, INVALID_TOKEN)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_token_covers_its_scopes_only_and_writing_is_not_reading(
    evotor: Evotor, method: str, path: str, scope: str
) -> None:
    held, other = ("read", "write") if scope.endswith("read") else ("write", "read")

    for secret in (other, "none"):
        answer = evotor.send(method, path, {"X-Authorization": secret})
        assert (answer.status, answer.json) == (403, NO_RIGHTS)
        assert "www-authenticate" not in answer.headers
    assert evotor.send(method, path, {"X-Authorization": held}).status not in (401, 403)


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_another_store_is_forbidden_whether_it_exists_or_not(
    evotor: Evotor, method: str, path: str, scope: str
) -> None:
    missing = evotor.send(method, path.replace(STORE, OTHER_STORE))
    evotor.world.open_shop("shop2", evotor_store_id=OTHER_STORE)
    existing = evotor.send(method, path.replace(STORE, OTHER_STORE))

    assert (missing.status, missing.json) == (403, NO_RIGHTS)
    assert existing == missing


def test_two_shops_see_nothing_of_each_other(evotor: Evotor) -> None:
    world = evotor.world
    world.open_shop("shop2", evotor_store_id=OTHER_STORE, evotor_user_id="01-1")
    world.issue("two", "shop2", "evotor", "product.image:read", "product.image:write")
    mine = evotor.created()
    theirs = {"X-Authorization": "two"}
    path = IMAGES.replace(STORE, OTHER_STORE)

    assert evotor.send("GET", path, theirs).json == {"items": [], "paging": {}}
    for method in ("GET", "DELETE"):
        assert evotor.send(method, f"{path}/{mine['id']}", theirs).json == NOT_FOUND
    other = evotor.post(pictures.png(), path, headers=theirs).json
    assert other["id"][-12:] == mine["id"][-12:], "both are image 1 of their shop"
    assert other["id"] != mine["id"]
    assert other["url"] != mine["url"]
    assert evotor.send("GET", f"{IMAGES}/{other['id']}").json == NOT_FOUND
    assert evotor.send("DELETE", path, theirs).status == 204
    assert evotor.send("GET", f"{IMAGES}/{mine['id']}").json == mine


# 3 Fields


def test_an_image_object_has_all_its_fields_in_order(evotor: Evotor) -> None:
    evotor.world.clock = lambda: NOW
    data = pictures.png()

    answer = evotor.post(data)

    url = answer.json["url"]
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(rf"{MEDIA_URL}/shop1/product_images/[a-z]/[0-9]{{3}}/000__00100\.png", url)
    expected = (
        '{"id":"4e2fa8ea-0000-8000-8000-000000000001","user_id":"01-000000000000077",'
        f'"store_id":"{STORE}","product_id":"8","url":"{url}",'
        f'"meta":{{"extension":"png","file_size":{len(data)},"width":300,"height":300}},'
        '"created_at":"2024-01-05T10:00:00.007+0000","updated_at":"2024-01-05T10:00:00.007+0000"}'
    )
    assert re.sub(r'"id":"[0-9a-f]{8}', '"id":"4e2fa8ea', answer.body) == expected


def test_an_id_is_stable_and_tells_shop_and_number(evotor: Evotor) -> None:
    first = evotor.created()["id"]
    second = evotor.created(f"/stores/{STORE}/products/9/images")["id"]

    assert re.fullmatch(r"[0-9a-f]{8}-0000-8000-8000-000000000001", first)
    assert second == f"{first[:-1]}2"


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (pictures.jpeg(40, 30), "jpg"),
        (pictures.png(40, 30), "png"),
        (pictures.encode(pictures.gradient(40, 30), "GIF"), "gif"),
        (pictures.encode(pictures.gradient(40, 30), "WEBP"), "webp"),
        (pictures.encode(pictures.gradient(40, 30), "BMP"), "bmp"),
    ],
)
def test_images_of_other_dialects_show_what_their_url_delivers(
    evotor: Evotor, data: bytes, extension: str
) -> None:
    evotor.add(data)

    (item,) = evotor.send("GET", IMAGES).json["items"]

    assert item["meta"] == {
        "extension": extension,
        "file_size": len(data),
        "width": 40,
        "height": 30,
    }


def test_file_size_is_that_of_the_public_picture(evotor: Evotor) -> None:
    plain = pictures.png()
    with_text = pictures.padded_png(len(plain) + 5000)

    assert evotor.post(with_text).json["meta"]["file_size"] == len(plain)


# 4 Requests

VENDOR = "application/vnd.evotor.v2+json"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("application/json;charset=utf-8", "application/json"),
        ("application/json; charset=UTF-8", "application/json"),
        ("text/html, application/json;q=0.5", "application/json"),
        ("text/html,*/*", "application/json"),
        (VENDOR, VENDOR),
        (f"{VENDOR};charset=utf-8", VENDOR),
        (f"application/json, {VENDOR}", VENDOR),
    ],
)
def test_accept_is_met(evotor: Evotor, accept: str | None, media_type: str) -> None:
    request = httpx.Request("GET", f"https://api.example{IMAGES}", headers={"Authorization": "all"})
    if accept is not None:
        request.headers["accept"] = accept

    answer = evotor.send.send(request)

    assert (answer.status, answer.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "application/vnd.evotor.v3+json", "text/*, image/*"]
)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_an_accept_that_cannot_be_met_is_refused(
    evotor: Evotor, method: str, path: str, scope: str, accept: str
) -> None:
    answer = evotor.send(method, path, {"Accept": accept})

    assert (answer.status, answer.json) == (406, NOT_ACCEPTABLE)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "status"), [("/stores/1/products/8/images", 404), (f"{IMAGES}/{MISSING}", 404)]
)
def test_errors_have_the_media_type_that_was_asked_for(
    evotor: Evotor, path: str, status: int
) -> None:
    answer = evotor.send("GET", path, {"Accept": VENDOR})

    assert (answer.status, answer.headers["content-type"]) == (status, VENDOR)


def test_cursor_is_ignored(evotor: Evotor) -> None:
    image = evotor.created()

    assert evotor.send("GET", f"{IMAGES}?cursor=abc").json["items"] == [image]


def form(*parts: str | bytes, boundary: str = "b") -> bytes:
    """A multipart body of parts that are headers, an empty line and data."""
    pieces = [part.encode() if isinstance(part, str) else part for part in parts]
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + piece + b"\r\n" for piece in pieces) + mark + b"--\r\n"


DATAFILE = b'Content-Disposition: form-data; name="datafile"; filename="000.png"\r\n\r\n'


def part(data: bytes, headers: bytes = DATAFILE) -> bytes:
    return headers + data


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=b",
        'multipart/form-data; boundary="b"',
        "Multipart/Form-Data;boundary=b;charset=utf-8",
        "multipart/form-data; charset=utf-8; boundary=b",
        "multipart/form-data; boundary=wrong; boundary=b",
        "multipart/form-data",
    ],
)
def test_the_boundary_is_found(evotor: Evotor, content_type: str) -> None:
    body = form(part(pictures.png()))

    answer = evotor.send("POST", IMAGES, {"Content-Type": content_type}, content=body)

    assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    "headers",
    [
        b'Content-Disposition: form-data; name="datafile"\r\n\r\n',
        b'Content-Disposition: form-data; name="datafile"; filename=""\r\n\r\n',
        (
            b'Content-Disposition: form-data; name="datafile"; filename="x.exe"\r\n'
            b"Content-Type: text/html\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        ),
        (
            'Content-Disposition: form-data; name="datafile"; filename="фото 1+2 東京.png"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode(),
    ],
)
def test_names_and_types_of_the_part_play_no_role(evotor: Evotor, headers: bytes) -> None:
    body = form('Content-Disposition: form-data; name="x"\r\n\r\n1', part(pictures.png(), headers))

    answer = evotor.send(
        "POST", IMAGES, {"Content-Type": "multipart/form-data; boundary=b"}, content=body
    )

    assert answer.status == 200, answer.body


@pytest.mark.parametrize("cut", range(10))
def test_a_form_without_its_closing_boundary_is_read(evotor: Evotor, cut: int) -> None:
    body = form(part(pictures.png()))
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    answer = evotor.send("POST", IMAGES, headers, content=body[: len(body) - cut])

    assert answer.status == 200, answer.body


def test_a_picture_that_breaks_off_with_its_form_is_refused(evotor: Evotor) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    body = form(part(pictures.png()))[:400]

    answer = evotor.send("POST", IMAGES, headers, content=body)

    assert (answer.status, answer.json["violations"]) == (
        400,
        [{"reason": "format must be png", "subject": "datafile"}],
    )
    assert evotor.stored_counts == (0, 0, 0)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (None, b""),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"datafile=1"),
        ("image/png", pictures.png()),
        ("multipart/mixed; boundary=b", form(part(pictures.png()))),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data", b""),
        ("multipart/form-data", b"no boundary at all"),
        ("multipart/form-data; boundary=c", form(part(pictures.png()))),
        ("multipart/form-data; boundary=b", form(part(pictures.png()))[:40]),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition form-data\r\n\r\n1"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nno name\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"\xff" * 1000),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    evotor: Evotor, content_type: str | None, body: bytes
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}

    answer = evotor.send("POST", IMAGES, headers, content=body)

    assert (answer.status, answer.json) == (400, NO_FORM)
    assert evotor.stored_counts == (0, 0, 0)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([], "is required"),
        (['Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n1'], "is required"),
        (['Content-Disposition: form-data; name="Datafile"\r\n\r\n1'], "is required"),
        ([part(pictures.png()), part(pictures.png())], "must be sent once"),
        ([part(pictures.png()), part(b"")], "must be sent once"),
    ],
)
def test_the_part_is_sent_exactly_once(
    evotor: Evotor, parts: list[str | bytes], reason: str
) -> None:
    answer = evotor.send(
        "POST", IMAGES, {"Content-Type": "multipart/form-data; boundary=b"}, content=form(*parts)
    )

    assert (answer.status, answer.json) == (400, invalid(reason))
    assert evotor.stored_counts == (0, 0, 0)


DAMAGED = bytearray(pictures.png())
DAMAGED[DAMAGED.index(b"IDAT") + 20] ^= 1


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        # 1: a whole PNG of one frame
        (b"", [NOT_PNG]),
        (b"not a picture", [NOT_PNG]),
        (b"\0" * 1_000_000, [NOT_PNG]),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='300' height='300'/>", [NOT_PNG]),
        (pictures.jpeg(), [NOT_PNG]),
        (pictures.encode(pictures.gradient(300, 300), "GIF"), [NOT_PNG]),
        (pictures.encode(pictures.gradient(300, 300), "WEBP"), [NOT_PNG]),
        (pictures.encode(pictures.gradient(300, 300), "BMP"), [NOT_PNG]),
        (pictures.encode(pictures.gradient(300, 300), "TIFF"), [NOT_PNG]),
        (pictures.png()[:-12], [NOT_PNG]),
        (pictures.png()[:400], [NOT_PNG]),
        (pictures.png()[:8], [NOT_PNG]),
        (bytes(DAMAGED), [NOT_PNG]),
        (pictures.bomb(300, 300, pixels=100), [NOT_PNG]),
        (pictures.animated("PNG"), [NOT_PNG]),
        # 2: not too heavy
        (pictures.padded_png(5_242_801), [TOO_HEAVY]),
        (b"\0" * 10_000_000, [NOT_PNG, TOO_HEAVY]),
        # 3: exactly 300 x 300
        (pictures.png(300, 299), [WRONG_SIZE]),
        (pictures.png(301, 300), [WRONG_SIZE]),
        (pictures.png(600, 600), [WRONG_SIZE]),
        (pictures.bomb(12_000, 12_000), [WRONG_SIZE]),
        (pictures.bomb(60_000, 60_000), [WRONG_SIZE]),
        # several at once
        (pictures.jpeg(200, 200), [NOT_PNG, WRONG_SIZE]),
        (pictures.png(200, 200)[:-12], [NOT_PNG, WRONG_SIZE]),
        (pictures.jpeg(200, 200) + b"\0" * 5_242_800, [NOT_PNG, TOO_HEAVY, WRONG_SIZE]),
    ],
)
def test_every_broken_rule_is_told_and_nothing_is_kept(
    evotor: Evotor, data: bytes, reasons: list[str]
) -> None:
    answer = evotor.post(data)

    assert (answer.status, answer.json) == (400, invalid(*reasons))
    assert evotor.stored_counts == (0, 0, 0)


@pytest.mark.parametrize(
    "data",
    [
        pictures.png(mode="1"),
        pictures.png(mode="L"),
        pictures.png(mode="LA"),
        pictures.png(mode="P"),
        pictures.png(mode="I;16"),
        pictures.png(mode="RGBA"),
        pictures.animated("PNG", frames=2, default_image=True),
        pictures.padded_png(5_242_800),
        pictures.bomb(300, 300, pixels=300_000_000),
    ],
    ids=["1", "L", "LA", "P", "I;16", "RGBA", "one-frame", "5242800-bytes", "unpacks-to-300-MB"],
)
def test_every_whole_png_of_the_size_is_taken(evotor: Evotor, data: bytes) -> None:
    assert evotor.post(data).status == 200


def test_a_second_image_is_refused(evotor: Evotor) -> None:
    image = evotor.created()

    again = evotor.post(pictures.png())
    everything = evotor.post(pictures.jpeg(10, 10) + b"\0" * 5_242_800)

    assert (again.status, again.json) == (400, invalid(NO_ROOM))
    assert everything.json == invalid(NOT_PNG, TOO_HEAVY, WRONG_SIZE, NO_ROOM)
    assert evotor.send("GET", IMAGES).json["items"] == [image]
    assert evotor.stored_counts == (1, 1, 1)


CHECKS: list[tuple[str, dict[str, str], str, int]] = [
    # What is wrong on top of everything that follows, and the answer.
    ("/stores/x/products/!/images/x", {"X-Authorization": "bad", "Accept": "text/css"}, "GET", 401),
    ("/stores/x/products/!/images/x", {"X-Authorization": "none", "Accept": "x/y"}, "GET", 403),
    ("/stores/x/products/8/images/x", {"Accept": "text/css"}, "GET", 404),
    (f"/stores/{OTHER_STORE}/products/!/images/x", {"Accept": "text/css"}, "GET", 404),
    (f"/stores/{OTHER_STORE}/products/8/images/{MISSING}", {"Accept": "text/css"}, "GET", 403),
    (f"{IMAGES}/{MISSING}", {"Accept": "text/css"}, "GET", 406),
    (IMAGES, {"Accept": "text/css"}, "POST", 406),
]


@pytest.mark.parametrize(("path", "headers", "method", "status"), CHECKS)
def test_checks_come_in_the_platforms_order(
    evotor: Evotor, path: str, headers: dict[str, str], method: str, status: int
) -> None:
    assert evotor.send(method, path, headers).status == status


# 6 Errors


def test_an_internal_error_tells_nothing_of_what_happened(
    evotor: Evotor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(shop: str, product: str) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(evotor.world.galleries, "gallery_with_images", fail)

    answer = evotor.send("GET", IMAGES, {"Accept": VENDOR})

    assert (answer.status, answer.json) == (500, INTERNAL)
    assert answer.headers["content-type"] == VENDOR
    assert "secret" not in answer.body + str(answer.headers)
    assert "secret detail" in caplog.text


# 7 Edge semantics


def test_of_two_posts_at_once_one_succeeds(evotor: Evotor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other writer comes between our reading of the gallery and our writing."""
    commit = evotor.world.galleries.commit

    def slow_commit(change: GalleryChange) -> None:
        monkeypatch.undo()
        assert evotor.post(pictures.png(), name="first.png").status == 200
        commit(change)

    monkeypatch.setattr(evotor.world.galleries, "commit", slow_commit)

    late = evotor.post(pictures.png(), name="late.png")

    assert (late.status, late.json) == (400, invalid(NO_ROOM))
    assert evotor.stored_counts == (1, 1, 1)
    assert "first.png" in "".join(evotor.world.blobs.originals)


def test_writers_who_never_stop_are_an_internal_error(
    evotor: Evotor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(change: GalleryChange) -> None:
        raise ConflictError

    monkeypatch.setattr(evotor.world.galleries, "commit", conflict)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)

    answer = evotor.post(pictures.png())

    assert (answer.status, answer.json) == (500, INTERNAL)
    assert evotor.stored_counts == (0, 0, 0)


def test_a_replaced_image_has_a_new_id_and_url(evotor: Evotor) -> None:
    old = evotor.created()
    evotor.send("DELETE", f"{IMAGES}/{old['id']}")

    new = evotor.created()

    assert new["id"] != old["id"]
    assert new["url"] != old["url"]


def test_a_new_image_is_first_and_the_thumbnail_in_other_dialects(evotor: Evotor) -> None:
    evotor.created()

    gallery = evotor.world.galleries.gallery("shop1", "8")
    image = evotor.world.galleries.image("shop1", "8", 1)
    assert gallery.sorts == {1: 0}
    assert gallery.roles == {THUMBNAIL: 1}
    assert image is not None
    assert image.texts.alt == ""


def test_images_of_other_dialects_are_listed_in_order_and_keep_post_refused(
    evotor: Evotor,
) -> None:
    first, second = evotor.add(pictures.jpeg(10, 10)), evotor.add(pictures.jpeg(20, 10))
    items = evotor.send("GET", IMAGES).json["items"]
    assert [item["meta"]["width"] for item in items] == [10, 20]
    assert evotor.post(pictures.png()).json == invalid(NO_ROOM)

    assert evotor.send("DELETE", f"{IMAGES}/{items[0]['id']}").status == 204

    gallery = evotor.world.galleries.gallery("shop1", "8")
    assert gallery.sorts == {second.id: 1}, "the others keep their places"
    assert gallery.roles == {THUMBNAIL: second.id}
    assert original_address(first).original_key not in evotor.world.blobs.originals
    assert evotor.post(pictures.png()).json == invalid(NO_ROOM)
    evotor.send("DELETE", f"{IMAGES}/{items[1]['id']}")
    assert evotor.post(pictures.png()).status == 200


def test_an_image_of_another_product_is_not_found(evotor: Evotor) -> None:
    image = evotor.created(f"/stores/{STORE}/products/9/images")

    for method in ("GET", "DELETE"):
        assert evotor.send(method, f"{IMAGES}/{image['id']}").json == NOT_FOUND


def test_updated_at_is_the_records(evotor: Evotor) -> None:
    image = evotor.add(pictures.png())
    later = replace(image, updated_at=datetime(2025, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC))
    evotor.world.galleries.records["shop1", "8"][image.id] = later

    (item,) = evotor.send("GET", IMAGES).json["items"]

    assert item["updated_at"] == "2025-02-03T04:05:06.789+0000"


def test_rules_are_reported_in_their_order() -> None:
    assert list(Rule) == [Rule.FORMAT, Rule.PIXELS, Rule.WEIGHT, Rule.RESOLUTION, Rule.ROOM]

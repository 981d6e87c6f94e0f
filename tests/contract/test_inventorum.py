"""Inventorum, row by row (shared contract: inventorum; the seed is the specification)."""

import base64
import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.gateway import Answer, Gateway
from tests.unit.test_rendering import event

from pipeline import generate_renditions
from vitrine.domain.credentials import CLIENT, Credential, RefreshToken, digest_of
from vitrine.domain.errors import ConflictError, ThrottledError
from vitrine.domain.library import LibraryImage

IMAGES = "/api/images"
TOKEN = "/api/auth/token"
NOW = datetime(2024, 1, 5, 10, 0, 0, 123_000, tzinfo=UTC)
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
TYPES = ["product", "account", "user", "category"]
JPEG = pictures.jpeg(100, 80)

REQUIRED = "This field is required."
NO_FILE = "The submitted data was not a file. Check the encoding type on the form."
EMPTY = "The submitted file is empty."
NO_PICTURE = (
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
)


@dataclass
class Part:
    """A part of a form as bytes: a file when it has a file's name."""

    name: str
    data: bytes
    file_name: str | None = None
    more: bytes = b""

    def encode(self) -> bytes:
        file_name = "" if self.file_name is None else f'; filename="{self.file_name}"'
        head = f'Content-Disposition: form-data; name="{self.name}"{file_name}\r\n'
        return head.encode() + self.more + b"\r\n" + self.data + b"\r\n"


def form(*parts: Part, boundary: bytes = b"b") -> bytes:
    start = b"--" + boundary
    return b"".join(start + b"\r\n" + part.encode() for part in parts) + start + b"--\r\n"


PICTURE = Part("image", JPEG, "image-file.jpg")
OLD_PICTURE = Part("product_image", JPEG, "image-file.jpg")
TYPE = Part("type", b"product")


@dataclass
class Inventorum:
    """A client of shop `1234` with a token for everything."""

    world: World
    send: Gateway
    moment: datetime = NOW
    basic: str = field(default_factory=lambda: basic("till", "client secret"))

    def post(self, *parts: Part, path: str = IMAGES, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", path, {**FORM, **named}, content=form(*parts))

    def created(self, *parts: Part, **headers: str) -> dict[str, Any]:
        answer = self.post(*(parts or (PICTURE, TYPE)), **headers)
        assert answer.status == 200, answer.body
        body: dict[str, Any] = answer.json
        return body

    def refresh(self, content: bytes | None = None, path: str = TOKEN, **headers: str) -> Answer:
        named = {
            "Authorization": self.basic,
            "Content-Type": "application/x-www-form-urlencoded",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.send("POST", path, named, content=content if content is not None else grant())

    @property
    def records(self) -> Mapping[tuple[str, int], LibraryImage]:
        return self.world.library.records


def grant(given: str = "refresh", kind: str = "refresh_token") -> bytes:
    return urlencode({"grant_type": kind, "refresh_token": given}).encode()


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def shop(world: World) -> Inventorum:
    made = Inventorum(world, Gateway(headers={"Authorization": "Bearer all"}))
    world.clock = lambda: made.moment
    world.open_shop("1234", inventorum_account="1627")
    world.open_shop("other-shop")
    world.issue("all", "1234", "inventorum", "images")
    world.issue("none", "1234", "inventorum")
    world.issue("other", "other-shop", "inventorum", "images")
    world.issue("revoked", "1234", "inventorum", "images", revoked=True)
    world.issue("evotor", "1234", "evotor", "images")
    for client in ("till:client secret", "desk:client secret"):
        world.shops.create_credential(credential(client, CLIENT))
    refresh = RefreshToken(digest_of("refresh"), digest_of("till:client secret"))
    world.shops.issue(credential("first", issuer="till:client secret"), refresh)
    return made


def credential(
    secret: str, role: str = "admin", issuer: str = "", expires_at: datetime | None = None
) -> Credential:
    return Credential(
        digest=digest_of(secret),
        shop="1234",
        dialect="inventorum",
        role=role,
        scopes=frozenset({"images"}),
        label="",
        created_at=NOW,
        expires_at=expires_at,
        issuer=digest_of(issuer) if issuer else "",
    )


def envelope(description: str, key: str, **fields: list[str]) -> dict[str, Any]:
    return {"error": {"fields": fields, "description": description, "key": f"common.{key}"}}


def refusal(**fields: str) -> dict[str, Any]:
    wrong = {name: [message] for name, message in fields.items()}
    return envelope("Serialization error", "serializer_error", **wrong)


NO_VERSION = envelope("Unsupported API version", "unsupported_version")
UNREADABLE = envelope("Multipart form parse error", "parse_error")
NO_TOKEN = envelope(
    "Authentication credentials were not provided or are invalid.", "not_authenticated"
)
NO_SCOPE = envelope("You do not have permission to perform this action.", "permission_denied")
NOT_FOUND = envelope("Not found.", "not_found")
TOO_LARGE = envelope(
    "Request entity too large; upload the picture with a form of /vitrine/v1", "request_too_large"
)
THROTTLED = envelope("Request was throttled.", "throttled")
INTERNAL = envelope("Internal error", "unknown")


def not_allowed(method: str) -> dict[str, Any]:
    return envelope(f'Method "{method}" not allowed.', "method_not_allowed")


def wrong_type(media_type: str) -> dict[str, Any]:
    return envelope(f'Unsupported media type "{media_type}" in request.', "unsupported_media_type")


def assert_refused(answer: Answer, status: int, body: dict[str, Any], **headers: str) -> None:
    """The exact body, its fields in their order, and no other head than these."""
    wanted = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    assert (answer.status, answer.body) == (status, wanted)
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    rid = answer.headers.get("x-rid", "none")
    always = {"content-type": "application/json", "x-content-type-options": "nosniff"}
    assert answer.headers == {**always, "x-rid": rid, **named}


# 1 Routes


@pytest.mark.parametrize("path", [IMAGES, f"{IMAGES}/"])
def test_a_picture_is_uploaded_with_and_without_a_slash(shop: Inventorum, path: str) -> None:
    answer = shop.post(PICTURE, TYPE, path=path)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert "location" not in answer.headers
    assert list(shop.records) == [("1234", 1)]


@pytest.mark.parametrize("path", [TOKEN, f"{TOKEN}/"])
def test_tokens_are_refreshed_with_and_without_a_slash(shop: Inventorum, path: str) -> None:
    answer = shop.refresh(path=path)

    assert answer.status == 200
    assert answer.headers.keys() == {
        *("content-type", "cache-control", "x-content-type-options", "x-rid")
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", [IMAGES, f"{IMAGES}/", TOKEN, f"{TOKEN}/"])
@pytest.mark.parametrize("token", ["Bearer all", "Bearer none", "Bearer nobody", ""])
def test_other_methods_are_refused_before_anything_else(
    shop: Inventorum, method: str, path: str, token: str
) -> None:
    answer = shop.send(method, path, {"Authorization": token})

    if method == "HEAD":
        assert (answer.status, answer.body) == (405, "")
        assert answer.headers["allow"] == "POST"
    else:
        assert_refused(answer, 405, not_allowed(method), Allow="POST")


@pytest.mark.parametrize("path", ["/1", "/1/", "//1//", "/x/y", "/a%20b"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("token", ["Bearer all", "Bearer nobody"])
def test_other_paths_are_not_found(shop: Inventorum, method: str, path: str, token: str) -> None:
    for base in (IMAGES, TOKEN):
        assert_refused(shop.send(method, base + path, {"Authorization": token}), 404, NOT_FOUND)


@pytest.mark.parametrize("path", ["/api/image", "/api/imagesx", "/api/auth", "/api/auth/tokens"])
def test_paths_that_only_resemble_ours_are_not_found(shop: Inventorum, path: str) -> None:
    answer = shop.send("POST", path)

    assert (answer.status, answer.json) == (404, {"message": "Not Found"})


def test_every_answer_names_its_request(shop: Inventorum, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answers = [
        shop.post(PICTURE, TYPE),
        shop.post(PICTURE, TYPE, path=f"{IMAGES}/"),
        shop.post(PICTURE),
        shop.send("GET", IMAGES),
        shop.send("GET", f"{IMAGES}/1"),
        shop.post(PICTURE, TYPE, Authorization=""),
        shop.refresh(),
        shop.refresh(),
        shop.refresh(Authorization=""),
    ]

    named = [answer.headers["x-rid"] for answer in answers]
    assert len(set(named)) == len(answers)
    logged = {vars(each)["request_id"] for each in caplog.records if each.message == "request"}
    assert logged == set(named)


# 2 Authentication


@pytest.mark.parametrize("given", ["Bearer all", "bearer all", "BEARER  all ", " Bearer all"])
def test_a_token_opens_its_shop(shop: Inventorum, given: str) -> None:
    shop.created(Authorization=given)

    assert [image.shop for image in shop.records.values()] == ["1234"]


@pytest.mark.parametrize(
    "given",
    [
        *("", "Bearer", "Bearer ", "all", "Basic all", "Token all", "Bearer nobody"),
        *("Bearer revoked", "Bearer evotor", "Bearer all all", basic("", "all")),
        *("Bearer till:client secret", "Bearer refresh", basic("till", "client secret")),
    ],
)
def test_other_callers_are_unknown(shop: Inventorum, given: str) -> None:
    answer = shop.post(PICTURE, TYPE, Authorization=given)

    assert_refused(answer, 401, NO_TOKEN, WWW_Authenticate="Bearer")
    assert not shop.records


def test_a_caller_without_header_is_unknown(shop: Inventorum) -> None:
    del shop.send.headers["Authorization"]

    assert_refused(shop.post(PICTURE, TYPE), 401, NO_TOKEN, WWW_Authenticate="Bearer")


def test_a_token_without_the_scope_is_forbidden(shop: Inventorum) -> None:
    assert_refused(shop.post(PICTURE, TYPE, Authorization="Bearer none"), 403, NO_SCOPE)


def test_a_shops_images_are_its_own(shop: Inventorum) -> None:
    mine = shop.created()
    theirs = shop.created(Authorization="Bearer other")

    assert mine["id"] == theirs["id"] == 1, "each shop has a sequence of its own"
    assert set(shop.records) == {("1234", 1), ("other-shop", 1)}
    assert "/uploads/other-shop/product/1-" in theirs["urls"]["ipad"], "the default is the id"


def test_new_tokens_work_and_the_old_refresh_token_is_used_up(shop: Inventorum) -> None:
    answer = shop.refresh()

    assert answer.status == 200
    body = answer.json
    assert list(body) == ["access_token", "token_type", "expires_in", "refresh_token", "scope"]
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 36000, "images")
    assert_refused(shop.refresh(), 400, {"error": "invalid_grant"})
    shop.created(Authorization=f"Bearer {body['access_token']}")
    shop.created(Authorization="Bearer first")
    again = shop.refresh(grant(body["refresh_token"])).json
    assert len({body["access_token"], again["access_token"], "refresh"}) == 3
    assert again["refresh_token"] not in ("refresh", body["refresh_token"])
    shop.created(Authorization=f"Bearer {again['access_token']}")


def test_an_access_token_lasts_36000_seconds_in_warm_functions_too(shop: Inventorum) -> None:
    token = f"Bearer {shop.refresh().json['access_token']}"
    shop.moment = NOW + timedelta(seconds=35_999, milliseconds=999)
    shop.created(Authorization=token)

    shop.moment = NOW + timedelta(seconds=36_000)

    refused = shop.post(PICTURE, TYPE, Authorization=token)
    assert_refused(refused, 401, NO_TOKEN, WWW_Authenticate="Bearer")
    shop.created(Authorization="Bearer first")
    shop.created(Authorization="Bearer all")


def test_only_hashes_are_kept(shop: Inventorum) -> None:
    body = shop.refresh().json

    kept = repr(shop.world.shops)
    for secret in (body["access_token"], body["refresh_token"]):
        assert secret not in kept
        assert digest_of(secret) in kept
        assert len(secret) >= 43, "256 bits"


@pytest.mark.parametrize(
    "given",
    [
        *("", "Basic", "Basic !", "Basic é", "Bearer all", basic("till", "wrong")),
        *(basic("nobody", "client secret"), basic("desk2", "client secret"), basic("", "")),
        *(basic("", "all"), "Basic " + base64.b64encode(b"all").decode()),
        *("Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer till:client secret"),
    ],
)
def test_the_token_route_wants_a_client(shop: Inventorum, given: str) -> None:
    url = shop.send.base_url + TOKEN
    answer = shop.send.send(httpx.Request("POST", url, headers={b"Authorization": given.encode()}))

    assert_refused(answer, 401, {"error": "invalid_client"}, WWW_Authenticate="Basic")


def test_the_scheme_of_a_client_has_no_case(shop: Inventorum) -> None:
    assert shop.refresh(Authorization=shop.basic.replace("Basic", "bASIC")).status == 200


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "invalid_request"),
        (b"grant_type=refresh_token", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=", "invalid_request"),
        (b"refresh_token=refresh", "invalid_request"),
        (b"grant_type=password", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=refresh&refresh_token=x", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=\xff", "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=%FF", "invalid_request"),
        (b'{"grant_type":"refresh_token","refresh_token":"refresh"}', "invalid_request"),
        (grant(kind="password"), "unsupported_grant_type"),
        (grant("nobody", "authorization_code"), "unsupported_grant_type"),
        (grant(kind="Refresh_Token"), "unsupported_grant_type"),
        (grant("nobody"), "invalid_grant"),
        (grant("all"), "invalid_grant"),
        (grant("first"), "invalid_grant"),
    ],
)
def test_requests_for_tokens_are_refused_in_oauths_words(
    shop: Inventorum, content: bytes, code: str
) -> None:
    assert_refused(shop.refresh(content), 400, {"error": code})
    assert shop.refresh().status == 200, "a refusal uses nothing up"


@pytest.mark.parametrize(
    "media_type", ["application/json", "text/plain", "multipart/form-data", ""]
)
def test_a_request_for_tokens_is_a_form(shop: Inventorum, media_type: str) -> None:
    assert_refused(shop.refresh(Content_Type=media_type), 400, {"error": "invalid_request"})


def test_a_forms_type_may_have_parameters(shop: Inventorum) -> None:
    content_type = "application/x-www-form-urlencoded; charset=utf-8"

    assert shop.refresh(Content_Type=content_type).status == 200


def test_a_refresh_token_is_its_clients(shop: Inventorum) -> None:
    other = shop.refresh(Authorization=basic("desk", "client secret"))

    assert_refused(other, 400, {"error": "invalid_grant"})
    assert shop.refresh().status == 200


def test_client_comes_before_the_form(shop: Inventorum) -> None:
    answer = shop.refresh(b"", Authorization="")

    assert_refused(answer, 401, {"error": "invalid_client"}, WWW_Authenticate="Basic")


def test_who_loses_a_race_for_a_refresh_token_gets_nothing(
    shop: Inventorum, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = shop.world.shops.issue

    def lose(access: Credential, refresh: RefreshToken, used: RefreshToken | None = None) -> None:
        issue(access, refresh, used)  # another's request came first
        raise ConflictError

    monkeypatch.setattr(shop.world.shops, "issue", lose)

    assert_refused(shop.refresh(), 400, {"error": "invalid_grant"})


def test_who_revokes_a_client_ends_its_tokens(shop: Inventorum) -> None:
    access = shop.refresh().json["access_token"]
    client = digest_of("till:client secret")[:12]
    shop.world.shops.revoke_credential("1234", client, NOW)

    for token in (access, "first"):
        answer = shop.post(PICTURE, TYPE, Authorization=f"Bearer {token}")
        assert_refused(answer, 401, NO_TOKEN, WWW_Authenticate="Bearer")
    shop.created(Authorization="Bearer all")


# 3 Fields


def test_a_library_image_is_in_no_gallery_and_not_counted(shop: Inventorum) -> None:
    shop.world.with_gallery("1234", "7", {1: 0})

    assert shop.created()["id"] == 2, "all dialects share the sequence"

    assert shop.world.galleries.image_count("1234") == 1
    assert len(shop.world.galleries.records) == 1
    (stored,) = shop.records.values()
    assert (stored.created_at, stored.updated_at) == (NOW, NOW)
    (original,) = (each for key, each in shop.world.blobs.originals.items() if "/product/" in key)
    assert (original.data, original.product) == (JPEG, "")


@pytest.mark.parametrize(("number", "word"), list(enumerate(TYPES)))
def test_types_are_words_or_digits(shop: Inventorum, number: int, word: str) -> None:
    for value in (word, str(number)):
        body = shop.created(PICTURE, Part("type", value.encode()))
        assert body["type"] == number
        assert f"/uploads/1627/{word}/" in body["urls"]["original"]


# 4 Requests


@pytest.mark.parametrize("version", [None, "8", "9", "12", "13", "99", "012", " 12 ", "9" * 5000])
def test_new_versions(shop: Inventorum, version: str | None) -> None:
    headers = {} if version is None else {"X_Api_Version": version}

    assert shop.created(**headers)["id"] == 1
    assert_refused(shop.post(OLD_PICTURE, TYPE, **headers), 400, refusal(image=REQUIRED))


@pytest.mark.parametrize("version", ["3", "4", "5", "6", "7", "007"])
def test_old_versions(shop: Inventorum, version: str) -> None:
    """They differ in the picture's field and the sign of the id only."""
    old = shop.created(OLD_PICTURE, TYPE, X_Api_Version=version)

    assert (old["id"], old["type"], old["new"]) == (-1, 0, True)
    (stored,) = shop.records.values()
    assert stored.id == 1
    assert "/product/1-" in old["urls"]["ipad"]
    refused = shop.post(PICTURE, TYPE, X_Api_Version=version)
    assert_refused(refused, 400, refusal(product_image=REQUIRED))


@pytest.mark.parametrize(
    "version", ["0", "00", "-8", "+8", "8.0", "v8", "twelve", "", "8, 8", "١٢"]
)
def test_versions_that_are_none(shop: Inventorum, version: str) -> None:
    headers = {b"Authorization": b"Bearer all", b"X-Api-Version": version.encode()}
    request = httpx.Request("POST", shop.send.base_url + IMAGES, headers=headers)

    assert_refused(shop.send.send(request), 400, NO_VERSION)
    assert not shop.records


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=b",
        'multipart/form-data; boundary="b"',
        "multipart/form-data; charset=utf-8; boundary=b",
        "multipart/form-data; boundary=b; charset=utf-8",
        "MULTIPART/FORM-DATA; Boundary=b",
        "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW; boundary=b",
    ],
)
def test_a_boundary_stands_anywhere_and_the_last_counts(
    shop: Inventorum, content_type: str
) -> None:
    shop.created(Content_Type=content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=c",
        "multipart/form-data; boundary=b; boundary=c",
    ],
)
def test_without_its_boundary_a_form_is_unreadable(shop: Inventorum, content_type: str) -> None:
    assert_refused(shop.post(PICTURE, TYPE, Content_Type=content_type), 400, UNREADABLE)


@pytest.mark.parametrize(
    "content", [b"", b"no form", form(PICTURE, TYPE)[:30], form(TYPE, PICTURE)[:45]]
)
def test_a_form_that_breaks_off_is_unreadable(shop: Inventorum, content: bytes) -> None:
    assert_refused(shop.send("POST", IMAGES, FORM, content=content), 400, UNREADABLE)


@pytest.mark.parametrize(
    ("content_type", "said"),
    [
        ("application/json", "application/json"),
        ("image/jpeg", "image/jpeg"),
        ("multipart/mixed; boundary=b", "multipart/mixed"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("", ""),
    ],
)
def test_other_types_are_not_read(shop: Inventorum, content_type: str, said: str) -> None:
    answer = shop.send("POST", IMAGES, {"Content-Type": content_type}, content=b"{}")

    assert_refused(answer, 415, wrong_type(said))


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", "*/*"])
def test_answers_are_json_regardless_of_accept(shop: Inventorum, accept: str) -> None:
    assert shop.post(PICTURE, TYPE, Accept=accept).headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["a", "a.png", "фото 1+2 東京", "", "x" * 300, "../../a.exe"])
def test_a_files_name_and_type_play_no_role(shop: Inventorum, name: str) -> None:
    for more in (b"", b"Content-Type: text/plain\r\n", b"Content-Type: image/png\r\n"):
        picture = Part("image", JPEG, name, more)
        assert shop.created(picture, TYPE)["urls"]["original"].endswith("/original.jpg")


def test_of_repeated_fields_the_last_counts_and_others_are_ignored(shop: Inventorum) -> None:
    body = shop.created(
        Part("image", b"no picture", "a"),
        Part("image", b"no file"),
        Part("type", b"nothing"),
        Part("colour", b"red"),
        OLD_PICTURE,
        TYPE,
        Part("type", b"user"),
        Part("image", pictures.png(20, 20), "b"),
    )

    assert body["type"] == 2
    assert body["urls"]["original"].endswith(".png")
    wrong = shop.post(PICTURE, TYPE, Part("type", b""), Part("image", b"text"))
    assert_refused(wrong, 400, refusal(image=NO_FILE, type=REQUIRED))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(JPEG),
        base64.encodebytes(JPEG),
        b" \t" + base64.b64encode(JPEG) + b"\r\n",
        b"data:image/jpeg;base64," + base64.b64encode(JPEG),
        b"DATA:;base64,\n" + base64.encodebytes(JPEG),
    ],
)
def test_clients_of_old_send_base64(shop: Inventorum, text: bytes) -> None:
    shop.created(Part("product_image", text), TYPE, X_Api_Version="7")

    (original,) = shop.world.blobs.originals.values()
    assert original.data == JPEG


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", REQUIRED),
        (b" \n", EMPTY),
        (b"data:image/jpeg;base64,", EMPTY),
        (b"image-file.jpg", NO_PICTURE),
        ("é東".encode(), NO_PICTURE),
        (b"\xff\xd8\xff", NO_PICTURE),
        (base64.b64encode(b"no picture"), NO_PICTURE),
        (base64.b64encode(JPEG)[:-400], NO_PICTURE),
        (base64.b64encode(JPEG).replace(b"/", b"_"), NO_PICTURE),
        (base64.b64encode(JPEG) + b"data:image/jpeg;base64,", NO_PICTURE),
    ],
)
def test_text_that_is_no_picture(shop: Inventorum, data: bytes, message: str) -> None:
    answer = shop.post(Part("product_image", data), TYPE, X_Api_Version="7")

    assert_refused(answer, 400, refusal(product_image=message))
    assert not shop.records


BROKEN = {
    "empty": (b"", EMPTY),
    "text": (b"no picture", NO_PICTURE),
    "cut JPEG": (JPEG[:-300], NO_PICTURE),
    "cut PNG": (pictures.png(50, 50)[:-20], NO_PICTURE),
    "BMP": (pictures.encode(pictures.gradient(20, 20), "BMP"), NO_PICTURE),
    "TIFF": (pictures.encode(pictures.gradient(20, 20), "TIFF"), NO_PICTURE),
    "too many pixels": (pictures.bomb(10_000, 5_001), NO_PICTURE),
    "base64": (base64.b64encode(JPEG), NO_PICTURE),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize(("version", "name"), [("12", "image"), ("7", "product_image")])
def test_files_that_are_no_picture(shop: Inventorum, kind: str, version: str, name: str) -> None:
    data, message = BROKEN[kind]

    answer = shop.post(Part(name, data, "a.jpg"), TYPE, X_Api_Version=version)

    assert_refused(answer, 400, refusal(**{name: message}))
    assert (shop.records, shop.world.blobs.originals) == ({}, {})


@pytest.mark.parametrize("text", [b"image-file.jpg", b"", base64.b64encode(JPEG)])
def test_a_text_is_no_file_in_new_versions(shop: Inventorum, text: bytes) -> None:
    """The seed's own call without `@` sends one."""
    assert_refused(shop.post(Part("image", text), TYPE), 400, refusal(image=NO_FILE))


@pytest.mark.parametrize(
    "value", ["Product", "PRODUCT", " product", "product ", "4", "-1", "00", "1.0", "é", "null"]
)
def test_types_that_are_none(shop: Inventorum, value: str) -> None:
    answer = shop.post(PICTURE, Part("type", value.encode()))

    assert_refused(answer, 400, refusal(type=f'"{value}" is not a valid choice.'))
    assert (shop.records, shop.world.blobs.originals) == ({}, {})


def test_an_answer_does_not_repeat_a_book(shop: Inventorum) -> None:
    answer = shop.post(PICTURE, Part("type", b"x" * 10_000 + b"\xff"))

    assert_refused(answer, 400, refusal(type=f'"{"x" * 255}" is not a valid choice.'))


def test_the_contracts_example_of_a_missing_picture(shop: Inventorum) -> None:
    assert shop.post(TYPE).body == (
        '{"error":{"fields":{"image":["This field is required."]},'
        '"description":"Serialization error","key":"common.serializer_error"}}'
    )


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ((), {"image": REQUIRED, "type": REQUIRED}),
        ((PICTURE,), {"type": REQUIRED}),
        ((PICTURE, Part("type", b"")), {"type": REQUIRED}),
        ((TYPE,), {"image": REQUIRED}),
        ((Part("type", b"x"), Part("image", b"", "a")), {"image": EMPTY, "type": '"x"'}),
        ((Part("type", b"x"), Part("image", b"x", "a")), {"image": NO_PICTURE, "type": '"x"'}),
        ((Part("image", b"x"),), {"image": NO_FILE, "type": REQUIRED}),
    ],
)
def test_picture_and_type_are_checked_and_told_together(
    shop: Inventorum, parts: tuple[Part, ...], fields: dict[str, str]
) -> None:
    said = {
        name: f"{message} is not a valid choice." if message == '"x"' else message
        for name, message in fields.items()
    }

    assert_refused(shop.post(*parts), 400, refusal(**said))


def test_checks_come_in_the_contracts_order(shop: Inventorum) -> None:
    """Each request mends what the one before was refused for, and is wrong in all that follows."""
    too_long = b"x" * 4_500_003
    wrong = {"X-Api-Version": "0", "Content-Type": "text/plain", "Authorization": "Bearer nobody"}

    def send(method: str, content: bytes = too_long) -> Answer:
        return shop.send(method, IMAGES, wrong, content=content)

    assert_refused(send("PUT"), 405, not_allowed("PUT"), Allow="POST")
    assert_refused(send("POST"), 401, NO_TOKEN, WWW_Authenticate="Bearer")
    wrong["Authorization"] = "Bearer none"
    assert_refused(send("POST"), 403, NO_SCOPE)
    wrong["Authorization"] = "Bearer all"
    assert_refused(send("POST"), 400, NO_VERSION)
    wrong["X-Api-Version"] = "8"
    assert_refused(send("POST"), 415, wrong_type("text/plain"))
    wrong["Content-Type"] = "multipart/form-data"
    assert_refused(send("POST"), 413, TOO_LARGE)
    assert_refused(send("POST", b"x"), 400, UNREADABLE)
    wrong["Content-Type"] = "multipart/form-data; boundary=b"
    assert_refused(send("POST", form()), 400, refusal(image=REQUIRED, type=REQUIRED))
    assert send("POST", form(PICTURE, TYPE)).status == 200


@pytest.mark.parametrize(("length", "status"), [(4_500_000, 200), (4_500_001, 413)])
def test_a_body_has_six_million_bytes_at_most(shop: Inventorum, length: int, status: int) -> None:
    around = len(form(Part("image", b"", "a"), TYPE))
    picture = Part("image", pictures.padded_png(length - around), "a")
    assert len(form(picture, TYPE)) == length

    answer = shop.post(picture, TYPE)

    assert answer.status == status
    if status != 200:
        assert_refused(answer, 413, TOO_LARGE)


# 5 Responses


@pytest.mark.parametrize(
    ("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_the_answer_is_the_contracts(shop: Inventorum, kind: str, extension: str) -> None:
    data = pictures.encode(pictures.gradient(40, 30), kind)
    shop.world.with_gallery("1234", "7", {42: 0})

    answer = shop.post(Part("image", data, "mug.jpeg"), TYPE)

    u = f"{MEDIA_URL}/uploads/1627/product/43-{hashlib.sha256(data).hexdigest()[:20]}"
    assert answer.body == (
        f'{{"id":43,"urls":{{"ipad":"{u}/ipad.png","thumb":"{u}/thumb.png","image":"{u}/ipad.png",'
        f'"ipad_retina":"{u}/ipad_retina.png","ebay":"{u}/ebay.png",'
        f'"thumb_retina":"{u}/thumb_retina.png","original":"{u}/original.{extension}"}},'
        '"type":0,"new":true}'
    )


def test_all_urls_are_served_when_the_storage_event_came(shop: Inventorum) -> None:
    data = pictures.jpeg(2000, 1000)
    body = shop.created(Part("image", data, "a"), TYPE)
    (key,) = shop.world.blobs.originals
    generate_renditions.handler(event(key), None)

    sizes = {}
    for name, url in body["urls"].items():
        public = shop.world.blobs.public["media" + url.removeprefix(MEDIA_URL)]
        assert public.media_type == ("image/jpeg" if name == "original" else "image/png")
        sizes[name] = pictures.opened(public.data).size
    assert sizes == {
        "ipad": (512, 256),
        "thumb": (150, 75),
        "image": (512, 256),
        "ipad_retina": (1024, 512),
        "ebay": (1600, 800),
        "thumb_retina": (300, 150),
        "original": (2000, 1000),
    }
    assert len(shop.world.blobs.public) == 6


def test_the_same_bytes_twice_are_two_images(shop: Inventorum) -> None:
    first, second = shop.created(), shop.created()

    assert (first["id"], second["id"]) == (1, 2)
    assert not set(first["urls"].values()) & set(second["urls"].values())


def test_an_images_urls_stay_when_the_shop_gets_another_account(shop: Inventorum) -> None:
    shop.created()
    (stored,) = shop.records.values()

    assert stored.account == "1627"


# 6 Errors


def test_a_throttled_request_may_be_sent_again(
    shop: Inventorum, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def throttle(*_: object) -> None:
        raise ThrottledError("RequestLimitExceeded")

    monkeypatch.setattr(shop.world.library, "add", throttle)

    answer = shop.post(PICTURE, TYPE)

    assert_refused(answer, 429, THROTTLED, Retry_After="1")
    (line,) = [vars(each) for each in caplog.records if each.message == "throttled"]
    assert (line["request_id"], line["code"]) == (answer.headers["x-rid"], "RequestLimitExceeded")


@pytest.mark.parametrize("path", [IMAGES, f"{IMAGES}/", TOKEN])
def test_an_internal_error_is_told_as_one(
    shop: Inventorum, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(shop.world.library, "add", fail)
    monkeypatch.setattr(shop.world.shops, "issue", fail)

    answer = shop.refresh() if path == TOKEN else shop.post(PICTURE, TYPE, path=path)

    assert_refused(answer, 500, INTERNAL)
    assert shop.records == {}


def test_bytes_come_first_and_the_record_second(
    shop: Inventorum, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []
    add: Callable[..., None] = shop.world.library.add

    def note(*added: object) -> None:
        seen.append((bool(shop.world.blobs.originals), bool(shop.records)))
        add(*added)

    monkeypatch.setattr(shop.world.library, "add", note)

    shop.created()

    assert seen == [(True, False)]


@pytest.mark.parametrize("version", ["1", "2", "02"])
def test_the_first_versions_have_no_type(shop: Inventorum, version: str) -> None:
    """`type` came with version 3; before, every image was a product's (contract §4)."""
    picture = Part("product_image", PICTURE.data, PICTURE.file_name)

    made = shop.created(picture, X_Api_Version=version)
    typed = shop.created(picture, Part("type", b"user", None), X_Api_Version=version)

    assert (made["id"], made["type"], made["new"]) == (-1, 0, True)
    assert "/product/1-" in made["urls"]["ipad"]
    assert typed["type"] == 0, "an unknown field of these versions"
    refused = shop.post(TYPE, X_Api_Version=version)
    assert_refused(refused, 400, refusal(product_image=REQUIRED))


def test_a_clients_id_and_secret_may_come_in_the_form(shop: Inventorum) -> None:
    """RFC 6749, section 2.3.1 (contract §2)."""
    refresh = grant().decode()

    wrong = {"client_id": "till", "client_secret": "wrong"}
    content = f"{refresh}&{urlencode(wrong)}".encode()
    refused = Gateway()("POST", TOKEN, TOKEN_FORM, content=content)
    assert (refused.status, refused.json) == (401, {"error": "invalid_client"})
    assert refused.headers["www-authenticate"] == "Basic"

    right = {"client_id": "till", "client_secret": "client secret"}
    content = f"{refresh}&{urlencode(right)}".encode()
    made = Gateway()("POST", TOKEN, TOKEN_FORM, content=content)
    assert (made.status, made.json["token_type"]) == (200, "Bearer")
    twice = f"{content.decode()}&client_id=till".encode()
    assert Gateway()("POST", TOKEN, TOKEN_FORM, content=twice).status == 401


TOKEN_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "deviate",
    [
        lambda body: body.replace(b"--b\r\n", b"--b \t \r\n"),
        lambda body: body.replace(b"--b--\r\n", b"--b--  \r\n"),
        lambda body: body.removesuffix(b"--b--\r\n"),
        lambda body: body.removesuffix(b"\r\n--b--\r\n"),
        lambda body: b"".join(
            part if at % 2 else part.replace(b"\r\n", b"\n")
            for at, part in enumerate(re.split(rb"(" + re.escape(PICTURE.data) + rb")", body))
        ),
    ],
    ids=["padding", "padding at the end", "no end", "no last line", "line feeds"],
)
def test_forms_that_deviate_are_read(shop: Inventorum, deviate: Callable[[bytes], bytes]) -> None:
    body = form(PICTURE, TYPE)
    deviating = deviate(body)
    assert deviating != body

    answer = shop.send("POST", IMAGES, FORM, content=deviating)

    assert answer.status == 200, answer.body
    (original,) = shop.world.blobs.originals.values()
    assert original.data == PICTURE.data

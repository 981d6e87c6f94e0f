"""Announcing files, and what became of them (contract: vitrine §6)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests import pictures
from tests.contract.vitrine.conftest import (
    NO_PRODUCT,
    NOW,
    Native,
    assert_refused,
    bearer,
    exact,
    forbidden,
    problem,
)
from tests.gateway import Answer
from tests.unit.test_uploads import notification

from pipeline import import_file
from vitrine.domain.gallery import HARD_LIMIT, Gallery
from vitrine.domain.shops import ProductMode
from vitrine.domain.uploads import UploadBatch

PNG = {"name": "01.png", "type": "image/png", "bytes": 8120}
KEY = {"idempotency-key": "5f0c"}
ID = "u" + "a2" * 13
GONE = problem(404, "not_found", "The resource does not exist.", what="upload")


def announce(native: Native, *files: Any, product: str = "7", **headers: str) -> Answer:
    path = f"/products/{product}/uploads"
    body, kind = json.dumps({"files": list(files)}), {"content-type": "application/json"}
    return native("POST", path, content=body, headers={**kind, **headers})


def refused(*errors: dict[str, Any], detail: str) -> dict[str, Any]:
    title = "Some fields are not valid."
    return problem(422, "invalid_fields", title, detail=detail, errors=list(errors))


def send(native: Native, form: Any, data: bytes, sequencer: str = "01") -> None:
    """Send a file with its form, and deliver the event."""
    key = form["fields"]["key"]
    native.world.blobs.import_folder[key] = data
    import_file.handler(notification(key, data, sequencer), None)


def test_a_batch_has_a_form_for_each_file(native: Native) -> None:
    native.world.with_gallery("shop1", "7", {116: 0}, thumbnail=116)
    files = (
        {"name": "01.jpg", "type": "image/jpeg", "bytes": 2_412_345},
        {"name": "кружка.png", "type": "image/png", "bytes": 8120, "alt": "Atrás"},
        {"name": "new.webp", "type": "image/webp", "bytes": 20_971_520, "replaces": 116},
    )

    answer = announce(native, *files, product="%37")

    assert answer.status == 201
    upload = answer.json["id"]
    assert len(upload) == 27
    assert answer.headers["location"] == f"/vitrine/v1/uploads/{upload}"
    assert "idempotency-replayed" not in answer.headers
    shown = [
        f'{{"n":{number},"name":"{name}","state":"waiting","post":{{"url":"https://s3.example/",'
        f'"fields":{{"Content-Type":"{kind}","success_action_status":"201",'
        f'"key":"uploads/shop1/{upload}/00{number}/{name}","policy":"{size} for 3600 s"}}}}}}'
        for number, name, kind, size in (
            (1, "01.jpg", "image/jpeg", 2_412_345),
            (2, "кружка.png", "image/png", 8120),
            (3, "new.webp", "image/webp", 20_971_520),
        )
    ]
    assert exact(answer) == (
        f'{{"id":"{upload}","product":"7","expires_at":"2026-03-02T10:00:00.007Z",'
        f'"files":[{",".join(shown)}]}}'
    )
    stored = native.world.imports.batches["shop1", upload]
    assert (stored.first, stored.files[1].alt, stored.files[2].replaces) == (117, "Atrás", 116)
    assert native.world.galleries.next_image_id("shop1") == 120


def test_states_are_told_one_by_one_and_counted(native: Native) -> None:
    made = announce(native, *({**PNG, "name": f"0{each}.png"} for each in (1, 2, 3))).json
    send(native, made["files"][0]["post"], pictures.png())
    send(native, made["files"][1]["post"], b"no picture")

    answer = native.get(f"/uploads/{made['id']}")

    assert exact(answer) == (
        f'{{"id":"{made["id"]}","product":"7",'
        '"counts":{"waiting":1,"done":1,"rejected":1,"expired":0},"files":['
        '{"n":1,"name":"01.png","state":"done","image":1},'
        '{"n":2,"name":"02.png","state":"rejected","reason":{"code":"not_a_picture",'
        '"detail":"it is not a complete GIF, JPEG, PNG, WEBP or BMP picture"}},'
        '{"n":3,"name":"03.png","state":"waiting"}]}'
    )
    cached = native.get(f"/uploads/{made['id']}", If_None_Match=answer.headers["etag"])
    assert (cached.status, cached.body) == (304, "")


def test_a_file_that_does_not_come_expires_and_may_still_come(native: Native) -> None:
    made = announce(native, PNG).json
    end = NOW + timedelta(hours=1, minutes=15)

    def state() -> str:
        found: str = native.get(f"/uploads/{made['id']}").json["files"][0]["state"]
        return found

    native.world.clock = lambda: end - timedelta(milliseconds=1)
    assert state() == "waiting"
    native.world.clock = lambda: end
    assert state() == "expired"
    send(native, made["files"][0]["post"], pictures.png())
    assert state() == "done"


def test_ten_files_stand_in_the_order_of_the_batch(native: Native) -> None:
    files = [{**PNG, "name": f"{each:02d}.png"} for each in range(1, 11)]
    forms = [each["post"] for each in announce(native, *files).json["files"]]
    for number in (10, 3, 7, 1, 9, 2, 8, 4, 6, 5):
        send(native, forms[number - 1], pictures.png(20 + number, 20))

    shown = native.get("/products/7").json["images"]
    assert [each["file_name"] for each in shown] == [f"{each:02d}.png" for each in range(1, 11)]
    assert [each["thumbnail"] for each in shown] == [True, *[False] * 9]


def test_a_file_sent_after_its_shop_was_closed_leaves_nothing(native: Native) -> None:
    form = announce(native, PNG).json["files"][0]["post"]
    del native.world.shops.profiles["shop1"]
    before = native.state

    send(native, form, pictures.png())

    assert native.state == before
    assert native.world.imports.settled == {}
    assert native.world.blobs.import_folder == {}


# Idempotency (§3.3)


def test_a_repeated_request_gets_the_same_ids_and_new_forms(native: Native) -> None:
    first = announce(native, PNG, PNG, **KEY)
    send(native, first.json["files"][0]["post"], pictures.png())
    native.world.clock = lambda: NOW + timedelta(minutes=59)

    again = announce(native, PNG, PNG, **KEY)

    assert again.status == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.json["expires_at"] == "2026-03-02T10:59:00.007Z"
    done, waiting = again.json["files"]
    assert done == {"n": 1, "name": "01.png", "state": "done", "image": 1}
    assert waiting["post"] == first.json["files"][1]["post"]
    assert native.world.galleries.next_image_id("shop1") == 3, "no further ids"
    native.world.clock = lambda: NOW + timedelta(hours=2)
    states = native.get(f"/uploads/{again.json['id']}").json["counts"]
    assert states == {"waiting": 1, "done": 1, "rejected": 0, "expired": 0}


def test_of_two_equal_requests_at_once_both_get_the_same_ids(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one creates the batch between this one's reading and its writing."""
    read = native.world.galleries.gallery_with_batch
    others: list[Answer] = []

    def read_slowly(shop: str, product: str, upload: str) -> tuple[Gallery, UploadBatch | None]:
        found = read(shop, product, upload)
        if not others:
            monkeypatch.setattr(native.world.galleries, "gallery_with_batch", read)
            others.append(announce(native, PNG, PNG, **KEY))
        return found

    monkeypatch.setattr(native.world.galleries, "gallery_with_batch", read_slowly)

    answer = announce(native, PNG, PNG, **KEY)

    assert (others[0].status, answer.status) == (201, 201)
    assert answer.json == others[0].json
    assert answer.headers["idempotency-replayed"] == "true"
    assert len(native.world.imports.batches) == 1


def test_a_repeated_request_is_answered_although_the_gallery_is_full_now(native: Native) -> None:
    native.world.with_gallery("shop1", "7", {each: each for each in range(1, HARD_LIMIT)})
    assert announce(native, PNG, **KEY).status == 201
    native.world.galleries.heads["shop1", "7"] = native.gallery.append(5000)

    assert announce(native, PNG, **KEY).status == 201
    assert announce(native, PNG, **{"idempotency-key": "other"}).status == 422


@pytest.mark.parametrize("other", [{"product": "8"}, {"size": 1}])
def test_a_key_of_another_request_is_refused(native: Native, other: dict[str, Any]) -> None:
    announce(native, PNG, **KEY)

    size = other.get("size", PNG["bytes"])
    answer = announce(native, {**PNG, "bytes": size}, product=other.get("product", "7"), **KEY)

    title = "The idempotency key was used with another request."
    assert_refused(answer, problem(422, "idempotency_mismatch", title))


def test_keys_belong_to_their_credential_and_requests_without_one_are_new(native: Native) -> None:
    made = {
        announce(native, PNG, **KEY).json["id"],
        announce(native, PNG, **KEY, **bearer("write")).json["id"],
        announce(native, PNG).json["id"],
        announce(native, PNG).json["id"],
    }

    assert len(made) == 4


def test_a_refused_request_leaves_its_key_free(native: Native) -> None:
    assert announce(native, {**PNG, "bytes": 0}, **KEY).status == 422

    assert announce(native, PNG, **KEY).status == 201
    assert len(native.world.imports.batches) == 1


# Refusals


def error(pointer: str, code: str, detail: str, **bounds: int) -> dict[str, Any]:
    return {"pointer": pointer, "code": code, "detail": detail, **bounds}


TYPES = "one of image/png, image/jpeg, image/gif, image/webp, image/bmp"
AT = "/files/0"


@pytest.mark.parametrize(
    ("change", "code", "detail", "bounds"),
    [
        ({"name": None}, "required", "the name of the file", {}),
        ({"name": ""}, "required", "the name of the file", {}),
        ({"name": 5}, "invalid_type", "a string", {}),
        ({"name": "\ud800"}, "invalid_type", "a string", {}),
        ({"name": "a" * 256}, "too_long", "at most 255 characters", {"max": 255}),
        ({"type": None}, "required", TYPES, {}),
        ({"type": 5}, "invalid_type", TYPES, {}),
        ({"type": "image/heic"}, "heic", TYPES, {}),
        ({"type": "image/heif"}, "heic", TYPES, {}),
        ({"type": "image/svg+xml"}, "svg", TYPES, {}),
        ({"type": "image/avif"}, "not_accepted", TYPES, {}),
        ({"type": "IMAGE/PNG"}, "not_accepted", TYPES, {}),
        ({"bytes": None}, "required", "the number of bytes", {}),
        ({"bytes": "9"}, "invalid_type", "a whole number", {}),
        ({"bytes": True}, "invalid_type", "a whole number", {}),
        ({"bytes": 1.5}, "invalid_type", "a whole number", {}),
        ({"bytes": 0}, "empty", "at least 1 byte", {"min": 1}),
        ({"bytes": 20_971_521}, "too_large", "at most 20971520 bytes", {"max": 20_971_520}),
        ({"alt": 5}, "invalid_type", "a string or null", {}),
        ({"alt": "a" * 1001}, "too_long", "at most 1000 characters", {"max": 1000}),
        ({"replaces": "5"}, "invalid_type", "an image id", {}),
        ({"replaces": 0}, "invalid_type", "an image id", {}),
        ({"replaces": 5}, "not_found", "an image of the product", {}),
    ],
)
def test_each_value_of_a_file_has_its_rule(
    native: Native, change: dict[str, Any], code: str, detail: str, bounds: dict[str, int]
) -> None:
    (member,) = change
    before = native.state

    answer = announce(native, {**PNG, **change})

    expected = error(f"{AT}/{member}", code, detail, **bounds)
    assert_refused(answer, refused(expected, detail=f"{AT}/{member}: {detail}"))
    assert (native.state, native.world.imports.batches) == (before, {})
    assert native.world.galleries.next_image_id("shop1") == 1


def test_all_files_are_judged_together(native: Native) -> None:
    native.world.with_gallery("shop1", "7", {5: 0})
    heic = {**PNG, "type": "image/heic"}

    answer = announce(
        native, PNG, {**heic, "bytes": 20_971_521}, 5, {**PNG, "colour": 1}, {**PNG, "replaces": 5},
        {**PNG, "replaces": 5},
    )  # fmt: skip

    assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == [
        ("/files/1/type", "heic"),
        ("/files/1/bytes", "too_large"),
        ("/files/2", "invalid_type"),
        ("/files/3/colour", "unknown"),
        ("/files/5/replaces", "repeated"),
    ]


@pytest.mark.parametrize("count", [0, 251])
def test_a_batch_has_1_to_250_files(native: Native, count: int) -> None:
    expected = error("/files", "count", "1 to 250 files", min=1, max=250)

    answer = announce(native, *[PNG] * count)

    assert_refused(answer, refused(expected, detail="/files: 1 to 250 files"))
    assert len(announce(native, *[PNG] * 250).json["files"]) == 250


@pytest.mark.parametrize(
    ("body", "pointers"),
    [({}, ["/files"]), ({"files": PNG}, ["/files"]), ({"file": [PNG]}, ["/file", "/files"])],
)
def test_a_body_without_files_is_refused(native: Native, body: Any, pointers: list[str]) -> None:
    answer = native("POST", "/products/7/uploads", json=body)

    assert [each["pointer"] for each in answer.json["errors"]] == pointers


def test_a_full_gallery_tells_its_room_and_takes_replacements(native: Native) -> None:
    native.world.with_gallery("shop1", "7", {each: each for each in range(1, HARD_LIMIT - 1)})
    full = problem(422, "gallery_full", "The product cannot have that many images.", room=2)

    assert_refused(announce(native, PNG, PNG, PNG), full)
    assert announce(native, PNG, PNG, {**PNG, "replaces": 7}).status == 201


def test_products_scopes_and_tokens_are_checked(native: Native) -> None:
    native.world.open_shop("shop3", ProductMode.REGISTERED)
    native.world.issue("of shop3", "shop3", "vitrine", "images:write")

    assert_refused(announce(native, PNG, **bearer("of shop3")), NO_PRODUCT)
    assert_refused(announce(native, PNG, **bearer("read")), forbidden("images:write"))
    assert_refused(native.get(f"/uploads/{ID}", **bearer("takedown")), forbidden("images:read"))


def test_another_shops_batch_does_not_exist(native: Native) -> None:
    made = announce(native, PNG).json["id"]

    assert native.get(f"/uploads/{made}", **bearer("read")).status == 200
    assert_refused(native.get(f"/uploads/{made}", **bearer("other")), GONE)
    assert_refused(native.get(f"/uploads/{ID}"), GONE)


def test_a_body_over_one_megabyte_is_refused(native: Native) -> None:
    large = problem(413, "too_large", "The body is too large.")

    assert_refused(announce(native, {**PNG, "alt": "a" * 1_000_000}), large)


@pytest.mark.parametrize("key", ["", "a b", "\x7f", "a" * 256])
def test_a_key_is_visible_ascii(native: Native, key: str) -> None:
    assert announce(native, PNG, **{"idempotency-key": key}).json["code"] == "malformed"

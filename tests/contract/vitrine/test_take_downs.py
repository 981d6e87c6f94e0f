"""POST /take-downs and GET /take-downs/{take_down} (contract: vitrine §7.1)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.vitrine.conftest import (
    BASE,
    NO_IMAGE,
    NO_PRODUCT,
    NOW,
    A,
    B,
    C,
    Native,
    assert_refused,
    bearer,
    exact,
    forbidden,
    problem,
)
from tests.gateway import Answer

from pipeline import take_down
from vitrine.domain.locations import original_address
from vitrine.domain.pictures import Format
from vitrine.domain.shops import ProductMode

PATH = "/take-downs"
INVALID = "Some fields are not valid."
NO_TAKE_DOWN = problem(404, "not_found", "The resource does not exist.", what="take_down")
CREATED = "2026-03-02T09:00:00.007Z"


def post(native: Native, *, key: str | None = None, caller: str = "all", **body: Any) -> Answer:
    headers = {**bearer(caller), **({} if key is None else {"Idempotency-Key": key})}
    return native("POST", PATH, headers=headers, json=body)


def carry_out(native: Native, number: str) -> None:
    """Deliver the event of a take-down, a second after it began."""
    native.world.clock = lambda: NOW + timedelta(seconds=1)
    keys = {"pk": {"S": "SHOP#shop1"}, "sk": {"S": f"TAKEDOWN#{number}"}}
    take_down.handler({"Records": [{"eventName": "INSERT", "dynamodb": {"Keys": keys}}]}, None)


def invalid(pointer: str, code: str, detail: str) -> dict[str, Any]:
    listed = {"pointer": pointer, "code": code, "detail": detail}
    return problem(422, "invalid_fields", INVALID, detail=f"{pointer}: {detail}", errors=[listed])


def test_a_take_down_removes_the_image_and_says_how_far_it_is(abc: Native) -> None:
    answer = post(abc, product="7", image=B)

    number = answer.json["id"]
    assert re.fullmatch("t[a-z2-7]{26}", number)
    assert answer.status == 202
    assert exact(answer) == (
        f'{{"id":"{number}","state":"working","product":"7","image":{B},"url":null,"paths":2,'
        f'"browser_copies":"may remain","created_at":"{CREATED}","done_at":null}}'
    )
    assert answer.headers == {
        "content-type": "application/json",
        "location": f"{BASE}/take-downs/{number}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    assert abc.gallery.order == (A, C)
    assert len(abc.world.blobs.originals) == 2
    assert abc.get(f"{PATH}/{number}").json == answer.json
    carry_out(abc, number)
    done = abc.get(f"{PATH}/{number}").json
    assert done == {**answer.json, "state": "done", "done_at": "2026-03-02T09:00:01.007Z"}
    (paths,) = abc.world.cdn.invalidations.values()
    assert len(paths) == 2


def test_the_next_image_inherits_the_thumbnail(abc: Native) -> None:
    assert post(abc, product="7", image=A).status == 202

    assert abc.gallery.roles == {"thumbnail": B}


def test_a_deleted_picture_is_taken_down_by_its_url(abc: Native) -> None:
    key = original_address(abc.record(B)).full_size_key(Format.PNG)
    url = f"https://cdn.example/{key}"
    assert_refused(
        post(abc, url=url),
        invalid(
            *("/url", "exists"),
            "a picture that is deleted; this one exists, so name its product and image",
        ),
    )
    abc("DELETE", f"/products/7/images/{B}")

    answer = post(abc, url=url)

    assert answer.status == 202
    assert {name: answer.json[name] for name in ("product", "image", "url", "paths")} == {
        "product": None,
        "image": None,
        "url": url,
        "paths": 2,
    }


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("/product", "required"), ("/image", "required")]),
        ({"product": "7"}, [("/image", "required")]),
        ({"product": "", "image": A}, [("/product", "required")]),
        ({"product": 7, "image": True}, [("/product", "required"), ("/image", "required")]),
        ({"product": "7", "image": 0}, [("/image", "required")]),
        ({"product": "7", "image": A, "reason": "x"}, [("/reason", "unknown")]),
        ({"url": None}, [("/url", "invalid_type")]),
        ({"url": "https://cdn.example/media/shop2/x.png"}, [("/url", "foreign")]),
        ({"url": "x", "image": A}, [("/image", "unexpected"), ("/url", "foreign")]),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(
    abc: Native, body: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    before = abc.state

    answer = post(abc, **body)

    assert (answer.status, answer.json["code"]) == (422, "invalid_fields")
    assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == errors
    assert abc.state == before
    assert abc.world.take_downs.records == {}


def test_an_image_that_is_not_there_is_not_found(abc: Native) -> None:
    assert_refused(post(abc, product="7", image=99), NO_IMAGE)
    assert_refused(post(abc, product="8", image=A), NO_IMAGE)
    assert_refused(post(abc, caller="other", product="7", image=A), NO_IMAGE)
    unnamed = "https://cdn.example/media/shop1/catalog/product/l/a/lamp.png"
    assert_refused(post(abc, url=unnamed), NO_IMAGE)
    assert abc.world.take_downs.records == {}


def test_an_unregistered_product_is_not_found(native: Native) -> None:
    native.world.open_shop("listed", ProductMode.REGISTERED)
    native.world.issue("listed", "listed", "vitrine", "images:takedown")

    assert_refused(post(native, caller="listed", product="7", image=A), NO_PRODUCT)


def test_a_repeated_request_gets_the_same_take_down(abc: Native) -> None:
    first = post(abc, key="k", product="7", image=A)

    again = post(abc, key="k", product="7", image=A)

    assert (again.status, again.json) == (202, first.json)
    assert again.headers == {**first.headers, "idempotency-replayed": "true"}
    mismatch = problem(
        *(422, "idempotency_mismatch", "The idempotency key was used with another request.")
    )
    assert_refused(post(abc, key="k", product="7", image=B), mismatch)
    assert abc.gallery.order == (B, C)


def test_a_refused_request_leaves_its_key_free(abc: Native) -> None:
    assert post(abc, key="k", product="7", image=99).status == 404

    assert post(abc, key="k", product="7", image=A).status == 202


@pytest.mark.parametrize("caller", ["read", "write", "none"])
def test_only_the_scope_of_take_downs_permits_them(abc: Native, caller: str) -> None:
    before = abc.state

    assert_refused(post(abc, caller=caller, product="7", image=A), forbidden("images:takedown"))
    answer = abc("GET", f"{PATH}/t1", headers=bearer(caller))
    assert_refused(answer, forbidden("images:takedown"))
    assert abc.state == before
    assert post(abc, caller="takedown", product="7", image=A).status == 202


def test_a_take_down_of_another_shop_is_not_found(abc: Native) -> None:
    number = post(abc, product="7", image=A).json["id"]

    assert_refused(abc("GET", f"{PATH}/{number}", headers=bearer("other")), NO_TAKE_DOWN)
    assert_refused(abc.get(f"{PATH}/t1"), NO_TAKE_DOWN)


def test_a_take_down_that_has_not_changed_is_not_sent_again(abc: Native) -> None:
    number = post(abc, product="7", image=A).json["id"]
    tag = abc.get(f"{PATH}/{number}").headers["etag"]

    assert abc.get(f"{PATH}/{number}", if_none_match=tag).status == 304
    carry_out(abc, number)
    assert abc.get(f"{PATH}/{number}", if_none_match=tag).status == 200

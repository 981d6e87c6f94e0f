"""PATCH /products/{product}/images/{image} (contract: vitrine §5.4)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.vitrine.conftest import (
    NO_IMAGE,
    NOW,
    A,
    B,
    C,
    Native,
    assert_refused,
    bearer,
    forbidden,
    problem,
)
from tests.gateway import Answer

from vitrine.domain.images import Texts

IMAGE = f"/products/7/images/{B}"
LONG = "x" * 1000


def patch(native: Native, path: str = IMAGE, match: str | None = None, **fields: Any) -> Answer:
    headers = {"Content-Type": "application/merge-patch+json"}
    if match is not None:
        headers["If-Match"] = match
    return native("PATCH", path, headers=headers, content=json.dumps(fields).encode())


def with_texts(native: Native, texts: Texts) -> None:
    changed = replace(native.record(B), texts=texts)
    native.world.galleries.records["shop1", "7"][B] = changed


def invalid(*errors: tuple[str, str, str], **bounds: int) -> dict[str, Any]:
    return problem(
        422,
        "invalid_fields",
        "Some fields are not valid.",
        detail="; ".join(f"{pointer}: {detail}" for pointer, _, detail in errors[:3]),
        errors=[
            {"pointer": pointer, "code": code, "detail": detail, **bounds}
            for pointer, code, detail in errors
        ],
    )


MARKUP = '"><img onerror=x> مصباح 🪔'
TEXTS = Texts("Roja", {"en": "Red", "fr": "Rouge"})


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({}, TEXTS),
        ({"alt": "Azul"}, Texts("Azul", TEXTS.translations)),
        ({"alt": None}, Texts("", TEXTS.translations)),
        ({"alt": ""}, Texts("", TEXTS.translations)),
        ({"alt": LONG}, Texts(LONG, TEXTS.translations)),
        ({"translations": {}}, TEXTS),
        ({"translations": {"en": "Blue"}}, Texts("Roja", {"en": "Blue", "fr": "Rouge"})),
        (
            {"translations": {"de": "Rot", "fr": None}},
            Texts("Roja", {"de": "Rot", "en": "Red"}),
        ),
        ({"translations": {"en": ""}}, Texts("Roja", {"fr": "Rouge"})),
        (
            {"translations": {"pt_BR": "a", "xx": None}},
            Texts("Roja", {"en": "Red", "fr": "Rouge", "pt_BR": "a"}),
        ),
        ({"translations": None}, Texts("Roja", {})),
        ({"alt": "Azul", "translations": None}, Texts("Azul", {})),
        ({"alt": MARKUP}, Texts(MARKUP, TEXTS.translations)),
    ],
)
def test_a_merge_patch_changes_what_it_names(
    abc: Native, fields: dict[str, Any], texts: Texts
) -> None:
    with_texts(abc, TEXTS)

    answer = patch(abc, **fields)

    assert answer.status == 200, answer.body
    assert abc.record(B).texts == texts
    assert answer.json == abc.get(IMAGE).json
    assert answer.headers["etag"] == abc.get(IMAGE).headers["etag"]


def test_a_change_is_a_new_version_of_the_record(abc: Native) -> None:
    image = patch(abc, alt="Roja").json

    assert (image["alt"], image["etag"]) == ("Roja", '"1-pending"')
    assert image["updated_at"] == "2026-03-02T09:00:00.007Z"
    assert abc.record(B).updated_at == NOW


@pytest.mark.parametrize(
    "fields", [{}, {"alt": "Roja"}, {"translations": {"en": "Red", "xx": None}}]
)
def test_what_does_not_differ_writes_nothing(abc: Native, fields: dict[str, Any]) -> None:
    with_texts(abc, TEXTS)
    before = abc.state

    assert patch(abc, **fields).status == 200
    assert abc.state == before


def test_the_thumbnail_is_given(abc: Native) -> None:
    image = patch(abc, thumbnail=True).json

    assert (image["thumbnail"], image["roles"], image["etag"]) == (
        *(True, ["thumbnail"]),
        '"0-pending"',
    )
    assert abc.gallery.roles == {"thumbnail": B}
    assert abc.get(f"/products/7/images/{A}").json["thumbnail"] is False
    assert abc.get("/products/7").json["order"]["etag"] == '"2"'
    before = abc.state
    assert patch(abc, thumbnail=True).status == 200
    assert abc.state == before


def test_text_and_role_change_in_one_commit(abc: Native) -> None:
    image = patch(abc, thumbnail=True, alt="Roja", translations={"en": "Red"}).json

    assert (image["thumbnail"], image["alt"], image["translations"]) == (
        *(True, "Roja", {"en": "Red"}),
    )
    assert abc.gallery.version == 2


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"alt": 1}, invalid(("/alt", "invalid_type", "a string or null"))),
        ({"alt": "\ud800"}, invalid(("/alt", "invalid_type", "a string or null"))),
        (
            {"alt": "x" * 1001},
            invalid(("/alt", "too_long", "at most 1000 characters"), max=1000),
        ),
        (
            {"translations": {"en": "x" * 1001}},
            invalid(("/translations/en", "too_long", "at most 1000 characters"), max=1000),
        ),
        (
            {"translations": ["en"]},
            invalid(("/translations", "invalid_type", "an object or null")),
        ),
        (
            {"translations": {"en": 1, "EN": "x", "a/b~": "x", "es": "x"}},
            invalid(
                ("/translations/en", "invalid_type", "a string or null"),
                ("/translations/EN", "invalid_language", "a code such as fr or pt_BR"),
                ("/translations/a~1b~0", "invalid_language", "a code such as fr or pt_BR"),
                ("/translations/es", "main_language", "the text in the main language is alt"),
            ),
        ),
        (
            {"translations": {f"a{letter}": "x" for letter in "abcdefghij"}},
            invalid(
                ("/translations", "too_many", "at most 9 languages beside the main one"), max=9
            ),
        ),
        *(
            (
                {"thumbnail": value},
                invalid(
                    (
                        *("/thumbnail", "not_removable"),
                        "true; give the role to another image instead",
                    )
                ),
            )
            for value in (False, None, 1, "true")
        ),
        (
            {"position": 1, "colour": "red", "position_": 1},
            invalid(
                ("/position", "read_only", "cannot be changed"),
                ("/colour", "read_only", "cannot be changed"),
                ("/position_", "unknown", "known are: alt, translations, thumbnail"),
            ),
        ),
    ],
)
def test_what_is_not_valid_is_named_and_nothing_changes(
    abc: Native, fields: dict[str, Any], refused: dict[str, Any]
) -> None:
    before = abc.state

    assert_refused(patch(abc, **fields), refused)
    assert abc.state == before


def test_texts_of_other_dialects_may_be_sent_back(abc: Native) -> None:
    many = {f"a{letter}": "x" * 1500 for letter in "abcdefghijkl"}
    with_texts(abc, Texts("y" * 1500, many))
    read = abc.get(IMAGE).json

    same = patch(abc, alt=read["alt"], translations=read["translations"])
    assert same.status == 200
    assert patch(abc, translations={"aa": "shorter"}).status == 200
    assert patch(abc, translations={"zz": "one more"}).status == 422


@pytest.mark.parametrize("match", ['"0-pending"', "*", 'W/"0-pending"', '"x", "0-pending"'])
def test_if_match_names_the_state(abc: Native, match: str) -> None:
    assert patch(abc, match=match, alt="Roja").status == 200


def test_the_tag_of_a_get_is_good_for_if_match_after_a_move(abc: Native) -> None:
    tag = abc.get(IMAGE).headers["etag"]
    head = abc.gallery
    abc.world.galleries.heads["shop1", "7"] = replace(head.arrange([C, B, A]), version=2)

    assert patch(abc, match=tag, alt="Roja").status == 200
    assert patch(abc, match=tag, alt="Azul").status == 412


@pytest.mark.parametrize("match", ['"1-pending"', '"0-complete"', '""', "0-pending", '"0"'])
def test_another_state_is_refused(abc: Native, match: str) -> None:
    before = abc.state
    stale = problem(
        *(412, "stale", "The resource has changed since it was read."), etag='"0-pending"'
    )

    for fields in ({"alt": "Roja"}, {"thumbnail": True}, {}):
        assert_refused(patch(abc, match=match, **fields), stale, etag='"0-pending"')
    assert abc.state == before


def test_a_writer_in_between_is_noticed(abc: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = abc.world.galleries.commit

    def after_another(change: Any) -> Any:
        monkeypatch.undo()
        assert patch(abc, alt="Verde").status == 200
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", after_another)

    assert patch(abc, match='"0-pending"', alt="Roja").status == 412
    assert abc.record(B).alt == "Verde"


def test_without_if_match_the_last_writer_wins(
    abc: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = abc.world.galleries.commit

    def after_another(change: Any) -> Any:
        monkeypatch.undo()
        assert patch(abc, alt="Verde", translations={"en": "Green"}).status == 200
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", after_another)

    assert patch(abc, alt="Roja").status == 200
    assert (abc.record(B).alt, abc.record(B).texts.translations) == ("Roja", {"en": "Green"})


def test_plain_json_is_a_merge_patch_too(abc: Native) -> None:
    answer = abc("PATCH", IMAGE, json={"alt": "Roja"})

    assert (answer.status, answer.json["alt"]) == (200, "Roja")


@pytest.mark.parametrize("kind", ["application/json-patch+json", "text/plain", ""])
def test_another_media_type_is_refused(abc: Native, kind: str) -> None:
    answer = abc("PATCH", IMAGE, headers={"Content-Type": kind}, content=b"{}")

    refused = problem(415, "media_type", "The media type of the body is not supported.")
    accepted = "application/merge-patch+json, application/json"
    assert_refused(answer, refused, accept_patch=accepted)


def test_scope_image_and_fields_are_judged_in_this_order(abc: Native) -> None:
    missing = "/products/7/images/99"

    for token, body, refused in (
        ("read", b"[", forbidden("images:write")),
        ("write", b'{"alt":1}', NO_IMAGE),
    ):
        headers = {"Content-Type": "application/json", **bearer(token)}
        assert_refused(abc("PATCH", missing, headers=headers, content=body), refused)


def test_the_main_language_is_the_shops(native: Native) -> None:
    native.world.open_shop("shop3", tiendanube_language="pt_BR")
    native.world.issue("of shop3", "shop3", "vitrine", "images:write")
    native.world.with_gallery("shop3", "7", {B: 0})

    def change(**fields: Any) -> Answer:
        return native("PATCH", IMAGE, headers=bearer("of shop3"), json=fields)

    assert change(translations={"es": "Roja"}).json["translations"] == {"es": "Roja"}
    assert change(translations={"pt_BR": "Luz"}).status == 422

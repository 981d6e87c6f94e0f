"""Tiendanube contract §4, Requests: bodies."""

import re
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.tiendanube.conftest import (
    BAD_ALT,
    BAD_SRC,
    ENCODED,
    GIF,
    LAMP,
    MOVING_GIF,
    NO_NUMBER,
    NO_PICTURE,
    NO_SRC,
    PNG,
    WEBP,
    A,
    B,
    D,
    Tiendanube,
    assert_refused,
    base_64,
    file_name,
    ok,
    refused,
)

from vitrine.domain.images import Texts

BAD_ATTACHMENT = refused(attachment="is invalid")
LONG_ALT = refused(alt="is too long")


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
def test_an_attachment_without_a_filename_is_called_image(
    abc: Tiendanube, fields: dict[str, Any]
) -> None:
    created = abc.created(attachment=ENCODED, **fields)
    changed = ok(abc.put(A, attachment=ENCODED, **fields)).json

    for image in (created, changed):
        assert re.fullmatch(r"image-[0-9a-f]{32}-1024-1024\.gif", file_name(image["src"]))


@pytest.mark.parametrize("setting", ["", "webp"])
def test_a_shop_may_accept_webp(tiendanube: Tiendanube, setting: str) -> None:
    shops = tiendanube.world.shops
    settings = {**shops.profiles["shop1"].settings, "tiendanube.formats": setting}
    shops.change_shop(replace(shops.profiles["shop1"], settings=settings))

    answer = tiendanube.post(attachment=base_64(WEBP), filename="lamp.webp")

    if setting:
        assert (answer.status, answer.json["src"][-4:]) == (201, ".jpg")
        assert ok(tiendanube.put(answer.json["id"], attachment=base_64(WEBP)))
    else:
        assert_refused(answer, 422, NO_PICTURE)


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
            BAD_ATTACHMENT | NO_NUMBER | BAD_ALT,
        ),
        ({"alt": 5, "position": "x", "src": 1}, BAD_SRC | NO_NUMBER | BAD_ALT),
        ({"alt": 5, "src": " ", "attachment": "%"}, NO_SRC | BAD_ALT),
        ({"position": "x", "src": LAMP, "alt": "a" * 1001}, NO_NUMBER | LONG_ALT),
        ({"position": "x", "attachment": ENCODED}, NO_NUMBER),
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

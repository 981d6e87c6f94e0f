"""OpenMage contract §4.2, Checks of a POST."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from tests import pictures
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    DATA,
    DOT,
    FORM,
    FR,
    FULL,
    NO_MIME_TYPE,
    NOT_BASE64,
    NOT_SPECIFIED,
    PNG,
    UNKNOWN,
    XML,
    OpenMage,
    P,
    assert_refused,
    assert_written,
    encoded,
    in_both_formats,
    many,
    one,
    xml,
)


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "x"},
        {"file_content": PNG["file_content"]},
        {"file_mime_type": "image/png"},
        {**PNG, "file_content": ""},
        {**PNG, "file_content": "0"},
        {**PNG, "file_content": None},
        {**PNG, "file_mime_type": ""},
        {**PNG, "file_mime_type": "0"},
        {**PNG, "file_mime_type": None},
    ],
    ids=str,
)
@in_both_formats
@pytest.mark.parametrize("store", ["", FR])
def test_content_and_type_are_required(
    stocked: OpenMage, fields: dict[str, Any], kind: str, store: str
) -> None:
    before = stocked.everything

    answer = stocked.admin("POST", many(store), ANSWER_IN[kind], json=fields)

    assert_refused(answer, *NOT_SPECIFIED, kind=kind)
    assert stocked.everything == before


GOOD_BASE64 = [
    DOT,
    f" {DOT}\n",
    "\r\n".join(re.findall(".{1,20}", DOT)),
    "\t".join(DOT),
    encoded(DATA),
    encoded(DATA + b"\0").rstrip("="),
    encoded(DATA + b"\0\0").rstrip("="),
    "\n".join(encoded(DATA + b"\0" * (1 - len(DATA) % 3))),
]
BAD_BASE64 = [
    "A" + " " * 4_000_000 + "-",
    "!",
    f"data:image/gif;base64,{DOT}",
    DOT.replace("/", "_"),
    encoded(b"\xfb\xef\xbe" * 20).replace("+", "-"),
    f"{DOT}*",
    f"{DOT}\N{NO-BREAK SPACE}",
    "é",
    f"{DOT}%0A",
]


@pytest.mark.parametrize("content", GOOD_BASE64)
@pytest.mark.parametrize("body", ["json", "xml", "form"])
def test_content_is_base64_with_white_space_and_with_or_without_padding(
    stocked: OpenMage, content: str, body: str
) -> None:
    fields = {"file_content": content, "file_mime_type": "image/gif"}
    match body:
        case "json":
            answer = stocked.admin("POST", P, json=fields)
        case "xml":
            answer = stocked.admin("POST", P, XML, content=xml(fields))
        case _:
            answer = stocked.admin("POST", P, FORM, content=urlencode(fields))

    assert_written(answer)
    stocked.put({"file_content": content})
    assert len(stocked.get(P)) == 3


@pytest.mark.parametrize("content", BAD_BASE64)
def test_content_is_nothing_but_base64(stocked: OpenMage, content: str) -> None:
    fields = {"file_content": content, "file_mime_type": "image/gif"}
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json=fields), *NOT_BASE64)
    assert_refused(stocked.admin("PUT", one(), json=fields), *NOT_BASE64)
    assert_refused(stocked.admin("PUT", one(), json={"file_content": content}), *NOT_BASE64)
    assert stocked.everything == before


@pytest.mark.parametrize("content", [[PNG["file_content"]], {"a": 1}, 5, True])
@pytest.mark.parametrize("name", ["file_content", "file_mime_type", "file_name"])
def test_file_fields_of_another_kind_are_no_internal_error(
    stocked: OpenMage, name: str, content: Any
) -> None:
    for method, path in (("POST", P), ("PUT", one())):
        answer = stocked.admin(method, path, json={**PNG, name: content})
        if name != "file_name" or isinstance(content, list | dict):
            assert answer.status == 400, answer.body
        else:
            assert answer.status in (200, 400), answer.body


@pytest.mark.parametrize(
    ("mime_type", "extension"),
    [
        ("image/jpg", "jpg"),
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/gif", "gif"),
        ("image/webp", "webp"),
    ],
)
@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_type_gives_the_extension_and_the_bytes_are_what_they_are(
    shop: OpenMage, mime_type: str, extension: str, form: str
) -> None:
    data = pictures.encode(pictures.gradient(9, 7), form)

    image = shop.added(data=data, file_mime_type=mime_type)

    assert shop.file_of(image) == f"image.{extension}"
    (original,) = shop.world.blobs.originals.values()
    assert original.data == data, "never encoded again"
    shop.render()
    public = shop.world.blobs.public[f"media/shop1/catalog/product/i/m/image.{extension}"]
    assert public.data == data, "as uploaded"
    assert public.media_type == f"image/{form.lower()}"


def test_the_public_picture_is_as_uploaded_except_its_metadata(shop: OpenMage) -> None:
    """Design, "Full size means": what is no pixel, and no profile, is left out."""
    shop.added(data=pictures.padded_png(20_000), file_name="front")

    shop.render()

    public = shop.world.blobs.public["media/shop1/catalog/product/f/r/front.png"]
    assert public.data == pictures.png()


@pytest.mark.parametrize(
    "mime_type",
    ["image/bmp", "IMAGE/PNG", "image/png ", "image/png; a=b", "png", "image/*", "image/pjpeg"],
)
def test_other_types_are_not_supported(stocked: OpenMage, mime_type: str) -> None:
    fields = {**PNG, "file_mime_type": mime_type}
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json=fields), *NO_MIME_TYPE)
    assert_refused(stocked.admin("PUT", one(), json=fields), *NO_MIME_TYPE)
    assert stocked.everything == before


DAMAGED = bytearray(pictures.png())
DAMAGED[DAMAGED.index(b"IDAT") + 20] ^= 1


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"\0" * 1000,
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        pictures.encode(pictures.gradient(9, 7), "BMP"),
        pictures.encode(pictures.gradient(9, 7), "TIFF"),
        pictures.png()[:-12],
        pictures.png()[:300],
        pictures.jpeg()[:600],
        bytes(DAMAGED),
        pictures.bomb(60_000, 60_000),
    ],
    ids=["text", "zeros", "svg", "bmp", "tiff", "no end", "cut", "jpeg cut", "damaged", "bomb"],
)
def test_what_cannot_be_decoded_is_refused(stocked: OpenMage, data: bytes) -> None:
    fields = {**PNG, "file_content": encoded(data)}
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json=fields), *UNKNOWN)
    assert_refused(stocked.admin("PUT", one(), json=fields), *UNKNOWN)
    assert stocked.everything == before


@in_both_formats
def test_a_product_takes_1000_images(shop: OpenMage, kind: str) -> None:
    shop.world.with_gallery("shop1", "8", {number: number for number in range(1, 1000)})
    assert shop.added() == 1000
    before = shop.everything

    for store in ("", FR):
        answer = shop.admin("POST", many(store), ANSWER_IN[kind], json=PNG)
        assert_refused(answer, *FULL, kind=kind)

    assert shop.everything == before
    shop.put({"label": "x"}, 7)
    shop.delete(7)
    assert len(shop.get(P)) == 999
    shop.added()


@pytest.mark.parametrize(
    "name", ["a/b", "/", "a\\b", "..", "a..b", "../../etc/passwd", "a..", "x/"]
)
def test_names_do_not_leave_their_folder(stocked: OpenMage, name: str) -> None:
    before = stocked.everything

    assert_refused(stocked.admin("POST", P, json={**PNG, "file_name": name}), *UNKNOWN)
    assert_refused(stocked.admin("PUT", one(), json={"file_name": name}), *UNKNOWN)
    assert_refused(stocked.admin("PUT", one(), json={**PNG, "file_name": name}), *UNKNOWN)
    assert stocked.everything == before

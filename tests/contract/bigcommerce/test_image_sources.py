"""BigCommerce contract §4, Requests: where bytes come from."""

from typing import Any

import pytest
from tests import pictures
from tests.contract.bigcommerce.conftest import (
    A,
    BigCommerce,
    P,
    assert_refused,
    every_source,
    invalid,
    offer,
    slug_of,
    texts,
    unusable,
)


def not_downloaded(url: str) -> list[dict[str, Any]]:
    reason = f"The resource at '{url}' could not be downloaded and may be invalid."
    return invalid("image_file", reason)


def not_processed(name: str) -> list[dict[str, Any]]:
    reason = f"The file '{name}' could not be processed and may not be valid image."
    return invalid("image_file", reason)


def too_heavy(name: str) -> list[dict[str, Any]]:
    return invalid("image_file", f"The file '{name}' is larger than 8 MB.")


@every_source
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_bytes_come_from_a_url_the_import_directory_or_a_part(
    shop: BigCommerce, method: str, path: str, source: str
) -> None:
    shop.with_gallery({A: 0})
    data = pictures.jpeg(50, 40)
    body, told = offer(shop, source, data, "cup.jpg")
    folder = dict(shop.world.blobs.import_folder)

    answer = shop.send(method, path, **body)

    assert answer.status in (200, 201), answer.body
    assert slug_of(answer.json) == "cup"
    assert data in [each.data for each in shop.world.blobs.originals.values()]
    assert shop.world.blobs.import_folder == folder, "copied, and stays there"
    assert shop.world.remote.fetched == ([told] if source.startswith("url") else [])


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
def test_other_paths_are_missing_even_if_an_object_is_there(
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
@every_source
def test_what_is_no_good_picture_is_not_processed(
    shop: BigCommerce, source: str, method: str, data: bytes
) -> None:
    shop.with_gallery({A: 0})
    body, told = offer(shop, source, data, "a.txt")
    before = shop.everything

    answer = shop.send(method, P if method == "POST" else f"{P}/11", **body)

    assert_refused(answer, not_processed(told))
    assert shop.everything == before


@pytest.fixture(scope="module")
def heaviest() -> bytes:
    return pictures.padded_png(8_388_608)


@pytest.mark.parametrize("source", ["url", "import"])
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_8_megabytes_are_fine_and_one_byte_more_is_not(
    shop: BigCommerce, method: str, path: str, source: str, heaviest: bytes
) -> None:
    shop.with_gallery({A: 0})
    body, told = offer(shop, source, heaviest)
    assert shop.send(method, path, **body).status in (200, 201)
    body, told = offer(shop, source, pictures.padded_png(8_388_609))
    before = shop.everything

    assert_refused(shop.send(method, path, **body), too_heavy(told))
    assert shop.everything == before

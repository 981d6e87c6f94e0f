"""BigCommerce contract §3, Fields."""

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests import pictures
from tests.conftest import MEDIA_URL
from tests.contract.bigcommerce.conftest import (
    API,
    CUP,
    MUG,
    NOW,
    A,
    B,
    BigCommerce,
    C,
    D,
    P,
    every_source,
    offer,
    slug_of,
)

from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.images import Texts
from vitrine.domain.locations import PUBLIC, original_address, parse_original_key
from vitrine.domain.public_keys import find_address
from vitrine.services.rendering import make_renditions


def test_an_image_has_the_documented_keys_then_the_live_platforms(
    shop: BigCommerce,
) -> None:
    shop.world.clock = lambda: NOW
    shop.world.galleries.sequences["shop1"] = itertools.count(116)

    answer = shop.post({"image_file": MUG}, f"{P}.json")

    assert (answer.status, answer.headers["location"]) == (201, f"{P}/116")
    assert answer.headers["content-type"] == "application/json"
    image_file = answer.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/mug__11600\.jpg", image_file)
    stem = answer.json["zoom_url"].removesuffix("-1024-1024.jpg")
    assert re.fullmatch(rf"{MEDIA_URL}/shop1/([0-9a-f]{{32}})/mug-\1", stem)
    assert answer.body == (
        f'{{"id":116,"product_id":29,"image_file":"{image_file}","is_thumbnail":true,'
        '"sort_order":0,"description":"","date_created":"Fri, 21 Dec 2012 18:54:04 +0000",'
        f'"zoom_url":"{stem}-1024-1024.jpg","standard_url":"{stem}-480-0.jpg",'
        f'"thumbnail_url":"{stem}-240-0.jpg","tiny_url":"{stem}-50-0.jpg",'
        '"date_modified":"Fri, 21 Dec 2012 18:54:04 +0000","is_sample":false}'
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


def test_every_url_of_an_image_shows_the_picture(shop: BigCommerce) -> None:
    """PHP and Ruby clients read these keys (contract §3)."""
    image = shop.created({"image_file": MUG})
    (record,) = shop.world.galleries.records["shop1", "29"].values()
    address = original_address(record)

    for key in ("zoom_url", "standard_url", "thumbnail_url", "tiny_url"):
        public_key = PUBLIC + image[key].removeprefix(f"{MEDIA_URL}/")
        assert find_address(public_key, [address], ()) == address, key


def test_the_date_of_a_change_is_told(shop: BigCommerce) -> None:
    shop.with_gallery()
    before = shop.image()["date_modified"]
    shop.world.clock = lambda: NOW

    shop.put({"description": "New"})

    image = shop.image()
    assert before != image["date_modified"] == "Fri, 21 Dec 2012 18:54:04 +0000"
    assert image["date_created"] == before


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


@every_source
@pytest.mark.parametrize(("name", "slug"), NAMES)
def test_files_are_called_by_the_name_that_was_sent(
    shop: BigCommerce, source: str, name: str, slug: str
) -> None:
    body, _ = offer(shop, source, pictures.png(), name)

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


@pytest.mark.parametrize("source", ["import", "import in a form", "part"])
def test_other_names_are_not_percent_decoded(shop: BigCommerce, source: str) -> None:
    body, _ = offer(shop, source, pictures.png(), "Blue%20Mug.png")

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


@every_source
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
    shop: BigCommerce, source: str, kind: str, name: str, extension: str
) -> None:
    body, _ = offer(shop, source, KINDS[kind], name)

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

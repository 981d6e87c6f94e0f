"""Tiendanube contract §3, Fields."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.contract.tiendanube.conftest import (
    AGENT,
    BMP,
    CHANGES,
    CREATED_AT,
    GIF,
    IMAGES,
    JPEG,
    LAMP,
    MOVING_GIF,
    NOW_HERE,
    PNG,
    SUFFIXES,
    WEBP,
    A,
    B,
    C,
    D,
    Tiendanube,
    base_64,
    file_name,
    ok,
    with_suffix,
)
from tests.gateway import Gateway

from pipeline import generate_renditions
from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.images import Texts
from vitrine.domain.locations import original_address
from vitrine.domain.shops import ProductMode


def test_an_image_object_has_all_its_fields_in_order(world: World) -> None:
    """The contract's own example; the shop has neither a language nor an offset of its own."""
    world.open_shop("shop1", tiendanube_store_id="555")
    world.issue("all", "shop1", "tiendanube", "write_products")
    world.with_gallery("shop1", "1234", {112: 0, 123: 1, 133: 2})
    world.clock = lambda: datetime(2026, 3, 1, 10, 0, 0, 999_000, tzinfo=UTC)
    world.remote.pages[LAMP] = pictures.jpeg(40, 30)
    send = Gateway(headers={"Authorization": "Bearer all", "User-Agent": AGENT})

    created = send("POST", IMAGES, json={"src": LAMP})

    src = created.json["src"]
    assert re.fullmatch(rf"{MEDIA_URL}/\S+/lamp-[0-9a-f]{{32}}-1024-1024\.jpg", src)
    assert created.body == (
        f'{{"id":134,"src":"{src}","position":4,"alt":[],"product_id":1234,'
        '"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00"}'
    )
    assert send("GET", f"{IMAGES}/134").body == created.body
    assert send("PUT", f"{IMAGES}/134", json={}).body == created.body
    assert created.headers["x-main-language"] == "es"


def test_ids_increase_across_the_store_and_beyond_32_bits(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {2**33: 0})

    ids = [
        tiendanube.post(f"/v1/555/products/{product}/images", src=LAMP).json["id"]
        for product in (1, 2, 1234, 1)
    ]

    assert ids == [2**33 + 1, 2**33 + 2, 2**33 + 3, 2**33 + 4]
    assert tiendanube.get(2**33)["id"] == 2**33
    assert tiendanube.ids() == [2**33, 2**33 + 3]


@pytest.mark.parametrize(
    ("offset", "shown"),
    [
        (None, "2026-03-01T01:30:59+00:00"),
        ("+00:00", "2026-03-01T01:30:59+00:00"),
        ("-03:00", "2026-02-28T22:30:59-03:00"),
        ("+05:30", "2026-03-01T07:00:59+05:30"),
        ("-09:30", "2026-02-28T16:00:59-09:30"),
    ],
)
def test_times_are_whole_seconds_at_the_shops_offset(
    world: World, offset: str | None, shown: str
) -> None:
    world.open_shop(
        "shop1",
        ProductMode.OPEN,
        tiendanube_store_id="555",
        **({} if offset is None else {"tiendanube_utc_offset": offset}),
    )
    world.issue("all", "shop1", "tiendanube", "write_products")
    world.clock = lambda: datetime(2026, 3, 1, 1, 30, 59, 999_000, tzinfo=UTC)
    world.remote.pages[LAMP] = pictures.jpeg(40, 30)
    send = Gateway(headers={"Authentication": "all", "User-Agent": AGENT})

    image = send("POST", IMAGES, json={"src": LAMP}).json

    assert image["created_at"] == image["updated_at"] == shown


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_the_shared_text_is_shown_in_the_shops_main_language(world: World, language: str) -> None:
    world.open_shop("shop1", tiendanube_store_id="555", tiendanube_language=language)
    world.issue("all", "shop1", "tiendanube", "write_products")
    world.with_gallery("shop1", "1234", {A: 0, B: 1, C: 2, D: 3})
    client = Tiendanube(world, Gateway(headers={"Authentication": "all", "User-Agent": AGENT}))
    client.translate(A, Texts("Lamp"))
    client.translate(B, Texts("Lamp", {"fr": "Lampe", "pt_BR": "Luz"}))
    client.translate(C, Texts("", {"fr": "Lampe"}))

    answer = ok(client.send("GET", IMAGES))

    assert answer.headers["x-main-language"] == language
    assert [image["alt"] for image in answer.json] == [
        {language: "Lamp"},
        {language: "Lamp", "fr": "Lampe", "pt_BR": "Luz"},
        {"fr": "Lampe"},
        [],
    ]


@pytest.mark.parametrize(("fields", "moved"), CHANGES)
def test_updated_at_moves_with_bytes_text_and_asked_for_place(
    tiendanube: Tiendanube, fields: dict[str, Any], moved: list[int]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5}, thumbnail=A, alt="Vieja")

    answer = ok(tiendanube.put(C, **fields))

    for image in (A, B, C):
        shown = tiendanube.get(image)
        assert shown["created_at"] == CREATED_AT
        assert shown["updated_at"] == (NOW_HERE if image in moved else CREATED_AT)
    assert answer.json == tiendanube.get(C)


def test_updated_at_stays_when_neighbours_or_roles_change(abc: Tiendanube) -> None:
    abc.created(src=LAMP, position=1)
    abc.delete(A)

    assert abc.gallery.roles[THUMBNAIL] == D
    assert [abc.get(image)["updated_at"] for image in (B, C)] == [CREATED_AT, CREATED_AT]


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://example.com/charmander.jpg", "charmander"),
        ("https://example.com/a/b/Red%20Lamp.JPG", "red-lamp"),
        ("http://example.com/Foto%20do%20Caf%C3%A9_2.jpg", "foto-do-cafe-2"),
        ("http://example.com/lamp.jpg?name=other.png#part.gif", "lamp"),
        ("http://example.com/archive.tar.gz", "archive-tar"),
        ("http://example.com/--a--b--.jpg", "a-b"),
        ("http://example.com/lamp", "lamp"),
        ("http://example.com/", "image"),
        ("http://example.com", "image"),
        ("http://example.com/%E6%9D%B1%E4%BA%AC.jpg", "image"),
        (f"http://example.com/{'a' * 80}.jpg", "a" * 60),
        (f"http://example.com/{'a' * 60}.jpg", "a" * 60),
        ("http://example.com/lamp-0123456789abcdef-1024-1024.jpg", "lamp-0123456789abcdef"),
        ("http://example.com/lamp-640-0-1024-1024.jpg", "lamp"),
        ("http://example.com/lamp_1024_1024.jpg", "lamp"),
        ("http://example.com/lamp-1024-1024-front.jpg", "lamp-front"),
    ],
)
def test_a_file_is_named_after_its_url(tiendanube: Tiendanube, url: str, slug: str) -> None:
    src = tiendanube.created(src=tiendanube.serve(url, JPEG))["src"]

    assert re.fullmatch(rf"{slug}-[0-9a-f]{{32}}-1024-1024\.jpg", file_name(src))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("mewtwo.gif", "mewtwo"),
        ("Lámpara Roja!.PNG", "lampara-roja"),
        ("lamp", "lamp"),
        ("Red%20Caf%C3%A9.gif", "red-cafe"),
        ("50%off.gif", "50-off"),
        ("東京.gif", "image"),
        ("...", "image"),
        ("a" * 300 + ".gif", "a" * 60),
    ],
)
def test_a_file_is_named_after_its_filename(tiendanube: Tiendanube, name: str, slug: str) -> None:
    src = tiendanube.created(attachment=base_64(GIF), filename=name)["src"]

    assert re.fullmatch(rf"{slug}-[0-9a-f]{{32}}-1024-1024\.gif", file_name(src))


@pytest.mark.parametrize(
    ("data", "name", "extension"),
    [
        (JPEG, "lamp.jpg", "jpg"),
        (JPEG, "lamp.jpeg", "jpeg"),
        (JPEG, "lamp.png", "jpg"),
        (JPEG, "lamp.exe", "jpg"),
        (JPEG, "lamp", "jpg"),
        (PNG, "lamp.png", "png"),
        (PNG, "lamp.jpeg", "png"),
        (GIF, "lamp.gif", "gif"),
        (GIF, "lamp.jpg", "gif"),
        (MOVING_GIF, "lamp.webp", "gif"),
    ],
)
def test_the_extension_tells_what_the_bytes_are(
    tiendanube: Tiendanube, data: bytes, name: str, extension: str
) -> None:
    by_url = tiendanube.created(src=tiendanube.serve(f"http://example.com/{name}", data))
    by_attachment = tiendanube.created(attachment=base_64(data), filename=name)

    for image in (by_url, by_attachment):
        assert image["src"].endswith(f"-1024-1024.{extension}")
        assert tiendanube.original(image["id"]) == data


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (GIF, "gif"),
        (JPEG, "jpg"),
        (PNG, "png"),
        (WEBP, "jpg"),
        (pictures.encode(pictures.gradient(30, 20, "RGBA"), "WEBP"), "png"),
        (BMP, "jpg"),
    ],
)
def test_pictures_of_other_dialects_are_shown_as_gif_jpg_or_png(
    tiendanube: Tiendanube, data: bytes, extension: str
) -> None:
    image = tiendanube.add(data, "Other Lamp.xyz")

    shown = tiendanube.get(image.id)

    assert re.fullmatch(
        rf"other-lamp-[0-9a-f]{{32}}-1024-1024\.{extension}", file_name(shown["src"])
    )
    assert tiendanube.listed() == [shown]


def test_no_two_images_share_a_url(tiendanube: Tiendanube) -> None:
    """Nor do the old and the new bytes of one."""
    images = [tiendanube.created() for _ in range(3)]
    attached = [tiendanube.created(attachment=base_64(JPEG), filename="lamp.jpg")]
    srcs = [image["src"] for image in images + attached]
    tiendanube.serve("http://example.com/new/lamp.jpg", pictures.jpeg(41, 30))
    srcs.append(tiendanube.put(images[0]["id"], src="http://example.com/new/lamp.jpg").json["src"])
    srcs.append(tiendanube.put(images[0]["id"], src=LAMP).json["src"])

    stems = [re.findall(r"[0-9a-f]{32}(?=-1024)", src)[0] for src in srcs]
    assert len(set(srcs)) == len(set(stems)) == 6


def published(tiendanube: Tiendanube, image: dict[str, Any]) -> list[bytes]:
    """The seven pictures of an image, at the URLs that follow from its src."""
    key = original_address(tiendanube.record(image["id"])).original_key
    event = {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": key}}}]}
    generate_renditions.handler(event, None)
    urls = [with_suffix(image["src"], suffix) for suffix in SUFFIXES]
    public = tiendanube.world.blobs.public
    return [public[url.replace(MEDIA_URL, "media")].data for url in urls]


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        (
            (1500, 900),
            [(50, 30), (100, 60), (240, 144), (320, 192), (480, 288), (640, 384), (1024, 614)],
        ),
        (
            (1000, 2000),
            [(50, 100), (100, 200), (240, 480), (320, 640), (480, 960), (640, 1280), (512, 1024)],
        ),
        ((60, 40), [(50, 33), *[(60, 40)] * 6]),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_all_seven_sizes_are_where_the_suffixes_lead(
    tiendanube: Tiendanube, kind: str, size: tuple[int, int], sizes: list[tuple[int, int]]
) -> None:
    data = pictures.encode(pictures.gradient(*size), kind)
    image = tiendanube.created(src=tiendanube.serve("http://example.com/a.x", data))

    made = [pictures.opened(each) for each in published(tiendanube, image)]

    assert [picture.size for picture in made] == sizes
    assert {picture.format for picture in made} == {kind}


def test_an_animated_gif_stays_animated_in_every_size(tiendanube: Tiendanube) -> None:
    data = pictures.animated("GIF", frames=3, size=700)
    image = tiendanube.created(src=tiendanube.serve("http://example.com/a.gif", data))

    made = [pictures.opened(each) for each in published(tiendanube, image)]

    assert [getattr(picture, "n_frames", 1) for picture in made] == [3] * 7

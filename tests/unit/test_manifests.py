"""The manifest of a picture: what it says, under which names it exists, and when it goes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from tests import pictures
from tests.conftest import World
from tests.unit.test_on_demand import Storefront
from tests.unit.test_rendering import PRODUCT, event

from pipeline import generate_renditions, remove_renditions
from vitrine import environment
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import PUBLIC, named_key, original_address, public_url
from vitrine.domain.manifests import manifest_key, picture_of
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, Alternative
from vitrine.domain.responsive_images import responsive_image_of
from vitrine.domain.storage import PublicPicture
from vitrine.services.changing import Change
from vitrine.services.purging import purge_retired
from vitrine.services.removing import remove_image, retire_image
from vitrine.services.sources import at_hand
from vitrine_cli.operations.manifests import delete_manifests


@pytest.fixture
def storefront(world: World) -> Iterator[Storefront]:
    world.open_shop("s1")
    world.shops.open_account("1627", "s1")
    with environment.use(replace(world.environment, alternatives=(Alternative.WEBP,))):
        yield Storefront(world)


def read(storefront: Storefront, picture: str) -> Any:
    """The manifest of a picture, as a client gets it; None if there is none."""
    body = storefront.get(manifest_key(picture))
    return body and json.loads(body)


def full_size(image: Image | LibraryImage) -> str:
    return original_address(image).full_size_key(image.original.format)


def published(storefront: Storefront, image: Image) -> None:
    """Deliver the event of an image's original."""
    key = quote(original_address(image).original_key)
    generate_renditions.handler(event(key), None)


def unpublished(image: Image) -> None:
    """Deliver the event of the deletion of an image's original."""
    remove_renditions.handler(event(quote(original_address(image).original_key)), None)


def manifests(storefront: Storefront) -> set[str]:
    return {key for key in storefront.world.blobs.public if picture_of(key)}


def test_a_manifest_describes_the_bytes_and_all_their_sizes(storefront: Storefront) -> None:
    data = pictures.jpeg(1300, 900, exif=pictures.oriented(6))
    image = storefront.add(data, "Red lamp.jpg")
    media_url = storefront.world.environment.media_url

    found = read(storefront, full_size(image))

    sizes = found.pop("sizes")
    appearance = found.pop("colour"), found.pop("thumbhash")
    html = found.pop("html")
    shown = responsive_image_of(media_url, image, (Alternative.WEBP,))
    assert found == {
        "version": 1,
        "url": public_url(media_url, full_size(image)),
        "type": "image/jpeg",
        "bytes": image.original.published_size,
        "width": 900,
        "height": 1300,
        "moves": False,
        "transparent": False,
        "srcset": shown.srcset,
    }
    assert [(each["name"], each["width"], each["height"]) for each in sizes] == [
        ("50-0", 50, 72),
        ("100-0", 100, 144),
        ("240-0", 240, 347),
        ("320-0", 320, 462),
        ("480-0", 480, 693),
        ("640-0", 640, 924),
        ("1024-1024", 709, 1024),
    ]
    assert [each["formats"] for each in sizes] == [each.formats for each in shown.sizes]
    assert html == shown.html(colour=appearance[0])
    published(storefront, image)
    record = storefront.world.galleries.records["s1", PRODUCT][image.id]
    assert record.appearance
    assert appearance == (record.appearance.colour, record.appearance.thumbhash)


def test_a_moving_transparent_picture_says_so(storefront: Storefront) -> None:
    image = storefront.add(pictures.animated("GIF", frames=2, size=120), "a.gif")

    found = read(storefront, full_size(image))

    assert (found["type"], found["moves"]) == ("image/gif", True)
    assert found["transparent"] is image.original.transparent
    assert [*found["sizes"][0]["formats"]] == ["image/gif", "image/webp"]


@pytest.mark.parametrize(
    "data",
    [
        pictures.png(300, 200, "RGBA"),
        pictures.jpeg(700, 500),
        pictures.animated("GIF", frames=2, size=120),
        pictures.encode(pictures.gradient(100, 80), "WEBP"),
        pictures.encode(pictures.gradient(100, 80), "BMP"),
    ],
    ids=["png", "jpeg", "gif", "webp", "bmp"],
)
def test_every_url_of_a_manifest_leads_to_the_stated_picture(
    storefront: Storefront, data: bytes
) -> None:
    image = storefront.add(data)
    media_url = storefront.world.environment.media_url
    here = replace(storefront.world.environment, alternatives=tuple(Alternative))

    with environment.use(here):
        found = read(storefront, full_size(image))
        for size in found["sizes"]:
            assert size["url"] in size["formats"].values()
            for media_type, url in size["formats"].items():
                key = PUBLIC + url.removeprefix(f"{media_url}/")
                opened = pictures.opened(storefront.get(key) or b"")
                assert opened.size == (size["width"], size["height"])
                assert storefront.world.blobs.public[key].media_type == media_type


def test_all_names_of_the_same_bytes_have_the_same_manifest(storefront: Storefront) -> None:
    image = storefront.name(storefront.add(pictures.jpeg(300, 200)), "lamp")
    ahead = [*storefront.made_ahead(image), named_key("s1", "lamp.png")]
    assert len(set(ahead)) == 2 + 7 * 2

    bodies = {json.dumps(read(storefront, key)) for key in ahead}

    assert len(bodies) == 1
    assert manifests(storefront) == {manifest_key(key) for key in ahead}


def test_a_library_image_has_manifests(storefront: Storefront) -> None:
    image = storefront.shelve(pictures.jpeg(400, 300))
    ahead = storefront.made_ahead(image)
    assert len(ahead) == 1 + 5 * 2

    bodies = [read(storefront, key) for key in ahead]

    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["sizes"][0]["name"] == "thumb"
    assert {*bodies[0]["sizes"][0]["formats"]} == {"image/png", "image/webp"}


def test_a_manifest_holds_nothing_that_a_client_can_change(storefront: Storefront) -> None:
    image = storefront.add(pictures.jpeg(300, 200))
    before = read(storefront, full_size(image))
    storefront.world.blobs.public.clear()

    def describe(record: Image) -> Image:
        return replace(record, texts=replace(record.texts, alt="red lamp"), excluded=True)

    storefront.change(image, Change(edit=describe))

    assert read(storefront, full_size(image)) == before


def test_only_pictures_have_a_manifest(storefront: Storefront) -> None:
    image = storefront.add(pictures.png(300, 200))
    where = original_address(image)
    size = where.rendition_key(SETS["gallery"][1], Format.PNG)
    assert read(storefront, size)
    storefront.world.blobs.public.clear()

    for other in (
        manifest_key(size),
        manifest_key(manifest_key(size)),
        manifest_key(full_size(image)),
        size.replace("-640-0", "-641-0"),
        size.replace(".png", ".jpg"),
        f"{size}.avif",  # not enabled
        full_size(image).replace("__00100", "__00101"),
        where.full_size_key(Format.GIF),
        f"{full_size(image)}.webp",
        size.replace("media/s1/", "media/s2/"),
        where.original_key,
        "media/s1/catalog/product/n/o/nobody.png",
        "",
        "media/",
    ):
        assert read(storefront, other) is None, other
    assert storefront.world.blobs.public == {}


def test_a_transparent_rendition_that_no_picture_has_has_no_manifest(
    storefront: Storefront,
) -> None:
    image = storefront.add(pictures.encode(pictures.gradient(100, 80), "WEBP"))
    where, size = original_address(image), SETS["gallery"][1]

    assert read(storefront, where.rendition_key(size, Format.JPEG))
    assert read(storefront, where.rendition_key(size, Format.PNG)) is None


def test_a_manifest_goes_with_a_removed_picture(storefront: Storefront) -> None:
    image = storefront.name(storefront.add(pictures.png(30, 20)), "lamp")
    for key in [*storefront.made_ahead(image), named_key("s1", "lamp.png")]:
        assert read(storefront, key)

    remove_image(storefront.world.catalogue("s1"), PRODUCT, image.id)
    unpublished(image)

    assert storefront.world.blobs.public == {}


def test_a_manifest_goes_with_replaced_bytes_even_where_the_picture_stays(
    storefront: Storefront,
) -> None:
    first = storefront.name(storefront.add(pictures.png(30, 20)), "lamp")
    for key in [*storefront.made_ahead(first), named_key("s1", "lamp.png")]:
        assert read(storefront, key)
    new = storefront.change(first, Change(source=at_hand(pictures.png(31, 20), "new.png")))
    published(storefront, new)

    unpublished(first)

    assert named_key("s1", "lamp.png") in storefront.world.blobs.public
    assert full_size(first) in storefront.world.blobs.public, "the legacy key"
    assert manifests(storefront) == set()
    assert read(storefront, named_key("s1", "lamp.png")) is None, "its sizes are gone"
    assert read(storefront, full_size(new))["width"] == 31


def test_a_retired_image_keeps_its_manifests_until_it_is_purged(storefront: Storefront) -> None:
    image = storefront.name(storefront.add(pictures.png(30, 20)), "lamp")
    retire_image(storefront.world.catalogue("s1"), PRODUCT, image.id)
    assert read(storefront, full_size(image))
    assert read(storefront, named_key("s1", "lamp.png"))

    later = storefront.world.environment.clock().replace(year=2100)
    assert list(purge_retired(storefront.world.environment.stores, "s1", later))
    unpublished(image)

    assert storefront.world.blobs.public == {}


@pytest.mark.parametrize("named", [True, False])
def test_bytes_that_go_while_their_manifest_is_made_leave_none(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    first = storefront.name(storefront.add(pictures.png(30, 20)), "lamp")
    new = storefront.change(first, Change(source=at_hand(pictures.png(31, 20), "new.png")))
    blobs = storefront.world.blobs
    put = blobs.put_public

    def put_late(stored: Iterable[PublicPicture]) -> int:
        made = list(stored)
        monkeypatch.setattr(blobs, "put_public", put)
        published(storefront, new)
        unpublished(first)
        return put(made)

    monkeypatch.setattr(blobs, "put_public", put_late)

    shown = named_key("s1", "lamp.png") if named else full_size(first)
    assert read(storefront, shown) is None
    assert manifests(storefront) == set()


def test_stored_manifests_are_deleted_and_made_again(storefront: Storefront) -> None:
    image, shelved = storefront.add(pictures.png(30, 20)), storefront.shelve(pictures.png(40, 30))
    ahead = [*storefront.made_ahead(image), *storefront.made_ahead(shelved)]
    for key in ahead:
        storefront.get(key)
        assert read(storefront, key)
    world = storefront.world

    assert delete_manifests(world.blobs, world.cdn, "s1") == len(ahead)

    assert manifests(storefront) == set()
    assert {*world.blobs.public} == {*ahead}
    (paths,) = world.cdn.invalidations.values()
    assert paths == ["/media/s1/*", "/media/uploads/1627/*"]
    assert read(storefront, ahead[0])


def test_a_manifest_is_json_for_every_site(storefront: Storefront) -> None:
    image = storefront.add(pictures.png(30, 20), "mug.png")

    answer = storefront.ask("/" + manifest_key(full_size(image)))

    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "application/json")
    head = storefront.ask("/" + manifest_key(full_size(image)), "HEAD")
    assert head["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}

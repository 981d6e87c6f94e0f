"""Pictures that are made because somebody asks for them, and those that are not made at all."""

import json
import random
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import ROOT
from tests.unit.test_rendering import LIBRARY_RULES, PRODUCT, RULES, event

from pipeline import generate_renditions, remove_renditions, render_missing
from vitrine import environment
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import OriginalAddress, named_key, original_address
from vitrine.domain.names import FileName, Naming
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, Alternative
from vitrine.domain.storage import PublicPicture
from vitrine.services.adding import add_image, add_library_image
from vitrine.services.changing import Change, change_image
from vitrine.services.inspecting import inspect_upload
from vitrine.services.naming import WantedName
from vitrine.services.reading import get_entry
from vitrine.services.removing import remove_image, retire_image
from vitrine.services.sources import at_hand

RECORDED = json.loads((ROOT / "events" / "pipeline_render_missing.json").read_text())
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass
class Storefront:
    """A shop whose pictures are rendered on demand only."""

    world: World

    def add(self, data: bytes | None = None, name: str = "mug.png") -> Image:
        source = at_hand(data or pictures.png(300, 200), name)
        return add_image(self.world.catalogue("s1"), PRODUCT, source, RULES).image

    def change(self, image: Image, change: Change) -> Image:
        catalogue = self.world.catalogue("s1")
        found = get_entry(catalogue, PRODUCT, image.id)
        return change_image(catalogue, found, change, RULES).image

    def name(self, image: Image, base: str) -> Image:
        wanted = WantedName(base, "png")
        return self.change(image, Change(rename=lambda _: wanted, names=True))

    def shelve(self, data: bytes, account: str = "1627") -> LibraryImage:
        inspected = inspect_upload(at_hand(data, "mug.png"), LIBRARY_RULES)
        return add_library_image(self.world.catalogue("s1"), inspected, Purpose.USER, account)

    def ask(self, path: str, method: str = "GET") -> dict[str, Any]:
        asked = {**RECORDED, "rawPath": path}
        asked["requestContext"] = {"http": {"method": method, "path": path}}
        return render_missing.handler(asked, None)

    def get(self, key: str) -> bytes | None:
        """What a request for a key is answered with, if it is a picture."""
        answer = self.ask(f"/{key}")
        if answer["statusCode"] == 404:
            assert answer["headers"] == {
                "Content-Type": "text/plain",
                "Cache-Control": "public, max-age=10",
            }
            assert answer["body"] == "No such picture.\n"
            return None
        assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
        data = b64decode(answer["body"])
        stored = self.world.blobs.public[key]
        assert stored.data == data
        assert answer["headers"] == {
            "Content-Type": stored.media_type,
            "Cache-Control": FOR_EVER,
        }
        return data

    def made_ahead(self, image: Image | LibraryImage) -> dict[str, PublicPicture]:
        """All pictures of an image, as the event of its original has them made."""
        key = quote(original_address(image).original_key)
        generate_renditions.handler(event(key), None)
        public = dict(self.world.blobs.public)
        self.world.blobs.public.clear()
        return public


@pytest.fixture
def storefront(world: World) -> Iterable[Storefront]:
    world.open_shop("s1")
    world.shops.open_account("1627", "s1")
    here = replace(world.environment, alternatives=tuple(Alternative))
    with environment.use(here):
        yield Storefront(world)


@pytest.mark.parametrize(
    "data",
    [
        pictures.png(300, 200, "RGBA"),
        pictures.jpeg(1300, 900, exif=pictures.oriented(6)),
        pictures.animated("GIF", frames=2, size=120),
        pictures.encode(pictures.gradient(100, 80), "WEBP"),
        pictures.encode(pictures.gradient(100, 80), "BMP"),
    ],
    ids=["png", "jpeg", "gif", "webp", "bmp"],
)
def test_every_picture_of_an_image_is_made_when_it_is_asked_for(
    storefront: Storefront, data: bytes
) -> None:
    image = storefront.add(data)
    ahead = storefront.made_ahead(image)
    assert len(ahead) == 1 + 7 * 3

    for key, picture in ahead.items():
        made = storefront.get(key)
        if not key.endswith(".gif.avif"):  # in which the encoder notes the time
            assert made == picture.data
        assert storefront.world.blobs.public.pop(key).media_type == picture.media_type
        assert storefront.world.blobs.public == {}, "no other was made"


def test_every_picture_of_a_library_image_is_made_when_it_is_asked_for(
    storefront: Storefront,
) -> None:
    ahead = storefront.made_ahead(storefront.shelve(pictures.jpeg(400, 300)))
    assert len(ahead) == 1 + 5 * 3

    for key, picture in ahead.items():
        assert storefront.get(key) == picture.data
        assert storefront.world.blobs.public == {key: picture}
        storefront.world.blobs.public.clear()


def test_a_library_is_found_by_its_account_or_else_by_its_shops_id(storefront: Storefront) -> None:
    of_shop = storefront.shelve(pictures.png(20, 20), "s1")
    other = storefront.shelve(pictures.png(20, 20), "9")
    thumb = SETS["library"][-1]

    assert storefront.get(original_address(of_shop).rendition_key(thumb, Format.PNG)) is not None
    assert storefront.get(original_address(other).rendition_key(thumb, Format.PNG)) is None


def test_a_named_picture_is_made_for_its_name_however_it_is_called_later(
    storefront: Storefront,
) -> None:
    first = storefront.name(storefront.add(pictures.png(30, 20)), "lamp")
    renamed = storefront.name(first, "red-lamp")
    new = storefront.change(renamed, Change(source=at_hand(pictures.png(31, 20), "new.png")))
    named = storefront.name(new, "new-lamp")
    assert named.name == FileName("new-lamp", 0, "png")

    widths = {
        name: pictures.opened(storefront.get(named_key("s1", f"{name}.png")) or b"").width
        for name in ("lamp", "red-lamp", "new-lamp")
    }

    assert widths == {"lamp": 30, "red-lamp": 30, "new-lamp": 31}, "each shows what it was given to"


def test_a_name_whose_bytes_are_gone_is_not_found(storefront: Storefront) -> None:
    first = storefront.name(storefront.add(pictures.png(30, 20)), "lamp")
    new = storefront.change(first, Change(source=at_hand(pictures.png(31, 20), "new.png")))
    storefront.made_ahead(new)

    assert storefront.get(named_key("s1", "lamp.png")) is None
    assert storefront.get(named_key("s1", "nobody.png")) is None
    assert storefront.get("media/s1/catalog/product/x/x/lamp.png") is None


def test_replaced_bytes_are_public_while_they_are_kept(storefront: Storefront) -> None:
    old = storefront.add(pictures.png(30, 20))
    new = storefront.change(old, Change(source=at_hand(pictures.png(31, 20), "new.png")))
    keys = [original_address(each).full_size_key(Format.PNG) for each in (old, new)]
    assert [storefront.get(key) is not None for key in keys] == [True, True]

    storefront.made_ahead(new)

    assert [storefront.get(key) is not None for key in keys] == [False, True]


def test_a_retired_image_keeps_its_pictures_and_a_removed_one_does_not(
    storefront: Storefront,
) -> None:
    retired, removed = storefront.add(), storefront.add()
    keys = [
        original_address(each).rendition_key(SETS["gallery"][1], Format.PNG)
        for each in (retired, removed)
    ]
    retire_image(storefront.world.catalogue("s1"), PRODUCT, retired.id)
    remove_image(storefront.world.catalogue("s1"), PRODUCT, removed.id)

    assert storefront.get(keys[0]) is not None
    assert storefront.get(keys[1]) is None


def test_nothing_becomes_public_before_its_record(storefront: Storefront) -> None:
    image = storefront.add()
    del storefront.world.galleries.records["s1", PRODUCT][image.id]

    assert storefront.get(original_address(image).full_size_key(Format.PNG)) is None
    assert storefront.world.blobs.public == {}


def test_bytes_that_lost_a_race_do_not_become_public(storefront: Storefront) -> None:
    image = storefront.add()
    lost = replace(image, original=replace(image.original, digest="f" * 64))
    data = pictures.png(9, 9)
    storefront.world.blobs.put_original(
        original_address(lost).original_key, data, "image/png", PRODUCT
    )

    assert storefront.get(original_address(lost).full_size_key(Format.PNG)) is None


def test_an_image_removed_while_its_picture_is_made_leaves_none(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = storefront.add()
    put = storefront.world.blobs.put_public

    def put_late(stored: Iterable[PublicPicture]) -> int:
        remove_image(storefront.world.catalogue("s1"), PRODUCT, image.id)
        remove_renditions.handler(event(original_address(image).original_key), None)
        return put(stored)

    monkeypatch.setattr(storefront.world.blobs, "put_public", put_late)

    assert storefront.get(original_address(image).full_size_key(Format.PNG)) is None
    assert storefront.world.blobs.public == {}


def test_only_what_the_table_names_is_made(storefront: Storefront) -> None:
    image = storefront.add()
    where: OriginalAddress = original_address(image)
    key = where.rendition_key(SETS["gallery"][1], Format.PNG)
    assert storefront.get(key) is not None
    storefront.world.blobs.public.clear()

    for other in (
        key.replace("-640-0", "-641-0"),
        key.replace(".png", ".jpg"),
        key.replace("/mug-", "/jug-"),
        f"{key}.gif",
        f"{key}.webp.webp",
        f"{where.full_size_key(Format.PNG)}.webp",
        where.full_size_key(Format.GIF),
        where.full_size_key(Format.PNG).replace("__00100", "__00101"),
        where.original_key,
    ):
        assert storefront.get(other) is None
    assert storefront.world.blobs.public == {}


def test_an_alternative_that_this_stack_does_not_make_is_not_there(
    storefront: Storefront,
) -> None:
    key = original_address(storefront.add()).rendition_key(SETS["gallery"][1], Format.PNG)
    here = replace(storefront.world.environment, alternatives=(Alternative.WEBP,))

    with environment.use(here):
        assert storefront.get(f"{key}.webp") is not None
        assert storefront.get(f"{key}.avif") is None


def test_a_head_stores_the_picture_and_is_not_cached(storefront: Storefront) -> None:
    key = original_address(storefront.add()).full_size_key(Format.PNG)

    answer = storefront.ask(f"/{key}", "HEAD")

    assert key in storefront.world.blobs.public
    assert answer == {
        "statusCode": 200,
        "headers": {"Content-Type": "image/png", "Cache-Control": "no-store"},
    }
    assert storefront.ask(f"/{key}", "POST")["statusCode"] == 404


def test_what_is_too_large_for_an_answer_is_read_from_storage(storefront: Storefront) -> None:
    noise = pictures.Image.frombytes("RGB", (1300, 1200), random.Random(1).randbytes(4_680_000))
    large = storefront.add(pictures.encode(noise, "PNG", compress_level=1))
    key = original_address(large).full_size_key(Format.PNG)

    answer = storefront.ask(f"/{key}")

    size = len(storefront.world.blobs.public[key].data)
    assert size > render_missing.ROOM
    head = storefront.ask(f"/{key}", "HEAD")
    assert (head["statusCode"], head["headers"]["Cache-Control"]) == (200, "no-store")
    assert answer == {
        "statusCode": 302,
        "headers": {
            "Location": f"https://s3.example/{key}",
            "Cache-Control": "no-store",
        },
    }


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/media/",
        "//media/s1/x.png",
        "/media/../originals/s1/1/x.png",
        "/media%2fs1%2f..%2fx.png",
        "/media/s1/%00%ff%fe.png",
        "/media/s1/" + "a" * 9000,
        "/media/s1/product_images/a/000/a__" + "9" * 500 + ".png",
        "/media/uploads/1627/user/" + "9" * 500 + "-" + "0" * 20 + "/thumb.png",
        "/media/s1/catalog/product/\x00/\ud800/x",
        "/media/s1/catalog/product/a/b/%0a%0d%22",
        "/media/s1/" + "f" * 32 + "/x-640-0.png",
    ],
)
def test_hostile_paths_are_not_found(storefront: Storefront, path: str) -> None:
    for method in ("GET", "HEAD"):
        assert storefront.ask(path, method)["statusCode"] == 404


def test_a_path_may_come_encoded(storefront: Storefront) -> None:
    key = original_address(storefront.add()).full_size_key(Format.PNG)

    assert storefront.ask("/" + key.replace("mug", "%6Dug"))["statusCode"] == 200


def test_a_name_tells_its_image_and_bytes(storefront: Storefront) -> None:
    image = storefront.name(storefront.add(), "lamp")

    where = original_address(image)
    assert storefront.world.galleries.named("s1", "lamp.png") == Naming(
        image.id, PRODUCT, where.version, legacy_key=where.full_size_key(Format.PNG)
    )


@pytest.mark.parametrize("named", [True, False])
def test_a_name_stays_public_when_its_bytes_go_while_it_is_asked_for(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    """So does the picture by which the image was shown before it had that name."""
    first = storefront.name(storefront.add(pictures.png(30, 20)), "lamp")
    change = Change(source=at_hand(pictures.png(31, 20), "new.png"))
    new = storefront.change(first, change)
    blobs = storefront.world.blobs
    key = (
        named_key("s1", "lamp.png") if named else original_address(first).full_size_key(Format.PNG)
    )
    put = blobs.put_public

    def put_late(stored: Iterable[PublicPicture]) -> int:
        made = list(stored)
        monkeypatch.setattr(blobs, "put_public", put)
        generate_renditions.handler(event(quote(original_address(new).original_key)), None)
        remove_renditions.handler(event(quote(original_address(first).original_key)), None)
        return put(made)

    monkeypatch.setattr(blobs, "put_public", put_late)

    assert storefront.ask(f"/{key}")["statusCode"] == 200
    assert key in blobs.public


def test_bytes_that_cannot_be_shown_are_answered_for_all_that(storefront: Storefront) -> None:
    image = storefront.add(pictures.png(30, 20))
    where = original_address(image)
    storefront.world.blobs.put_original(where.original_key, b"GIF89a", "image/gif", PRODUCT)

    answer = storefront.ask("/" + where.rendition_key(SETS["gallery"][1], Format.GIF))

    assert (answer["statusCode"], answer["body"]) == (404, "No such picture.\n")

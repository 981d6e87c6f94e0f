"""Imports of files, with events that come late, twice or out of order."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

import pytest
from tests import pictures
from tests.conftest import World
from tests.fakes import etag

from pipeline import import_file
from vitrine import environment
from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import HARD_LIMIT, THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Texts
from vitrine.domain.imports import import_key, parse_arrival
from vitrine.domain.rejections import ReasonCode
from vitrine.domain.shops import ProductKey, ProductMode
from vitrine.services.catalogue import RetryPolicy
from vitrine.services.changing import Change, change_image
from vitrine.services.importing import RULES
from vitrine.services.reading import get_entry
from vitrine.services.sources import at_hand

KEY = "import/s1/products/8/кружка 1+2.png"


def event(key: str, data: bytes, sequencer: str = "01") -> dict[str, Any]:
    """A notification of one version of one object."""
    thing = {"key": quote_plus(key, safe="/"), "eTag": etag(data), "sequencer": sequencer}
    return {"Records": [{"eventSource": "aws:s3", "s3": {"object": thing}}]}


@pytest.fixture
def shop(world: World) -> World:
    world.open_shop("s1")
    return world


def drop(world: World, key: str = KEY, data: bytes = pictures.png(), sequencer: str = "01") -> None:
    """Upload a file, and deliver its event."""
    world.blobs.import_folder[key] = data
    import_file.handler(event(key, data, sequencer), None)


def reasons(world: World, shop: str = "s1") -> dict[str, str]:
    """Why files were rejected, by path."""
    return {each.arrival.path: each.reason for each in world.imports.imports(shop) if each.reason}


def test_a_file_becomes_the_last_image_of_its_product(shop: World) -> None:
    shop.with_gallery("s1", "8", {5: 3}, thumbnail=5)

    drop(shop, data=pictures.animated("GIF"))

    head, records = shop.galleries.gallery_with_images("s1", "8")
    assert head.sorts == {5: 3, 6: 4}
    assert records[6].original.file_name == "кружка 1+2.png"
    assert records[6].original.frames == 2
    (settled,) = shop.imports.imports("s1")
    assert (settled.image, settled.reason) == (6, "")
    assert KEY in shop.blobs.import_folder, "it stays where it is"


def test_an_event_that_comes_twice_makes_one_image(shop: World) -> None:
    for _ in range(3):
        drop(shop)

    assert len(shop.galleries.heads["s1", "8"]) == 1
    assert len(shop.blobs.originals) == 1
    assert shop.galleries.next_image_id("s1") == 2, "a repeated event looks at nothing"


def test_a_new_version_of_a_file_is_another_image_and_an_old_one_none(shop: World) -> None:
    drop(shop, sequencer="01")
    drop(shop, data=pictures.png(40, 40), sequencer="02")
    import_file.handler(event(KEY, pictures.png(), "01"), None)

    assert len(shop.galleries.heads["s1", "8"]) == 2
    (settled,) = shop.imports.imports("s1")
    assert settled.arrival.sequencer.startswith("02")


def test_an_event_of_a_version_that_was_written_over_makes_nothing(shop: World) -> None:
    """The event of the version that is there now makes the image."""
    shop.blobs.import_folder[KEY] = pictures.png(40, 40)

    import_file.handler(event(KEY, pictures.png(), "01"), None)
    assert len(shop.galleries.heads["s1", "8"]) == 0
    import_file.handler(event(KEY, pictures.png(40, 40), "02"), None)

    assert len(shop.galleries.heads["s1", "8"]) == 1


def test_a_file_that_is_gone_makes_nothing(shop: World) -> None:
    import_file.handler(event(KEY, pictures.png()), None)

    assert shop.imports.imports("s1") == []


def test_two_deliveries_at_the_same_time_make_one_image(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = shop.galleries.commit
    waiting = [True]

    def late(change: GalleryChange) -> Gallery:
        if waiting.pop() if waiting else False:
            import_file.handler(event(KEY, pictures.png()), None)
        return commit(change)

    monkeypatch.setattr(shop.galleries, "commit", late)

    drop(shop)

    assert len(shop.galleries.heads["s1", "8"]) == 1
    assert len(shop.blobs.originals) == 1


@pytest.mark.parametrize(
    ("key", "data", "reason"),
    [
        (
            "import/s1/products/8/bad.png",
            b"no picture",
            "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture",
        ),
        (
            "import/s1/products/8/cut.png",
            pictures.png()[:-30],
            "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture",
        ),
        (
            "import/s1/products/8/empty.png",
            b"",
            "it is empty",
        ),
        (
            "import/s1/products/8/bomb.png",
            pictures.bomb(12_000, 12_000),
            "it has too many pixels: a JPEG or PNG may have 120 million, others 50 million",
        ),
        (
            "import/s1/products/8/large.png",
            pictures.padded_png(RULES.max_bytes + 1),
            "it is larger than 20971520 bytes",
        ),
        (
            "import/s1/products/8/deep/er.png",
            pictures.png(),
            "it lies deeper than products/<product>/<file>",
        ),
        (
            f"import/s1/products/{'8' * 65}/a.png",
            pictures.png(),
            "its folder cannot name a product: 1 to 64 characters, no control characters",
        ),
        (
            "import/s1/products/bad\nid/a.png",
            pictures.png(),
            "its folder cannot name a product: 1 to 64 characters, no control characters",
        ),
        (
            "import/s1/products/8/a\nb.png",
            pictures.png(),
            "its path holds what no path can, such as '..' or a control character",
        ),
        (
            "import/s1/products/../a.png",
            pictures.png(),
            "its path holds what no path can, such as '..' or a control character",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_cannot_be_an_image_leaves_its_reason(
    shop: World, key: str, data: bytes, reason: str
) -> None:
    drop(shop, key, data)
    drop(shop, key, data)

    assert reasons(shop) == {key.removeprefix("import/s1/"): reason}
    assert shop.blobs.originals == {}
    assert key in shop.blobs.import_folder


def test_a_full_product_a_strange_one_and_a_strange_shop_have_their_reasons(shop: World) -> None:
    shop.open_shop("s2", ProductMode.REGISTERED)
    shop.shops.register_product("s2", ProductKey("8"))
    shop.with_gallery("s1", "9", {number: number for number in range(1, HARD_LIMIT + 1)})

    drop(shop, "import/s1/products/9/a.png")
    drop(shop, "import/s2/products/9/a.png")
    drop(shop, "import/s2/products/8/a.png")
    drop(shop, "import/nobody/products/9/a.png")
    drop(shop, "import/nobody/products/9/a.png")

    assert reasons(shop) == {"products/9/a.png": "the product has 1000 images already"}
    assert reasons(shop, "s2") == {"products/9/a.png": "the shop has no such product"}
    assert reasons(shop, "nobody") == {"products/9/a.png": "there is no such shop"}
    assert len(shop.galleries.heads["s2", "8"]) == 1


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40
SVG = b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (HEIC, "heic", "it is HEIC, which is not accepted; send JPEG, PNG, WebP, GIF or BMP"),
        (SVG, "svg", "it is SVG, which is not accepted; send JPEG, PNG, WebP, GIF or BMP"),
        (b"\xef\xbb\xbf <SVG/>", "svg", "it is SVG, which is not accepted; send JPEG, PNG, WebP,"),
        (b"", "empty", "it is empty"),
        (b"<?xml version='1.0'?><html/>", "not_a_picture", "it is not a complete GIF"),
        (pictures.png()[:-30], "not_a_picture", "it is not a complete GIF"),
        (pictures.bomb(12_000, 12_000), "too_many_pixels", "it has too many pixels"),
        (pictures.padded_png(RULES.max_bytes + 1), "too_large", "it is larger than 20971520 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_a_rejection_has_a_code_beside_its_reason(
    shop: World, data: bytes, code: str, reason: str
) -> None:
    drop(shop, data=data)

    (settled,) = shop.imports.imports("s1")
    assert settled.code == code
    assert settled.reason.startswith(reason)


def test_each_place_that_takes_no_file_has_its_code(shop: World) -> None:
    shop.open_shop("s2", ProductMode.REGISTERED)
    shop.with_gallery("s1", "9", {number: number for number in range(1, HARD_LIMIT + 1)})

    drop(shop, "import/s1/products/9/a.png")
    drop(shop, "import/s1/products/8/deep/er.png")
    drop(shop, "import/s2/products/9/a.png")
    drop(shop, "import/nobody/products/9/a.png")

    codes = {each.arrival.key: each.code for each in shop.imports.settled.values()}
    assert codes == {
        "import/s1/products/9/a.png": ReasonCode.GALLERY_FULL,
        "import/s1/products/8/deep/er.png": ReasonCode.BAD_PATH,
        "import/s2/products/9/a.png": ReasonCode.NO_PRODUCT,
        "import/nobody/products/9/a.png": ReasonCode.NO_SHOP,
    }


def dropped_names(world: World, product: str = "8") -> list[str]:
    """File names of a product's images, in gallery order."""
    head, records = world.galleries.gallery_with_images("s1", product)
    return [records[each].original.file_name for each in head.order]


def drop_names(world: World, *names: str) -> None:
    """Upload a different picture under each name."""
    for number, name in enumerate(names):
        drop(world, f"import/s1/products/8/{name}", pictures.png(20 + number, 30))


def test_dropped_files_are_in_the_order_of_their_names(shop: World) -> None:
    drop_names(shop, "10.png", "02.png", "07.png", "01.png", "03.png")

    assert dropped_names(shop) == ["01.png", "02.png", "03.png", "07.png", "10.png"]
    head, records = shop.galleries.gallery_with_images("s1", "8")
    assert head.holder(THUMBNAIL) == head.order[0]
    assert {each.dropped for each in records.values()} == {
        f"products/8/{name}" for name in dropped_names(shop)
    }


@pytest.mark.parametrize(
    "request_",
    [
        Change(place=lambda gallery, image: gallery.move(image, 1), arranges=True),
        Change(place=lambda gallery, image: gallery.place(image, 2), arranges=True),
        Change(role=lambda gallery, image: gallery.with_thumbnail(image), arranges=True),
    ],
)
def test_an_image_that_a_client_placed_stays_placed(shop: World, request_: Change) -> None:
    """Even if the place that it asked for is the one that it had."""
    drop_names(shop, "1.png", "3.png", "5.png")
    catalogue = shop.catalogue("s1")
    last = shop.galleries.heads["s1", "8"].order[-1]

    changed = change_image(catalogue, get_entry(catalogue, ProductKey("8"), last), request_, RULES)

    assert changed.image.dropped == ""
    before = [name for name in dropped_names(shop) if name != "4.png"]
    drop_names(shop, "4.png")
    assert [name for name in dropped_names(shop) if name != "4.png"] == before
    assert dropped_names(shop)[-1] == "4.png", "no marked image is greater"


def test_new_texts_and_bytes_keep_the_mark(shop: World) -> None:
    drop_names(shop, "1.png", "3.png")
    catalogue = shop.catalogue("s1")
    last = shop.galleries.heads["s1", "8"].order[-1]
    texts = Change(
        edit=lambda image: replace(image, texts=Texts("lamp")),
        source=at_hand(pictures.png(90, 90), "9.png"),
    )

    change_image(catalogue, get_entry(catalogue, ProductKey("8"), last), texts, RULES)
    drop_names(shop, "2.png")

    assert dropped_names(shop) == ["1.png", "2.png", "9.png"], "9.png replaced the bytes of 3.png"


def test_an_order_of_the_whole_gallery_makes_all_marks_void(shop: World) -> None:
    drop_names(shop, "1.png", "3.png")
    head = shop.galleries.heads["s1", "8"]
    shop.galleries.heads["s1", "8"] = replace(head, arranged_up_to=max(head.order))

    drop_names(shop, "2.png", "0.png")

    assert dropped_names(shop) == ["1.png", "3.png", "0.png", "2.png"]


def test_a_place_is_computed_again_after_a_lost_race(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, waiting = shop.galleries.commit, ["2.png", "5.png"]

    def late(change: GalleryChange) -> Gallery:
        if waiting:
            name = waiting.pop()
            drop(shop, f"import/s1/products/8/{name}", pictures.png(50, 40 + len(waiting)))
        return commit(change)

    monkeypatch.setattr(shop.galleries, "commit", late)
    drop_names(shop, "3.png")

    assert dropped_names(shop) == ["2.png", "3.png", "5.png"]


@pytest.mark.parametrize("tags", [False, True])
def test_imported_files_are_tagged_where_that_is_set(shop: World, tags: bool) -> None:
    with environment.use(replace(shop.environment, tags_imported=tags)):
        drop(shop)
        drop(shop, "import/s1/products/8/bad.png", b"no picture")

    assert shop.blobs.tagged == ({KEY} if tags else set())


def test_a_mended_file_is_rejected_no_more(shop: World) -> None:
    drop(shop, data=b"no picture", sequencer="01")
    assert reasons(shop)

    drop(shop, sequencer="02")

    assert reasons(shop) == {}
    assert len(shop.galleries.heads["s1", "8"]) == 1


def test_what_fails_is_sent_again_and_leaves_no_reason(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_: GalleryChange) -> Gallery:
        raise ConflictError

    with monkeypatch.context() as broken:
        broken.setattr(shop.galleries, "commit", lose)
        broken.setattr("pipeline.import_file.BULK_RETRY", RetryPolicy(2, 0.01))
        with pytest.raises(ConflictError):
            drop(shop)
    assert (shop.imports.imports("s1"), shop.blobs.originals) == ([], {})

    drop(shop)

    assert len(shop.galleries.heads["s1", "8"]) == 1


def test_an_import_is_tried_again_as_long_as_its_function_may_run(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty conflicts are more than the 24 retries of a function that knows no time."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
    commit, lost = shop.galleries.commit, iter([True] * 40)

    def lose_often(change: GalleryChange) -> Gallery:
        if next(lost, False):
            raise ConflictError
        return commit(change)

    class Context:
        left = 120_000

        def get_remaining_time_in_millis(self) -> int:
            self.left -= 1000
            return self.left

    monkeypatch.setattr(shop.galleries, "commit", lose_often)
    data = pictures.png()
    shop.blobs.import_folder[KEY] = data
    import_file.handler(event(KEY, data), Context())

    assert len(shop.galleries.heads["s1", "8"]) == 1


@pytest.mark.parametrize(
    "key",
    [
        "import/s1/mug.png",
        "import/s1/mugs/8/mug.png",
        "import/s1/products/mug.png",
        "import/s1/products/8/",
        "import/s1/products/8/sub/",
        "import/s1/products//mug.png",
        "import/products/8/mug.png",
    ],
)
def test_other_files_are_passed_over(shop: World, key: str) -> None:
    drop(shop, key)

    assert parse_arrival(key, "", "01") is None
    assert (shop.imports.imports("s1"), shop.blobs.originals) == ([], {})


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("mug.png", "import/s1/mug.png"),
        ("a b/ü+%20.png", "import/s1/a b/ü+%20.png"),
        ("..a/b..png", "import/s1/..a/b..png"),
        ("a:b.png", "import/s1/a:b.png"),
        ("", None),
        ("/", None),
        ("/mug.png", None),
        ("mugs/", None),
        ("a//b.png", None),
        (".", None),
        ("..", None),
        ("../s2/mug.png", None),
        ("a/../b.png", None),
        ("a/./b.png", None),
        ("a\\b.png", None),
        ("a\nb.png", None),
        ("a\x7fb.png", None),
        ("a\ud800b.png", None),
        ("ftp://host/a.png", None),
        ("é" * 510, None),
        ("e" * 1014, "import/s1/" + "e" * 1014),
        ("e" * 1015, None),
    ],
)
def test_paths_lead_into_the_shops_own_folder_or_nowhere(path: str, key: str | None) -> None:
    assert import_key("s1", path) == key

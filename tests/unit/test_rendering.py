"""Renditions made and removed by events that come late, twice, or in another order."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus

import pytest
from tests import pictures
from tests.conftest import World

from pipeline import generate_renditions, remove_renditions
from vitrine.domain.errors import ConflictError, PictureRefusedError, RecordMissingError
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Appearance, Image, RenditionState
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import OriginalAddress, original_address
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.domain.storage import PublicPicture
from vitrine.services.adding import add_image, add_library_image
from vitrine.services.catalogue import RetryPolicy
from vitrine.services.changing import Change, change_image
from vitrine.services.inspecting import inspect_upload
from vitrine.services.reading import get_entry
from vitrine.services.removing import remove_image
from vitrine.services.sources import at_hand

RULES = PictureRules(frozenset(Format), max_bytes=10**9)
PRODUCT = ProductKey("lámp #1 東")
NAME = "фото 1+2 東京 %2B&é.png"
ENCODED = "%D1%84%D0%BE%D1%82%D0%BE+1%2B2+%E6%9D%B1%E4%BA%AC+%252B%26%C3%A9.png"


def event(key: str) -> dict[str, Any]:
    """A notification of one object, with its key URL-encoded as S3 does."""
    return {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": key}}}]}


@dataclass
class Pipeline:
    """A shop whose storage events the test sends when it wants to."""

    world: World

    def add(self, data: bytes = pictures.png(mode="RGBA")) -> Image:
        catalogue = self.world.catalogue("s1")
        return add_image(catalogue, PRODUCT, at_hand(data, NAME), RULES).image

    def replace(self, image: Image) -> Image:
        catalogue = self.world.catalogue("s1")
        found = get_entry(catalogue, PRODUCT, image.id)
        data = pictures.png(40 + found.image.original.revision, 30)
        change = Change(source=at_hand(data, "new.png"))
        return change_image(catalogue, found, change, RULES).image

    def remove(self, image: Image) -> None:
        remove_image(self.world.catalogue("s1"), PRODUCT, image.id)

    def created(self, image: Image) -> None:
        generate_renditions.handler(event(self.key(image)), None)

    def removed(self, image: Image) -> None:
        remove_renditions.handler(event(self.key(image)), None)

    @staticmethod
    def key(image: Image) -> str:
        return original_address(image).original_key.replace(NAME, ENCODED)

    def state(self, image: Image) -> RenditionState | None:
        found = self.world.galleries.image("s1", PRODUCT, image.id)
        return found and found.renditions


@pytest.fixture
def pipeline(world: World, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    monkeypatch.setattr("vitrine.services.rendering.RECORD_RETRY", RetryPolicy(1, 0))
    world.open_shop("s1")
    return Pipeline(world)


def test_a_new_original_gets_all_its_public_pictures(pipeline: Pipeline) -> None:
    image = pipeline.add()
    assert pipeline.state(image) is RenditionState.PENDING

    pipeline.created(image)

    public = pipeline.world.blobs.public
    assert sorted(pictures.opened(each.data).width for each in public.values()) == [
        *(50, 100, 240),
        *(300,) * 5,
    ]
    assert all(each.media_type == "image/png" for each in public.values())
    assert all(key.split("/")[-1].startswith(("1-2-2b-e-", "1-2-2b-e__")) for key in public)
    assert public[original_address(image).full_size_key(Format.PNG)].data == pictures.png(
        mode="RGBA"
    )
    assert pipeline.state(image) is RenditionState.COMPLETE


def test_a_second_event_changes_nothing(pipeline: Pipeline) -> None:
    image = pipeline.add()
    pipeline.created(image)
    public = dict(pipeline.world.blobs.public)

    pipeline.created(image)

    assert pipeline.world.blobs.public == public


def test_a_removed_image_leaves_no_public_picture(pipeline: Pipeline) -> None:
    gone, left = pipeline.add(), pipeline.add()
    pipeline.created(gone)
    pipeline.created(left)
    both = len(pipeline.world.blobs.public)

    pipeline.remove(gone)
    pipeline.removed(gone)
    pipeline.removed(gone)

    assert len(pipeline.world.blobs.public) == both / 2
    assert all(original_address(gone).stem not in key for key in pipeline.world.blobs.public)


def test_an_event_of_creation_that_comes_after_the_removal_makes_nothing(
    pipeline: Pipeline,
) -> None:
    image = pipeline.add()
    pipeline.remove(image)

    pipeline.removed(image)
    pipeline.created(image)

    assert pipeline.world.blobs.public == {}


def test_an_image_removed_while_its_renditions_are_made_leaves_none(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.add()
    put = pipeline.world.blobs.put_public

    def put_late(stored: Iterable[PublicPicture]) -> int:
        pipeline.remove(image)
        pipeline.removed(image)
        return put(stored)

    monkeypatch.setattr(pipeline.world.blobs, "put_public", put_late)

    pipeline.created(image)

    assert pipeline.world.blobs.public == {}


def test_an_event_of_removal_does_not_believe_itself_while_the_original_is_there(
    pipeline: Pipeline,
) -> None:
    image = pipeline.add()
    pipeline.created(image)

    pipeline.removed(image)

    assert len(pipeline.world.blobs.public) == 8


def test_an_event_of_creation_that_finds_no_original_tidies_up(pipeline: Pipeline) -> None:
    """The function died after it had stored pictures; the image was removed; the event is late."""
    image = pipeline.add()
    pipeline.created(image)
    pipeline.remove(image)

    pipeline.created(image)

    assert pipeline.world.blobs.public == {}


def test_an_event_that_comes_before_the_record_is_sent_again(pipeline: Pipeline) -> None:
    image = pipeline.add()
    record = pipeline.world.galleries.records["s1", PRODUCT].pop(image.id)
    with pytest.raises(RecordMissingError):
        pipeline.created(image)
    assert pipeline.world.blobs.public == {}, "no picture without an image is public"

    pipeline.world.galleries.records["s1", PRODUCT][image.id] = record
    pipeline.created(image)

    assert pipeline.state(image) is RenditionState.COMPLETE
    assert len(pipeline.world.blobs.public) == 8


# New bytes of an image


def originals(pipeline: Pipeline) -> list[str]:
    return sorted(pipeline.world.blobs.originals)


def stems(pipeline: Pipeline) -> set[str]:
    """Whose renditions are public."""
    keys = [key.split("/")[2] for key in pipeline.world.blobs.public]
    return {key for key in keys if key != "product_images"}


def test_old_pictures_go_when_the_new_ones_are_complete(pipeline: Pipeline) -> None:
    old = pipeline.add()
    pipeline.created(old)
    new = pipeline.replace(old)
    assert stems(pipeline) == {original_address(old).stem}, "until then a reader finds the old ones"
    assert len(originals(pipeline)) == 2

    pipeline.created(new)
    assert originals(pipeline) == [original_address(new).original_key]
    assert stems(pipeline) == {original_address(old).stem, original_address(new).stem}
    pipeline.removed(old)

    assert stems(pipeline) == {original_address(new).stem}
    assert len(pipeline.world.blobs.public) == 8
    assert pipeline.state(new) is RenditionState.COMPLETE


@pytest.mark.parametrize("first", [0, 1, 2])
@pytest.mark.parametrize("second", [0, 1, 2])
def test_of_several_replacements_the_last_stays_in_any_order_of_events(
    pipeline: Pipeline, first: int, second: int
) -> None:
    versions = [pipeline.add()]
    versions.append(pipeline.replace(versions[0]))
    versions.append(pipeline.replace(versions[1]))
    late = [each for each in range(3) if each not in (first, second)]

    for number in (first, second, *late, 0, 1, 2):
        pipeline.created(versions[number])
    for each in versions:
        pipeline.removed(each)

    assert originals(pipeline) == [original_address(versions[2]).original_key]
    assert stems(pipeline) == {original_address(versions[2]).stem}
    assert pipeline.state(versions[2]) is RenditionState.COMPLETE


def test_an_image_replaced_while_its_renditions_are_made_ends_with_the_new_ones(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = pipeline.add()
    put = pipeline.world.blobs.put_public
    replaced: list[Image] = []

    def put_late(stored: Iterable[PublicPicture]) -> int:
        count = put(stored)
        if not replaced:
            replaced.append(pipeline.replace(old))
        return count

    monkeypatch.setattr(pipeline.world.blobs, "put_public", put_late)

    pipeline.created(old)
    pipeline.created(replaced[0])
    pipeline.removed(old)

    assert originals(pipeline) == [original_address(replaced[0]).original_key]
    assert stems(pipeline) == {original_address(replaced[0]).stem}


def test_an_image_replaced_and_complete_while_older_renditions_are_made_keeps_the_new_ones(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = pipeline.add()
    put = pipeline.world.blobs.put_public
    replaced: list[Image] = []

    def put_late(stored: Iterable[PublicPicture]) -> int:
        if not replaced:
            replaced.append(pipeline.replace(old))
            pipeline.created(replaced[0])
            pipeline.removed(old)
        return put(stored)

    monkeypatch.setattr(pipeline.world.blobs, "put_public", put_late)

    pipeline.created(old)

    assert originals(pipeline) == [original_address(replaced[0]).original_key]
    assert stems(pipeline) == {original_address(replaced[0]).stem}


def test_an_image_removed_before_its_new_renditions_are_made_leaves_nothing(
    pipeline: Pipeline,
) -> None:
    old = pipeline.add()
    pipeline.created(old)
    new = pipeline.replace(old)
    pipeline.remove(new)

    pipeline.removed(new)
    pipeline.removed(old)
    pipeline.created(new)

    assert (originals(pipeline), pipeline.world.blobs.public) == ([], {})


def test_new_bytes_whose_record_is_not_there_yet_are_sent_again(pipeline: Pipeline) -> None:
    old = pipeline.add()
    pipeline.created(old)
    records = pipeline.world.galleries.records["s1", PRODUCT]
    before = records[old.id]
    new = pipeline.replace(old)
    after, records[old.id] = records[old.id], before

    with pytest.raises(RecordMissingError):
        pipeline.created(new)
    assert stems(pipeline) == {original_address(old).stem}

    records[old.id] = after
    pipeline.created(new)
    assert pipeline.state(new) is RenditionState.COMPLETE


def test_bytes_that_lost_a_race_go_and_their_winners_stay(pipeline: Pipeline) -> None:
    old = pipeline.add()
    new = pipeline.replace(old)
    lost = replace(new, original=replace(new.original, digest="f" * 64))
    pipeline.world.blobs.put_original(
        original_address(lost).original_key, b"x", "image/png", PRODUCT
    )

    pipeline.created(lost)
    assert original_address(lost).original_key in originals(pipeline), "nothing is complete yet"
    pipeline.created(new)

    assert originals(pipeline) == [original_address(new).original_key]
    pipeline.world.blobs.put_original(
        original_address(lost).original_key, b"x", "image/png", PRODUCT
    )
    pipeline.created(lost)
    assert originals(pipeline) == [original_address(new).original_key]


def deliver(pipeline: Pipeline, known: set[str]) -> None:
    """Deliver every storage event once, until no more arise; failed events are not retried."""
    while (now := set(pipeline.world.blobs.originals)) != known:
        new, gone = sorted(now - known), sorted(known - now)
        known.clear()
        known |= now
        for key in new:
            with suppress(RecordMissingError):
                generate_renditions.handler(event(quote_plus(key, safe="/")), None)
        for key in gone:
            remove_renditions.handler(event(quote_plus(key, safe="/")), None)


@pytest.mark.parametrize("same_bytes", [False, True])
def test_new_bytes_that_never_got_a_record_take_no_pictures_along(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, *, same_bytes: bool
) -> None:
    """A writer dies before its commit; the client sends a picture again, and every event comes."""
    old, known = pipeline.add(), set[str]()
    deliver(pipeline, known)
    catalogue = pipeline.world.catalogue("s1")
    found = get_entry(catalogue, PRODUCT, old.id)

    def die(_: GalleryChange) -> Gallery:
        raise KeyboardInterrupt

    lost = Change(source=at_hand(pictures.png(40, 30), "lost.png"))
    with monkeypatch.context() as broken:
        broken.setattr(pipeline.world.galleries, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            change_image(catalogue, found, lost, RULES)
    deliver(pipeline, known)
    data = pictures.png(40, 30) if same_bytes else pictures.png(41, 30)
    new = change_image(catalogue, found, Change(source=at_hand(data, "new.png")), RULES).image
    deliver(pipeline, known)

    assert originals(pipeline) == [original_address(new).original_key]
    assert stems(pipeline) == {original_address(new).stem}
    assert len(pipeline.world.blobs.public) == 8
    assert pipeline.state(new) is RenditionState.COMPLETE


def test_a_record_that_another_writes_just_now_is_completed_all_the_same(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.add()
    complete = pipeline.world.galleries.complete_renditions
    busy = [True]

    def late(where: OriginalAddress, product: str, appearance: Appearance, *, turned: bool) -> None:
        if busy:
            busy.pop()
            raise ConflictError
        complete(where, product, appearance, turned=turned)

    monkeypatch.setattr(pipeline.world.galleries, "complete_renditions", late)

    pipeline.created(image)

    assert pipeline.state(image) is RenditionState.COMPLETE


def test_an_event_that_overtakes_the_record_waits_a_moment(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.add()
    read = pipeline.world.galleries.image
    late = [True, True]

    def not_yet(shop: str, product: str, number: int) -> Image | None:
        return None if late and late.pop() else read(shop, product, number)

    monkeypatch.setattr("vitrine.services.rendering.RECORD_RETRY", RetryPolicy(5, 0.01))
    monkeypatch.setattr(pipeline.world.galleries, "image", not_yet)

    pipeline.created(image)

    assert pipeline.state(image) is RenditionState.COMPLETE


def test_an_original_that_is_no_picture_fails_for_good(pipeline: Pipeline) -> None:
    image = pipeline.add()
    key = original_address(image).original_key
    pipeline.world.blobs.put_original(key, b"no picture", "image/png", PRODUCT)

    with pytest.raises(PictureRefusedError):
        pipeline.created(image)


def test_objects_that_are_no_originals_are_passed_over(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    generate_renditions.handler(event("originals/my+picture.png"), None)
    remove_renditions.handler(event("originals/my+picture.png"), None)

    assert caplog.messages == ["not an original"] * 2
    assert pipeline.world.blobs.public == {}


# Images of the library

LIBRARY_RULES = PictureRules(frozenset(Format), max_bytes=10**9)


def shelve(pipeline: Pipeline, data: bytes) -> LibraryImage:
    """A new image of the library."""
    inspected = inspect_upload(at_hand(data, NAME), LIBRARY_RULES)
    return add_library_image(pipeline.world.catalogue("s1"), inspected, Purpose.USER, "1627")


def rendered(pipeline: Pipeline, data: bytes) -> dict[str, bytes]:
    """The public pictures of a new image of the library, by name."""
    image = shelve(pipeline, data)
    generate_renditions.handler(event(library_key(image)), None)
    folder = f"media/uploads/1627/user/{image.id}-{original_address(image).digest}/"
    public = pipeline.world.blobs.public
    assert all(key.startswith(folder) for key in public)
    assert all(
        each.media_type == "image/png" for key, each in public.items() if "/original." not in key
    )
    assert pipeline.world.library.records["s1", image.id].renditions is RenditionState.COMPLETE
    return {key.removeprefix(folder): each.data for key, each in public.items()}


def library_key(image: LibraryImage) -> str:
    return original_address(image).original_key.replace(NAME, ENCODED)


def sizes(rendered: dict[str, bytes]) -> dict[str, tuple[int, int]]:
    return {name: pictures.opened(data).size for name, data in rendered.items()}


def test_a_library_image_gets_five_pngs_and_its_full_size(pipeline: Pipeline) -> None:
    made = rendered(pipeline, pictures.jpeg(2400, 1800, exif=pictures.oriented(6)))

    assert sizes(made) == {
        "ebay.png": (1200, 1600),
        "ipad_retina.png": (768, 1024),
        "ipad.png": (384, 512),
        "thumb_retina.png": (225, 300),
        "thumb.png": (112, 150),
        "original.jpg": (2400, 1800),
    }
    formats = {name: pictures.opened(data).format for name, data in made.items()}
    assert {kind for name, kind in formats.items() if name != "original.jpg"} == {"PNG"}
    assert not pictures.opened(made["ipad.png"]).getexif(), "turned already"


@pytest.mark.parametrize(
    ("kind", "extension"),
    [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")],
)
def test_a_small_library_image_is_not_enlarged(
    pipeline: Pipeline, kind: str, extension: str
) -> None:
    data = pictures.encode(pictures.gradient(100, 80), kind)

    made = rendered(pipeline, data)

    assert set(sizes(made).values()) == {(100, 80)}
    assert made[f"original.{extension}"] == data
    assert len(made) == 6


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_a_moving_library_image_the_first_frame_is_shown(pipeline: Pipeline, kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    data = pictures.animated(kind, frames=3, size=400, **options)

    made = rendered(pipeline, data)

    for name in ("ipad.png", "thumb.png"):
        shown = pictures.opened(made[name])
        assert (shown.format, getattr(shown, "n_frames", 1)) == ("PNG", 1)
        assert shown.convert("RGB").getpixel((10, 10)) == (0, 80, 160)
    assert pictures.opened(made[f"original.{kind.lower()}"]).n_frames == 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_a_transparent_library_image_stays_so(pipeline: Pipeline, kind: str) -> None:
    picture = pictures.Image.new("RGBA", (400, 200), (200, 30, 30, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 200, 200))

    made = rendered(pipeline, pictures.encode(picture, kind))

    for name in ("ipad.png", "thumb.png"):
        shown = pictures.opened(made[name]).convert("RGBA")
        alpha = shown.getchannel("A")
        assert alpha.getpixel((shown.width // 4, shown.height // 2)) == 0
        assert alpha.getpixel((shown.width * 3 // 4, shown.height // 2)) == 255


def test_a_librarys_event_before_its_record_is_sent_again(pipeline: Pipeline) -> None:
    image = shelve(pipeline, pictures.png(20, 20))
    record = pipeline.world.library.records.pop(("s1", image.id))
    with pytest.raises(RecordMissingError):
        generate_renditions.handler(event(library_key(image)), None)
    assert pipeline.world.blobs.public == {}

    pipeline.world.library.add(record)
    for _ in range(2):
        generate_renditions.handler(event(library_key(image)), None)

    assert len(pipeline.world.blobs.public) == 6


def test_pictures_of_a_library_original_that_is_gone_go(pipeline: Pipeline) -> None:
    gone, left = (shelve(pipeline, pictures.png(20, 20)) for _ in range(2))
    of_gallery = pipeline.add()
    for image in (gone, left):
        generate_renditions.handler(event(library_key(image)), None)
    pipeline.created(of_gallery)
    remove_renditions.handler(event(library_key(gone)), None)
    assert len(pipeline.world.blobs.public) == 20, "while it is there they stay"

    pipeline.world.blobs.remove_originals([original_address(gone).original_key])
    remove_renditions.handler(event(library_key(gone)), None)
    generate_renditions.handler(event(library_key(gone)), None)

    folders = {key.rpartition("/")[0] for key in pipeline.world.blobs.public}
    assert len(pipeline.world.blobs.public) == 14
    assert original_address(left).renditions_prefix.rstrip("/") in folders
    assert original_address(gone).renditions_prefix.rstrip("/") not in folders

"""Take-downs: what they remove, in which order, and what the CDN is told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pytest
from tests import pictures
from tests.conftest import World
from tests.unit.test_rendering import PRODUCT, RULES, event

from pipeline import generate_renditions, remove_renditions, render_missing, take_down
from vitrine import environment
from vitrine.domain.errors import (
    IdempotencyKeyReusedError,
    ImageNotFoundError,
    PictureExistsError,
    ThrottledError,
)
from vitrine.domain.idempotency import ObjectIdentity
from vitrine.domain.images import Image
from vitrine.domain.locations import cdn_path, full_size_folder, named_key, original_address
from vitrine.domain.manifests import manifest_key
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, Alternative
from vitrine.domain.take_downs import (
    Places,
    TakeDown,
    TakeDownState,
    parse_target,
    places_of_key,
    renditions_prefix,
)
from vitrine.services.adding import NewImage, add_image
from vitrine.services.changing import Change, change_image
from vitrine.services.naming import WantedName
from vitrine.services.reading import get_entry
from vitrine.services.removing import remove_image, retire_image
from vitrine.services.sources import at_hand
from vitrine.services.taking_down import Started, TakingDown

CDN = "https://d1.cloudfront.net/"


@dataclass
class Scene:
    """A shop whose pictures are public, and its take-downs."""

    world: World
    begun: int = 0

    def add(self, base: str | None = None) -> Image:
        source = at_hand(pictures.png(30 + self.begun, 20), "mug.png")
        name = WantedName(base, "png") if base else None
        catalogue = self.world.catalogue("s1")
        image = add_image(catalogue, PRODUCT, source, RULES, NewImage(name=name)).image
        self.publish(image)
        return image

    def publish(self, image: Image) -> None:
        generate_renditions.handler(event(quote(original_address(image).original_key)), None)
        for key in [*self.world.blobs.public]:
            self.ask(manifest_key(key))

    def replace(self, image: Image) -> Image:
        catalogue = self.world.catalogue("s1")
        found = get_entry(catalogue, PRODUCT, image.id)
        change = Change(source=at_hand(pictures.png(90, 20), "new.png"))
        new = change_image(catalogue, found, change, RULES).image
        self.publish(new)
        return new

    def ask(self, key: str) -> int:
        about = {"http": {"method": "GET"}}
        asked = {"requestContext": about, "rawPath": f"/{quote(key)}"}
        status: int = render_missing.handler(asked, None)["statusCode"]
        return status

    def taking(self, number: str = "t1", fingerprint: str = "f") -> TakingDown:
        identity = ObjectIdentity(number, fingerprint)
        return TakingDown(self.world.catalogue("s1"), self.world.take_downs, identity)

    def by_url(self, key: str, number: str = "t1") -> Started:
        target = parse_target("s1", CDN + key)
        assert target
        return self.taking(number).url(target)

    def deliver(self, number: str = "t1") -> TakeDown:
        """Deliver the event of a take-down, and return what became of it."""
        keys = {"pk": {"S": "SHOP#s1"}, "sk": {"S": f"TAKEDOWN#{number}"}}
        record = {"eventName": "INSERT", "dynamodb": {"Keys": keys}}
        take_down.handler({"Records": [record]}, None)
        found = self.world.take_downs.take_down("s1", number)
        assert found
        return found

    @property
    def left(self) -> list[str]:
        """All objects that are stored."""
        return [*self.world.blobs.originals, *self.world.blobs.public]


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    world.open_shop("s1")
    world.open_shop("s2")
    with environment.use(replace(world.environment, alternatives=(Alternative.WEBP,))):
        yield Scene(world)


def test_a_take_down_leaves_nothing_and_tells_the_cdn_last(scene: Scene) -> None:
    image = scene.add("lamp")
    where = original_address(image)

    started = scene.taking().image(PRODUCT, image.id)

    assert started.take_down.state is TakeDownState.WORKING
    assert not started.replayed
    assert scene.world.galleries.records["s1", PRODUCT] == {}
    assert scene.world.blobs.originals == {}
    assert scene.world.cdn.invalidations == {}
    done = scene.deliver()
    assert scene.left == []
    assert done.state is TakeDownState.DONE
    full_size = where.full_size_key(Format.PNG).removesuffix("png")
    paths = {f"/media/s1/{image.id:010x}*", f"/{full_size}*", f"/{named_key('s1', 'lamp.png')}*"}
    assert scene.world.cdn.invalidations == {"t1": sorted(paths)}
    assert started.take_down.places.paths == done.places.paths == paths


def test_every_public_url_of_the_image_begins_like_a_path(scene: Scene) -> None:
    image = scene.add("lamp")
    scene.replace(image)
    assert original_address(image).original_key not in scene.world.blobs.originals
    urls = {f"/{key}" for key in scene.world.blobs.public}
    assert len(urls) > 2 * (1 + 7 * 2)

    scene.taking().image(PRODUCT, image.id)
    done = scene.deliver()
    remove_renditions.handler(event(quote(original_address(image).original_key)), None)

    assert scene.left == []
    starts = [path.removesuffix("*") for path in done.places.paths]
    assert all(any(url.startswith(start) for start in starts) for url in urls)


def test_other_images_keep_everything(scene: Scene) -> None:
    first, second = scene.add("lamp"), scene.add("lamp2")
    before = {
        *scene.world.blobs.public,
        *scene.world.blobs.originals,
    }
    scene.taking().image(PRODUCT, first.id)
    scene.deliver()

    kept = {each for each in before if each in scene.left}
    where = original_address(second)
    assert where.original_key in kept
    assert len(kept) == 1 + 2 * (1 + 7 * 2 + 1), "pictures and manifests, by number and by name"
    assert scene.ask(where.rendition_key(SETS["gallery"][0], Format.PNG)) == 200


def test_a_repeated_event_tells_the_cdn_once(scene: Scene) -> None:
    image = scene.add()
    scene.taking().image(PRODUCT, image.id)
    first = scene.deliver()
    scene.world.cdn.invalidations.clear()

    assert scene.deliver() == first
    assert scene.world.cdn.invalidations == {}


def test_a_busy_cdn_is_told_later(scene: Scene) -> None:
    image = scene.add()
    scene.taking().image(PRODUCT, image.id)
    scene.world.cdn.busy = 1

    with pytest.raises(ThrottledError):
        scene.deliver()

    found = scene.world.take_downs.take_down("s1", "t1")
    assert found
    assert found.state is TakeDownState.WORKING
    assert scene.deliver().state is TakeDownState.DONE


def test_a_picture_made_before_the_event_is_removed_with_its_original(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request died before it removed the original."""
    image = scene.add()
    monkeypatch.setattr(scene.world.blobs, "remove_originals", lambda _: None)
    scene.taking().image(PRODUCT, image.id)
    monkeypatch.undo()
    assert scene.world.blobs.originals

    scene.deliver()

    assert scene.left == []


def test_a_retired_image_can_be_taken_down(scene: Scene) -> None:
    image = scene.add("lamp")
    retire_image(scene.world.catalogue("s1"), PRODUCT, image.id)

    scene.taking().image(PRODUCT, image.id)
    scene.deliver()

    assert scene.left == []
    assert scene.world.galleries.gone == {}


def test_what_is_not_there_is_not_taken_down(scene: Scene) -> None:
    image = scene.add()

    with pytest.raises(ImageNotFoundError):
        scene.taking().image(PRODUCT, image.id + 1)
    with pytest.raises(ImageNotFoundError):
        scene.taking().image(type(PRODUCT)("other"), image.id)
    retire_image(scene.world.catalogue("s1"), PRODUCT, image.id)
    with pytest.raises(ImageNotFoundError):
        scene.taking().image(type(PRODUCT)("other"), image.id)
    assert scene.world.take_downs.records == {}


def test_the_same_request_gets_the_same_take_down(scene: Scene) -> None:
    image = scene.add()
    first = scene.taking().image(PRODUCT, image.id)

    again = scene.taking().image(PRODUCT, image.id)

    assert (again.take_down, again.replayed) == (first.take_down, True)
    with pytest.raises(IdempotencyKeyReusedError):
        scene.taking(fingerprint="other").image(PRODUCT, image.id)


def test_another_request_with_the_same_key_takes_nothing_down(scene: Scene) -> None:
    first, second = scene.add(), scene.add()
    scene.taking().image(PRODUCT, first.id)

    with pytest.raises(IdempotencyKeyReusedError):
        scene.taking(fingerprint="other").image(PRODUCT, second.id)

    assert [*scene.world.galleries.records["s1", PRODUCT]] == [second.id]


@pytest.mark.parametrize("which", ["full size", "rendition", "alternative", "manifest", "name"])
def test_a_deleted_picture_is_forgotten_by_its_url(scene: Scene, which: str) -> None:
    image = scene.add("lamp")
    where = original_address(image)
    rendition = where.rendition_key(SETS["gallery"][0], Format.PNG)
    key = {
        "full size": where.full_size_key(Format.PNG),
        "rendition": rendition,
        "alternative": f"{rendition}.webp",
        "manifest": f"{rendition}.json",
        "name": named_key("s1", "lamp.png"),
    }[which]
    with pytest.raises(PictureExistsError):
        scene.by_url(key)
    remove_image(scene.world.catalogue("s1"), PRODUCT, image.id)

    started = scene.by_url(key)
    done = scene.deliver()

    assert started.take_down.url == CDN + key
    starts = [path.removesuffix("*") for path in done.places.paths]
    public = [rendition, f"{rendition}.webp", f"{rendition}.json", key, f"{key}.json"]
    public += [named_key("s1", "lamp.png")]
    if which != "full size":
        public += [where.full_size_key(Format.PNG)]
    for each in public:
        assert any(f"/{each}".startswith(start) for start in starts), each
    remove_renditions.handler(event(quote(where.original_key)), None)
    assert scene.left == []
    assert scene.world.cdn.invalidations == {"t1": sorted(done.places.paths)}


def test_replaced_bytes_are_forgotten_by_their_url_and_the_image_lives_on(scene: Scene) -> None:
    old = scene.add()
    new = scene.replace(old)
    where = original_address(old)
    key = where.rendition_key(SETS["gallery"][0], Format.PNG)

    scene.by_url(key)
    scene.deliver()

    assert original_address(new).original_key in scene.world.blobs.originals
    assert original_address(new).full_size_key(Format.PNG) in scene.world.blobs.public
    with pytest.raises(PictureExistsError):
        scene.by_url(original_address(new).full_size_key(Format.PNG), "t2")


def test_a_name_of_an_image_that_lives_on_exists(scene: Scene) -> None:
    scene.replace(scene.add("lamp"))

    with pytest.raises(PictureExistsError):
        scene.by_url(named_key("s1", "lamp.png"))
    with pytest.raises(ImageNotFoundError):
        scene.by_url(named_key("s1", "nobody.png"))


def test_a_name_in_another_folder_is_no_url_of_the_image(scene: Scene) -> None:
    image = scene.add("lamp")
    remove_image(scene.world.catalogue("s1"), PRODUCT, image.id)
    key = named_key("s1", "lamp.png")
    elsewhere = key.replace("/l/a/lamp.png", "/x/y/lamp.png")
    assert elsewhere != key

    with pytest.raises(ImageNotFoundError):
        scene.by_url(elsewhere)


def test_the_url_that_an_image_had_before_its_name_exists_while_it_lives(scene: Scene) -> None:
    image = scene.add()
    legacy = original_address(image).full_size_key(Format.PNG)
    catalogue = scene.world.catalogue("s1")
    naming = Change(rename=lambda _: WantedName("lamp", "png"), names=True)
    change_image(catalogue, get_entry(catalogue, PRODUCT, image.id), naming, RULES)
    scene.replace(image)

    with pytest.raises(PictureExistsError):
        scene.by_url(legacy)
    remove_image(catalogue, PRODUCT, image.id)

    assert scene.by_url(legacy).take_down.url == CDN + legacy


def test_the_same_request_by_url_gets_the_same_take_down(scene: Scene) -> None:
    image = scene.add()
    key = original_address(image).full_size_key(Format.PNG)
    remove_image(scene.world.catalogue("s1"), PRODUCT, image.id)
    target = parse_target("s1", CDN + key)
    assert target
    taking = replace(scene.taking(), reason="a complaint")

    first, again = taking.url(target), taking.url(target)

    assert (first.replayed, again.replayed) == (False, True)
    assert again.take_down == first.take_down
    assert (first.take_down.fingerprint, first.take_down.reason) == ("f", "a complaint")
    with pytest.raises(IdempotencyKeyReusedError):
        scene.taking(fingerprint="other").url(target)


def test_a_key_tells_renditions_and_as_much_of_the_full_size_as_it_can() -> None:
    digest = "0123456789abcdef" * 4
    full_size = "media/s1/product_images/p/022/mug__00100.png"
    named = named_key("s1", "lamp.png")
    renditions = cdn_path(renditions_prefix("s1", 16))

    by_full_size = places_of_key("s1", 16, full_size)
    by_name = places_of_key("s1", 16, named, f"2-{digest}")

    assert by_full_size.keys == {full_size, f"{full_size}.json"}
    assert by_full_size.paths == {renditions, cdn_path(full_size.removesuffix("png"))}
    assert by_name.keys == {named, f"{named}.json"}
    assert by_name.paths == {
        renditions,
        cdn_path(named),
        cdn_path(full_size_folder("s1", digest)),
    }
    assert (by_full_size | by_name) == Places(
        by_full_size.keys | by_name.keys, by_full_size.paths | by_name.paths
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://d1.cloudfront.net/media/s2/product_images/p/022/mug__00100.png",
        "https:s1/product_images/p/022/mug__00100.png",
        "https://d1.cloudfront.net/media/s1/",
        "https://d1.cloudfront.net/media/s1/x.png",
        "https://d1.cloudfront.net/media/uploads/s1/user/1-" + "0" * 20 + "/thumb.png",
        "ftp://d1.cloudfront.net/media/s1/product_images/p/022/mug__00100.png",
        "media/s1/product_images/p/022/mug__00100.png",
        "https://[",
    ],
)
def test_a_foreign_url_is_no_target(url: str) -> None:
    assert parse_target("s1", url) is None


def test_a_url_is_read_wherever_the_deployment_serves_it() -> None:
    key = "media/s1/product_images/p/022/mug__00100.png"

    for url in (
        f"https://shop.example/pictures/{key}?v=1#top",
        f"http://localhost:8000/{key}.json",
        f" https://d1.cloudfront.net/{key.replace('mug', '%6Dug')} ",
    ):
        found: Any = parse_target("s1", url)
        assert found.key == key

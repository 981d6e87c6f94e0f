"""Which requests for missing pictures may cost a rendering, and what all others cost."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import ROOT
from tests.unit.test_rendering import LIBRARY_RULES, PRODUCT, RULES, event

from pipeline import admit_missing, generate_renditions
from vitrine import environment
from vitrine.domain.errors import ThrottledError
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import named_key, original_address
from vitrine.domain.manifests import manifest_key
from vitrine.domain.public_keys import sibling_key
from vitrine.domain.renditions import Alternative
from vitrine.services.adding import add_image, add_library_image
from vitrine.services.inspecting import inspect_upload
from vitrine.services.sources import at_hand

RECORDED = json.loads((ROOT / "events" / "pipeline_admit_missing.json").read_text())
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PER_MINUTE = 3
STEM = "0000000001" + "00" + "9f2c" * 5


@pytest.fixture
def cdn(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterable[World]:
    """A shop whose CDN asks for missing pictures, three a minute without a sibling."""
    monkeypatch.setenv("MISSING_PER_MINUTE", str(PER_MINUTE))
    world.clock = lambda: NOON
    world.open_shop("s1")
    world.shops.open_account("1627", "s1")
    with environment.use(replace(world.environment, alternatives=(Alternative.WEBP,))):
        yield world


def ask(key: str) -> dict[str, Any]:
    path = f"/{key}"
    asked = {**RECORDED, "rawPath": path}
    asked["requestContext"] = {"http": {"method": "GET", "path": path}}
    return admit_missing.handler(asked, None)


def add(world: World, name: str = "mug.png") -> Image:
    source = at_hand(pictures.png(300, 200), name)
    return add_image(world.catalogue("s1"), PRODUCT, source, RULES).image


def keys_of(world: World, image: Image | LibraryImage) -> list[str]:
    """All public keys of an image, rendered and stored."""
    generate_renditions.handler(event(original_address(image).original_key), None)
    return sorted(world.blobs.public)


def forged(number: int) -> str:
    return f"media/s1/{STEM}/mug-{number}-{STEM}-640-0.png"


def test_a_flood_takes_no_manifest_away_from_pictures_that_are_stored(cdn: World) -> None:
    gallery = keys_of(cdn, add(cdn))
    for number in range(9):
        ask(forged(number))
    assert ask(forged(10))["statusCode"] == 503

    for key in gallery:
        assert ask(manifest_key(key))["statusCode"] == 200
    assert ask(manifest_key(forged(11)))["statusCode"] == 503


def test_a_manifest_of_a_manifest_runs_no_other_function(cdn: World) -> None:
    key = manifest_key(keys_of(cdn, add(cdn))[0])
    assert ask(key)["statusCode"] == 200
    cdn.functions.called.clear()

    assert ask(manifest_key(key))["statusCode"] == 404
    assert ask(manifest_key(manifest_key(key)))["statusCode"] == 404
    assert cdn.functions.called == []


def test_a_new_image_is_rendered_before_its_event(cdn: World) -> None:
    where = original_address(add(cdn))

    answer = ask(f"{where.renditions_prefix}mug-{where.stem}-640-0.png")

    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "image/png")
    assert cdn.functions.called == ["render_missing"]


@pytest.mark.parametrize(
    "key",
    [
        "media/s1/mug.png",
        "favicon.ico",
        "media/s1/product_images/p/022/mug.png",
        named_key("s1", "nobody.png"),
        "media/s1/catalog/product/x/x/mug.png",
    ],
)
def test_a_key_that_no_image_can_have_runs_no_other_function(cdn: World, key: str) -> None:
    answer = ask(key)

    assert (answer["statusCode"], answer["body"]) == (404, "No such picture.\n")
    assert cdn.functions.called == []
    assert not cdn.rate_limit.admitted, "it is refused without the limit"


def test_made_up_pictures_cost_a_search_a_few_times_a_minute(cdn: World) -> None:
    answers = [ask(forged(number)) for number in range(20)]

    assert [each["statusCode"] for each in answers] == [404] * PER_MINUTE + [503] * 17
    assert len(cdn.functions.called) == PER_MINUTE
    assert answers[-1]["headers"] == {
        "Content-Type": "text/plain",
        "Cache-Control": "no-store",
        "Retry-After": "60",
    }
    cdn.clock = lambda: NOON + timedelta(seconds=61)
    with environment.use(replace(cdn.environment, alternatives=(Alternative.WEBP,))):
        assert ask(forged(21))["statusCode"] == 404


def test_a_flood_takes_no_picture_away_from_images_that_have_others(cdn: World) -> None:
    gallery = keys_of(cdn, add(cdn))
    for number in range(9):
        ask(forged(number))
    assert ask(forged(10))["statusCode"] == 503
    renditions = [key for key in gallery if "product_images" not in key]
    assert len(renditions) == 14

    for key in renditions:
        picture = cdn.blobs.public.pop(key)
        answer = ask(key)
        assert (answer["statusCode"], cdn.blobs.public[key]) == (200, picture)


def test_zero_is_no_limit(cdn: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISSING_PER_MINUTE", "0")

    assert {ask(forged(number))["statusCode"] for number in range(9)} == {404}
    assert not cdn.rate_limit.admitted


def test_a_busy_renderer_is_told_apart_from_a_missing_picture(
    cdn: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(dialect: str, operation: str, event: Mapping[str, Any]) -> dict[str, Any]:
        raise ThrottledError(operation)

    monkeypatch.setattr(cdn.functions, "call", throttled)

    answer = ask(forged(1))

    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")


def test_every_rendition_has_a_sibling_that_is_another_rendition_of_the_image(cdn: World) -> None:
    inspected = inspect_upload(at_hand(pictures.png(), "mug.png"), LIBRARY_RULES)
    shelved = add_library_image(cdn.catalogue("s1"), inspected, Purpose.USER, "1627")
    gallery = {*keys_of(cdn, add(cdn))}
    library = {*keys_of(cdn, shelved)} - gallery
    full_sizes = {key for key in gallery | library if "product_images" in key or "original" in key}
    assert (len(gallery), len(library), len(full_sizes)) == (15, 11, 2)

    for own in (gallery, library):
        for key in own - full_sizes:
            sibling = sibling_key(key, (Alternative.WEBP,))
            assert sibling in own - {key}
    assert {sibling_key(key, (Alternative.WEBP,)) for key in full_sizes} == {None}


@pytest.mark.parametrize(
    "key",
    [
        f"media/s1/{STEM}/mug-{STEM}-641-0.png",
        f"media/s1/{STEM}/mug-{STEM}-640-0.png.avif",
        f"media/s1/{STEM}/mug-{STEM}-640-0.png.webp.webp",
        f"media/uploads/1627/user/43-{STEM[12:]}/huge.png",
    ],
)
def test_a_key_that_would_never_be_stored_has_no_sibling(key: str) -> None:
    """Else a stranger could ask for it for ever, beside a picture that exists."""
    assert sibling_key(key, (Alternative.WEBP,)) is None

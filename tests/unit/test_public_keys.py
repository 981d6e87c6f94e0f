"""From a public key back to its image: the inverse of every way there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_locations import addresses, kinds, library_addresses, shops

from vitrine.domain.locations import LibraryAddress, OriginalAddress, alternative_key, named_key
from vitrine.domain.pictures import Format
from vitrine.domain.public_keys import (
    ImageReference,
    LibraryReference,
    NameReference,
    find_address,
    parse_public_key,
)
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS, Alternative, rendition_format

ALL = tuple(Alternative)
file_names = st.from_regex(r"[A-Za-z0-9_.-]{2,90}", fullmatch=True)


def keys_of(address: OriginalAddress, kind: Format, *, transparent: bool) -> list[str]:
    """Every key that bytes of a format have."""
    if isinstance(address, LibraryAddress):
        own = [address.rendition_key(each, LIBRARY_FORMAT) for each in SETS["library"]]
    else:
        made = rendition_format(kind, transparent=transparent)
        own = [address.rendition_key(each, made) for each in SETS["gallery"]]
    beside = [alternative_key(each, alternative) for each in own for alternative in ALL]
    return [address.full_size_key(kind), *own, *beside]


@given(addresses, kinds, st.booleans())
def test_a_key_of_a_gallerys_picture_tells_its_image(
    address: OriginalAddress, kind: Format, transparent: bool
) -> None:
    for key in keys_of(address, kind, transparent=transparent):
        assert parse_public_key(key) == ImageReference(address.shop, address.image)
        assert find_address(key, [address], ALL) == address
        assert find_address(key, [address], ALL, [kind]) == address


@given(library_addresses, kinds)
def test_a_key_of_a_librarys_picture_tells_its_image(address: LibraryAddress, kind: Format) -> None:
    for key in keys_of(address, kind, transparent=False):
        assert parse_public_key(key) == LibraryReference(address.account, address.image)
        assert find_address(key, [address], ALL, [kind]) == address


@given(shops, file_names)
def test_a_named_key_tells_its_name(shop: str, name: str) -> None:
    assert parse_public_key(named_key(shop, name)) == NameReference(shop, name)


@given(addresses, addresses | library_addresses, kinds)
def test_of_several_addresses_the_one_is_found(
    one: OriginalAddress, two: OriginalAddress, kind: Format
) -> None:
    if (one.shop, one.image, one.revision) == (two.shop, two.image, two.revision):
        return
    for key in keys_of(one, kind, transparent=True):
        assert find_address(key, [two, one], ALL) == one
        assert find_address(key, [two], ALL) is None


@given(addresses, kinds)
def test_only_alternatives_that_are_made_have_keys(address: OriginalAddress, kind: Format) -> None:
    own = address.rendition_key(SETS["gallery"][0], rendition_format(kind, transparent=True))

    assert find_address(f"{own}.webp", [address], [Alternative.WEBP]) == address
    assert find_address(f"{own}.avif", [address], [Alternative.WEBP]) is None
    assert find_address(f"{address.full_size_key(kind)}.webp", [address], ALL) is None


@given(st.text() | st.from_regex(r"media/[a-z0-9-]*(/[^/]*){0,6}"))
def test_any_text_is_a_key_or_none(text: str) -> None:
    lead = parse_public_key(text)

    assert lead is None or text.startswith("media/")


STEM = "000000002b00" + "9f2c" * 5


@pytest.mark.parametrize(
    "key",
    [
        f"media/s1/{STEM}/",
        f"media/s1/{STEM}/a/b.png",
        f"media/S1/{STEM}/a.png",
        f"media/{'s' * 33}/{STEM}/a.png",
        f"/media/s1/{STEM}/a.png",
        f"media/s1/{STEM[:-1]}/a.png",
        f"media/s1/{STEM}/é.png",
        f"media/s1/{STEM}/{'a' * 1024}.png",
        "media/s1/product_images/a/000/a__0100.png",
        "media/s1/product_images/a/000/a__00100",
        f"media/s1/product_images/a/000/a__{'1' * 99}.png",
        "media/s1/catalog/product/a/b/",
        f"media/uploads/1627/shop/43-{'9f2c' * 5}/thumb.png",
        f"media/uploads/1627/product/0-{'9f2c' * 5}/thumb.png",
        f"originals/s1/43/0-{'9f2c' * 5}/a.png",
        "media/",
        "",
    ],
)
def test_other_keys_belong_to_no_image(key: str) -> None:
    assert parse_public_key(key) is None

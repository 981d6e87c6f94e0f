"""Images that belong to no product, in memory and in DynamoDB."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.adapters.conftest import Account, Adapters, on_aws
from tests.adapters.test_galleries import MOMENT, image
from tests.fakes import APPEARANCE

from vitrine.domain.errors import ConflictError, RecordMissingError
from vitrine.domain.images import RenditionState
from vitrine.domain.imports import Import, source_arrival
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import original_address


def shelved(number: int, shop: str = "s1", purpose: Purpose = Purpose.PRODUCT) -> LibraryImage:
    original = replace(image(number).original, revision=0)
    later = MOMENT + timedelta(milliseconds=1)
    return LibraryImage(number, shop, "1627", purpose, original, MOMENT, later)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_stored_image_comes_back_as_it_was(adapters: Adapters, purpose: Purpose) -> None:
    stored = shelved(42, purpose=purpose)
    adapters.library.add(stored)

    assert adapters.library.image("s1", 42) == stored
    assert adapters.library.image("s1", 43) is None
    assert adapters.library.image("s2", 42) is None


def test_no_gallery_has_it_and_no_count(adapters: Adapters) -> None:
    adapters.library.add(shelved(42))

    assert adapters.galleries.image_count("s1") == 0
    assert adapters.galleries.image("s1", "", 42) is None


def test_an_imported_image_settles_its_source_once(adapters: Adapters) -> None:
    def imported(image: int) -> Import:
        path = "@folder//product/a.png"
        return Import(source_arrival("s1", path, "", "ab" * 32, 1), MOMENT, image)

    adapters.library.add(shelved(42), imported=imported(42))
    with pytest.raises(ConflictError):
        adapters.library.add(shelved(43), imported=imported(43))

    assert adapters.imports.outcome(imported(43).arrival) == imported(42)
    assert adapters.imports.imports("s1", "@folder") == [imported(42)]
    assert adapters.library.image("s1", 43) is None


def test_complete_renditions_are_noted_once_and_again(adapters: Adapters) -> None:
    stored = shelved(42)
    adapters.library.add(stored)
    adapters.library.add(shelved(43))

    for _ in range(2):
        adapters.library.complete_renditions(original_address(stored), APPEARANCE, turned=False)

    complete = replace(stored, renditions=RenditionState.COMPLETE, appearance=APPEARANCE)
    assert adapters.library.image("s1", 42) == complete
    assert adapters.library.image("s1", 43) == shelved(43)


def test_renditions_of_other_bytes_complete_nothing(adapters: Adapters) -> None:
    stored = shelved(42)
    adapters.library.add(stored)

    for other in (
        shelved(43),
        shelved(42, shop="s2"),
        replace(stored, original=replace(stored.original, digest="f" * 64)),
        replace(stored, original=replace(stored.original, revision=1)),
    ):
        with pytest.raises(RecordMissingError):
            adapters.library.complete_renditions(original_address(other), APPEARANCE, turned=False)
    assert adapters.library.image("s1", 42) == stored
    assert adapters.library.image("s1", 43) is None


def test_records_lie_where_the_table_layout_says(aws: Account) -> None:
    on_aws(aws).library.add(shelved(42))

    items = aws.client("dynamodb").scan(TableName="table")["Items"]
    (item,) = [each for each in items if not each["sk"]["S"].startswith("COUNT#")]
    assert (item["pk"], item["sk"]) == ({"S": "LIBRARY#s1"}, {"S": "IMAGE#000000000042"})


def test_a_record_that_does_not_say_so_learns_whether_the_picture_is_turned(
    adapters: Adapters,
) -> None:
    stored = shelved(42)
    adapters.library.add(replace(stored, original=replace(stored.original, turned=None)))
    before = adapters.library.image("s1", 42)

    adapters.library.complete_renditions(original_address(stored), APPEARANCE, turned=True)

    found = adapters.library.image("s1", 42)
    assert before
    assert before.original.displayed is None
    assert found
    assert found.original.displayed == (200, 300)

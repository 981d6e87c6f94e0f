"""What became of files in the import folder, in memory and in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.adapters.conftest import Account, Adapters, on_aws
from tests.adapters.test_galleries import image

from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.imports import Arrival, Import, parse_arrival

MOMENT = datetime(2024, 1, 5, 10, 0, 0, 123_000, tzinfo=UTC)


def arrival(sequencer: str = "0055AED6", name: str = "кружка 1+2.png") -> Arrival:
    made = parse_arrival(f"import/s1/products/8/{name}", "etag", sequencer)
    assert made is not None
    return made


def test_a_rejection_is_kept_and_listed(adapters: Adapters) -> None:
    rejected = Import(arrival(), MOMENT, reason="no picture")
    adapters.imports.reject(rejected)
    adapters.imports.reject(Import(arrival(name="a.png"), MOMENT, reason="no picture"))

    assert adapters.imports.imported("s1", arrival().path) == rejected
    assert adapters.imports.imported("s2", arrival().path) is None
    assert [each.arrival.file_name for each in adapters.imports.imports("s1")] == [
        "a.png",
        "кружка 1+2.png",
    ]
    assert adapters.imports.imports("s2") == []


def test_a_version_is_settled_once_and_never_after_a_later_one(adapters: Adapters) -> None:
    adapters.imports.reject(Import(arrival("0055AED7"), MOMENT, reason="no picture"))

    for sequencer in ("0055AED7", "0055AED6", "0055AED700"):
        with pytest.raises(ConflictError):
            adapters.imports.reject(Import(arrival(sequencer), MOMENT, reason="late"))
    later = Import(arrival("0055AED701"), MOMENT, reason="still none")
    adapters.imports.reject(later)

    assert adapters.imports.imports("s1") == [later]


def test_an_image_and_its_import_are_one_commit(adapters: Adapters) -> None:
    first = image(1, product="8")
    settled = Import(arrival(), MOMENT, image=1)
    head = Gallery()
    change = GalleryChange("s1", "8", head, head.append(1), added=(first,), imported=settled)

    after = adapters.galleries.commit(change)

    assert adapters.imports.imports("s1") == [settled]
    again = GalleryChange(
        *("s1", "8", after, after.append(2)), added=(image(2, product="8"),), imported=settled
    )
    with pytest.raises(ConflictError):
        adapters.galleries.commit(again)
    assert adapters.galleries.gallery_with_images("s1", "8") == (after, {1: first})
    assert adapters.galleries.image_count("s1") == 1


def test_a_mended_file_takes_its_rejection_away(adapters: Adapters) -> None:
    adapters.imports.reject(Import(arrival("01"), MOMENT, reason="no picture"))
    mended = Import(arrival("02"), MOMENT, image=1)
    head = Gallery()

    adapters.galleries.commit(
        GalleryChange(
            "s1", "8", head, head.append(1), added=(image(1, product="8"),), imported=mended
        )
    )

    assert adapters.imports.imports("s1") == [mended]


def test_rejections_do_not_expire_and_imports_do(aws: Account) -> None:
    adapters = on_aws(aws)
    adapters.imports.reject(Import(arrival(name="bad.png"), MOMENT, reason="no picture"))
    head = Gallery()
    adapters.galleries.commit(
        GalleryChange(
            *("s1", "8", head, head.append(1)),
            added=(image(1, product="8"),),
            imported=Import(arrival(), MOMENT, image=1),
        )
    )

    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName="table")

    expiries = {
        item["file"]["S"]: item.get("expires")
        for page in pages
        for item in page["Items"]
        if item["pk"]["S"] == "IMPORT#s1"
    }
    ninety_days = round(MOMENT.timestamp()) + 90 * 86400
    assert expiries == {"bad.png": None, "кружка 1+2.png": {"N": str(ninety_days)}}


def test_sequencers_of_different_lengths_are_compared_as_amazon_says() -> None:
    early, late = arrival("0055AED6DCD90281E5"), arrival("0055AED6DCD90281E500FF")

    assert early.sequencer < late.sequencer
    assert arrival("0055aed6").sequencer == arrival("0055AED600").sequencer
    assert arrival("0055AED6").sequencer < arrival("0055aed7").sequencer
    assert Import(late, MOMENT).settles(early)
    assert not Import(early, MOMENT).settles(late)
    assert Import(early, MOMENT).settles(replace(early, tag="other"))

"""What became of files in the import folder, in memory and in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.adapters.conftest import Account, Adapters, on_aws
from tests.adapters.test_galleries import image

from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.imports import Arrival, Import, Slot, parse_arrival, source_arrival
from vitrine.domain.rejections import ReasonCode
from vitrine.domain.uploads import FORM_LIFE, UploadBatch, UploadFile, parse_upload

MOMENT = datetime(2024, 1, 5, 10, 0, 0, 123_000, tzinfo=UTC)


def arrival(sequencer: str = "0055AED6", name: str = "кружка 1+2.png") -> Arrival:
    made = parse_arrival(f"import/s1/products/8/{name}", "etag", sequencer)
    assert made is not None
    return made


def test_a_rejection_is_kept_and_listed(adapters: Adapters) -> None:
    rejected = Import(arrival(), MOMENT, reason="no picture")
    adapters.imports.reject(rejected)
    adapters.imports.reject(Import(arrival(name="a.png"), MOMENT, reason="no picture"))

    assert adapters.imports.outcome(arrival()) == rejected
    assert adapters.imports.outcome(replace(arrival(), shop="s2")) is None
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
    gone = Import(arrival(name="late.png"), MOMENT, reason="no shop", code=ReasonCode.NO_SHOP)
    adapters.imports.reject(gone)
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
    in_time = {"N": str(ninety_days)}
    assert expiries == {"bad.png": None, "late.png": in_time, "кружка 1+2.png": in_time}


# Upload batches

SLOT = Slot("uabc", 2)
BATCH = UploadBatch(
    id="uabc",
    shop="s1",
    product="8",
    files=(
        UploadFile("01.jpg", "image/jpeg", 2_412_345),
        UploadFile("кружка.png", "image/png", 8120, alt="Atrás"),
        UploadFile("new.jpg", "image/jpeg", 99_120, replaces=116),
    ),
    fingerprint="f" * 64,
    first=131,
    created_at=MOMENT,
    expires_at=MOMENT + FORM_LIFE,
)


def sent(sequencer: str = "01", slot: Slot = SLOT) -> Arrival:
    found = parse_upload(replace(BATCH, id=slot.upload).key(slot.number), "etag", sequencer)
    assert found is not None
    return replace(found, product="8", file_name="кружка.png")


def test_a_batch_comes_back_as_it_was_and_is_made_once(adapters: Adapters) -> None:
    adapters.imports.create_batch(BATCH)
    with pytest.raises(ConflictError):
        adapters.imports.create_batch(replace(BATCH, product="9"))

    assert adapters.imports.batch_with_outcomes("s1", "uabc") == (BATCH, {})
    assert adapters.imports.batch_with_outcomes("s2", "uabc") == (None, {})
    assert adapters.imports.batch_and_outcome("s1", SLOT) == (BATCH, None)
    assert adapters.imports.batch_and_outcome("s1", Slot("uxyz", 2)) == (None, None)
    assert adapters.galleries.gallery_with_batch("s1", "8", "uabc") == (Gallery(), BATCH)
    assert adapters.galleries.gallery_with_batch("s1", "8", "uxyz") == (Gallery(), None)


def test_a_batch_is_renewed_but_not_brought_back(adapters: Adapters) -> None:
    renewed = replace(BATCH, expires_at=MOMENT + 2 * FORM_LIFE)
    with pytest.raises(ConflictError):
        adapters.imports.renew_batch(renewed)
    adapters.imports.create_batch(BATCH)

    adapters.imports.renew_batch(renewed)

    assert adapters.imports.batch_with_outcomes("s1", "uabc") == (renewed, {})


def test_outcomes_of_a_batch_are_found_by_their_number(adapters: Adapters) -> None:
    adapters.imports.create_batch(BATCH)
    heic = Import(sent(), MOMENT, reason="it is HEIC", code=ReasonCode.HEIC)
    adapters.imports.reject(heic)
    adapters.imports.reject(replace(heic, arrival=sent(slot=Slot("uabcd", 2))))
    adapters.imports.reject(Import(arrival(), MOMENT, reason="a dropped file"))

    assert adapters.imports.batch_and_outcome("s1", SLOT) == (BATCH, heic)
    found = adapters.imports.batch_with_outcomes("s1", "uabc")
    assert (found[0], found[1][2]) == (BATCH, heic)
    assert adapters.imports.outcome(sent("99")) == heic
    assert [each.reason for each in adapters.imports.imports("s1")] == ["a dropped file"]


def test_a_place_takes_a_file_after_a_rejection_and_none_after_an_image(
    adapters: Adapters,
) -> None:
    adapters.imports.reject(Import(sent("02"), MOMENT, reason="no picture"))
    for late in ("01", "02"):
        with pytest.raises(ConflictError):
            adapters.imports.reject(Import(sent(late), MOMENT, reason="late"))
    head, first = Gallery(), image(132, product="8")
    done = Import(sent("03"), MOMENT, image=132)
    change = GalleryChange("s1", "8", head, head.append(132), added=(first,), imported=done)
    adapters.galleries.commit(change)

    for other in ("03", "04"):
        with pytest.raises(ConflictError):
            adapters.imports.reject(Import(sent(other), MOMENT, reason="another file"))

    assert adapters.imports.outcome(sent()) == done


def test_batches_and_outcomes_of_uploads_expire(aws: Account) -> None:
    adapters = on_aws(aws)
    adapters.imports.create_batch(BATCH)
    adapters.imports.reject(Import(sent(), MOMENT, reason="no picture"))

    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName="table")

    found = {item["sk"]["S"]: item["expires"]["N"] for page in pages for item in page["Items"]}
    start = round(MOMENT.timestamp())
    assert found == {
        "UPLOAD#uabc": str(start + 3600 + 7 * 86400),
        "UPLOAD#uabc#002": str(start + 90 * 86400),
    }


def test_sequencers_of_different_lengths_are_compared_as_amazon_says() -> None:
    early, late = arrival("0055AED6DCD90281E5"), arrival("0055AED6DCD90281E500FF")

    assert early.sequencer < late.sequencer
    assert arrival("0055aed6").sequencer == arrival("0055AED600").sequencer
    assert arrival("0055AED6").sequencer < arrival("0055aed7").sequencer
    assert Import(late, MOMENT).settles(early)
    assert not Import(early, MOMENT).settles(late)
    assert Import(early, MOMENT).settles(replace(early, tag="other"))


def test_outcomes_come_in_pages_without_the_batches(adapters: Adapters) -> None:
    adapters.imports.create_batch(BATCH)
    adapters.imports.reject(Import(sent(), MOMENT, reason="it is empty"))
    for number in range(3):
        rejected = Import(arrival(name=f"{number}.png"), MOMENT, reason="no picture")
        adapters.imports.reject(rejected)
    added = image(1, shop=arrival().shop)
    before = Gallery()
    adapters.galleries.commit(
        GalleryChange(
            *(added.shop, added.product, before, before.append(1)),
            added=(added,),
            imported=Import(arrival(name="3.png"), MOMENT, 1),
        )
    )

    def pages(limit: int, *, rejected: bool | None = None) -> list[str]:
        found: list[str] = []
        after: str | None = ""
        while after is not None:
            page, after = adapters.imports.import_page(
                arrival().shop, after, limit, rejected=rejected
            )
            assert len(page) <= limit
            found += [each.arrival.file_name for each in page]
        return found

    uploaded = sent().file_name
    for limit in (1, 2, 100):
        assert pages(limit) == ["0.png", "1.png", "2.png", "3.png", uploaded]
        assert pages(limit, rejected=True) == ["0.png", "1.png", "2.png", uploaded]
        assert pages(limit, rejected=False) == ["3.png"]


def test_images_of_other_platforms_stay_settled_and_are_listed_apart(
    adapters: Adapters,
) -> None:
    path = "@evotor/20240105/8/77"
    mug = source_arrival("s1", path, "8", "ab" * 32, 1)
    other = source_arrival("s1", "@evotor2/1/8/77", "8", "ab" * 32, 1)
    adapters.imports.reject(Import(arrival(), MOMENT, reason="no picture"))
    for number, each in enumerate((mug, other), 1):
        head = adapters.galleries.gallery("s1", "8")
        adapters.galleries.commit(
            GalleryChange(
                *("s1", "8", head, head.append(number)),
                added=(image(number, product="8"),),
                imported=Import(each, MOMENT, image=number),
            )
        )

    assert adapters.imports.outcome(mug) == Import(mug, MOMENT, image=1)
    assert adapters.imports.imports("s1", "@evotor") == [Import(mug, MOMENT, image=1)]
    assert [each.arrival for each in adapters.imports.imports("s1")] == [arrival()]
    page, following = adapters.imports.import_page("s1", "", 10)
    assert ([each.arrival for each in page], following) == ([arrival()], None)
    if isinstance(adapters.account, Account):
        pages = (
            adapters.account.client("dynamodb").get_paginator("scan").paginate(TableName="table")
        )
        kept = [each for page in pages for each in page["Items"] if each["sk"]["S"].endswith(path)]
        assert [each.get("expires") for each in kept] == [None]

"""Galleries, in memory and in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from boto3.dynamodb.conditions import Key
from tests.adapters.conftest import Account, Adapters, on_aws
from tests.fakes import APPEARANCE

from vitrine.domain.errors import ConflictError, RecordMissingError
from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, Original, RenditionState, Texts, ViewFacts
from vitrine.domain.locations import original_address
from vitrine.domain.names import FileName, Naming
from vitrine.domain.pictures import Format

MOMENT = datetime(2024, 1, 5, 10, 0, 0, 123_000, tzinfo=UTC)


def image(number: int, shop: str = "s1", product: str = "p #1 é東") -> Image:
    original = Original(
        digest=f"{number:064x}",
        format=Format.PNG,
        size=900 + number,
        published_size=800,
        width=300,
        height=200,
        file_name="фото 1+2 東京.png",
        frames=2,
        transparent=True,
        revision=3,
        turned=False,
    )
    texts = Texts("red lamp é", {"fr": "lampe rouge"})
    return Image(number, shop, product, original, MOMENT, MOMENT, texts)


def add(adapters: Adapters, *images: Image) -> Gallery:
    """Commit images one after the other."""
    for each in images:
        before = adapters.galleries.gallery(each.shop, each.product)
        change = GalleryChange(
            each.shop, each.product, before, before.append(each.id), added=(each,)
        )
        adapters.galleries.commit(change)
    return adapters.galleries.gallery(images[-1].shop, images[-1].product)


def test_ids_grow_by_one_in_each_shop(adapters: Adapters) -> None:
    assert [adapters.galleries.next_image_id("s1") for _ in range(3)] == [1, 2, 3]
    assert adapters.galleries.next_image_id("s2") == 1


def test_reserved_ids_follow_each_other_without_a_gap(adapters: Adapters) -> None:
    assert adapters.galleries.reserve_image_ids("s1", 250) == 1
    assert adapters.galleries.next_image_id("s1") == 251
    assert adapters.galleries.reserve_image_ids("s1", 2) == 252


def test_what_was_never_stored_is_empty(adapters: Adapters) -> None:
    assert adapters.galleries.gallery("s1", "p") == Gallery()
    assert adapters.galleries.image("s1", "p", 1) is None
    assert adapters.galleries.gallery_with_image("s1", "p", 1) == (Gallery(), None)
    assert adapters.galleries.gallery_with_images("s1", "p") == (Gallery(), {})
    assert adapters.galleries.image_count("s1") == 0


def test_a_stored_image_comes_back_as_it_was(adapters: Adapters) -> None:
    stored = image(42)
    head = add(adapters, stored)

    assert head == Gallery(1, {42: 0}, {THUMBNAIL: 42}, thumbnail_by_default=True)
    assert adapters.galleries.image("s1", stored.product, 42) == stored
    assert adapters.galleries.gallery_with_image("s1", stored.product, 42) == (head, stored)
    assert adapters.galleries.gallery_with_images("s1", stored.product) == (head, {42: stored})
    assert adapters.galleries.image_count("s1") == 1


def test_galleries_and_shops_are_apart(adapters: Adapters) -> None:
    add(adapters, image(1), image(2, product="q"), image(1, shop="s2"))

    assert len(adapters.galleries.gallery("s1", image(1).product)) == 1
    assert adapters.galleries.image("s1", "q", 1) is None
    assert adapters.galleries.image_count("s1") == 2
    assert adapters.galleries.image_count("s2") == 1


def test_a_change_of_what_has_changed_is_refused_whole(adapters: Adapters) -> None:
    first, late = image(1), image(2)
    stale = adapters.galleries.gallery("s1", first.product)
    head = add(adapters, first)

    for before in (stale, replace(head, version=head.version + 1)):
        change = GalleryChange("s1", first.product, before, before.append(2), added=(late,))
        refused(adapters, change)

    assert adapters.galleries.gallery_with_images("s1", first.product) == (head, {1: first})
    assert adapters.galleries.image_count("s1") == 1


def refused(adapters: Adapters, change: GalleryChange) -> None:
    """The change is refused, and nothing of it has been done."""
    where = change.shop, change.product
    before = (
        adapters.galleries.gallery_with_images(*where),
        adapters.galleries.image_count(change.shop),
    )
    with pytest.raises(ConflictError):
        adapters.galleries.commit(change)
    after = (
        adapters.galleries.gallery_with_images(*where),
        adapters.galleries.image_count(change.shop),
    )
    assert after == before


def changed(image: Image) -> Image:
    """The image with other texts, bytes and times."""
    original = replace(image.original, digest="f" * 64, format=Format.JPEG, revision=4)
    return replace(
        image,
        original=original,
        texts=Texts("", {"pt_BR": "luminária"}),
        updated_at=MOMENT + timedelta(days=1),
        renditions=RenditionState.PENDING,
        version=image.version + 1,
    )


def test_a_changed_image_comes_back_as_it_is_to_be_time_and_again(adapters: Adapters) -> None:
    first = image(1)
    head = add(adapters, first)
    second = changed(first)
    third = replace(second, texts=Texts("red again"), version=2)

    for before, after in ((first, second), (second, third)):
        change = GalleryChange("s1", first.product, head, head, changed=((before, after),))
        assert adapters.galleries.commit(change) == head, "a head that stays is not written"
        assert adapters.galleries.image("s1", first.product, 1) == after
    assert adapters.galleries.image_count("s1") == 1


def test_place_and_text_change_in_one_commit(adapters: Adapters) -> None:
    first, second = image(1), image(2)
    head = add(adapters, first, second)
    moved = head.move(2, 1)

    change = GalleryChange("s1", first.product, head, moved, changed=((second, changed(second)),))
    after = adapters.galleries.commit(change)

    assert after == replace(moved, version=3)
    assert adapters.galleries.gallery_with_images("s1", first.product) == (
        after,
        {1: first, 2: changed(second)},
    )


def test_a_record_that_has_changed_is_neither_changed_nor_removed_as_it_was(
    adapters: Adapters,
) -> None:
    first = image(1)
    head = add(adapters, first)
    second = changed(first)
    adapters.galleries.commit(
        GalleryChange("s1", first.product, head, head, changed=((first, second),))
    )
    late = replace(changed(first), texts=Texts("late"))
    gone = replace(second, id=9)
    product = first.product

    refused(adapters, GalleryChange("s1", product, head, head, changed=((first, late),)))
    refused(adapters, GalleryChange("s1", product, head, head.remove(1), removed=(first,)))
    refused(adapters, GalleryChange("s1", product, head, head, changed=((gone, changed(gone)),)))
    refused(adapters, GalleryChange("s1", product, head, head.remove(1), removed=(second, gone)))
    refused(
        adapters, GalleryChange("s1", product, head, head, changed=((image(8), changed(image(8))),))
    )


def test_a_change_writes_only_what_differs_and_items_hold_only_what_is_set(
    account: Account,
) -> None:
    """A later version of Vitrine may have added attributes, and the pipeline writes its own."""
    adapters = on_aws(account)
    stored = replace(image(1), views={"2": ViewFacts("avant"), "3": ViewFacts(removed=True)})
    head = add(adapters, stored)
    table = account.resource("dynamodb").Table("table")

    def read() -> tuple[dict[str, Any], dict[str, Any]]:
        items = table.query(KeyConditionExpression=Key("pk").eq(f"GALLERY#s1#{stored.product}"))
        listed, record = items["Items"]
        return listed, record

    listed, before = read()
    later = replace(stored, texts=Texts("blue"), updated_at=MOMENT + timedelta(1), version=1)
    change = GalleryChange("s1", stored.product, head, head, changed=((stored, later),))
    adapters.galleries.commit(change)

    assert "arranged_up_to" not in listed
    assert not {"dropped", "version"} & set(before)
    assert before["views"] == {"2": {"label": "avant"}, "3": {"removed": True}}
    head_now, after = read()
    assert head_now == listed
    differs = {name for name in after if name not in before or after[name] != before[name]}
    assert differs == {"alt", "translations", "updated", "version"}


def test_a_text_that_changes_leaves_the_state_of_renditions_alone(adapters: Adapters) -> None:
    stored = image(7)
    head = add(adapters, stored)
    adapters.galleries.complete_renditions(
        original_address(stored), stored.product, APPEARANCE, turned=False
    )

    late = replace(stored, texts=Texts("late"), version=1)  # read before they were complete
    adapters.galleries.commit(
        GalleryChange("s1", stored.product, head, head, changed=((stored, late),))
    )

    found = adapters.galleries.image("s1", stored.product, 7)
    assert found == replace(late, renditions=RenditionState.COMPLETE, appearance=APPEARANCE)


def test_other_bytes_are_pending_even_if_the_old_ones_became_complete_meanwhile(
    adapters: Adapters,
) -> None:
    stored = image(7)
    head = add(adapters, stored)
    adapters.galleries.complete_renditions(
        original_address(stored), stored.product, APPEARANCE, turned=False
    )

    adapters.galleries.commit(
        GalleryChange("s1", stored.product, head, head, changed=((stored, changed(stored)),))
    )

    assert adapters.galleries.image("s1", stored.product, 7) == changed(stored)


def test_removed_images_leave_and_are_no_longer_counted(adapters: Adapters) -> None:
    images = [image(number) for number in range(1, 51)]
    head = add(adapters, *images)

    change = GalleryChange(
        "s1", images[0].product, head, head.remove(*range(2, 51)), removed=tuple(images[1:])
    )
    assert adapters.galleries.commit(change) == replace(change.after, version=51)

    left, records = adapters.galleries.gallery_with_images("s1", images[0].product)
    assert (left.order, list(records)) == ((1,), [1])
    assert adapters.galleries.image_count("s1") == 1


def test_a_gallery_of_many_images_is_read_whole(adapters: Adapters) -> None:
    head = Gallery()
    for start in range(1, 181, 90):
        batch = tuple(image(number, product="p") for number in range(start, start + 90))
        after = head
        for each in batch:
            after = after.append(each.id)
        head = adapters.galleries.commit(GalleryChange("s1", "p", head, after, added=batch))

    assert adapters.galleries.gallery("s1", "p") == head
    read, records = adapters.galleries.gallery_with_images("s1", "p")
    assert (read, len(records)) == (head, 180)


def test_another_name_is_not_public_even_if_the_old_one_became_so_meanwhile(
    adapters: Adapters,
) -> None:
    stored = image(7)
    head = add(adapters, stored)
    adapters.galleries.complete_renditions(
        original_address(stored), stored.product, APPEARANCE, turned=False
    )

    late = replace(stored, name=FileName("late", 0, "png"), version=1)  # read before that
    adapters.galleries.commit(
        GalleryChange("s1", stored.product, head, head, changed=((stored, late),))
    )

    found = adapters.galleries.image("s1", stored.product, 7)
    assert found == replace(late, renditions=RenditionState.PENDING, appearance=APPEARANCE)


def test_complete_renditions_are_noted_once_the_record_is_there(adapters: Adapters) -> None:
    stored = image(7)
    with pytest.raises(RecordMissingError):
        adapters.galleries.complete_renditions(
            original_address(stored), stored.product, APPEARANCE, turned=False
        )

    add(adapters, stored)
    adapters.galleries.complete_renditions(
        original_address(stored), stored.product, APPEARANCE, turned=False
    )
    adapters.galleries.complete_renditions(
        original_address(stored), stored.product, APPEARANCE, turned=False
    )

    found = adapters.galleries.image("s1", stored.product, 7)
    assert found == replace(stored, renditions=RenditionState.COMPLETE, appearance=APPEARANCE)


@pytest.mark.parametrize("other", [{"revision": 4}, {"digest": "f" * 64}])
def test_renditions_of_other_bytes_complete_nothing(
    adapters: Adapters, other: dict[str, object]
) -> None:
    stored = image(7)
    add(adapters, stored)
    replaced = replace(stored, original=replace(stored.original, **other))

    with pytest.raises(RecordMissingError):
        adapters.galleries.complete_renditions(
            original_address(replaced), stored.product, APPEARANCE, turned=False
        )

    found = adapters.galleries.image("s1", stored.product, 7)
    assert found is not None
    assert found.renditions is RenditionState.PENDING


def test_the_count_is_spread_over_several_items(aws: Account) -> None:
    """Writers of different products would wait for each other at one item."""
    add(on_aws(aws), *(image(number) for number in range(1, 11)))

    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName="table")

    keys = [item["sk"]["S"] for page in pages for item in page["Items"]]
    assert len([key for key in keys if key.startswith("COUNT#")]) == 10


def test_a_mark_comes_back_until_it_is_removed(adapters: Adapters) -> None:
    marked = replace(image(42), dropped="products/p/é.png")
    head = add(adapters, marked)
    assert adapters.galleries.image("s1", marked.product, 42) == marked
    placed = replace(marked, dropped="", version=1)

    adapters.galleries.commit(
        GalleryChange("s1", marked.product, head, head, changed=((marked, placed),))
    )

    assert adapters.galleries.image("s1", marked.product, 42) == placed
    texts = replace(placed, texts=Texts("lamp"), version=2)
    adapters.galleries.commit(
        GalleryChange("s1", marked.product, head, head, changed=((placed, texts),))
    )
    assert adapters.galleries.image("s1", marked.product, 42) == texts


def test_a_head_remembers_what_no_client_requested(adapters: Adapters) -> None:
    head = add(adapters, image(1), image(2))
    assert head.thumbnail_by_default
    asked = replace(head.with_thumbnail(1), arranged_up_to=2)
    assert asked != head

    adapters.galleries.commit(GalleryChange("s1", image(1).product, head, asked))

    found = adapters.galleries.gallery("s1", image(1).product)
    assert (found.thumbnail_by_default, found.arranged_up_to) == (False, 2)


# Names, roles of store views, retired images


def test_what_store_views_say_comes_back(adapters: Adapters) -> None:
    stored = replace(
        image(7),
        excluded=True,
        views={"2": ViewFacts("avant", 3, False), "3": ViewFacts(removed=True)},  # noqa: FBT003
        name=FileName("new_image", 1, "gif"),
    )
    before = Gallery()
    after = before.put(7, 4).assign(7, ["image", "thumbnail"]).assign(7, ["image"], "2")
    change = GalleryChange("s1", stored.product, before, after, added=(stored,))

    head = adapters.galleries.commit(change)

    assert head.view_roles == {"2": {"image": 7, "thumbnail": None}}
    assert adapters.galleries.gallery_with_image("s1", stored.product, 7) == (head, stored)


def test_a_name_is_taken_once_and_for_ever(adapters: Adapters) -> None:
    name = FileName("lamp", 0, "png")
    first, second = image(1), image(2)
    head = adapters.galleries.commit(
        GalleryChange(
            *("s1", first.product, Gallery(), Gallery().append(1)),
            added=(first,),
            named=(name, 1),
        )
    )

    refused(
        adapters,
        GalleryChange(
            *("s1", first.product, head, head.append(2)), added=(second,), named=(name, 2)
        ),
    )
    adapters.galleries.commit(
        GalleryChange("s1", first.product, head, head.retire(1), retired=(first,))
    )

    assert adapters.galleries.taken_names("s1", ["lamp.png", "lamp.gif", "la"]) == {"lamp.png"}
    assert adapters.galleries.taken_names("s2", ["lamp.png"]) == set()
    assert adapters.galleries.names_of("s1", 1) == {
        "lamp.png": Naming(1, first.product, original_address(first).version)
    }
    assert adapters.galleries.names_of("s1", 2) == {}


def test_a_first_name_remembers_how_its_image_was_shown(adapters: Adapters) -> None:
    """Later ones need not: the image had a name."""
    shown = image(1)
    head = add(adapters, shown)
    first, second = (FileName(base, 0, "png") for base in ("lamp", "red-lamp"))
    named = replace(shown, name=first, version=1)
    for change, name in (((shown, named), first), ((named, replace(named, name=second)), second)):
        adapters.galleries.commit(
            GalleryChange("s1", shown.product, head, head, changed=(change,), named=(name, 1))
        )

    where = original_address(shown)
    full_size = where.full_size_key(shown.original.format)
    assert adapters.galleries.names_of("s1", 1) == {
        "lamp.png": Naming(1, shown.product, where.version, legacy_key=full_size),
        "red-lamp.png": Naming(1, shown.product, where.version),
    }
    assert (
        adapters.galleries.named("s1", "lamp.png")
        == adapters.galleries.names_of("s1", 1)["lamp.png"]
    )


def test_a_name_stands_for_the_bytes_that_its_image_had(adapters: Adapters) -> None:
    old = replace(image(1), name=FileName("lamp", 0, "png"))
    head = adapters.galleries.commit(
        GalleryChange(
            *("s1", old.product, Gallery(), Gallery().append(1)),
            added=(old,),
            named=(FileName("lamp", 0, "png"), 1),
        )
    )
    new = replace(old, original=replace(old.original, digest="b" * 64, revision=1), version=1)
    adapters.galleries.commit(
        GalleryChange(
            *("s1", old.product, head, head),
            changed=((old, new),),
            named=(FileName("red-lamp", 0, "png"), 1),
        )
    )

    def naming(named: Image) -> Naming:
        return Naming(1, old.product, original_address(named).version)

    assert adapters.galleries.named("s1", "lamp.png") == naming(old)
    assert adapters.galleries.named("s1", "red-lamp.png") == naming(new)
    assert adapters.galleries.named("s1", "lamp") is None
    assert adapters.galleries.named("s2", "lamp.png") is None


def test_default_names_are_numbered_by_shop(adapters: Adapters) -> None:
    assert [adapters.galleries.next_default_name("s1") for _ in range(3)] == [1, 2, 3]
    assert adapters.galleries.next_default_name("s2") == 1


def test_default_names_go_on_after_those_that_are_skipped(adapters: Adapters) -> None:
    adapters.galleries.next_default_name("s1")
    for skipped, following in ((4, 5), (5, 6), (2, 7)):
        adapters.galleries.skip_default_names("s1", skipped)
        assert adapters.galleries.next_default_name("s1") == following


def test_a_name_without_number_knows_the_last_number_of_its_base(adapters: Adapters) -> None:
    head = Gallery()
    for number in range(3):
        added = image(number + 1)
        name = FileName("lamp", number, "png")
        head = adapters.galleries.commit(
            GalleryChange(
                *("s1", added.product, head, head.append(added.id)),
                added=(added,),
                named=(name, added.id),
            )
        )

    last = {
        name: naming.last_number
        for name in ("lamp.png", "lamp_1.png", "lamp_2.png")
        if (naming := adapters.galleries.named("s1", name))
    }
    assert last == {"lamp.png": 2, "lamp_1.png": 0, "lamp_2.png": 0}


def test_a_number_needs_its_name_without_number(adapters: Adapters) -> None:
    added = image(1)
    refused(
        adapters,
        GalleryChange(
            *("s1", added.product, Gallery(), Gallery().append(1)),
            added=(added,),
            named=(FileName("lamp", 1, "png"), 1),
        ),
    )
    assert adapters.galleries.named("s1", "lamp.png") is None


def test_a_retired_image_is_no_longer_there_and_can_be_looked_up(adapters: Adapters) -> None:
    stored = image(7)
    head = add(adapters, stored)

    adapters.galleries.commit(
        GalleryChange("s1", stored.product, head, head.retire(7), retired=(stored,))
    )

    assert adapters.galleries.image("s1", stored.product, 7) is None
    assert adapters.galleries.retired("s1", 7) == stored
    assert adapters.galleries.retired("s1", 8) is None
    assert adapters.galleries.image_count("s1") == 0


def test_retired_images_are_listed_by_age_until_they_are_forgotten(adapters: Adapters) -> None:
    for number, days in ((1, 2), (2, 0), (3, 1)):
        stored = image(number)
        gallery = add(adapters, stored)
        gone = replace(stored, updated_at=MOMENT + timedelta(days=days))
        change = GalleryChange(
            "s1", stored.product, gallery, gallery.retire(number), retired=(gone,)
        )
        adapters.galleries.commit(change)

    def ids(days: int, shop: str = "s1") -> list[int]:
        before = MOMENT + timedelta(days=days)
        return [each.id for each in adapters.galleries.retired_before(shop, before)]

    assert (ids(0), ids(1), ids(2), ids(3)) == ([], [2], [2, 3], [1, 2, 3])
    assert ids(3, "s2") == []
    (first, *_) = adapters.galleries.retired_before("s1", MOMENT + timedelta(days=3))
    assert first == replace(image(1), updated_at=MOMENT + timedelta(days=2))

    for _ in range(2):
        adapters.galleries.forget_retired(image(2))
    adapters.galleries.forget_retired(image(1, shop="s2"))

    assert ids(3) == [1, 3]
    assert adapters.galleries.retired("s1", 2) is None


def test_a_record_that_does_not_say_so_learns_whether_the_picture_is_turned(
    adapters: Adapters,
) -> None:
    known = image(7)
    stored = replace(known, original=replace(known.original, turned=None))
    head = add(adapters, stored)
    assert adapters.galleries.image("s1", stored.product, 7) == stored

    adapters.galleries.complete_renditions(
        original_address(stored), stored.product, APPEARANCE, turned=True
    )
    late = replace(stored, texts=Texts("late"), version=1)  # read before that
    adapters.galleries.commit(
        GalleryChange("s1", stored.product, head, head, changed=((stored, late),))
    )

    found = adapters.galleries.image("s1", stored.product, 7)
    assert found
    assert (found.texts.alt, found.original.displayed) == ("late", (200, 300))


@pytest.mark.parametrize("kind", [Format.GIF, Format.BMP])
def test_formats_without_orientation_are_never_turned(adapters: Adapters, kind: Format) -> None:
    known = image(7)
    stored = replace(known, original=replace(known.original, format=kind, turned=None))
    add(adapters, stored)

    found = adapters.galleries.image("s1", stored.product, 7)

    assert found
    assert found.original.displayed in (None, (300, 200))  # the table does not hold None

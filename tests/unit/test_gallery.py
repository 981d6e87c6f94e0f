"""Order and roles of a gallery, under any mix of changes."""

from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.gallery import HARD_LIMIT, THUMBNAIL, Gallery

sorts = st.dictionaries(st.integers(1, 10**12), st.integers(0, 50), max_size=30)


@st.composite
def galleries(draw: st.DrawFn) -> Gallery:
    placed = draw(sorts)
    holder = draw(st.none() | st.sampled_from(sorted(placed))) if placed else None
    roles = {} if holder is None else {THUMBNAIL: holder, "small_image": holder}
    return Gallery(draw(st.integers(0, 10**6)), placed, roles)


def test_no_gallery_holds_more_than_a_thousand() -> None:
    assert HARD_LIMIT == 1000


def test_the_first_image_has_place_0_and_is_the_thumbnail() -> None:
    assert Gallery().append(7) == Gallery(1, {7: 0}, {THUMBNAIL: 7})


@given(galleries(), st.integers(10**13, 10**14))
def test_an_appended_image_is_last_and_changes_nothing_else(before: Gallery, image: int) -> None:
    after = before.append(image)

    assert after.order == (*before.order, image)
    assert {**after.sorts, **before.sorts} == after.sorts
    assert after.version == before.version + 1
    if before.sorts:
        assert after.roles == before.roles


@given(galleries(), st.data())
def test_removed_images_leave_the_others_where_they_were(
    before: Gallery, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(before.order))) if before.sorts else set()

    after = before.remove(*gone)

    assert after.order == tuple(image for image in before.order if image not in gone)
    assert all(before.sorts[image] == sort for image, sort in after.sorts.items())
    assert not gone.intersection(after.roles.values())
    assert after.version == before.version + 1


@given(galleries())
def test_a_removed_thumbnail_passes_its_role_to_the_first_that_remains(before: Gallery) -> None:
    holder = before.roles.get(THUMBNAIL)
    if holder is None:
        assert all(THUMBNAIL not in before.remove(image).roles for image in before.order)
        return
    after = before.remove(holder)

    assert after.roles == ({THUMBNAIL: after.order[0]} if after.sorts else {})


@given(galleries())
def test_order_is_by_place_and_then_by_id(gallery: Gallery) -> None:
    placed = [(gallery.sorts[image], image) for image in gallery.order]

    assert placed == sorted(placed)
    assert len(gallery) == len(gallery.order)

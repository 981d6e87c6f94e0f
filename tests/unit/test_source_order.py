"""The order of images that are imported from another platform."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.gallery import HIGHEST_SORT, THUMBNAIL, Gallery
from vitrine.domain.source_order import SourcePlace, in_source_order

PLACES = st.builds(SourcePlace, st.none() | st.integers(-1, 6) | st.just(HIGHEST_SORT))


def test_an_only_image_becomes_the_thumbnail_unless_the_source_has_roles() -> None:
    assert SourcePlace().put_in(Gallery(), 7) == Gallery().append(7)
    silent = SourcePlace(3, roles=frozenset()).put_in(Gallery(), 7)
    assert (dict(silent.sorts), dict(silent.roles)) == ({7: 3}, {})


def test_roles_and_those_of_views_are_assigned() -> None:
    place = SourcePlace(0, frozenset({THUMBNAIL}), {"2": frozenset()})
    gallery = place.put_in(Gallery().append(1), 2)

    assert dict(gallery.roles) == {THUMBNAIL: 2}
    assert dict(gallery.view_roles["2"]) == {THUMBNAIL: None}
    assert not gallery.thumbnail_by_default


@pytest.mark.parametrize("arrived", list(permutations(range(4))))
def test_any_order_of_arrival_ends_in_the_order_of_the_source(arrived: tuple[int, ...]) -> None:
    """Image ids are given in order of arrival; position n of the source has sort 2n, with a tie."""
    sorts = [0, 2, 2, 4]
    gallery, ids = Gallery(), dict[int, int]()
    for image, n in enumerate(arrived, 1):
        gallery = SourcePlace(sorts[n]).put_in(gallery, image)
        ids[n] = image
    places = {ids[n]: SourcePlace(sorts[n]) for n in range(4)}

    ordered = in_source_order(gallery, places)

    assert ordered.order == tuple(ids[n] for n in range(4))
    assert ordered.roles == {THUMBNAIL: ids[0]}
    assert ordered.thumbnail_by_default


@given(
    sorts=st.dictionaries(st.integers(1, 30), st.integers(0, 6), min_size=1, max_size=8),
    data=st.data(),
)
def test_only_the_images_of_the_source_move(sorts: dict[int, int], data: st.DataObject) -> None:
    gallery = Gallery(sorts=sorts)
    chosen = data.draw(st.lists(st.sampled_from(gallery.order), unique=True))
    places = {image: data.draw(PLACES) for image in [*chosen, 99]}

    ordered = in_source_order(gallery, places)

    assert [each for each in ordered.order if each in places] == chosen
    for rank, image in enumerate(gallery.order):
        if image not in places:
            assert ordered.order[rank] == image
    assert max(ordered.sorts.values()) <= HIGHEST_SORT
    assert in_source_order(ordered, places) == ordered


def test_a_thumbnail_that_somebody_chose_stays() -> None:
    gallery = Gallery().append(1).append(2).with_thumbnail(1)
    ordered = in_source_order(gallery, {2: SourcePlace(), 1: SourcePlace()})
    assert (ordered.order, ordered.roles) == ((2, 1), {THUMBNAIL: 1})

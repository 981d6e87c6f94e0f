"""Order and roles of a gallery, under any mix of changes (contract: bigcommerce §7)."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vitrine.domain.errors import WrongOrderError
from vitrine.domain.gallery import HARD_LIMIT, HIGHEST_SORT, THUMBNAIL, Gallery

places = st.integers(-(2**31), HIGHEST_SORT) | st.integers(-3, 60)
sorts = st.dictionaries(st.integers(1, 10**12), places, max_size=30)
NEW = 10**13


@st.composite
def galleries(draw: st.DrawFn, *, empty: bool = True) -> Gallery:
    entry = draw(sorts if empty else sorts.filter(bool))
    holder = draw(st.none() | st.sampled_from(sorted(entry))) if entry else None
    roles = {} if holder is None else {THUMBNAIL: holder, "small_image": holder}
    return Gallery(draw(st.integers(0, 10**6)), entry, roles)


def member(data: st.DataObject, gallery: Gallery) -> int:
    return data.draw(st.sampled_from(gallery.order))


def test_no_gallery_holds_more_than_a_thousand() -> None:
    assert HARD_LIMIT == 1000


def test_the_first_image_has_place_0_and_is_the_thumbnail() -> None:
    for gallery in (Gallery().append(7), Gallery().insert(7, 99), Gallery().place(7, 0)):
        assert gallery == Gallery(0, {7: 0}, {THUMBNAIL: 7}, thumbnail_by_default=True)


@given(galleries(), st.data())
def test_an_arranged_gallery_has_the_order_that_was_asked_for(
    before: Gallery, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(before.order))

    after = before.arrange(order)

    assert after.order == tuple(order)
    assert (after.roles, after.view_roles) == (before.roles, before.view_roles)
    assert after.arrange(order) is after
    if tuple(order) != before.order:
        assert after.sorts == {image: sort for sort, image in enumerate(order)}


@given(galleries(), st.lists(st.integers(1, 40), max_size=40))
def test_an_order_that_leaves_images_out_or_adds_some_is_refused(
    before: Gallery, order: list[int]
) -> None:
    assume(sorted(order) != sorted(before.order))

    with pytest.raises(WrongOrderError) as refused:
        before.arrange(order)

    missing, unknown = refused.value.missing, refused.value.unknown
    assert missing == tuple(image for image in before.order if image not in order)
    left = Counter(order) - Counter(before.order)
    assert Counter(unknown) == left
    assert missing or unknown


@given(galleries())
def test_an_appended_image_is_last_and_changes_nothing_else(before: Gallery) -> None:
    after = before.append(NEW)

    assert after.order == (*before.order, NEW)
    assert {**after.sorts, **before.sorts} == after.sorts
    if before.sorts:
        assert after.roles == before.roles


@given(galleries(), st.integers(-5, 40))
def test_an_inserted_image_stands_where_it_is_wanted(before: Gallery, position: int) -> None:
    after = before.insert(NEW, position)

    assert after.positions[NEW] == min(max(position, 1), len(before) + 1)
    assert tuple(image for image in after.order if image != NEW) == before.order
    if position > len(before):
        assert after == before.append(NEW)
    else:
        assert sorted(after.sorts.values()) == list(range(len(after)))


@given(galleries(empty=False), st.integers(-5, 40), st.data())
def test_a_moved_image_stands_where_it_is_wanted(
    before: Gallery, position: int, data: st.DataObject
) -> None:
    image = member(data, before)

    after = before.move(image, position)

    wanted = min(max(position, 1), len(before))
    assert after.positions[image] == wanted
    assert after.roles == before.roles
    assert [each for each in after.order if each != image] == [
        each for each in before.order if each != image
    ]
    if wanted == before.positions[image]:
        assert after == before
    else:
        assert sorted(after.sorts.values()) == list(range(len(after)))


@given(galleries(empty=False), places, st.data())
def test_a_placed_image_moves_others_only_on_a_collision(
    before: Gallery, sort: int, data: st.DataObject
) -> None:
    image = data.draw(st.just(NEW) | st.sampled_from(before.order))
    others = {each: at for each, at in before.sorts.items() if each != image}

    after = before.place(image, sort)

    assert after.sorts[image] == sort
    assert after.roles == before.roles
    moved = {each: after.sorts[each] for each in others}
    if before.sorts.get(image) == sort:
        assert after == before
    elif sort not in others.values():
        assert moved == others
    else:
        assert moved == {
            each: min(at + 1, HIGHEST_SORT) if at >= sort else at for each, at in others.items()
        }
    assert max(after.sorts.values()) <= HIGHEST_SORT


@given(galleries(), st.data())
def test_removed_images_leave_the_others_where_they_were(
    before: Gallery, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(before.order))) if before.sorts else set()

    after = before.remove(*gone)

    assert after.order == tuple(image for image in before.order if image not in gone)
    assert all(before.sorts[image] == sort for image, sort in after.sorts.items())
    assert not gone.intersection(after.roles.values())


@given(galleries())
def test_a_removed_thumbnail_passes_its_role_to_the_first_that_remains(before: Gallery) -> None:
    holder = before.roles.get(THUMBNAIL)
    if holder is None:
        assert all(THUMBNAIL not in before.remove(image).roles for image in before.order)
        return
    after = before.remove(holder)

    assert after.roles == ({THUMBNAIL: after.order[0]} if after.sorts else {})


@given(galleries(empty=False), st.data())
def test_the_role_of_the_thumbnail_is_given_and_taken(before: Gallery, data: st.DataObject) -> None:
    image = member(data, before)

    given_ = before.with_thumbnail(image)
    taken = before.without_thumbnail(image)

    assert given_.roles == {**before.roles, THUMBNAIL: image}
    assert given_.without_thumbnail(image).roles.get(THUMBNAIL) is None
    assert taken == before or before.roles[THUMBNAIL] == image
    assert (given_.sorts, taken.sorts) == (before.sorts, before.sorts)


@given(galleries())
def test_order_is_by_place_and_then_by_id(gallery: Gallery) -> None:
    entry = [(gallery.sorts[image], image) for image in gallery.order]

    assert entry == sorted(entry)
    assert len(gallery) == len(gallery.order)
    assert sorted(gallery.positions.values()) == list(range(1, len(gallery) + 1))


class AnyDialects(RuleBasedStateMachine):
    """Calls from all dialects in any mix, against a plain list of who stands before whom."""

    def __init__(self) -> None:
        super().__init__()
        self.gallery = Gallery()
        self.expected: list[int] = []
        self.last = 0

    def new(self) -> int:
        self.last += 1
        return self.last

    def some(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(self.expected))

    @rule()
    def append(self) -> None:
        image = self.new()
        self.gallery = self.gallery.append(image)
        self.expected.append(image)

    @rule(position=st.integers(-1, 12))
    def insert(self, position: int) -> None:
        image = self.new()
        self.gallery = self.gallery.insert(image, position)
        self.expected.insert(max(position, 1) - 1, image)

    @precondition(lambda self: self.expected)
    @rule(position=st.integers(-1, 12), data=st.data())
    def move(self, position: int, data: st.DataObject) -> None:
        image = self.some(data)
        self.gallery = self.gallery.move(image, position)
        self.expected.remove(image)
        self.expected.insert(max(position, 1) - 1, image)

    @precondition(lambda self: self.expected)
    @rule(sort=st.integers(-2, 12), known=st.booleans(), data=st.data())
    def place(self, sort: int, *, known: bool, data: st.DataObject) -> None:
        image = self.some(data) if known else self.new()
        before = self.gallery
        self.gallery = self.gallery.place(image, sort)
        if before.sorts.get(image) != sort:
            # It comes before all that stood at this place or behind it.
            others = [each for each in self.expected if each != image]
            at = sum(before.sorts[each] < sort for each in others)
            self.expected = [*others[:at], image, *others[at:]]

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        image = self.some(data)
        self.gallery = self.gallery.remove(image)
        self.expected.remove(image)

    @precondition(lambda self: self.expected)
    @rule(wanted=st.booleans(), data=st.data())
    def assign(self, *, wanted: bool, data: st.DataObject) -> None:
        image = self.some(data)
        assign = self.gallery.with_thumbnail if wanted else self.gallery.without_thumbnail
        self.gallery = assign(image)

    @invariant()
    def stands_as_expected(self) -> None:
        assert list(self.gallery.order) == self.expected
        assert [self.gallery.positions[image] for image in self.expected] == list(
            range(1, len(self.expected) + 1)
        )

    @invariant()
    def only_members_hold_roles(self) -> None:
        assert set(self.gallery.roles.values()) <= set(self.expected)


TestAnyDialects = AnyDialects.TestCase


ROLES = ("image", "small_image", "thumbnail")
VIEWS = (None, "1", "2")


class StoreViews(RuleBasedStateMachine):
    """Roles given, taken and left in the shop and in its store views, against a plain table."""

    def __init__(self) -> None:
        super().__init__()
        self.gallery = Gallery().put(1, 0).put(2, 1).put(3, 2)
        self.expected: dict[tuple[str | None, str], int | None] = {}

    def holder(self, view: str | None, role: str) -> int | None:
        if (view, role) in self.expected:
            return self.expected[view, role]
        return self.expected.get((None, role))

    @rule(
        image=st.integers(1, 3),
        roles=st.sets(st.sampled_from(ROLES)),
        view=st.sampled_from(VIEWS),
    )
    def assign(self, image: int, roles: set[str], view: str | None) -> None:
        held = [role for role in ROLES if self.holder(view, role) == image]
        self.gallery = self.gallery.assign(image, roles, view)
        for role in {*held, *roles}:
            self.expected[view, role] = image if role in roles else None

    @precondition(lambda self: len(self.gallery) > 1)
    @rule(data=st.data())
    def retire(self, data: st.DataObject) -> None:
        image = member(data, self.gallery)
        self.gallery = self.gallery.retire(image)
        for where, holder in self.expected.items():
            self.expected[where] = None if holder == image else holder

    @invariant()
    def each_role_has_at_most_one_holder_in_each_scope(self) -> None:
        for view in VIEWS:
            for role in ROLES:
                assert self.gallery.holder(role, view) == self.holder(view, role)
            held = [self.gallery.roles_of(image, view) for image in (1, 2, 3)]
            assert sum(map(len, held)) == len(frozenset().union(*held))


TestStoreViews = StoreViews.TestCase

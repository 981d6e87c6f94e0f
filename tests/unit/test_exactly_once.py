"""Whatever call to AWS fails, and whenever events come: all pictures of all images, no others."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.clouds import Cloud, LostError

from vitrine.domain.errors import ImageNotFoundError, VitrineError
from vitrine.services.catalogue import Patience


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for records: their writers are dead or will act when the test says so."""
    monkeypatch.setattr("vitrine.services.rendering.FOR_A_RECORD", Patience(1, 0))


@dataclass(frozen=True)
class Way:
    """Something that happens to images: how it begins, and what a client does.

    Attributes:
        prepare: what was before, all of it settled.
        act: what the client does, and again when it gets no answer.
        images: how many images there may be in the end.
    """

    prepare: Callable[[Cloud], object]
    act: Callable[[Cloud], object]
    images: frozenset[int]


def nothing(_: Cloud) -> None:
    """An empty shop."""


def replaced(cloud: Cloud) -> None:
    cloud.add(base="lamp")
    cloud.settle()
    cloud.replace(1)


def retired(cloud: Cloud) -> None:
    cloud.add(base="lamp")
    cloud.settle()
    cloud.retire(1)


def removed(cloud: Cloud) -> None:
    replaced(cloud)
    cloud.remove(1)


ONE = frozenset({1})
WAYS = {
    "add": Way(nothing, lambda cloud: cloud.add(), frozenset({1, 2})),
    "add with a name": Way(nothing, lambda cloud: cloud.add(base="lamp"), frozenset({1, 2})),
    "replace": Way(lambda cloud: cloud.add(base="lamp"), lambda cloud: cloud.replace(1), ONE),
    "replace again": Way(replaced, lambda cloud: cloud.replace(1), ONE),
    "replace and name": Way(
        lambda cloud: cloud.add(), lambda cloud: cloud.replace(1, base="b"), ONE
    ),
    "rename": Way(lambda cloud: cloud.add(base="lamp"), lambda cloud: cloud.rename(1, "b"), ONE),
    "name": Way(lambda cloud: cloud.add(), lambda cloud: cloud.rename(1, "b"), ONE),
    "remove": Way(lambda cloud: cloud.add(), lambda cloud: cloud.remove(1), frozenset({0})),
    "remove what was replaced": Way(replaced, lambda cloud: cloud.remove(1), frozenset({0})),
    "retire": Way(lambda cloud: cloud.add(base="lamp"), lambda cloud: cloud.retire(1), ONE),
    "purge": Way(retired, lambda cloud: cloud.purge(), frozenset({0})),
    "import": Way(nothing, lambda cloud: cloud.drop(cloud.picture()), ONE),
    "shelve": Way(nothing, lambda cloud: cloud.shelve(), frozenset({1, 2})),
    "ask": Way(lambda cloud: cloud.add(base="lamp"), lambda cloud: cloud.ask_for_all(), ONE),
    "ask for a library's": Way(
        lambda cloud: cloud.shelve(), lambda cloud: cloud.ask_for_all(), ONE
    ),
    "ask for what was replaced": Way(replaced, lambda cloud: cloud.ask_for_all(), ONE),
    "ask for what was retired": Way(retired, lambda cloud: cloud.ask_for_all(), ONE),
    "ask for what was removed": Way(removed, lambda cloud: cloud.ask_for_all(), frozenset({0})),
}


def go(way: Way, fails_at: int, *, takes_effect: bool, settled: bool) -> Cloud:
    """Go a way to its end while one call fails; the wire's count tells how far it was."""
    cloud = Cloud()
    way.prepare(cloud)
    if settled:
        cloud.settle()
    cloud.wire.count, cloud.wire.fails_at = 0, fails_at
    cloud.wire.takes_effect = takes_effect
    for _ in range(2):
        try:
            way.act(cloud)
        except LostError:
            continue  # the client tries again
        except ImageNotFoundError:
            pass  # what it wanted gone is gone
        break
    cloud.settle()
    cloud.redrive()
    return cloud


@pytest.mark.parametrize("settled", [True, False], ids=["later", "at once"])
@pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", WAYS)
def test_a_call_that_fails_leaves_all_pictures_or_none(
    name: str, *, takes_effect: bool, settled: bool
) -> None:
    way = WAYS[name]
    calls = go(way, 0, takes_effect=takes_effect, settled=settled).wire.count
    assert calls > 4

    for fails_at in range(1, calls + 1):
        cloud = go(way, fails_at, takes_effect=takes_effect, settled=settled)
        try:
            cloud.check()
            assert len(cloud.images) in way.images
        except AssertionError as error:
            error.add_note(f"call {fails_at} of {calls}")
            raise


ACTS: dict[str, Callable[[Cloud, int], object]] = {
    "add": lambda cloud, _: cloud.add(base="lamp"),
    "replace": lambda cloud, image: cloud.replace(image),
    "replace and name": lambda cloud, image: cloud.replace(image, base="c"),
    "rename": lambda cloud, image: cloud.rename(image, "d"),
    "remove": lambda cloud, image: cloud.remove(image),
    "retire": lambda cloud, image: cloud.retire(image),
    "purge": lambda cloud, _: cloud.purge(),
}
"""What others may do, to an image or not."""


class Interleaving(RuleBasedStateMachine):
    """Clients and events in any order and number; others act between any two calls of a function.

    It must end well when all has been told once at least, and when all is told once more.
    """

    images = st.integers(1, 3)

    def __init__(self) -> None:
        super().__init__()
        self.cloud = Cloud()

    @initialize()
    def open(self) -> None:
        self.cloud.add(base="lamp")
        self.cloud.add()

    @rule()
    def shelve(self) -> None:
        if not self.cloud.world.library.records:
            self.cloud.shelve()

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """Every picture of the bytes that an image has is there as soon as it is told of."""
        key = data.draw(st.sampled_from(self.cloud.keys()))
        assert self.cloud.ask(key) or key not in self.cloud.expected()

    @rule(
        data=st.data(),
        call=st.integers(1, 10),
        image=images,
        act=st.sampled_from([*ACTS, "settle", "same"]),
    )
    def ask_while_others_act(self, data: st.DataObject, call: int, image: int, act: str) -> None:
        key = data.draw(st.sampled_from(self.cloud.keys()))
        self._while_others_act(lambda: self.cloud.ask(key), call, image, act)

    @rule(named=st.booleans())
    def add(self, *, named: bool) -> None:
        if len(self.cloud.images) < 4:
            self.cloud.add(base="lamp" if named else None)

    @rule(image=images, named=st.booleans())
    def replace(self, image: int, *, named: bool) -> None:
        with suppress(VitrineError):
            self.cloud.replace(image, base="f" if named else None)

    @rule(image=images, base=st.sampled_from("ab"))
    def rename(self, image: int, base: str) -> None:
        with suppress(VitrineError):
            self.cloud.rename(image, base)

    @rule(image=images)
    def remove(self, image: int) -> None:
        with suppress(VitrineError):
            self.cloud.remove(image)

    @rule(image=images)
    def retire(self, image: int) -> None:
        with suppress(VitrineError):
            self.cloud.retire(image)

    @rule()
    def purge(self) -> None:
        self.cloud.purge()

    @rule(
        call=st.integers(1, 8),
        image=images,
        act=st.sampled_from([*ACTS]),
    )
    def act_while_events_come(self, call: int, image: int, act: str) -> None:
        """Events may overtake the commit of what they are about."""
        cloud = self.cloud
        cloud.wire.before = {cloud.wire.count + call: cloud.settle}
        with suppress(VitrineError):
            ACTS[act](cloud, image)
        cloud.wire.before = {}

    @precondition(lambda self: self.cloud.told)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        self.cloud.deliver(data.draw(st.sampled_from(self.cloud.told)))

    @precondition(lambda self: self.cloud.told)
    @rule(
        data=st.data(),
        call=st.integers(1, 16),
        image=images,
        act=st.sampled_from([*ACTS, "settle", "same"]),
    )
    def deliver_while_others_act(
        self, data: st.DataObject, call: int, image: int, act: str
    ) -> None:
        event = data.draw(st.sampled_from(self.cloud.told))
        self._while_others_act(lambda: self.cloud.deliver(event), call, image, act)

    def _while_others_act(self, do: Callable[[], object], call: int, image: int, act: str) -> None:
        """Before the call of this number others act, or do the same, and events come."""
        cloud = self.cloud

        def meanwhile() -> None:
            with suppress(VitrineError):
                if act == "same":
                    do()
                elif act != "settle":
                    ACTS[act](cloud, image)
            cloud.settle()

        cloud.wire.before = {cloud.wire.count + call: meanwhile}
        do()
        cloud.wire.before = {}

    def teardown(self) -> None:
        self.cloud.wire.before = {}
        self.cloud.settle()
        self.cloud.redrive()
        self.cloud.check()
        self.cloud.repeat_all()
        self.cloud.check()


Interleaving.TestCase.settings = settings(max_examples=150, stateful_step_count=15, deadline=None)
TestAnyOrder = Interleaving.TestCase

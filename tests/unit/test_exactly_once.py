"""Any call to AWS may fail and events may come at any time: the public pictures end up right."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.faults import PRODUCT, CallFailedError, FaultyAws

from vitrine.domain.credentials import digest_of
from vitrine.domain.errors import ImageNotFoundError, RefreshTokenError, VitrineError
from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.manifests import manifest_key
from vitrine.domain.store_views import facts_of
from vitrine.services.catalogue import RetryPolicy
from vitrine.services.tokens import exchange, issue_tokens


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for records: their writers are dead or will act when the test says so."""
    monkeypatch.setattr("vitrine.services.rendering.RECORD_RETRY", RetryPolicy(1, 0))


@dataclass(frozen=True)
class Scenario:
    """Something that happens to images: how it begins, and what a client does.

    Attributes:
        prepare: what was before, all of it settled.
        act: what the client does, and again when it gets no answer.
        images: how many images there may be in the end.
        done: whether the client's request has had its effect.
    """

    prepare: Callable[[FaultyAws], object]
    act: Callable[[FaultyAws], object]
    images: frozenset[int]
    done: Callable[[FaultyAws], bool] = lambda _: True


def nothing(_: FaultyAws) -> None:
    """An empty shop."""


def replaced(aws: FaultyAws) -> None:
    aws.add(base="lamp")
    aws.settle()
    aws.replace(1)


def retired(aws: FaultyAws) -> None:
    aws.add(base="lamp")
    aws.settle()
    aws.retire(1)


def removed(aws: FaultyAws) -> None:
    replaced(aws)
    aws.remove(1)


def three(aws: FaultyAws) -> None:
    aws.add(base="lamp")
    aws.add()
    aws.add()
    aws.settle()
    aws.replace(2)


def is_hidden(aws: FaultyAws) -> bool:
    (image,) = aws.galleries.records["s1", PRODUCT].values()
    return facts_of(image, "2").removed


def is_first(aws: FaultyAws) -> bool:
    gallery = aws.galleries.gallery("s1", PRODUCT)
    return gallery.order == (3, 1, 2) and gallery.roles == {THUMBNAIL: 3}


def is_taken(aws: FaultyAws) -> bool:
    return aws.blobs.import_folder == {}


def is_forgotten(aws: FaultyAws) -> bool:
    return "t1" in aws.world.cdn.invalidations


ONE = frozenset({1})
SCENARIOS = {
    "add": Scenario(nothing, lambda aws: aws.add(), frozenset({1, 2})),
    "add with a name": Scenario(nothing, lambda aws: aws.add(base="lamp"), frozenset({1, 2})),
    "replace": Scenario(lambda aws: aws.add(base="lamp"), lambda aws: aws.replace(1), ONE),
    "replace again": Scenario(replaced, lambda aws: aws.replace(1), ONE),
    "replace and name": Scenario(lambda aws: aws.add(), lambda aws: aws.replace(1, base="b"), ONE),
    "rename": Scenario(lambda aws: aws.add(base="lamp"), lambda aws: aws.rename(1, "b"), ONE),
    "name": Scenario(lambda aws: aws.add(), lambda aws: aws.rename(1, "b"), ONE),
    "remove": Scenario(lambda aws: aws.add(), lambda aws: aws.remove(1), frozenset({0})),
    "remove what was replaced": Scenario(replaced, lambda aws: aws.remove(1), frozenset({0})),
    "remove all": Scenario(three, lambda aws: aws.remove_all(), frozenset({0})),
    "take down": Scenario(
        lambda aws: aws.add(base="lamp"), lambda aws: aws.take_down(1), frozenset({0}), is_forgotten
    ),
    "take down what was replaced": Scenario(
        replaced, lambda aws: aws.take_down(1), frozenset({0}), is_forgotten
    ),
    "take down what was retired": Scenario(
        retired, lambda aws: aws.take_down(1), frozenset({0}), is_forgotten
    ),
    "retire": Scenario(lambda aws: aws.add(base="lamp"), lambda aws: aws.retire(1), ONE),
    "hide": Scenario(lambda aws: aws.add(base="lamp"), lambda aws: aws.hide(1), ONE, is_hidden),
    "move": Scenario(three, lambda aws: aws.move_first(3), frozenset({3}), is_first),
    "purge": Scenario(retired, lambda aws: aws.purge(), frozenset({0})),
    "import": Scenario(nothing, lambda aws: aws.drop(aws.picture()), ONE),
    "upload": Scenario(nothing, lambda aws: aws.send(aws.picture()), ONE, is_taken),
    "upload new bytes": Scenario(
        lambda aws: aws.add(base="lamp"), lambda aws: aws.send(aws.picture(), 1), ONE, is_taken
    ),
    "shelve": Scenario(nothing, lambda aws: aws.shelve(), frozenset({1, 2})),
    "ask": Scenario(lambda aws: aws.add(base="lamp"), lambda aws: aws.ask_for_all(), ONE),
    "ask for a library's": Scenario(lambda aws: aws.shelve(), lambda aws: aws.ask_for_all(), ONE),
    "ask for what was replaced": Scenario(replaced, lambda aws: aws.ask_for_all(), ONE),
    "ask for what was retired": Scenario(retired, lambda aws: aws.ask_for_all(), ONE),
    "ask for what was removed": Scenario(removed, lambda aws: aws.ask_for_all(), frozenset({0})),
}


def run(
    scenario: Scenario, fails_at: int, *, takes_effect: bool, settled: bool, outage: int = 1
) -> FaultyAws:
    """Run a scenario to its end while calls fail; the network counts the calls."""
    aws = FaultyAws()
    scenario.prepare(aws)
    if settled:
        aws.settle()
    aws.network.count, aws.network.fails_at = 0, fails_at
    aws.network.takes_effect, aws.network.outage = takes_effect, outage
    for _ in range(1 + outage):
        try:
            scenario.act(aws)
        except CallFailedError:
            continue  # the client tries again
        except ImageNotFoundError:
            pass  # what it wanted gone is gone
        break
    aws.settle()
    aws.network.fails_at = 0
    aws.redrive()
    return aws


@pytest.mark.parametrize("settled", [True, False], ids=["later", "at once"])
@pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_call_that_fails_leaves_all_pictures_or_none(
    name: str, *, takes_effect: bool, settled: bool
) -> None:
    scenario = SCENARIOS[name]
    calls = run(scenario, 0, takes_effect=takes_effect, settled=settled).network.count
    assert calls > 1

    for fails_at in range(1, calls + 1):
        aws = run(scenario, fails_at, takes_effect=takes_effect, settled=settled)
        check(aws, scenario, f"call {fails_at} of {calls}")


@pytest.mark.parametrize("outage", [2, 7])
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_outage_of_several_calls_leaves_all_pictures_or_none(name: str, outage: int) -> None:
    """Lambda gives up an event after three failures: then the operator sends it again."""
    scenario = SCENARIOS[name]
    calls = run(scenario, 0, takes_effect=False, settled=False).network.count

    for fails_at in range(1, calls + 1):
        aws = run(scenario, fails_at, takes_effect=False, settled=False, outage=outage)
        check(aws, scenario, f"calls {fails_at} to {fails_at + outage - 1} of {calls}")


def check(aws: FaultyAws, scenario: Scenario, note: str) -> None:
    """Check what a scenario has come to; a failure bears the note."""
    try:
        aws.check()
        assert len(aws.images) in scenario.images
        assert scenario.done(aws)
    except AssertionError as error:
        error.add_note(note)
        raise


@pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
def test_a_refresh_token_is_exchanged_once_whichever_call_fails(*, takes_effect: bool) -> None:
    """A lost answer costs the client its token: the contract has it exchanged once."""
    for fails_at in (0, 1, 2):
        aws = FaultyAws()
        client = aws.world.issue("client", "s1", "inventorum", "images")
        first = issue_tokens(aws.world.shops, client, aws.time, None)
        aws.network.count, aws.network.fails_at = 0, fails_at
        aws.network.takes_effect = takes_effect
        exchanged = []

        for _ in range(3):
            with suppress(CallFailedError, RefreshTokenError):
                tokens = exchange(aws.catalogue, client, first.refresh, timedelta(hours=1))
                exchanged.append(digest_of(tokens.refresh))

        stored = list(aws.world.shops.refresh_tokens)
        assert len(stored) == 1
        assert exchanged in ([], stored)
        assert bool(exchanged) == (not takes_effect or fails_at != 2)


def named(aws: FaultyAws) -> None:
    aws.add(base="lamp")
    aws.settle()


def replaced_twice(aws: FaultyAws) -> None:
    """No event has been delivered yet."""
    aws.add(base="lamp")
    aws.replace(1, base="mug")
    aws.replace(1)


def deliver_latest_first(aws: FaultyAws) -> None:
    aws.pending.reverse()
    aws.settle()


INTERRUPTED: dict[str, tuple[Callable[[FaultyAws], object], Callable[[FaultyAws], object]]] = {
    "rename": (named, lambda aws: aws.rename(1, "b")),
    "replace": (named, lambda aws: aws.replace(1, base="b")),
    "events": (replaced_twice, lambda aws: aws.settle()),
    "late events": (replaced_twice, deliver_latest_first),
}
"""What comes before, and what an image's removal interrupts."""


@pytest.mark.parametrize("name", INTERRUPTED)
def test_an_image_that_is_removed_between_any_two_calls_leaves_nothing(name: str) -> None:
    """A copy onto itself, and a picture stored late, can outlive the removal's own event."""
    prepare, act = INTERRUPTED[name]

    def remove(aws: FaultyAws) -> None:
        aws.remove(1)
        aws.settle()

    calls = 0
    while True:
        calls += 1
        aws = FaultyAws()
        prepare(aws)
        aws.network.count, aws.network.before = 0, {calls: partial(remove, aws)}

        with suppress(ImageNotFoundError):
            act(aws)
        aws.settle()

        if aws.network.before:  # it ended with fewer calls
            break
        # Other events may find bytes without a record until the removal's own events are handled.
        assert name != "rename" or aws.dead == [], f"call {calls}: only an operator can help"
        aws.redrive()
        aws.check()
        assert aws.images == []
        assert aws.blobs.originals == aws.blobs.public == {}
    assert calls > 4


@pytest.mark.parametrize("base", [None, "lamp"], ids=["unnamed", "named"])
def test_an_image_that_is_retired_between_any_two_calls_of_a_replacement_keeps_its_bytes(
    base: str | None,
) -> None:
    """The new bytes are deleted, because no request can commit them any more."""
    calls = 0
    while True:
        calls += 1
        aws = FaultyAws()
        aws.add(base=base)
        aws.settle()
        aws.network.count, aws.network.before = 0, {calls: lambda: aws.retire(1)}  # noqa: B023

        with suppress(ImageNotFoundError):
            aws.replace(1)
        aws.settle()

        if aws.network.before:  # it ended with fewer calls
            break
        aws.redrive()
        aws.check()
        assert len(aws.blobs.originals) == 1, f"call {calls}"
    assert calls > 4


WITHDRAWALS: dict[str, tuple[Callable[[FaultyAws], object], Callable[[FaultyAws], object]]] = {
    "replace": (named, lambda aws: aws.replace(1)),
    "remove": (named, lambda aws: aws.remove(1)),
    "take down": (named, lambda aws: aws.take_down(1)),
    "purge": (retired, lambda aws: aws.purge()),
}
"""What comes before, and what withdraws the bytes of a picture that is requested meanwhile."""


@pytest.mark.parametrize("manifest", [False, True], ids=["picture", "manifest"])
@pytest.mark.parametrize("name", WITHDRAWALS)
def test_a_picture_requested_while_its_bytes_go_leaves_no_copy(
    name: str, *, manifest: bool
) -> None:
    """The CDN copies a picture from storage as soon as it is there, and from answers."""
    prepare, act = WITHDRAWALS[name]

    def withdraw(aws: FaultyAws) -> None:
        act(aws)
        aws.settle()

    first = FaultyAws()
    prepare(first)
    first.settle()
    met = 0
    for key in map(manifest_key, first.expected()) if manifest else first.expected():
        calls = 0
        while True:
            calls += 1
            aws = FaultyAws()
            prepare(aws)
            aws.settle()
            aws.blobs.public.pop(key, None)
            aws.network.count, aws.network.before = 0, {calls: partial(withdraw, aws)}

            aws.ask(key)
            aws.settle()

            if aws.network.before:  # the request ended with fewer calls
                break
            met += 1
            left = aws.blobs.copies - aws.blobs.public.keys()
            assert left == set(), f"{key}, call {calls}"
    assert met > 20


ACTS: dict[str, Callable[[FaultyAws, int], object]] = {
    "add": lambda aws, _: aws.add(base="lamp"),
    "replace": lambda aws, image: aws.replace(image),
    "replace and name": lambda aws, image: aws.replace(image, base="c"),
    "rename": lambda aws, image: aws.rename(image, "d"),
    "remove": lambda aws, image: aws.remove(image),
    "take down": lambda aws, image: aws.take_down(image),
    "retire": lambda aws, image: aws.retire(image),
    "purge": lambda aws, _: aws.purge(),
}
"""The actions of other clients, on an image or without one."""


class Interleaving(RuleBasedStateMachine):
    """Clients and events in any order and number, interleaved between the calls of a function.

    The final state must be correct after every event was delivered at least once, and stay so when
    all events are delivered again.
    """

    images = st.integers(1, 3)

    def __init__(self) -> None:
        super().__init__()
        self.aws = FaultyAws()

    @initialize()
    def open(self) -> None:
        self.aws.add(base="lamp")
        self.aws.add()

    @rule()
    def shelve(self) -> None:
        if not self.aws.world.library.records:
            self.aws.shelve()

    @rule(data=st.data(), manifest=st.booleans())
    def ask(self, data: st.DataObject, *, manifest: bool) -> None:
        """Request a picture: those of an image's current bytes exist as soon as it is committed.

        So do their manifests.
        """
        key = data.draw(st.sampled_from(self.aws.keys()))
        asked = manifest_key(key) if manifest else key
        assert self.aws.ask(asked) or key not in self.aws.expected()

    @rule(
        data=st.data(),
        call=st.integers(1, 10),
        image=images,
        act=st.sampled_from([*ACTS, "settle", "same"]),
        manifest=st.booleans(),
    )
    def ask_while_others_act(
        self, data: st.DataObject, call: int, image: int, act: str, *, manifest: bool
    ) -> None:
        key = data.draw(st.sampled_from(self.aws.keys()))
        key = manifest_key(key) if manifest else key
        self._while_others_act(lambda: self.aws.ask(key), call, image, act)

    @rule(named=st.booleans())
    def add(self, *, named: bool) -> None:
        if len(self.aws.images) < 4:
            self.aws.add(base="lamp" if named else None)

    @rule(image=images, named=st.booleans())
    def replace(self, image: int, *, named: bool) -> None:
        with suppress(VitrineError):
            self.aws.replace(image, base="f" if named else None)

    @rule(image=images, base=st.sampled_from("ab"))
    def rename(self, image: int, base: str) -> None:
        with suppress(VitrineError):
            self.aws.rename(image, base)

    @rule(image=images)
    def remove(self, image: int) -> None:
        with suppress(VitrineError):
            self.aws.remove(image)

    @rule(image=images)
    def take_down(self, image: int) -> None:
        with suppress(VitrineError):
            self.aws.take_down(image)

    @rule(image=images)
    def retire(self, image: int) -> None:
        with suppress(VitrineError):
            self.aws.retire(image)

    @rule()
    def purge(self) -> None:
        self.aws.purge()

    @rule(
        call=st.integers(1, 8),
        image=images,
        act=st.sampled_from([*ACTS]),
        other=images,
        other_act=st.sampled_from([*ACTS, "settle"]),
    )
    def act_while_others_act(
        self, call: int, image: int, act: str, other: int, other_act: str
    ) -> None:
        """Events may overtake the commit that they announce, and other clients may win it."""

        def do() -> None:
            with suppress(VitrineError):
                ACTS[act](self.aws, image)

        self._while_others_act(do, call, other, other_act)

    @precondition(lambda self: self.aws.told)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        self.aws.deliver(data.draw(st.sampled_from(self.aws.told)))

    @precondition(lambda self: self.aws.told)
    @rule(
        data=st.data(),
        call=st.integers(1, 16),
        image=images,
        act=st.sampled_from([*ACTS, "settle", "same"]),
    )
    def deliver_while_others_act(
        self, data: st.DataObject, call: int, image: int, act: str
    ) -> None:
        event = data.draw(st.sampled_from(self.aws.told))
        self._while_others_act(lambda: self.aws.deliver(event), call, image, act)

    def _while_others_act(self, do: Callable[[], object], call: int, image: int, act: str) -> None:
        """Before the call of this number others act, or do the same, and events come."""
        aws = self.aws

        def meanwhile() -> None:
            with suppress(VitrineError):
                if act == "same":
                    do()
                elif act != "settle":
                    ACTS[act](aws, image)
            aws.settle()

        aws.network.before = {aws.network.count + call: meanwhile}
        do()
        aws.network.before = {}

    def teardown(self) -> None:
        self.aws.network.before = {}
        self.aws.settle()
        self.aws.redrive()
        self.aws.check()
        self.aws.repeat_all()
        self.aws.check()


Interleaving.TestCase.settings = settings(max_examples=150, stateful_step_count=15, deadline=None)
TestAnyOrder = Interleaving.TestCase

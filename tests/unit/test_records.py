"""Records behave as frozen dataclasses with slots do."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, field, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.unit.test_architecture import VITRINE

from vitrine.records import dataclass


def twins(decorate: Any) -> tuple[type, type]:
    @decorate(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        note: str = field(default="secret", repr=False)
        more: Mapping[str, int] = field(default_factory=dict)

        @property
        def sum(self) -> int:
            return self.x + self.y

    @decorate(frozen=True, slots=True)
    class Named(Point):
        """A point with a name."""

        name: str = "a"

        def __post_init__(self) -> None:
            if not self.name:
                raise ValueError("no name")

    return Point, Named


OURS, PYTHONS = twins(dataclass), twins(dataclasses.dataclass)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("arguments", "named"), [((1,), {}), ((1, 3), {"note": "n"}), ((), {"x": 5, "more": {"a": 1}})]
)
def test_values_are_made_shown_compared_and_changed_alike(
    which: int, arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    ours, pythons = (kind[which](*arguments, **named) for kind in (OURS, PYTHONS))

    assert repr(ours) == repr(pythons)
    assert "secret" not in repr(ours)
    assert ours.sum == pythons.sum
    assert ours == OURS[which](*arguments, **named)
    assert ours != pythons
    assert ours != OURS[1 - which](*arguments, **named)
    assert repr(replace(ours, y=9)) == repr(replace(pythons, y=9))
    assert replace(ours, y=9) != ours
    assert copy.copy(ours) == copy.deepcopy(ours) == ours
    assert OURS[which].__match_args__ == PYTHONS[which].__match_args__
    assert not hasattr(ours, "__dict__")
    with pytest.raises(TypeError, match="unhashable"):
        hash(ours)


@pytest.mark.parametrize(
    ("arguments", "named"), [((), {}), ((1, 2, 3, 4, 5, 6), {}), ((1,), {"z": 1})]
)
def test_wrong_arguments_are_refused_in_the_same_words(
    arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    said = []
    for kind in (OURS, PYTHONS):
        with pytest.raises(TypeError) as refused:
            kind[1](*arguments, **named)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_nothing_is_assigned_or_deleted() -> None:
    point = OURS[0](1)
    for change in (lambda: setattr(point, "x", 2), lambda: delattr(point, "x")):
        with pytest.raises(FrozenInstanceError, match="'x'"):
            change()
    with pytest.raises((FrozenInstanceError, AttributeError)):
        point.other = 1  # type: ignore[attr-defined]


def test_what_follows_making_runs_and_each_value_has_its_own_defaults() -> None:
    with pytest.raises(ValueError, match="no name"):
        OURS[1](1, name="")
    assert OURS[0](1).more is not OURS[0](1).more


@dataclass(frozen=True, slots=True)
class Pair:  # noqa: PLW1641
    """A pair whose values may be keys."""

    left: int
    right: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self.left == other.left


def test_methods_of_ones_own_stay_and_values_are_hashed_and_pickled() -> None:
    assert Pair(1, "a") == Pair(1, "b")
    assert hash(Pair(1, "a")) == hash((1, "a"))
    assert pickle.loads(pickle.dumps(Pair(1, "a"))) == Pair(1)  # noqa: S301
    assert list(inspect.signature(Pair).parameters) == ["left", "right"]


def without_slots(decorate: Any) -> type:
    @decorate(frozen=True, eq=False)
    class Shop:
        """A shop with a value that is computed once."""

        name: str
        parts: list[str] = field(default_factory=list)
        most: int = 3

        @cached_property
        def title(self) -> str:
            return self.name.title()

    return Shop


@pytest.mark.parametrize("decorate", [dataclass, dataclasses.dataclass])
def test_without_slots_values_can_be_cached_and_without_eq_each_is_itself(decorate: Any) -> None:
    shop = without_slots(decorate)
    value = shop("a")

    assert (value.title, value.__dict__["title"]) == ("A", "A")
    assert repr(value).endswith("Shop(name='a', parts=[], most=3)")
    assert value != shop("a")
    assert len({value, shop("a"), replace(value, name="b")}) == 3
    assert copy.copy(value).__dict__ == value.__dict__
    assert (shop.most, hasattr(shop, "parts")) == (3, False)
    with pytest.raises(FrozenInstanceError):
        value.name = "b"


def test_other_options_are_pythons() -> None:
    @dataclass(slots=True)
    class Open:
        x: int = 0

    value = Open()
    value.x = 1
    assert dataclasses.asdict(value) == {"x": 1}


@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize(
    "option", [{"compare": False}, {"init": False}, {"kw_only": True}, {"hash": False}]
)
def test_options_of_fields_that_records_do_not_support_are_refused(
    option: dict[str, Any], *, slots: bool
) -> None:
    (name,) = option
    with pytest.raises(TypeError, match=f"field 'x': {name} not supported"):

        @dataclass(frozen=True, slots=slots)
        class _Refused:
            x: int = field(default=0, **option)


def records() -> list[type]:
    found = []
    for file in sorted(Path(VITRINE).rglob("*.py")):
        module = import_module(".".join(file.relative_to(VITRINE.parent).with_suffix("").parts))
        found += [
            each
            for each in vars(module).values()
            if isinstance(each, type)
            and each.__module__ == module.__name__
            and hasattr(each, "__dataclass_fields__")
        ]
    return found


@pytest.mark.parametrize("kind", records(), ids=lambda kind: kind.__qualname__)
def test_no_dataclass_of_python_inherits_a_record(kind: type) -> None:
    def is_record(each: type) -> bool:
        own = each.__dict__.get("__dataclass_fields__")
        return own is not None and len(own) != len(dataclasses.fields(each))

    assert is_record(kind) or not any(map(is_record, kind.__mro__[1:-1]))

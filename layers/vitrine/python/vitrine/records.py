"""`dataclass`, in a quarter of the time, for frozen classes.

A starting function defines some fifty of them, and Python's own decorator compiles six functions
for each, of which all but `__init__` can be the same for all. Of `field`, this one supports the
defaults, `repr` and `metadata`. Other options of classes are Python's business, and so are type
checkers, who see Python's decorator. `replace` of `dataclasses` works; `fields` and `asdict` do
not, and classes of Python's decorator cannot inherit from these.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, Field, FrozenInstanceError, field
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - exported
else:

    def dataclass(**options: Any) -> Callable[[type], type]:
        """Python's `dataclass`, always called with options."""
        if options.get("frozen") and options.keys() <= {"frozen", "slots", "eq"}:
            return partial(_record, **{"slots": False, "eq": True, **options})
        return dataclasses.dataclass(**options)


_set = object.__setattr__
_SUPPORTED = {"init": True, "compare": True, "hash": None, "kw_only": MISSING}


def _record(cls: type, *, slots: bool, eq: bool, frozen: bool) -> type:  # noqa: ARG001
    """The class with what makes a value of it; a new class if it has slots for its fields."""
    inherited: dict[str, Field[Any]] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited |= base.__dict__.get("__dataclass_fields__", {})
    own = {name: _field(name, cls.__dict__.get(name, MISSING)) for name in cls.__annotations__}
    fields = inherited | own
    added: dict[str, Any] = {
        "__dataclass_fields__": fields,
        "__match_args__": tuple(fields),
        "__init__": _initializer(fields, cls),
    }
    for method in (*_METHODS, *(_COMPARED if eq else ()), *(_PICKLED if slots else ())):
        if cls.__dict__.get(method.__name__) is None:  # `__hash__` of a class with an `__eq__`
            added[method.__name__] = method
    if not slots:
        for name, value in added.items():
            setattr(cls, name, value)
        for name in own:
            if isinstance(cls.__dict__.get(name), Field):
                delattr(cls, name)
        return cls
    kept = {name: each for name, each in cls.__dict__.items() if name not in own}
    kept = {name: each for name, each in kept.items() if name not in ("__dict__", "__weakref__")}
    added["__slots__"] = tuple(name for name in own if name not in inherited)
    made = type(cls)(cls.__name__, cls.__bases__, kept | added)
    made.__qualname__ = cls.__qualname__
    return made


def _field(name: str, default: Any) -> Field[Any]:
    """The field of this name.

    Raises:
        TypeError: it has an option that these classes do not support.
    """
    made: Field[Any] = default if isinstance(default, Field) else field(default=default)
    asked = {"init": made.init, "compare": made.compare, "hash": made.hash, "kw_only": made.kw_only}
    if ignored := [each for each, value in asked.items() if value is not _SUPPORTED[each]]:
        raise TypeError(f"field {name!r}: {', '.join(ignored)} not supported")
    made.name = name
    return made


def _initializer(fields: dict[str, Field[Any]], cls: type) -> Callable[..., None]:
    """The one function that is compiled for a class."""
    known: dict[str, Any] = {"_set": _set, "_MISSING": MISSING}
    parameters, lines = ["self"], []
    for name, each in fields.items():
        value = name
        if each.default is not MISSING:
            known[f"_{name}"] = each.default
            parameters.append(f"{name}=_{name}")
        elif each.default_factory is not MISSING:
            known[f"_{name}"] = each.default_factory
            parameters.append(f"{name}=_MISSING")
            value = f"_{name}() if {name} is _MISSING else {name}"
        else:
            parameters.append(name)
        lines.append(f" _set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    text = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass")
    exec(text, known)  # noqa: S102 - names of fields, as in Python's own decorator
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {**cls.__annotations__, "return": None}
    return made


def _values(record: Any) -> tuple[Any, ...]:
    return tuple([getattr(record, name) for name in record.__dataclass_fields__])


def __repr__(self: Any) -> str:  # noqa: N807
    shown = (name for name, each in self.__dataclass_fields__.items() if each.repr)
    told = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({told})"


def __eq__(self: Any, other: object) -> Any:  # noqa: N807
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _values(self) == _values(other)


def __hash__(self: Any) -> int:  # noqa: N807
    return hash(_values(self))


def __setattr__(_self: Any, name: str, _value: object) -> NoReturn:  # noqa: N807
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(_self: Any, name: str) -> NoReturn:  # noqa: N807
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def __getstate__(self: Any) -> list[Any]:  # noqa: N807
    return list(_values(self))


def __setstate__(self: Any, state: list[Any]) -> None:  # noqa: N807
    for name, value in zip(self.__dataclass_fields__, state, strict=True):
        _set(self, name, value)


_METHODS = (__repr__, __setattr__, __delattr__)
_COMPARED = (__eq__, __hash__)
_PICKLED = (__getstate__, __setstate__)  # without slots, Python does it

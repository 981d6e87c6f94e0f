"""JSON schemas of the types that handlers annotate their bodies with.

The types are `TypedDict`s of the standard library. pydantic reads those of `typing_extensions` only
on Python 3.11, so they are rebuilt as such first; the schemas are the same on every version.
"""

import types
from collections.abc import Collection, Iterable, Mapping
from functools import partial, reduce
from operator import or_
from typing import (
    Annotated,
    Any,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import TypeAdapter
from typing_extensions import TypedDict

_TEMPLATE = "#/components/schemas/{model}"


def components(
    wanted: Iterable[Any],
    ignoring: Collection[Any] = (),
    rules: Mapping[Any, Mapping[str, Any]] | None = None,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The schemas of types.

    Args:
        wanted: the types.
        ignoring: those whose readers ignore unknown members; all others have no further members.
        rules: keywords that state what several members of a type require of each other.

    Returns:
        The schema of each type, in their order, and the named schemas that these refer to.
    """
    read = partial(_readable, ignoring, rules or {})
    inputs = [(str(at), "serialization", TypeAdapter(read(each))) for at, each in enumerate(wanted)]
    found, named = TypeAdapter.json_schemas(inputs, ref_template=_TEMPLATE)
    schemas = [_untitled(found[key, mode]) for key, mode, _ in inputs]
    return schemas, {name: _untitled(each) for name, each in named.get("$defs", {}).items()}


class _Keywords:
    """Keywords that a type states as a dictionary in `Annotated`, so that it needs no pydantic."""

    def __init__(self, keywords: dict[str, Any]) -> None:
        self.keywords = keywords

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core), **self.keywords}


def _readable(ignoring: Collection[Any], rules: Mapping[Any, Mapping[str, Any]], kind: Any) -> Any:
    """A type in which every TypedDict is one that pydantic reads."""
    read = partial(_readable, ignoring, rules)
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        required = kind.__required_keys__
        members = {
            name: (Required if name in required else NotRequired)[read(each)]
            for name, each in hints.items()
        }
        rebuilt: Any = TypedDict(kind.__name__, members)  # type: ignore[misc]
        rebuilt.__doc__ = kind.__doc__
        rebuilt.__module__ = kind.__module__
        rebuilt.__pydantic_config__ = {
            "extra": "ignore" if kind in ignoring else "forbid",
            "json_schema_extra": dict(rules.get(kind, {})),
        }
        return rebuilt
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is None:
        return kind
    if origin is Annotated:
        inner, *notes = arguments
        keywords = (_Keywords(each) if isinstance(each, dict) else each for each in notes)
        return Annotated[(read(inner), *keywords)]  # type: ignore[return-value]
    if origin in (Union, types.UnionType):
        return reduce(or_, (read(each) for each in arguments))
    if origin in (NotRequired, Required):
        return read(arguments[0])
    return origin[tuple(read(each) for each in arguments)]


def _untitled(schema: Any) -> Any:
    """A schema without the titles that pydantic makes of members' names."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {member: _untitled(each) for member, each in value.items()}
        if name in ("properties", "$defs")
        else _untitled(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
    }

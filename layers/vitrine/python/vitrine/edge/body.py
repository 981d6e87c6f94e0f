"""JSON bodies, and what the values of fields may look like."""

import base64
import binascii
import json
import re
from typing import Any, NoReturn

from vitrine.domain.errors import MalformedBodyError

_DIGITS_READ = 4000  # Python refuses to read more than 4300
_DIGITS = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]+)")
_HALVES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_DATA_URL = re.compile(r"\Adata:[^,]*;base64,", re.IGNORECASE)


def parse_object(body: bytes, *, control_characters: bool = False) -> dict[str, Any]:
    """The object in `body`; of a name that comes twice the last counts.

    Args:
        body: UTF-8.
        control_characters: whether strings may hold them raw, such as line breaks.

    Raises:
        MalformedBodyError: it is no JSON, or no object.
    """
    parsed = _parse(body, control_characters=control_characters)
    if not isinstance(parsed, dict):
        raise MalformedBodyError("not an object")
    return parsed


def parse_collection(body: bytes, *, max_depth: int) -> dict[str, Any] | list[Any]:
    """The object or list in `body`; of a name that comes twice the last counts.

    Args:
        body: UTF-8.
        max_depth: how deep objects and lists may nest, the outermost counted.

    Raises:
        MalformedBodyError: it is no JSON, a single value, or too deep.
    """
    parsed = _parse(body)
    if not isinstance(parsed, dict | list):
        raise MalformedBodyError("neither an object nor a list")
    level: list[dict[str, Any] | list[Any]] = [parsed]
    for _ in range(max_depth):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    if level:
        raise MalformedBodyError("too deep")
    return parsed


def _parse(body: bytes, *, control_characters: bool = False) -> object:
    try:
        parsed: object = json.loads(
            body.decode(),
            strict=not control_characters,
            parse_constant=_no_constant,
            parse_int=_integer,
        )
    except (ValueError, RecursionError) as error:  # bad syntax or UTF-8; too many digits or levels
        raise MalformedBodyError(type(error).__name__) from error
    return parsed


def whole_number(value: object) -> int | None:
    """The integer that a field's value stands for, or None.

    It may come as an integer, as a number without fraction, or as digits with or without a sign in
    a string; truth values are none (contract: tiendanube §4, bigcommerce §4).
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and (found := _DIGITS.fullmatch(value)):
        return _integer(found["sign"] + (found["digits"].lstrip("0") or "0"))
    return None


def is_text(value: object) -> bool:
    """Whether a value is a string that can be stored: JSON can spell halves of characters."""
    return isinstance(value, str) and not _HALVES.search(value)


def decode_base64(text: str) -> bytes | None:
    """The bytes that base64 spells, or None for what is none.

    White space, the beginning of a `data:` URL, and missing signs of equality at the end do no
    harm (contract: tiendanube §4, inventorum §4).
    """
    letters = _DATA_URL.sub("", _SPACE.sub("", text), count=1).rstrip("=")
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _integer(digits: str) -> int:
    """A number, perhaps signed; of one with more digits than Python reads, the first ones.

    Both are larger than whatever they could be.
    """
    return int(digits[:_DIGITS_READ])


def _no_constant(name: str) -> NoReturn:
    """Python's parser takes NaN and Infinity; JSON knows neither."""
    raise ValueError(name)

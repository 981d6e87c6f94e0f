"""JSON bodies, and what the values of fields may look like."""

import base64
import binascii
import json
import re
from typing import Any, NoReturn

from vitrine.domain.errors import MalformedBodyError

_DIGITS = re.compile(r"[+-]?[0-9]{1,4000}")  # Python refuses to read more than 4300
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
    try:
        parsed = json.loads(
            body.decode(), strict=not control_characters, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:  # bad syntax or UTF-8; too many digits or levels
        raise MalformedBodyError(type(error).__name__) from error
    if not isinstance(parsed, dict):
        raise MalformedBodyError("not an object")
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
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
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


def _no_constant(name: str) -> NoReturn:
    """Python's parser takes NaN and Infinity; JSON knows neither."""
    raise ValueError(name)

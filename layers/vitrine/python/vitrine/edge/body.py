"""JSON bodies and the values of their fields."""

import base64
import binascii
import json
import re
from typing import Any, NoReturn

from vitrine.domain.errors import MalformedBodyError

_MAX_DIGITS = 4000  # Python converts at most 4300
_DIGITS = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]+)")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_DATA_URL = re.compile(r"\Adata:[^,]*;base64,", re.IGNORECASE)


def parse_object(body: bytes, *, control_characters: bool = False) -> dict[str, Any]:
    """The JSON object in `body`. If a name is repeated, the last value counts.

    Args:
        body: JSON text in UTF-8.
        control_characters: whether strings may contain unescaped control characters, such as line
            breaks.

    Raises:
        MalformedBodyError: `body` is not JSON, or not an object.
    """
    parsed = _parse(body, control_characters=control_characters)
    if not isinstance(parsed, dict):
        raise MalformedBodyError("not an object")
    return parsed


def parse_collection(body: bytes, *, max_depth: int) -> dict[str, Any] | list[Any]:
    """The JSON object or array in `body`. If a name is repeated, the last value counts.

    Args:
        body: JSON text in UTF-8.
        max_depth: maximum nesting of objects and arrays, including the outermost.

    Raises:
        MalformedBodyError: `body` is not JSON, is a scalar, or nests too deep.
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
    """The integer in a field's value, or None if it is not one.

    Accepted are integers, numbers without a fraction, and strings of digits with or without a sign.
    Booleans are not accepted (contract: tiendanube §4, bigcommerce §4).
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and (found := _DIGITS.fullmatch(value)):
        return _integer(found["sign"] + (found["digits"].lstrip("0") or "0"))
    return None


def is_text(value: object) -> bool:
    """Whether a value is a string that can be stored: JSON can escape lone surrogates."""
    return isinstance(value, str) and not _SURROGATES.search(value)


def decode_base64(text: str) -> bytes | None:
    """The bytes that base64 text encodes, or None if it is not valid base64.

    White space, the prefix of a `data:` URL and missing padding are accepted (contract: tiendanube
    §4, inventorum §4).
    """
    letters = _DATA_URL.sub("", _SPACE.sub("", text), count=1).rstrip("=")
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _integer(digits: str) -> int:
    """An integer with an optional sign, cut to the number of digits that Python converts.

    The cut value still exceeds the limit of every field.
    """
    return int(digits[:_MAX_DIGITS])


def _no_constant(name: str) -> NoReturn:
    """Reject NaN and Infinity, which Python's parser accepts although JSON does not."""
    raise ValueError(name)

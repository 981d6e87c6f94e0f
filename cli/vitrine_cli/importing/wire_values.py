"""Values in the JSON of platforms, as the models of their answers declare them.

A platform writes one kind of value in several ways: numbers as text, absent texts as null or false.
Anything else than these is an answer of an unexpected form.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from vitrine.domain.gallery import HIGHEST_SORT

_LONGEST_ID = 256  # characters
_WHOLE = re.compile(r"\s*([+-]?[0-9]{1,20})\s*")
_URL = re.compile(r"https?://[^/\s]", re.IGNORECASE)


def _id(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST_ID:
        raise ValueError("it is no id")
    return clean(text.strip())


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, str | int | float):
        return clean(str(value))
    raise ValueError("it is no text")


def _url(value: Any) -> str:
    if not isinstance(value, str) or not _URL.match(value):
        raise ValueError("it is no http or https URL")
    return clean(value)


def _place(value: Any) -> int:
    if value is None or value == "" or value is False:
        return 0
    if isinstance(value, float) and math.isfinite(value):
        value = int(value)
    if isinstance(value, str) and (found := _WHOLE.fullmatch(value)):
        value = int(found[1])
    if not isinstance(value, int):
        raise ValueError("it is no whole number")  # noqa: TRY004 - pydantic expects this one
    return min(max(value, 0), HIGHEST_SORT)


def _flag(value: Any) -> bool:
    return value not in (None, False, 0, "", "0", "false")


def _list(value: Any) -> Any:
    return [] if value is None or value is False else value


def clean(text: str) -> str:
    """The text without halves of characters, which JSON can contain and UTF-8 cannot."""
    return text.encode(errors="replace").decode()


Id = Annotated[str, BeforeValidator(_id)]
"""A number or a text that is not empty."""
Text = Annotated[str, BeforeValidator(_text)]
"""A text; empty for null and false."""
Url = Annotated[str, BeforeValidator(_url)]
"""An absolute `http` or `https` URL."""
Place = Annotated[int, BeforeValidator(_place)]
"""A place in an order, from 0 to `HIGHEST_SORT`; 0 for null."""
Flag = Annotated[bool, BeforeValidator(_flag)]
"""Yes or no, as PHP and JSON write it."""
OrEmpty = BeforeValidator(_list)
"""Reads null and false as an empty list."""


class Wire(BaseModel):
    """A JSON object of a platform's answer. Members that a model does not name are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

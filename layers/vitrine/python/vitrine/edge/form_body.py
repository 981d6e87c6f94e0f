"""URL-encoded forms, with arrays in PHP's notation."""

import re
from urllib.parse import parse_qsl

from vitrine.domain.errors import MalformedBodyError

MAX_FIELDS = 1000
"""Maximum number of fields in a form."""

_LISTED = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")
_NUMBER = re.compile(r"[0-9]{1,18}")


def parse_urlencoded(body: bytes) -> dict[str, str | list[str]]:
    """The fields in `body`; `types[]=image` or `types[0]=image` adds an item to the list `types`.

    The brackets contain the item's index; empty brackets mean the next one. Lists keep the order in
    which indexes first appear. If a field or an index is repeated, the last value counts.

    Raises:
        MalformedBodyError: `body` is empty, is not UTF-8, or has more than `MAX_FIELDS` fields.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise MalformedBodyError(type(error).__name__) from error
    if not pairs:
        raise MalformedBodyError("empty")
    fields: dict[str, str | dict[str, str]] = {}
    for name, value in pairs:
        listed = _LISTED.fullmatch(name)
        if listed is None:
            fields[name] = value
            continue
        items = fields.get(listed[1])
        if not isinstance(items, dict):
            items = fields[listed[1]] = {}
        items[listed[2] or _next_index(items)] = value
    return {
        name: list(value.values()) if isinstance(value, dict) else value
        for name, value in fields.items()
    }


def _next_index(items: dict[str, str]) -> str:
    numbers = [int(index) for index in items if _NUMBER.fullmatch(index)]
    return str(max(numbers, default=-1) + 1)

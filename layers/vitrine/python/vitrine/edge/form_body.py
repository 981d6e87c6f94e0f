"""URL-encoded forms, with lists as PHP's clients spell them."""

import re
from urllib.parse import parse_qsl

from vitrine.domain.errors import MalformedBodyError

MAX_FIELDS = 1000
"""How many fields a form may have."""

_LISTED = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")
_NUMBER = re.compile(r"[0-9]{1,18}")


def parse_urlencoded(body: bytes) -> dict[str, str | list[str]]:
    """The fields in `body`; `types[]=image`, or `types[0]=image`, adds to the list `types`.

    What stands in the brackets names a place in the list, empty ones mean the next; lists keep the
    order in which places come up. Of a field or a place that comes twice the last counts, also of
    text and list.

    Raises:
        MalformedBodyError: it is empty, no UTF-8, or has more than `MAX_FIELDS` fields.
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
        places = fields.get(listed[1])
        if not isinstance(places, dict):
            places = fields[listed[1]] = {}
        places[listed[2] or _next(places)] = value
    return {
        name: list(value.values()) if isinstance(value, dict) else value
        for name, value in fields.items()
    }


def _next(places: dict[str, str]) -> str:
    numbers = [int(place) for place in places if _NUMBER.fullmatch(place)]
    return str(max(numbers, default=-1) + 1)

"""Content negotiation: the format of an answer, chosen by the header `Accept`."""

import re
from enum import StrEnum

from vitrine.domain.errors import NotAcceptableError


class AnswerFormat(StrEnum):
    """A format of answers; its value is the media type."""

    XML = "application/xml"
    JSON = "application/json"


_FORMATS = {
    "text/*": AnswerFormat.XML,
    "application/xml": AnswerFormat.XML,
    "application/xhtml+xml": AnswerFormat.XML,
    "text/xml": AnswerFormat.XML,
    "application/json": AnswerFormat.JSON,
}
_WILDCARDS = frozenset({"*/*", "application/*"})
_WEIGHT = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")


def preferred(accept: str | None, default: AnswerFormat = AnswerFormat.XML) -> AnswerFormat:
    """The format of the answer to a client's `Accept` (contract: openmage §4.1).

    The highest `q` wins; equal weights keep their order. A weight that is not a number is ignored.
    A media type with `q=0` is never chosen, also not through a wildcard, which then matches the
    other format; `*/*` does not match what `application/*;q=0` excludes.

    Args:
        accept: the header's value; None if the request has none.
        default: the format if the client has no preference: without the header, and for a wildcard.

    Raises:
        NotAcceptableError: `accept` names no format that is available.
    """
    if not accept or not accept.strip():
        return default
    by_default = sorted(AnswerFormat, key=lambda each: each is not default)
    entries = [_weighed(entry) for entry in accept.lower().split(",")]
    excluded = {media_type for media_type, weight in entries if weight == 0}
    if "application/*" in excluded:
        excluded |= {*AnswerFormat} - {media_type for media_type, _ in entries}
    for media_type, _ in sorted(entries, key=lambda entry: -entry[1]):
        if media_type in excluded:
            continue
        if media_type in _FORMATS:
            return _FORMATS[media_type]
        for match in by_default if media_type in _WILDCARDS else ():
            if match not in excluded:
                return match
    raise NotAcceptableError(accept)


def _weighed(entry: str) -> tuple[str, float]:
    """The media type of one entry of `Accept` and its weight `q`, from 0 to 1."""
    media_type, *parameters = (part.strip() for part in entry.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and _WEIGHT.fullmatch(value.strip()):
            return media_type, min(float(value), 1.0)
    return media_type, 1.0

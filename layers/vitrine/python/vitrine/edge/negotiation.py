"""Which of the formats of an answer a client likes best."""

import re
from enum import StrEnum

from vitrine.domain.errors import NotAcceptableError


class AnswerFormat(StrEnum):
    """A format of answers, by the media type that it is answered as."""

    XML = "application/xml"
    JSON = "application/json"


# What each media type can mean, the likelier first.
_MEANT = {
    "*/*": (AnswerFormat.XML, AnswerFormat.JSON),
    "application/*": (AnswerFormat.XML, AnswerFormat.JSON),
    "text/*": (AnswerFormat.XML,),
    "application/xml": (AnswerFormat.XML,),
    "text/xml": (AnswerFormat.XML,),
    "application/json": (AnswerFormat.JSON,),
}
_WEIGHT = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")


def preferred(accept: str | None) -> AnswerFormat:
    """The format to answer in, of what a client's `Accept` names (contract: openmage §4.1).

    The highest `q` comes first, equal ones as they are written; a weight that is no number counts
    as none given. A media type with `q=0` is never chosen, nor is it meant by a wildcard, which
    then means the other format; nor does `*/*` mean what `application/*` refuses.

    Raises:
        NotAcceptableError: it names nothing that we can answer in.
    """
    if not accept or not accept.strip():
        return AnswerFormat.XML
    entries = [_weighed(entry) for entry in accept.lower().split(",")]
    refused = {media_type for media_type, weight in entries if weight == 0}
    if "application/*" in refused:
        refused |= {*AnswerFormat} - {media_type for media_type, _ in entries}
    for media_type, _ in sorted(entries, key=lambda entry: -entry[1]):
        meant = _MEANT.get(media_type, ()) if media_type not in refused else ()
        for chosen in meant:
            if len(meant) == 1 or chosen not in refused:
                return chosen
    raise NotAcceptableError(accept)


def _weighed(entry: str) -> tuple[str, float]:
    """A media type of an `Accept`, and its `q`, from 0 to 1."""
    media_type, *parameters = (part.strip() for part in entry.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and _WEIGHT.fullmatch(value.strip()):
            return media_type, min(float(value), 1.0)
    return media_type, 1.0

"""Answers in XML, as Magento's REST API lays them out (contract: openmage §5)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from vitrine.edge.response import Response
from vitrine.edge.xml_body import ITEM

Answer = str | int | Sequence["Answer"] | Mapping[str, "Answer"]
"""Text, a number, a list, or fields, by names that XML takes as an element's."""

ROOT = "magento_api"
XML = "application/xml; charset=utf-8"

_PROLOG = '<?xml version="1.0"?>\n'
_INDENT = "  "
# Every character that XML 1.0 has no way to write: its section 2.2, production [2], turned round.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A raw carriage return would be read as a line feed.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def xml_response(
    status: int, payload: Answer, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer whose body is `payload` as XML."""
    return Response(status, write_xml(payload), {"Content-Type": XML, **(headers or {})})


def write_xml(payload: Answer) -> str:
    """`payload` as a document: fields as elements, items of lists as `<data_item>`.

    Empty text is written `<label></label>`, an empty list or object `<types/>`.
    """
    return _PROLOG + "\n".join(_element(ROOT, payload, "")) + "\n"


def without_forbidden(text: str) -> str:
    """Text without the characters that no XML document can hold."""
    return _FORBIDDEN.sub("", text)


def _element(name: str, value: Answer, indent: str) -> Iterator[str]:
    """The lines of one element."""
    if isinstance(value, str | int):
        yield f"{indent}<{name}>{_escaped(str(value))}</{name}>"
        return
    children = value.items() if isinstance(value, Mapping) else [(ITEM, each) for each in value]
    if not children:
        yield f"{indent}<{name}/>"
        return
    yield f"{indent}<{name}>"
    for child, content in children:
        yield from _element(child, content, indent + _INDENT)
    yield f"{indent}</{name}>"


def _escaped(text: str) -> str:
    return without_forbidden(text).translate(_ESCAPES)

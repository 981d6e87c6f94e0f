"""Answers in XML, in the layout of Magento's REST API (contract: openmage §5)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from vitrine.edge.response import Response
from vitrine.edge.xml_body import ITEM

Answer = str | int | Sequence["Answer"] | Mapping[str, "Answer"]
"""Text, a number, a list, or fields; their names must be valid names of XML elements."""

ROOT = "magento_api"
XML = "application/xml; charset=utf-8"

_PROLOG = '<?xml version="1.0"?>\n'
_INDENT = "  "
# The characters that XML 1.0 cannot contain: the complement of its production [2], section 2.2,
# written out, because Python takes 5 ms to compile the complement.
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# XML parsers read a raw carriage return as a line feed.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def xml_response(
    status: int, payload: Answer, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer whose body is `payload` as XML."""
    return Response(status, write_xml(payload), {"Content-Type": XML, **(headers or {})})


def write_xml(payload: Answer) -> str:
    """`payload` as an XML document: fields become elements, items of lists `<data_item>` elements.

    Empty text becomes `<label></label>`, an empty list or object `<types/>`.
    """
    return _PROLOG + "\n".join(_element(ROOT, payload, "")) + "\n"


def without_forbidden(text: str) -> str:
    """`text` without the characters that XML cannot contain."""
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

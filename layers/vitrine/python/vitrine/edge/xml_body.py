"""XML bodies, parsed by the standard library's expat and protected against hostile documents.

DOCTYPEs are refused, which excludes external entities (XXE) and entity expansion ("billion
laughs"); depth and number of elements are limited. Each rule is checked while parsing, so a
document that breaks one is never built. `defusedxml` checks only entities and DOCTYPE, and has no
types.
"""

import re
from collections.abc import Collection
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from vitrine.domain.errors import MalformedBodyError

Value = str | list["Value"] | dict[str, "Value"]
"""The content of an element: text, a list (of `data_item` children), or fields."""

MAX_DEPTH = 8
"""Maximum nesting of elements, including the root (contract: openmage §4.1)."""

MAX_ELEMENTS = 1000
"""Maximum number of elements, including the root (contract: openmage §4.1)."""

ITEM = "data_item"

_SPACE = " \t\r\n"
_PROLOG = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS = {"UTF-8": "utf-8", "ISO-8859-1": "latin-1", "WINDOWS-1252": "cp1252"}


def parse_xml(body: bytes, lists: Collection[str] = ()) -> list[Value] | dict[str, Value]:
    """The fields in `body`, or the list if the root has only `data_item` children.

    The root's name, namespaces and attributes are ignored, except for `value` of an empty element,
    which is its text. Text is trimmed, and ignored between elements. If a field is repeated, the
    last value counts (contract: openmage §4.1).

    Args:
        body: a document in UTF-8, or in ISO-8859-1 or windows-1252 if its prolog says so.
        lists: names of fields whose repetitions make a list.

    Raises:
        MalformedBodyError: `body` is not well-formed XML in one of these encodings; it contains a
            DOCTYPE, an entity that is not predefined or a processing instruction; it has too many
            elements or nests too deep.
    """
    if b"\0" in body:  # UTF-16, which expat would detect and decode
        raise MalformedBodyError("not UTF-8")
    reader = _Reader(lists)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.XmlDeclHandler = reader.declaration
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.ProcessingInstructionHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body.decode(_encoding(body)), True)  # noqa: FBT003 - its signature
    except (ExpatError, UnicodeDecodeError) as error:
        raise MalformedBodyError(str(error)) from error
    content = reader.root.content()
    return {} if isinstance(content, str) else content


def _encoding(body: bytes) -> str:
    """Python's name of the encoding in the prolog; UTF-8 without one."""
    declared = _PROLOG.match(body)
    if declared is None:
        return "utf-8"
    encoding = _ENCODINGS.get(declared[1].decode().upper())
    if encoding is None:
        raise MalformedBodyError("another encoding")
    return encoding


class _Element:
    """An element while it is parsed.

    Attributes:
        value: the attribute `value`; None if it has none.
        lists: names of fields whose repetitions make a list.
    """

    def __init__(self, value: str | None, lists: Collection[str]) -> None:
        self.value = value
        self.lists = lists
        self.texts: list[str] = []
        self.children: list[tuple[str, Value]] = []

    def content(self) -> Value:
        """The element's content."""
        if not self.children:
            return "".join(self.texts).strip(_SPACE) or (self.value or "").strip(_SPACE)
        if all(name == ITEM for name, _ in self.children):
            return [value for _, value in self.children]
        fields = dict(self.children)
        for name in fields.keys() & self.lists:
            repeated = [value for child, value in self.children if child == name]
            if len(repeated) > 1:
                fields[name] = [item for value in repeated for item in _items(value)]
        return fields


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


class _Reader:
    """The handlers that expat calls."""

    def __init__(self, lists: Collection[str]) -> None:
        self.root = _Element(None, lists)
        self._lists = lists
        self._open: list[_Element] = []
        self._elements = 0

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """Check the encoding in `<?xml …?>`; expat does not use it, because it gets text."""
        if encoding is not None and encoding.upper() not in _ENCODINGS:
            raise MalformedBodyError(f"declared as {encoding}")

    def refuse(self, *_construct: object) -> NoReturn:
        """Refuse a construct that a body must not contain."""
        raise MalformedBodyError("a DOCTYPE or a processing instruction")

    def start(self, _name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise MalformedBodyError("too many elements, or too deep")
        element = _Element(attributes.get("value"), self._lists) if self._open else self.root
        self._open.append(element)

    def end(self, name: str) -> None:
        """Close the innermost element."""
        ended = self._open.pop()
        if self._open:
            self._open[-1].children.append((name.rpartition(":")[2], ended.content()))

    def text(self, text: str) -> None:
        """Add text to the innermost element."""
        self._open[-1].texts.append(text)

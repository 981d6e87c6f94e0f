"""XML bodies, parsed by the standard library's expat and protected against hostile documents.

DOCTYPEs are refused, which excludes external entities (XXE) and entity expansion ("billion
laughs"); depth and number of elements are limited. Each rule is checked while parsing, so a
document that breaks one is never built. `defusedxml` checks only entities and DOCTYPE, and has no
types.
"""

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


def parse_xml(body: bytes) -> list[Value] | dict[str, Value]:
    """The fields in `body`, or the list if the root has only `data_item` children.

    The root's name, attributes and namespaces are ignored. Text is trimmed, and ignored between
    elements. If a field is repeated, the last value counts (contract: openmage §4.1).

    Raises:
        MalformedBodyError: `body` is not well-formed UTF-8 XML; it contains a DOCTYPE, an entity
            that is not predefined or a processing instruction; it has too many elements or nests
            too deep.
    """
    if b"\0" in body:  # UTF-16, which expat would detect and decode
        raise MalformedBodyError("not UTF-8")
    reader = _Reader()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.XmlDeclHandler = reader.declaration
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.ProcessingInstructionHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body.decode(), True)  # noqa: FBT003 - its signature
    except (ExpatError, UnicodeDecodeError) as error:
        raise MalformedBodyError(str(error)) from error
    content = reader.root.content()
    return {} if isinstance(content, str) else content


class _Element:
    """An element while it is parsed."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.children: list[tuple[str, Value]] = []

    def content(self) -> Value:
        """The element's content."""
        if not self.children:
            return "".join(self.texts).strip(_SPACE)
        if all(name == ITEM for name, _ in self.children):
            return [value for _, value in self.children]
        return dict(self.children)


class _Reader:
    """The handlers that expat calls."""

    def __init__(self) -> None:
        self.root = _Element()
        self._open: list[_Element] = []
        self._elements = 0

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """Check the encoding in `<?xml …?>`; expat does not use it, because it gets text."""
        if encoding is not None and encoding.upper() != "UTF-8":
            raise MalformedBodyError(f"declared as {encoding}")

    def refuse(self, *_construct: object) -> NoReturn:
        """Refuse a construct that a body must not contain."""
        raise MalformedBodyError("a DOCTYPE or a processing instruction")

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        """Open an element."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise MalformedBodyError("too many elements, or too deep")
        self._open.append(_Element() if self._open else self.root)

    def end(self, name: str) -> None:
        """Close the innermost element."""
        ended = self._open.pop()
        if self._open:
            self._open[-1].children.append((name.rpartition(":")[2], ended.content()))

    def text(self, text: str) -> None:
        """Add text to the innermost element."""
        self._open[-1].texts.append(text)

"""XML bodies, read by the standard library's expat, and what expat must not do for strangers.

Nothing is built of a document that breaks a rule: each rule is looked at where the parser meets
what breaks it. `defusedxml` guards against entities and DOCTYPE alone, and is untyped.
"""

from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from vitrine.domain.errors import MalformedBodyError

Value = str | list["Value"] | dict[str, "Value"]
"""An element's content: text, a list (`data_item` children), or fields (any other children)."""

MAX_DEPTH = 8
"""How deep elements may nest, the root counted (contract: openmage §4.1)."""

MAX_ELEMENTS = 1000
"""How many elements there may be, the root counted (contract: openmage §4.1)."""

ITEM = "data_item"

_SPACE = " \t\r\n"


def parse_xml(body: bytes) -> list[Value] | dict[str, Value]:
    """The fields in `body`, or the list if the root has but `data_item` children.

    The root's name, attributes and namespaces mean nothing, text is trimmed, text between elements
    passed over; of a field that comes twice the last counts (contract: openmage §4.1).

    Raises:
        MalformedBodyError: it is no well-formed UTF-8 XML; it holds a DOCTYPE, an entity that is
            not predefined, or a processing instruction; it is too deep or has too many elements.
    """
    if b"\0" in body:  # as in all of UTF-16, which expat would find out and read
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
    """An element while it is read."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.children: list[tuple[str, Value]] = []

    def content(self) -> Value:
        """What it holds."""
        if not self.children:
            return "".join(self.texts).strip(_SPACE)
        if all(name == ITEM for name, _ in self.children):
            return [value for _, value in self.children]
        return dict(self.children)


class _Reader:
    """What expat calls."""

    def __init__(self) -> None:
        self.root = _Element()
        self._open: list[_Element] = []
        self._elements = 0

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """`<?xml …?>`; what is declared is not what expat goes by: it gets text."""
        if encoding is not None and encoding.upper() != "UTF-8":
            raise MalformedBodyError(f"declared as {encoding}")

    def refuse(self, *_what: object) -> NoReturn:
        """Something that has no place in a body."""
        raise MalformedBodyError("a DOCTYPE or a processing instruction")

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        """A start tag."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise MalformedBodyError("too many elements, or too deep")
        self._open.append(_Element() if self._open else self.root)

    def end(self, name: str) -> None:
        """An end tag."""
        ended = self._open.pop()
        if self._open:
            self._open[-1].children.append((name.rpartition(":")[2], ended.content()))

    def text(self, text: str) -> None:
        """Some text."""
        self._open[-1].texts.append(text)

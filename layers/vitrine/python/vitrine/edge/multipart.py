"""`multipart/form-data` bodies, as liberal in their headers as the platforms' own clients."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from vitrine.domain.errors import FieldError, MalformedBodyError

_HEADER_LIMIT = 64 * 1024  # bytes of one header of a part
_HEADERS_LIMIT = 100  # headers of a part
_EXTENDED = re.compile(
    r""" "(?:[^"\\]|\\.)*+"?  # what is quoted is another's
    | ;\s*filename\*\s*=\s*"?(?P<charset>[^'"\s;]*+)'[^'"\s;]*+'(?P<name>[^"\s;]++)""",
    re.IGNORECASE | re.VERBOSE,
)
_FIRST_LINE = re.compile(rb"--([^\r\n]{1,200})\r\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form.

    Attributes:
        name: the field it fills.
        file_name: what the client calls the file; None for a text field.
        data: its bytes.
    """

    name: str
    file_name: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a body, in the order they were sent."""

    parts: tuple[Part, ...]

    def only(self, name: str) -> Part:
        """The one part that fills field `name`.

        Raises:
            FieldError: there is none, or more than one.
        """
        found = [part for part in self.parts if part.name == name]
        if not found:
            raise FieldError(name, FieldError.Problem.MISSING)
        if len(found) > 1:
            raise FieldError(name, FieldError.Problem.REPEATED)
        return found[0]


def parse_form(content_type: str, body: bytes, *, guess_boundary: bool = True) -> Form:
    """The form in `body`.

    Of several boundaries in `content_type` the last counts (contract: evotor §4, inventorum §4).

    Args:
        content_type: the header.
        body: any bytes.
        guess_boundary: whether the body's first line may tell a boundary that is left out
            (contract: evotor §4).

    Raises:
        MalformedBodyError: `content_type` is another, or the body breaks off or breaks the rules.
    """
    media_type, options = parse_options_header(content_type)
    if media_type != "multipart/form-data":
        raise MalformedBodyError(media_type)
    boundary = options.get("boundary") or (_first_line(body) if guess_boundary else "")
    if not boundary:
        raise MalformedBodyError("no boundary")
    parts: list[Part] = []
    data = bytearray()
    try:
        # Any bytes are Latin-1: how a client spells a file's name decides nothing.
        with PushMultipartParser(
            boundary,
            header_charset="latin-1",
            max_header_size=_HEADER_LIMIT,
            max_header_count=_HEADERS_LIMIT,
        ) as parser:
            for event in parser.parse(body):
                if event is None:
                    parts[-1] = Part(parts[-1].name, parts[-1].file_name, bytes(data))
                    data.clear()
                elif isinstance(event, (bytes, bytearray)):
                    data += event
                else:
                    parts.append(Part(_text(event.name), _file_name(event), b""))
    except MultipartError as error:
        raise MalformedBodyError(str(error)) from error
    return Form(tuple(parts))


def _file_name(part: MultipartSegment) -> str | None:
    """What a part's file is called; None for a part without a file.

    Some clients spell a name that is not ASCII as `filename*` (RFC 5987), alone or beside another.
    """
    disposition = part.header("Content-Disposition") or ""
    return _extended_name(disposition) or (None if part.filename is None else _text(part.filename))


def _extended_name(disposition: str) -> str | None:
    for found in _EXTENDED.finditer(disposition):
        if name := found["name"]:
            charset = "latin-1" if found["charset"].lower() == "iso-8859-1" else "utf-8"
            return unquote(name, charset)
    return None


def _text(spelled: str) -> str:
    """A header's text: UTF-8, as today's clients send it, or else Latin-1."""
    data = spelled.encode("latin-1")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return spelled


def _first_line(body: bytes) -> bytes:
    found = _FIRST_LINE.match(body)
    if found is None:
        raise MalformedBodyError("no boundary")
    return found[1]

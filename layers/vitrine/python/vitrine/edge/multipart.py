"""`multipart/form-data` bodies (RFC 7578), with the variations that the platforms' clients send."""

import re
from urllib.parse import unquote

from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from vitrine.domain.errors import FieldError, MalformedBodyError
from vitrine.edge.request import Request
from vitrine.records import dataclass

_HEADER_LIMIT = 64 * 1024  # bytes of one header of a part
_HEADERS_LIMIT = 100  # headers of a part
_EXTENDED = re.compile(
    r""" "(?:[^"\\]|\\.)*+"?  # skip other quoted values
    | ;\s*filename\*\s*=\s*"?(?P<charset>[^'"\s;]*+)'[^'"\s;]*+'(?P<name>[^"\s;]++)""",
    re.IGNORECASE | re.VERBOSE,
)
_FIRST_LINE = re.compile(rb"--([^\r\n]{0,199}[^\r\n \t])[ \t]*\r?\n")
_LINE_BREAK = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form.

    Attributes:
        name: the field's name.
        file_name: the file's name as sent; None for a text field.
        data: the content, bytes.
    """

    name: str
    file_name: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a body, in the order in which they were sent."""

    parts: tuple[Part, ...]

    def only(self, name: str) -> Part:
        """The only part with this field name.

        Raises:
            FieldError: the form has no such part, or more than one.
        """
        found = [part for part in self.parts if part.name == name]
        if not found:
            raise FieldError(name, FieldError.Problem.MISSING)
        if len(found) > 1:
            raise FieldError(name, FieldError.Problem.REPEATED)
        return found[0]


def read_form(request: Request, *, guess_boundary: bool = True) -> Form:
    """The body of a request as `multipart/form-data`.

    Args:
        request: the request.
        guess_boundary: whether to take a missing boundary from the body's first line.

    Raises:
        MalformedBodyError: the body is not a form, is incomplete or is malformed.
    """
    content_type = request.headers.get("content-type", "")
    return parse_form(content_type, request.body, guess_boundary=guess_boundary)


def parse_form(content_type: str, body: bytes, *, guess_boundary: bool = True) -> Form:
    """The form in `body`.

    If `content_type` has several boundaries, the last counts. White space after a boundary, line
    feeds without carriage returns and a missing closing boundary are accepted (contract: evotor §4,
    inventorum §4).

    Args:
        content_type: the header's value.
        body: the request's body.
        guess_boundary: whether to take a missing boundary from the body's first line (contract:
            evotor §4).

    Raises:
        MalformedBodyError: `content_type` is not `multipart/form-data`, or the body is incomplete
            or malformed.
    """
    media_type, options = parse_options_header(content_type)
    if media_type != "multipart/form-data":
        raise MalformedBodyError(media_type)
    boundary = options.get("boundary") or (_first_line(body) if guess_boundary else "")
    if not boundary:
        raise MalformedBodyError("no boundary")
    spelled = boundary if isinstance(boundary, bytes) else boundary.encode()
    try:
        return _parse(body, spelled)
    except MalformedBodyError:
        canonical = _canonical(body, spelled)
        if canonical is None:
            raise
        return _parse(canonical, spelled)


def _parse(body: bytes, boundary: bytes) -> Form:
    parts: list[Part] = []
    data = bytearray()
    try:
        # Latin-1 decodes any bytes, so the encoding of a file's name is never an error.
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


def _canonical(body: bytes, boundary: bytes) -> bytes | None:
    """A body in the form of RFC 2046, made from one that deviates; None if it cannot be made."""
    delimiter = b"--" + re.escape(boundary)
    first = re.search(rb"(?:\A|\n)" + delimiter + rb"[ \t]*(\r?\n)", body)
    if first is None:
        return None
    line_break = first[1]
    pattern = rb"(?:\A|%b)%b(--)?[ \t]*(?=%b|\Z)" % (line_break, delimiter, line_break)
    found = [match for match in re.finditer(pattern, body) if match.end() < len(body) or match[1]]
    lines = []
    for at, match in enumerate(found):
        if match[1]:
            break
        last = at + 1 == len(found)
        part = body[match.end() + len(line_break) : None if last else found[at + 1].start()]
        head, blank_line, data = part.partition(line_break * 2)
        if not blank_line:
            return None
        lines += [b"--" + boundary, _LINE_BREAK.sub(b"\r\n", head), b""]
        lines.append(_without_cut_delimiter(data, boundary, line_break) if last else data)
    return b"\r\n".join([*lines, b"--" + boundary + b"--", b""])


def _without_cut_delimiter(data: bytes, boundary: bytes, line_break: bytes) -> bytes:
    """The data of a last part, without the beginning of a closing delimiter."""
    closing = line_break + b"--" + boundary + b"--"
    for length in range(len(closing), len(line_break) - 1, -1):
        if data.endswith(closing[:length]):
            return data[:-length]
    return data


def _file_name(part: MultipartSegment) -> str | None:
    """The name of a part's file; None for a part without a file.

    Some clients send a name that is not ASCII as `filename*` (RFC 5987), alone or beside
    `filename`.
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
    """The text of a header: UTF-8, or Latin-1 if it is not valid UTF-8."""
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

"""The XML that S3 speaks. Python's parser is imported when an answer has some: reads have none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from xml.etree.ElementTree import Element

    from vitrine.aws.messages import Answer

_SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_ERROR = re.compile(rb"\s*(<\?xml[^>]*>)?\s*<Error[\s>]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;", "\n": "&#xA;"}  # ends of lines change
)
_PHRASES = {304: "Not Modified", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


def error_in(answer: Answer) -> dict[str, Any]:
    """What a failed answer tells; of one without a body, or with a page of HTML, its status."""
    code, message = str(answer.status), _PHRASES.get(answer.status, "")
    if _ERROR.match(answer.body):
        try:
            told = _parse(answer.body)
        except SyntaxError:
            pass
        else:
            code, message = _text(told, "Code") or code, _text(told, "Message")
    return {"Error": {"Code": code, "Message": message}}


def error_in_body(answer: Answer) -> str:
    """The error with which an answer of a good status ended, as those of copies can; or empty."""
    if not _ERROR.match(answer.body):
        return ""
    error = error_in(answer)["Error"]
    return f"{error['Code']}: {error['Message']}"


def deletion(objects: Iterable[Mapping[str, str]]) -> bytes:
    """What is sent to have objects removed, and be told of those that were not."""
    keys = "".join(
        f"<Object><Key>{each['Key'].translate(_ESCAPES)}</Key></Object>" for each in objects
    )
    return f'<Delete xmlns="{_SPACE}">{keys}<Quiet>true</Quiet></Delete>'.encode()


def tagging(tags: Iterable[Mapping[str, str]]) -> bytes:
    """What is sent to give an object tags."""
    texts = ({name: value.translate(_ESCAPES) for name, value in each.items()} for each in tags)
    pairs = "".join(
        f"<Tag><Key>{each['Key']}</Key><Value>{each['Value']}</Value></Tag>" for each in texts
    )
    return f'<Tagging xmlns="{_SPACE}"><TagSet>{pairs}</TagSet></Tagging>'.encode()


def deletion_errors(body: bytes) -> dict[str, Any]:
    """The objects that were not removed, in `Errors`; nothing when there are none."""
    if b"<Error>" not in body:
        return {}
    fields = ("Key", "Code", "Message")
    failed = _parse(body).findall("{*}Error")
    return {"Errors": [{name: _text(each, name) for name in fields} for each in failed]}


def listing(body: bytes) -> dict[str, Any]:
    """One page of keys, in `Contents`, and where the next one begins."""
    page = _parse(body)
    keys = [unquote_plus(_text(each, "Key")) for each in page.findall("{*}Contents")]
    return {
        "Contents": [{"Key": key} for key in keys],
        "NextContinuationToken": _text(page, "NextContinuationToken"),
    }


def _parse(body: bytes) -> Element:
    from xml.etree.ElementTree import fromstring

    return fromstring(body)  # noqa: S314 - S3's own answer, over TLS


def _text(element: Element, name: str) -> str:
    return element.findtext(f"{{*}}{name}") or ""

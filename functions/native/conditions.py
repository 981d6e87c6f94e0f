"""Entity tags and conditional requests (RFC 9110, 13; contract: vitrine §3.1).

Tags are strong. The tag of an answer with an image begins with the image's state, which is all that
`If-Match` compares: another writer may move the image meanwhile, but not change its texts. The CDN
weakens the tag of an answer that it compresses, so the prefix `W/` of a tag in a request is
ignored: only the CDN can have put it there.
"""

import hashlib
import re
from typing import TypedDict

from native.problems import PreconditionRequiredError, StaleError
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image
from vitrine.edge.request import Request

_TAG = re.compile(r'"[^"]*"')
_HASH = re.compile(r"\.[0-9a-f]*(?=\")")
_DIGITS = 24  # of a SHA-256: 96 bits, enough to tell the states of one resource apart


def tag_of_text(text: str, state: str = "") -> str:
    """The entity tag of a body: a hash of it, after a state if it has one."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    return f'"{state}.{digest}"' if state else f'"{digest}"'


def tag_of_order(gallery: Gallery) -> str:
    """The entity tag of a gallery's order: the version of its head."""
    return f'"{gallery.version}"'


class OrderBody(TypedDict):
    """A gallery's order, and the entity tag for `If-Match`."""

    images: list[int]
    etag: str


def present_order(gallery: Gallery) -> OrderBody:
    """The order of a gallery."""
    return {"images": list(gallery.order), "etag": tag_of_order(gallery)}


def state_of_image(image: Image) -> str:
    """The state that a PATCH changes: the record's version, and the state of its renditions."""
    return f"{image.version}-{image.renditions.value}"


def tag_of_image(image: Image) -> str:
    """The entity tag of an image: its state."""
    return f'"{state_of_image(image)}"'


def is_cached(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` says that the client has the answer with this tag already."""
    return _names(request.headers.get("if-none-match", ""), tag)


def check_image(request: Request, image: Image) -> None:
    """Refuse a request whose `If-Match` names another state of the image than the present one.

    Raises:
        StaleError: it does. Without the header, every state is right.
    """
    wanted, tag = request.headers.get("if-match"), tag_of_image(image)
    if wanted is not None and not _names(_HASH.sub("", wanted), tag):
        raise StaleError(tag)


def require_match(request: Request, tag: str) -> None:
    """Refuse a request without `If-Match`, or whose `If-Match` does not name the tag.

    Raises:
        PreconditionRequiredError: the header is missing.
        StaleError: the tag does not match.
    """
    wanted = request.headers.get("if-match")
    if wanted is None:
        raise PreconditionRequiredError(tag)
    if not _names(wanted, tag):
        raise StaleError(tag)


def _names(header: str, tag: str) -> bool:
    """Whether a list of entity tags, or `*`, includes this tag."""
    return header.strip() == "*" or tag in _TAG.findall(header)

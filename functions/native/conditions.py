"""Entity tags and conditional requests (RFC 9110, 13; contract: vitrine §3.1).

Tags are strong. The CDN weakens the tag of an answer that it compresses, so the prefix `W/` of a
tag in a request is ignored: only the CDN can have put it there.
"""

import hashlib
import re

from native.problems import PreconditionRequiredError, StaleError
from vitrine.domain.gallery import Gallery, GalleryEntry
from vitrine.edge.request import Request

_TAG = re.compile(r'"[^"]*"')
_DIGITS = 24  # of a SHA-256: 96 bits, enough to tell the states of one resource apart


def tag_of_text(text: str) -> str:
    """The entity tag of a body: a hash of it."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"'


def tag_of_order(gallery: Gallery) -> str:
    """The entity tag of a gallery's order: the version of its head."""
    return f'"{gallery.version}"'


def tag_of_image(entry: GalleryEntry) -> str:
    """The entity tag of an image: what a PATCH changes, and the state of its renditions."""
    return f'"{entry.image.version}-{entry.image.renditions}"'


def is_cached(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` says that the client has the answer with this tag already."""
    return _names(request.headers.get("if-none-match", ""), tag)


def check_match(request: Request, *tags: str) -> None:
    """Refuse a request whose `If-Match` names none of the tags of the present state.

    Args:
        request: the request; without the header, everything matches.
        tags: tags of the present state. The first is told to the client.

    Raises:
        StaleError: no tag matches.
    """
    wanted = request.headers.get("if-match")
    if wanted is not None and not any(_names(wanted, tag) for tag in tags):
        raise StaleError(tags[0])


def require_match(request: Request, tag: str) -> None:
    """Refuse a request without `If-Match`, or whose `If-Match` does not name the tag.

    Raises:
        PreconditionRequiredError: the header is missing.
        StaleError: the tag does not match.
    """
    if "if-match" not in request.headers:
        raise PreconditionRequiredError(tag)
    check_match(request, tag)


def _names(header: str, tag: str) -> bool:
    """Whether a list of entity tags, or `*`, includes this tag."""
    return header.strip() == "*" or tag in _TAG.findall(header)

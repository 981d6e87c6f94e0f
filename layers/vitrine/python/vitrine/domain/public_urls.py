"""Recognize URLs of public pictures that clients send back, in every equivalent spelling.

Scheme, query and fragment do not matter, nor do percent-encoding, dot segments, a default port and
the case of the host (RFC 3986, section 6.2). What precedes the key in the path does not matter
either: a deployment serves its pictures under several base URLs.
"""

import posixpath
import re
from urllib.parse import unquote, urlsplit

from vitrine.domain.images import Image
from vitrine.domain.locations import PUBLIC, original_address
from vitrine.domain.pictures import Format
from vitrine.domain.public_keys import find_address, parse_public_key
from vitrine.domain.renditions import SETS, Alternative
from vitrine.records import dataclass

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SEGMENTS = (3, 5, 6)  # of a rendition; of a full size or a library's picture; of a named picture
_FOLDERS = re.compile(rf"{PUBLIC}[^/]+/(?:product_images|catalog)/")


_NAMES = {kind: "|".join(each.name for each in renditions) for kind, renditions in SETS.items()}
_EXTENSIONS = "|".join({"jpeg", *(each.extension for each in Format)})
_ALTERNATIVES = "|".join(each.extension for each in Alternative)
_FILE = re.compile(
    rf"media/(?:[^/]+/(?P<folder>[0-9a-f]{{32}})/[a-z0-9-]+-(?P<stem>[0-9a-f]{{32}})"
    rf"(?:{_NAMES['gallery']})|uploads/.+/(?:original|{_NAMES['library']}))"
    rf"\.(?:{_EXTENSIONS})(?:\.(?:{_ALTERNATIVES}))?"
)


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """A URL whose path ends in a public key.

    Attributes:
        host: host in lower case, and port unless it is the scheme's default.
        key: the public key.
    """

    host: str
    key: str

    @property
    def has_digest(self) -> bool:
        """Whether the key contains the digest of the bytes, so that no other bytes have it."""
        return not _FOLDERS.match(self.key)


def parse_public_url(url: str) -> PublicUrl | None:
    """The host and public key of a URL; None if its path does not end in a public key."""
    try:
        parts = urlsplit(url.strip())
        host = host_of(url)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    segments = posixpath.normpath(unquote(parts.path)).split("/")
    for count in _SEGMENTS:
        key = PUBLIC + "/".join(segments[-count:])
        if len(segments) > count and parse_public_key(key) and _is_well_formed(key):
            return PublicUrl(host, key)
    return None


def _is_well_formed(key: str) -> bool:
    """Whether a key with the form of a public key names a size that exists."""
    if _FOLDERS.match(key):
        return True
    found = _FILE.fullmatch(key)
    return found is not None and found["stem"] in (None, found["folder"])


def host_of(url: str) -> str:
    """The host of a URL in lower case, and its port unless it is the scheme's default.

    Raises:
        ValueError: the URL's host or port is not valid.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".")
    standard = parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme)
    return host if standard else f"{host}:{parts.port}"


def is_current_url(url: str, image: Image) -> bool:
    """Whether a URL names a picture of an image's present bytes."""
    found = parse_public_url(url)
    return found is not None and is_current_key(found.key, image)


def is_current_key(key: str, image: Image) -> bool:
    """Whether a public key names a picture of an image's present bytes."""
    kinds = [image.original.format]
    return find_address(key, [original_address(image)], tuple(Alternative), kinds) is not None

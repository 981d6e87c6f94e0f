"""Admission control for missing pictures: cheap checks before an expensive function runs.

Anybody can request a well-formed public key that no image has. Rendering is expensive, so such a
request must be refused for less than it costs to find out that the image does not exist.
"""

from datetime import datetime
from enum import Enum, auto

from vitrine.domain.locations import named_key
from vitrine.domain.manifests import picture_of
from vitrine.domain.public_keys import NameReference, parse_public_key, sibling_key
from vitrine.domain.renditions import Alternative
from vitrine.ports import RateLimit, Stores
from vitrine.records import dataclass


class Admission(Enum):
    """What happens to a request for a picture that is not stored."""

    RENDER = auto()
    """The picture is looked for and rendered."""
    NOT_FOUND = auto()
    """No image has a picture with this key."""
    BUSY = auto()
    """Too many such requests have come in this minute. A later one may succeed."""


@dataclass(frozen=True, slots=True)
class AdmissionControl:
    """Decides which requests for missing pictures may cost a rendering.

    Attributes:
        stores: all adapters.
        rate_limit: the counter of requests that cannot be judged.
        per_minute: how many of them are admitted in one minute; 0 for any number.
        alternatives: formats in which renditions exist beside their own.
    """

    stores: Stores
    rate_limit: RateLimit
    per_minute: int
    alternatives: frozenset[Alternative]

    def judge(self, key: str, now: datetime) -> Admission:
        """Judge a request by its key.

        A key whose sibling is stored belongs to an image, and its picture can be rendered: every
        such key is rendered once, then stored. So is the manifest of a stored picture. Other keys
        belong to an image that is new, or to none. Only S3's list of the image's originals shows
        which, so their number is limited.

        Args:
            key: the key that the bucket does not have.
            now: the current time, UTC.
        """
        shown = picture_of(key) or key
        reference = parse_public_key(shown)
        if reference is None or picture_of(shown):
            return Admission.NOT_FOUND
        if isinstance(reference, NameReference):
            shop, name = reference.shop, reference.name
            if shown != named_key(shop, name) or self.stores.galleries.named(shop, name) is None:
                return Admission.NOT_FOUND
            sibling = None  # a named picture can outlive the bytes that its manifest describes
        else:
            sibling = sibling_key(key, self.alternatives) if shown == key else shown
        if sibling is not None and self.stores.blobs.has_public(sibling):
            return Admission.RENDER
        if not self.per_minute or self.rate_limit.admit(now, self.per_minute):
            return Admission.RENDER
        return Admission.BUSY

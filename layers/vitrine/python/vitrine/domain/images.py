"""An image: the record of one picture of one product, and the facts of its original."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vitrine.domain.pictures import Format


class RenditionState(StrEnum):
    """Whether every rendition of an image has been stored."""

    PENDING = "pending"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes that came in, as facts.

    Attributes:
        digest: SHA-256 of the bytes, 64 hexadecimal digits.
        format: their format.
        size: their length, bytes.
        published_size: length of the public full-size picture, bytes: same pixels, no metadata.
        width: pixels across as stored, before orientation.
        height: pixels down as stored, before orientation.
        file_name: what the client called the file; may be empty.
        frames: how many frames are shown.
        transparent: whether any part may show what is behind it.
        revision: how often the bytes of the image have been replaced.
    """

    digest: str
    format: Format
    size: int
    published_size: int
    width: int
    height: int
    file_name: str = ""
    frames: int = 1
    transparent: bool = False
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Texts:
    """What an image says to those who do not see it.

    Attributes:
        alt: in the shop's main language; empty when there is none.
        translations: by other languages, as `fr` or `pt_BR`; none is empty.
    """

    alt: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)


NO_TEXTS = Texts()


@dataclass(frozen=True, slots=True)
class Image:
    """One picture of one product.

    Attributes:
        id: sequential per shop and shared by all dialects.
        shop: id of the shop it belongs to.
        product: key of the product whose gallery holds it.
        original: facts of its bytes.
        created_at: when it was made, UTC, milliseconds.
        updated_at: when its bytes, text or asked-for place last changed, UTC, milliseconds.
        texts: alternative texts.
        renditions: whether all of its renditions are stored.
        version: how often the record has been changed.
    """

    id: int
    shop: str
    product: str
    original: Original
    created_at: datetime
    updated_at: datetime
    texts: Texts = NO_TEXTS
    renditions: RenditionState = RenditionState.PENDING
    version: int = 0

    @property
    def alt(self) -> str:
        """Alternative text in the shop's main language; empty when there is none."""
        return self.texts.alt

"""An image: the record of one picture of one product, and the facts of its original."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vitrine.domain.names import FileName
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
class Appearance:
    """What a picture looks like, known when its renditions are made.

    Attributes:
        colour: its dominant colour, `#rrggbb`.
        thumbhash: its ThumbHash, base64, to be shown until the picture is there.
        animation_dropped: whether the picture is animated and its renditions show the first frame
            only: their format has no animation, or the GIF has too many pixels.
    """

    colour: str
    thumbhash: str
    animation_dropped: bool = False


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
class ViewFacts:
    """What one store view says of an image; of what it leaves out the image's own counts.

    Attributes:
        label: alternative text.
        sort: place in this view's order.
        excluded: whether it is hidden from those who look at this view's gallery.
        removed: whether it is not shown in this view at all.
    """

    label: str | None = None
    sort: int | None = None
    excluded: bool | None = None
    removed: bool = False


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
        excluded: whether it is hidden from those who look at the gallery (openmage).
        views: what store views say of it, by their id.
        name: the file name it goes by among the shop's, if it was given one (openmage §4.4).
        renditions: whether all of its renditions are stored.
        appearance: what it looks like; None until they are.
        version: how often the record has been changed.
    """

    id: int
    shop: str
    product: str
    original: Original
    created_at: datetime
    updated_at: datetime
    texts: Texts = NO_TEXTS
    excluded: bool = False
    views: Mapping[str, ViewFacts] = field(default_factory=dict)
    name: FileName | None = None
    renditions: RenditionState = RenditionState.PENDING
    appearance: Appearance | None = None
    version: int = 0

    @property
    def alt(self) -> str:
        """Alternative text in the shop's main language; empty when there is none."""
        return self.texts.alt

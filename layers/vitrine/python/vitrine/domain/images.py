"""An image: the record of one picture, with the properties of its original and its placeholder."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from vitrine.domain.names import FileName
from vitrine.domain.pictures import Format, displayed_size
from vitrine.records import dataclass


class RenditionState(StrEnum):
    """Whether all renditions of an image are stored."""

    PENDING = "pending"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Original:
    """The properties of the bytes that were uploaded.

    Attributes:
        digest: SHA-256 of the bytes, 64 hexadecimal digits.
        format: the picture format.
        size: number of bytes.
        published_size: size of the public full-size picture, bytes: same pixels, no metadata.
        width: width in pixels as stored, before orientation.
        height: height in pixels as stored, before orientation.
        file_name: the client's name of the file; may be empty.
        frames: number of frames that are shown.
        transparent: whether any pixel may be transparent.
        revision: how often the bytes of the image have been replaced.
        turned: whether it is displayed with width and height exchanged (EXIF orientation 5 to 8);
            None if the record does not say, until its renditions are rebuilt.
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
    turned: bool | None = None

    @property
    def displayed(self) -> tuple[int, int] | None:
        """Width and height in pixels after orientation; None if the record does not say."""
        if self.turned is None:
            return None
        return displayed_size(self.width, self.height, turned=self.turned)


@dataclass(frozen=True, slots=True)
class Appearance:
    """The appearance of a picture, for placeholders. It is computed together with the renditions.

    Attributes:
        colour: the dominant colour, `#rrggbb`.
        thumbhash: the ThumbHash, base64: a placeholder until the picture is loaded.
        animation_dropped: whether the picture is animated and its renditions show only the first
            frame, because their format has no animation or the GIF has too many pixels.
    """

    colour: str
    thumbhash: str
    animation_dropped: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """The alternative texts of an image.

    Attributes:
        alt: the text in the shop's main language; empty for none.
        translations: the texts in other languages, by language (`fr`, `pt_BR`); none is empty.
    """

    alt: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)


NO_TEXTS = Texts()


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """The properties that one store view overrides. For None, the image's global value applies.

    Attributes:
        label: alternative text.
        sort: the sort in this view's order.
        excluded: whether the gallery of this view hides the image from visitors.
        removed: whether the image was removed from this view.
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
        shop: id of the shop that owns it.
        product: key of the product whose gallery contains it.
        original: properties of its bytes.
        created_at: when it was created, UTC, milliseconds.
        updated_at: when its bytes, texts or requested place last changed, UTC, milliseconds.
        texts: alternative texts.
        excluded: whether the gallery hides it from visitors (openmage).
        views: properties that store views override, by id of the view.
        name: its file name, unique in the shop; None if it was never named (openmage §4.4).
        renditions: whether all of its renditions are stored.
        appearance: its appearance; None until the renditions are stored.
        version: how often the record has been changed, for optimistic locking.
        dropped: the path, in the import folder, of the dropped file that the image was made of,
            until a client asks for the image's place or role; empty for other images.
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
    dropped: str = ""

    @property
    def alt(self) -> str:
        """Alternative text in the shop's main language; empty when there is none."""
        return self.texts.alt

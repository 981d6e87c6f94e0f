"""Stored objects: private originals and public pictures, as an object store holds them."""

from datetime import datetime

from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """A stored original with its contents.

    Attributes:
        data: the bytes.
        product: key of the product that it was uploaded for; empty for none.
    """

    data: bytes
    product: str


@dataclass(frozen=True, slots=True)
class OriginalMetadata:
    """The metadata of a stored original, available without reading its bytes.

    Attributes:
        product: key of the product that it was uploaded for; empty for none.
        stored_at: when it was last stored, UTC.
    """

    product: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A picture for the CDN, or the manifest of one.

    Attributes:
        key: its public key.
        data: the bytes.
        media_type: their media type, such as `image/png` or `application/json`.
    """

    key: str
    data: bytes
    media_type: str

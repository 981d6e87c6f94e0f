"""Stored objects: originals and public pictures, as S3 holds them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """An original as it lies in storage.

    Attributes:
        data: its bytes.
        product: key of the product it was uploaded for; empty for none.
    """

    data: bytes
    product: str


@dataclass(frozen=True, slots=True)
class OriginalMetadata:
    """What storage knows of an original without reading it.

    Attributes:
        product: key of the product it was uploaded for; empty for none.
        stored_at: when it was stored last, UTC.
    """

    product: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A picture ready for the CDN.

    Attributes:
        key: where it is stored.
        data: its bytes.
        media_type: what they are.
    """

    key: str
    data: bytes
    media_type: str

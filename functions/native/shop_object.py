"""The shop object of Vitrine's own API (contract: vitrine §4.1)."""

from typing import TypedDict

from native.wire import MAX_FILES, MAX_PIXELS, RULES, main_language, time
from vitrine.domain.pictures import Format
from vitrine.edge.request import Call

_FORMATS = (Format.JPEG, Format.PNG, Format.GIF, Format.WEBP, Format.BMP)


class LimitsBody(TypedDict):
    """The largest file in bytes, the most pixels, images of a product and files of a batch."""

    bytes: int
    pixels: int
    images: int
    files: int
    formats: list[str]


class TokenBody(TypedDict):
    """What the request's token permits, and until when."""

    scopes: list[str]
    expires_at: str | None


class ShopBody(TypedDict):
    """The shop."""

    id: str
    language: str
    products: str
    media_url: str
    limits: LimitsBody
    token: TokenBody


def present(call: Call) -> ShopBody:
    """The caller's shop, its limits, and what the token permits."""
    shop, credential = call.caller.shop, call.caller.credential
    expires_at = credential.expires_at if credential else None
    return {
        "id": shop.id,
        "language": main_language(call),
        "products": shop.products.value,
        "media_url": call.media_url,
        "limits": {
            "bytes": RULES.max_bytes,
            "pixels": MAX_PIXELS,
            "images": RULES.max_images,
            "files": MAX_FILES,
            "formats": [each.media_type for each in _FORMATS],
        },
        "token": {
            "scopes": sorted(call.caller.scopes),
            "expires_at": time(expires_at) if expires_at else None,
        },
    }

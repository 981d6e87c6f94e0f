"""Pillow alone, and what any engine on it must spend: decoding and encoding."""

import io
from functools import cache

from PIL import Image
from worker import KIND, PICTURE, QUALITY, SIZES, serve


def encode(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    if KIND == "png":
        picture.save(out, "PNG")
    else:
        picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def fit(picture: Image.Image, width: int, height: int | None) -> tuple[int, int]:
    scale = min(1.0, width / picture.width, (height or picture.height) / picture.height)
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def naive() -> list[bytes]:
    """Decoded in full once, each size made from that."""
    with Image.open(io.BytesIO(PICTURE)) as opened:
        picture = opened.convert("RGB")
    return [encode(picture.resize(fit(picture, *size), Image.Resampling.LANCZOS)) for size in SIZES]


def cascade() -> list[bytes]:
    """The decoder shrinks, each size comes from the next larger one, in two steps where it may."""
    pictures = []
    with Image.open(io.BytesIO(PICTURE)) as picture:
        targets = [fit(picture, *size) for size in SIZES]
        picture.draft("RGB", targets[0])
        for target in targets:
            picture.thumbnail(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
            pictures.append(encode(picture))
    return pictures


@cache
def ready_made() -> list[Image.Image]:
    with Image.open(io.BytesIO(PICTURE)) as opened:
        picture = opened.convert("RGB")
    return [picture.resize(fit(picture, *size), Image.Resampling.LANCZOS) for size in SIZES]


def floor() -> list[bytes]:
    """Nothing but a decode, shrinking where the decoder can, and the encoding of ready pictures."""
    with Image.open(io.BytesIO(PICTURE)) as picture:
        picture.draft("RGB", fit(picture, *SIZES[0]))
        picture.load()
    return [encode(picture) for picture in ready_made()]


serve({"naive": naive, "cascade": cascade, "floor": floor})

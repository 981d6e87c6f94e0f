"""Opening a picture with Pillow, protected against decompression bombs.

A decompression bomb is a small file that takes gigabytes to decode. The number of pixels that a
decoder may be given is limited by format, because formats differ in the memory they need: see
`PIXEL_LIMITS`.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image as PilImage

from vitrine.domain.pictures import PIXEL_LIMITS, Format

DECODER_ERRORS = (
    OSError,  # what Pillow raises for most damage, and for an unknown format
    SyntaxError,  # for a broken header
    AssertionError,  # for a missing palette
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
    PilImage.DecompressionBombError,
)
"""What Pillow's decoders raise for damaged pictures."""


@contextmanager
def decoder(data: bytes, kind: Format) -> Iterator[PilImage.Image]:
    """Open a picture of format `kind` and read its header. No other format is tried.

    Pillow's warnings are suppressed: `PIXEL_LIMITS` replaces the one about decompression bombs, and
    `inspect` judges what the others are about.

    Raises:
        DecompressionBombError: the picture has more pixels than its format's limit.
        Exception: another one of `DECODER_ERRORS`: the picture is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with PilImage.open(io.BytesIO(data), formats=[kind.name]) as picture:
            if picture.width * picture.height > PIXEL_LIMITS[kind]:
                raise PilImage.DecompressionBombError(f"{picture.size} is too large")
            yield picture

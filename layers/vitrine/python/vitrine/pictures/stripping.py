"""The full-size picture that the public sees: every pixel of the upload, none of its metadata.

Nothing is decoded or encoded. EXIF (but for the orientation), GPS, XMP, IPTC, comments, thumbnails
and whatever follows the picture's end are left out; colour profiles stay (docs/architecture.md
D19).
"""

import struct

from vitrine.domain.pictures import Format
from vitrine.pictures import bmp, gif, jpeg, png, webp
from vitrine.pictures.errors import DamagedError


def strip_metadata(data: bytes, kind: Format) -> bytes:
    """`data`, a picture of format `kind`, without metadata.

    Raises:
        DamagedError: the structure of the bytes cannot be followed to the picture's end.
    """
    try:
        return b"".join(_PARTS[kind](data))
    except (struct.error, IndexError) as error:  # the walk ran over the end
        raise DamagedError(f"{kind.name} breaks off") from error


_PARTS = {
    Format.PNG: png.without_metadata,
    Format.JPEG: jpeg.without_metadata,
    Format.GIF: gif.without_metadata,
    Format.WEBP: webp.without_metadata,
    Format.BMP: bmp.without_metadata,
}

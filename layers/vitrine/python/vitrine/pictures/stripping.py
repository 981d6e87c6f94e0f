"""Metadata stripping: the full-size public picture has the upload's pixels and no metadata.

Nothing is decoded or encoded. EXIF except the orientation, GPS, XMP, IPTC, comments, thumbnails and
bytes behind the end of the picture are removed; colour profiles stay (docs/architecture.md
D19).
"""

import struct

from vitrine.domain.pictures import Format
from vitrine.pictures import bmp, gif, jpeg, png, webp
from vitrine.pictures.errors import DamagedError


def strip_metadata(data: bytes, kind: Format) -> bytes:
    """`data`, a picture of format `kind`, without metadata.

    Raises:
        DamagedError: the file is cut short or its structure is damaged.
    """
    try:
        return b"".join(_PARTS[kind](data))
    except (struct.error, IndexError) as error:  # a read past the end
        raise DamagedError(f"{kind.name} is cut short") from error


_PARTS = {
    Format.PNG: png.without_metadata,
    Format.JPEG: jpeg.without_metadata,
    Format.GIF: gif.without_metadata,
    Format.WEBP: webp.without_metadata,
    Format.BMP: bmp.without_metadata,
}

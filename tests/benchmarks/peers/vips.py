"""libvips, through its binding for Python."""

import pyvips
from worker import KIND, PICTURE, QUALITY, SIZES, serve

FREE = 10_000_000  # pixels: libvips's word for a side that may be as long as it likes


def encode(picture: pyvips.Image) -> bytes:
    if KIND == "png":
        return picture.pngsave_buffer(keep="none")
    return picture.jpegsave_buffer(Q=QUALITY, keep="none")


def one_by_one() -> list[bytes]:
    return [
        encode(pyvips.Image.thumbnail_buffer(PICTURE, width, height=height or FREE, size="down"))
        for width, height in SIZES
    ]


def cascade() -> list[bytes]:
    """Each size from the next larger one, kept in memory."""
    pictures = []
    step = None
    for width, height in SIZES:
        limits = {"height": height or FREE, "size": "down"}
        if step is None:
            step = pyvips.Image.thumbnail_buffer(PICTURE, width, **limits)
        else:
            step = step.thumbnail_image(width, **limits)
        step = step.copy_memory()
        pictures.append(encode(step))
    return pictures


pyvips.cache_set_max(0)
serve({"one by one": one_by_one, "cascade": cascade})

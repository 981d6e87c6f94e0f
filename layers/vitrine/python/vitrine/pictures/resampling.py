"""Downscaling with SIMD instructions, or with Pillow where there is no wheel."""

from PIL import Image as PilImage

try:
    from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer

    _SIMD = True
except ImportError:  # no wheel for this machine: two to three times slower
    _SIMD = False

Extent = tuple[float, float]
"""Width and height in pixels, with fractions."""


def shrink(
    picture: PilImage.Image, size: tuple[int, int], extent: Extent | None = None
) -> PilImage.Image:
    """A grey, RGB or RGBA picture in `size` pixels.

    Args:
        picture: the picture.
        size: width and height in pixels.
        extent: the width and height that the picture covers, when its last column and row stand
            for less than a pixel; None for all of it.
    """
    whole = extent is None or extent == picture.size
    if whole and size == picture.size:
        return picture
    if not _SIMD:
        sharpness = (
            PilImage.Resampling.BICUBIC if picture.mode == "RGBA" else PilImage.Resampling.LANCZOS
        )
        return picture.resize(size, sharpness, (0.0, 0.0, *(extent or picture.size)))
    smaller = PilImage.new(picture.mode, size, None)
    # With an alpha channel the resampler multiplies colours by it, so that hidden
    # colours do not bleed into visible ones; a softer filter avoids a halo at transparent edges.
    sharpness = FilterType.catmull_rom if picture.mode == "RGBA" else FilterType.lanczos3
    Resizer().resize_pil(
        picture,
        smaller,
        ResizeOptions(
            ResizeAlg.convolution(sharpness),
            crop_box=None if whole else CropBox(0, 0, *(extent or picture.size)),
        ),
    )
    return smaller

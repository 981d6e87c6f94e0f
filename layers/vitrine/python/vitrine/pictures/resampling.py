"""Fewer pixels of the same picture: SIMD where there is a wheel, else Pillow's own resampler."""

from PIL import Image as PilImage

try:
    from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer

    _SIMD = True
except ImportError:  # no wheel for this machine: two to three times slower
    _SIMD = False

Extent = tuple[float, float]
"""Pixels across and down, and fractions of them."""


def shrink(
    picture: PilImage.Image, size: tuple[int, int], extent: Extent | None = None
) -> PilImage.Image:
    """A grey, RGB or RGBA picture in `size` pixels.

    Args:
        picture: the picture.
        size: pixels across and down.
        extent: how far the picture goes, from the left and the top, when its last pixels stand
            for less of it than the others; None for all of it.
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
    # With an alpha channel the resampler multiplies colours by it, so that what cannot be seen
    # does not bleed into what can; and what sharpens less does not light up the edge to nothing.
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

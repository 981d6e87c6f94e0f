"""Fewer pixels of the same picture: SIMD where there is a wheel, else Pillow's own resampler."""

from PIL import Image as Pillow

try:
    from cykooz_resizer import FilterType, ResizeAlg, ResizeOptions, Resizer

    _LANCZOS = ResizeAlg.convolution(FilterType.lanczos3)
except ImportError:  # no wheel for this machine: two to three times slower
    Resizer = None


def shrink(picture: Pillow.Image, size: tuple[int, int]) -> Pillow.Image:
    """The picture in `size` pixels, across and down."""
    if picture.size == size:
        return picture
    if Resizer is None:
        return picture.resize(size, Pillow.Resampling.LANCZOS)
    smaller = Pillow.new(picture.mode, size)
    # With an alpha channel the resampler multiplies colours by it, so that what cannot be seen
    # does not bleed into what can.
    Resizer().resize_pil(picture, smaller, ResizeOptions(_LANCZOS))
    return smaller

"""What colours mean: sRGB is what the public gets, whatever a picture's own profile is."""

import io

from PIL import Image as Pillow
from PIL import ImageCms

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def in_srgb(picture: Pillow.Image, profile: bytes) -> Pillow.Image:
    """The picture in sRGB; a profile that is broken or made for other pixels is ignored."""
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode=wanted)
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB") if picture.mode == "CMYK" else picture
    return converted or picture

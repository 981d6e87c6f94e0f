"""Colour management: conversion of renditions from a picture's ICC profile to sRGB."""

import io

from PIL import Image as PilImage
from PIL import ImageChops, ImageCms

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def in_srgb(picture: PilImage.Image, profile: bytes) -> PilImage.Image:
    """The picture in sRGB. A damaged profile, or one for another colour space, is ignored."""
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if wanted == "RGBA" and source.profile.xcolor_space.strip() == "GRAY":
            return _grey_in_srgb(picture, source)
        converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode=wanted)
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB") if picture.mode == "CMYK" else picture
    return converted or picture


def _grey_in_srgb(picture: PilImage.Image, source: ImageCms.ImageCmsProfile) -> PilImage.Image:
    """An RGBA picture decoded from grey with alpha; a picture with colours stays unchanged."""
    grey, *others, alpha = picture.split()
    if any(ImageChops.difference(grey, other).getbbox() for other in others):
        return picture
    converted = ImageCms.profileToProfile(grey, source, _SRGB, outputMode="RGB") or picture
    converted.putalpha(alpha)
    return converted

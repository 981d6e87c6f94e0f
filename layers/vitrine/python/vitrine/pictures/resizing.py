"""Resizing: the renditions of a picture, upright, in sRGB and without metadata.

Each rendition is made from the next larger one (a cascade).

The order of steps is a measured one (docs/architecture.md D13): let the JPEG decoder shrink while
it decodes, resample with SIMD instructions, turn only what is already small, and encode what is
asked for.
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import field, replace
from functools import cached_property

from PIL import Image as PilImage

from vitrine.domain.errors import PictureRefusedError, Rule
from vitrine.domain.images import Appearance
from vitrine.domain.pictures import Format, Inspection
from vitrine.domain.renditions import Alternative, Rendition, rendition_format
from vitrine.pictures import bmp, gif_frames, keyed_png, png
from vitrine.pictures.animation import Animated, animate, moves_too_much
from vitrine.pictures.appearance import describe
from vitrine.pictures.colours import in_srgb
from vitrine.pictures.decoding import read_at
from vitrine.pictures.encoding import encode, encode_alternative, encode_moving, is_grainy
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.inspection import orientation_of, read_header, sniff
from vitrine.pictures.opening import DECODER_ERRORS, decoder
from vitrine.pictures.orientation import SIDEWAYS
from vitrine.pictures.resampling import shrink
from vitrine.pictures.stored_png import stored
from vitrine.pictures.stripping import strip_metadata
from vitrine.records import dataclass

_TRANSPOSITIONS = {
    2: PilImage.Transpose.FLIP_LEFT_RIGHT,
    3: PilImage.Transpose.ROTATE_180,
    4: PilImage.Transpose.FLIP_TOP_BOTTOM,
    5: PilImage.Transpose.TRANSPOSE,
    6: PilImage.Transpose.ROTATE_270,
    7: PilImage.Transpose.TRANSVERSE,
    8: PilImage.Transpose.ROTATE_90,
}

_TELLING = 640  # pixels across; a larger sample takes longer and classifies no better

_Size = tuple[int, int]


@dataclass(frozen=True)
class Resized:
    """A picture in the sizes of its renditions, which are encoded on demand.

    Attributes:
        published: the picture without metadata, from which they are made.
        original: its format.
        kind: format of the renditions.
        sizes: width and height in pixels of each rendition.
        animation_dropped: whether the picture is animated and its renditions are not.
        header: what the picture's header shows.
    """

    published: bytes
    original: Format
    kind: Format
    sizes: Mapping[Rendition, _Size]
    animation_dropped: bool
    header: Inspection
    _steps: Mapping[_Size, PilImage.Image]
    _animated: Animated | None
    _encoded: dict[tuple[_Size, Alternative | None], bytes] = field(default_factory=dict)

    @cached_property
    def appearance(self) -> Appearance:
        """Its placeholders: dominant colour and ThumbHash."""
        return replace(
            describe(self._steps[min(self._steps)]), animation_dropped=self.animation_dropped
        )

    def encode(self, rendition: Rendition, alternative: Alternative | None = None) -> bytes:
        """A rendition as a file of type `media_type`, animated if the picture is."""
        wanted = self.sizes[rendition], self._possible(rendition, alternative)
        if wanted not in self._encoded:
            self._encoded[wanted] = self._encode(*wanted)
        return self._encoded[wanted]

    def media_type(self, rendition: Rendition, alternative: Alternative | None = None) -> str:
        """The media type of a rendition's file, which need not be the alternative's."""
        return (self._possible(rendition, alternative) or self.kind).media_type

    def beside(self, alternatives: Collection[Alternative]) -> list[Alternative]:
        """Those of some alternatives that the renditions have; others have another's bytes."""
        smallest = min(self.sizes, key=lambda each: self.sizes[each])
        return [each for each in alternatives if self._possible(smallest, each) is each]

    def _possible(
        self, rendition: Rendition, alternative: Alternative | None
    ) -> Alternative | None:
        """The format that is made where an alternative is asked for; None for the usual one.

        A drawing is no AVIF: WebP keeps all its pixels in fewer bytes than AVIF has for a copy with
        blurred edges. Every client of AVIF shows WebP.
        """
        is_drawing = not self._animated and not self._is_photograph
        if alternative is Alternative.AVIF and is_drawing:
            alternative = Alternative.WEBP
        fits = alternative and max(self.sizes[rendition]) <= alternative.longest
        return alternative if fits else None

    def _encode(self, size: _Size, alternative: Alternative | None) -> bytes:
        if self._animated and alternative is None:
            return self._animated.files[size]
        if self._animated and alternative:
            return encode_moving(self._animated.movies[size], alternative)
        picture = self._steps[size]
        grainy = self._is_photograph
        if alternative is None:
            return encode(picture, self.kind, grainy=grainy)
        return encode_alternative(picture, alternative, lossless=not grainy)

    @cached_property
    def _is_photograph(self) -> bool:
        if self.kind is Format.JPEG:
            return True
        telling = [size for size in self._steps if size[0] <= _TELLING] or self._steps
        return is_grainy(self._steps[max(telling)])


def resize(data: bytes, renditions: Collection[Rendition], still: Format | None = None) -> Resized:
    """The picture in `data` in the sizes of all `renditions`.

    Args:
        data: the picture.
        renditions: what to make.
        still: the format of the renditions, which then show the first frame only; None for the
            usual format and, for GIFs, animation.

    Raises:
        PictureRefusedError: the bytes are not a picture that can be decoded.
    """
    original = sniff(data)
    if original is None:
        raise PictureRefusedError((Rule.FORMAT,))
    try:
        return _resize(data, original, renditions, still)
    except (DamagedError, *DECODER_ERRORS) as error:
        raise PictureRefusedError((Rule.FORMAT,)) from error


def _resize(
    data: bytes, original: Format, renditions: Collection[Rendition], still: Format | None
) -> Resized:
    published = strip_metadata(data, original)
    pixels = png.pixels(published, checked=True) if original is Format.PNG else published
    seen = read_header(pixels, original)
    if seen.width is None or seen.oversized:
        raise PictureRefusedError((Rule.FORMAT,))
    kind = still or rendition_format(original, transparent=seen.transparent)
    with _opened(pixels, published, original) as picture:
        meaning = _meaning(picture, published, original)
        sizes, steps = _cascade(picture, meaning, renditions)
    animated = None
    moves = original is Format.GIF and seen.frames > 1 and still is None
    if moves and not moves_too_much((seen.width, seen.height or 0), seen.frames):
        animated = animate(published, set(sizes.values()))
    animation_dropped = seen.frames > 1 and animated is None
    seen = replace(seen, turned=meaning.turned in SIDEWAYS)
    return Resized(published, original, kind, sizes, animation_dropped, seen, steps, animated)


def _opened(
    pixels: bytes, published: bytes, original: Format
) -> AbstractContextManager[PilImage.Image]:
    """The picture, or the first frame of a moving one."""
    if original is Format.GIF:
        return gif_frames.first(pixels)
    if original is not Format.PNG:
        return decoder(pixels, original)
    if colour := keyed_png.transparent_colour(published):
        return keyed_png.read(pixels, colour)
    return decoder(stored(pixels), original)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a file says about its pixels: orientation (1 to 8) and ICC colour profile."""

    turned: int
    profile: bytes | None


def _meaning(picture: PilImage.Image, published: bytes, original: Format) -> _Meaning:
    """Read both from the published file, so that renditions agree with it."""
    turned = orientation_of(published, original)
    if original is Format.PNG:  # the decoder sees its pixels only
        return _Meaning(turned, png.colour_profile(published))
    if original is Format.BMP:
        return _Meaning(turned, bmp.colour_profile(published))
    return _Meaning(turned, picture.info.get("icc_profile"))


def _cascade(
    picture: PilImage.Image, meaning: _Meaning, renditions: Collection[Rendition]
) -> tuple[dict[Rendition, _Size], dict[_Size, PilImage.Image]]:
    """The size of each rendition, and the picture in each size."""
    turned, profile = meaning.turned, meaning.profile
    inked = picture.mode == "CMYK"
    width, height = _swapped(picture.size) if turned in SIDEWAYS else picture.size
    sizes = {rendition: rendition.fit(width, height) for rendition in renditions}
    largest, *smaller = sorted(set(sizes.values()), reverse=True)
    step = read_at(picture, _swapped(largest) if turned in SIDEWAYS else largest, profile)
    if profile and not inked:  # here, where few pixels are left
        step = in_srgb(step, profile)
    if turned in _TRANSPOSITIONS:
        step = step.transpose(_TRANSPOSITIONS[turned])
    if step.mode == "RGBA" and step.getchannel("A").getextrema() == (255, 255):
        step = step.convert("RGB")  # a channel that hides nothing is bytes for nothing
    step.info.clear()  # encoders would write a profile or EXIF data that they find there
    steps = {largest: step}
    for size in smaller:
        step = steps[size] = shrink(step, size)
    return sizes, steps


def _swapped(size: _Size) -> _Size:
    return size[1], size[0]

"""Why a file became no image: a code for programs and a sentence for people."""

from collections.abc import Sequence
from enum import StrEnum

from vitrine.domain.errors import Rule
from vitrine.domain.rules import PictureRules
from vitrine.records import dataclass


class ReasonCode(StrEnum):
    """Why a file was rejected (contract: vitrine §6)."""

    NOT_A_PICTURE = "not_a_picture"
    HEIC = "heic"
    SVG = "svg"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    GALLERY_FULL = "gallery_full"
    NO_PRODUCT = "no_product"
    BAD_PATH = "bad_path"
    REPLACED_IMAGE_GONE = "replaced_image_gone"
    NO_SHOP = "no_shop"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a file became no image.

    Attributes:
        code: for programs.
        reason: for the operator.
    """

    code: ReasonCode
    reason: str


NO_SHOP = Rejection(ReasonCode.NO_SHOP, "there is no such shop")
NO_PRODUCT = Rejection(ReasonCode.NO_PRODUCT, "the shop has no such product")
REPLACED_IMAGE_GONE = Rejection(
    ReasonCode.REPLACED_IMAGE_GONE, "the image that it was to replace is gone"
)
_NOT_TAKEN = "it is {}, which is not accepted; send JPEG, PNG, WebP, GIF or BMP"
_HEIC = Rejection(ReasonCode.HEIC, _NOT_TAKEN.format("HEIC"))
_SVG = Rejection(ReasonCode.SVG, _NOT_TAKEN.format("SVG"))
_EMPTY = Rejection(ReasonCode.EMPTY, "it is empty")
_NOT_A_PICTURE = Rejection(
    ReasonCode.NOT_A_PICTURE, "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture"
)
_TOO_MANY_PIXELS = Rejection(
    ReasonCode.TOO_MANY_PIXELS,
    "it has too many pixels: a JPEG or PNG may have 120 million, others 50 million",
)
_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_SVG_HEAD = 1024  # bytes in which an SVG file's first element is looked for


def rejection_of(broken: Sequence[Rule], data: bytes | None, rules: PictureRules) -> Rejection:
    """The rejection of a file that breaks rules: the first rule's code, and all rules' reasons.

    Args:
        broken: the broken rules, at least one, in the order of `Rule`.
        data: the file; None if it was not read, because it is too large.
        rules: the rules that it had to fulfil.
    """
    found = [_rejection(rule, data or b"", rules) for rule in broken]
    return Rejection(found[0].code, "; ".join(each.reason for each in found))


def _rejection(rule: Rule, data: bytes, rules: PictureRules) -> Rejection:
    if rule is Rule.FORMAT:
        return _kind(data)
    if rule is Rule.PIXELS:
        return _TOO_MANY_PIXELS
    if rule is Rule.WEIGHT:
        return Rejection(ReasonCode.TOO_LARGE, f"it is larger than {rules.max_bytes} bytes")
    if rule is Rule.ROOM:
        reason = f"the product has {rules.max_images} images already"
        return Rejection(ReasonCode.GALLERY_FULL, reason)
    raise AssertionError(f"files are not judged by {rule}")


def _kind(data: bytes) -> Rejection:
    """What the bytes are that are no accepted picture: an ISO media file's brand tells HEIC."""
    if not data:
        return _EMPTY
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return _HEIC
    head = data[:_SVG_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in head:
        return _SVG
    return _NOT_A_PICTURE

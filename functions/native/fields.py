"""Members of bodies and what is wrong with them (contract: vitrine §5, §8)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import Annotated, Any, Literal, TypedDict, TypeGuard

from native.problems import FieldProblem, FieldsRefusedError
from native.wire import LANGUAGE, main_language
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, Texts
from vitrine.domain.shops import is_product_name
from vitrine.domain.take_downs import PublicTarget, parse_target
from vitrine.edge.body import is_text
from vitrine.edge.request import Call
from vitrine.records import dataclass

MAX_TEXT = 1000  # characters
MAX_TRANSLATIONS = 9  # ten languages with the main one
_READ_ONLY = frozenset(
    [
        *("id", "product", "position", "roles", "hidden", "etag", "file_name", "format", "bytes"),
        *("width", "height", "moves", "transparent", "colour", "thumbhash", "state"),
        *("created_at", "updated_at", "url", "manifest", "sizes", "srcset", "html"),
    ]
)
_CHANGEABLE = ("alt", "translations", "thumbnail")


@dataclass(slots=True)
class FieldProblems:
    """Collects what is wrong with a body, so that all of it is answered together."""

    found: list[FieldProblem] = field(default_factory=list)

    def add(self, pointer: str, code: str, detail: str, **bounds: int) -> None:
        """Note what is wrong with the value at a JSON pointer."""
        self.found.append(FieldProblem(pointer, code, detail, bounds))

    def check_members(self, given: Iterable[str], known: Sequence[str], at: str = "") -> None:
        """Note members that an object does not have.

        Args:
            given: the members of the body's object.
            known: the members that it can have.
            at: JSON pointer to the object.
        """
        for name in given:
            if name not in known:
                self.add(f"{at}/{escaped(name)}", "unknown", f"known are: {', '.join(known)}")

    def text(self, value: object, pointer: str) -> str:
        """An alternative text; null is an empty one. What is wrong with it is noted."""
        if value is None:
            return ""
        if not isinstance(value, str) or not is_text(value):
            self.add(pointer, "invalid_type", "a string or null")
        elif len(value) > MAX_TEXT:
            self.add(pointer, "too_long", f"at most {MAX_TEXT} characters", max=MAX_TEXT)
        else:
            return value
        return ""

    def check(self) -> None:
        """Refuse the body if anything is wrong with it.

        Raises:
            FieldsRefusedError: something is.
        """
        if self.found:
            raise FieldsRefusedError(self.found)


def is_image_id(value: object) -> TypeGuard[int]:
    """Whether a value of a body can be the id of an image."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def escaped(name: str) -> str:
    """A member's name as part of a JSON pointer (RFC 6901, 3)."""
    return name.replace("~", "~0").replace("/", "~1")


_Id = Annotated[int, {"minimum": 1}]
_Text = Annotated[str | None, {"maxLength": MAX_TEXT}]


class OrderRequest(TypedDict):
    """The ids of all images of a product, in their new order."""

    images: list[_Id]


class PatchRequest(TypedDict, total=False):
    """A merge patch (RFC 7396) of an image's texts and role."""

    alt: _Text
    translations: Annotated[
        Mapping[str, _Text] | None, {"propertyNames": {"pattern": f"^(?:{LANGUAGE.pattern})$"}}
    ]
    thumbnail: Literal[True]


class ImageTargetRequest(TypedDict):
    """A take-down of an image."""

    product: Annotated[str, {"pattern": "^[^/\\u0000-\\u001f\\u007f-\\u009f]{1,64}$"}]
    image: _Id


class UrlTargetRequest(TypedDict):
    """A take-down of the picture at a URL, whose image is deleted."""

    url: Annotated[str, {"format": "uri"}]


def read_order(call: Call) -> tuple[int, ...]:
    """The ids of a new order (contract: vitrine §5.3).

    Raises:
        FieldsRefusedError: the body is not valid; the error names everything.
    """
    problems, given = FieldProblems(), call.fields
    problems.check_members(given, ["images"])
    images = given.get("images")
    if not isinstance(images, list):
        problems.add("/images", "required", "a list of all image ids in the new order")
        images = []
    for rank, image in enumerate(images):
        if not is_image_id(image):
            problems.add(f"/images/{rank}", "invalid_type", "an image id")
    problems.check()
    return tuple(images)


@dataclass(frozen=True, slots=True)
class ImagePatch:
    """The change that a merge patch requests (RFC 7396).

    Attributes:
        thumbnail: whether the image becomes the thumbnail.
        texts: computes the new texts from the present ones.
    """

    thumbnail: bool
    texts: Callable[[Texts], Texts]

    def assign(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery in which the image has the requested role."""
        return gallery.with_thumbnail(image) if self.thumbnail else gallery

    def edit(self, image: Image) -> Image:
        """The image with the requested texts."""
        return replace(image, texts=self.texts(image.texts))


def read_patch(call: Call, image: Image) -> ImagePatch:
    """The change of `image` that the body requests (contract: vitrine §5.4).

    Raises:
        FieldsRefusedError: the body is not valid; the error names everything.
    """
    problems, given = FieldProblems(), call.fields
    for name in (each for each in given if each in _READ_ONLY):
        problems.add(f"/{name}", "read_only", "cannot be changed")
    problems.check_members((name for name in given if name not in _READ_ONLY), _CHANGEABLE)
    merge = partial(_merged, given, main_language(call))
    merge(image.texts, problems)
    if given.get("thumbnail", True) is not True:
        problems.add("/thumbnail", "not_removable", "true; give the role to another image instead")
    problems.check()
    return ImagePatch("thumbnail" in given, partial(_merge_again, merge))


@dataclass(frozen=True, slots=True)
class TakeDownTarget:
    """The image that a take-down names.

    Attributes:
        product: the product's id, as the client sent it.
        image: the image's id.
    """

    product: str
    image: int


def read_target(call: Call) -> TakeDownTarget | PublicTarget:
    """What a take-down removes: an image, or the picture at a URL (contract: vitrine §7.1).

    Raises:
        FieldsRefusedError: the body is not valid; the error names everything.
    """
    problems, given = FieldProblems(), call.fields
    problems.check_members(given, ["product", "image", "url"])
    if "url" in given:
        for name in ("product", "image"):
            if name in given:
                problems.add(f"/{name}", "unexpected", "either product and image, or url")
        shown = None
        if not isinstance(given["url"], str):
            problems.add("/url", "invalid_type", "a string")
        elif (shown := parse_target(call.caller.shop.id, given["url"])) is None:
            problems.add("/url", "foreign", "the URL of a picture of this shop's products")
        problems.check()
        if shown is not None:
            return shown
    product, image = given.get("product"), given.get("image")
    if not isinstance(product, str) or not is_product_name(product):
        problems.add("/product", "required", "a product id of 1 to 64 characters")
    if not is_image_id(image):
        problems.add("/image", "required", "an image id")
    problems.check()
    return TakeDownTarget(str(product), int(image or 0))


_Merge = Callable[[Texts, FieldProblems], Texts]


def _merge_again(merge: _Merge, present: Texts) -> Texts:
    """Merge with texts that another writer may have changed since they were validated."""
    problems = FieldProblems()
    merged = merge(present, problems)
    problems.check()
    return merged


def _merged(given: Mapping[str, Any], main: str, present: Texts, problems: FieldProblems) -> Texts:
    """The texts after a merge patch. What is wrong with the patch is noted."""
    alt, translations = present.alt, present.translations
    if "alt" in given:
        alt = _text(given["alt"], alt, "/alt", problems)
    if "translations" in given:
        translations = _translations(given["translations"], main, translations, problems)
    return Texts(alt, translations)


def _translations(
    patch: object, main: str, present: Mapping[str, str], problems: FieldProblems
) -> Mapping[str, str]:
    if patch is None:
        return {}
    if not isinstance(patch, dict):
        problems.add("/translations", "invalid_type", "an object or null")
        return present
    texts = dict(present)
    for language, value in patch.items():
        pointer = f"/translations/{escaped(language)}"
        if not LANGUAGE.fullmatch(language):
            problems.add(pointer, "invalid_language", "a code such as fr or pt_BR")
        elif language == main:
            problems.add(pointer, "main_language", "the text in the main language is alt")
        else:
            texts[language] = _text(value, texts.get(language, ""), pointer, problems)
    kept = {language: text for language, text in texts.items() if text}
    if len(kept) > max(MAX_TRANSLATIONS, len(present)):
        most = f"at most {MAX_TRANSLATIONS} languages beside the main one"
        problems.add("/translations", "too_many", most, max=MAX_TRANSLATIONS)
    return kept


def _text(value: object, present: str, pointer: str, problems: FieldProblems) -> str:
    """The requested text. Longer texts of other dialects may be sent back as they were read."""
    return present if value == present else problems.text(value, pointer)

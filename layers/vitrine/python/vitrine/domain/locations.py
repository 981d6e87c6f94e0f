"""Where bytes live: private keys of originals, public keys of what the CDN serves.

Every key carries shop, image id, revision and content hash, so that originals and public pictures
can be found from one another without an index. New bytes always get new keys, so a public URL
never changes its meaning and may be cached for ever.

Images of galleries and images of the library have addresses of their own kind: the public
directory of the latter says whose they are and what for (contract: inventorum §5).
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative, Rendition, rendition_format

ORIGINALS = "originals/"
PUBLIC = "media/"
FOR_EVER = "public, max-age=31536000, immutable"
"""For how long a public picture may be kept, as `Cache-Control` spells it."""
_DIGITS = 20  # of the SHA-256 in a key: with id and revision, 32 hexadecimal digits in all
_FULL_SIZE = "original"  # in the library, whose full size lies among its renditions
_NAME_BYTES = 255
_NAME_LETTERS = 1000  # characters of a name that are looked at: more than fit
# Controls, and what XML cannot carry: S3 lists and removes keys in XML.
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")
_EXTENSION = re.compile(rb"\.[A-Za-z0-9]{1,16}$")
_ORIGINAL_KEY = re.compile(
    r"originals/(?P<shop>[a-z0-9-]+)/(?P<image>[1-9]\d*)/(?P<revision>\d+)-(?P<digest>[0-9a-f]{20})"
    rf"/(?:(?P<account>[a-z0-9-]+)/(?P<purpose>{'|'.join(Purpose)})/)?(?P<file_name>[^/]+)"
)


@dataclass(frozen=True, slots=True)
class OriginalAddress:
    """What names one version of the bytes of one image of a gallery; every key follows from it.

    Attributes:
        shop: id of the shop.
        image: id of the image.
        revision: how often the image's bytes had been replaced before.
        digest: the first 20 hexadecimal digits of the original's SHA-256.
        file_name: the file's name in storage: as the client called it, made safe; never empty.
    """

    shop: str
    image: int
    revision: int
    digest: str
    file_name: str

    @property
    def original_key(self) -> str:
        """Key of the original: `originals/<shop>/<image>/<revision>-<digest>/<file name>`."""
        return f"{self._original_folder}{self.file_name}"

    @property
    def _original_folder(self) -> str:
        return f"{ORIGINALS}{self.shop}/{self.image}/{self.version}/"

    @property
    def version(self) -> str:
        """What tells these bytes from all others of the image: `<revision>-<digest>`."""
        return f"{self.revision}-{self.digest}"

    @property
    def stem(self) -> str:
        """The 32 hexadecimal digits that stand for id, revision and bytes in public names."""
        return f"{self.image:010x}{self.revision % 256:02x}{self.digest}"

    @property
    def renditions_prefix(self) -> str:
        """What the keys of all renditions of these bytes, and of no others, begin with."""
        return f"{PUBLIC}{self.shop}/{self.stem}/"

    def full_size_key(self, kind: Format) -> str:
        """Key of the full-size picture."""
        return f"{PUBLIC}{self.shop}/product_images/{self.full_size_name(kind)}"

    @property
    def full_size_keys(self) -> set[str]:
        """Keys of the full-size picture, whatever its format."""
        return {self.full_size_key(kind) for kind in Format}

    def full_size_name(self, kind: Format) -> str:
        """The full-size picture's name in its shop, as `p/022/mug__11600.jpg` (bigcommerce §3).

        Letter and three digits follow from the bytes, the number from image and revision.
        """
        letter = chr(ord("a") + int(self.digest[:4], 16) % 26)
        digits = f"{int(self.digest[4:12], 16) % 1000:03d}"
        number = f"{self.image}{self.revision % 100:02d}".zfill(5)
        return f"{letter}/{digits}/{slug(self.file_name)}__{number}.{self._extension(kind)}"

    def rendition_key(self, rendition: Rendition, kind: Format) -> str:
        """Key of a rendition that is made in format `kind`."""
        name = f"{slug(self.file_name)}-{self.stem}{rendition.name}"
        return f"{self.renditions_prefix}{name}.{self._extension(kind)}"

    def rendition_name(self, key: str) -> str | None:
        """The name of the rendition, in whatever format, that a key under the prefix is of.

        None for a picture that is no rendition.
        """
        return key.rpartition(self.stem)[2].partition(".")[0]

    def _extension(self, kind: Format) -> str:
        if kind is Format.JPEG and self.file_name.lower().endswith(".jpeg"):
            return "jpeg"
        return kind.extension


@dataclass(frozen=True, slots=True)
class LibraryAddress(OriginalAddress):
    """What names the bytes of one image of the library; every key follows from it.

    Attributes:
        account: the shop's account when the image was made.
        purpose: what the image is for.
    """

    account: str
    purpose: Purpose

    @property
    def original_key(self) -> str:
        """Key of the original: as a gallery's, the file in folders `<account>/<purpose>/`."""
        return f"{self._original_folder}{self.account}/{self.purpose}/{self.file_name}"

    @property
    def renditions_prefix(self) -> str:
        """What the keys of all public pictures of these bytes, and of no others, begin with."""
        return f"{PUBLIC}uploads/{self.account}/{self.purpose}/{self.image}-{self.digest}/"

    def full_size_key(self, kind: Format) -> str:
        """Key of the full-size picture."""
        return f"{self.renditions_prefix}{_FULL_SIZE}.{kind.extension}"

    def rendition_key(self, rendition: Rendition, kind: Format) -> str:
        """Key of a rendition that is made in format `kind`."""
        return f"{self.renditions_prefix}{rendition.name}.{kind.extension}"

    def rendition_name(self, key: str) -> str | None:
        """The name of the rendition that a key under the prefix is of; None for the full size."""
        name = key.rpartition("/")[2].partition(".")[0]
        return None if name == _FULL_SIZE else name


def alternative_key(rendition: str, alternative: Alternative) -> str:
    """Key of a rendition, given by its key, in another format: one more extension behind it."""
    return f"{rendition}.{alternative.extension}"


def named_key(shop: str, name: str) -> str:
    """Public key of a full-size picture by its file name, as `v/e/ve2011.jpg` (openmage §4.4)."""
    first, second = (letter.replace(".", "_") for letter in name[:2])
    return f"{PUBLIC}{shop}/catalog/product/{first}/{second}/{name}"


def original_address(image: Image | LibraryImage) -> OriginalAddress:
    """The address of an image's present bytes."""
    original = image.original
    digest, file_name = original.digest[:_DIGITS], storage_name(original.file_name)
    names = image.shop, image.id, original.revision, digest, file_name
    if isinstance(image, LibraryImage):
        return LibraryAddress(*names, image.account, image.purpose)
    return OriginalAddress(*names)


def parse_original_key(key: str) -> OriginalAddress | None:
    """The address an original's key spells, or None when `key` is no original's."""
    found = _ORIGINAL_KEY.fullmatch(key)
    if found is None:
        return None
    image, revision = int(found["image"]), int(found["revision"])
    names = found["shop"], image, revision, found["digest"], found["file_name"]
    if found["purpose"]:
        return LibraryAddress(*names, found["account"], Purpose(found["purpose"]))
    return OriginalAddress(*names)


def storage_name(file_name: str) -> str:
    """`file_name` as the last segment of a key: no folders or controls, at most 255 bytes.

    Of a longer one the beginning and the extension are kept.
    """
    last = re.split(r"[/\\]", file_name)[-1]
    if len(last) > _NAME_LETTERS:  # composing the marks of many takes the square of their number
        last = last[: _NAME_LETTERS // 2] + last[-_NAME_LETTERS // 2 :]
    name = _UNFIT.sub("_", unicodedata.normalize("NFC", last)).encode("utf-8", "replace")
    if len(name) > _NAME_BYTES:
        extension = _EXTENSION.search(name)
        end = extension[0] if extension else b""
        name = name[: _NAME_BYTES - len(end)].decode("utf-8", "ignore").encode() + end
    text = name.decode("utf-8", "ignore")
    return text if text.strip(". ") else "image"


def slug(file_name: str) -> str:
    """A file's name in a public URL (contract: tiendanube §3, bigcommerce §3).

    Extension dropped, folded to ASCII, lower case, other runs become `-`, at most 60 characters,
    `image` when nothing is left.
    """
    stem = re.sub(r"\.[^.]*$", "", file_name)
    folded = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:60].strip("-") or "image"


def public_url(media_url: str, key: str) -> str:
    """The URL at which the CDN serves a public key, under the deployment's `media_url`."""
    return f"{media_url}/{quote(key.removeprefix(PUBLIC))}"


def rendition_url(media_url: str, image: Image, rendition: Rendition) -> str:
    """The URL of a rendition of an image's present bytes."""
    original = image.original
    kind = rendition_format(original.format, transparent=original.transparent)
    return public_url(media_url, original_address(image).rendition_key(rendition, kind))

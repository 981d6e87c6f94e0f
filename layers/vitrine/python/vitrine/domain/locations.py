"""S3 object keys: private keys of originals, and public keys of the pictures that the CDN serves.

Each key contains shop, image id, revision and content hash, so the keys of originals and public
pictures follow from one another without an index. New bytes always get new keys, so public
pictures are immutable and caches may keep them forever.

Library images have their own kind of address: the public path contains account and purpose
(contract: inventorum §5).
"""

import re
import unicodedata
from urllib.parse import quote

from vitrine.domain.images import Image, Original
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import (
    LIBRARY_FORMAT,
    SETS,
    Alternative,
    Rendition,
    rendition_format,
)
from vitrine.records import dataclass

ORIGINALS = "originals/"
PUBLIC = "media/"
FOR_EVER = "public, max-age=31536000, immutable"
"""The `Cache-Control` header of public pictures: immutable, cacheable for one year."""
_DIGITS = 20  # of the SHA-256 in a key: with id and revision, 32 hexadecimal digits in all
_FULL_SIZE = "original"  # the library's name of the full size, beside its renditions
_NAME_BYTES = 255
_NAME_LETTERS = 1000  # characters of a name that are processed: more than fit into a key
# Control characters, and characters that XML cannot contain: S3 lists and deletes keys in XML.
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")
_EXTENSION = re.compile(rb"\.[A-Za-z0-9]{1,16}$")
_TRAILING_SIZES = re.compile(r"(?:-[0-9]+-[0-9]+)+$")
_LARGEST_SIZE = SETS["gallery"][0].name  # the suffix in the URLs of answers
_ORIGINAL_KEY = re.compile(
    r"originals/(?P<shop>[a-z0-9-]+)/(?P<image>[1-9]\d*)/(?P<revision>\d+)-(?P<digest>[0-9a-f]{20})"
    rf"/(?:(?P<account>[a-z0-9-]+)/(?P<purpose>{'|'.join(Purpose)})/)?(?P<file_name>[^/]+)"
)


@dataclass(frozen=True, slots=True)
class OriginalAddress:
    """The identity of one version of a gallery image's bytes, from which all keys are derived.

    Attributes:
        shop: id of the shop.
        image: id of the image.
        revision: how often the image's bytes had been replaced before.
        digest: the first 20 hexadecimal digits of the original's SHA-256.
        file_name: the client's file name, made safe for a key; never empty.
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
        """The version of the image's bytes, unique in the image: `<revision>-<digest>`."""
        return f"{self.revision}-{self.digest}"

    @property
    def stem(self) -> str:
        """The 32 hexadecimal digits of id, revision and digest in public names."""
        return f"{self.image:010x}{self.revision % 256:02x}{self.digest}"

    @property
    def renditions_prefix(self) -> str:
        """The common prefix of the keys of these bytes' renditions; no other keys have it."""
        return f"{PUBLIC}{self.shop}/{self.stem}/"

    def full_size_key(self, kind: Format) -> str:
        """Key of the full-size picture."""
        return full_sizes_prefix(self.shop) + self.full_size_name(kind)

    @property
    def full_size_keys(self) -> set[str]:
        """The possible keys of the full-size picture, one for each format."""
        return {self.full_size_key(kind) for kind in Format}

    def full_size_name(self, kind: Format) -> str:
        """The full-size picture's name, such as `p/022/mug__11600.jpg` (bigcommerce §3).

        The letter and the three digits are derived from the digest, the number from image id and
        revision.
        """
        number = f"{self.image}{self.revision % 100:02d}".zfill(5)
        name = f"{slug(self.file_name)}__{number}.{self._extension(kind)}"
        return f"{_full_size_folder(self.digest)}/{name}"

    def rendition_key(self, rendition: Rendition, kind: Format) -> str:
        """Key of a rendition in format `kind`."""
        name = f"{rendition_slug(self.file_name)}-{self.stem}{rendition.name}"
        return f"{self.renditions_prefix}{name}.{self._extension(kind)}"

    def rendition_name(self, key: str) -> str | None:
        """The name of the rendition that has a key, in any format; None if it is no rendition.

        Args:
            key: a key that starts with `renditions_prefix`.
        """
        return key.rpartition(self.stem)[2].partition(".")[0]

    def _extension(self, kind: Format) -> str:
        if kind is Format.JPEG and self.file_name.lower().endswith(".jpeg"):
            return "jpeg"
        return kind.extension


@dataclass(frozen=True, slots=True)
class LibraryAddress(OriginalAddress):
    """The identity of a library image's bytes, from which all keys are derived.

    Attributes:
        account: the shop's account when the image was created.
        purpose: the image's purpose.
    """

    account: str
    purpose: Purpose

    @property
    def original_key(self) -> str:
        """Key of the original: like a gallery image's, with `<account>/<purpose>/` inserted."""
        return f"{self._original_folder}{self.account}/{self.purpose}/{self.file_name}"

    @property
    def renditions_prefix(self) -> str:
        """The common prefix of the keys of these bytes' public pictures; no other keys have it."""
        return f"{PUBLIC}uploads/{self.account}/{self.purpose}/{self.image}-{self.digest}/"

    def full_size_key(self, kind: Format) -> str:
        """Key of the full-size picture."""
        return f"{self.renditions_prefix}{_FULL_SIZE}.{kind.extension}"

    def rendition_key(self, rendition: Rendition, kind: Format) -> str:
        """Key of a rendition in format `kind`."""
        return f"{self.renditions_prefix}{rendition.name}.{kind.extension}"

    def rendition_name(self, key: str) -> str | None:
        """The name of the rendition that has a key; None for the full size.

        Args:
            key: a key that starts with `renditions_prefix`.
        """
        name = key.rpartition("/")[2].partition(".")[0]
        return None if name == _FULL_SIZE else name


def _full_size_folder(digest: str) -> str:
    """The folder of a full-size picture: a letter and three digits, such as `p/022`."""
    letter = chr(ord("a") + int(digest[:4], 16) % 26)
    return f"{letter}/{int(digest[4:12], 16) % 1000:03d}"


def full_size_folder(shop: str, digest: str) -> str:
    """The folder that contains the full-size pictures of bytes with a digest.

    Args:
        shop: id of the shop.
        digest: as in `OriginalAddress`.
    """
    return f"{full_sizes_prefix(shop)}{_full_size_folder(digest)}/"


def full_sizes_prefix(shop: str) -> str:
    """The common prefix of the keys of all full-size pictures of a shop's products."""
    return f"{PUBLIC}{shop}/product_images/"


def alternative_key(rendition: str, alternative: Alternative) -> str:
    """Key of a rendition in an alternative format: the rendition's key and a second extension."""
    return f"{rendition}.{alternative.extension}"


def named_key(shop: str, name: str) -> str:
    """Public key of a named full-size picture, such as `…/v/e/ve2011.jpg` (openmage §4.4)."""
    first, second = (letter.replace(".", "_") for letter in name[:2])
    return f"{PUBLIC}{shop}/catalog/product/{first}/{second}/{name}"


def original_address(image: Image | LibraryImage) -> OriginalAddress:
    """The address of an image's current bytes."""
    original = image.original
    digest, file_name = original.digest[:_DIGITS], storage_name(original.file_name)
    names = image.shop, image.id, original.revision, digest, file_name
    if isinstance(image, LibraryImage):
        return LibraryAddress(*names, image.account, image.purpose)
    return OriginalAddress(*names)


def parse_original_key(key: str) -> OriginalAddress | None:
    """The address that an original's key contains, or None if `key` is not an original's."""
    found = _ORIGINAL_KEY.fullmatch(key)
    if found is None:
        return None
    image, revision = int(found["image"]), int(found["revision"])
    names = found["shop"], image, revision, found["digest"], found["file_name"]
    if found["purpose"]:
        return LibraryAddress(*names, found["account"], Purpose(found["purpose"]))
    return OriginalAddress(*names)


def storage_name(file_name: str) -> str:
    """`file_name` as the last segment of a key.

    Folders are dropped, and control characters replaced. The name is shortened to 255 bytes; its
    beginning and its extension are kept.
    """
    last = re.split(r"[/\\]", file_name)[-1]
    if len(last) > _NAME_LETTERS:  # Unicode normalization takes quadratic time
        last = last[: _NAME_LETTERS // 2] + last[-_NAME_LETTERS // 2 :]
    name = _UNFIT.sub("_", unicodedata.normalize("NFC", last)).encode("utf-8", "replace")
    if len(name) > _NAME_BYTES:
        extension = _EXTENSION.search(name)
        end = extension[0] if extension else b""
        name = name[: _NAME_BYTES - len(end)].decode("utf-8", "ignore").encode() + end
    text = name.decode("utf-8", "ignore")
    return text if text.strip(". ") else "image"


def slug(file_name: str) -> str:
    """The slug of a file name, for public URLs (contract: tiendanube §3, bigcommerce §3).

    The extension is dropped, the rest converted to ASCII and lower case, each sequence of other
    characters becomes `-`, and at most 60 characters are kept; `image` if nothing remains.
    """
    stem = re.sub(r"\.[^.]*$", "", file_name)
    folded = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:60].strip("-") or "image"


def rendition_slug(file_name: str) -> str:
    """A file's name in the URLs of its renditions: its slug without size suffixes.

    Clients replace the suffix of a URL, its first or every occurrence, to get another size. File
    names of the live platform end in one, too (contract: tiendanube §3).
    """
    name, shorter = "", slug(file_name)
    while name != shorter:
        name = shorter
        shorter = _TRAILING_SIZES.sub("", name.replace(_LARGEST_SIZE, ""))
    return name.strip("-") or "image"


def public_url(media_url: str, key: str) -> str:
    """The CDN's URL of a public key, below the deployment's `media_url`."""
    return f"{media_url}/{quote(key.removeprefix(PUBLIC))}"


def cdn_path(start: str) -> str:
    """The CDN's path, for an invalidation, of all public keys that begin with `start`."""
    return f"/{quote(start)}*"


def shop_cdn_path(shop: str) -> str:
    """The CDN's path of all pictures of a shop's products."""
    return cdn_path(f"{PUBLIC}{shop}/")


def rendition_kind(address: OriginalAddress, original: Original) -> Format:
    """The format of the renditions of the bytes at `address`, whose properties are `original`."""
    if isinstance(address, LibraryAddress):
        return LIBRARY_FORMAT
    return rendition_format(original.format, transparent=original.transparent)


def rendition_url(media_url: str, image: Image, rendition: Rendition) -> str:
    """The URL of a rendition of an image's current bytes."""
    address = original_address(image)
    kind = rendition_kind(address, image.original)
    return public_url(media_url, address.rendition_key(rendition, kind))

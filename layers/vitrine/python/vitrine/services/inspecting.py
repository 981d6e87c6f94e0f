"""Inspecting an upload against a dialect's rules, and storing it as an original."""

import hashlib
from dataclasses import replace
from functools import cached_property

from vitrine.domain.errors import PictureError, PictureRefusedError, Rule
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, Original
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import original_address, storage_name
from vitrine.domain.pictures import Inspection
from vitrine.domain.rules import PictureRules
from vitrine.pictures.inspection import inspect
from vitrine.pictures.stripping import strip_metadata
from vitrine.ports import Blobs
from vitrine.records import dataclass
from vitrine.services.sources import Source, Upload

_NO_GALLERY = Gallery()


@dataclass(frozen=True)
class InspectedUpload:
    """An upload and what its inspection found.

    Attributes:
        source: the source of the upload.
        upload: the received file.
        inspection: format and facts of the picture.
        rules: the rules that it must fulfil.
    """

    source: Source
    upload: Upload
    inspection: Inspection
    rules: PictureRules

    def check(self, images: int) -> None:
        """Refuse the upload if it, or a gallery that has this many `images`, breaks rules.

        Raises:
            PictureRefusedError: rules are broken; all of them are named.
        """
        if broken := self.broken(images):
            raise _named(PictureRefusedError(broken), self.source)

    def broken(self, images: int = 0) -> tuple[Rule, ...]:
        """All rules that the upload, or a gallery that has this many `images`, breaks."""
        return self.rules.broken(self.inspection, len(self.upload.data), images)

    def original(self, revision: int = 0) -> Original:
        """The facts of an accepted upload, as an image's original of a revision."""
        return replace(self._facts, revision=revision)

    @cached_property
    def _facts(self) -> Original:
        seen, data = self.inspection, self.upload.data
        if seen.format is None or seen.width is None or seen.height is None:
            raise AssertionError("the rules accepted a picture without format or size")
        return Original(
            digest=hashlib.sha256(data).hexdigest(),
            format=seen.format,
            size=len(data),
            published_size=len(strip_metadata(data, seen.format)),
            width=seen.width,
            height=seen.height,
            file_name=storage_name(self.upload.file_name),
            frames=seen.frames,
            transparent=seen.transparent,
            turned=seen.turned,
        )

    def store(self, blobs: Blobs, image: Image | LibraryImage) -> str:
        """Store the bytes as the original of `image`, and return their key."""
        key = original_address(image).original_key
        media_type = image.original.format.media_type
        product = image.product if isinstance(image, Image) else ""
        blobs.put_original(key, self.upload.data, media_type, product)
        return key


def inspect_upload(
    source: Source | InspectedUpload, rules: PictureRules, gallery: Gallery = _NO_GALLERY
) -> InspectedUpload:
    """Load a file and inspect it, unless the gallery is full and `rules` check that first.

    Raises:
        PictureRefusedError: the gallery is full, or the file is too large.
        DownloadError, ImportMissingError: the source has no picture.
    """
    if rules.room_first and len(gallery) >= rules.max_images:
        raise PictureRefusedError((Rule.ROOM,))
    if isinstance(source, InspectedUpload):
        return source
    try:
        upload = source.load(rules.max_bytes)
    except PictureError as error:
        raise _named(error, source) from error.__cause__
    return InspectedUpload(source, upload, inspect(upload.data, decoded=rules.formats), rules)


def _named(error: PictureError, source: Source) -> PictureError:
    error.source = source.name
    return error

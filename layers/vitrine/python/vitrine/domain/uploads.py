"""Upload batches: files that clients send to storage with presigned forms (contract: vitrine §6).

A batch reserves one image id for each of its files, so the place of a file does not depend on when
it arrives (`vitrine.domain.arrival_order`).
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from vitrine.domain.imports import UPLOADS, Arrival, Import, Slot, ordered
from vitrine.domain.locations import storage_name
from vitrine.records import dataclass

FORM_LIFE = timedelta(hours=1)
"""How long a form can be used."""
GRACE = timedelta(minutes=15)
"""How long after the end of its form a file can still be on its way through events."""
BATCH_LIFE = timedelta(days=7)
_KEY = re.compile(
    r"uploads/(?P<shop>[^/]+)/(?P<path>(?P<upload>[^/]+)/(?P<n>\d{3})/(?P<name>[^/]+))"
)


class UploadState(StrEnum):
    """What became of a file of a batch."""

    WAITING = "waiting"
    DONE = "done"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A file that a client is going to send.

    Attributes:
        name: the client's name of it.
        media_type: the media type that the form is bound to. The bytes decide the format.
        size: number of bytes.
        alt: alternative text of the image, in the shop's main language.
        replaces: id of the image whose bytes it replaces; None for a new image.
    """

    name: str
    media_type: str
    size: int
    alt: str = ""
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class UploadBatch:
    """Files that a client has announced for one product.

    Attributes:
        id: unique in the shop.
        shop: id of the shop.
        product: key of the product.
        files: the files; the first has number 1.
        fingerprint: SHA-256 of the request.
        first: the image id of the first file; the others follow without a gap.
        created_at: when it was made, UTC, milliseconds.
        expires_at: when its newest forms end, UTC, milliseconds.
    """

    id: str
    shop: str
    product: str
    files: tuple[UploadFile, ...]
    fingerprint: str
    first: int
    created_at: datetime
    expires_at: datetime

    @property
    def images(self) -> range:
        """The image ids of all files."""
        return range(self.first, self.first + len(self.files))

    def file(self, number: int) -> UploadFile:
        """The file of a number."""
        return self.files[number - 1]

    def image(self, number: int) -> int:
        """The image that the file of a number becomes, or whose bytes it replaces."""
        replaced = self.file(number).replaces
        return self.images[number - 1] if replaced is None else replaced

    def key(self, number: int) -> str:
        """The key of the object to which the file of a number is sent."""
        # S3 puts the client's name of the file in place of this variable.
        name = storage_name(self.file(number).name).replace("${filename}", "filename")
        return f"{UPLOADS}{self.shop}/{self.id}/{number:03d}/{name}"

    def states(self, outcomes: Mapping[int, Import], now: datetime) -> dict[int, UploadState]:
        """What became of each file, by number.

        Args:
            outcomes: the outcomes of settled files by number.
            now: the current time, UTC.
        """
        return {
            number: self._state(outcomes.get(number), now)
            for number in range(1, len(self.files) + 1)
        }

    def _state(self, outcome: Import | None, now: datetime) -> UploadState:
        if outcome is None:
            late = now >= self.expires_at + GRACE
            return UploadState.EXPIRED if late else UploadState.WAITING
        return UploadState.REJECTED if outcome.image is None else UploadState.DONE


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned form with which one file can be sent to storage.

    Attributes:
        url: where to POST it.
        fields: names and values, which precede the file.
    """

    url: str
    fields: Mapping[str, str]


def parse_upload(key: str, tag: str, sequencer: str) -> Arrival | None:
    """The arrival of an object under `uploads/`, or None if it belongs to no batch.

    Args:
        key: the object's key.
        tag: its ETag.
        sequencer: hexadecimal digits of any length, which increase with each event of the key.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    return Arrival(
        shop=found["shop"],
        path=found["path"],
        product="",
        file_name=found["name"],
        tag=tag,
        sequencer=ordered(sequencer),
        slot=Slot(found["upload"], int(found["n"])),
    )

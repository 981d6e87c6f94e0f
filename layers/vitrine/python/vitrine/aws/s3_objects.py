"""Objects of Amazon S3 in messages: bytes, checksum, metadata and other facts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any
from zlib import crc32

from vitrine.aws.dates import parse_date
from vitrine.aws.errors import NoAnswerError
from vitrine.aws.http import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitrine.aws.messages import Answer

CRC32 = "x-amz-checksum-crc32"
_META = "x-amz-meta-"


class Body:
    """An object's bytes, which have arrived already."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def read(self) -> bytes:
        """All of them.

        Raises:
            NoAnswerError: there are more than this client reads.
        """
        if self._answer.is_cut:
            raise NoAnswerError(f"an object of more than {LONGEST} bytes")
        return self._answer.body

    def close(self) -> None:
        """Nothing is open."""


def checksum(data: bytes) -> str:
    """The value of the header `CRC32` for an object's bytes."""
    return b64encode(crc32(data).to_bytes(4, "big")).decode()


def sent(body: bytes, media_type: str) -> dict[str, str]:
    """The headers of bytes that S3 compares with their checksum."""
    return {
        "content-type": media_type,
        CRC32: checksum(body),
        "x-amz-sdk-checksum-algorithm": "CRC32",
    }


def checksum_fault(answer: Answer) -> str:
    """That an object's bytes lack the checksum that S3 sends with them; empty if it sends none."""
    told = answer.headers.get(CRC32)  # one of parts ends with their number
    if told is None or "-" in told or answer.is_cut:
        return ""
    is_right = b64decode(told) == crc32(answer.body).to_bytes(4, "big")
    return "" if is_right else "wrong checksum"


def metadata(given: Mapping[str, str]) -> dict[str, str]:
    """The headers that store an object's metadata."""
    return {_META + name.lower(): value for name, value in given.items()}


def facts(answer: Answer) -> dict[str, Any]:
    """What an answer's headers say of an object, under boto3's names."""
    headers = answer.headers
    return {
        "ContentLength": int(headers.get("content-length", len(answer.body))),
        "ContentType": headers.get("content-type", "binary/octet-stream"),
        "ETag": headers.get("etag", ""),
        "LastModified": parse_date(headers["last-modified"]),
        "Metadata": {
            name.removeprefix(_META): value
            for name, value in headers.items()
            if name.startswith(_META)
        },
    }

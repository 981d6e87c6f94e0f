"""Idempotency keys: a request that a client sends again is answered again, not executed again."""

import base64
from datetime import datetime, timedelta

from vitrine.domain.errors import IdempotencyKeyReusedError
from vitrine.records import dataclass

LIFETIME = timedelta(hours=24)
"""How long an answer is kept."""
LEASE = timedelta(seconds=30)
"""How long a running request holds its key: longer than any function runs."""


_ID_LENGTH = 26  # of 32 letters and digits: 130 bits


def object_id(kind: str, seed: bytes) -> str:
    """The id of an object that a client creates.

    Args:
        kind: the letter with which ids of this kind of object begin.
        seed: at least 16 bytes, random or a digest.
    """
    return kind + base64.b32encode(seed).decode().lower()[:_ID_LENGTH]


@dataclass(frozen=True, slots=True)
class ObjectIdentity:
    """The identity of the object that a request creates, stored with the object.

    A request with the same idempotency key has the same id. So a conditional write, which creates
    the object unless its id exists, makes one object of several requests.

    Attributes:
        id: the object's id: a letter for its kind, and 26 of `a-z2-7`.
        fingerprint: SHA-256 of the request's method, path, query and body, hexadecimal.
    """

    id: str
    fingerprint: str

    def check(self, stored: str) -> None:
        """Refuse a request that is not the one that created the object with this id.

        Args:
            stored: the fingerprint that the object was stored with.

        Raises:
            IdempotencyKeyReusedError: it is another request.
        """
        if stored != self.fingerprint:
            raise IdempotencyKeyReusedError


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that holds an idempotency key.

    Attributes:
        request: the gateway's id of the request.
        fingerprint: SHA-256 of the request's method, path and body.
        until: when the key is free again, UTC.
        answer: the answer in JSON; empty while the request is running.
        created: id of the image that the request committed, although its answer was not stored.
    """

    request: str
    fingerprint: str
    until: datetime
    answer: str = ""
    created: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """An idempotency key, held by a request that creates an image.

    The commit of the image notes it at the key. A function that ends between the commit and the
    storing of its answer then leaves a trace, and the repeated request finds the image.

    Attributes:
        digest: SHA-256 that identifies the key and the credential.
        request: the gateway's id of the request that holds the key.
        until: how long the key remembers the image, UTC.
        created: id of the image that an earlier request with this key committed.
    """

    digest: str
    request: str
    until: datetime
    created: int | None = None

"""The header `Idempotency-Key`: a repeated create is answered, not executed, a second time.

`answer_once` keeps answers. `identify` keeps nothing: an operation stores the identity with the
object that it creates, and finds it there.

Aws-lambda-powertools has the feature, too. It is not used here because its import takes longer than
the rest of a cold start, and because the answers to refusals would be kept.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from vitrine.domain.credentials import Credential
from vitrine.domain.errors import (
    ConflictError,
    IdempotencyKeyReusedError,
    MalformedBodyError,
    VitrineError,
)
from vitrine.domain.idempotency import LEASE, LIFETIME, Attempt, Claim, ObjectIdentity, object_id
from vitrine.edge.request import Call, Request
from vitrine.edge.response import Response
from vitrine.ports import IdempotencyKeys

HEADER = "idempotency-key"
_WAIT = 0.2  # seconds between two looks at a request that is running
_SUCCESS = range(200, 300)
_KEY = re.compile("[!-~]{1,255}")  # visible ASCII characters


class IdempotencyKeyError(VitrineError):
    """The idempotency key is not 1 to 255 visible ASCII characters."""


def identify(call: Call, kind: str) -> ObjectIdentity:
    """The identity of the object that a POST creates.

    With an idempotency key, its id is derived from the caller's credential and the key, otherwise
    it is random (contract: vitrine §3.3).

    Args:
        call: the call.
        kind: the letter with which ids of this kind of object begin.

    Raises:
        IdempotencyKeyError: the key is not valid.
    """
    sent, credential = call.request.headers.get(HEADER), call.caller.credential
    if sent is None or credential is None:
        seed = os.urandom(32)
    elif _KEY.fullmatch(sent):
        seed = _key_digest(credential, sent)
    else:
        raise IdempotencyKeyError
    return ObjectIdentity(object_id(kind, seed), _fingerprint(call.request))


def answer_once(call: Call, keys: IdempotencyKeys, handler: Callable[[Call], Response]) -> Response:
    """The answer to a POST, executed only once for each idempotency key of a caller.

    Only successful answers are kept, for 24 hours. A refused or failed request frees its key. Of
    several requests at the same time one is executed, and the others wait for its answer. If a
    request committed an image and its answer was never stored, the handler runs again with a claim
    that names the image, and the services return it instead of adding another.

    Raises:
        IdempotencyKeyReusedError: the key was used with another request.
        ConflictError: a request with the same key is still running.
        VitrineError: the handler's.
    """
    sent, credential = call.request.headers.get(HEADER, "").strip(), call.caller.credential
    creates = call.request.method == "POST" and call.scope is not None
    if not creates or not sent or credential is None:
        return handler(call)
    digest = _key_digest(credential, sent).hex()
    clock = call.catalogue.clock
    attempt = Attempt(call.request.id, _fingerprint(call.request), clock() + LEASE)
    while found := keys.claim(digest, attempt, clock()):
        if found.fingerprint != attempt.fingerprint:
            raise IdempotencyKeyReusedError
        if found.answer:
            return replace(Response(*json.loads(found.answer)), replayed=True)
        if found.created is not None:
            return replace(handler(_claiming(call, digest, found.created)), replayed=True)
        if call.catalogue.retry.is_over(0) or found.until <= clock():
            raise ConflictError("a request with the same key is running")
        time.sleep(_WAIT)
        attempt = replace(attempt, until=clock() + LEASE)
    return _executed(call, keys, handler, digest, attempt)


def _executed(
    call: Call,
    keys: IdempotencyKeys,
    handler: Callable[[Call], Response],
    digest: str,
    attempt: Attempt,
) -> Response:
    clock: Callable[[], datetime] = call.catalogue.clock
    # Without an answer, this frees the key, unless the request has committed an image.
    settled = replace(attempt, until=clock())
    try:
        response = handler(_claiming(call, digest))
        if response.status in _SUCCESS:
            kept = json.dumps([response.status, response.body, dict(response.headers)])
            settled = replace(attempt, until=clock() + LIFETIME, answer=kept)
    finally:
        with suppress(ConflictError):  # an image is committed, or another request holds the key
            keys.settle(digest, settled)
    return response


def _claiming(call: Call, digest: str, created: int | None = None) -> Call:
    claim = Claim(digest, call.request.id, call.catalogue.clock() + LIFETIME, created)
    return replace(call, catalogue=replace(call.catalogue, claim=claim))


def _key_digest(credential: Credential, sent: str) -> bytes:
    """SHA-256 of an idempotency key, which each credential has for itself."""
    return hashlib.sha256(f"{credential.digest}:{sent}".encode()).digest()


def _fingerprint(request: Request) -> str:
    """SHA-256 of what a request asks for; a form's boundary, which is random, is no part of it."""
    from vitrine.edge.multipart import read_form  # 5 ms, only for requests with a key

    digest = hashlib.sha256(f"{request.method} {request.path}?{request.query}\n".encode())
    try:
        for part in read_form(request).parts:
            head = json.dumps([part.name, part.file_name, len(part.data)])
            digest.update(head.encode() + part.data)
    except MalformedBodyError:
        digest.update(request.body)
    return digest.hexdigest()

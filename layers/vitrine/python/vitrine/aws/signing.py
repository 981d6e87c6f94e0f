"""AWS Signature Version 4, for headers, URLs and forms.

Source: AWS's reference of IAM, "Create a signed AWS API request"; a test compares every byte with
botocore's.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from hashlib import sha256
from time import gmtime, strftime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vitrine.aws.credentials import Credentials

UNSIGNED = "UNSIGNED-PAYLOAD"
"""Stands for a body that another checksum and TLS look after."""
_ALGORITHM = "AWS4-HMAC-SHA256"


def encode(value: str) -> str:
    """A value as queries carry it."""
    return quote(value, safe="-_.~")


def query_of(parameters: Iterable[tuple[str, str]]) -> str:
    """A query in the order in which it is signed."""
    return "&".join(
        f"{name}={value}"
        for name, value in sorted((encode(name), encode(value)) for name, value in parameters)
    )


class Signer:
    """Signs requests to one service in one region."""

    def __init__(self, service: str, region: str) -> None:
        self._service = service
        self._region = region
        self._key = ("", "", b"")

    def sign(
        self,
        credentials: Credentials,
        now: float,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        payload: str,
    ) -> dict[str, str]:
        """The headers that prove who calls, beside those that are there.

        Args:
            credentials: who calls.
            now: seconds since 1970, by the service's clock.
            method: of HTTP.
            path: as it is sent.
            query: as it is sent, in `query_of`'s order.
            headers: all that are to be signed, `host` with them, names in lower case.
            payload: SHA-256 of the body in hexadecimal digits, or `UNSIGNED`.
        """
        moment = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
        added = {"x-amz-date": moment}
        if credentials.token:
            added["x-amz-security-token"] = credentials.token
        if self._service == "s3":
            added["x-amz-content-sha256"] = payload
        signed = sorted({**headers, **added}.items())
        names = ";".join(name for name, _ in signed)
        canonical = "\n".join(
            [
                method,
                self._canonical_path(path),
                query,
                *(f"{name}:{' '.join(value.split())}" for name, value in signed),
                "",
                names,
                payload,
            ]
        )
        signature = self._signature(credentials, moment, canonical)
        added["authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{self._scope(moment)}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return added

    def sign_url(
        self, credentials: Credentials, now: float, host: str, path: str, seconds: int
    ) -> str:
        """The query with which anybody can GET a path for some seconds."""
        moment = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
        parameters = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{credentials.access_key}/{self._scope(moment)}",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        if credentials.token:
            parameters["X-Amz-Security-Token"] = credentials.token
        query = query_of(parameters.items())
        canonical = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\n{UNSIGNED}"
        sent = "&".join(f"{name}={encode(value)}" for name, value in parameters.items())
        return f"{sent}&X-Amz-Signature={self._signature(credentials, moment, canonical)}"

    def sign_form(
        self,
        credentials: Credentials,
        now: float,
        fields: Mapping[str, str],
        conditions: Iterable[Any],
        seconds: int,
    ) -> dict[str, str]:
        """The fields of a form with which anybody can POST an object for some seconds.

        Source: AWS's reference of S3, "Browser-based uploads using POST".

        Args:
            credentials: who permits it.
            now: seconds since 1970, by the service's clock.
            fields: the fields that the form begins with.
            conditions: of the policy, which the form must fulfil; those of the signature's own
                fields are added.
            seconds: how long the form can be used.
        """
        moment = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
        added = {
            "x-amz-algorithm": _ALGORITHM,
            "x-amz-credential": f"{credentials.access_key}/{self._scope(moment)}",
            "x-amz-date": moment,
        }
        if credentials.token:
            added["x-amz-security-token"] = credentials.token
        policy = {
            "expiration": strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(now + seconds)),
            "conditions": [*conditions, *({name: value} for name, value in added.items())],
        }
        text = b64encode(json.dumps(policy).encode())
        signature = hmac.digest(self._key_of(credentials, self._scope(moment)), text, "sha256")
        return {**fields, **added, "policy": text.decode(), "x-amz-signature": signature.hex()}

    def _canonical_path(self, path: str) -> str:
        return path if self._service == "s3" else quote(path, safe="/~")

    def _scope(self, moment: str) -> str:
        return f"{moment[:8]}/{self._region}/{self._service}/aws4_request"

    def _signature(self, credentials: Credentials, moment: str, canonical: str) -> str:
        scope = self._scope(moment)
        digest = sha256(canonical.encode()).hexdigest()
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}"
        return hmac.digest(self._key_of(credentials, scope), text.encode(), "sha256").hex()

    def _key_of(self, credentials: Credentials, scope: str) -> bytes:
        """The key of a day, kept until the day or the credentials change."""
        secret, day, key = self._key
        if (secret, day) != (credentials.secret_key, scope):
            key = f"AWS4{credentials.secret_key}".encode()
            for part in scope.split("/"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = (credentials.secret_key, scope, key)
        return key

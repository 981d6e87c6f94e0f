"""Answers, and their form in the gateway's payload."""

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer.

    Attributes:
        status: HTTP status.
        body: text; empty if there is no body.
        headers: by name, including the body's `Content-Type`.
        encoded: whether the body is base64 of the bytes to send.
        replayed: whether an earlier request with the same idempotency key has created the object.
    """

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    encoded: bool = False
    replayed: bool = False

    def to_event(self, *, with_body: bool = True) -> dict[str, Any]:
        """The answer in the form that a function returns to the gateway."""
        return {
            "statusCode": self.status,
            "headers": {"X-Content-Type-Options": "nosniff", **self.headers},
            "body": self.body if with_body else "",
            "isBase64Encoded": self.encoded,
        }


def json_response(
    status: int,
    payload: object,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer whose body is `payload` as JSON in UTF-8, without escapes for other scripts.

    Lone surrogates, which UTF-8 cannot encode, become question marks.
    """
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "replace").decode()
    return Response(status, body, {"Content-Type": media_type, **(headers or {})})

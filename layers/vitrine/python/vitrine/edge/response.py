"""An answer, and how the gateway wants it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Response:
    """What a client gets.

    Attributes:
        status: HTTP status.
        body: text; empty for none.
        headers: by name; the body's `Content-Type` among them.
    """

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_event(self, *, with_body: bool = True) -> dict[str, Any]:
        """The answer as a function returns it to the gateway."""
        return {
            "statusCode": self.status,
            "headers": dict(self.headers),
            "body": self.body if with_body else "",
            "isBase64Encoded": False,
        }


def json_response(
    status: int,
    payload: object,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer whose body is `payload` as JSON, letters of all scripts left as they are.

    Halves of characters, which JSON can spell and nobody can send, become question marks.
    """
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "replace").decode()
    return Response(status, body, {"Content-Type": media_type, **(headers or {})})

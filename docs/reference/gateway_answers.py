"""What API Gateway answers by itself, in every dialect: no function sees such a request."""

from typing import TypedDict


class GatewayBody(TypedDict):
    """An answer of API Gateway, where no function answers."""

    message: str


REQUEST_TOO_LARGE = 413
ANSWERS = {
    REQUEST_TOO_LARGE: "Request Entity Too Large",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
"""Messages by status. The local stack's proxy answers all of them but 429."""
MEANING = "API Gateway or Lambda refuses the request, or ends it."
MEDIA_TYPE = "application/json"
EXAMPLE = "Gateway"
"""The name of the examples of such answers."""

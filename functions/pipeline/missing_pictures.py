"""Requests of the CDN for pictures that the media bucket does not have, and refusals of them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote


def key_of(event: Mapping[str, Any]) -> str:
    """The public key that the event of a function URL requests."""
    return unquote(event["rawPath"], errors="replace").removeprefix("/")


def not_found() -> dict[str, Any]:
    """The answer to a key that no image has."""
    headers = {"Content-Type": "text/plain", "Cache-Control": "public, max-age=10"}
    return {"statusCode": 404, "headers": headers, "body": "No such picture.\n"}


def busy(seconds: int) -> dict[str, Any]:
    """The answer to a request that may succeed after this number of seconds."""
    headers = {
        "Content-Type": "text/plain",
        "Cache-Control": "no-store",
        "Retry-After": str(seconds),
    }
    return {"statusCode": 503, "headers": headers, "body": "Too many missing pictures.\n"}

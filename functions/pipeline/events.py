"""S3's notifications, read."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from vitrine.domain.locations import Address, parse_original_key
from vitrine.edge.telemetry import logger


def addresses(event: Mapping[str, Any]) -> Iterator[Address]:
    """The originals that a notification names; other objects are logged and passed over."""
    for record in event["Records"]:  # Powertools' S3Event would take 43 ms to import for this
        key = unquote_plus(record["s3"]["object"]["key"])  # spelled as forms spell it
        address = parse_original_key(key)
        if address is None:
            logger.warning("not an original", extra={"key": key})
        else:
            yield address

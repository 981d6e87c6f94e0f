"""S3's notifications, read."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools.utilities.data_classes import S3Event

from vitrine.domain.locations import Address, parse_original_key
from vitrine.edge.telemetry import logger


def addresses(event: Mapping[str, Any]) -> Iterator[Address]:
    """The originals that a notification names; other objects are logged and passed over."""
    for record in S3Event(dict(event)).records:
        key = record.s3.get_object.key  # decoded: events carry keys as forms do
        address = parse_original_key(key)
        if address is None:
            logger.warning("not an original", extra={"key": key})
        else:
            yield address

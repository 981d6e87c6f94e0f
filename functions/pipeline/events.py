"""S3's notifications and the table's stream, read."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from vitrine.adapters.table_keys import RecordKey, parse
from vitrine.domain.imports import Arrival, parse_arrival
from vitrine.domain.locations import OriginalAddress, parse_original_key
from vitrine.edge.telemetry import logger


def addresses(event: Mapping[str, Any]) -> Iterator[OriginalAddress]:
    """The originals that a notification names; other objects are logged and passed over."""
    for each in event["Records"]:  # Powertools' S3Event would take 43 ms to import for this
        key = _key(each["s3"]["object"])
        address = parse_original_key(key)
        if address is None:
            logger.warning("not an original", extra={"key": key})
        else:
            yield address


def arrivals(event: Mapping[str, Any]) -> Iterator[Arrival]:
    """The files in products' import folders that a notification names; others are passed over."""
    for each in event["Records"]:
        thing = each["s3"]["object"]
        arrival = parse_arrival(_key(thing), thing["eTag"], thing["sequencer"])
        if arrival is None:  # a file that waits for its path to be sent, or a folder
            logger.info("no product's file", extra={"key": _key(thing)})
        else:
            yield arrival


def records(event: Mapping[str, Any]) -> Iterator[RecordKey]:
    """The images' records that the table's stream tells the end of."""
    for each in event["Records"]:
        keys = each["dynamodb"]["Keys"]
        found = parse(keys["pk"]["S"], keys["sk"]["S"])
        if each["eventName"] == "REMOVE" and found is not None:
            yield found


def _key(thing: Mapping[str, Any]) -> str:
    return unquote_plus(thing["key"])  # spelled as forms spell it

"""Parsers of S3 event notifications and of DynamoDB stream records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from vitrine.adapters.table import moment
from vitrine.adapters.table_keys import RecordKey, parse, parse_flag, parse_take_down
from vitrine.domain.imports import Arrival, parse_arrival
from vitrine.domain.locations import OriginalAddress, parse_original_key
from vitrine.domain.uploads import parse_upload
from vitrine.edge.telemetry import logger

if TYPE_CHECKING:
    from vitrine.domain.invalidations import Unpublished


def parse_originals(event: Mapping[str, Any]) -> Iterator[OriginalAddress]:
    """The addresses of the originals in a notification; other objects are logged and skipped."""
    for each in event["Records"]:  # Powertools' S3Event would take 43 ms to import for this
        key = _object_key(each["s3"]["object"])
        address = parse_original_key(key)
        if address is None:
            logger.warning("not an original", extra={"key": key})
        else:
            yield address


def parse_arrivals(event: Mapping[str, Any]) -> Iterator[Arrival]:
    """The files in products' import folders and of upload batches in a notification.

    Others are logged and skipped.
    """
    for each in event["Records"]:
        stored = each["s3"]["object"]
        facts = _object_key(stored), stored["eTag"], stored["sequencer"]
        arrival = parse_arrival(*facts) or parse_upload(*facts)
        if arrival is None:  # a folder, or a file that a client will name in a request
            logger.info("no product's file", extra={"key": _object_key(stored)})
        else:
            yield arrival


def parse_deleted_records(event: Mapping[str, Any]) -> Iterator[RecordKey]:
    """The keys of the image records whose deletion is in a batch of stream records."""
    for each in event["Records"]:
        keys = each["dynamodb"]["Keys"]
        found = parse(keys["pk"]["S"], keys["sk"]["S"])
        if each["eventName"] == "REMOVE" and found is not None:
            yield found


def parse_take_downs(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Shop and id of each take-down that is new in a batch of stream records."""
    for each in event["Records"]:
        keys = each["dynamodb"]["Keys"]
        found = parse_take_down(keys["pk"]["S"], keys["sk"]["S"])
        if each["eventName"] == "INSERT" and found is not None:
            yield found


def parse_unpublished(event: Mapping[str, Any]) -> list[Unpublished]:
    """What flagged images have lost, as noted in a batch of stream records."""
    found = []
    for each in event["Records"]:
        keys, item = each["dynamodb"]["Keys"], each["dynamodb"].get("NewImage", {})
        image = parse_flag(keys["pk"]["S"], keys["sk"]["S"])
        if each["eventName"] == "MODIFY" and image and "paths" in item:
            from vitrine.domain.invalidations import Unpublished  # for shops that invalidate

            paths = frozenset(path["S"] for path in item["paths"]["L"])
            since = moment(int(item["since"]["N"]))
            found.append(Unpublished(*image, paths, since))
    return found


def first_sequence_number(event: Mapping[str, Any]) -> str:
    """What identifies the deliveries of a batch of stream records, together with what it holds."""
    return str(event["Records"][0]["dynamodb"]["SequenceNumber"])


def _object_key(stored: Mapping[str, Any]) -> str:
    return unquote_plus(stored["key"])  # S3 URL-encodes keys in notifications, a space as "+"

"""All log events of one request: its own, and those of the pipeline functions that it set off.

Storage events carry the keys of objects and no id of a request. So the request's line names the
folders of its objects (`vitrine.edge.telemetry.NotedBlobs`), and the pipeline's lines name keys.
"""

from __future__ import annotations

import json
from itertools import chain
from os.path import commonpath
from typing import TYPE_CHECKING, Any, Protocol

from vitrine_cli.operations.request_log import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vitrine_cli.operations.log_events import LogEvent

_ID_FIELDS = ("$.request_id", "$.requestId", "$.record.requestId")
_KEY_FIELDS = ("$.key", "$.errorMessage")


class Read(Protocol):
    """Reads the events of log groups that fit a filter pattern, oldest first."""

    def __call__(self, groups: Sequence[str], pattern: str) -> Iterable[LogEvent]:
        """The events of these groups."""


def trace(read: Read, request: str) -> list[LogEvent]:
    """All events of a request, oldest first.

    The pipeline's events are those of the objects that the request stored, removed or signed a form
    for, in the versions that it knew, since it began: what later requests did to the same version
    is among them. Lambda's report of a pipeline function that it ended has no key and is missing.

    Args:
        read: reads the log.
        request: the id of the request, or Lambda's of the invocation.
    """
    pattern = _any_of(_ID_FIELDS, request)
    found = {each for each in read(("access", "api"), pattern) if request in each.message}
    begun = min(map(_begun, found), default=0.0)
    wanted = set(chain.from_iterable(map(_folders, found)))
    seen: set[str] = set()
    while wanted - seen:
        new, seen = wanted - seen, seen | wanted
        path = commonpath([each.rpartition("/")[0] for each in map(_image_of, new)])
        for event in read(("pipeline",), _any_of(_KEY_FIELDS, f"*{path}*")):
            if event.at >= begun and any(_is_about(event, folder) for folder in new):
                found.add(event)
                wanted.update(_imported(event))
    return sorted(found)


def _any_of(fields: Iterable[str], value: str) -> str:
    return "{ " + " || ".join(f"({each} = {json.dumps(value)})" for each in fields) + " }"


def _begun(event: LogEvent) -> float:
    """When the request of an event began, milliseconds since 1970."""
    line: dict[str, Any] = parsed(event) or {}
    return event.at - float(line.get("duration_ms", 0))


def _folders(event: LogEvent) -> Iterator[str]:
    """The folders of objects that a request's line names, with the shop."""
    line: dict[str, Any] = parsed(event) or {}
    for each in line.get("objects", ()):
        kind, _, folder = each.partition("/")
        yield f"{kind}/{line.get('shop')}/{folder}/"


def _image_of(folder: str) -> str:
    """The folder of all originals of an image, or of an upload batch."""
    return "/".join(folder.split("/")[:3]) + "/"


def _imported(event: LogEvent) -> Iterator[str]:
    """The folder of the original of the image that an uploaded file became."""
    line: dict[str, Any] = parsed(event) or {}
    _, shop, *_ = [*str(line.get("key", "")).split("/"), ""]
    if line.get("message") == "import" and line.get("image"):
        yield f"originals/{shop}/{line['image']}/0-"


def _is_about(event: LogEvent, folder: str) -> bool:
    """Whether an event is about an object of a folder, or about the folder's image as a whole."""
    key = str((parsed(event) or {}).get("key") or "")
    return folder in event.message or (key.endswith("/") and folder.startswith(key))

"""All log events of one request, those of the pipeline included."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote_plus

import pytest
from tests import pictures
from tests.conftest import World
from tests.fakes import etag
from tests.gateway import Gateway
from tests.logged import Logged, logged

from pipeline import (
    generate_renditions,
    import_file,
    remove_originals,
    remove_renditions,
    take_down,
)
from vitrine_cli.operations.log_events import LogEvent
from vitrine_cli.operations.request_log import entries
from vitrine_cli.operations.request_trace import trace

IMAGES = "/vitrine/v1/products/8/images"
CREATE = "/v1/555/products/8/images"
TOKEN = {"Authorization": "Bearer t", "User-Agent": "x"}


@dataclass
class Stack:
    """A shop whose requests and events write to log groups."""

    world: World
    log: Logged

    def send(self, method: str, path: str, **request: Any) -> tuple[str, Any]:
        """Send a request; return its id and its answer."""
        token = "n" if path.startswith("/vitrine") else "t"
        headers = {**TOKEN, "Authorization": f"Bearer {token}", **request.pop("headers", {})}
        answer = Gateway()(method, path, headers, **request)
        assert answer.status < 400, answer.body
        last = json.loads(self.log.lines[-1])
        assert last["message"] == "request"
        return last["request_id"], answer

    def tell(self, handler: Any, *keys: str) -> None:
        """Deliver storage events."""
        self.log.group = "pipeline"
        for key in keys:
            stored = {"key": quote_plus(key, safe="/"), "eTag": "", "sequencer": "01"}
            if key in self.world.blobs.import_folder:
                stored["eTag"] = etag(self.world.blobs.import_folder[key])
            handler({"Records": [{"s3": {"object": stored}}]}, None)
        self.log.group = "api"

    @property
    def originals(self) -> list[str]:
        return sorted(self.world.blobs.originals)

    def read(self, groups: Sequence[str], pattern: str) -> Iterator[LogEvent]:
        """The log as CloudWatch filters it: terms of the form `($.a.b = "text*")`."""
        terms = [each.strip("(){} ").split(" = ") for each in pattern.split(" || ")]
        for event in self.log.events:
            line = json.loads(event.message)
            found = any(
                fnmatchcase(str(line.get(name.removeprefix("$."))), json.loads(value))
                for name, value in terms
            )
            if event.group in groups and found:
                yield event

    def trace(self, request: str) -> list[tuple[str, str]]:
        """Operation and key of each line of a request."""
        found = entries(trace(self.read, request))
        return [(each.operation, each.text.partition(" ")[0]) for each in found]


@pytest.fixture
def stack(world: World) -> Iterator[Stack]:
    world.open_shop("s1", tiendanube_store_id="555")
    world.issue("t", "s1", "tiendanube", "read_products", "write_products")
    world.issue("n", "s1", "vitrine", "images:read", "images:write", "images:takedown")
    world.remote.pages |= {f"http://elsewhere/{n}.png": pictures.png(n) for n in (20, 30, 40)}
    with logged() as log:
        yield Stack(world, log)


def src(number: int) -> dict[str, Any]:
    return {"json": {"src": f"http://elsewhere/{number}.png"}}


def test_a_create_shows_its_renditions_and_a_delete_their_removal(stack: Stack) -> None:
    created, answer = stack.send("POST", CREATE, **src(20))
    (key,) = stack.originals
    other, _ = stack.send("POST", CREATE, **src(30))
    stack.tell(generate_renditions.handler, *stack.originals)
    read, _ = stack.send("GET", CREATE)
    deleted, _ = stack.send("DELETE", f"{CREATE}/{answer.json['id']}")
    stack.tell(remove_renditions.handler, key)

    pipeline = ("renditions", key)
    assert stack.trace(created)[:2] == [("create_image", ""), pipeline]
    assert stack.trace(read) == [("list_images", "")]
    assert [each for each in stack.trace(other) if each == pipeline] == []
    assert stack.trace(deleted) == [("delete_image", ""), pipeline]
    assert stack.trace("no such request") == []


def test_a_replacement_is_another_version_than_the_create(stack: Stack) -> None:
    created, answer = stack.send("POST", CREATE, **src(20))
    (first,) = stack.originals
    replaced, _ = stack.send("PUT", f"{CREATE}/{answer.json['id']}", **src(30))
    (second,) = set(stack.originals) - {first}
    stack.tell(generate_renditions.handler, first, second)

    assert ("renditions", second) in stack.trace(replaced)
    assert ("renditions", second) not in stack.trace(created)
    assert ("renditions", first) in stack.trace(created)


def test_an_upload_shows_the_import_and_the_renditions_of_its_files(stack: Stack) -> None:
    data = pictures.png()
    file = {"name": "01.png", "type": "image/png", "bytes": len(data)}
    path = "/vitrine/v1/products/8/uploads"
    announced, answer = stack.send("POST", path, json={"files": [file]})
    key = answer.json["files"][0]["post"]["fields"]["key"]
    stack.world.blobs.import_folder[key] = data
    stack.tell(import_file.handler, key)
    (original,) = stack.originals
    stack.tell(generate_renditions.handler, original)

    assert stack.trace(announced) == [
        ("create_upload", ""),
        ("import", key),
        ("renditions", original),
    ]


def test_a_take_down_shows_what_the_stream_set_off(stack: Stack) -> None:
    _, answer = stack.send("POST", CREATE, **src(20))
    (key,) = stack.originals
    target = {"product": "8", "image": int(answer.json["id"])}
    begun, answer = stack.send("POST", "/vitrine/v1/take-downs", json=target)
    stack.log.group = "pipeline"
    found = {"pk": {"S": "SHOP#s1"}, "sk": {"S": f"TAKEDOWN#{answer.json['id']}"}}
    record = {"eventName": "INSERT", "dynamodb": {"Keys": found}}
    take_down.handler({"Records": [record]}, None)

    assert [each[0] for each in stack.trace(begun)] == ["create_take_down", "taken down"]
    assert stack.trace(begun)[1][1] == key


def test_originals_that_a_killed_request_left_are_shown_with_it(stack: Stack) -> None:
    _, answer = stack.send("POST", CREATE, **src(20))
    (key,) = stack.originals
    data = stack.world.blobs.originals[key]
    deleted, _ = stack.send("DELETE", f"{CREATE}/{answer.json['id']}")
    stack.world.blobs.originals[key] = data  # as if the function had ended before
    stack.log.group = "pipeline"
    found = {"pk": {"S": "GALLERY#s1#8"}, "sk": {"S": f"IMAGE#{int(answer.json['id']):012d}"}}
    remove_originals.handler(
        {"Records": [{"eventName": "REMOVE", "dynamodb": {"Keys": found}}]}, None
    )

    assert [each[0] for each in stack.trace(deleted)] == ["delete_image", "originals left behind"]


def test_an_exception_that_names_the_original_is_shown(stack: Stack) -> None:
    created, _ = stack.send("POST", CREATE, **src(20))
    (key,) = stack.originals
    raised = {"errorType": "RecordMissingError", "errorMessage": key, "requestId": "l1"}
    stack.log.write(json.dumps({**raised, "log_level": "ERROR", "stackTrace": []}), "pipeline")

    (_, failed) = entries(trace(stack.read, created))
    assert (failed.operation, failed.text, failed.failed) == (
        *("function", f"RecordMissingError: {key}", True),
    )

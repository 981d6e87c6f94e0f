"""Storage events of a local stack: queued for each function, and given to it some at a time."""

import io
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from tests.adapters.conftest import Account
from tests.unit.test_rendering import event

from vitrine_cli.local.event_delivery import Delivery, delivering
from vitrine_cli.local.event_queues import HIDDEN_SECONDS, EventQueue, redirect
from vitrine_cli.operations.dead_letters import DeadLetters

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:"
RENDER, REMOVE = f"{ARN}vitrine-Render-1A:live", f"{ARN}vitrine-Remove-2B:live"
FAILED = {"errorType": "RuntimeError", "errorMessage": "no"}


class FakeLambda:
    """A client of Lambda whose function does as the test says, and which counts its events."""

    class exceptions:  # noqa: N801
        class TooManyRequestsException(Exception):  # noqa: N818
            """The function has no place."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.answers: list[Any] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.present = self.most = 0
        self._lock = threading.Lock()

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == RENDER
        (record,) = json.loads(Payload)["Records"]
        with self._lock:
            self.events.append(record["s3"]["object"]["key"])
            self.present += 1
            self.most = max(self.most, self.present)
            answer = self.answers.pop(0) if self.answers else None
        assert self.go_on.wait(20)
        with self._lock:
            self.present -= 1
        if answer == "throttled":
            raise self.exceptions.TooManyRequestsException
        failure = {"FunctionError": "Unhandled"} if answer else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failure}


class CutOff:
    """A client whose server can end; what is asked of it then is noted."""

    def __init__(self, client: Any) -> None:
        self.is_cut = False
        self.refused: list[str] = []
        self._client = client

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            if self.is_cut:
                self.refused.append(name)
                raise EndpointConnectionError(endpoint_url="http://ended")
            return getattr(self._client, name)(**arguments)

        return call


@dataclass
class Queue:
    """A queue of events, and what delivers them."""

    sqs: Any
    url: str
    failures: str
    notes: Path
    functions: FakeLambda = field(default_factory=FakeLambda)

    def put(self, *keys: str) -> None:
        for key in keys:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(event(key)))

    def delivery(self, at_once: int = 2) -> Delivery:
        queue = EventQueue(self.url, RENDER, 2, self.failures)
        functions: Any = self.functions
        times = {"retry_seconds": 0.01, "poll_seconds": 0}
        return Delivery(self.sqs, functions, queue, at_once, self.notes, **times)  # type: ignore[arg-type]

    def left(self) -> tuple[int, int]:
        """How many events wait, and how many are with the function."""
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        names = ("", "NotVisible")
        waiting, given = (
            found["Attributes"][f"ApproximateNumberOfMessages{name}"] for name in names
        )
        return int(waiting), int(given)

    @property
    def is_empty(self) -> bool:
        return self.left() == (0, 0)


@pytest.fixture
def queue(open_account: Callable[[str], Account], tmp_path: Path) -> Queue:
    sqs = open_account("boto3").client("sqs")
    hidden = {"VisibilityTimeout": str(HIDDEN_SECONDS)}
    urls = [
        sqs.create_queue(QueueName=name, Attributes=hidden)["QueueUrl"]
        for name in ("events", "failed")
    ]
    return Queue(sqs, *urls, tmp_path / "events.json")


def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_burst_of_events_meets_few_processes(queue: Queue) -> None:
    """Each event that a function works on is a process of the emulator."""
    keys = [f"originals/s1/7/{number}" for number in range(40)]
    queue.put(*keys)
    queue.functions.go_on.clear()
    with delivering([queue.delivery(at_once=3)]):
        until(lambda: queue.functions.present == 3)
        assert queue.left() == (37, 3)
        queue.functions.go_on.set()
        until(lambda: queue.is_empty)

    assert queue.functions.most == 3
    assert sorted(queue.functions.events) == sorted(keys)


def test_an_event_that_fails_is_tried_again(queue: Queue) -> None:
    queue.functions.answers = [FAILED, FAILED]
    queue.put("a")
    with delivering([queue.delivery()]):
        until(lambda: queue.is_empty)

    assert queue.functions.events == ["a"] * 3
    with DeadLetters(queue.sqs, queue.failures) as letters:
        assert list(letters) == []


def test_an_event_that_fails_for_good_is_a_dead_letter(queue: Queue) -> None:
    queue.functions.answers = [FAILED] * 3
    queue.put("originals/s1/a+b")
    with delivering([queue.delivery()]):
        until(lambda: queue.is_empty)

    with DeadLetters(queue.sqs, queue.failures) as letters:
        (letter,) = letters
    assert (letter.function, letter.keys) == (RENDER, ["originals/s1/a b"])
    assert str(letter.failed) == "RuntimeError: no"


def test_an_event_without_a_place_waits_as_long_as_it_takes(queue: Queue) -> None:
    queue.functions.answers = ["throttled"] * 6
    queue.put("a")
    with delivering([queue.delivery()]):
        until(lambda: queue.is_empty)

    assert queue.functions.events == ["a"] * 7


def test_what_is_under_way_when_a_stack_stops_is_delivered_later(queue: Queue) -> None:
    queue.put("a", "b")
    queue.functions.go_on.clear()
    with delivering([queue.delivery(at_once=1)]):
        until(lambda: queue.functions.present)

    assert queue.left() == (2, 0)
    queue.functions.go_on.set()
    with delivering([queue.delivery()]):
        until(lambda: queue.is_empty)
    assert set(queue.functions.events) == {"a", "b"}


def test_what_cannot_be_given_back_is_delivered_at_the_next_start(queue: Queue) -> None:
    """The emulator ended before the proxy. The events would be hidden for ten minutes."""
    cut = CutOff(queue.sqs)
    queue.put("a", "b")
    queue.functions.go_on.clear()
    with delivering([replace(queue.delivery(), sqs=cut)]):
        until(lambda: queue.functions.present == 2)
        cut.is_cut = True
        queue.functions.go_on.set()
        until(lambda: cut.refused.count("change_message_visibility") == 2)
    assert queue.left() == (0, 2)

    with delivering([queue.delivery()]):
        until(lambda: queue.is_empty)
    assert sorted(queue.functions.events) == ["a", "a", "b", "b"]


def test_events_go_on_without_room_for_their_notes(queue: Queue) -> None:
    queue.notes = queue.notes.parent / "missing" / "events.json"
    queue.put("a", "b", "c")
    with delivering([queue.delivery(at_once=1)]):
        until(lambda: queue.is_empty)

    assert sorted(queue.functions.events) == ["a", "b", "c"]


def test_a_bucket_sends_to_queues_what_it_would_send_to_functions(
    open_account: Callable[[str], Account],
) -> None:
    account = open_account("boto3")
    s3, sqs = account.client("s3"), account.client("sqs")
    rule = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "originals/"}]}}
    created, removed = (
        {"Id": name, "LambdaFunctionArn": function, "Events": [f"s3:{name}:*"], "Filter": rule}
        for name, function in (("ObjectCreated", RENDER), ("ObjectRemoved", REMOVE))
    )
    s3.put_bucket_notification_configuration(
        Bucket="originals",
        NotificationConfiguration={"LambdaFunctionConfigurations": [created, removed]},
        SkipDestinationValidation=True,
    )

    for _ in range(2):  # a stack is deployed again when its code has changed
        redirect(s3, sqs, "originals")

    found = s3.get_bucket_notification_configuration(Bucket="originals")
    assert "LambdaFunctionConfigurations" not in found
    queues = {
        each["Id"]: each["QueueArn"].rpartition(":")[2] for each in found["QueueConfigurations"]
    }
    assert queues == {
        "ObjectCreated": "vitrine-Render-1A-events",
        "ObjectRemoved": "vitrine-Remove-2B-events",
    }
    (url,) = sqs.list_queues(QueueNamePrefix="vitrine-Remove")["QueueUrls"]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"function": REMOVE}

"""The dead-letter queue: events that failed for good, each with what was to be done and why not.

Lambda writes two kinds. Of an event that it was sent it keeps all: function, event, failure. Of the
table's stream it keeps a position only, and the stream itself can be read for a day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from vitrine_cli.invoking import Failed, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_HELD_SECONDS = 900
"""For how long others do not see what is being worked at: ten events, each a function's time."""
_AT_ONCE = 10  # messages, the most that SQS hands out and takes back


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a table's stream the records are that were not dealt with.

    Attributes:
        stream: its ARN.
        shard: the shard's id.
        first: sequence number of the first of them.
        last: sequence number of the last of them.
    """

    stream: str
    shard: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What failed for good.

    Attributes:
        id: the message's.
        handle: with which it can be removed while it is held.
        function: ARN of the function that failed; empty where the message is nobody's we know.
        event: what the function was sent, or where in a stream that can be read.
        failed: why.
        since: when it was given up, UTC.
        received: how often the message was looked at, this time included.
    """

    id: str
    handle: str
    function: str
    event: Mapping[str, Any] | Position
    failed: Failed
    since: datetime
    received: int

    @property
    def operation(self) -> str:
        """The function's name."""
        return self.function.partition(":function:")[2].partition(":")[0] or "unknown"

    @property
    def keys(self) -> list[str]:
        """Keys of the objects in storage that it is about."""
        if isinstance(self.event, Position):
            return []
        found = [each.get("s3", {}).get("object", {}) for each in self.event.get("Records", [])]
        return [unquote_plus(each["key"]) for each in found if "key" in each]

    @property
    def subject(self) -> str:
        """What it is about."""
        if isinstance(self.event, Position):
            return f"records {self.event.first} to {self.event.last} of the table's stream"
        return ", ".join(self.keys) or "no object"


def read(message: MessageTypeDef) -> DeadLetter:
    """What a message of the queue says."""
    try:
        body = json.loads(message["Body"])
    except json.JSONDecodeError:
        body = {}
    told: dict[str, Any] = body if isinstance(body, dict) else {}
    context = told.get("requestContext") or {}
    event: Mapping[str, Any] | Position = told.get("requestPayload") or {}
    if batch := told.get("DDBStreamBatchInfo"):
        names = ("streamArn", "shardId", "startSequenceNumber", "endSequenceNumber")
        event = Position(*(str(batch.get(name, "")) for name in names))
    facts = message["Attributes"]
    sent = int(facts["SentTimestamp"]) / 1000
    known = event and context.get("functionArn")
    payload = told.get("responsePayload") or {"errorType": context.get("condition")}
    return DeadLetter(
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        function=str(context["functionArn"]) if known else "",
        event=event,
        failed=said(payload) if known else Failed("Unknown", "no record of a function's failure"),
        since=datetime.fromtimestamp(sent, UTC),
        received=int(facts["ApproximateReceiveCount"]),
    )


class DeadLetters:
    """The queue's messages, each once, held back from others inside the block.

    What was not removed is there again behind it; if this process dies in it, a quarter of an
    hour later.
    """

    def __init__(self, client: SQSClient, queue: str) -> None:
        self._client = client
        self._queue = queue
        self._held: dict[str, str] = {}
        self._seen: set[str] = set()

    def __enter__(self) -> DeadLetters:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        handles = list(self._held.values())
        for start in range(0, len(handles), _AT_ONCE):
            entries = [
                {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for number, handle in enumerate(handles[start : start + _AT_ONCE])
            ]
            self._client.change_message_visibility_batch(
                QueueUrl=self._queue,
                Entries=entries,  # type: ignore[arg-type]
            )

    def about(self) -> int:
        """How many there are, roughly."""
        answer = self._client.get_queue_attributes(
            QueueUrl=self._queue, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def __iter__(self) -> Iterator[DeadLetter]:
        """Each message once, until the queue has none that was not seen."""
        while True:
            received = self._client.receive_message(
                QueueUrl=self._queue,
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=_HELD_SECONDS,
                WaitTimeSeconds=1,  # so that all of SQS's servers are asked
                MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            ).get("Messages", [])
            self._held |= {each["MessageId"]: each["ReceiptHandle"] for each in received}
            fresh = [each for each in received if each["MessageId"] not in self._seen]
            if not fresh:
                return
            self._seen |= {each["MessageId"] for each in fresh}
            yield from map(read, fresh)

    def remove(self, letter: DeadLetter) -> None:
        """Take a message out of the queue for good."""
        self._client.delete_message(QueueUrl=self._queue, ReceiptHandle=letter.handle)
        self._held.pop(letter.id, None)

"""The dead-letter queue: events whose function failed on every retry.

Lambda writes two kinds of messages. For an asynchronous event, the message contains the function,
the event and the failure. For records of the table's stream, it contains only their position; the
stream keeps the records for 24 hours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from vitrine_cli.operations.lambda_invoker import Failed, failure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_HELD_SECONDS = 900
"""Visibility timeout: ten messages, each of which may take as long as a function."""
_AT_ONCE = 10  # messages, the maximum of SQS


@dataclass(frozen=True, slots=True)
class Position:
    """The position of unprocessed records in a table's stream.

    Attributes:
        stream: ARN of the stream.
        shard: id of the shard.
        first: sequence number of the first record.
        last: sequence number of the last record.
    """

    stream: str
    shard: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message of the dead-letter queue.

    Attributes:
        id: id of the message.
        handle: receipt handle, with which the message can be deleted.
        function: ARN of the function that failed; empty if Lambda did not write the message.
        event: the function's event, or the position of stream records.
        failed: why the function failed.
        since: when Lambda stopped retrying, UTC.
        received: how often the message was received, this time included.
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
        """Keys of the S3 objects in the event."""
        if isinstance(self.event, Position):
            return []
        found = [each.get("s3", {}).get("object", {}) for each in self.event.get("Records", [])]
        return [unquote_plus(each["key"]) for each in found if "key" in each]

    @property
    def subject(self) -> str:
        """The objects or records in the event, for display."""
        if isinstance(self.event, Position):
            return f"records {self.event.first} to {self.event.last} of the table's stream"
        return ", ".join(self.keys) or "no object"


def read(message: MessageTypeDef) -> DeadLetter:
    """Parse a message of the queue."""
    try:
        body = json.loads(message["Body"])
    except json.JSONDecodeError:
        body = {}
    content: dict[str, Any] = body if isinstance(body, dict) else {}
    context = content.get("requestContext") or {}
    event: Mapping[str, Any] | Position = content.get("requestPayload") or {}
    if batch := content.get("DDBStreamBatchInfo"):
        names = ("streamArn", "shardId", "startSequenceNumber", "endSequenceNumber")
        event = Position(*(str(batch.get(name, "")) for name in names))
    facts = message["Attributes"]
    sent = int(facts["SentTimestamp"]) / 1000
    known = event and context.get("functionArn")
    payload = content.get("responsePayload") or {"errorType": context.get("condition")}
    return DeadLetter(
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        function=str(context["functionArn"]) if known else "",
        event=event,
        failed=failure_of(payload)
        if known
        else Failed("Unknown", "no record of a function's failure"),
        since=datetime.fromtimestamp(sent, UTC),
        received=int(facts["ApproximateReceiveCount"]),
    )


class DeadLetters:
    """The messages of the queue. Inside its `with` block, other consumers do not receive them.

    After the block, messages that were not deleted are visible again. If the process is killed,
    they become visible after 15 minutes.
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

    def approximate_count(self) -> int:
        """The approximate number of messages."""
        answer = self._client.get_queue_attributes(
            QueueUrl=self._queue, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def __iter__(self) -> Iterator[DeadLetter]:
        """Yield each message once, until the queue returns no new ones."""
        while True:
            received = self._client.receive_message(
                QueueUrl=self._queue,
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=_HELD_SECONDS,
                WaitTimeSeconds=1,  # long polling queries all SQS servers
                MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            ).get("Messages", [])
            self._held |= {each["MessageId"]: each["ReceiptHandle"] for each in received}
            fresh = [each for each in received if each["MessageId"] not in self._seen]
            if not fresh:
                return
            self._seen |= {each["MessageId"] for each in fresh}
            yield from map(read, fresh)

    def remove(self, letter: DeadLetter) -> None:
        """Delete a message from the queue."""
        self._client.delete_message(QueueUrl=self._queue, ReceiptHandle=letter.handle)
        self._held.pop(letter.id, None)

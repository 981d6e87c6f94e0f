"""Invoking functions for queued storage events, as Lambda does: some at a time, with retries."""

from __future__ import annotations

import json
import os
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli.local import emulator
from vitrine_cli.local.event_queues import EventQueue, queues_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_POLL_SECONDS = 2
_RETRY_SECONDS = 1.0  # before the first retry, and twice that before the next; a minute on AWS
_FUNCTION_SECONDS = 90  # above the timeout of every function
_PAUSE_SECONDS = 1.0  # after a failure of the emulator itself
_CONNECTIONS = 64
_NOTES = "events-under-way"
"""The subfolder of a stack's folder with a file for each queue."""


@dataclass(slots=True)
class Delivery:
    """The events of one queue on their way into its function.

    Attributes:
        sqs: a client that threads may share.
        functions: a client that threads may share, which does not retry.
        queue: the queue.
        at_once: how many events the function may work on at a time.
        notes: a file with the receipt handles of the events under way, by which the next delivery
            of the queue makes them visible if this one could not.
        ended: set to end the delivery.
        retry_seconds: seconds before the first retry of a failed event; each further one waits
            twice as long.
        poll_seconds: how long to wait for an event or a place before looking whether the delivery
            was ended.
    """

    sqs: SQSClient
    functions: LambdaClient
    queue: EventQueue
    at_once: int
    notes: Path
    ended: threading.Event = field(default_factory=threading.Event)
    retry_seconds: float = _RETRY_SECONDS
    poll_seconds: int = _POLL_SECONDS
    _handles: set[str] = field(default_factory=set)
    _noting: threading.Lock = field(default_factory=threading.Lock)
    _free: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Make all places free."""
        self._free = threading.Semaphore(self.at_once)

    def run(self) -> None:
        """Deliver events, each in a thread of its own, until the delivery is ended.

        What an earlier delivery had under way and could not give back is given back first.
        """
        with suppress(FileNotFoundError, ValueError):  # the file can be cut if the machine stopped
            self._give_back(json.loads(self.notes.read_text()))
        while not self.ended.is_set():
            if not self._free.acquire(timeout=self.poll_seconds):
                continue
            try:
                message = self._next()
            except (ClientError, BotoCoreError):  # the emulator ends, or starts again
                message = None
                self.ended.wait(_PAUSE_SECONDS)
            if message is None:
                self._free.release()
                continue
            self._note(message["ReceiptHandle"], under_way=True)
            threading.Thread(target=self._deliver, args=(message,), daemon=True).start()

    def give_back(self) -> None:
        """Make visible what was not delivered to the end, so that a later start finds it."""
        with self._noting:
            handles = sorted(self._handles)
        self._give_back(handles)

    def _give_back(self, handles: Iterable[str]) -> None:
        for handle in handles:
            with suppress(ClientError, BotoCoreError):  # another delivery has settled the event
                self._hide(handle, 0)

    def _note(self, handle: str, *, under_way: bool) -> None:
        """Note whether the event with this receipt handle is under way."""
        with self._noting:
            if under_way:
                self._handles.add(handle)
            else:
                self._handles.discard(handle)
            unfinished = self.notes.with_suffix(".new")
            with suppress(OSError):  # the disk is full: events go on without a note
                unfinished.write_text(json.dumps(sorted(self._handles)))
                unfinished.replace(self.notes)

    def _next(self) -> MessageTypeDef | None:
        received = self.sqs.receive_message(
            QueueUrl=self.queue.url, WaitTimeSeconds=self.poll_seconds
        ).get("Messages", [])
        return received[0] if received else None

    def _deliver(self, message: MessageTypeDef) -> None:
        handle = message["ReceiptHandle"]
        try:
            if self._settle(json.loads(message["Body"])):
                self.sqs.delete_message(QueueUrl=self.queue.url, ReceiptHandle=handle)
            else:
                self._hide(handle, 0)
            self._note(handle, under_way=False)
        except (ClientError, BotoCoreError) as error:
            print(f"An event of {self.queue.function} was not delivered: {error}", flush=True)
            self.ended.wait(_PAUSE_SECONDS)
            with suppress(ClientError, BotoCoreError):  # the note stays if the emulator has ended
                self._hide(handle, 0)
                self._note(handle, under_way=False)
        finally:
            self._free.release()

    def _settle(self, event: Mapping[str, Any]) -> bool:
        """Invoke the function until it succeeds or has failed too often.

        Returns:
            False if the event has to be tried later: the function has no place, or the delivery
            was ended.
        """
        if "Records" not in event:  # S3 sends a test event to each new queue
            return True
        failed: Any = None
        for attempt in range(self.queue.retries + 1):
            if self.ended.wait(self.retry_seconds * 2 ** (attempt - 1) if attempt else 0):
                return False
            try:
                failed = self._invoke(event)
            except self.functions.exceptions.TooManyRequestsException:
                self.ended.wait(self.retry_seconds)
                return False
            except ClientError as error:
                told = error.response["Error"]
                failed = {"errorType": told["Code"], "errorMessage": told["Message"]}
            if failed is None:
                return True
        if self.queue.failures is not None:
            letter = _letter(self.queue, event, failed)
            self.sqs.send_message(QueueUrl=self.queue.failures, MessageBody=json.dumps(letter))
        return True

    def _invoke(self, event: Mapping[str, Any]) -> Any:
        """What the function says about its failure; None if it succeeded."""
        answer = self.functions.invoke(
            FunctionName=self.queue.function, Payload=json.dumps(event).encode()
        )
        told = json.loads(answer["Payload"].read() or b"null")
        return (told or {}) if answer.get("FunctionError") else None

    def _hide(self, handle: str, seconds: int) -> None:
        self.sqs.change_message_visibility(
            QueueUrl=self.queue.url, ReceiptHandle=handle, VisibilityTimeout=seconds
        )


def _letter(queue: EventQueue, event: Mapping[str, Any], failed: Any) -> dict[str, Any]:
    """What Lambda sends to a function's destination for failed events."""
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "functionArn": queue.function,
            "condition": "RetriesExhausted",
            "approximateInvokeCount": queue.retries + 1,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": failed,
    }


@contextmanager
def deliver_events(endpoint: str, stack: str, folder: Path, at_once: int = 0) -> Iterator[None]:
    """Deliver the storage events of a stack inside the block.

    Args:
        endpoint: URL of the emulator.
        stack: name of the deployed stack.
        folder: the stack's folder.
        at_once: how many events each function may work on; 0 for one per processor.
    """
    once = Config(
        retries={"total_max_attempts": 1},
        read_timeout=_FUNCTION_SECONDS,
        max_pool_connections=_CONNECTIONS,
    )
    aws = emulator.session()
    sqs = aws.client("sqs", endpoint_url=endpoint, config=once)
    functions = aws.client("lambda", endpoint_url=endpoint, config=once)
    at_once = at_once or os.cpu_count() or 1
    notes = folder / _NOTES
    notes.mkdir(exist_ok=True)
    with delivering(
        [
            Delivery(sqs, functions, each, at_once, notes / f"{each.name}.json")
            for each in queues_of(sqs, functions, stack)
        ]
    ):
        yield


@contextmanager
def delivering(deliveries: Sequence[Delivery]) -> Iterator[None]:
    """Run deliveries inside the block, each in a thread."""
    polling = [threading.Thread(target=each.run, daemon=True) for each in deliveries]
    for thread in polling:
        thread.start()
    try:
        yield
    finally:
        for each in deliveries:
            each.ended.set()
        for thread in polling:
            thread.join(_POLL_SECONDS + 1)
        for each in deliveries:
            each.give_back()

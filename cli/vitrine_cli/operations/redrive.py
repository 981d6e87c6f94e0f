"""Replaying dead letters: invoking their functions again, and deleting orphaned originals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from vitrine.adapters.table_keys import parse_flag
from vitrine.clock import now
from vitrine.domain.locations import parse_original_key
from vitrine.services.orphans import delete_if_orphaned
from vitrine_cli.operations.dead_letters import Position
from vitrine_cli.operations.lambda_invoker import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitrine.ports import Stores
    from vitrine_cli.operations.dead_letters import DeadLetter, DeadLetters
    from vitrine_cli.operations.lambda_invoker import Invoke

_PAGES = 100
"""The most reads for one batch of stream records: DynamoDB may return empty pages."""
_EXPIRED = Failed(
    "StreamExpired",
    "a stream keeps records for 24 hours; 'vitrine rebuild' deletes what these left behind",
)


class Outcome(StrEnum):
    """The result of a dead letter."""

    REPLAYED = "replayed"
    """Its function succeeded; the message was deleted."""
    DELETED = "deleted"
    """Its originals are orphans or superseded; the orphans and the message were deleted."""
    FAILED = "failed"
    """It failed again; the message stays in the queue."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one dead letter.

    Attributes:
        letter: the dead letter.
        outcome: what became of it.
        failed: why its function failed; None if it succeeded.
    """

    letter: DeadLetter
    outcome: Outcome
    failed: Failed | None = None


class ReadStream(Protocol):
    """Reads the stream records that a dead letter refers to."""

    def __call__(self, position: Position, /) -> Mapping[str, Any] | None:
        """The event of these records; None if the stream no longer has all of them."""


@dataclass(frozen=True, slots=True)
class Redrive:
    """Replays dead letters.

    Attributes:
        invoke: invokes functions.
        read_stream: reads records of the table's stream.
        stores: the stack's records and objects.
    """

    invoke: Invoke
    read_stream: ReadStream
    stores: Stores

    def replay(self, letters: DeadLetters) -> Iterator[Result]:
        """Replay each event, delete its message after success, and yield the result.

        The pipeline's functions are idempotent and a message is deleted last, so this can be
        interrupted, repeated, and run by several operators at the same time.
        """
        for letter in letters:
            failed = self._send(letter)
            outcome = Outcome.FAILED if failed else Outcome.REPLAYED
            if failed and self._deleted_orphans(letter):
                outcome = Outcome.DELETED
            if outcome is not Outcome.FAILED:
                letters.remove(letter)
            yield Result(letter, outcome, failed)

    def _send(self, letter: DeadLetter) -> Failed | None:
        if not letter.function:
            return letter.failed
        event = letter.event
        if isinstance(event, Position):
            read = self.read_stream(event)
            return _EXPIRED if read is None else self.invoke(letter.function, read)
        return self.invoke(letter.function, event)

    def _deleted_orphans(self, letter: DeadLetter) -> bool:
        """Delete the letter's orphaned originals; True if no other work is left in it.

        This does not read the function's error: Lambda does not always report the class of an
        exception.
        """
        addresses = [each for key in letter.keys if (each := parse_original_key(key))]
        fates = [delete_if_orphaned(self.stores, each, now()) for each in addresses]
        return bool(fates) and all(fate.hopeless for fate in fates)


@dataclass(frozen=True, slots=True)
class StreamReader(ReadStream):
    """Reads records of a table's stream.

    Attributes:
        client: a client of DynamoDB Streams.
    """

    client: Any

    def __call__(self, position: Position, /) -> Mapping[str, Any] | None:
        """The event of these records; None if the stream no longer has all of them."""
        errors = self.client.exceptions
        last = int(position.last)
        try:
            found = self._read(position)
        except (errors.TrimmedDataAccessException, errors.ResourceNotFoundException):
            return None
        if not found or _sequence_number(found[-1]) < last:
            return None
        return {"Records": [each for each in found if _sequence_number(each) <= last]}

    def _read(self, position: Position) -> list[Mapping[str, Any]]:
        """Records from the first to at least the last, or as many as the shard has."""
        iterator = self.client.get_shard_iterator(
            StreamArn=position.stream,
            ShardId=position.shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=position.first,
        )["ShardIterator"]
        found: list[Mapping[str, Any]] = []
        for _ in range(_PAGES):
            answer = self.client.get_records(ShardIterator=iterator)
            found += map(_event_record, answer["Records"])
            iterator = answer.get("NextShardIterator")
            if not iterator or (found and _sequence_number(found[-1]) >= int(position.last)):
                break
        return found


def _event_record(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a stream record that functions read; the others may not be valid JSON."""
    changed = record["dynamodb"]
    kept = {"Keys": changed["Keys"], "SequenceNumber": changed["SequenceNumber"]}
    is_flag = parse_flag(changed["Keys"]["pk"]["S"], changed["Keys"]["sk"]["S"])
    if is_flag and "NewImage" in changed:  # a removed flag has none
        kept["NewImage"] = changed["NewImage"]
    return {"eventName": record["eventName"], "dynamodb": kept}


def _sequence_number(record: Mapping[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])

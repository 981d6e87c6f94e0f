"""Sending events once more that failed for good; what cannot succeed any more is let go."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from vitrine.clock import now
from vitrine.domain.locations import parse_original_key
from vitrine.services.orphans import delete_if_orphaned
from vitrine_cli.dead_letters import Position
from vitrine_cli.invoking import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vitrine.ports import Blobs, Galleries, Library
    from vitrine_cli.dead_letters import DeadLetter, DeadLetters
    from vitrine_cli.invoking import Invoke

    ReadStream = Callable[[Position], Mapping[str, Any] | None]
    """The event that a position in a stream stands for; None when it is past."""

_PAGES = 100
"""How often a stream is asked for one batch of records: some pages may be empty."""
_PAST = Failed(
    "StreamPast",
    "its records can be read for 24 hours only; 'vitrine rebuild' finds what they left behind",
)


class Outcome(StrEnum):
    """What became of a dead letter."""

    REPLAYED = "replayed"
    """Its function has done its work; the message is gone."""
    LET_GO = "let go"
    """It was of bytes that are nobody's and never will be; they and the message are gone."""
    FAILED = "failed"
    """It failed again; the message stays."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one dead letter, and why it failed if it did."""

    letter: DeadLetter
    outcome: Outcome
    failed: Failed | None = None


@dataclass(frozen=True, slots=True)
class Redrive:
    """What it takes to send events once more.

    Attributes:
        invoke: runs functions.
        read_stream: reads what a position in a stream stands for.
        galleries: records of images.
        library: records of images that belong to no product.
        blobs: originals.
    """

    invoke: Invoke
    read_stream: ReadStream
    galleries: Galleries
    library: Library
    blobs: Blobs

    def replay(self, letters: DeadLetters) -> Iterator[Result]:
        """Send each event once more, and remove its message when that has succeeded.

        A message goes after its event's work is done, and the work may be done twice: so this may
        be interrupted and repeated, by several at once.
        """
        for letter in letters:
            failed = self._send(letter)
            outcome = Outcome.FAILED if failed else Outcome.REPLAYED
            if failed and self._let_go(letter):
                outcome = Outcome.LET_GO
            if outcome is not Outcome.FAILED:
                letters.remove(letter)
            yield Result(letter, outcome, failed)

    def _send(self, letter: DeadLetter) -> Failed | None:
        if not letter.function:
            return letter.failed
        event = letter.event
        if isinstance(event, Position):
            read = self.read_stream(event)
            return _PAST if read is None else self.invoke(letter.function, read)
        return self.invoke(letter.function, event)

    def _let_go(self, letter: DeadLetter) -> bool:
        """Whether all that it is about are originals of which nothing will ever be made.

        What its function raised is not asked: not every Lambda tells the class of an exception.
        """
        addresses = [each for key in letter.keys if (each := parse_original_key(key))]
        fates = [
            delete_if_orphaned(self.galleries, self.library, self.blobs, each, now())
            for each in addresses
        ]
        return bool(fates) and all(fate.hopeless for fate in fates)


def stream_reader(client: Any) -> ReadStream:
    """What reads positions in tables' streams, by a client of DynamoDB's streams."""

    gone = client.exceptions

    def read(position: Position) -> Mapping[str, Any] | None:
        try:
            iterator = client.get_shard_iterator(
                StreamArn=position.stream,
                ShardId=position.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=position.first,
            )["ShardIterator"]
            found: list[Mapping[str, Any]] = []
            for _ in range(_PAGES):
                answer = client.get_records(ShardIterator=iterator)
                found += map(_keys, answer["Records"])
                iterator = answer.get("NextShardIterator")
                if not iterator or (found and _number(found[-1]) >= int(position.last)):
                    break
        except (gone.TrimmedDataAccessException, gone.ResourceNotFoundException):
            return None
        if not found or _number(found[-1]) < int(position.last):
            return None
        return {"Records": [each for each in found if _number(each) <= int(position.last)]}

    return read


def _keys(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What functions read of a record of the stream, without what JSON does not take."""
    changed = record["dynamodb"]
    kept = {"Keys": changed["Keys"], "SequenceNumber": changed["SequenceNumber"]}
    return {"eventName": record["eventName"], "dynamodb": kept}


def _number(record: Mapping[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])

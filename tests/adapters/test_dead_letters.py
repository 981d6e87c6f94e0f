"""Dead letters, read from a queue as Lambda writes them, and sent once more."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import Account
from tests.adapters.test_galleries import image
from tests.fakes import FakeBlobs, FakeGalleries, FakeLibrary, FakeShops
from tests.unit.test_rendering import event

from pipeline.events import parse_deleted_records, parse_unpublished
from vitrine.adapters import table_keys
from vitrine.domain.invalidations import Unpublished
from vitrine.domain.locations import original_address
from vitrine.ports import Stores
from vitrine_cli.operations.dead_letters import DeadLetters
from vitrine_cli.operations.lambda_invoker import Failed
from vitrine_cli.operations.redrive import Outcome, Redrive, Result, StreamReader

GENERATE = "arn:aws:lambda:eu-central-1:123456789012:function:shop-GenerateRenditions-1A:$LATEST"
KEY = "originals/s1/7/0-0123456789abcdef0123/a.png"
OLD = datetime(2024, 1, 1, tzinfo=UTC)
BROKEN = Failed("RuntimeError", "no")


def failure(payload: Mapping[str, Any], **said: str) -> dict[str, Any]:
    """What Lambda writes of an event that it gave up."""
    return {
        "version": "1.0",
        "timestamp": "2024-01-05T10:00:00.000Z",
        "requestContext": {
            "requestId": "1",
            "functionArn": GENERATE,
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": said or {"errorType": "RecordMissingError", "errorMessage": KEY},
    }


@dataclass
class Operator:
    """Someone at a queue, with functions that do as the test says."""

    sqs: Any
    queue: str
    galleries: Any = field(default_factory=FakeGalleries)
    library: Any = field(default_factory=FakeLibrary)
    blobs: Any = field(default_factory=FakeBlobs)
    sent: list[tuple[str, Any]] = field(default_factory=list)
    fails: Failed | None = None
    streams: Any = None

    @property
    def stores(self) -> Stores:
        return Stores(FakeShops(), self.galleries, self.library, self.blobs, self.galleries.imports)

    def write(self, *bodies: Any) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=json.dumps(body))

    def letters(self) -> DeadLetters:
        return DeadLetters(self.sqs, self.queue)

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Failed | None:
        self.sent.append((function, payload))
        return self.fails

    def replay(self) -> list[Result]:
        reader = StreamReader(self.streams)
        run = Redrive(self.invoke, reader, self.stores)
        with self.letters() as letters:
            return list(run.replay(letters))

    def outcomes(self) -> list[Outcome]:
        return [each.outcome for each in self.replay()]


@pytest.fixture
def operator(open_account: Callable[[str], Account]) -> Operator:
    aws = open_account("boto3")
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName="failed")["QueueUrl"]
    return Operator(sqs, queue, streams=FakeStream())


def test_a_letter_says_what_failed_and_why(operator: Operator) -> None:
    operator.write(failure(event(KEY.replace("a.png", "a+%2B.png"))), "hello", {"a": 1})

    with operator.letters() as letters:
        assert letters.approximate_count() == 3
        first, *others = sorted(letters, key=lambda each: each.function, reverse=True)

    assert first.operation == "shop-GenerateRenditions-1A"
    assert first.subject == KEY.replace("a.png", "a +.png")
    assert str(first.failed) == f"RecordMissingError: {KEY}"
    assert first.received == 1
    assert abs(datetime.now(UTC) - first.since) < timedelta(minutes=5)
    assert [each.function for each in others] == ["", ""]


def test_what_is_read_is_there_again_and_each_is_read_once(operator: Operator) -> None:
    operator.write(*[failure(event(KEY))] * 23)

    for _ in range(2):
        with operator.letters() as letters:
            assert len({each.id for each in letters}) == 23


def test_an_event_that_succeeds_is_forgotten_and_one_that_fails_stays(operator: Operator) -> None:
    operator.write(failure(event(KEY)))
    operator.fails = BROKEN

    (result,) = operator.replay()
    assert (result.outcome, result.failed) == (Outcome.FAILED, BROKEN)
    operator.fails = None
    (result,) = operator.replay()

    assert result.outcome is Outcome.REPLAYED
    assert result.letter.received == 2
    assert operator.sent == [(GENERATE, event(KEY))] * 2
    assert operator.replay() == []


def test_an_interrupted_run_leaves_the_rest_to_the_next(operator: Operator) -> None:
    operator.write(*[failure(event(KEY))] * 3)
    run = Redrive(operator.invoke, lambda _: None, operator.stores)

    def interrupted() -> None:
        with operator.letters() as letters:
            for _ in run.replay(letters):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert operator.outcomes() == [Outcome.REPLAYED] * 2


def test_messages_of_others_are_left_alone(operator: Operator) -> None:
    operator.write("hello")

    assert operator.outcomes() == [Outcome.FAILED]
    assert operator.sent == []


# Originals of which nothing will be made


def stored(operator: Operator, key: str, ago: timedelta, product: str = "p") -> None:
    operator.blobs.clock = lambda: datetime.now(UTC) - ago
    operator.blobs.put_original(key, pictures.png(), "image/png", product)
    operator.write(failure(event(key)))
    operator.fails = BROKEN


def test_an_orphan_is_let_go_when_no_writer_can_live(operator: Operator) -> None:
    stored(operator, KEY, timedelta(minutes=61))

    assert operator.outcomes() == [Outcome.DELETED]

    assert operator.blobs.originals == {}
    assert operator.replay() == []


def test_a_young_orphan_stays(operator: Operator) -> None:
    stored(operator, KEY, timedelta(minutes=59))

    assert operator.outcomes() == [Outcome.FAILED]
    assert operator.blobs.original_keys("s1", 7) == [KEY]


@pytest.mark.parametrize("where", ["gallery", "retired", "library"])
def test_an_original_with_a_record_is_never_let_go(operator: Operator, where: str) -> None:
    found = image(7)
    if where == "gallery":
        operator.galleries.records["s1", found.product][7] = found
    elif where == "retired":
        operator.galleries.gone["s1", 7] = found
    else:
        operator.library.records["s1", 7] = found
    key = original_address(found).original_key
    stored(operator, key, timedelta(days=9), "" if where == "library" else found.product)

    assert operator.outcomes() == [Outcome.FAILED]
    assert operator.blobs.original_keys("s1", 7) == [key]


def test_new_bytes_that_were_never_committed_stay_private_and_leave_the_queue(
    operator: Operator,
) -> None:
    found = image(7)
    operator.galleries.records["s1", found.product][7] = found
    key = f"originals/s1/7/{found.original.revision + 1}-0123456789abcdef0123/a.png"
    stored(operator, key, timedelta(days=1), found.product)

    assert operator.outcomes() == [Outcome.DELETED]
    assert operator.blobs.original_keys("s1", 7) == [key]
    assert operator.replay() == []


def test_what_is_not_there_is_not_taken_for_mended(operator: Operator) -> None:
    """Its pictures may be left: the event stays until its function has removed them."""
    operator.write(failure(event(KEY)))
    operator.fails = BROKEN

    assert operator.outcomes() == [Outcome.FAILED]


# Positions in the table's stream


class TrimmedError(Exception):
    """What DynamoDB says of records that the stream has no more."""


class NoStreamError(Exception):
    """What DynamoDB says of a stream that is not there."""


@dataclass
class FakeStream:
    """A shard with a record of each number from `begin` on, read three at a time."""

    begin: int = 0
    end: int = 20

    class exceptions:  # noqa: N801
        TrimmedDataAccessException = TrimmedError
        ResourceNotFoundException = NoStreamError

    def get_shard_iterator(self, **wanted: str) -> dict[str, str]:
        assert wanted["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        if wanted["StreamArn"] != "arn":
            raise NoStreamError
        if int(wanted["SequenceNumber"]) < self.begin:
            raise TrimmedError
        return {"ShardIterator": wanted["SequenceNumber"]}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:  # noqa: N803
        first = int(ShardIterator)
        numbers = range(first, min(first + 3, self.end))
        answer: dict[str, Any] = {"Records": [self.record(number) for number in numbers]}
        return answer | ({"NextShardIterator": str(first + 3)} if first + 3 < self.end else {})

    @staticmethod
    def record(number: int) -> dict[str, Any]:
        keys = {"pk": {"S": "GALLERY#s1#p"}, "sk": {"S": table_keys.sort_key(number)}}
        changed = {"Keys": keys, "SequenceNumber": str(number), "ApproximateCreationDateTime": OLD}
        return {"eventName": "REMOVE", "dynamodb": changed}


def batch(first: int, last: int, stream: str = "arn") -> dict[str, Any]:
    """What Lambda writes of records that it gave up."""
    return {
        "requestContext": {"functionArn": GENERATE, "condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": "shard",
            "startSequenceNumber": str(first),
            "endSequenceNumber": str(last),
            "batchSize": last - first + 1,
            "streamArn": stream,
        },
    }


@pytest.mark.parametrize(("first", "last"), [(3, 3), (3, 5), (3, 10), (17, 19)])
def test_records_of_the_stream_are_read_again(operator: Operator, first: int, last: int) -> None:
    operator.write(batch(first, last))
    operator.streams = FakeStream()

    (result,) = operator.replay()

    assert result.outcome is Outcome.REPLAYED
    assert str(result.letter.failed) == "RetryAttemptsExhausted"
    ((function, sent),) = operator.sent
    assert function == GENERATE
    found = [each.image for each in parse_deleted_records(json.loads(json.dumps(sent)))]
    assert found == [*range(first, last + 1)]


def test_what_is_to_be_invalidated_is_read_again_with_its_paths(operator: Operator) -> None:
    item = {"paths": {"L": [{"S": "/media/s1/a*"}]}, "since": {"N": "2000"}}

    class Notes(FakeStream):
        @staticmethod
        def record(number: int) -> dict[str, Any]:
            pk, sk = table_keys.names("s1", number), table_keys.FLAG
            changed = {
                "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
                "SequenceNumber": str(number),
            }
            if number == 5:  # it has expired, or its shop was deleted
                return {"eventName": "REMOVE", "dynamodb": changed}
            return {"eventName": "MODIFY", "dynamodb": {**changed, "NewImage": item}}

    operator.write(batch(3, 5))
    operator.streams = Notes()

    (result,) = operator.replay()

    assert result.outcome is Outcome.REPLAYED
    ((_, sent),) = operator.sent
    paths = frozenset({"/media/s1/a*"})
    assert parse_unpublished(json.loads(json.dumps(sent))) == [
        Unpublished("s1", number, paths, datetime.fromtimestamp(2, UTC)) for number in (3, 4)
    ]


@pytest.mark.parametrize("told", [batch(3, 5), batch(8, 9, "another"), batch(18, 99)])
def test_records_that_the_stream_has_no_more_stay_with_advice(
    operator: Operator, told: dict[str, Any]
) -> None:
    operator.write(told)
    operator.streams = FakeStream(begin=7)

    (result,) = operator.replay()

    assert result.outcome is Outcome.FAILED
    assert "vitrine rebuild" in str(result.failed)
    assert operator.sent == []

"""Failures of AWS that are no lost races stay what they are."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from tests.aws_server import (
    Act,
    AwsServer,
    dropped,
    error,
    reset,
    sent,
    serving,
    silent,
)

from vitrine.adapters.blobs import S3Blobs
from vitrine.adapters.functions import FunctionFailedError, LambdaFunctions
from vitrine.adapters.oauth_secrets import SsmOAuthSecretStore
from vitrine.adapters.table import ConditionFailedError, Table
from vitrine.aws import errors
from vitrine.aws.dynamodb import DynamoDB
from vitrine.aws.errors import Exceptions, error_of
from vitrine.aws.messages import Times
from vitrine.domain.errors import (
    ConflictError,
    SecretsMissingError,
    ThrottledError,
    UnavailableError,
)

ACTIONS = [{"Delete": {"Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}}]


@pytest.mark.parametrize(
    ("reasons", "lost"),
    [
        (["None", "ConditionalCheckFailed"], True),
        (["TransactionConflict", "None"], True),
        (["ThrottlingError"], True),
        (["None", "ProvisionedThroughputExceeded"], True),
        (["ValidationError", "None"], False),
        (["ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded"], False),
    ],
)
def test_a_cancelled_transaction_is_a_lost_race_only_for_reasons_that_pass(
    reasons: list[str], *, lost: bool
) -> None:
    client = boto3.client("dynamodb", "eu-central-1")
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": reason} for reason in reasons]},
        )
        with pytest.raises(ConflictError if lost else ClientError):
            Table(client, "table").transact(ACTIONS)


@pytest.mark.parametrize(
    ("code", "condition"),
    [("ConditionalCheckFailedException", True), ("TransactionConflictException", False)],
)
def test_a_condition_that_fails_is_told_from_another_writer(code: str, *, condition: bool) -> None:
    client = boto3.client("dynamodb", "eu-central-1")
    with Stubber(client) as stub:
        stub.add_client_error("update_item", code)
        with pytest.raises(ConflictError) as lost:
            Table(client, "table").update("a", "b", UpdateExpression="SET #a = :a")
    assert isinstance(lost.value, ConditionFailedError) is condition


CALLS = {
    "get_item": lambda table: table.get("a", "b"),
    "batch_get_item": lambda table: table.get_all("a", ["b", "c"]),
    "query": lambda table: list(table.query("a")),
    "put_item": lambda table: table.put({"pk": "a", "sk": "b"}),
    "update_item": lambda table: table.update("a", "b"),
    "transact_write_items": lambda table: table.transact(ACTIONS),
}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("ProvisionedThroughputExceededException", ThrottledError),
        ("RequestLimitExceeded", ThrottledError),
        ("ThrottlingException", ThrottledError),
        ("TransactionInProgressException", ThrottledError),
        ("InternalServerError", UnavailableError),
        ("ValidationException", ClientError),
    ],
)
def test_throttling_is_told_from_other_failures(
    operation: str, code: str, raised: type[Exception]
) -> None:
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.client("dynamodb", "eu-central-1", config=config)
    with Stubber(client) as stub:
        stub.add_client_error(operation, code)
        with pytest.raises(raised):
            CALLS[operation](Table(client, "table"))


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("ThrottlingException", ThrottledError),
        ("RequestLimitExceeded", ThrottledError),
        ("ParameterNotFound", SecretsMissingError),
        ("AccessDeniedException", ClientError),
    ],
)
def test_throttled_reads_of_secrets_are_told_from_other_failures(
    code: str, raised: type[Exception]
) -> None:
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.client("ssm", "eu-central-1", config=config)
    with Stubber(client) as stub:
        stub.add_client_error("get_parameter", code)
        with pytest.raises(raised):
            SsmOAuthSecretStore(client, "/vitrine/shop/oauth").secrets_of("digest")


class Refusing:
    """A client of `vitrine.aws` whose every call fails."""

    exceptions = Exceptions

    def __init__(self, code: str, **details: object) -> None:
        self._response = {"Error": {"Code": code, "Message": ""}, **details}

    def __getattr__(self, operation: str) -> Callable[..., None]:
        def call(**_arguments: object) -> None:
            raise error_of(self._response, operation)

        return call


@pytest.mark.parametrize(
    ("code", "reasons", "raised"),
    [
        ("TransactionInProgressException", [], ThrottledError),
        ("TransactionCanceledException", ["ProvisionedThroughputExceeded"], ConflictError),
        ("TransactionCanceledException", ["ValidationError"], errors.ClientError),
    ],
)
def test_the_small_client_is_throttled_in_the_same_ways(
    code: str, reasons: list[str], raised: type[Exception]
) -> None:
    client: Any = Refusing(code, CancellationReasons=[{"Code": reason} for reason in reasons])
    with pytest.raises(raised):
        Table(client, "table").transact(ACTIONS)


CLIENTS: dict[str, Callable[[], Any]] = {
    "vitrine.aws": lambda: DynamoDB(Times(connect=1.0, read=0.2, attempts=1)),
    "boto3": lambda: boto3.client(
        "dynamodb",
        config=Config(
            connect_timeout=1,
            read_timeout=0.2,
            retries={"mode": "standard", "total_max_attempts": 1},
        ),
    ),
}
NO_ANSWER: dict[str, Callable[[AwsServer], Act]] = {
    "dropped": lambda _: dropped,
    "reset": lambda _: reset,
    "silent": lambda server: silent(server.stopped),
    "no HTTP": lambda _: sent(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "500": lambda _: error("InternalServerError", "500 Internal Server Error"),
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    """A server that both clients take for AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with serving() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


@pytest.mark.parametrize("operation", ["get_item", "query", "put_item", "transact_write_items"])
@pytest.mark.parametrize("failure", NO_ANSWER)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_table_without_answer_is_unavailable(
    aws: AwsServer, client: str, failure: str, operation: str
) -> None:
    aws.plan(NO_ANSWER[failure](aws))

    with pytest.raises(UnavailableError):
        CALLS[operation](Table(CLIENTS[client](), "table"))

    assert len(aws.received) == 1


@pytest.mark.parametrize("client", CLIENTS)
def test_a_table_that_cannot_be_reached_is_unavailable(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    with serving() as gone:
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)

    with pytest.raises(UnavailableError):
        CALLS["get_item"](Table(CLIENTS[client](), "table"))


def test_the_small_client_is_throttled_when_it_reads_secrets() -> None:
    client: Any = Refusing("ThrottlingException")
    with pytest.raises(ThrottledError):
        SsmOAuthSecretStore(client, "/vitrine/shop/oauth").secrets_of("digest")


def test_a_read_that_was_not_finished_is_tried_again() -> None:
    client = boto3.client("dynamodb", "eu-central-1")
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    with Stubber(client) as stub:
        stub.add_response(
            "batch_get_item",
            {"Responses": {"table": []}, "UnprocessedKeys": {"table": {"Keys": [key]}}},
        )
        with pytest.raises(ConflictError):
            Table(client, "table").get_all("a", ["b", "c"])


def test_an_object_that_could_not_be_removed_is_told() -> None:
    client = boto3.client("s3", "eu-central-1")
    with Stubber(client) as stub:
        stub.add_response(
            "delete_objects", {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "no"}]}
        )
        with pytest.raises(ClientError, match="AccessDenied"):
            S3Blobs(client, "originals", "media").remove_originals(["a"])


@pytest.mark.parametrize("failed", [True, False])
def test_a_function_that_fails_has_no_answer(*, failed: bool) -> None:
    client = boto3.client("lambda", "eu-central-1")
    answer = {"statusCode": 204, "body": "é", "headers": {}}
    with Stubber(client) as stub:
        payload = StreamingBody(BytesIO(json.dumps(answer).encode()), None)
        response = {"Payload": payload, **({"FunctionError": "Unhandled"} if failed else {})}
        wanted = {
            "FunctionName": "shop-evotor-get-image",
            "Qualifier": "live",
            "Payload": '{"a":"é"}'.encode(),
        }
        stub.add_response("invoke", response, wanted)
        functions = LambdaFunctions(lambda: client, "shop")
        if failed:
            with pytest.raises(FunctionFailedError, match="shop-evotor-get-image"):
                functions.call("evotor", "get_image", {"a": "é"})
        else:
            assert functions.call("evotor", "get_image", {"a": "é"}) == answer


def test_a_function_without_a_free_instance_is_throttled() -> None:
    client = boto3.client("lambda", "eu-central-1")
    with Stubber(client) as stub:
        stub.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
        stub.add_client_error("invoke", "AccessDeniedException", http_status_code=403)
        functions = LambdaFunctions(lambda: client, "shop")
        with pytest.raises(ThrottledError, match="shop-pipeline-render-missing"):
            functions.call("pipeline", "render_missing", {})
        with pytest.raises(ClientError, match="AccessDenied"):
            functions.call("pipeline", "render_missing", {})


def test_reads_are_strongly_consistent() -> None:
    client = boto3.client("dynamodb", "eu-central-1")
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    with Stubber(client) as stub:
        wanted = {"TableName": "table", "Key": key, "ConsistentRead": True}
        stub.add_response("get_item", {}, wanted)
        assert Table(client, "table").get("a", "b") is None

        together = {"RequestItems": {"table": {"Keys": [key], "ConsistentRead": True}}}
        stub.add_response("batch_get_item", {"Responses": {}}, together)
        assert Table(client, "table").get_all("a", ["b"]) == {}

        listed = {
            "TableName": "table",
            "KeyConditionExpression": "#pk = :pk AND begins_with(#sk, :sk)",
            "ExpressionAttributeNames": {"#pk": "pk", "#sk": "sk"},
            "ExpressionAttributeValues": {":pk": {"S": "a"}, ":sk": {"S": "b"}},
            "ConsistentRead": True,
        }
        stub.add_response("query", {"Items": [key]}, listed)
        assert list(Table(client, "table").query("a", "b")) == [{"pk": "a", "sk": "b"}]

"""What the small client of AWS does when networks, services and clocks fail."""

import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from zlib import crc32

import pytest
import trustme
from tests.aws_server import (
    Act,
    AwsServer,
    answer,
    dropped,
    error,
    reset,
    sent,
    serving,
    silent,
)

from vitrine.aws import authorities, connections, http, service
from vitrine.aws.dynamodb import DynamoDB
from vitrine.aws.errors import ClientError, NoAnswerError, SettingsError
from vitrine.aws.functions import Lambda
from vitrine.aws.messages import Times
from vitrine.aws.s3 import S3

QUICK = Times(connect=1.0, read=0.3, attempts=3)
GET = {"TableName": "t", "Key": {"pk": {"S": "a"}}}
ITEM = b'{"Item":{"pk":{"S":"a"}}}'


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The backoffs, which take no time here."""
    taken: list[float] = []
    monkeypatch.setattr(service.time, "sleep", taken.append)
    return taken


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> Iterator[AwsServer]:
    """A server that functions take for AWS."""
    environment = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "eu-central-1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with serving() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


def dynamodb(times: Times = QUICK) -> DynamoDB:
    return DynamoDB(times)


HTML = b"<html><body>503 Service Unavailable</body></html>"
PASSING: dict[str, Act] = {
    "dropped": dropped,
    "reset": reset,
    "dropped inside the head": sent(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "dropped inside the answer": sent(b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n" + ITEM[:9]),
    "no HTTP": sent(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "500": error("InternalServerError", "500 Internal Server Error"),
    "503 in HTML": answer(HTML, "503 Service Unavailable", Content_Type="text/html"),
    "throttled": error("ProvisionedThroughputExceededException"),
    "429 without a body": answer(b"", "429 Too Many Requests"),
    "wrong CRC32": answer(ITEM, x_amz_crc32="1"),
}


@pytest.mark.parametrize("failure", PASSING)
@pytest.mark.parametrize("times", [1, 2])
def test_a_failure_that_passes_is_survived(
    aws: AwsServer, waits: list[float], failure: str, times: int
) -> None:
    aws.plan(*[PASSING[failure]] * times, answer(ITEM, x_amz_crc32=str(crc32(ITEM))))

    assert dynamodb().get_item(**GET)["Item"] == {"pk": {"S": "a"}}

    assert len(aws.received) == len(waits) + 1 == times + 1
    assert len({each.body for each in aws.received}) == 1


@pytest.mark.parametrize("failure", PASSING)
def test_a_failure_that_stays_is_told_after_three_attempts(
    aws: AwsServer, waits: list[float], failure: str
) -> None:
    aws.plan(PASSING[failure])

    with pytest.raises((ClientError, NoAnswerError)):
        dynamodb().get_item(**GET)

    assert (len(aws.received), len(waits)) == (3, 2)


def test_a_silent_service_is_given_up_in_time(aws: AwsServer) -> None:
    aws.plan(silent(aws.stopped))
    began = time.monotonic()

    with pytest.raises(NoAnswerError, match="GetItem"):
        dynamodb(Times(1.0, 0.1, 2)).get_item(**GET)

    assert len(aws.received) == 2
    assert 0.2 <= time.monotonic() - began < 10


def test_a_service_that_is_not_there_is_told(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as gone:
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)

    with pytest.raises(NoAnswerError, match="refused"):
        dynamodb().get_item(**GET)


@pytest.mark.parametrize(
    "code", ["ValidationException", "ConditionalCheckFailedException", "AccessDeniedException"]
)
def test_a_refusal_is_told_at_once(aws: AwsServer, code: str) -> None:
    aws.plan(error(code))

    with pytest.raises(ClientError) as refused:
        dynamodb().get_item(**GET)

    assert refused.value.response["Error"] == {"Code": code, "Message": "no"}
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert len(aws.received) == 1


def test_throttling_waits_longer_and_as_long_as_it_is_told(
    aws: AwsServer, waits: list[float]
) -> None:
    aws.plan(
        error("ThrottlingException"),
        error("ThrottlingException", x_amz_retry_after="2500"),
        answer(),
    )
    dynamodb().get_item(**GET)

    assert 0 <= waits[0] <= 1
    assert 2.5 <= waits[1] <= 2 + 5


def test_retries_end_when_their_quota_does(aws: AwsServer) -> None:
    aws.plan(error("InternalServerError", "500 Oops"))
    client = dynamodb()
    for _ in range(17):
        with pytest.raises(ClientError):
            client.get_item(**GET)
    before = len(aws.received)

    for _ in range(5):
        with pytest.raises(ClientError):
            client.get_item(**GET)

    assert before == 17 * 3
    assert 5 <= len(aws.received) - before <= 6, "35 retries at 14 are 490 of 500"


def test_retries_that_succeed_do_not_use_up_the_quota(aws: AwsServer) -> None:
    client = dynamodb()
    failed, calls = error("InternalServerError", "500 Oops"), 40
    aws.plan(*[failed, answer()] * calls)

    for _ in range(calls):
        client.get_item(**GET)

    assert len(aws.received) == 2 * calls, "more than the 35 retries that the quota allows"


def test_backoffs_of_dynamodb_begin_with_25_milliseconds(
    aws: AwsServer, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    aws.plan(dropped, dropped, answer())

    dynamodb().get_item(**GET)

    assert waits == [0.025, 0.05]


def test_a_transactions_token_is_the_same_over_its_attempts(aws: AwsServer) -> None:
    aws.plan(dropped, error("TransactionInProgressException"), answer())
    client = dynamodb()

    client.transact_write_items(TransactItems=[])
    client.transact_write_items(TransactItems=[])

    assert len(aws.received) == 4
    first, second = {each.body for each in aws.received[:3]}, {aws.received[3].body}
    assert len(first) == 1
    assert first != second
    assert b'"ClientRequestToken":"' in aws.received[0].body


@pytest.mark.parametrize("ahead", [-3600, 3600])
def test_a_clock_that_is_wrong_is_set_once(aws: AwsServer, waits: list[float], ahead: int) -> None:
    there = formatdate(time.time() + ahead, usegmt=True)
    aws.plan(error("InvalidSignatureException", Date=there), answer(Date=there))
    client = dynamodb()

    client.get_item(**GET)
    client.get_item(**GET)

    dates = [each.headers["x-amz-date"] for each in aws.received]
    assert len(dates) == 3
    assert (dates[1] > dates[0]) == (ahead > 0)
    assert dates[2] >= dates[1]
    assert waits == []


@pytest.mark.parametrize("date", ["", "yesterday", "now"])
def test_a_wrong_signature_with_right_clocks_is_told(aws: AwsServer, date: str) -> None:
    told = formatdate(usegmt=True) if date == "now" else date
    aws.plan(error("InvalidSignatureException", **({"Date": told} if told else {})))

    with pytest.raises(ClientError, match="InvalidSignatureException"):
        dynamodb().get_item(**GET)

    assert len(aws.received) == 1


def test_expired_credentials_are_told_at_once(aws: AwsServer) -> None:
    aws.plan(error("ExpiredTokenException"))

    with pytest.raises(ClientError, match="ExpiredTokenException"):
        dynamodb().get_item(**GET)

    assert len(aws.received) == 1


def test_credentials_that_were_renewed_are_used(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired = error("ExpiredTokenException")

    def renewed(connection: object) -> bool:
        monkeypatch.setenv("AWS_SESSION_TOKEN", "new")
        return expired(connection)  # type: ignore[arg-type]

    aws.plan(renewed, answer())

    dynamodb().get_item(**GET)

    tokens = [each.headers["x-amz-security-token"] for each in aws.received]
    assert tokens == ["token", "new"]


def test_no_credentials_are_told_with_what_to_do(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(SettingsError, match="AwsClient=boto3"):
        dynamodb().get_item(**GET)


def test_a_connection_is_used_again(aws: AwsServer) -> None:
    aws.plan(answer(ITEM))
    client = dynamodb()
    for _ in range(3):
        client.get_item(**GET)

    assert [each.connection for each in aws.received] == [1, 1, 1]


def test_a_connection_that_is_to_end_is_not_used_again(aws: AwsServer) -> None:
    aws.plan(answer(Connection="close", keep=False))
    client = dynamodb()
    for _ in range(2):
        client.get_item(**GET)

    assert [each.connection for each in aws.received] == [1, 2]


@pytest.mark.parametrize("end", [dropped, reset])
def test_a_connection_closed_meanwhile_costs_no_backoff_and_no_attempt(
    aws: AwsServer, waits: list[float], end: Act
) -> None:
    aws.plan(answer(ITEM), end, answer(ITEM))
    client = dynamodb(Times(1.0, 5.0, attempts=1))

    client.get_item(**GET)
    client.get_item(**GET)

    assert [each.connection for each in aws.received] == [1, 1, 2]
    assert waits == []


def test_a_reused_connection_that_stays_silent_is_not_asked_again(aws: AwsServer) -> None:
    aws.plan(answer(ITEM), silent(aws.stopped), answer(ITEM))
    client = dynamodb(Times(1.0, 0.2, attempts=1))
    client.get_item(**GET)

    with pytest.raises(NoAnswerError, match="TimeoutError"):
        client.get_item(**GET)

    assert [each.connection for each in aws.received] == [1, 1]


def test_a_connection_on_which_unrequested_bytes_came_is_not_used_again(aws: AwsServer) -> None:
    """They would be taken for the next answer, as would the end of a connection."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    aws.plan(sent(head + b"{}" + head + b"{}", keep=True), answer(ITEM))
    client = dynamodb(Times(1.0, 5.0, attempts=1))

    assert client.get_item(**GET) == {}
    assert client.get_item(**GET)["Item"] == {"pk": {"S": "a"}}

    assert [each.connection for each in aws.received] == [1, 2]


@pytest.mark.parametrize("later", [21.0, 7200.0, -60.0])
def test_a_connection_from_before_a_freeze_is_left_alone(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, later: float
) -> None:
    """The other side may be gone without a word, so that a request would wait for its timeout."""
    aws.plan(answer(ITEM))
    client = dynamodb()
    client.get_item(**GET)
    now = time.time

    monkeypatch.setattr(connections.time, "time", lambda: now() + later)
    client.get_item(**GET)

    assert [each.connection for each in aws.received] == [1, 2]


def test_many_threads_share_one_client(aws: AwsServer) -> None:
    aws.plan(answer(ITEM))
    # Eight connections at once may exceed the server's backlog, so one may connect late.
    client, together = dynamodb(Times(30.0, 30.0, 1)), threading.Barrier(8, timeout=30)
    found = []

    def read() -> None:
        together.wait()
        found.extend(client.get_item(**GET)["Item"] for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found == [{"pk": {"S": "a"}}] * 160
    assert aws.connections <= 8


def test_proxies_of_the_environment_are_not_used(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.plan(answer(ITEM))
    with serving() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        dynamodb().get_item(**GET)

    assert proxy.connections == 0


def test_a_trace_goes_on_so_that_lambda_finds_endless_loops(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2;Lineage=a:0|b")
    aws.plan(answer(ITEM))

    dynamodb().get_item(**GET)

    assert aws.received[0].headers["x-amzn-trace-id"] == "Root=1-2;Lineage=a:0%7Cb"


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def amazon() -> trustme.CA:
    return trustme.CA(organization_name="Amazon", key_type=trustme.KeyType.ECDSA)


def forget_authorities() -> None:
    authorities.of_amazon.cache_clear()
    authorities.of_system.cache_clear()


@contextmanager
def system_of(monkeypatch: pytest.MonkeyPatch, file: Path, bundle: bytes) -> Iterator[None]:
    """The system's authorities are those of the bundle."""
    file.write_bytes(bundle)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    forget_authorities()
    yield
    forget_authorities()


@pytest.fixture
def trusted(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """The authority is one of the system's, and none of them is Amazon's."""
    with system_of(monkeypatch, tmp_path / "bundle.pem", authority.cert_pem.bytes()):
        yield


@pytest.fixture
def both_trusted(
    authority: trustme.CA, amazon: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """The authority and Amazon's are the system's."""
    bundle = b"# one\n" + authority.cert_pem.bytes() + b"# two\n" + amazon.cert_pem.bytes()
    with system_of(monkeypatch, tmp_path / "bundle.pem", bundle):
        yield


def server_tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context


def over_tls(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, name: str, call: Callable[[], object]
) -> AwsServer:
    with serving(server_tls(authority, name)) as server:
        server.plan(answer(ITEM))
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        call()
        return server


def test_tls_is_spoken_with_those_the_system_trusts(
    aws: AwsServer, authority: trustme.CA, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice() -> None:
        client = dynamodb(Times(5.0, 5.0, 1))
        for _ in range(2):
            client.get_item(**GET)

    server = over_tls(monkeypatch, authority, "localhost", twice)

    assert [each.connection for each in server.received] == [1, 1]


def test_a_certificate_for_another_name_is_refused(
    aws: AwsServer, authority: trustme.CA, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoAnswerError, match="CERTIFICATE_VERIFY_FAILED"):
        over_tls(monkeypatch, authority, "other.example", lambda: dynamodb().get_item(**GET))


def test_a_certificate_of_an_unknown_authority_is_refused(
    aws: AwsServer, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoAnswerError, match="CERTIFICATE_VERIFY_FAILED"):
        over_tls(monkeypatch, authority, "localhost", lambda: dynamodb().get_item(**GET))


def loaded(context: ssl.SSLContext) -> int:
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    return context.cert_store_stats()["x509_ca"]


def test_a_certificate_of_amazon_needs_only_amazons_authorities(
    aws: AwsServer, amazon: trustme.CA, both_trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = over_tls(monkeypatch, amazon, "localhost", lambda: dynamodb().get_item(**GET))

    assert (server.connections, loaded(authorities.of_amazon())) == (1, 1)
    assert authorities.of_system.cache_info().currsize == 0


def test_a_certificate_of_another_authority_is_verified_with_all_of_the_systems(
    aws: AwsServer, authority: trustme.CA, both_trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(server_tls(authority, "localhost")) as server:
        server.plan(answer(ITEM, keep=False, Connection="close"))
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        client = dynamodb(Times(5.0, 5.0, 1))
        client.get_item(**GET)
        before = authorities.of_amazon.cache_info()
        client.get_item(**GET)
        client.get_item(**GET)

    assert [each.connection for each in server.received] == [1, 2, 3]
    assert authorities.of_amazon.cache_info() == before, "only the first one tries twice"
    assert loaded(authorities.of_system()) == 2


@pytest.mark.parametrize("name", ["localhost", "other.example"])
def test_what_no_authority_of_the_system_signed_or_for_another_name_is_refused(
    aws: AwsServer,
    both_trusted: None,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    amazon: trustme.CA,
) -> None:
    stranger = trustme.CA(organization_name="Amazon", key_type=trustme.KeyType.ECDSA)
    signer = stranger if name == "localhost" else amazon
    with pytest.raises(NoAnswerError, match="CERTIFICATE_VERIFY_FAILED"):
        over_tls(monkeypatch, signer, name, lambda: dynamodb().get_item(**GET))


@pytest.mark.parametrize("bundle", [b"", b"-----BEGIN CERTIFICATE-----\nQW1hem9u\n", b"no bundle"])
def test_a_bundle_that_cannot_be_read_leaves_it_to_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bundle: bytes
) -> None:
    with system_of(monkeypatch, tmp_path / "bundle.pem", bundle):
        assert authorities.of_amazon() is authorities.of_system()


def test_the_authorities_of_this_system_contain_amazons() -> None:
    forget_authorities()

    assert 4 <= loaded(authorities.of_amazon()) <= 12
    assert loaded(authorities.of_system()) > 50


OBJECT = {"Bucket": "b", "Key": "k"}
DATE = "Thu, 26 Nov 2026 08:00:00 GMT"


def checksum(data: bytes) -> str:
    return b64encode(crc32(data).to_bytes(4, "big")).decode()


def stored(data: bytes, **headers: str) -> Act:
    return answer(data, Last_Modified=DATE, **headers)


def test_an_upload_carries_its_checksum_and_is_signed_over_plain_http(aws: AwsServer) -> None:
    aws.plan(answer(b""))

    S3(QUICK).put_object(**OBJECT, Body=b"bytes", ContentType="image/png")

    (request,) = aws.received
    assert request.headers["x-amz-checksum-crc32"] == checksum(b"bytes")
    assert len(request.headers["x-amz-content-sha256"]) == 64


def test_an_object_that_changed_on_its_way_is_read_again(
    aws: AwsServer, waits: list[float]
) -> None:
    good = stored(b"bytes", x_amz_checksum_crc32=checksum(b"bytes"))
    aws.plan(stored(b"bytez", x_amz_checksum_crc32=checksum(b"bytes")), good)

    found = S3(QUICK).get_object(**OBJECT)

    assert found["Body"].read() == b"bytes"
    assert aws.received[0].headers["x-amz-checksum-mode"] == "ENABLED"
    assert len(waits) == 1


def test_a_checksum_of_parts_is_not_that_of_the_whole(aws: AwsServer) -> None:
    aws.plan(stored(b"bytes", x_amz_checksum_crc32="AAAAAA==-2"))
    assert S3(QUICK).get_object(**OBJECT)["Body"].read() == b"bytes"


def test_an_object_too_long_to_be_read_is_told_apart_before_it_comes(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LONGEST", 4)
    aws.plan(stored(b"bytes"), stored(b"byte"))
    client = S3(QUICK)

    found = client.get_object(**OBJECT)

    assert found["ContentLength"] == 5
    with pytest.raises(NoAnswerError):
        found["Body"].read()
    assert client.get_object(**OBJECT)["Body"].read() == b"byte"


def copy(client: S3) -> None:
    client.copy_object(
        **OBJECT,
        CopySource=OBJECT,
        ContentType="image/png",
        Metadata={},
        MetadataDirective="REPLACE",
    )


def test_a_copy_that_fails_after_it_began_well_is_tried_again(aws: AwsServer) -> None:
    failed = b'<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>'
    aws.plan(answer(failed), answer(b"<CopyObjectResult/>"))

    copy(S3(QUICK))

    assert len(aws.received) == 2


def test_a_copy_that_ends_in_an_error_is_told_by_that_error(aws: AwsServer) -> None:
    failed = b"<Error><Code>InternalError</Code><Message>Try again.</Message></Error>"
    aws.plan(answer(failed))

    with pytest.raises(NoAnswerError, match=r"^CopyObject: InternalError: Try again\.$"):
        copy(S3(QUICK))

    assert len(aws.received) == 3


def test_an_object_that_always_has_another_checksum_is_told_by_it(aws: AwsServer) -> None:
    aws.plan(stored(b"bytez", x_amz_checksum_crc32=checksum(b"bytes")))

    with pytest.raises(NoAnswerError, match=r"^GetObject: wrong checksum$"):
        S3(QUICK).get_object(**OBJECT)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>", "AccessDenied"),
        (b"", "403"),
        (HTML, "403"),
        (b"<Error><Code>", "403"),
    ],
)
def test_a_refusal_of_s3_is_told_by_its_code_or_status(
    aws: AwsServer, body: bytes, code: str
) -> None:
    aws.plan(answer(body, "403 Forbidden"))
    with pytest.raises(ClientError) as refused:
        S3(QUICK).get_object(**OBJECT)
    assert refused.value.response["Error"]["Code"] == code
    assert len(aws.received) == 1


def test_an_object_that_is_not_there_is_its_own_error(aws: AwsServer) -> None:
    aws.plan(answer(b"<Error><Code>NoSuchKey</Code></Error>", "404 Not Found"))
    client = S3(QUICK)
    with pytest.raises(client.exceptions.NoSuchKey):
        client.get_object(**OBJECT)


def invoke(client: Lambda) -> None:
    client.invoke(FunctionName="f", Qualifier="live", Payload=b"{}")


LOST: dict[str, Act] = {
    name: PASSING[name]
    for name in ("dropped", "reset", "dropped inside the head", "no HTTP", "500", "503 in HTML")
}


@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("reused", [False, True], ids=["fresh", "reused"])
def test_a_function_is_not_started_twice(
    aws: AwsServer, lost: str, attempts: int, *, reused: bool
) -> None:
    client = Lambda(Times(1.0, 5.0, attempts))
    if reused:
        aws.plan(answer())
        invoke(client)
    aws.plan(LOST[lost], answer())

    with pytest.raises((ClientError, NoAnswerError)):
        invoke(client)

    assert [each.connection for each in aws.received] == [1] * (1 + reused)


def test_a_function_is_started_on_a_new_connection_if_the_idle_one_was_closed(
    aws: AwsServer,
) -> None:
    closed = threading.Event()

    def last_answer(connection: socket.socket) -> bool:
        answer()(connection)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()
        return False

    aws.plan(last_answer, answer())
    client = Lambda(Times(1.0, 5.0, attempts=1))

    invoke(client)
    assert closed.wait(30)
    invoke(client)

    assert [each.connection for each in aws.received] == [1, 2]


def test_a_function_that_lambda_did_not_start_is_started_later(
    aws: AwsServer, waits: list[float]
) -> None:
    aws.plan(error("TooManyRequestsException", "429 Too Many Requests"), answer())

    invoke(Lambda(Times(1.0, 5.0, attempts=2)))

    assert (len(aws.received), len(waits)) == (2, 1)

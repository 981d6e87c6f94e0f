"""Signatures, byte for byte those of botocore."""

from calendar import timegm
from datetime import datetime
from time import strptime
from urllib.parse import parse_qs, quote, urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from vitrine.adapters.blobs import SIGNED
from vitrine.aws.credentials import Credentials
from vitrine.aws.s3 import S3
from vitrine.aws.signing import UNSIGNED, Signer, query_of

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
KEYS = TEXT.filter(bool)
WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-", min_size=1, max_size=20)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
HEADERS = st.dictionaries(WORDS.map(lambda name: f"x-amz-meta-{name.lower()}"), VALUES, max_size=4)
KEYS_OF_USERS = st.builds(
    Credentials, st.text("ABCDEF0123456789", min_size=16, max_size=20), VALUES, st.just("")
)
KEYS_OF_ROLES = st.builds(
    Credentials, st.text("ABCDEF0123456789", min_size=16, max_size=20), VALUES, WORDS
)
CREDENTIALS = KEYS_OF_USERS | KEYS_OF_ROLES
HOST = "b.s3.eu-central-1.amazonaws.com"


def seconds(stamp: str) -> float:
    return timegm(strptime(stamp, "%Y%m%dT%H%M%SZ"))


def theirs(credentials: Credentials) -> BotocoreCredentials:
    return BotocoreCredentials(
        credentials.access_key, credentials.secret_key, credentials.token or None
    )


@given(
    CREDENTIALS,
    st.sampled_from(["GET", "PUT", "POST", "HEAD", "DELETE"]),
    KEYS,
    st.dictionaries(KEYS, TEXT, max_size=4),
    HEADERS,
    st.binary(max_size=100),
    st.booleans(),
)
def test_requests_to_s3_are_signed_as_botocore_signs_them(
    credentials: Credentials,
    method: str,
    key: str,
    parameters: dict[str, str],
    headers: dict[str, str],
    body: bytes,
    unsigned: bool,
) -> None:
    path, query = f"/{quote(key, safe='/~')}", query_of(parameters.items())
    request = AWSRequest(method, f"https://{HOST}{path}?{query}", dict(headers), body)
    if unsigned:
        request.headers["x-amz-checksum-crc32"] = "AAAAAA=="
        request.context["has_streaming_input"] = True
        request.context["checksum"] = {
            "request_algorithm": {"in": "header", "name": "x-amz-checksum-crc32"}
        }
    sent = {name.lower(): value for name, value in request.headers.items()}
    S3SigV4Auth(theirs(credentials), "s3", "eu-central-1").add_auth(request)

    payload = request.headers["X-Amz-Content-SHA256"]
    assert (payload == UNSIGNED) == unsigned
    signed = Signer("s3", "eu-central-1").sign(
        credentials,
        seconds(request.headers["X-Amz-Date"]),
        method,
        path,
        query,
        {"host": HOST, **sent},
        payload,
    )

    assert signed["authorization"] == request.headers["Authorization"]
    assert signed["x-amz-content-sha256"] == payload
    assert signed.get("x-amz-security-token") == request.headers.get("X-Amz-Security-Token")


@given(CREDENTIALS, st.sampled_from(["dynamodb", "ssm", "lambda"]), WORDS, HEADERS, st.binary())
def test_requests_to_other_services_are_signed_as_botocore_signs_them(
    credentials: Credentials, service: str, name: str, headers: dict[str, str], body: bytes
) -> None:
    host = f"{service}.eu-west-1.amazonaws.com"
    path = f"/2015-03-31/functions/{quote(f'arn:{name}:1', safe='')}/invocations"
    request = AWSRequest("POST", f"https://{host}{path}", dict(headers), body)
    signing = SigV4Auth(theirs(credentials), service, "eu-west-1")
    signing.add_auth(request)

    stamp = request.headers["X-Amz-Date"]
    everything = {"host": host, **headers}
    signed = Signer(service, "eu-west-1").sign(
        credentials, seconds(stamp), "POST", path, "", everything, signing.payload(request)
    )

    assert signed["authorization"] == request.headers["Authorization"]
    assert "x-amz-content-sha256" not in signed


@given(CREDENTIALS, KEYS, st.integers(1, 604800))
def test_urls_are_signed_as_botocore_signs_them(
    credentials: Credentials, key: str, expires: int
) -> None:
    path = f"/{quote(key, safe='/~')}"
    request = AWSRequest("GET", f"https://{HOST}{path}")
    S3SigV4QueryAuth(theirs(credentials), "s3", "eu-central-1", expires).add_auth(request)
    (stamp,) = parse_qs(urlsplit(request.url).query)["X-Amz-Date"]

    query = Signer("s3", "eu-central-1").sign_url(credentials, seconds(stamp), HOST, path, expires)

    assert f"https://{HOST}{path}?{query}" == request.url


def test_a_key_is_made_anew_for_another_day_and_for_other_credentials() -> None:
    signer = Signer("dynamodb", "eu-central-1")
    days = [datetime(2026, 1, day).timestamp() for day in (1, 2, 1)]  # noqa: DTZ001
    keys = [Credentials("A", "one"), Credentials("A", "one"), Credentials("A", "other")]

    for now, credentials in zip(days, keys, strict=True):
        alone = Signer("dynamodb", "eu-central-1")
        arguments = (credentials, now, "POST", "/", "", {"host": "h"}, "p")
        assert signer.sign(*arguments) == alone.sign(*arguments)


@given(KEYS)
def test_a_link_is_that_of_boto3(key: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_REGION", "eu-central-1")
        asked = {"Params": {"Bucket": "media", "Key": key}, "ExpiresIn": 300}
        ours = urlsplit(S3().generate_presigned_url("get_object", **asked))
        client = boto3.client("s3", region_name="eu-central-1", config=Config(**SIGNED))
        other = urlsplit(client.generate_presigned_url("get_object", **asked))

    assert (ours.scheme, ours.netloc, ours.path) == (other.scheme, other.netloc, other.path)
    assert parse_qs(ours.query).keys() == parse_qs(other.query).keys()

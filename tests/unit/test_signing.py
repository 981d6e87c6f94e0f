"""Signatures, byte for byte those of botocore."""

from calendar import timegm
from datetime import UTC, datetime, timedelta
from time import strptime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4PostAuth, S3SigV4QueryAuth, SigV4Auth
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


def test_a_new_key_is_made_for_another_day_and_for_other_credentials() -> None:
    signer = Signer("dynamodb", "eu-central-1")
    days = [datetime(2026, 1, day).timestamp() for day in (1, 2, 1)]  # noqa: DTZ001
    keys = [Credentials("A", "one"), Credentials("A", "one"), Credentials("A", "other")]

    for now, credentials in zip(days, keys, strict=True):
        alone = Signer("dynamodb", "eu-central-1")
        arguments = (credentials, now, "POST", "/", "", {"host": "h"}, "p")
        assert signer.sign(*arguments) == alone.sign(*arguments)


FIELDS = st.dictionaries(st.sampled_from(["Content-Type", "acl", "x-amz-meta-a"]), TEXT)
STAMPS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001


@given(CREDENTIALS, KEYS, FIELDS, st.integers(0, 20_971_520), st.integers(1, 604800), STAMPS)
def test_forms_are_signed_as_botocore_signs_them(
    credentials: Credentials,
    key: str,
    fields: dict[str, str],
    size: int,
    expires: int,
    moment: datetime,
) -> None:
    now = moment.replace(microsecond=0, tzinfo=UTC)
    given_fields = {**fields, "key": key}
    conditions = [*({name: each} for name, each in fields.items())]
    conditions += [["content-length-range", size, size], {"bucket": "b"}, {"key": key}]
    ends = (now + timedelta(seconds=expires)).strftime("%Y-%m-%dT%H:%M:%SZ")
    request = AWSRequest("POST", f"https://{HOST}/")
    request.context["s3-presign-post-fields"] = dict(given_fields)
    request.context["s3-presign-post-policy"] = {"expiration": ends, "conditions": [*conditions]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: now)
        S3SigV4PostAuth(theirs(credentials), "s3", "eu-central-1").add_auth(request)

    signer = Signer("s3", "eu-central-1")
    form = signer.sign_form(credentials, now.timestamp(), given_fields, conditions, expires)

    assert list(form.items()) == list(request.context["s3-presign-post-fields"].items())


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:4566"])
@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
@pytest.mark.parametrize("token", ["", "a token"])
def test_a_form_is_that_of_boto3(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, region: str, token: str
) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    environment = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": token,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
    }
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    for module in ("botocore.signers", "botocore.auth"):
        monkeypatch.setattr(f"{module}.get_current_datetime", lambda: now)
    monkeypatch.setattr("vitrine.aws.service.time.time", now.timestamp)
    client = boto3.Session().client("s3", region_name=region, config=Config(**SIGNED))
    wanted: dict[str, Any] = {
        "Bucket": "originals",
        "Key": "uploads/s1/u1/001/кружка 1+2.png",
        "Fields": {"Content-Type": "image/png", "success_action_status": "201"},
        "Conditions": [{"Content-Type": "image/png"}, ["content-length-range", 5, 5]],
        "ExpiresIn": 3600,
    }

    ours, theirs = S3().generate_presigned_post(**wanted), client.generate_presigned_post(**wanted)

    assert list(ours["fields"].items()) == list(theirs["fields"].items())
    if endpoint:  # boto3 would use a host of its own, which no local DNS knows
        assert ours["url"] == f"{endpoint}/originals"
    else:
        assert ours["url"] == f"https://originals.s3.{region}.amazonaws.com/"
        assert theirs["url"] in (ours["url"], ours["url"].replace(".us-east-1", ""))


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

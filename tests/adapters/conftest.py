"""The adapters, in memory and over moto's AWS: the same tests run on both, so no fake drifts."""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.exceptions
import httpx
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.server import DomainDispatcherApplication, create_backend_app
from tests import pictures
from tests.fakes import (
    FakeBlobs,
    FakeFunctions,
    FakeGalleries,
    FakeOAuthConsumers,
    FakeOAuthSecretStore,
    FakeRemote,
    FakeShops,
)
from tests.gateway import Answer, Gateway, template
from werkzeug.serving import make_server

from vitrine import environment
from vitrine.access.callers import Access
from vitrine.adapters.blobs import SIGNED, S3Blobs
from vitrine.adapters.cdn import CloudFrontCdn
from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.idempotency_keys import DynamoIdempotencyKeys
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.oauth_consumers import DynamoOAuthConsumers
from vitrine.adapters.oauth_secrets import SsmOAuthSecretStore
from vitrine.adapters.rate_limit import DynamoRateLimit
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine.adapters.take_downs import DynamoTakeDowns
from vitrine.aws import errors
from vitrine.aws.cloudfront import CloudFront
from vitrine.aws.dynamodb import DynamoDB
from vitrine.aws.messages import Times
from vitrine.aws.parameters import Parameters
from vitrine.aws.s3 import S3
from vitrine.clock import now
from vitrine.domain.credentials import Credential, digest_of
from vitrine.domain.shops import Shop
from vitrine.environment import Environment
from vitrine.ports import IdempotencyKeys, OAuthConsumers, OAuthSecretStore, Stores
from vitrine_cli.operations.records import StackRecords

CLIENTS = ("boto3", "small")
OAI: Any = {"OriginAccessIdentity": ""}
CLIENT_ERRORS = (botocore.exceptions.ClientError, errors.ClientError)
"""What either kind of client raises where AWS refuses."""
REGION = "eu-central-1"
TABLE = {
    name: template()["Resources"]["Table"]["Properties"][name]
    for name in ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
}
"""The definition of the template's table."""
MEDIA = "https://cdn.example/media"
PATIENT = Times(read=60)
"""moto copies the whole table for a transaction, which takes seconds on a busy machine."""


class Account(boto3.Session):
    """An account with the template's table and buckets.

    Attributes:
        small: whether adapters reach it through `vitrine.aws`, else through boto3.
    """

    def __init__(self, *, small: bool) -> None:
        super().__init__("key", "secret", region_name=REGION)
        self.small = small
        self.client("dynamodb").create_table(TableName="table", **TABLE)
        for bucket in ("originals", "media"):
            self.client("s3").create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )

    def dynamodb(self) -> Any:
        """The kind of client that is tested, of the table."""
        return DynamoDB(PATIENT) if self.small else self.client("dynamodb")

    def s3(self) -> Any:
        """The kind of client that is tested, of the buckets."""
        return S3(PATIENT) if self.small else self.client("s3", config=Config(**SIGNED))

    def cloudfront(self) -> Any:
        """The kind of client that is tested, of the CDN."""
        return CloudFront(PATIENT) if self.small else self.client("cloudfront")

    def distribution(self) -> str:
        """The id of a new distribution."""
        origin = {"Id": "media", "DomainName": "media.s3.amazonaws.com", "S3OriginConfig": OAI}
        made = self.client("cloudfront").create_distribution(
            DistributionConfig={
                "CallerReference": "tests",
                "Comment": "",
                "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": {
                    "TargetOriginId": "media",
                    "ViewerProtocolPolicy": "redirect-to-https",
                    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                },
            }
        )
        found: str = made["Distribution"]["Id"]
        return found

    def ssm(self) -> Any:
        """The kind of client that is tested, of secrets."""
        return Parameters(PATIENT) if self.small else self.client("ssm")


class Counted:
    """A client that notes each call, by its name in AWS's API, before it is made."""

    def __init__(self, client: Any, calls: list[str]) -> None:
        self._client = client
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name == "exceptions":
            return found
        operation = "".join(part.capitalize() for part in name.split("_"))

        def noted(*arguments: Any, **named: Any) -> Any:
            self._calls.append(operation)
            return found(*arguments, **named)

        return noted

    def generate_presigned_url(self, *arguments: Any, **named: Any) -> str:
        """No call: a URL is signed here."""
        url: str = self._client.generate_presigned_url(*arguments, **named)
        return url

    def generate_presigned_post(self, **named: Any) -> Any:
        """No call: a form is signed here."""
        return self._client.generate_presigned_post(**named)

    def get_paginator(self, name: str) -> Any:
        """A call for each page."""
        operation = "".join(part.capitalize() for part in name.split("_"))
        paginator, calls = self._client.get_paginator(name), self._calls

        class Pages:
            def paginate(self, **arguments: Any) -> Iterator[Any]:
                for page in paginator.paginate(**arguments):
                    calls.append(operation)
                    yield page

        return Pages()


class OneAtATime:
    """An application that answers one request after another.

    moto undoes a transaction by putting the whole table back as it was, with what other requests
    have written meanwhile.

    Attributes:
        writes: the requests so far that change the table or a bucket.
    """

    def __init__(self, app: Any) -> None:
        self.writes: list[str] = []
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, request: Any, start: Any) -> list[bytes]:
        method, path = request["REQUEST_METHOD"], request["PATH_INFO"]
        operation = request.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        with self._lock:
            if method in ("PUT", "DELETE") or _WRITES.match(operation):
                self.writes.append(operation or f"{method} {path}")
            return list(self._app(request, start))


_WRITES = re.compile("Put|Update|Delete|Transact|BatchWrite")


@pytest.fixture(scope="session")
def moto() -> OneAtATime:
    """The application of the server of moto's AWS."""
    return OneAtATime(DomainDispatcherApplication(create_backend_app))


@pytest.fixture(scope="session")
def moto_server(moto: OneAtATime) -> Iterator[str]:
    """The URL of a server of moto's AWS, for clients that it cannot patch."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, moto, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def open_account(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Account]]:
    """Opens the account to one kind of client: `boto3`, or `small` for `vitrine.aws`."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with ExitStack() as until_the_end:

        def make(clients: str) -> Account:
            if clients == "boto3":
                until_the_end.enter_context(mock_aws())
                return Account(small=False)
            url = request.getfixturevalue("moto_server")
            httpx.post(f"{url}/moto-api/reset")
            environment = {
                "AWS_ENDPOINT_URL": url,
                "AWS_ACCESS_KEY_ID": "key",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": REGION,
            }
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            return Account(small=True)

        yield make


@pytest.fixture
def account(open_account: Callable[[str], Account]) -> Account:
    """The account, through boto3, as on a developer's machine."""
    return open_account("boto3")


@pytest.fixture(params=CLIENTS)
def aws(request: pytest.FixtureRequest, open_account: Callable[[str], Account]) -> Account:
    """The account, through each kind of client."""
    return open_account(request.param)


@dataclass(frozen=True)
class Adapters(Stores):
    """One implementation of every port.

    Attributes:
        oauth_consumers: consumers that sign their requests.
        oauth_secrets: secrets of these consumers.
        idempotency_keys: keys of requests that create images.
        account: the AWS account that stores everything; None in memory.
    """

    oauth_consumers: OAuthConsumers
    oauth_secrets: OAuthSecretStore
    idempotency_keys: IdempotencyKeys
    account: Account | None = None


def on_aws(account: Account) -> Adapters:
    """The adapters over AWS."""
    table = Table(account.dynamodb(), "table")
    return Adapters(
        DynamoShops(table),
        DynamoGalleries(table),
        DynamoLibrary(table),
        S3Blobs(account.s3(), "originals", "media"),
        DynamoImports(table),
        DynamoOAuthConsumers(table),
        SsmOAuthSecretStore(account.ssm(), "/vitrine/shop/oauth"),
        DynamoIdempotencyKeys(table),
        account,
    )


@pytest.fixture
def stack(account: Account) -> StackRecords:
    """The records of a deployed stack, as the operators' commands reach them."""
    adapters = on_aws(account)
    table = Table(account.dynamodb(), "table")
    return StackRecords(
        stores=adapters,
        shops=DynamoShops(table),
        oauth_consumers=adapters.oauth_consumers,  # type: ignore[arg-type]
        oauth_secrets=adapters.oauth_secrets,  # type: ignore[arg-type]
        table=table,
        base_url="https://api.example",
        native_url="https://cdn.example",
    )


def stores(stack: StackRecords) -> Adapters:
    """The adapters of a stack, as tests of adapters know them."""
    assert isinstance(stack.stores, Adapters)
    return stack.stores


@pytest.fixture(params=["fake", *CLIENTS])
def adapters(request: pytest.FixtureRequest, open_account: Callable[[str], Account]) -> Adapters:
    """The adapters, in memory and then over AWS, through each kind of client."""
    if request.param == "fake":
        galleries, shops = FakeGalleries(), FakeShops()
        galleries.library.keys, galleries.library.imports = galleries.keys, galleries.imports
        return Adapters(
            shops,
            galleries,
            galleries.library,
            FakeBlobs(),
            galleries.imports,
            FakeOAuthConsumers(shops),
            FakeOAuthSecretStore(),
            galleries.keys,
        )
    return on_aws(open_account(request.param))


STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
SCOPES = frozenset({"product.image:read", "product.image:write"})
NATIVE = {"Authorization": "Bearer vitrine token"}


@dataclass
class Meter:
    """Counts the AWS calls of a request."""

    send: Gateway
    remote: FakeRemote
    calls: list[str] = field(default_factory=list)

    def __call__(self, method: str, path: str, **body: Any) -> Answer:
        self.calls.clear()
        return self.send(method, path, **body)


@pytest.fixture
def meter(aws: Account) -> Iterator[Meter]:
    adapters = on_aws(aws)
    assert isinstance(adapters.shops, DynamoShops)
    settings = {
        "evotor.store_id": STORE,
        "tiendanube.store_id": "555",
        "bigcommerce.store_hash": "abc",
    }
    adapters.shops.create_shop(Shop("s1", settings=settings))
    tokens = {
        "evotor": SCOPES,
        "tiendanube": frozenset({"write_products"}),
        "bigcommerce": frozenset({"store_v2_products"}),
        "openmage": frozenset({"read", "write"}),
        "vitrine": frozenset({"images:write", "images:takedown"}),
    }
    for dialect, scopes in tokens.items():
        adapters.shops.create_credential(
            Credential(digest_of(f"{dialect} token"), "s1", dialect, "admin", scopes, "", now())
        )
    headers = {
        "Authorization": "evotor token",
        "Authentication": "tiendanube token",
        "X-Auth-Token": "bigcommerce token",
        "User-Agent": "test",
    }
    made = Meter(Gateway(headers=headers), FakeRemote({"http://elsewhere/a.png": pictures.png()}))
    dynamodb: Any = Counted(aws.dynamodb(), made.calls)
    s3: Any = Counted(aws.s3(), made.calls)
    table = Table(dynamodb, "table")
    shops = DynamoShops(table)
    here = Environment(
        Stores(
            shops,
            DynamoGalleries(table),
            DynamoLibrary(table),
            S3Blobs(s3, "originals", "media"),
            DynamoImports(table),
        ),
        made.remote,
        FakeFunctions(),
        Access(shops),
        DynamoIdempotencyKeys(table),
        DynamoRateLimit(table),
        DynamoTakeDowns(table),
        CloudFrontCdn(Counted(aws.cloudfront(), made.calls), aws.distribution()),  # type: ignore[arg-type]
        MEDIA,
    )
    with environment.use(here):
        for path in (
            f"/stores/{STORE}/products/8/images",
            "/v1/555/products/8/images",
            "/stores/abc/v2/products/8/images",
        ):
            made("GET", path)
        made("GET", "/vitrine/v1/shop", headers=NATIVE)
        yield made

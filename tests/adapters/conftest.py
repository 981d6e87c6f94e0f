"""Ports, each in memory and over the AWS that moto plays, to be tested by the same tests."""

from collections.abc import Iterator
from dataclasses import dataclass

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from tests.fakes import (
    FakeBlobs,
    FakeGalleries,
    FakeImports,
    FakeLibrary,
    FakeOAuthConsumers,
    FakeOAuthSecretStore,
    FakeShops,
)

from vitrine.adapters.blobs import SIGNED, S3Blobs
from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.oauth_consumers import DynamoOAuthConsumers
from vitrine.adapters.oauth_secrets import SsmOAuthSecretStore
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """An account with the template's table and buckets."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        session = boto3.Session("key", "secret", region_name="eu-central-1")
        session.client("dynamodb").create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        for bucket in ("originals", "media"):
            session.client("s3").create_bucket(
                Bucket=bucket,
                CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
            )
        yield session


@dataclass
class Ports:
    """One kind of every port."""

    shops: DynamoShops | FakeShops
    galleries: DynamoGalleries | FakeGalleries
    library: DynamoLibrary | FakeLibrary
    blobs: S3Blobs | FakeBlobs
    imports: DynamoImports | FakeImports
    oauth_consumers: DynamoOAuthConsumers | FakeOAuthConsumers
    oauth_secrets: SsmOAuthSecretStore | FakeOAuthSecretStore


def on_aws(session: boto3.Session) -> Ports:
    """The ports over AWS."""
    table = Table(session.client("dynamodb"), "table")
    blobs = S3Blobs(session.client("s3", config=Config(**SIGNED)), "originals", "media")
    return Ports(
        DynamoShops(table),
        DynamoGalleries(table),
        DynamoLibrary(table),
        blobs,
        DynamoImports(table),
        DynamoOAuthConsumers(table),
        SsmOAuthSecretStore(session.client("ssm"), "/vitrine/shop/oauth"),
    )


@pytest.fixture(params=["fake", "aws"])
def ports(request: pytest.FixtureRequest) -> Ports:
    """The ports, in memory and then over AWS."""
    if request.param == "fake":
        galleries, shops = FakeGalleries(), FakeShops()
        return Ports(
            shops,
            galleries,
            FakeLibrary(),
            FakeBlobs(),
            galleries.imports,
            FakeOAuthConsumers(shops),
            FakeOAuthSecretStore(),
        )
    return on_aws(request.getfixturevalue("aws"))

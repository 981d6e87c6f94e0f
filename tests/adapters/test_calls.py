"""What a request costs: AWS calls of each endpoint, credential and shop known."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from tests import pictures
from tests.adapters.conftest import on_aws
from tests.fakes import FakeFunctions, FakeRemote
from tests.gateway import Answer, Gateway
from tests.unit.test_rendering import event

from pipeline import generate_renditions, remove_renditions
from vitrine import environment
from vitrine.access.callers import Access
from vitrine.adapters.blobs import S3Blobs
from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine.domain.credentials import Credential, digest_of
from vitrine.domain.shops import Shop
from vitrine.environment import Environment
from vitrine.services.catalogue import now

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
IMAGES = f"/stores/{STORE}/products/8/images"
SCOPES = frozenset({"product.image:read", "product.image:write"})


@dataclass
class Meter:
    """Counts the AWS calls of a request."""

    send: Gateway
    calls: list[str] = field(default_factory=list)

    def __call__(self, method: str, path: str, **body: Any) -> Answer:
        self.calls.clear()
        return self.send(method, path, **body)

    def note(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)


@pytest.fixture
def meter(aws: boto3.Session) -> Iterator[Meter]:
    ports = on_aws(aws)
    assert isinstance(ports.shops, DynamoShops)
    ports.shops.create_shop(Shop("s1", settings={"evotor.store_id": STORE}))
    ports.shops.create_credential(
        Credential(digest_of("token"), "s1", "evotor", "admin", SCOPES, "", now())
    )
    made = Meter(Gateway(headers={"Authorization": "token"}))
    dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
    for client in (dynamodb, s3):
        client.meta.events.register("before-call", made.note)
    table = Table(dynamodb, "table")
    shops = DynamoShops(table)
    here = Environment(
        shops,
        DynamoGalleries(table),
        S3Blobs(s3, "originals", "media"),
        DynamoImports(table),
        FakeRemote(),
        FakeFunctions(),
        Access(shops),
        "https://cdn.example/media",
    )
    with environment.use(here):
        made("GET", IMAGES)
        yield made


def test_an_unknown_caller_costs_two_calls(aws: boto3.Session, meter: Meter) -> None:
    on_aws(aws).shops.create_credential(
        Credential(digest_of("new"), "s1", "evotor", "admin", SCOPES, "", now())
    )

    meter("GET", IMAGES, headers={"Authorization": "new"})

    assert meter.calls == ["GetItem", "GetItem", "Query"]


def test_each_endpoint_costs_what_it_must(meter: Meter) -> None:
    created = meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    assert created.status == 200
    assert meter.calls == ["GetItem", "UpdateItem", "PutObject", "TransactWriteItems"]

    meter("GET", IMAGES)
    assert meter.calls == ["Query"]

    one = f"{IMAGES}/{created.json['id']}"
    meter("GET", one)
    assert meter.calls == ["GetItem"]

    assert meter("DELETE", one).status == 204
    assert meter.calls == ["BatchGetItem", "TransactWriteItems", "DeleteObjects"]

    meter("DELETE", IMAGES)
    assert meter.calls == ["Query"]


def test_refusals_cost_less(meter: Meter) -> None:
    meter("POST", IMAGES, files={"datafile": ("000.png", b"no picture")})
    assert meter.calls == ["GetItem"]

    meter("POST", IMAGES, content=b"no form")
    assert meter.calls == []

    meter("GET", IMAGES, headers={"Accept": "text/html"})
    assert meter.calls == []


def test_the_pipeline_costs_a_call_per_picture_and_three(aws: boto3.Session, meter: Meter) -> None:
    created = meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    (original,) = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    meter.calls.clear()

    generate_renditions.handler(event(original["Key"]), None)
    assert sorted(meter.calls) == sorted(["GetObject", "GetItem", *["PutObject"] * 8, "UpdateItem"])

    meter("DELETE", f"{IMAGES}/{created.json['id']}")
    meter.calls.clear()
    remove_renditions.handler(event(original["Key"]), None)
    assert meter.calls == ["HeadObject", "ListObjectsV2", "DeleteObjects"]

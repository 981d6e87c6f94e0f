"""Records the items that this version of Vitrine stores: `python -m tests.recorded_items FILE`.

The files in tests/adapters/items/ are kept for ever, one for each version whose code can run beside
newer code. They are DynamoDB items in its own JSON, as the table holds them after `play`.
"""

import base64
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws
from tests import pictures
from tests.gateway import Answer, Gateway

SHOP = "recorded"
REGION = "eu-central-1"
SETTINGS = {
    "evotor.store_id": "20240105-1A2B-40C3-80D4-0123456789AC",
    "tiendanube.store_id": "777",
    "bigcommerce.store_hash": "rec123",
    "openmage.store_views": "1:default,2:fr",
}
SCOPES = {
    "evotor": ("product.image:read", "product.image:write"),
    "tiendanube": ("read_products", "write_products"),
    "bigcommerce": ("store_v2_products",),
    "openmage": ("read", "write"),
    "inventorum": ("images",),
}
HEADERS = {
    "Authorization": "evotor recorded",
    "Authentication": "bearer tiendanube recorded",
    "X-Auth-Token": "bigcommerce recorded",
    "User-Agent": "test",
    "Accept": "application/json",
}
ADMIN = {**HEADERS, "Authorization": "Bearer openmage recorded"}
LIBRARY = {**HEADERS, "Authorization": "Bearer inventorum recorded"}
TIENDANUBE = "/v1/777/products/7/images"
BIGCOMMERCE = "/stores/rec123/v2/products/7/images"
EVOTOR = "/stores/20240105-1A2B-40C3-80D4-0123456789AC/products/7/images"
OPENMAGE = "/api/rest/products/7/images"


@contextmanager
def account() -> Iterator[Any]:
    """AWS in memory, with the functions' environment set; the client of DynamoDB."""
    variables = {
        "TABLE": "table",
        "ORIGINALS_BUCKET": "originals",
        "MEDIA_BUCKET": "media",
        "MEDIA_URL": "https://cdn.example/media",
        "AWS_CLIENT": "boto3",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        with mock_aws():
            dynamodb = boto3.client("dynamodb")
            keys = (("pk", "HASH"), ("sk", "RANGE"))
            dynamodb.create_table(
                TableName="table",
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": "S"} for name, _ in keys
                ],
                KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            )
            for bucket in ("originals", "media"):
                where: Any = {"LocationConstraint": REGION}
                boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
            yield dynamodb
    finally:
        os.environ.clear()
        os.environ.update(before)


def items(dynamodb: Any) -> list[dict[str, Any]]:
    """All items of the table, by key."""
    pages = dynamodb.get_paginator("scan").paginate(TableName="table")
    found = [item for page in pages for item in page["Items"]]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def play() -> None:
    """Open a shop, and have every kind of record written by the functions."""
    from pipeline import generate_renditions
    from vitrine import environment
    from vitrine.adapters.shops import DynamoShops
    from vitrine.adapters.table import Table
    from vitrine.clock import now
    from vitrine.domain.credentials import Credential, digest_of
    from vitrine.domain.shops import ProductKey, Shop

    shops = DynamoShops(Table(boto3.client("dynamodb"), "table"))
    shops.create_shop(Shop(SHOP, settings=SETTINGS))
    shops.open_host("recorded.example", SHOP)
    shops.open_account(SHOP, SHOP)
    shops.register_product(SHOP, ProductKey("7"), ProductKey("sku-7"))
    for dialect, scopes in SCOPES.items():
        digest = digest_of(f"{dialect} recorded")
        shops.create_credential(
            Credential(digest, SHOP, dialect, "admin", frozenset(scopes), "recorded", now())
        )
    evotor = Gateway(headers={**HEADERS, "Authorization": "evotor recorded"})
    done(evotor("POST", EVOTOR, files={"datafile": ("mug.png", pictures.png(300, 300))}))
    content = base64.b64encode(pictures.jpeg(60, 40)).decode()
    body = {"attachment": content, "filename": "lamp.jpg", "alt": {"es": "lámpara", "pt": "luz"}}
    done(evotor("POST", TIENDANUBE, json=body))
    picture = base64.b64encode(pictures.png(50, 50)).decode()
    named = {"file_mime_type": "image/png", "file_content": picture, "file_name": "pear"}
    admin = Gateway(headers=ADMIN)
    done(admin("POST", OPENMAGE, json={**named, "label": "pear", "types": ["image"]}))
    done(admin("POST", OPENMAGE, json={**named, "file_name": "gone"}))
    done(admin("PUT", f"{OPENMAGE}/3/store/2", json={"label": "poire", "position": 2}))
    done(admin("DELETE", f"{OPENMAGE}/4"))
    done(evotor("PUT", f"{TIENDANUBE}/2", json={"position": 1}))
    shelf = Gateway(headers=LIBRARY)
    files = {"image": ("user.png", pictures.png(30, 30))}
    done(shelf("POST", "/api/images", files=files, data={"type": "user"}))
    stored = boto3.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    for each in stored:
        record = {"s3": {"object": {"key": each["Key"]}}}
        generate_renditions.handler({"Records": [record]}, None)
    assert environment.current() is not None


def done(answer: Answer) -> None:
    """Stop at a request that was refused."""
    assert answer.status < 300, (answer.status, answer.body)


if __name__ == "__main__":
    with account() as client:
        play()
        recorded = items(client)
    text = json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True)
    Path(sys.argv[1]).write_text(f"{text}\n")

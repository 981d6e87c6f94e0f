"""What a request costs, counted from the AWS calls it really makes.

Prices are AWS's list prices of us-east-1 in US dollars. Free allowances are left out, and so is
what leaves the CDN, which depends on the pictures and not on Vitrine.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import NATIVE, Account, Meter, meter, open_account
from tests.adapters.test_calls import IMAGES, TIENDANUBE, ended, event, stored
from tests.benchmarks.conftest import Show

from pipeline import (
    generate_renditions,
    import_file,
    remove_originals,
    remove_renditions,
    render_missing,
)
from vitrine import environment
from vitrine.domain.locations import parse_original_key
from vitrine.domain.manifests import manifest_key
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative

__all__ = ["meter", "open_account"]

GATEWAY = 1.00  # a million requests to an HTTP API
LAMBDA = 0.20  # a million invocations
GIGABYTE_SECOND = 0.0000166667
READ, WRITE = 0.125, 0.625  # a million request units, on demand
S3_WRITE, S3_READ = 5.00, 0.40  # a million PUT or LIST requests, a million GET or HEAD requests
# Assumed, not measured: what AWS bills depends on its machines. (GB, seconds) of a warm invocation.
BILLED = {
    "api": (0.5, 0.020),
    "create": (1.0, 0.060),
    "pipeline": (1.73, 0.250),
    "glance": (0.5, 0.020),
}
CALLS = {
    "GetItem": READ,
    "Query": READ,
    "BatchGetItem": 2 * READ,
    "UpdateItem": WRITE,
    "PutItem": WRITE,
    "PutObject": S3_WRITE,
    "ListObjectsV2": S3_WRITE,
    "GetObject": S3_READ,
    "HeadObject": S3_READ,
    "DeleteObjects": 0.0,
}


@pytest.fixture
def aws(open_account: Callable[[str], Account]) -> Account:
    return open_account("boto3")


def dollars_per_million(calls: list[str], actions: int, kind: str) -> float:
    """The price of a million requests that make these calls and `actions` transactional writes."""
    gigabytes, seconds = BILLED[kind]
    entry = GATEWAY if kind in {"api", "create"} else 0.0
    aws_calls = sum(CALLS.get(call, 0.0) for call in calls) + 2 * WRITE * actions
    return entry + LAMBDA + gigabytes * seconds * GIGABYTE_SECOND * 1e6 + aws_calls


def test_cost_of_each_request_to_vitrines_own_api(meter: Meter, show: Show) -> None:
    rows = []
    base = "/vitrine/v1/products/8"
    src = {"src": "http://elsewhere/a.png"}
    first, second = [meter("POST", TIENDANUBE, json=src).json["id"] for _ in range(2)]

    def priced(
        name: str, method: str, path: str, actions: int = 0, more: float = 0.0, **request: Any
    ) -> None:
        answer = meter(method, path, headers={**NATIVE, **request.pop("headers", {})}, **request)
        assert answer.status in (200, 201, 204), answer.body
        price = dollars_per_million(meter.calls, actions, "api") + more
        rows.append((name, len(meter.calls), f"{price:.2f}"))

    priced("read the shop", "GET", "/vitrine/v1/shop")
    priced("read its usage", "GET", "/vitrine/v1/shop/usage")
    # Eventually consistent: half a unit for the query, and for head and cover of 50 products.
    more = (0.5 + 50) * READ - (1 + 2 * 2) * READ
    priced("list 50 products with covers", "GET", "/vitrine/v1/products", more=more)
    priced("read a product", "GET", base)
    order = {"json": {"images": [second, first]}, "headers": {"If-Match": "*"}}
    priced("order its images", "PUT", f"{base}/order", 1, **order)
    priced("read an image", "GET", f"{base}/images/{first}")
    priced("describe an image", "PATCH", f"{base}/images/{first}", 1, json={"alt": "lamp"})
    role = {"json": {"thumbnail": True}}
    priced("make an image the thumbnail", "PATCH", f"{base}/images/{second}", 1, **role)
    priced("delete an image", "DELETE", f"{base}/images/{first}", 3)
    target = {"product": base.rpartition("/")[2], "image": second}
    priced("take an image down", "POST", "/vitrine/v1/take-downs", 4, json=target)
    file = {"name": "01.png", "type": "image/png", "bytes": len(pictures.png())}
    more = WRITE  # the batch has more than 1 kB
    priced("announce ten files", "POST", f"{base}/uploads", 0, more, json={"files": [file] * 10})
    upload = meter("POST", f"{base}/uploads", headers=NATIVE, json={"files": [file]}).json
    priced("see what became of them", "GET", f"/vitrine/v1/uploads/{upload['id']}")

    show("US dollars for a million requests to Vitrine's own API", ("what", "calls", "USD"), rows)


def test_cost_of_each_request(aws: Any, meter: Meter, show: Show) -> None:
    rows = []

    def priced(name: str, kind: str, actions: int = 0) -> None:
        price = dollars_per_million(meter.calls, actions, kind)
        rows.append((name, len(meter.calls), f"{price:.2f}"))

    created = meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    priced("create an image", "create", actions=3)
    meter("GET", IMAGES)
    priced("list images", "api")
    meter("GET", f"{IMAGES}/{created.json['id']}")
    priced("get an image", "api")
    (original,) = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    other = meter("POST", TIENDANUBE, json={"src": "http://elsewhere/a.png"})
    assert meter("PUT", f"{TIENDANUBE}/{other.json['id']}", json={"position": 1}).status == 200
    priced("move an image", "api", actions=2)
    meter.calls.clear()
    here = replace(environment.current(), alternatives=(Alternative.WEBP,))
    with environment.use(here):
        generate_renditions.handler(event(original["Key"]), None)
    priced("make its 15 public pictures", "pipeline")
    where = parse_original_key(original["Key"])
    assert where is not None
    full_size = where.full_size_key(Format.PNG)
    missing = {full_size: "make one that is missing", manifest_key(full_size): "make a manifest"}
    for key, name in missing.items():
        path = f"/{key}"
        meter.calls.clear()
        asked = {"rawPath": path, "requestContext": {"http": {"method": "GET", "path": path}}}
        assert render_missing.handler(asked, None)["statusCode"] == 200
        priced(name, "pipeline")
    meter("DELETE", f"{IMAGES}/{created.json['id']}")
    priced("delete an image", "api", actions=3)
    meter.calls.clear()
    remove_renditions.handler(event(original["Key"]), None)
    priced("remove its public pictures", "pipeline")
    meter.calls.clear()
    remove_originals.handler(ended("GALLERY#s1#8", created.json["id"]), None)
    priced("see that its bytes are gone", "glance")

    for name, key in arriving(meter).items():
        data = pictures.png()
        aws.client("s3").put_object(Bucket="originals", Key=key, Body=data)
        meter.calls.clear()
        import_file.handler(stored(key, data), None)
        priced(name, "pipeline", actions=4)

    show("US dollars for a million of each", ("what", "AWS calls", "USD"), rows)


def arriving(meter: Meter) -> dict[str, str]:
    """Keys of files that become images by their events."""
    file = {"name": "01.png", "type": "image/png", "bytes": len(pictures.png())}
    path = "/vitrine/v1/products/8/uploads"
    made = meter("POST", path, headers=NATIVE, json={"files": [file]}).json["files"]
    return {
        "import a dropped file": "import/s1/products/8/a.png",
        "import a file sent with a form": made[0]["post"]["fields"]["key"],
    }

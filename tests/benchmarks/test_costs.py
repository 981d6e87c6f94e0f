"""What a request costs, by the AWS calls that it really makes and the items that they really move.

Free allowances are left out, and so is what leaves the CDN, which depends on the pictures and not
on Vitrine. The figures are the same on every machine, so documents are compared with them.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import NATIVE, Account, Meter, meter, open_account
from tests.adapters.test_calls import IMAGES, OPENMAGE, TIENDANUBE, ended, event, stored
from tests.benchmarks.billing import (
    GIGABYTE_SECOND,
    METRIC,
    STEP,
    Bill,
    BilledCdn,
    BilledS3,
    BilledTable,
    log_price,
    price_of,
)
from tests.benchmarks.conftest import Show
from tests.benchmarks.test_growth import fill
from tests.gateway import ROOT, template

from pipeline import (
    admit_missing,
    generate_renditions,
    import_file,
    remove_originals,
    remove_renditions,
    render_missing,
)
from vitrine import environment
from vitrine.access.callers import Access
from vitrine.adapters import table_keys
from vitrine.adapters.blobs import S3Blobs
from vitrine.adapters.cdn import CloudFrontCdn
from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.rate_limit import DynamoRateLimit
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine.adapters.take_downs import DynamoTakeDowns
from vitrine.domain.locations import parse_original_key
from vitrine.domain.manifests import manifest_key
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative
from vitrine.ports import Stores

__all__ = ["meter", "open_account"]

# Assumed, not measured: what AWS bills depends on its machines. (GB, seconds) of a warm invocation.
BILLED = {
    "api": (0.5, 0.020),
    "create": (1.0, 0.060),
    "pipeline": (1.73, 0.250),
    "search": (1.73, 0.060),
    "glance": (0.5, 0.020),
    "admit": (0.125, 0.050),
}
INIT = 0.130  # seconds that Lambda bills for the start of an API function; see test_cold_starts.py
SIZES = (1, 100, 1000)
UPLOADS = (100_000, 1_000_000, 4_000_000)  # bytes
STEM = "0000000001" + "00" + "9f2c" * 5


@dataclass
class Prices:
    """The rows of a table, and the bill that they are taken from."""

    send: Meter
    bill: Bill
    rows: list[tuple[str, int, str]] = field(default_factory=list)

    def __call__(self, name: str, kind: str, steps: int = 1) -> float:
        """Add a row with what happened since the last one.

        Args:
            name: what happened.
            kind: the function that did it, a key of `BILLED`.
            steps: 512 KB steps of the request's body.
        """
        gigabytes, seconds = BILLED[kind]
        through_gateway = kind in {"api", "create"}
        price = price_of(
            self.bill, gigabytes, seconds, through_gateway=through_gateway, steps=steps
        )
        self.rows.append((name, self.bill.calls, f"{price:.2f}"))
        self.bill.clear()
        return price


@pytest.fixture
def aws(open_account: Callable[[str], Account]) -> Account:
    return open_account("boto3")


@pytest.fixture
def prices(aws: Account, meter: Meter) -> Iterator[Prices]:
    """An environment whose calls and log lines are billed; callers and shop are known."""
    bill = Bill()
    table: Any = Table(BilledTable(aws.dynamodb(), bill), "table")  # type: ignore[arg-type]
    s3: Any = BilledS3(aws.s3(), bill)
    stores = Stores(
        DynamoShops(table),
        DynamoGalleries(table),
        DynamoLibrary(table),
        S3Blobs(s3, "originals", "media"),
        DynamoImports(table),
    )
    here = replace(
        environment.current(),
        stores=stores,
        rate_limit=DynamoRateLimit(table),
        take_downs=DynamoTakeDowns(table),
        alternatives=(Alternative.WEBP,),
    )
    with environment.use(here):
        meter("GET", OPENMAGE, headers=ADMIN)
        bill.watch_logs()
        bill.clear()
        yield Prices(meter, bill)
        bill.forget_logs()


ADMIN = {"Authorization": "Bearer openmage token", "Accept": "application/json"}


def missing(handler: Any, path: str) -> int:
    """The status with which a function answers the CDN."""
    asked = {"rawPath": path, "requestContext": {"http": {"method": "GET", "path": path}}}
    status: int = handler(asked, None)["statusCode"]
    return status


def row(cells: tuple[object, ...]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def told(rows: list[tuple[str, int, str]]) -> list[str]:
    """Rows that docs/performance.md lacks."""
    page = (ROOT / "docs/performance.md").read_text()
    return [row(each) for each in rows if row(each) not in page]


def test_cost_of_each_request(aws: Account, prices: Prices, show: Show) -> None:
    meter = prices.send
    created = meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    prices("create an image", "create")
    content = base64.b64encode(pictures.png()).decode()
    body = {"file_mime_type": "image/png", "file_content": content}
    assert meter("POST", OPENMAGE, headers=ADMIN, json={**body, "file_name": "lamp"}).status == 200
    prices("create an image with a file name", "create")
    meter("GET", IMAGES)
    prices("list images", "api")
    meter("GET", f"{IMAGES}/{created.json['id']}")
    prices("get an image", "api")
    other = meter("POST", TIENDANUBE, json={"src": "http://elsewhere/a.png"})
    prices.bill.clear()
    assert meter("PUT", f"{TIENDANUBE}/{other.json['id']}", json={"position": 1}).status == 200
    prices("move an image", "api")
    originals = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    key = min((each["Key"] for each in originals), key=lambda key: int(key.split("/")[2]))
    generate_renditions.handler(event(key), None)
    prices("make its 15 public pictures", "pipeline")
    where = parse_original_key(key)
    assert where is not None
    assert missing(render_missing.handler, f"/{where.full_size_key(Format.PNG)}") == 200
    prices("render one that is missing", "pipeline")
    manifest = manifest_key(where.full_size_key(Format.PNG))
    assert missing(render_missing.handler, f"/{manifest}") == 200
    prices("make a manifest", "pipeline")
    meter("DELETE", f"{IMAGES}/{created.json['id']}")
    prices("delete an image", "api")
    remove_renditions.handler(event(key), None)
    prices("remove its public pictures", "glance")
    remove_originals.handler(ended("GALLERY#s1#8", created.json["id"]), None)
    prices("see that its bytes are gone", "glance")
    for name, dropped in arriving(meter).items():
        data = pictures.png()
        aws.client("s3").put_object(Bucket="originals", Key=dropped, Body=data)
        prices.bill.clear()
        import_file.handler(stored(dropped, data), None)
        prices(name, "pipeline")

    show("US dollars for a million of each", ("what", "AWS calls", "USD"), prices.rows)
    readme = (ROOT / "README.md").read_text()
    create, _, listed, got, _, made, _, _, deleted, removed, *_ = [each[2] for each in prices.rows]
    assert listed == got
    assert told(prices.rows) == []
    for figure in (create, listed, made, deleted, removed):
        assert f"{figure} USD" in readme


def test_cost_of_a_delete_that_invalidates(aws: Account, prices: Prices, show: Show) -> None:
    shops = environment.current().stores.shops
    assert isinstance(shops, DynamoShops)
    known = shops.shop("s1")
    assert known is not None
    settings = {**known.settings, "cdn.invalidate": "yes"}
    shops.change_shop(replace(known, settings=settings))
    listed = aws.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    client: Any = BilledCdn(aws.cloudfront(), prices.bill)
    cdn = CloudFrontCdn(client, listed[0]["Id"])
    here = replace(environment.current(), cdn=cdn, access=Access(shops))
    with environment.use(here):
        body = {"src": "http://elsewhere/a.png"}
        for _ in range(2):  # the product keeps an image, so the index of products does not change
            assert prices.send("POST", TIENDANUBE, json=body).status == 201
        found = aws.client("s3").list_objects_v2(Bucket="originals", Prefix="originals/s1/2/")
        (original,) = found["Contents"]
        prices.bill.clear()
        assert prices.send("DELETE", f"{TIENDANUBE}/2").status == 200
        prices("delete an image of a shop that invalidates", "api")
        remove_renditions.handler(event(original["Key"]), None)
        prices("remove its public pictures, and note their paths", "glance")
        flag = {"pk": {"S": table_keys.names("s1", 2)}, "sk": {"S": table_keys.FLAG}}
        item = aws.client("dynamodb").get_item(TableName="table", Key=flag)["Item"]
        noted = {"Keys": flag, "NewImage": item, "SequenceNumber": "1"}
        remove_originals.handler({"Records": [{"eventName": "MODIFY", "dynamodb": noted}]}, None)
        prices("invalidate its two paths, alone in its minute", "glance")

    show("US dollars for a million of each", ("what", "AWS calls", "USD"), prices.rows)
    assert told(prices.rows) == []


def arriving(meter: Meter) -> dict[str, str]:
    """Keys of files that become images by their events."""
    file = {"name": "01.png", "type": "image/png", "bytes": len(pictures.png())}
    path = "/vitrine/v1/products/8/uploads"
    made = meter("POST", path, headers=NATIVE, json={"files": [file]}).json["files"]
    return {
        "import a dropped file": "import/s1/products/8/a.png",
        "import a file sent with a form": made[0]["post"]["fields"]["key"],
    }


def test_cost_of_each_request_to_vitrines_own_api(prices: Prices, show: Show) -> None:
    base = "/vitrine/v1/products/8"
    src = {"src": "http://elsewhere/a.png"}
    first, second = [prices.send("POST", TIENDANUBE, json=src).json["id"] for _ in range(2)]
    prices.bill.clear()

    def priced(name: str, method: str, path: str, **request: Any) -> None:
        headers = {**NATIVE, **request.pop("headers", {})}
        answer = prices.send(method, path, headers=headers, **request)
        assert answer.status in (200, 201, 202, 204), answer.body
        prices(name, "api")

    priced("read the shop", "GET", "/vitrine/v1/shop")
    priced("read its usage", "GET", "/vitrine/v1/shop/usage")
    for number in range(49):
        fill("s1", f"listed-{number}", 1)
    prices.bill.clear()
    priced("list 50 products with covers", "GET", "/vitrine/v1/products")
    priced("read a product", "GET", base)
    order = {"json": {"images": [second, first]}, "headers": {"If-Match": "*"}}
    priced("order its images", "PUT", f"{base}/order", **order)
    priced("read an image", "GET", f"{base}/images/{first}")
    priced("describe an image", "PATCH", f"{base}/images/{first}", json={"alt": "lamp"})
    role = {"json": {"thumbnail": True}}
    priced("make an image the thumbnail", "PATCH", f"{base}/images/{second}", **role)
    priced("delete an image (Vitrine's own API)", "DELETE", f"{base}/images/{first}")
    target = {"product": "8", "image": second}
    priced("take an image down", "POST", "/vitrine/v1/take-downs", json=target)
    file = {"name": "01.png", "type": "image/png", "bytes": len(pictures.png())}
    priced("announce ten files", "POST", f"{base}/uploads", json={"files": [file] * 10})
    upload = prices.send("POST", f"{base}/uploads", headers=NATIVE, json={"files": [file]}).json
    prices.bill.clear()
    priced("see what became of them", "GET", f"/vitrine/v1/uploads/{upload['id']}")

    show("US dollars for a million of each", ("what", "AWS calls", "USD"), prices.rows)
    assert told(prices.rows) == []


def test_cost_of_pictures_that_do_not_exist(
    prices: Prices, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = template()["Parameters"]["MissingPerMinute"]["Default"]
    made_up = [f"/media/s1/{STEM}/mug{number}-{STEM}-640-0.png" for number in range(9)]
    assert missing(render_missing.handler, made_up[0]) == 404
    search = prices("search for a made-up picture (each one, without AdmitMissing)", "search")
    monkeypatch.setenv("MISSING_PER_MINUTE", "1")
    assert missing(admit_missing.handler, made_up[2]) == 404
    prices.bill.clear()
    assert missing(admit_missing.handler, made_up[3]) == 503
    prices("refuse one above the limit", "admit")
    assert missing(admit_missing.handler, made_up[4]) == 503
    prices("refuse one, known to be above the limit", "admit")
    assert missing(admit_missing.handler, "/media/s1/catalog/product/n/o/nobody.png") == 404
    prices("refuse a file name that no image has", "admit")
    assert missing(admit_missing.handler, "/media/s1/x.png") == 404
    prices("refuse a path that no picture has", "admit")

    show("US dollars for a million of each", ("what", "AWS calls", "USD"), prices.rows)
    day = search * limit * 60 * 24 / 1e6
    show(
        "Searches for made-up pictures, at most",
        ("MissingPerMinute", "USD a day"),
        [(str(limit), f"{day:.2f}")],
    )
    assert told(prices.rows) == []
    assert f"{day:.2f} USD a day" in (ROOT / "docs/performance.md").read_text()


def test_cost_by_size_of_gallery(prices: Prices, show: Show) -> None:
    listing = {size: TIENDANUBE.replace("/8/", f"/{9000 + size}/") for size in SIZES}
    for size, images in listing.items():
        fill("s1", str(9000 + size), size)
        first = prices.send("GET", f"{images}?per_page=1").json[0]["id"]
        prices.bill.clear()
        assert prices.send("GET", images).status == 200
        prices(f"list a gallery of {size}", "api")
        moved = prices.send("PUT", f"{images}/{first}", json={"position": size})
        assert moved.status == 200
        prices(f"move in a gallery of {size}", "api")

    show("US dollars for a million of each", ("what", "AWS calls", "USD"), prices.rows)
    assert told(prices.rows) == []


def test_cost_by_size_of_upload(prices: Prices, show: Show) -> None:
    for size in UPLOADS:
        data = pictures.padded_png(size)
        answer = prices.send(
            "POST", IMAGES.replace("/8/", f"/{size}/"), files={"datafile": ("a.png", data)}
        )
        assert answer.status == 200
        prices(f"create an image of {size / 1e6:g} MB", "create", steps=ceil(size / STEP))

    show("US dollars for a million of each", ("what", "AWS calls", "USD"), prices.rows)
    assert told(prices.rows) == []


def test_cost_of_what_is_not_a_call(prices: Prices, show: Show) -> None:
    prices.send("GET", IMAGES)
    functions = (prices.bill.log_bytes, log_price(prices.bill, through_gateway=False))
    total = log_price(prices.bill, through_gateway=True)
    gigabytes = BILLED["api"][0]
    rows = [
        (
            "a million starts of an API function (INIT)",
            f"{gigabytes * INIT * GIGABYTE_SECOND * 1e6:.2f}",
        ),
        ("logs of a million API requests, without the access log", f"{functions[1]:.2f}"),
        ("logs of a million API requests, with the access log", f"{total:.2f}"),
        ("metrics of a dialect, a month (`DialectMetrics`)", f"{3 * METRIC:.2f}"),
    ]

    show("US dollars", ("what", "USD"), rows)
    page = (ROOT / "docs/performance.md").read_text()
    assert [row(each) for each in rows if row(each) not in page] == []

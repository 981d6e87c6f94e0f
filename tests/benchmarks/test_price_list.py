"""What each operation costs, measured into the file that `vitrine shop usage --month` reads.

Each row is one request or event whose AWS calls and log lines are billed as in test_costs.py, with
credential and shop known. What a function runs is assumed: 20 ms, or 60 ms if it stores a picture.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import NATIVE, Account, meter, on_aws, open_account
from tests.adapters.test_calls import (
    BIGCOMMERCE,
    HOUR,
    IMAGES,
    INVENTORUM,
    OPENMAGE,
    TIENDANUBE,
    ended,
    event,
    stored,
)
from tests.benchmarks.billing import CDN, GATEWAY, GIGABYTE_SECOND, ORIGINAL_GB, Bill, price_of
from tests.benchmarks.conftest import Show
from tests.benchmarks.test_costs import ADMIN, BILLED, INIT, Prices, aws, missing, prices
from tests.gateway import template
from tests.logged import Logged, logged

from pipeline import (
    generate_renditions,
    import_file,
    remove_originals,
    remove_renditions,
    render_missing,
    take_down,
)
from vitrine.clock import now
from vitrine.domain.credentials import CLIENT, Credential, digest_of
from vitrine.domain.locations import parse_original_key
from vitrine.domain.pictures import Format
from vitrine.services.tokens import issue_tokens
from vitrine_cli.operations.price_list import FILE, PriceList

__all__ = ["aws", "meter", "open_account", "prices"]

PNG = pictures.png()
MEMORY = {
    each["Properties"]["Handler"].removesuffix(".handler"): each["Properties"].get(
        "MemorySize", template()["Globals"]["Function"]["MemorySize"]
    )
    for each in template()["Resources"].values()
    if each["Type"] == "AWS::Serverless::Function"
}
"""Megabytes of each function, by its module."""


class Measured:
    """Prices of operations, US dollars for a million of each, named as their log lines name them.

    Attributes:
        usd: the prices.
    """

    def __init__(self, prices: Prices, log: Logged) -> None:
        self.usd: dict[str, float] = {}
        self._send = prices.send
        self._bill: Bill = prices.bill
        self._log = log

    def __call__(self, method: str, path: str, **request: Any) -> Any:
        """Send a request and add its price."""
        self._bill.clear()
        answer = self._send(method, path, **request)
        line = json.loads(self._log.lines[-1])
        dialect, operation = line["dialect"], line["operation"]
        unknown = operation == "unknown_route"
        assert answer.status < 300 or unknown, (line, answer.body)
        package = "gateway" if unknown else {"vitrine": "native"}.get(dialect, dialect)
        name = operation if unknown else f"{dialect}.{operation}"
        seconds = BILLED["create" if operation == "create_image" else "api"][1]
        usd = price_of(
            self._bill, MEMORY[f"{package}.{operation}"] / 1024, seconds, through_gateway=True
        )
        self.usd[name] = round(usd + (CDN if dialect == "vitrine" else 0), 2)
        return answer

    def run(self, kind: str, function: Any, event: Any) -> None:
        """Run a function of the pipeline and add its price; `kind` is a key of `BILLED`."""
        self._bill.clear()
        function.handler(event, None)
        self._add(kind, function)

    def _add(self, kind: str, function: Any) -> None:
        usd = price_of(self._bill, *BILLED[kind], through_gateway=False)
        self.usd[function.__name__] = round(usd, 2)

    def missing(self, key: str) -> None:
        """Have a missing picture rendered and add the price."""
        self._bill.clear()
        assert missing(render_missing.handler, f"/{key}") == 200
        self._add("pipeline", render_missing)


@pytest.fixture
def measured(prices: Prices) -> Iterator[Measured]:
    with logged() as log:
        yield Measured(prices, log)


def test_price_of_each_operation(aws: Account, measured: Measured, show: Show) -> None:
    for measure in (_evotor, _tiendanube, _bigcommerce, _openmage, _native):
        measure(measured)
    _inventorum(aws, measured)
    measured("GET", "/v1/555/nothing")
    _pipeline(aws, measured)

    found = PriceList(
        operations=dict(sorted(measured.usd.items())),
        body_step=GATEWAY,
        start=round(0.5 * INIT * GIGABYTE_SECOND * 1e6, 2),
        storage=ORIGINAL_GB,
    )
    FILE.write_text(found.to_json())
    show(
        "US dollars for a million of each (price_list.json)",
        ("operation", "USD"),
        [(name, f"{usd:.2f}") for name, usd in found.operations.items()],
    )


def _evotor(send: Measured) -> None:
    def create() -> str:
        made: str = send("POST", IMAGES, files={"datafile": ("a.png", PNG)}).json["id"]
        return made

    one = f"{IMAGES}/{create()}"
    send("GET", IMAGES)
    send("GET", one)
    send("DELETE", one)
    create()
    send("DELETE", IMAGES)


def _tiendanube(send: Measured) -> None:
    body = {"attachment": base64.b64encode(PNG).decode(), "filename": "a.png"}
    first, second = [send("POST", TIENDANUBE, json=body).json["id"] for _ in range(2)]
    send("GET", TIENDANUBE)
    send("GET", f"{TIENDANUBE}/{first}")
    send("PUT", f"{TIENDANUBE}/{second}", json={"position": 1})
    send("DELETE", f"{TIENDANUBE}/{first}")


def _bigcommerce(send: Measured) -> None:
    picture = {"image_file": ("a.png", PNG)}
    first, second = [send("POST", BIGCOMMERCE, files=picture).json["id"] for _ in range(2)]
    send("GET", BIGCOMMERCE)
    send("GET", f"{BIGCOMMERCE}/{first}")
    send("GET", f"{BIGCOMMERCE}/count")
    send("GET", "/api/v2/products/images/count")
    send("PUT", f"{BIGCOMMERCE}/{second}", json={"sort_order": 9})
    send("DELETE", f"{BIGCOMMERCE}/{first}")
    send("DELETE", BIGCOMMERCE)


def _openmage(send: Measured) -> None:
    content = base64.b64encode(PNG).decode()
    body = {"file_mime_type": "image/png", "file_content": content, "file_name": "lamp"}
    one = send("POST", OPENMAGE, headers=ADMIN, json=body).headers["location"]
    send("GET", OPENMAGE, headers=ADMIN)
    send("GET", one, headers=ADMIN)
    send("PUT", one, headers=ADMIN, json={"label": "front"})
    send("DELETE", one, headers=ADMIN)


def _native(send: Measured) -> None:
    src = {"src": "http://elsewhere/a.png"}
    first, second, third = [send("POST", TIENDANUBE, json=src).json["id"] for _ in range(3)]
    product = "/vitrine/v1/products/8"
    others = [each["id"] for each in send("GET", product, headers=NATIVE).json["images"]]
    order = [second, first, *(each for each in others if each not in (first, second))]
    always = {**NATIVE, "If-Match": "*"}
    for path in ("/shop", "/shop/usage", "/products", "/imports"):
        send("GET", f"/vitrine/v1{path}", headers=NATIVE)
    send("PUT", f"{product}/order", headers=always, json={"images": order})
    send("GET", f"{product}/images/{first}", headers=NATIVE)
    send("PATCH", f"{product}/images/{first}", headers=NATIVE, json={"alt": "lamp"})
    send("DELETE", f"{product}/images/{first}", headers=NATIVE)
    file = {"name": "01.png", "type": "image/png", "bytes": len(PNG)}
    upload = send("POST", f"{product}/uploads", headers=NATIVE, json={"files": [file]}).json
    send("GET", f"/vitrine/v1/uploads/{upload['id']}", headers=NATIVE)
    target = {"product": "8", "image": third}
    begun = send("POST", "/vitrine/v1/take-downs", headers=NATIVE, json=target).json
    send("GET", f"/vitrine/v1/take-downs/{begun['id']}", headers=NATIVE)
    record = {"pk": {"S": "SHOP#s1"}, "sk": {"S": f"TAKEDOWN#{begun['id']}"}}
    send.run(
        *("glance", take_down),
        {"Records": [{"eventName": "INSERT", "dynamodb": {"Keys": record}}]},
    )


def _inventorum(aws: Account, send: Measured) -> None:
    shops = on_aws(aws).shops
    client = Credential(
        digest_of("till:secret"), "s1", "inventorum", CLIENT, frozenset({"images"}), "", now()
    )
    shops.create_credential(client)
    tokens = issue_tokens(shops, client, now(), HOUR)
    upload = {"files": {"image": ("a", PNG)}, "data": {"type": "product"}}
    for _ in range(2):  # the first one reads the credential and its client
        headers = {"Authorization": f"Bearer {tokens.access}"}
        send("POST", INVENTORUM, headers=headers, **upload)
    headers = {"Authorization": "Basic " + base64.b64encode(b"till:secret").decode()}
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    send("POST", "/api/auth/token", headers=headers, data=form)


def _pipeline(aws: Account, send: Measured) -> None:
    image = send("POST", TIENDANUBE, json={"src": "http://elsewhere/a.png"}).json["id"]
    originals = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    key = max((each["Key"] for each in originals), key=lambda key: int(key.split("/")[2]))
    where = parse_original_key(key)
    assert where is not None
    send.run("pipeline", generate_renditions, event(key))
    send.missing(where.full_size_key(Format.PNG))
    send("DELETE", f"{TIENDANUBE}/{image}")
    send.run("glance", remove_renditions, event(key))
    send.run("glance", remove_originals, ended("GALLERY#s1#8", f"{image:012x}"))
    dropped = "import/s1/products/8/a.png"
    aws.client("s3").put_object(Bucket="originals", Key=dropped, Body=PNG)
    send.run("pipeline", import_file, stored(dropped, PNG))

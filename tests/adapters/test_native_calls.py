"""What a request to Vitrine's own API costs: AWS calls, credential and shop known.

Contract: vitrine §1.
"""

from typing import Any

from tests.adapters.conftest import NATIVE, SCOPES, Account, Meter, on_aws
from tests.adapters.test_galleries import add, image
from tests.gateway import Answer

from pipeline import take_down
from vitrine.clock import now
from vitrine.domain.credentials import Credential, digest_of

READ = frozenset({"images:read"})
PRODUCT = "/vitrine/v1/products/8"


def send(meter: Meter, method: str, path: str, **more: Any) -> Answer:
    headers = {**NATIVE, **more.pop("headers", {})}
    return meter(method, path, headers=headers, **more)


def images(meter: Meter, count: int) -> list[int]:
    """Ids of new images of the product, added through another dialect."""
    body = {"image_file": "http://elsewhere/a.png"}
    path = "/stores/abc/v2/products/8/images"
    return [meter("POST", path, json=body).json["id"] for _ in range(count)]


def test_the_shop_costs_nothing(meter: Meter) -> None:
    assert send(meter, "GET", "/vitrine/v1/shop").status == 200
    assert meter.calls == []


def test_an_unknown_caller_costs_two_calls(aws: Account, meter: Meter) -> None:
    on_aws(aws).shops.create_credential(
        Credential(
            digest_of("new"), "s1", "vitrine", "admin", frozenset({"images:read"}), "", now()
        )
    )

    assert meter("GET", "/vitrine/v1/shop", headers={"Authorization": "Bearer new"}).status == 200
    assert meter.calls == ["GetItem", "GetItem"]


def test_another_dialects_token_costs_one_call(aws: Account, meter: Meter) -> None:
    on_aws(aws).shops.create_credential(
        Credential(digest_of("other"), "s1", "evotor", "admin", SCOPES, "", now())
    )

    assert meter("GET", PRODUCT, headers={"Authorization": "Bearer other"}).status == 401
    assert meter.calls == ["GetItem"]


def test_a_gallery_costs_one_query(meter: Meter) -> None:
    images(meter, 2)

    assert len(send(meter, "GET", PRODUCT).json["images"]) == 2
    assert meter.calls == ["Query"]


def test_an_order_costs_a_read_and_a_write(meter: Meter) -> None:
    first, second = images(meter, 2)
    tag = send(meter, "GET", PRODUCT).json["order"]["etag"]

    def order(*ids: int, match: str = tag) -> int:
        headers = {"If-Match": match}
        return send(meter, "PUT", f"{PRODUCT}/order", headers=headers, json={"images": ids}).status

    assert order(second, first) == 200
    assert meter.calls == ["GetItem", "TransactWriteItems"]
    assert order(second, first, match="*") == 200
    assert meter.calls == ["GetItem"], "what changes nothing writes nothing"
    assert order(first, second) == 412
    assert meter.calls == ["GetItem"]


def test_an_image_costs_one_read(meter: Meter) -> None:
    (image,) = images(meter, 1)

    assert send(meter, "GET", f"{PRODUCT}/images/{image}").status == 200
    assert meter.calls == ["BatchGetItem"]
    assert send(meter, "GET", f"{PRODUCT}/images/99").status == 404
    assert meter.calls == ["BatchGetItem"]


def test_a_patch_costs_a_read_and_a_write(meter: Meter) -> None:
    (image,) = images(meter, 1)
    path = f"{PRODUCT}/images/{image}"

    assert (
        send(meter, "PATCH", path, json={"alt": "lamp", "translations": {"fr": "lampe"}}).status
        == 200
    )
    assert meter.calls == ["BatchGetItem", "TransactWriteItems"]
    assert send(meter, "PATCH", path, json={"thumbnail": True}).status == 200
    assert meter.calls == ["BatchGetItem", "TransactWriteItems"]
    assert send(meter, "PATCH", path, json={"alt": "lamp", "thumbnail": True}).status == 200
    assert meter.calls == ["BatchGetItem"], "what changes nothing writes nothing"


def test_announcing_files_costs_three_calls(meter: Meter) -> None:
    file = {"name": "01.png", "type": "image/png", "bytes": 9}
    key = {"Idempotency-Key": "a"}

    def announce(count: int, **headers: str) -> int:
        body = {"files": [file] * count}
        return send(meter, "POST", f"{PRODUCT}/uploads", json=body, headers=headers).status

    assert announce(250) == 201
    assert meter.calls == ["BatchGetItem", "UpdateItem", "PutItem"]
    assert announce(1, **key) == 201
    assert meter.calls == ["BatchGetItem", "UpdateItem", "PutItem"]
    assert announce(1, **key) == 201
    assert meter.calls == ["BatchGetItem", "Query", "PutItem"], "forms are signed here"
    assert announce(2, **key) == 422
    assert meter.calls == ["BatchGetItem", "Query"]
    assert announce(251) == 422
    assert meter.calls == []


def test_the_state_of_an_upload_costs_one_query(meter: Meter) -> None:
    files = [{"name": "01.png", "type": "image/png", "bytes": 9}]
    upload = send(meter, "POST", f"{PRODUCT}/uploads", json={"files": files}).json["id"]

    assert send(meter, "GET", f"/vitrine/v1/uploads/{upload}").status == 200
    assert meter.calls == ["Query"]
    assert send(meter, "GET", "/vitrine/v1/uploads/unone").status == 404
    assert meter.calls == ["Query"]


def test_a_removal_costs_three_calls(meter: Meter) -> None:
    (image,) = images(meter, 1)

    assert send(meter, "DELETE", f"{PRODUCT}/images/{image}").status == 204
    assert meter.calls == ["BatchGetItem", "TransactWriteItems", "DeleteObjects"]


def test_a_refused_request_costs_nothing(meter: Meter) -> None:
    assert send(meter, "GET", "/vitrine/v1/nothing").status == 404
    assert meter.calls == []
    assert send(meter, "PUT", f"{PRODUCT}/order", content=b"[").status == 415
    assert meter.calls == []
    assert meter("GET", PRODUCT).status == 401
    assert meter.calls == []
    assert send(meter, "PUT", f"{PRODUCT}/order", json={"images": 1}).status == 422
    assert meter.calls == []


def test_lists_of_products_and_usage_cost_what_they_must(aws: Account, meter: Meter) -> None:
    add(on_aws(aws), *(image(each, product=product) for each, product in ((1, "7"), (2, "8"))))

    assert send(meter, "GET", "/vitrine/v1/shop/usage").json["images"] == 2
    assert meter.calls == ["Query"]
    assert len(send(meter, "GET", "/vitrine/v1/products").json["items"]) == 2
    assert meter.calls == ["Query", "BatchGetItem", "BatchGetItem"]
    assert send(meter, "GET", "/vitrine/v1/products?prefix=x").json["items"] == []
    assert meter.calls == ["Query"]


def test_outcomes_of_files_cost_one_query(meter: Meter) -> None:
    for query in ("", "?state=rejected", "?state=imported"):
        assert send(meter, "GET", f"/vitrine/v1/imports{query}").json["items"] == []
        assert meter.calls == ["Query"]


TAKE_DOWNS = "/vitrine/v1/take-downs"


def carry_out(meter: Meter, number: str) -> None:
    """Deliver the event of a take-down."""
    meter.calls.clear()
    keys = {"pk": {"S": "SHOP#s1"}, "sk": {"S": f"TAKEDOWN#{number}"}}
    take_down.handler({"Records": [{"eventName": "INSERT", "dynamodb": {"Keys": keys}}]}, None)


def test_a_take_down_costs_three_calls_and_its_event_seven(meter: Meter) -> None:
    """Beside the specified ones, the event reads itself and looks for originals left behind."""
    (image,) = images(meter, 1)

    answer = send(meter, "POST", TAKE_DOWNS, json={"product": "8", "image": image})
    assert answer.status == 202
    assert meter.calls == ["BatchGetItem", "TransactWriteItems", "DeleteObjects"]

    assert send(meter, "GET", f"{TAKE_DOWNS}/{answer.json['id']}").status == 200
    assert meter.calls == ["GetItem"]

    carry_out(meter, answer.json["id"])
    look = ["GetItem", "ListObjectsV2", "Query", "ListObjectsV2"]
    assert meter.calls == [*look, "DeleteObjects", "CreateInvalidation", "UpdateItem"]
    carry_out(meter, answer.json["id"])
    assert meter.calls == ["GetItem"]


def test_a_take_down_by_url_costs_two_calls(aws: Account, meter: Meter) -> None:
    (image,) = images(meter, 1)
    url = send(meter, "GET", f"{PRODUCT}/images/{image}").json["sizes"][0]["url"]
    send(meter, "DELETE", f"{PRODUCT}/images/{image}")

    assert send(meter, "POST", TAKE_DOWNS, json={"url": url}).status == 202
    assert meter.calls == ["ListObjectsV2", "PutItem"]

"""Vitrine's own API on the deployed stack (contract: vitrine)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import pictures
from tests.gateway import ROOT
from tests.stack.conftest import (
    BigCommerce,
    Native,
    Running,
    Tiendanube,
    json_lines,
    served,
    until,
    vitrine,
)


def test_the_shop_is_described(running: Running, native: Native) -> None:
    answer = native("GET", "/shop")

    assert answer.status_code == 200
    assert answer.json()["media_url"] == running.described["media_url"]
    assert answer.json()["id"] == running.described["shop"]
    assert answer.headers["cache-control"] == "private, no-store"
    tag = answer.headers["etag"]
    again = native("GET", "/shop", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def complete(native: Native, path: str) -> dict[str, Any]:
    """An image when its renditions are stored, which changes its entity tag."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = native("GET", path).json()
        return found if found["state"] == "complete" else None

    return until(look)


def test_what_is_changed_here_all_dialects_see(
    native: Native, tiendanube: Tiendanube, bigcommerce: BigCommerce
) -> None:
    first, second, third = (
        bigcommerce.upload(700, pictures.png(40 + edge, 30)).json()["id"] for edge in range(3)
    )
    gallery = native.gallery(700)
    assert gallery["order"]["images"] == [first, second, third]

    ordered = native(
        *("PUT", "/products/700/order"),
        headers={"If-Match": gallery["order"]["etag"]},
        json={"images": [third, first, second]},
    )
    assert ordered.status_code == 200
    assert [each["id"] for each in tiendanube.listed(700)] == [third, first, second]
    sorts = {each["id"]: each["sort_order"] for each in bigcommerce.listed(700)}
    assert sorts == {third: 0, first: 1, second: 2}

    path = f"/products/700/images/{second}"
    patched = native(
        *("PATCH", path),
        headers={
            "Content-Type": "application/merge-patch+json",
            "If-Match": complete(native, path)["etag"],
        },
        content=json.dumps({"alt": "Lámpara", "translations": {"en": "Lamp"}, "thumbnail": True}),
    )
    assert patched.status_code == 200, patched.text
    seen = tiendanube.send("GET", tiendanube.images(700, second)).json()
    assert seen["alt"] == {"es": "Lámpara", "en": "Lamp"}
    described = bigcommerce.send("GET", bigcommerce.images(700, second)).json()
    assert (described["description"], described["is_thumbnail"]) == ("Lámpara", True)

    assert native("DELETE", path).status_code == 204
    assert [each["id"] for each in bigcommerce.listed(700)] == [first, third]
    assert native.gallery(700)["images"][0]["thumbnail"] is True
    assert native("DELETE", path).status_code == 404


def test_what_other_dialects_change_is_seen_here(native: Native, tiendanube: Tiendanube) -> None:
    made = tiendanube.attach(701, pictures.png(41, 31), alt={"es": "Taza", "pt": "Caneca"}).json()
    path = f"/products/701/images/{made['id']}"
    stale = complete(native, path)["etag"]

    tiendanube.send("PUT", tiendanube.images(701, made["id"]), json={"alt": {"es": "Copa"}})

    image = native("GET", path).json()
    assert (image["alt"], image["translations"]) == ("Copa", {"pt": "Caneca"})
    refused = native("PATCH", path, headers={"If-Match": stale}, json={"alt": "Vaso"})
    assert refused.status_code == 412
    assert refused.json()["etag"] == refused.headers["etag"] == image["etag"]
    assert native(
        "PATCH", path, headers={"If-Match": image["etag"]}, json={"alt": "Vaso"}
    ).is_success


def test_every_url_of_an_image_leads_to_its_picture(
    running: Running, native: Native, bigcommerce: BigCommerce
) -> None:
    """An upright photograph is displayed upright, and its sizes have the stated pixels."""
    data = pictures.jpeg(600, 400, exif=pictures.oriented(6))
    image = bigcommerce.upload(702, data).json()["id"]
    path = f"/products/702/images/{image}"

    found = complete(native, path)
    assert (found["width"], found["height"]) == (400, 600)
    assert found["colour"].startswith("#")
    assert found["thumbhash"]
    assert served(running.client, found["url"]).headers["content-type"] == "image/jpeg"
    assert len(found["sizes"]) == 7
    for size in found["sizes"]:
        assert {*size["formats"]} == {"image/jpeg", "image/webp"}
        for media_type, url in size["formats"].items():
            answer = served(running.client, url)
            assert answer.headers["content-type"] == media_type
            assert pictures.opened(answer.content).size == (size["width"], size["height"])
    assert [each.partition(" ")[2] for each in found["srcset"].split(", ")] == [
        *("50w", "100w", "240w", "320w", "400w"),
    ]


@pytest.mark.parametrize("path", ["/shop/", "//shop", "/products/703/", "/products/703//images/1/"])
def test_slashes_and_head_are_forwarded(native: Native, path: str) -> None:
    plain = path.replace("//", "/").rstrip("/")

    for method in ("GET", "HEAD"):
        answer, expected = native(method, path), native("GET", plain)
        assert answer.status_code == expected.status_code
        if method == "GET" and answer.is_success:
            assert answer.json() == expected.json()


@pytest.mark.parametrize(
    ("method", "path", "status", "what"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/shop", 405, "method_not_allowed"),
        ("PUT", "/products/1", 405, "method_not_allowed"),
    ],
)
def test_unknown_paths_and_methods_are_told_in_problems(
    native: Native, method: str, path: str, status: int, what: str
) -> None:
    answer = native(method, path)

    assert (answer.status_code, answer.json()["code"]) == (status, what)
    assert answer.headers["content-type"] == "application/problem+json"


def test_each_api_serves_its_own_paths(running: Running, native: Native) -> None:
    gateway = running.stack.endpoint
    apis = {
        "Api": running.outputs["ApiUrl"].partition("://")[2].partition(".")[0],
        "NativeApi": running.outputs["NativeApiId"],
    }

    def status(api: str, path: str) -> tuple[int, Any]:
        url = f"{gateway}/_aws/execute-api/{apis[api]}/$default{path}"
        answer = running.client.get(url, headers={"Authorization": f"Bearer {native.token}"})
        return answer.status_code, answer.json().get("message")

    assert status("NativeApi", "/vitrine/v1/shop/") == (200, None)
    assert status("Api", "/vitrine/v1/shop") == (404, "Not Found")
    assert status("NativeApi", "/v1/1/products/1/images") == (404, "Not Found")


def test_a_large_gallery_passes_the_gateway(running: Running, native: Native) -> None:
    """Lambda returns at most 6 MB: 1000 images are compressed on their way."""
    table, dynamodb = running.outputs["Table"], running.aws("dynamodb")
    made = running.open_shop(f"large-{datetime.now(UTC):%H%M%S%f}")
    token = issued(running, made.id)["token"]
    assert made.post("1", pictures.png(300, 300)).is_success
    key, prefix = {"S": f"GALLERY#{made.id}#1"}, {"S": "IMAGE#"}
    (image,) = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": key, ":sk": prefix},
    )["Items"]
    ids = range(1, 1001)
    for start in range(1, 1001, 25):
        batch = [
            {**image, "sk": {"S": f"IMAGE#{each:012d}"}, "id": {"N": str(each)}}
            for each in ids[start - 1 : start + 24]
        ]
        dynamodb.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": item}} for item in batch]}
        )
    dynamodb.update_item(
        TableName=table,
        Key={"pk": key, "sk": {"S": "HEAD"}},
        UpdateExpression="SET sorts = :sorts",
        ExpressionAttributeValues={":sorts": {"M": {str(each): {"N": str(each)} for each in ids}}},
    )

    answer = Native(token, running.client)("GET", "/products/1")

    assert answer.status_code == 200
    assert [each["id"] for each in answer.json()["images"]] == [*ids]


def issued(running: Running, shop: str, *options: str) -> dict[str, Any]:
    """What `credential create` prints."""
    done = vitrine(
        *("credential", "create", shop, "--dialect", "vitrine", "--port", str(running.port)),
        *options,
    )
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def test_a_credential_has_the_scopes_and_the_hours_that_were_asked_for(running: Running) -> None:
    login = issued(running, "1234", "--scope", "images:read", "--hours", "8")

    assert login["base_url"] == running.described["base_url"]
    token = Native(login["token"], running.client)("GET", "/shop").json()["token"]
    assert token["scopes"] == ["images:read"]
    left = datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=7, minutes=50) < left < timedelta(hours=8)
    refused = Native(login["token"], running.client)("DELETE", "/products/1/images/1")
    assert (refused.status_code, refused.json()["scope"]) == (403, "images:write")
    listed = json_lines(
        vitrine("credential", "list", "1234", "--json", "--port", str(running.port))
    )
    (row,) = [each for each in listed if each["id"] == login["id"]]
    assert datetime.fromisoformat(row["expires"]) > datetime.now(UTC)


def test_the_url_of_pictures_is_read_by_name_where_it_is_the_cdns(
    running: Running, native: Native
) -> None:
    """A version of the function with the settings of a stack that has no URL of its own."""
    functions = running.aws("lambda")
    (name,) = [
        each["PhysicalResourceId"]
        for each in running.aws("cloudformation").describe_stack_resources(StackName="vitrine")[
            "StackResources"
        ]
        if each["LogicalResourceId"] == "NativeGetShop"
    ]
    before = functions.get_function_configuration(FunctionName=name)["Environment"]
    parameter = running.aws("ssm").get_parameter(Name="/vitrine/vitrine/media-url")["Parameter"]
    by_name = {"MEDIA_URL": "", "MEDIA_URL_PARAMETER": parameter["Name"]}
    event = json.loads((ROOT / "events/native_get_shop.json").read_text())
    event["headers"]["authorization"] = f"Bearer {native.token}"
    try:
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**before["Variables"], **by_name}}
        )
        version = functions.publish_version(FunctionName=name)["Version"]
        called = functions.invoke(
            FunctionName=name, Qualifier=version, Payload=json.dumps(event).encode()
        )
    finally:
        functions.update_function_configuration(FunctionName=name, Environment=before)

    answer = json.loads(called["Payload"].read())
    assert json.loads(answer["body"])["media_url"] == parameter["Value"]
    assert parameter["Value"] == running.outputs["MediaUrl"]

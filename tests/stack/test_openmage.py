"""OpenMage over HTTP: signed by an OAuth client, in XML and JSON, in every store view."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import requests
from requests_oauthlib import OAuth1Session
from tests import pictures
from tests.stack.conftest import BigCommerce, Running, served, until

P = "/api/rest/products/{product}/images"
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


@pytest.fixture
def admin(running: Running) -> OAuth1Session:
    """A client that signs, with what `vitrine up --json` says of the demo shop."""
    login = running.described["credentials"]["openmage"]
    return OAuth1Session(
        login["consumer_key"], login["consumer_secret"], login["token"], login["token_secret"]
    )


def picture(data: bytes, **more: Any) -> dict[str, Any]:
    content = base64.b64encode(data).decode()
    return {"file_mime_type": "image/png", "file_content": content, **more}


def test_an_image_is_created_read_changed_and_deleted_by_signed_requests(
    running: Running, admin: OAuth1Session
) -> None:
    base = running.described["base_url"]
    images = base + P.format(product="sku 500+é")

    created = admin.post(images, json=picture(pictures.png(40, 30), label="front"), headers=JSON)
    assert (created.status_code, created.text) == (200, "")
    assert created.headers["content-type"] == "text/html; charset=UTF-8"
    path = created.headers["location"]
    assert re.fullmatch(r"/api/rest/products/sku%20500\+%C3%A9/images/\d+", path)
    read = admin.get(base + path, headers=JSON).json()
    assert (read["label"], read["exclude"], read["types"]) == ("front", "0", [])
    assert served(running.client, read["url"]).content == pictures.png(40, 30)
    assert re.search(r"/media/1234/catalog/product/i/m/image(_\d+)?\.png$", read["url"])

    changed = admin.put(
        base + path + "/store/2",
        data='<?xml version="1.0"?><magento_api><label>avant</label><types>'
        "<data_item>image</data_item></types></magento_api>",
        headers={"Content-Type": "application/xml"},
    )
    assert (changed.status_code, changed.text) == (200, "")
    french = ET.fromstring(admin.get(base + path + "/store/fr").text)  # noqa: S314
    assert french.findtext("label") == "avant"
    assert [each.text for each in french.findall("types/data_item")] == ["image"]
    assert admin.get(base + path, headers=JSON).json() == read, "globally nothing has changed"

    assert admin.delete(base + path).status_code == 200
    gone = admin.get(base + path, headers=JSON)
    assert (gone.status_code, gone.json()["messages"]["error"][0]["message"]) == (
        404,
        "Product image not found",
    )
    assert running.client.get(read["url"]).status_code == 200, "its picture is kept"


def test_guests_read_what_is_not_excluded_and_nothing_else(
    running: Running, admin: OAuth1Session
) -> None:
    base, images = running.described["base_url"], P.format(product="501")
    for excluded in (0, 1):
        body = picture(pictures.png(20, 20), exclude=excluded)
        assert admin.post(base + images, json=body, headers=JSON).status_code == 200

    guest = running.client.get(images, headers={"Accept": "application/json"})

    (only,) = guest.json()
    assert "exclude" not in only
    assert len(admin.get(base + images, headers=JSON).json()) == 2
    refused = running.client.post(
        images, content="<magento_api/>", headers={"Content-Type": "application/xml"}
    )
    assert refused.status_code == 403
    assert refused.text == (
        '<?xml version="1.0"?>\n<magento_api>\n  <messages>\n    <error>\n      <data_item>\n'
        "        <code>403</code>\n        <message>Access denied</message>\n"
        "      </data_item>\n    </error>\n  </messages>\n</magento_api>\n"
    )


def test_a_renamed_picture_is_served_under_both_names(
    running: Running, admin: OAuth1Session
) -> None:
    base, images = running.described["base_url"], P.format(product="502")
    body = picture(pictures.png(22, 22), file_name="stack old")
    path = admin.post(base + images, json=body, headers=JSON).headers["location"]
    old = admin.get(base + path, headers=JSON).json()["url"]
    served(running.client, old)

    assert admin.put(base + path, json={"file_name": "stack new"}, headers=JSON).status_code == 200

    new = admin.get(base + path, headers=JSON).json()["url"]
    assert new.endswith("/catalog/product/s/t/stack_new.png")
    assert served(running.client, new).content == pictures.png(22, 22)
    assert running.client.get(old).status_code == 200


def test_what_another_dialect_deletes_takes_its_names_along(
    running: Running, admin: OAuth1Session, bigcommerce: BigCommerce
) -> None:
    base, images = running.described["base_url"], P.format(product="503")
    body = picture(pictures.png(23, 23), file_name="stack gone")
    path = admin.post(base + images, json=body, headers=JSON).headers["location"]
    url = admin.get(base + path, headers=JSON).json()["url"]
    served(running.client, url)

    deleted = bigcommerce.send("DELETE", bigcommerce.images(503, int(path.rpartition("/")[2])))

    assert deleted.status_code == 204
    until(lambda: running.client.get(url).status_code in (403, 404) or None)
    admin.post(base + images, json=body, headers=JSON)
    (again,) = admin.get(base + images, headers=JSON).json()
    assert again["url"].endswith("/stack_gone_1.png"), "the name stays taken"


def test_a_signed_request_counts_once(running: Running, admin: OAuth1Session) -> None:
    base, images = running.described["base_url"], P.format(product="504")
    prepared = admin.prepare_request(requests.Request("GET", base + images, headers=JSON))

    first = admin.send(prepared)
    second = admin.send(prepared)

    assert first.status_code == 200
    assert second.status_code == 401
    assert second.headers["x-amzn-remapped-www-authenticate"] == "OAuth"
    assert second.json()["messages"]["error"] == [
        {"code": 401, "message": "oauth_problem=nonce_used"}
    ]


def test_of_many_copies_at_once_one_counts(running: Running, admin: OAuth1Session) -> None:
    base, images = running.described["base_url"], P.format(product="504")
    signed = admin.prepare_request(requests.Request("GET", base + images, headers=JSON))

    def send(_: int) -> int:
        with requests.Session() as client:
            return client.send(signed).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(16))) == [200] + [401] * 15


@pytest.mark.parametrize("slash", ["", "/"])
def test_what_was_signed_for_another_path_is_refused(
    running: Running, admin: OAuth1Session, slash: str
) -> None:
    base = running.described["base_url"]
    signed = admin.prepare_request(
        requests.Request("GET", base + P.format(product="505"), headers=JSON)
    )
    headers = {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in signed.headers.items()
    }

    answer = httpx.get(base + P.format(product="506") + slash, headers=headers)

    assert (answer.status_code, answer.json()["messages"]["error"][0]["message"]) == (
        401,
        "oauth_problem=signature_invalid",
    )
    assert admin.get(base + P.format(product="505") + slash, headers=JSON).status_code == 200


def test_of_many_files_of_one_name_each_gets_its_own(
    running: Running, admin: OAuth1Session
) -> None:
    base = running.described["base_url"]
    body = picture(pictures.png(24, 24), file_name="same name")

    def create(product: int) -> str:
        login = running.described["credentials"]["openmage"]
        client = OAuth1Session(
            login["consumer_key"], login["consumer_secret"], login["token"], login["token_secret"]
        )
        images = base + P.format(product=product)
        path = client.post(images, json=body, headers=JSON).headers["location"]
        return str(client.get(base + path, headers=JSON).json()["url"]).rpartition("/")[2]

    with ThreadPoolExecutor(6) as pool:
        names = sorted(pool.map(create, [600, 600, 600, 601, 602, 603]))

    assert names == [
        "same_name.png",
        *(f"same_name_{number}.png" for number in range(1, 6)),
    ]

"""BigCommerce over HTTP; the platform's own Python client among those who speak it."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import pictures
from tests.stack.conftest import BigCommerce, Elsewhere, Running, served
from tests.stack.tls import tls_front

from vitrine_cli.local.proxy import EVENT_LIMIT
from vitrine_cli.local.workspace import tool_bin

CLIENT = """
import json, os, sys
import bigcommerce.api
from bigcommerce.exception import ClientRequestException

where, token, store, url = sys.argv[1:]
os.environ["BC_API_ENDPOINT"] = where
apis = {
    "oauth": lambda: bigcommerce.api.BigcommerceApi(
        client_id="client", store_hash=store, access_token=token),
    "basic": lambda: bigcommerce.api.BigcommerceApi(host=where, basic_auth=("me", token)),
}
said = {}
for number, (name, connect) in enumerate(apis.items(), 200):
    images = connect().ProductImages
    first = images.create(number, image_file=url, description="first")
    second = images.create(number, image_file=url, sort_order=0, is_thumbnail=True)
    second.update(description="second", sort_order=5)
    try:
        images.create(number, image_file="none.png")
    except ClientRequestException as refused:
        complaint = json.loads(refused.content)[0]["details"]["invalid_reason"]
    listed = [(each.description, each.sort_order, each.is_thumbnail) for each in images.all(number)]
    read = images.get(number, first.id).image_file == first.image_file
    counted = images.count()
    first.delete()
    left = [each.id == second.id for each in images.all(number)]
    images.delete_all(number)
    empty = "id" not in images.all(number)
    said[name] = [listed, read, counted >= 2, left, empty, complaint]
print(json.dumps(said))
"""


@pytest.fixture
def https(running: Running, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The stack behind TLS, as the platform's client wants it: host and port, and whom to trust."""
    with tls_front(running.port, tmp_path) as (port, trusted):
        yield f"localhost:{port}", trusted


def start_functions(bigcommerce: BigCommerce) -> None:
    """Call every function once, because the client times out after seven seconds.

    On a busy machine, a cold start can take longer.
    """
    images = bigcommerce.images(199)
    created = [bigcommerce.upload(199, pictures.png(20, 20)).json()["id"] for _ in range(2)]
    one = bigcommerce.images(199, created[0])
    for method, path, body in (
        ("PUT", one, {"description": "a mug"}),
        ("GET", one, None),
        ("GET", images, None),
        ("GET", f"{images}/count", None),
        ("GET", f"/stores/{bigcommerce.store}/v2/products/images/count", None),
        ("DELETE", one, None),
        ("DELETE", images, None),
    ):
        assert bigcommerce.send(method, path, json=body).is_success


def test_the_platforms_own_client_works_after_changing_host_and_token(
    bigcommerce: BigCommerce, elsewhere: Elsewhere, https: tuple[str, Path]
) -> None:
    where, trusted = https
    url = elsewhere.put("/mug.png", pictures.png(50, 50))
    start_functions(bigcommerce)
    python = tool_bin("clients") / "python"

    run = subprocess.run(
        [python, "-c", CLIENT, where, bigcommerce.token, bigcommerce.store, url],
        env={"PATH": os.environ["PATH"], "REQUESTS_CA_BUNDLE": str(trusted)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    missing = "The file 'none.png' is missing or is not usable by this resource."
    wanted = [[["first", 1, False], ["second", 5, True]], True, True, [True], True, missing]
    assert json.loads(run.stdout) == {"oauth": wanted, "basic": wanted}


def test_the_full_size_picture_is_where_image_file_says(
    running: Running, bigcommerce: BigCommerce
) -> None:
    data = pictures.encode(pictures.gradient(90, 60), "WEBP")

    created = bigcommerce.upload(210, data, description="A mug", sort_order="3")

    assert created.status_code == 201
    image = created.json()
    assert created.headers["location"] == bigcommerce.images(210, image["id"])
    url = f"{running.described['media_url']}/1234/product_images/{image['image_file']}"
    assert served(running.client, url).content == data
    assert (image["description"], image["sort_order"]) == ("A mug", 3)


def test_a_file_of_the_import_folder_is_taken_by_its_path(
    running: Running, bigcommerce: BigCommerce
) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    key = "import/1234/mugs/é 1+2 %20.png"
    s3.put_object(Bucket=bucket, Key=key, Body=pictures.png(33, 33))
    s3.put_object(Bucket=bucket, Key="import/other/mug.png", Body=pictures.png(33, 33))

    def post(path: str) -> tuple[int, object]:
        answer = bigcommerce.send(
            "POST", bigcommerce.images(211) + ".json", json={"image_file": path}
        )
        return answer.status_code, answer.json()

    status, _ = post("mugs/é 1+2 %20.png")
    assert status == 201
    for path in ("mugs/none.png", "../other/mug.png", "/mugs/é 1+2 %20.png", "ftp://x/a.png"):
        reason = f"The file '{path}' is missing or is not usable by this resource."
        message = "The field 'image_file' is invalid."
        refusal = {"status": 400, "message": message, "details": {"invalid_reason": reason}}
        assert post(path) == (400, [refusal])
    assert len(bigcommerce.listed(211)) == 1
    s3.head_object(Bucket=bucket, Key=key)  # it stays there


def test_a_products_images_go_at_once_or_page_by_page(bigcommerce: BigCommerce) -> None:
    for _ in range(3):
        assert bigcommerce.upload(212, pictures.png(20, 20)).status_code == 201

    first, *_ = bigcommerce.listed(212)
    page = bigcommerce.send("DELETE", bigcommerce.images(212) + "?limit=1")
    assert (page.status_code, page.content) == (204, b"")
    assert [each["id"] > first["id"] for each in bigcommerce.listed(212)] == [True, True]
    assert bigcommerce.send("DELETE", bigcommerce.images(212)).status_code == 204
    assert bigcommerce.send("GET", bigcommerce.images(212)).status_code == 204
    assert bigcommerce.send("GET", bigcommerce.images(212) + "/count").json() == {"count": 0}


def test_what_fits_through_the_gateway_is_taken_and_what_does_not_is_told_how(
    running: Running, bigcommerce: BigCommerce, elsewhere: Elsewhere
) -> None:
    """A form comes to the function in base64: 6 000 000 bytes of that are 4 500 000 of form."""
    too_large = (
        "The request is too large. Send image_file as a URL, upload the file to the import "
        "directory and send its path, or upload it with a form of Vitrine's API, /vitrine/v1."
    )

    assert bigcommerce.upload(213, pictures.padded_png(4_499_500)).status_code == 201
    beyond = bigcommerce.upload(213, pictures.padded_png(4_500_100))
    assert (beyond.status_code, beyond.json()) == (413, [{"status": 413, "message": too_large}])
    gateways = bigcommerce.upload(213, b"\0" * (EVENT_LIMIT // 4 * 3))
    assert (gateways.status_code, gateways.json()) == (413, {"message": "Request Entity Too Large"})
    # The ways that the answer names, up to the limit for pictures.
    exact = pictures.padded_png(8_388_608)
    url = elsewhere.put("/exact.png", exact)
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    s3.put_object(Bucket=bucket, Key="import/1234/exact.png", Body=exact)
    s3.put_object(Bucket=bucket, Key="import/1234/over.png", Body=pictures.padded_png(8_388_609))
    answers = [
        bigcommerce.send("POST", bigcommerce.images(213), json={"image_file": file})
        for file in (url, "exact.png", "over.png")
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 400]
    assert answers[2].json()[0]["details"] == {
        "invalid_reason": "The file 'over.png' is larger than 8 MB."
    }

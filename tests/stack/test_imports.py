"""Files dropped into the import folder of the deployed stack, with no API call at all."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests import pictures
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


def test_a_dropped_file_becomes_an_image_with_all_its_pictures(
    running: Running, bigcommerce: BigCommerce
) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    data = pictures.png(45, 45)

    s3.put_object(Bucket=bucket, Key="import/1234/products/300/кружка 1+2 é.png", Body=data)

    (image,) = until(lambda: bigcommerce.listed(300) or None)
    url = f"{running.described['media_url']}/1234/product_images/{image['image_file']}"
    assert served(running.client, url).content == data
    rows = json_lines(vitrine("imports", "1234", "--json", "--port", str(running.port)))
    (row,) = [row for row in rows if row["product"] == "300"]
    assert (row["file"], row["image"], row["rejected"]) == (
        "products/300/кружка 1+2 é.png",
        image["id"],
        None,
    )


def test_an_event_sent_twice_makes_one_image(running: Running, bigcommerce: BigCommerce) -> None:
    s3, functions = running.aws("s3"), running.aws("lambda")
    bucket, key = running.outputs["OriginalsBucket"], "import/1234/products/301/a.png"
    resources = running.aws("cloudformation").describe_stack_resources(StackName="vitrine")
    (name,) = [
        each["PhysicalResourceId"]
        for each in resources["StackResources"]
        if each["LogicalResourceId"] == "ImportFile"
    ]
    s3.put_object(Bucket=bucket, Key=key, Body=pictures.png(46, 46))
    until(lambda: bigcommerce.listed(301) or None)
    stored = running.aws("dynamodb").get_item(
        TableName=running.outputs["Table"],
        Key={"pk": {"S": "IMPORT#1234"}, "sk": {"S": "FILE#products/301/a.png"}},
    )["Item"]
    thing = {"key": key, "eTag": stored["tag"]["S"], "sequencer": stored["sequencer"]["S"]}
    event = {"Records": [{"s3": {"object": thing}}]}

    again = functions.invoke(FunctionName=name, Payload=json.dumps(event))

    assert "FunctionError" not in again
    assert len(bigcommerce.listed(301)) == 1


def test_a_bad_file_leaves_a_reason_that_a_good_one_takes_away(
    running: Running, bigcommerce: BigCommerce
) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    key, port = "import/1234/products/302/a.png", str(running.port)

    def rejected() -> list[str]:
        shown = vitrine("imports", "1234", "--rejected", "--json", "--port", port)
        return [row["rejected"] for row in json_lines(shown) if row["product"] == "302"]

    s3.put_object(Bucket=bucket, Key=key, Body=b"no picture")
    reasons = until(lambda: rejected() or None)
    table = vitrine("imports", "1234", "--rejected", "--port", port)
    s3.head_object(Bucket=bucket, Key=key)  # the file is still there
    s3.put_object(Bucket=bucket, Key=key, Body=pictures.png(47, 47))

    assert reasons == ["it is not a complete GIF, JPEG, PNG, WEBP or BMP picture"]
    assert "products/302/a.png" in table.stdout
    assert "it is not a complete GIF" in table.stdout
    until(lambda: bigcommerce.listed(302) or None)
    assert rejected() == []


NAMES = [f"{number:02d}.png" for number in range(1, 11)]


@pytest.mark.parametrize("product", range(310, 320))
def test_ten_files_dropped_eight_at_a_time_are_in_the_order_of_their_names(
    running: Running, native: Native, product: int
) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]

    def drop(number: int) -> None:
        key = f"import/1234/products/{product}/{NAMES[number]}"
        s3.put_object(Bucket=bucket, Key=key, Body=pictures.png(48 + number, product - 250))

    order = random.Random(product).sample(range(10), 10)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(drop, order))

    def images() -> list[dict[str, Any]] | None:
        shown: list[dict[str, Any]] = native.gallery(product)["images"]
        return shown if len(shown) == 10 else None

    shown = until(images)
    assert [each["file_name"] for each in shown] == NAMES
    assert [each["thumbnail"] for each in shown] == [True, *[False] * 9]


def test_what_a_client_placed_stays_when_another_file_arrives(
    running: Running, native: Native, tiendanube: Tiendanube
) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]

    def drop(*numbers: int) -> None:
        before = len(native.gallery(320)["images"])
        for number in numbers:
            key = f"import/1234/products/320/{NAMES[number - 1]}"
            s3.put_object(Bucket=bucket, Key=key, Body=pictures.png(48 + number, 49))
        until(lambda: len(native.gallery(320)["images"]) == before + len(numbers) or None)

    def names() -> list[str]:
        return [each["file_name"].removesuffix(".png") for each in native.gallery(320)["images"]]

    drop(1, 3, 5)
    tiendanube.attach(320, pictures.png(90, 91), filename="by client.png", position=2)
    moved = native.gallery(320)["images"][3]["id"]
    tiendanube.send("PUT", tiendanube.images(320, moved), json={"position": 1})
    assert names() == ["05", "01", "by client", "03"]

    drop(2, 4)

    assert names() == ["05", "01", "by client", "02", "03", "04"]
    assert native.gallery(320)["images"][1]["thumbnail"], "of 01, by default"

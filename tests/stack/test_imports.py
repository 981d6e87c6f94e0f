"""Files dropped into the import folder of the deployed stack, with no API call at all."""

import json

from tests import pictures
from tests.stack.conftest import BigCommerce, Running, served, until, vitrine


def test_a_dropped_file_becomes_an_image_with_all_its_pictures(
    running: Running, bigcommerce: BigCommerce
) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    data = pictures.png(45, 45)

    s3.put_object(Bucket=bucket, Key="import/1234/products/300/кружка 1+2 é.png", Body=data)

    (image,) = until(lambda: bigcommerce.listed(300) or None)
    url = f"{running.described['media_url']}/1234/product_images/{image['image_file']}"
    assert served(running.client, url).content == data
    rows = json.loads(vitrine("imports", "1234", "--json", "--port", str(running.port)).stdout)
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
        return [row["rejected"] for row in json.loads(shown.stdout) if row["product"] == "302"]

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

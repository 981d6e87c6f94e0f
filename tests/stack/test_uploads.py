"""Files that are sent to storage with presigned forms, on the deployed stack (vitrine §6)."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests import pictures
from tests.stack.conftest import BigCommerce, Native, Running, served, until

LIMIT = 20_971_520
NAMES = [f"{number:02d}.png" for number in range(1, 11)]


def announce(native: Native, product: int, *files: dict[str, Any]) -> dict[str, Any]:
    answer = native("POST", f"/products/{product}/uploads", json={"files": list(files)})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def file(data: bytes, name: str = "a.png", kind: str = "image/png") -> dict[str, Any]:
    return {"name": name, "type": kind, "bytes": len(data)}


def post(form: Any, data: bytes, url: str = "", **fields: str) -> httpx.Response:
    sent = {**form["fields"], **fields}
    return httpx.post(url or form["url"], data=sent, files={"file": data}, timeout=60)


def settled(native: Native, upload: str) -> list[dict[str, Any]]:
    """The files of a batch, as soon as none is waiting."""

    def look() -> list[dict[str, Any]] | None:
        shown = native("GET", f"/uploads/{upload}").json()
        found: list[dict[str, Any]] = shown["files"]
        return None if shown["counts"]["waiting"] else found

    return until(look)


def names(native: Native, product: int) -> list[str]:
    return [each["file_name"] for each in native.gallery(product)["images"]]


def test_ten_files_sent_in_reverse_and_at_once_come_out_in_order(native: Native) -> None:
    data = [pictures.png(60 + number, 40) for number in range(10)]
    made = announce(native, 750, *map(file, data, NAMES))
    forms = [each["post"] for each in made["files"]]

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, reversed(forms), reversed(data)))

    assert {answer.status_code for answer in answers} == {201}
    assert {each["state"] for each in settled(native, made["id"])} == {"done"}
    assert names(native, 750) == NAMES
    shown = native.gallery(750)["images"]
    assert [each["thumbnail"] for each in shown] == [True, *[False] * 9]


def test_a_form_takes_its_own_file_only(running: Running, native: Native) -> None:
    data = pictures.png(50, 51)
    made = announce(native, 751, file(data))
    (form,) = (each["post"] for each in made["files"])
    key = form["fields"]["key"]
    signature = form["fields"]["x-amz-signature"]
    swapped = ("0" if signature[0] != "0" else "1") + signature[1:]

    assert post(form, data, key=key.replace("001", "002")).status_code == 403
    assert post(form, data, key="originals/1234/1/0-a/a.png").status_code == 403
    assert post(form, data, **{"Content-Type": "text/html"}).status_code == 403
    assert post(form, data, success_action_status="200").status_code == 403
    assert post(form, data, **{"x-amz-signature": swapped}).status_code == 403
    assert post(form, data + b"1").status_code == 400
    assert post(form, data[:-1]).status_code == 400
    assert running.keys("OriginalsBucket", f"uploads/1234/{made['id']}") == []
    assert post(form, data).status_code == 201
    (done,) = settled(native, made["id"])
    assert done["state"] == "done"
    until(lambda: running.keys("OriginalsBucket", f"uploads/1234/{made['id']}") == [] or None)


def test_a_picture_of_20_mebibytes_passes_and_one_byte_more_does_not(
    running: Running, native: Native, bigcommerce: BigCommerce
) -> None:
    data = pictures.padded_png(LIMIT)
    larger = native("POST", "/products/752/uploads", json={"files": [file(data + b"1")]})
    assert larger.status_code == 422
    (error,) = larger.json()["errors"]
    assert (error["pointer"], error["code"], error["max"]) == ("/files/0/bytes", "too_large", LIMIT)

    made = announce(native, 752, file(data))
    assert post(made["files"][0]["post"], data + b"1").status_code == 400
    assert post(made["files"][0]["post"], data).status_code == 201

    (done,) = settled(native, made["id"])
    assert done["state"] == "done"
    (image,) = bigcommerce.listed(752)
    assert image["id"] == done["image"]
    found = native("GET", f"/products/752/images/{done['image']}").json()
    assert pictures.opened(served(running.client, found["url"]).content).size == (
        found["width"],
        found["height"],
    )


def test_an_event_sent_twice_or_late_makes_one_image(running: Running, native: Native) -> None:
    data = pictures.png(52, 51)
    made = announce(native, 753, file(data))
    form = made["files"][0]["post"]
    assert post(form, data).status_code == 201
    settled(native, made["id"])
    stored = running.aws("dynamodb").get_item(
        TableName=running.outputs["Table"],
        Key={"pk": {"S": "IMPORT#1234"}, "sk": {"S": f"UPLOAD#{made['id']}#001"}},
    )["Item"]
    tag, sequencer = stored["tag"]["S"], stored["sequencer"]["S"]
    thing = {"key": form["fields"]["key"], "eTag": tag, "sequencer": sequencer}
    resources = running.aws("cloudformation").describe_stack_resources(StackName="vitrine")
    (name,) = [
        each["PhysicalResourceId"]
        for each in resources["StackResources"]
        if each["LogicalResourceId"] == "ImportFile"
    ]

    for _ in range(2):
        again = running.aws("lambda").invoke(
            FunctionName=name, Payload=json.dumps({"Records": [{"s3": {"object": thing}}]})
        )
        assert "FunctionError" not in again
    assert post(form, data).status_code == 201, "the place is done"

    until(lambda: running.keys("OriginalsBucket", f"uploads/1234/{made['id']}") == [] or None)
    assert len(native.gallery(753)["images"]) == 1
    first = native.gallery(753)["images"][0]["id"]
    assert len(running.keys("OriginalsBucket", f"originals/1234/{first}/")) == 1


def test_a_rejected_file_is_sent_again_and_gets_its_place(native: Native) -> None:
    good = [pictures.png(53 + number, 51) for number in range(3)]
    bad = b"x" * len(good[1])
    made = announce(native, 754, *map(file, good, NAMES))
    forms = [each["post"] for each in made["files"]]
    for form, data in zip(forms, [good[0], bad, good[2]], strict=True):
        assert post(form, data).status_code == 201
    (_, rejected, _) = settled(native, made["id"])
    assert (rejected["state"], rejected["reason"]["code"]) == ("rejected", "not_a_picture")
    assert names(native, 754) == ["01.png", "03.png"]

    assert post(forms[1], good[1]).status_code == 201

    until(lambda: names(native, 754) == NAMES[:3] or None)


def test_bytes_of_an_image_are_replaced_in_place(native: Native, bigcommerce: BigCommerce) -> None:
    first, second = (
        bigcommerce.upload(755, pictures.png(60 + edge, 30)).json()["id"] for edge in range(2)
    )
    data = pictures.png(99, 98)
    made = announce(native, 755, {**file(data, "new.png"), "replaces": first, "alt": "Nueva"})

    assert post(made["files"][0]["post"], data).status_code == 201

    (done,) = settled(native, made["id"])
    assert done["image"] == first
    shown = native.gallery(755)["images"]
    assert [each["id"] for each in shown] == [first, second]
    assert (shown[0]["file_name"], shown[0]["alt"], shown[0]["width"]) == ("new.png", "Nueva", 99)


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "a"}])
def test_a_repeated_announcement_renews_the_forms(native: Native, key: dict[str, str]) -> None:
    body = {"files": [file(pictures.png(54, 51))]}
    made = [
        native("POST", "/products/756/uploads", json=body, headers=key).json() for _ in range(2)
    ]

    assert (made[0]["id"] == made[1]["id"]) == bool(key)
    assert post(made[1]["files"][0]["post"], pictures.png(54, 51)).status_code == 201

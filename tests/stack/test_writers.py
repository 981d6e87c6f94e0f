"""Many writers at one product at the same time, over HTTP, in every dialect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests import pictures
from tests.stack.conftest import BigCommerce, Running, Shop, Tiendanube

PRODUCT = 400


def test_of_twenty_writers_nothing_is_lost_doubled_or_out_of_order(
    running: Running, shop: Shop, tiendanube: Tiendanube, bigcommerce: BigCommerce
) -> None:
    first = [
        tiendanube.attach(PRODUCT, pictures.png(20 + each, 20)).json()["id"] for each in range(6)
    ]
    total = bigcommerce.send("GET", "/api/v2/products/images/count").json()["count"]

    def create(position: int) -> httpx.Response:
        return tiendanube.attach(PRODUCT, pictures.png(40 + position, 20), position=position)

    def upload(sort: int) -> httpx.Response:
        return bigcommerce.upload(PRODUCT, pictures.png(60 + sort, 20), sort_order=str(sort))

    def move(image: int, position: int) -> httpx.Response:
        body = {"position": position, "alt": f"moved {image}"}
        return tiendanube.send("PUT", tiendanube.images(PRODUCT, image), json=body)

    def place(image: int, sort: int) -> httpx.Response:
        body = {"sort_order": sort, "is_thumbnail": True}
        return bigcommerce.send("PUT", bigcommerce.images(PRODUCT, image), json=body)

    writers: list[Callable[[], httpx.Response]] = [
        *(lambda each=each: create(each) for each in (1, 2, 3, 99)),
        *(lambda each=each: upload(each) for each in (0, 1, 2, 7)),
        *(lambda image=image: move(image, 1) for image in first[1:5]),
        *(lambda image=image: place(image, 2) for image in first[1:5]),
        lambda: bigcommerce.send("DELETE", bigcommerce.images(PRODUCT, first[0])),
        lambda: tiendanube.send("DELETE", tiendanube.images(PRODUCT, first[5])),
        lambda: create(5),
        lambda: upload(5),
    ]
    assert len(writers) == 20
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda write: write(), writers))

    statuses = [answer.status_code for answer in answers]
    assert statuses == [201] * 8 + [200] * 8 + [204, 200, 201, 201], statuses
    created = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    expected = created | set(first[1:5])
    listed = tiendanube.listed(PRODUCT)
    assert [each["position"] for each in listed] == list(range(1, 15))
    assert {each["id"] for each in listed} == expected
    others = bigcommerce.listed(PRODUCT)
    assert [each["id"] for each in others] == sorted(expected)
    in_order = sorted(others, key=lambda each: (each["sort_order"], each["id"]))
    assert [each["id"] for each in in_order] == [each["id"] for each in listed]
    assert sum(each["is_thumbnail"] for each in others) == 1
    texts = {each["id"]: each["alt"] for each in listed}
    assert [texts[image] for image in first[1:5]] == [
        {"es": f"moved {image}"} for image in first[1:5]
    ]
    assert len(shop.send("GET", shop.images(str(PRODUCT))).json()["items"]) == 14
    count = bigcommerce.send("GET", bigcommerce.images(PRODUCT) + "/count").json()["count"]
    assert count == 14
    assert bigcommerce.send("GET", "/api/v2/products/images/count").json()["count"] == total + 8
    for image in expected:
        assert len(running.keys("OriginalsBucket", f"originals/1234/{image}/")) == 1

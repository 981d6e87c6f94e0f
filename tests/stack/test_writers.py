"""Many writers at one product at the same time, over HTTP, in every dialect."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
from tests import pictures
from tests.adapters.test_galleries import image as image_record
from tests.stack.conftest import BigCommerce, Running, Shop, Tiendanube

from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.table import Table
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image
from vitrine.domain.usage import usage_of
from vitrine.services.catalogue import RetryPolicy, retry_on_conflict

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


class Metered:
    """A client of DynamoDB that notes what transactions consume in the index `Listed`."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.units: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **arguments: Any) -> Any:
        answer = self._client.transact_write_items(**arguments, ReturnConsumedCapacity="INDEXES")
        (consumed,) = answer["ConsumedCapacity"]
        indexes = consumed.get("GlobalSecondaryIndexes", {})
        self.units.append(indexes.get("Listed", {}).get("CapacityUnits", 0))
        return answer


def test_only_the_first_image_and_the_last_write_the_index(running: Running) -> None:
    client = Metered(running.aws("dynamodb"))
    galleries = DynamoGalleries(Table(client, running.outputs["Table"]))
    first, second = image_record(1, "units", "p"), image_record(2, "units", "p")

    def commit(after: Gallery, **images: Any) -> None:
        head = galleries.gallery("units", "p")
        galleries.commit(GalleryChange("units", "p", head, after, **images))

    commit(Gallery().append(1), added=(first,))
    commit(galleries.gallery("units", "p").append(2), added=(second,))
    commit(galleries.gallery("units", "p").move(2, 1))
    commit(galleries.gallery("units", "p").remove(1), removed=(first,))
    commit(galleries.gallery("units", "p").remove(2), removed=(second,))

    assert client.units == [1, 0, 0, 0, 1]


def test_index_and_counters_are_right_after_twenty_writers(running: Running) -> None:
    """Each writer adds and removes images of three products, which are often empty."""
    shop, products = "writers", ("1", "10", "9")
    galleries = DynamoGalleries(Table(running.aws("dynamodb"), running.outputs["Table"]))
    policy = RetryPolicy(None, 0.2)

    def write(writer: int) -> None:
        chosen = random.Random(writer)
        for turn in range(3):
            added = image_record(writer * 10 + turn, shop, chosen.choice(products))

            def add(added: Image = added) -> None:
                head = galleries.gallery(shop, added.product)
                after = head.append(added.id)
                galleries.commit(GalleryChange(shop, added.product, head, after, added=(added,)))

            def remove(added: Image = added) -> None:
                head = galleries.gallery(shop, added.product)
                after = head.remove(added.id)
                galleries.commit(GalleryChange(shop, added.product, head, after, removed=(added,)))

            retry_on_conflict(add, policy)
            if chosen.random() < 0.9:
                retry_on_conflict(remove, policy)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(1, 21)))

    galleries_now = {each: galleries.gallery_with_images(shop, each) for each in products}
    full = [each for each, (head, _) in galleries_now.items() if len(head)]
    assert list(galleries.products(shop).products) == sorted(full)
    live = [each for _, images in galleries_now.values() for each in images.values()]
    assert replace(galleries.usage(shop), exact=True) == usage_of(live, (), ())
    for product in full:
        head, images = galleries_now[product]
        gone = tuple(images.values())
        after = head.remove(*images)
        galleries.commit(GalleryChange(shop, product, head, after, removed=gone))
    assert galleries.products(shop).products == ()

"""How a list and a move grow with the gallery: warm, in process, against the emulator."""

import statistics
import time
from typing import Any

from tests.adapters.test_galleries import image
from tests.benchmarks.conftest import Show
from tests.benchmarks.test_requests import Stopwatch, stopwatch
from tests.gateway import Gateway
from tests.stack.conftest import BigCommerce, Running, Tiendanube, bigcommerce, tiendanube

from vitrine import environment
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange

__all__ = ["bigcommerce", "stopwatch", "tiendanube"]

SIZES = (1, 10, 100, 250, 1000)
RUNS = 15


def fill(shop: str, product: str, images: int) -> None:
    galleries = environment.current().stores.galleries
    head = Gallery()
    for start in range(0, images, 90):
        batch = [
            image(galleries.next_image_id(shop), shop, product)
            for _ in range(min(90, images - start))
        ]
        after = head
        for each in batch:
            after = after.append(each.id)
        head = galleries.commit(GalleryChange(shop, product, head, after, added=tuple(batch)))


def test_lists_and_moves_from_one_image_to_a_thousand(
    stopwatch: Stopwatch,
    running: Running,
    tiendanube: Tiendanube,
    bigcommerce: BigCommerce,
    show: Show,
) -> None:
    rows: list[tuple[object, ...]] = []
    tokens = {
        "Authentication": tiendanube.token,
        "X-Auth-Token": bigcommerce.token,
        "User-Agent": "benchmark",
    }
    send = Gateway(headers=tokens)
    shop = running.described["shop"]

    def timed(name: str, images: int, method: str, path: str, bodies: list[Any]) -> None:
        spent, aws, calls = [], [], set()
        for body in bodies:
            stopwatch.spent, stopwatch.calls = 0.0, 0
            began = time.perf_counter()
            answer = send(method, path, **({"json": body} if body else {}))
            spent.append(time.perf_counter() - began)
            aws.append(stopwatch.spent)
            calls.add(stopwatch.calls)
            assert answer.status == 200, answer.body
        total, theirs = statistics.median(spent) * 1000, statistics.median(aws) * 1000
        rows.append((name, images, total, theirs, total - theirs, *calls))

    for images in SIZES:
        product = 90_000 + images
        fill(shop, str(product), images)
        listed = tiendanube.images(product)
        first = send("GET", f"{listed}?per_page=1").json[0]["id"]
        send("GET", bigcommerce.images(product))  # from here on both callers are known
        ends = [{"position": [1, images][number % 2]} for number in range(1, RUNS + 1)]
        sorts = [{"sort_order": number % 2} for number in range(RUNS)]
        timed("tiendanube: list of 30", images, "GET", listed, [None] * RUNS)
        timed(
            "bigcommerce: list of 250",
            images,
            "GET",
            bigcommerce.images(product) + "?limit=250",
            [None] * RUNS,
        )
        timed("tiendanube: move", images, "PUT", tiendanube.images(product, first), ends)
        timed("bigcommerce: move", images, "PUT", bigcommerce.images(product, first), sorts)

    show(
        f"From 1 to 1000 images, warm, in process against the emulator, median of {RUNS}",
        ("operation", "images", "total ms", "AWS ms", "ours ms", "AWS calls"),
        sorted(rows, key=lambda row: str(row[0])),
    )

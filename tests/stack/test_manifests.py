"""From each dialect's answer alone to every size and format of the picture."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import ImageOps
from tests import pictures
from tests.stack.conftest import BigCommerce, Inventorum, Running, Shop, Tiendanube, until
from tests.stack.test_delivery import FOR_EVER, full_size, key_of, of_openmage, stored

GALLERY = ["50-0", "100-0", "240-0", "320-0", "480-0", "640-0", "1024-1024"]
LIBRARY = ["thumb", "thumb_retina", "ipad", "ipad_retina", "ebay"]
ELSEWHERE = {"Origin": "https://shop.example"}


def manifest(running: Running, url: str) -> dict[str, Any]:
    """The manifest of a picture, as the page of another site gets it."""
    answer = running.client.get(f"{url}.json", headers=ELSEWHERE)
    assert answer.status_code == 200, f"{url}: {answer.text}"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == FOR_EVER
    assert_public(answer)
    found: dict[str, Any] = answer.json()
    return found


def assert_public(answer: httpx.Response) -> None:
    """Every site may read the answer, and no browser runs it as a document."""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def assert_all_sizes(running: Running, url: str, names: list[str], shape: tuple[int, int]) -> None:
    """All sizes of the picture at `url` exist in all formats and have the stated pixels."""
    found = manifest(running, url)
    assert [each["name"] for each in found["sizes"]] == names
    assert (found["width"], found["height"]) == shape
    stated = [
        (address, media_type, (size["width"], size["height"]))
        for size in found["sizes"]
        for media_type, address in size["formats"].items()
    ]
    stated.append((found["url"], found["type"], shape))
    assert len(stated) == 2 * len(names) + 1, "each size as WebP, too"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(running.client.get, (address for address, *_ in stated)))

    for (address, media_type, size), answer in zip(stated, answers, strict=True):
        assert answer.status_code == 200, address
        assert answer.headers["content-type"] == media_type
        shown = ImageOps.exif_transpose(pictures.opened(answer.content))
        assert shown.size == size, address
    assert len(answers[-1].content) == found["bytes"]
    chosen = [part.rpartition(" ") for part in found["srcset"].split(", ")]
    negotiated = running.client.get(chosen[0][0], headers={"Accept": "image/webp,*/*;q=0.8"})
    assert negotiated.headers["content-type"] == "image/webp"
    assert f"{pictures.opened(negotiated.content).width}w" == chosen[0][2]


def test_evotors_answer_leads_to_all_sizes(running: Running, shop: Shop) -> None:
    image = shop.post("manifest", pictures.png(300, 300)).json()

    assert_all_sizes(running, image["url"], GALLERY, (300, 300))


def test_tiendanubes_answer_leads_to_all_sizes(running: Running, tiendanube: Tiendanube) -> None:
    image = tiendanube.attach(7600, pictures.jpeg(1300, 900, exif=pictures.oriented(6))).json()

    assert_all_sizes(running, image["src"], GALLERY, (900, 1300))


def test_bigcommerces_answer_leads_to_all_sizes(running: Running, bigcommerce: BigCommerce) -> None:
    image = bigcommerce.upload(7601, pictures.png(1200, 800)).json()

    assert_all_sizes(running, full_size(running, image), GALLERY, (1200, 800))


def test_openmages_answer_leads_to_all_sizes(running: Running) -> None:
    (url,) = of_openmage(running, 7602)

    assert "/catalog/product/" in url
    assert_all_sizes(running, url, GALLERY, (900, 700))


def test_inventorums_answer_leads_to_all_sizes(running: Running, inventorum: Inventorum) -> None:
    urls = inventorum.upload(pictures.jpeg(1700, 1200)).json()["urls"]

    for url in urls.values():
        assert_all_sizes(running, url, LIBRARY, (1700, 1200))


def test_a_manifest_is_stored_and_goes_with_its_picture(
    running: Running, tiendanube: Tiendanube
) -> None:
    image = tiendanube.attach(7603, pictures.jpeg(300, 200)).json()
    webp = f"{image['src']}.webp"
    found = manifest(running, webp)
    assert found == manifest(running, found["url"]), "all names of the same bytes have the same"
    addresses = [f"{webp}.json", f"{found['url']}.json"]
    assert all(stored(running, key_of(each)) for each in addresses)
    assert "etag" in running.client.get(addresses[0]).headers, "this one is storage's"

    deleted = tiendanube.send("DELETE", tiendanube.images(7603, image["id"]))

    assert deleted.status_code == 200
    until(lambda: not any(stored(running, key_of(each)) for each in addresses) or None)


@pytest.mark.parametrize("ending", [".json.json", ".gif.json", "x.json"])
def test_what_is_no_picture_has_no_manifest(
    running: Running, tiendanube: Tiendanube, ending: str
) -> None:
    image = tiendanube.attach(7604, pictures.jpeg(300, 200)).json()
    manifest(running, image["src"])

    assert running.client.get(image["src"] + ending).status_code == 404


def test_pictures_are_open_to_every_site_and_run_nowhere(
    running: Running, tiendanube: Tiendanube
) -> None:
    url = tiendanube.attach(7605, pictures.jpeg(300, 200)).json()["src"]

    first = running.client.get(url, headers=ELSEWHERE)
    until(lambda: stored(running, key_of(url)) or None)
    after = running.client.get(url, headers=ELSEWHERE)

    for answer in (first, after):
        assert answer.status_code == 200
        assert_public(answer)

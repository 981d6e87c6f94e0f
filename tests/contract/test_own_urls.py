"""URLs of the deployment's own pictures, sent back in any spelling (contract: tiendanube §4).

An own URL of the image itself means that the picture stays; that of another image of the shop
stands for that image's original. Only other shops' URLs are downloaded.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import pictures
from tests.conftest import MEDIA_URL, World
from tests.gateway import Gateway

from vitrine import environment
from vitrine.domain.locations import original_address
from vitrine.domain.renditions import Alternative

LARGE = pictures.jpeg(3000, 2000)
OTHER = pictures.png(700, 500)
HOSTS = ["cdn.example", "api.example", "d1.cloudfront.net"]


class Shop:
    """A shop whose clients speak Tiendanube, BigCommerce, OpenMage, Evotor and Inventorum."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.open_shop("shop1", tiendanube_store_id="555", bigcommerce_store_hash="abc123")
        world.issue("t", "shop1", "tiendanube", "write_products")
        world.issue("b", "shop1", "bigcommerce", "store_v2_products")
        world.issue("o", "shop1", "openmage", "read", "write")
        world.issue("i", "shop1", "inventorum", "images")
        self.tiendanube = Gateway(headers={"Authentication": "bearer t", "User-Agent": "x"})
        self.bigcommerce = Gateway(headers={"X-Auth-Token": "b"})
        self.openmage = Gateway(headers={"Authorization": "Bearer o", "Accept": "application/json"})
        self.inventorum = Gateway(headers={"Authorization": "Bearer i"})
        self.image = self.add(LARGE, "Lamp.jpg")
        self.other = self.add(OTHER, "mug.png", product="8")
        named = {"label": "x", "file_name": "front"}
        self.openmage("PUT", f"/api/rest/products/7/images/{self.image}", json=named)

    def add(self, data: bytes, name: str, product: str = "7") -> int:
        body = {"attachment": base64.b64encode(data).decode(), "filename": name}
        answer = self.tiendanube("POST", f"/v1/555/products/{product}/images", json=body)
        assert answer.status == 201, answer.body
        image: int = answer.json["id"]
        return image

    def put(self, image: int, url: str, product: str = "7") -> Any:
        path = f"/v1/555/products/{product}/images/{image}"
        answer = self.tiendanube("PUT", path, json={"src": url})
        assert answer.status == 200, answer.body
        return answer.json

    def put_file(self, image: int, url: str, product: str = "7") -> Any:
        path = f"/api/v2/products/{product}/images/{image}"
        answer = self.bigcommerce("PUT", path, json={"image_file": url})
        assert answer.status == 200, answer.body
        return answer.json

    def urls(self, image: int, product: str) -> list[str]:
        """Every URL that a dialect hands out, or that follows from one, for an image."""
        src = self.tiendanube("GET", f"/v1/555/products/{product}/images/{image}").json["src"]
        shown = self.bigcommerce("GET", f"/api/v2/products/{product}/images/{image}").json
        record = self.world.galleries.records["shop1", product][image]
        full = original_address(record).full_size_key(record.original.format)
        sizes = [
            src.replace("-1024-1024", suffix)
            for suffix in ("-640-0", "-480-0", "-320-0", "-240-0", "-100-0", "-50-0")
        ]
        renditions = [src, *sizes, *(shown[key] for key in shown if key.endswith("_url"))]
        alternatives = [f"{url}.{each.extension}" for url in renditions for each in Alternative]
        openmage = self.openmage("GET", f"/api/rest/products/{product}/images/{image}").json["url"]
        return [*renditions, *alternatives, openmage, MEDIA_URL + full.removeprefix("media")]

    @property
    def state(self) -> Any:
        return self.world.everything

    def original(self, image: int, product: str) -> bytes:
        record = self.world.galleries.records["shop1", product][image]
        return self.world.blobs.originals[original_address(record).original_key].data


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    world.media_aliases = frozenset({"d1.cloudfront.net"})
    with environment.use(world.environment):
        yield Shop(world)


@st.composite
def respelled(draw: st.DrawFn, url: str) -> str:
    """A URL that is equivalent to `url`, or that another host of the deployment serves."""
    host, path = re.fullmatch(r"https://([^/]+)(/.*)", url).groups()  # type: ignore[union-attr]
    scheme = draw(st.sampled_from(["https", "http", "HTTPS", "Http"]))
    host = draw(st.sampled_from([host, *HOSTS]))
    host = draw(st.sampled_from([host, host.upper(), f"{host}."]))
    port = {"https": ":443", "http": ":80"}[scheme.lower()]
    encoded = "".join(
        f"%{ord(each):02X}" if each not in "/%" and draw(st.integers(0, 9)) == 0 else each
        for each in path
    )
    encoded = draw(st.sampled_from([encoded, f"/.{encoded}", f"/x/..{encoded}"]))
    end = draw(st.sampled_from(["", "?", "?v=1", "#f", "?a=b&c=d#e", "#"]))
    space = draw(st.sampled_from(["", " ", "\n"]))
    return f"{space}{scheme}://{host}{draw(st.sampled_from(['', port]))}{encoded}{end}{space}"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_own_url_sent_back_in_any_spelling_changes_nothing(
    shop: Shop, data: st.DataObject
) -> None:
    url = data.draw(st.sampled_from(shop.urls(shop.image, "7")).flatmap(respelled))
    before = shop.state

    shop.put(shop.image, url)
    shop.put_file(shop.image, url)

    assert shop.state == before
    assert not shop.world.remote.fetched


@settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_another_images_url_stands_for_its_original(shop: Shop, data: st.DataObject) -> None:
    url = data.draw(st.sampled_from(shop.urls(shop.other, "8")).flatmap(respelled))

    created = shop.tiendanube("POST", "/v1/555/products/9/images", json={"src": url})
    changed = shop.bigcommerce("POST", "/api/v2/products/9/images", json={"image_file": url})

    assert (created.status, changed.status) == (201, 201), (created.body, changed.body)
    for answer in (created, changed):
        assert shop.original(answer.json["id"], "9") == OTHER
    assert "/mug-" in created.json["src"], "the slug is the original's"
    assert not shop.world.remote.fetched


def test_an_earlier_url_of_the_image_changes_nothing(shop: Shop) -> None:
    earlier = shop.urls(shop.image, "7")
    shop.world.remote.pages["https://a.example/new.png"] = OTHER
    shop.put(shop.image, "https://a.example/new.png")
    before = shop.state
    shop.world.remote.fetched.clear()

    for url in earlier:
        shop.put(shop.image, url)
        shop.put_file(shop.image, f"{url}?x")

    assert shop.state == before
    assert not shop.world.remote.fetched


def test_an_earlier_file_of_the_image_changes_nothing(shop: Shop) -> None:
    path = f"/api/v2/products/7/images/{shop.image}"
    earlier = shop.bigcommerce("GET", path).json["image_file"]
    shop.world.remote.pages["https://a.example/new.png"] = OTHER
    shop.put_file(shop.image, "https://a.example/new.png")
    before = shop.state

    shop.put_file(shop.image, earlier)

    assert shop.state == before


def test_a_pictures_url_in_the_library_stands_for_its_original(shop: Shop) -> None:
    answer = shop.inventorum(
        "POST", "/api/images", files={"image": ("a.png", OTHER)}, data={"type": "product"}
    )

    for number, url in enumerate(answer.json["urls"].values(), 20):
        created = shop.tiendanube(
            "POST", f"/v1/555/products/{number}/images", json={"src": f"{url}?v=1"}
        )
        assert created.status == 201, created.body
        assert shop.original(created.json["id"], str(number)) == OTHER
    assert not shop.world.remote.fetched


def test_the_same_key_at_another_deployment_is_downloaded(shop: Shop) -> None:
    """A test shop and a real one can have the same ids with other pictures."""
    src = shop.urls(shop.image, "7")[0]
    url = src.replace(MEDIA_URL, "https://test.example/media")
    digest = re.search(r"/[0-9a-f]{12}([0-9a-f]{20})/", url)
    assert digest
    other = url.replace(digest[1], "0" * 20)
    shop.world.remote.pages[other] = OTHER

    shop.put(shop.image, url)
    assert shop.original(shop.image, "7") == LARGE
    shop.put(shop.image, other)
    assert shop.original(shop.image, "7") == OTHER


def test_an_original_over_the_limit_is_refused_as_any_file(shop: Shop) -> None:
    shop.world.remote.pages["https://a.example/big.png"] = pictures.padded_png(9_000_000)
    body = {"src": "https://a.example/big.png"}
    src = shop.tiendanube("POST", "/v1/555/products/8/images", json=body).json["src"]

    answer = shop.bigcommerce("POST", "/api/v2/products/9/images", json={"image_file": src})

    reason = f"The file '{src}' is larger than 8 MB."
    message = "The field 'image_file' is invalid."
    assert answer.json == [
        {"status": 400, "message": message, "details": {"invalid_reason": reason}}
    ]


def test_a_removed_images_url_cannot_be_downloaded(shop: Shop) -> None:
    src = shop.urls(shop.other, "8")[0]
    shop.tiendanube("DELETE", f"/v1/555/products/8/images/{shop.other}")

    answer = shop.tiendanube("POST", "/v1/555/products/9/images", json={"src": src})

    assert (answer.status, answer.json) == (422, {"src": ["could not be downloaded"]})
    assert shop.world.remote.fetched == [src]


@pytest.mark.parametrize("host", ["[", "api.example:x", "api.example:99999"])
def test_a_host_header_that_is_no_host_names_no_own_url(world: World, host: str) -> None:
    shop = Shop(world)

    answer = shop.tiendanube("GET", "/v1/555/products/9/images", headers={"Host": host})

    assert (answer.status, answer.json) == (200, [])

"""One catalogue behind all dialects: what one does, the others see."""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import Answer, Gateway

from pipeline import generate_renditions, remove_renditions
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
PRODUCT = "8"
EVOTOR = f"/stores/{STORE}/products/{PRODUCT}/images"
TIENDANUBE = f"/v1/555/products/{PRODUCT}/images"
BIGCOMMERCE = f"/api/v2/products/{PRODUCT}/images"
OPENMAGE = f"/api/rest/products/{PRODUCT}/images"
NATIVE = f"/vitrine/v1/products/{PRODUCT}"
DIALECTS = ("evotor", "tiendanube", "bigcommerce", "openmage")
URL = "http://example.com/Rote%20Lampe.png"


@dataclass
class Shop:
    """One shop with a client of each dialect."""

    world: World
    send: Gateway

    def evotor(self, method: str, path: str = EVOTOR, **body: Any) -> Answer:
        return self.send(method, path, {"X-Authorization": "evotor"}, **body)

    def tiendanube(self, method: str, path: str = TIENDANUBE, **body: Any) -> Answer:
        headers = {"Authentication": "bearer tiendanube", "User-Agent": "test"}
        return self.send(method, path, headers, **body)

    def bigcommerce(self, method: str, path: str = BIGCOMMERCE, **body: Any) -> Answer:
        return self.send(method, path, {"X-Auth-Token": "bigcommerce"}, **body)

    def openmage(self, method: str, path: str = OPENMAGE, **body: Any) -> Answer:
        headers = {"Authorization": "Bearer openmage", "Accept": "application/json"}
        return self.send(method, path, headers, **body)

    def native(self, method: str, path: str = NATIVE, **body: Any) -> Answer:
        return self.send(method, path, {"Authorization": "Bearer native"}, **body)

    def entries(self) -> list[tuple[int, int, int, bool, str]]:
        """Id, position, sort, role and text of every image as dialects tell them, in order."""
        listed = self.bigcommerce("GET")
        others = {each["id"]: each for each in listed.json} if listed.status == 200 else {}
        fourth = {int(each["id"]): each for each in self.openmage("GET").json}
        assert list(fourth) == [each["id"] for each in self.tiendanube("GET").json]
        found = []
        for each in self.tiendanube("GET").json:
            other = others.pop(each["id"])
            text = each["alt"]["es"] if each["alt"] else ""
            assert other["description"] == text
            magento = fourth[each["id"]]
            assert magento["label"] == text
            assert magento["position"] == str(other["sort_order"] + 1)
            assert ("thumbnail" in magento["types"]) is other["is_thumbnail"]
            found.append(
                (each["id"], each["position"], other["sort_order"], other["is_thumbnail"], text)
            )
        assert not others
        numbers = [int(item["id"][-12:], 16) for item in self.evotor("GET").json["items"]]
        assert numbers == [image for image, *_ in found]
        own = self.native("GET").json["images"]
        assert [(each["id"], each["position"], each["thumbnail"], each["alt"]) for each in own] == [
            (image, position, main, text) for image, position, _, main, text in found
        ]
        return found


@pytest.fixture
def shop(world: World) -> Shop:
    world.open_shop(
        "s1", evotor_store_id=STORE, tiendanube_store_id="555", bigcommerce_store_hash="abc"
    )
    world.issue("evotor", "s1", "evotor", "product.image:read", "product.image:write")
    world.issue("tiendanube", "s1", "tiendanube", "write_products")
    world.issue("bigcommerce", "s1", "bigcommerce", "store_v2_products")
    world.issue("openmage", "s1", "openmage", "read", "write")
    world.issue("inventorum", "s1", "inventorum", "images")
    world.issue("native", "s1", "vitrine", "images:write")
    world.remote.pages[URL] = pictures.png()
    return Shop(world, Gateway())


def create(shop: Shop, dialect: str) -> int:
    """An image that a dialect's client made."""
    match dialect:
        case "evotor":
            answer = shop.evotor("POST", files={"datafile": ("000.png", pictures.png())})
            return int(answer.json["id"][-12:], 16)
        case "tiendanube":
            image: int = shop.tiendanube("POST", json={"src": URL, "alt": "Lampe"}).json["id"]
        case "bigcommerce":
            answer = shop.bigcommerce("POST", json={"image_file": URL, "description": "Lampe"})
            image = answer.json["id"]
        case _:
            fields = {
                "file_mime_type": "image/png",
                "file_content": base64.b64encode(pictures.png()).decode(),
                "label": "Lampe",
                "types": ["thumbnail"],
            }
            answer = shop.openmage("POST", json=fields)
            image = int(answer.headers["location"].rpartition("/")[2])
    return image


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_image_of_one_dialect_is_the_same_in_all(shop: Shop, dialect: str) -> None:
    image = create(shop, dialect)

    text = "" if dialect == "evotor" else "Lampe"
    assert shop.entries() == [(image, 1, 0, True, text)]
    (evotor,) = shop.evotor("GET").json["items"]
    (bigcommerce,) = shop.bigcommerce("GET").json
    assert evotor["url"].endswith("/product_images/" + bigcommerce["image_file"])
    (magento,) = shop.openmage("GET").json
    named = "/catalog/product/i/m/image.png" if dialect == "openmage" else "/product_images/"
    assert named in magento["url"]
    assert shop.tiendanube("GET", f"{TIENDANUBE}/{image}").status == 200
    assert shop.bigcommerce("GET", f"{BIGCOMMERCE}/{image}").status == 200
    assert shop.evotor("GET", f"{EVOTOR}/{evotor['id']}").json == evotor


@pytest.mark.parametrize("by", [*DIALECTS, "native"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_any_dialect_deletes_what_another_made(shop: Shop, dialect: str, by: str) -> None:
    image = create(shop, dialect)

    match by:
        case "evotor":
            (item,) = shop.evotor("GET").json["items"]
            assert shop.evotor("DELETE", f"{EVOTOR}/{item['id']}").status == 204
        case "tiendanube":
            assert shop.tiendanube("DELETE", f"{TIENDANUBE}/{image}").json == {}
        case "bigcommerce":
            assert shop.bigcommerce("DELETE", f"{BIGCOMMERCE}/{image}").status == 204
        case "native":
            assert shop.native("DELETE", f"{NATIVE}/images/{image}").status == 204
        case _:
            assert shop.openmage("DELETE", f"{OPENMAGE}/{image}").status == 200

    assert shop.entries() == []
    assert len(shop.world.blobs.originals) == (by == "openmage"), "it keeps what it deletes"
    assert shop.bigcommerce("GET", "/api/v2/products/images/count").json == {"count": 0}


def test_order_goes_back_and_forth(shop: Shop) -> None:
    lamp, mug, pear = (create(shop, each) for each in ("evotor", "tiendanube", "bigcommerce"))

    shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{pear}", json={"sort_order": 0})
    assert [image for image, *_ in shop.entries()] == [pear, lamp, mug]
    assert [sort for _, _, sort, *_ in shop.entries()] == [0, 1, 2]
    shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{mug}", json={"sort_order": 50})
    assert [sort for _, _, sort, *_ in shop.entries()] == [0, 1, 50], "the gap stays"
    shop.tiendanube("PUT", f"{TIENDANUBE}/{lamp}", json={"position": 2})
    assert [sort for _, _, sort, *_ in shop.entries()] == [0, 1, 50], "it stands there already"
    shop.tiendanube("PUT", f"{TIENDANUBE}/{mug}", json={"position": 1})
    assert [(image, sort) for image, _, sort, *_ in shop.entries()] == [
        (mug, 0),
        (pear, 1),
        (lamp, 2),
    ]
    assert [thumbnail for *_, thumbnail, _ in shop.entries()] == [False, False, True]


def test_an_order_and_a_text_of_vitrines_own_api_are_everywhere(shop: Shop) -> None:
    lamp, mug, pear = (create(shop, each) for each in ("evotor", "tiendanube", "bigcommerce"))

    order = {"json": {"images": [pear, mug, lamp]}, "headers": {"If-Match": "*"}}
    request = {**order, "headers": {**order["headers"], "Authorization": "Bearer native"}}
    assert shop.send("PUT", f"{NATIVE}/order", **request).status == 200
    texts = {"alt": "Pera", "translations": {"pt": "Pêra"}, "thumbnail": True}
    assert shop.native("PATCH", f"{NATIVE}/images/{pear}", json=texts).status == 200

    assert shop.entries() == [
        (pear, 1, 0, True, "Pera"),
        (mug, 2, 1, False, "Lampe"),
        (lamp, 3, 2, False, ""),
    ]
    shown = shop.tiendanube("GET", f"{TIENDANUBE}/{pear}").json
    assert shown["alt"] == {"es": "Pera", "pt": "Pêra"}


def test_texts_of_other_languages_outlive_a_description(shop: Shop) -> None:
    image = create(shop, "evotor")
    path = f"{TIENDANUBE}/{image}"
    shop.tiendanube("PUT", path, json={"alt": {"es": "Lámpara", "pt": "Lâmpada"}})

    shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{image}", json={"description": "Lamp"})
    assert shop.tiendanube("GET", path).json["alt"] == {"es": "Lamp", "pt": "Lâmpada"}
    shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{image}", json={"description": None})
    assert shop.tiendanube("GET", path).json["alt"] == {"pt": "Lâmpada"}
    shop.tiendanube("PUT", path, json={"alt": "Lampe"})
    assert shop.bigcommerce("GET", f"{BIGCOMMERCE}/{image}").json["description"] == "Lampe"
    assert shop.tiendanube("GET", path).json["alt"] == {"es": "Lampe"}


def test_updated_at_moves_with_bytes_text_and_asked_for_place_only(shop: Shop) -> None:
    first, second = create(shop, "tiendanube"), create(shop, "bigcommerce")
    shop.world.remote.pages["http://example.com/new.png"] = pictures.png(20, 20)
    path = f"{TIENDANUBE}/{second}"

    def times() -> tuple[str, str]:
        shown = shop.tiendanube("GET", path).json
        return shown["created_at"], shown["updated_at"]

    def moved(**change: Any) -> bool:
        later = shop.world.now().replace(year=shop.world.now().year + 1)
        shop.world.clock = lambda: later
        before = times()
        assert shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{second}", json=change).status == 200
        assert times()[0] == before[0]
        return times()[1] != before[1]

    assert moved(description="a mug")
    assert moved(sort_order=7)
    assert moved(image_file="http://example.com/new.png")
    assert not moved(is_thumbnail=True)
    assert not moved(is_thumbnail=False)
    assert not moved(description="a mug", sort_order=7)
    before = times()
    shop.tiendanube("PUT", f"{TIENDANUBE}/{first}", json={"position": 2})
    assert times() == before, "a neighbour moved"


def test_evotor_takes_no_second_picture_and_shows_those_of_others(shop: Shop) -> None:
    create(shop, "tiendanube")
    create(shop, "bigcommerce")

    refused = shop.evotor("POST", files={"datafile": ("000.png", pictures.png())})

    assert refused.status == 400
    assert len(shop.evotor("GET").json["items"]) == 2
    assert shop.evotor("DELETE").status == 204
    assert shop.entries() == []


def test_a_product_that_tiendanube_calls_full_goes_on_elsewhere(shop: Shop) -> None:
    shop.world.with_gallery(
        "s1", PRODUCT, {number: number for number in range(1, 251)}, thumbnail=1
    )

    full = shop.tiendanube("POST", json={"src": URL})
    assert full.json["description"] == "Product is not allowed to have more than 250 images"
    assert shop.world.remote.fetched == [], "it is told before the download"
    assert shop.bigcommerce("POST", json={"image_file": URL}).status == 201
    assert shop.tiendanube("GET").headers["x-total-count"] == "251"
    assert shop.tiendanube("PUT", f"{TIENDANUBE}/251", json={"position": 1}).status == 200


@pytest.mark.parametrize("kind", ["WEBP", "BMP"])
def test_pictures_that_tiendanube_does_not_take_are_shown_as_it_can(shop: Shop, kind: str) -> None:
    shop.world.remote.pages["http://example.com/a"] = pictures.encode(
        pictures.gradient(30, 30), kind
    )
    image = shop.bigcommerce("POST", json={"image_file": "http://example.com/a"}).json

    refused = shop.tiendanube("POST", json={"src": "http://example.com/a"})

    assert refused.json == {"src": ["must be a gif, jpg or png image"]}
    assert image["image_file"].endswith(f".{kind.lower()}")
    assert shop.tiendanube("GET").json[0]["src"].endswith("-1024-1024.jpg")


def test_views_and_exclusion_of_openmage_are_in_no_other_dialect(shop: Shop) -> None:
    image = create(shop, "tiendanube")
    path = f"{OPENMAGE}/{image}"
    before = shop.tiendanube("GET").json, shop.bigcommerce("GET").json

    assert shop.openmage("PUT", f"{path}/store/1", json={"label": "hier"}).status == 200
    assert shop.openmage("PUT", path, json={"exclude": 1}).status == 200

    assert (shop.tiendanube("GET").json, shop.bigcommerce("GET").json) == before
    text = {"description": "Lamp"}
    assert shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{image}", json=text).status == 200
    seen = shop.openmage("GET", f"{path}/store/1").json
    assert (seen["label"], seen["exclude"]) == ("hier", "1")
    assert shop.openmage("GET", path).json["label"] == "Lamp"


def test_a_thumbnail_is_one_role_in_both_its_dialects(shop: Shop) -> None:
    first, second = create(shop, "bigcommerce"), create(shop, "tiendanube")

    assert shop.openmage("PUT", f"{OPENMAGE}/{second}", json={"types": ["thumbnail"]}).status == 200
    assert [each["is_thumbnail"] for each in shop.bigcommerce("GET").json] == [False, True]
    shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{first}", json={"is_thumbnail": True})
    assert shop.openmage("GET", f"{OPENMAGE}/{second}").json["types"] == []
    shop.openmage("DELETE", f"{OPENMAGE}/{first}")
    assert [each["is_thumbnail"] for each in shop.bigcommerce("GET").json] == [False], (
        "none inherits"
    )


def test_a_picture_of_no_product_is_in_no_other_dialect_and_shares_their_numbers(
    shop: Shop,
) -> None:
    first = create(shop, "tiendanube")
    upload = {"files": {"image": ("a", pictures.png())}, "data": {"type": "product"}}

    library = shop.send("POST", "/api/images", {"Authorization": "Bearer inventorum"}, **upload)

    assert (library.status, library.json["id"]) == (200, first + 1)
    assert create(shop, "bigcommerce") == first + 2
    assert [image for image, *_ in shop.entries()] == [first, first + 2]
    assert shop.bigcommerce("GET", "/api/v2/products/images/count").json == {"count": 2}
    for path in (f"{TIENDANUBE}/{first + 1}", f"{BIGCOMMERCE}/{first + 1}"):
        assert shop.tiendanube("GET", path).status in (401, 404)
    assert shop.openmage("GET", f"{OPENMAGE}/{first + 1}").status == 404


def test_a_named_picture_never_shows_other_bytes(shop: Shop) -> None:
    """Bytes that another dialect replaces do without the name, whose picture stays as it was."""
    image = create(shop, "openmage")
    named = shop.openmage("GET", f"{OPENMAGE}/{image}").json["url"]
    assert named.endswith("/catalog/product/i/m/image.png")

    replaced = shop.bigcommerce("PUT", f"{BIGCOMMERCE}/{image}", json={"image_file": URL})

    url = shop.openmage("GET", f"{OPENMAGE}/{image}").json["url"]
    assert url.endswith("/product_images/" + replaced.json["image_file"])
    again = {"file_mime_type": "image/png", "file_content": "", "file_name": "image"}
    assert shop.openmage("PUT", f"{OPENMAGE}/{image}", json=again).status == 200
    assert shop.openmage("GET", f"{OPENMAGE}/{image}").json["url"].endswith("/image_1.png")


def test_a_rename_whose_announcement_failed_can_be_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = create(shop, "tiendanube")
    path, rename = f"{OPENMAGE}/{image}", {"file_name": "bar"}

    def fail(_key: str) -> None:
        raise OSError("storage is away")

    with monkeypatch.context() as broken:
        broken.setattr(shop.world.blobs, "announce_original", fail)
        assert shop.openmage("PUT", path, json=rename).status == 500

    assert shop.openmage("PUT", path, json=rename).status == 200
    assert len(shop.world.blobs.announced) == 1
    assert shop.openmage("GET", path).json["url"].endswith("/bar.png")


def test_a_reader_cannot_write_with_any_scopes(shop: Shop) -> None:
    shop.world.issue("customer", "s1", "openmage", "read", "write", role="customer")
    image = create(shop, "openmage")
    headers = {"Authorization": "Bearer customer", "Accept": "application/json"}

    assert shop.send("GET", f"{OPENMAGE}/{image}", headers).status == 200
    assert shop.send("PUT", f"{OPENMAGE}/{image}", headers, json={"label": "x"}).status == 403
    assert shop.send("DELETE", f"{OPENMAGE}/{image}", headers).status == 403


def test_a_named_picture_goes_with_its_image_even_if_a_dead_writer_left_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New bytes were stored and their writer died; then another dialect deletes the image."""
    image = create(shop, "openmage")
    galleries, blobs = shop.world.galleries, shop.world.blobs
    (key,) = blobs.originals

    def deliver(event: Any, keys: list[str]) -> None:
        for each in keys:
            stored = {"key": quote_plus(each, safe="/")}
            event.handler({"Records": [{"s3": {"object": stored}}]}, None)

    deliver(generate_renditions, [key])
    assert "media/s1/catalog/product/i/m/image.png" in blobs.public

    def die(_: GalleryChange) -> Gallery:
        raise KeyboardInterrupt

    content = base64.b64encode(pictures.png(31, 31)).decode()
    with monkeypatch.context() as broken:
        broken.setattr(galleries, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            shop.openmage("PUT", f"{OPENMAGE}/{image}", json={"file_content": content})
    assert len(blobs.originals) == 2
    assert shop.bigcommerce("DELETE", f"{BIGCOMMERCE}/{image}").status == 204
    deliver(remove_renditions, [key])

    assert (blobs.originals, blobs.public) == ({}, {})

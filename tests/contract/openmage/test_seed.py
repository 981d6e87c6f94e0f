"""OpenMage: the requests and answers of the platform's own documentation."""

import itertools

import pytest
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    DE,
    FILES,
    FR,
    JSON,
    MEDIA_TYPES,
    NEW,
    XML,
    OpenMage,
    P,
    assert_written,
    ids,
    many,
    one,
    printed,
    written,
)
from tests.gateway import Answer, Gateway

SEEDS_PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAYAAACM/rhtAAAAGXRFWHRTb2Z0d2FyZQBBZG9iZSBJbWFnZVJlYWR5ccll"
    "PAAAAWtJREFUeNpi/P//P8NgBkwMgxyMOnDUgTDAyMhIDNYF4vNA/B+IDwCxHLoakgEoFxODiQRXQUYi4e3k2gfDjMRa"
    "jsP3zED8F8pmA+JvUDEYeArEMugOpFcanA/Ef6A0CPwC4uNoag5SnAjJjGI2tKhkg4rLAfFGIH4IxEuBWIjSKKYkDfZC"
    "HddLiwChVhokK8YGohwEZYy3aBmEKmDEhOCgreomo+VmZHxsMEQxIc2MAx3FO/DI3RxMmQTZkI9ALDCaSUYdOOrAIeRA"
    "PzQ+PxCHUM2FFDb5paGNBPRa5C20bUhxc4sSB4JaLnvxVHWHsbVu6OnACjyOg+HqgXKgGRD/JMKBoD6LDb0dyAPE94hw"
    "HAw/hGYcujlwEQmOg+EV9HJgLBmOg+FMWjsQVKR8psCBoDSrQqoDSSmoG6Hpj1wA6ju30LI9+BBX4UsC+Ai0T4BWVd1E"
    "IL5PgeO+APECmoXgaGtm1IE0AgABBgAJAICuV8dAUAAAAABJRU5ErkJggg=="
)


def seeds_listing(base: str) -> str:
    """The seed's first example of an answer."""
    return f"""<?xml version="1.0"?>
<magento_api>
  <data_item>
    <id>5</id>
    <label></label>
    <position>1</position>
    <exclude>0</exclude>
    <url>{base}/v/e/ve2011.jpg</url>
    <types>
      <data_item>image</data_item>
      <data_item>thumbnail</data_item>
    </types>
  </data_item>
  <data_item>
    <id>7</id>
    <label>second dress</label>
    <position>2</position>
    <exclude>1</exclude>
    <url>{base}/1/2/12.jpg</url>
    <types>
      <data_item>small_image</data_item>
    </types>
  </data_item>
</magento_api>"""


def seeds_post(picture: str) -> str:
    """The seed's example of a body with a picture, white space and all."""
    return f"""<?xml version="1.0"?>
<magento_api>
  <file_mime_type>image/jpeg</file_mime_type>     <file_content>{picture}</file_content>
</magento_api>
"""


SEEDS_PUT = """<?xml version="1.0"?>
<magento_api>
  <label>English store image</label>
  <position>3</position>
  <exclude>0</exclude>
  <types>
      <data_item>image</data_item>
      <data_item>small_image</data_item>
      <data_item>thumbnail</data_item>
   </types>
</magento_api>
"""
SEEDS_PUT_IN_A_STORE = """<?xml version="1.0"?>
<magento_api>
  <position>3</position>
  <exclude>0</exclude>
  <types>
      <data_item>image</data_item>
   </types>
</magento_api>
"""


@pytest.fixture
def seeds(shop: OpenMage) -> OpenMage:
    """The seed's product 8 with images 5 and 7; its admin does not say what format they want."""
    for number, fields in (
        (5, {"file_name": "ve2011", "types": ["image", "thumbnail"]}),
        (7, {"file_name": "12", "types": ["small_image"], "label": "second dress", "exclude": 1}),
    ):
        shop.world.galleries.sequences["shop1"] = itertools.count(number)
        assert shop.added(data=NEW, file_mime_type="image/jpeg", **fields) == number
    shop.admin = Gateway(headers={"Authorization": "Bearer admin"})
    return shop


def as_in_the_seed(answer: Answer) -> str:
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPES["xml"])
    return answer.body.replace("<label/>", "<label></label>").rstrip("\n")


def test_the_seeds_lists_are_answered_as_the_seed_says(seeds: OpenMage) -> None:
    assert as_in_the_seed(seeds.admin("GET", P)) == seeds_listing(FILES)
    seventh = seeds.admin("GET", one(7))
    assert as_in_the_seed(seventh) == printed(
        {
            "id": "7",
            "label": "second dress",
            "position": "2",
            "exclude": "1",
            "url": f"{FILES}/1/2/12.jpg",
            "types": ["small_image"],
        },
        "xml",
    )


@pytest.mark.parametrize("store", ["", "3"])
def test_the_seeds_posts_are_answered_as_the_seed_says(seeds: OpenMage, store: str) -> None:
    answer = seeds.admin("POST", many(store, "1"), XML, content=seeds_post(SEEDS_PICTURE))

    assert_written(answer)
    assert answer.headers["location"] == "/api/rest/products/1/images/8"
    shown = seeds.admin("GET", one(8, store, "1"))
    assert as_in_the_seed(shown).replace("<label></label>", "<label/>") == printed(
        {
            "id": "8",
            "label": "",
            "position": "1",
            "exclude": "0",
            "url": f"{FILES}/i/m/image.jpg",
            "types": [],
        },
        "xml",
    )
    again = seeds.admin("POST", many(store, "1"), XML, content=seeds_post(SEEDS_PICTURE))
    assert again.headers["location"] == "/api/rest/products/1/images/9"
    assert f"{FILES}/i/m/image_2.jpg" in seeds.admin("GET", one(9, store, "1")).body


def test_the_seeds_puts_and_deletes_are_answered_as_the_seed_says(seeds: OpenMage) -> None:
    json_please = ANSWER_IN["json"]

    assert_written(seeds.admin("PUT", one(7), XML, content=SEEDS_PUT))
    shown = seeds.admin("GET", one(7), json_please).json
    assert written(shown) == (
        "English store image",
        "3",
        "0",
        ["image", "small_image", "thumbnail"],
    )
    assert seeds.admin("GET", one(5), json_please).json["types"] == []
    assert_written(seeds.admin("PUT", one(5, "3"), XML, content=SEEDS_PUT_IN_A_STORE))
    shown = seeds.admin("GET", one(5, "3"), json_please).json
    assert written(shown) == ("", "3", "0", ["image"])
    assert_written(seeds.admin("DELETE", one(7, "3")))
    assert ids(seeds.admin("GET", many("3"), json_please).json) == [5]
    assert_written(seeds.admin("DELETE", one(7)))
    assert ids(seeds.admin("GET", P, json_please).json) == [5]


def test_the_seeds_example_of_a_french_flower(seeds: OpenMage) -> None:
    for store, label in (("", "flower"), (FR, "fleur")):
        body = f"<magento_api><label>{label}</label></magento_api>"
        assert_written(seeds.admin("PUT", one(5, store), XML, content=body))

    for store, label in (("", "flower"), (DE, "flower"), (FR, "fleur")):
        assert f"<label>{label}</label>" in seeds.admin("GET", one(5, store)).body
        assert f"<label>{label}</label>" in Gateway()("GET", one(5, store)).body


def test_a_new_gif_in_a_store_looks_as_the_seed_says(shop: OpenMage) -> None:
    shop.world.with_gallery("shop1", "8", {number: number - 1 for number in range(1, 10)})
    image = shop.added(file_name="new image", file_mime_type="image/gif")
    shop.put({"position": 5, "exclude": 1}, image, "3")

    answer = Gateway(headers={"Authorization": "Bearer admin"})("GET", one(10, "3"))

    assert (
        as_in_the_seed(answer)
        == f"""<?xml version="1.0"?>
<magento_api>
  <id>10</id>
  <label></label>
  <position>5</position>
  <exclude>1</exclude>
  <url>{FILES}/n/e/new_image.gif</url>
  <types/>
</magento_api>"""
    )


def test_a_number_without_end_is_no_label(stocked: OpenMage) -> None:
    for number in ("9" * 5000, "1e400"):
        put = stocked.admin("PUT", one(), JSON, content=f'{{"label":{number}}}')
        assert (put.status, put.json["messages"]["error"][0]["message"]) == (
            400,
            "Resource data pre-validator error.",
        )

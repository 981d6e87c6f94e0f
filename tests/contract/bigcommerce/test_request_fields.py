"""BigCommerce contract §4, Requests: fields."""

from typing import Any

import pytest
from tests.contract.bigcommerce.conftest import (
    API,
    FULL,
    MUG,
    REQUIRED,
    B,
    BigCommerce,
    P,
    assert_refused,
    error,
    invalid,
    texts,
)


def unsupported(field: str) -> list[dict[str, Any]]:
    return error(400, f"The field '{field}' is not supported by this resource.")


def read_only(field: str) -> list[dict[str, Any]]:
    return error(
        400,
        f"The field '{field}' cannot be written to. "
        "Please remove it from your request before trying again.",
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"image_url": "x"}, "image_url"),
        ({"is_Sample": True}, "is_Sample"),
        ({"standard_url ": "x"}, "standard_url "),
        ({"Image_File": MUG}, "Image_File"),
        ({"": 1}, ""),
        ({"фото": 1}, "фото"),
        ({"b": 1, "a": 2}, "b"),
        ({"description": "x", "second": 1, "first": 2}, "second"),
    ],
)
def test_unknown_fields_are_not_supported(
    shop: BigCommerce, fields: dict[str, Any], field: str
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.put(fields), unsupported(field))
    assert_refused(shop.post({"image_file": MUG, **fields}), unsupported(field))
    if field:
        answer = shop.send("POST", P, files=texts({"image_file": MUG, **fields}))
        assert_refused(answer, unsupported(field))
    assert shop.everything == before
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": 12}, "id"),
        ({"id": 1}, "id"),
        ({"id": None}, "id"),
        ({"date_created": "Mon, 01 Jan 2024 00:00:00 +0000"}, "date_created"),
        ({"date_created": ""}, "date_created"),
        ({"product_id": 30}, "product_id"),
        ({"product_id": "30"}, "product_id"),
        ({"product_id": 29.5}, "product_id"),
        ({"product_id": ""}, "product_id"),
        ({"product_id": "abc"}, "product_id"),
        ({"product_id": "٢٩"}, "product_id"),
        ({"product_id": [29]}, "product_id"),
        ({"product_id": True}, "product_id"),
    ],
)
def test_a_new_images_read_only_fields_cannot_be_written(
    shop: BigCommerce, fields: dict[str, Any], field: str
) -> None:
    assert_refused(shop.post({"image_file": MUG, **fields}), read_only(field))
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": 2}, "id"),
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"id": 1.5}, "id"),
        ({"id": ""}, "id"),
        ({"id": [1]}, "id"),
        ({"date_created": "Mon, 01 Jan 2024 00:00:01 +0000"}, "date_created"),
        ({"date_created": "2024-01-01T00:00:00+00:00"}, "date_created"),
        ({"date_created": ""}, "date_created"),
        ({"date_created": None}, "date_created"),
        ({"date_created": 5}, "date_created"),
        ({"product_id": 30}, "product_id"),
        ({"product_id": True}, "product_id"),
        ({"product_id": "30"}, "product_id"),
    ],
)
def test_an_images_read_only_fields_cannot_be_changed(
    shop: BigCommerce, fields: dict[str, Any], field: str
) -> None:
    shop.world.with_gallery("shop1", "1", {1: 0})
    before = shop.everything

    answer = shop.send("PUT", f"{API}/products/1/images/1", json={"description": "x", **fields})

    assert_refused(answer, read_only(field))
    assert shop.everything == before


@pytest.mark.parametrize("product", [29, "29"])
def test_the_product_may_be_repeated(shop: BigCommerce, product: int | str) -> None:
    shop.with_gallery()
    body = texts({"image_file": MUG, "product_id": product})

    assert shop.created({"image_file": MUG, "product_id": product})["product_id"] == 29
    assert shop.put({"product_id": product}).json["product_id"] == 29
    assert shop.send("POST", P, files=body).json["product_id"] == 29


def test_an_image_may_be_sent_back_as_it_was_read(shop: BigCommerce) -> None:
    shop.with_gallery(alt="Mug")
    before = shop.everything
    for image in shop.get():
        answer = shop.put(image, image["id"])
        assert (answer.status, answer.json) == (200, image)
        answer = shop.send("PUT", f"{P}/{image['id']}", files=texts(image))
        assert (answer.status, answer.json) == (200, image)

    assert shop.everything == before, "not even a version"
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    "fields",
    [
        {"zoom_url": "https://old.example/zoom.png", "tiny_url": None},
        {"standard_url": 5, "thumbnail_url": ["x"]},
        {"date_modified": "Mon, 01 Jan 2001 00:00:00 +0000", "is_sample": True},
    ],
)
def test_what_the_live_platform_answers_is_ignored_in_requests(
    shop: BigCommerce, fields: dict[str, Any]
) -> None:
    """A client may have kept an object and send it back changed (contract §4)."""
    shop.with_gallery(alt="Mug")
    image = shop.image()

    answer = shop.put({**image, **fields, "description": "Mug"})

    assert (answer.status, answer.json) == (200, image)
    assert shop.created({"image_file": MUG, **fields})["is_sample"] is False


@pytest.mark.parametrize("fields", [{}, {"image_file": None}, {"image_file": ""}])
@pytest.mark.parametrize("others", [{}, {"description": "x", "product_id": 29}])
def test_a_new_image_needs_a_file(
    shop: BigCommerce, fields: dict[str, Any], others: dict[str, Any]
) -> None:
    assert_refused(shop.post({**others, **fields}), REQUIRED)


@pytest.mark.parametrize("blank_text", ["", " ", " \t\n "])
def test_a_blank_file_is_absent_in_post_and_invalid_in_put(
    shop: BigCommerce, blank_text: str
) -> None:
    shop.with_gallery()
    before = shop.everything
    fields = {"image_file": blank_text}

    assert_refused(shop.post(fields), REQUIRED)
    assert_refused(shop.put(fields), invalid("image_file"))
    assert_refused(shop.send("POST", P, files=texts(fields)), REQUIRED)
    assert_refused(shop.send("PUT", f"{P}/11", files=texts(fields)), invalid("image_file"))
    assert shop.everything == before


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        *(
            ("is_thumbnail", value, True)
            for value in (True, 1, "true", "TRUE", "True", "tRuE", "1")
        ),
        *(("is_thumbnail", value, False) for value in (False, 0, "false", "FALSE", "False", "0")),
        *(("sort_order", value, 5) for value in (5, 5.0, "5", "+5", "005")),
        *(("sort_order", value, -5) for value in (-5, -5.0, "-5")),
        *(("sort_order", value, 0) for value in (0, "0", "-0", "+0", -0.0)),
        ("sort_order", 1e3, 1000),
        ("sort_order", 2147483647, 2147483647),
        ("sort_order", "2147483647", 2147483647),
        ("sort_order", -2147483648, -2147483648),
        ("sort_order", "-2147483648", -2147483648),
        ("description", "", ""),
        ("description", "A mug", "A mug"),
        ("description", " two\nlines <b>&amp;</b> ", " two\nlines <b>&amp;</b> "),
        ("description", "Кружка ☕ 東京 😀", "Кружка ☕ 東京 😀"),
        pytest.param("description", "x" * 1000, "x" * 1000, id="1000 letters"),
        pytest.param("description", "😀" * 1000, "😀" * 1000, id="1000 faces"),
    ],
)
def test_values_are_taken_in_all_their_forms(
    shop: BigCommerce, field: str, value: Any, shown: Any
) -> None:
    shop.with_gallery()

    created = shop.created({"image_file": MUG, field: value})
    changed = shop.put({field: value}, B)

    assert created[field] == shown
    assert type(created[field]) is type(shown)
    assert (changed.status, changed.json[field]) == (200, shown)
    assert shop.image(B)[field] == shown
    if isinstance(value, str):
        in_a_form = shop.send("PUT", f"{P}/13", files=texts({field: value}))
        assert (in_a_form.status, in_a_form.json[field]) == (200, shown)


@pytest.mark.parametrize("field", ["is_thumbnail", "sort_order", "image_file"])
def test_null_is_as_good_as_absent(shop: BigCommerce, field: str) -> None:
    shop.with_gallery(alt="Mug")
    before = shop.everything
    image = shop.image()

    changed = shop.put({field: None})

    assert (changed.status, changed.json) == (200, image)
    assert shop.everything == before
    if field != "image_file":
        created = shop.created({"image_file": MUG, field: None})
        assert (created["is_thumbnail"], created["sort_order"]) == (False, 3)


def test_a_description_of_null_is_empty(shop: BigCommerce) -> None:
    shop.with_gallery(alt="Mug")

    assert shop.created({"image_file": MUG, "description": None})["description"] == ""
    assert shop.put({"description": None}).json["description"] == ""
    assert shop.image()["description"] == ""


NO_SORTS: list[Any] = [5.5, 1e300, True, False, [], {}, [1]]
NO_SORTS += [2147483648, -2147483649, 10**30, "2147483648", "-2147483649"]
NO_SORTS += ["", " ", " 5", "5 ", "5\n", "5.0", "5.5", "1e3", "1_0", "0x5", "5a", "abc", "null"]
NO_SORTS += ["+", "-", "--5", "+-5", "٣", "²"]
INVALID = [
    *(("image_file", value) for value in (5, 0, True, False, [], {}, [MUG], {"url": MUG})),
    pytest.param("image_file", "http://example.com/".ljust(2049, "a"), id="2049 letters"),
    *(("is_thumbnail", value) for value in (2, -1, 0.5, "", " ", "yes", "on", "2", [], {}, [1])),
    *(("sort_order", value) for value in NO_SORTS),
    pytest.param("sort_order", "9" * 5_000, id="5000 digits"),
    *(("description", value) for value in (5, 0, True, False, [], {}, ["x"])),
    pytest.param("description", "x" * 1001, id="1001 letters"),
]


@pytest.mark.parametrize(("field", "value"), INVALID)
def test_other_values_are_invalid(shop: BigCommerce, field: str, value: Any) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.put({field: value}), invalid(field))
    assert_refused(shop.post({"image_file": MUG, field: value}), invalid(field))
    if isinstance(value, str):
        answer = shop.send("PUT", f"{P}/11", files=texts({field: value}))
        assert_refused(answer, invalid(field))
    assert shop.everything == before
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"id": 5, "zoom": 1}, unsupported("zoom")),
        ({"id": 5, "date_created": "x", "product_id": 5}, read_only("id")),
        ({"date_created": "x", "product_id": 5}, read_only("date_created")),
        ({"id": 5}, read_only("id")),
        ({"product_id": 30}, read_only("product_id")),
        ({"description": 5, "sort_order": "x", "is_thumbnail": "x"}, REQUIRED),
        ({"is_thumbnail": "x", "image_file": 5}, invalid("image_file")),
        ({"sort_order": "x", "is_thumbnail": "x", "image_file": MUG}, invalid("is_thumbnail")),
        ({"description": 5, "sort_order": "x", "image_file": MUG}, invalid("sort_order")),
        ({"description": 5, "image_file": MUG}, invalid("description")),
        ({"image_file": "http://example.com/none"}, FULL),
        ({"image_file": "no/file.png"}, FULL),
    ],
)
def test_the_first_thing_wrong_with_a_new_image_answers(
    shop: BigCommerce, fields: dict[str, Any], refusal: list[dict[str, Any]]
) -> None:
    """In the order of validation, not of the body; and the product is full on top of all."""
    shop.with_gallery({number: number for number in range(1, 1001)})

    assert_refused(shop.post(fields), refusal)
    assert not shop.world.remote.fetched


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"id": 5, "zoom": 1}, unsupported("zoom")),
        ({"image_file": 5, "id": 5}, read_only("id")),
        ({"image_file": "", "product_id": 30}, read_only("product_id")),
        ({"is_thumbnail": "x", "image_file": ""}, invalid("image_file")),
        ({"sort_order": "x", "is_thumbnail": "x"}, invalid("is_thumbnail")),
        ({"description": 5, "sort_order": "x"}, invalid("sort_order")),
        ({"image_file": "http://example.com/none", "description": 5}, invalid("description")),
        ({"image_file": "no/file.png", "description": 5}, invalid("description")),
        ({"image_file": "http://example.com/none", "sort_order": "x"}, invalid("sort_order")),
    ],
)
def test_the_first_thing_wrong_with_a_change_answers(
    shop: BigCommerce, fields: dict[str, Any], refusal: list[dict[str, Any]]
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.put(fields), refusal)
    assert shop.everything == before
    assert not shop.world.remote.fetched

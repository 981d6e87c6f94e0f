"""BigCommerce contract §4, Requests: content type and body."""

import pytest
from tests import pictures
from tests.contract.bigcommerce.conftest import (
    API,
    FORM,
    MUG,
    NO_CREDENTIALS,
    NO_SCOPE,
    NOT_ACCEPTABLE,
    NOT_ALLOWED,
    NOT_FOUND,
    OPERATIONS,
    REQUIRED,
    A,
    BigCommerce,
    Operation,
    P,
    assert_refused,
    error,
    form,
    invalid,
    name_of,
    slug_of,
)
from tests.gateway import Gateway

JSON = {"Content-Type": "application/json"}
WRONG_TYPE = error(415, "The request content type is not supported by this resource.")
UNREADABLE = error(400, "The request body could not be parsed.")
TOO_LARGE = error(
    413,
    "The request is too large. Send image_file as a URL, upload the file to the import "
    "directory and send its path, or upload it with a form of Vitrine's API, /vitrine/v1.",
)


def file_part(data: bytes, name: str = "a.png") -> bytes:
    return (
        f'Content-Disposition: form-data; name="image_file"; filename="{name}"\r\n\r\n'.encode()
        + data
    )


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;odata=verbose",
    ],
)
def test_json_is_read_with_parameters_or_without_a_type(
    shop: BigCommerce, content_type: str | None
) -> None:
    shop.with_gallery()
    headers = {} if content_type is None else {"Content-Type": content_type}

    changed = shop.send("PUT", f"{P}/11", headers, content=b'{"description":"A mug"}')
    created = shop.send("POST", P, headers, content=f'{{"image_file":"{MUG}"}}'.encode())

    assert (changed.status, changed.json["description"]) == (200, "A mug")
    assert created.status == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=b",
        'multipart/form-data; boundary="b"',
        "Multipart/Form-Data; charset=utf-8; boundary=b",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_forms_are_read(shop: BigCommerce, method: str, path: str, content_type: str) -> None:
    shop.with_gallery()
    description = 'Content-Disposition: form-data; name="description"\r\n\r\nКружка'.encode()
    body = form(description, file_part(pictures.png(), "Mug.png"))

    answer = shop.send(method, path, {"Content-Type": content_type}, content=body)

    assert answer.status in (200, 201), answer.body
    assert answer.json["description"] == "Кружка"
    assert slug_of(answer.json) == "mug"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/json-patch+json",
        "multipart/mixed; boundary=b",
        "image/png",
    ],
)
def test_other_types_are_refused(shop: BigCommerce, content_type: str) -> None:
    shop.with_gallery()
    before = shop.everything
    headers = {"Content-Type": content_type}

    for method, path in (("POST", P), ("PUT", f"{P}/11")):
        answer = shop.send(method, path, headers, content=b'{"image_file":"http://example.com"}')
        assert_refused(answer, WRONG_TYPE)
    assert shop.everything == before


@pytest.mark.parametrize(
    "content_type",
    [None, "application/json", "multipart/form-data; boundary=b", "text/plain", "application/xml"],
)
def test_no_body_is_an_empty_object_regardless_of_its_type(
    shop: BigCommerce, content_type: str | None
) -> None:
    shop.with_gallery()
    before = shop.everything
    headers = {} if content_type is None else {"Content-Type": content_type}

    changed = shop.send("PUT", f"{P}/11", headers)

    assert (changed.status, changed.json) == (200, shop.image())
    assert_refused(shop.send("POST", P, headers), REQUIRED)
    assert shop.everything == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "nonsense"])
@pytest.mark.parametrize("body", [b"", b"nonsense"])
@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.method in ("GET", "DELETE")], ids=name_of
)
def test_the_type_is_ignored_on_get_and_delete(
    shop: BigCommerce, operation: Operation, content_type: str, body: bytes
) -> None:
    shop.with_gallery({A: 0})
    headers = {"Content-Type": content_type}

    answer = shop.send(operation.method, API + operation.path, headers, content=body)

    assert answer.status == operation.status, answer.body


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(JSON, b"{", id="open"),
        pytest.param(JSON, b"[]", id="array"),
        pytest.param(JSON, b'[{"description":"x"}]', id="array of one"),
        pytest.param(JSON, b'"x"', id="string"),
        pytest.param(JSON, b"5", id="number"),
        pytest.param(JSON, b"null", id="null"),
        pytest.param(JSON, b"true", id="true"),
        pytest.param(JSON, b"description=x", id="words"),
        pytest.param(JSON, b'{"description":"x"} {}', id="two objects"),
        pytest.param(JSON, b'{"description":"x",}', id="comma"),
        pytest.param(JSON, b"{'description':'x'}", id="quotes"),
        pytest.param(JSON, b'{"description":"a\nb"}', id="control character"),
        pytest.param(JSON, b'{"sort_order":NaN}', id="NaN"),
        pytest.param(JSON, b'{"sort_order":Infinity}', id="Infinity"),
        pytest.param(JSON, b'{"sort_order":-Infinity}', id="-Infinity"),
        pytest.param(JSON, b'{"sort_order":01}', id="leading zero"),
        pytest.param({}, b'{"description":"\xff"}', id="not UTF-8"),
        pytest.param({}, b"\x89PNG", id="binary"),
        pytest.param(FORM, b"no form", id="no form"),
        pytest.param(FORM, b'{"description":"x"}', id="JSON in place of a form"),
        pytest.param(FORM, form(file_part(b"x"))[:20], id="form cut in a header"),
        pytest.param(FORM, b"--b\r\n\r\nno name\r\n--b--\r\n", id="part without name"),
        pytest.param(
            {"Content-Type": "multipart/form-data; boundary=c"},
            form(file_part(b"x")),
            id="other boundary",
        ),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", P), ("PUT", f"{P}/11")])
def test_a_body_that_is_no_object_cannot_be_parsed(
    shop: BigCommerce, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send(method, path, headers, content=body), UNREADABLE)
    assert shop.everything == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"sort_order":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="nested"),
        pytest.param(b'{"sort_order":' + b"9" * 5_000 + b"}", id="5000 digits"),
        pytest.param(b'{"sort_order":1e400}', id="1e400"),
    ],
)
def test_bodies_made_to_hurt_are_refused(shop: BigCommerce, body: bytes) -> None:
    shop.with_gallery()

    answer = shop.send("PUT", f"{P}/11", JSON, content=body)

    assert answer.json in (UNREADABLE, invalid("sort_order"))


LARGEST = 6_000_000
LARGEST_FORM = LARGEST // 4 * 3  # its bytes reach the function as base64


def blank(size: int) -> bytes:
    """A JSON body of `size` bytes that changes nothing."""
    return b"{}".ljust(size)


def weighty_form(size: int) -> bytes:
    """A form of `size` bytes that brings a picture."""
    return form(file_part(pictures.padded_png(size - len(form(file_part(b""))))))


def test_bodies_of_6_000_000_bytes_are_read(shop: BigCommerce) -> None:
    shop.with_gallery()

    assert shop.send("PUT", f"{P}/11", JSON, content=blank(LARGEST)).status == 200
    assert shop.send("PUT", f"{P}/11", content=blank(LARGEST_FORM)).status == 200
    assert shop.send("PUT", f"{P}/11", FORM, content=weighty_form(LARGEST_FORM)).status == 200
    assert shop.send("POST", P, FORM, content=weighty_form(LARGEST_FORM)).status == 201


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(JSON, blank(LARGEST + 1), id="text"),
        pytest.param(JSON, b'{"description":"' + "é".encode() * 3_000_000, id="letters"),
        pytest.param({}, blank(LARGEST_FORM + 1), id="base64 without a type"),
        pytest.param(FORM, weighty_form(LARGEST_FORM + 1), id="form"),
    ],
)
def test_larger_bodies_are_refused_and_told_the_other_ways(
    shop: BigCommerce, headers: dict[str, str], body: bytes
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send("PUT", f"{P}/11", headers, content=body), TOO_LARGE)
    assert_refused(shop.send("POST", P, headers, content=body), TOO_LARGE)
    assert shop.everything == before


ALL, READS = {"X-Auth-Token": "all"}, {"X-Auth-Token": "read"}
CSS, WANTS_XML = {"Content-Type": "text/css"}, {"Accept": "text/xml"}
HUGE = b"x" * (LARGEST + 1)
CHECKS = {
    # By what is wrong and what would be found wrong next.
    "path, token": ("GET", f"{API}/orders", {}, b"", NOT_FOUND),
    "method, token": ("PUT", f"{P}/count", {}, b"", NOT_ALLOWED),
    "token, format": ("GET", f"{P}.xml", {}, b"", NO_CREDENTIALS),
    "token, body": ("PUT", f"{P}/99", JSON, b"{", NO_CREDENTIALS),
    "scope, format": ("POST", f"{P}.xml", {**READS, **CSS}, b"x", NO_SCOPE),
    "scope, Accept": ("DELETE", f"{P}/99", {**READS, **WANTS_XML}, b"", NO_SCOPE),
    "format, type": ("POST", f"{P}.xml", {**ALL, **CSS}, b"x", NOT_ACCEPTABLE),
    "Accept, type": ("PUT", f"{P}/99", {**ALL, **CSS, **WANTS_XML}, b"x", NOT_ACCEPTABLE),
    "format, image": ("GET", f"{P}/99.xml", ALL, b"", NOT_ACCEPTABLE),
    "format, query": ("GET", f"{P}.xml?page=0", ALL, b"", NOT_ACCEPTABLE),
    "type, size": ("PUT", f"{P}/99", {**ALL, **CSS}, HUGE, WRONG_TYPE),
    "size, body": ("PUT", f"{P}/99", {**ALL, **JSON}, HUGE, TOO_LARGE),
    "body, image": ("PUT", f"{P}/99", {**ALL, **JSON}, b"{", UNREADABLE),
    "image, field": ("PUT", f"{P}/99", {**ALL, **JSON}, b'{"zoom":1}', NOT_FOUND),
}


@pytest.mark.parametrize("check", CHECKS)
def test_checks_come_in_their_order(shop: BigCommerce, check: str) -> None:
    shop.with_gallery()
    method, path, headers, body, refusal = CHECKS[check]

    assert_refused(Gateway()(method, path, headers, content=body), refusal)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_image_is_found_in_its_own_product_only(shop: BigCommerce, method: str) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send(method, f"{API}/products/30/images/11"), NOT_FOUND)
    assert_refused(shop.send(method, f"{P}/99"), NOT_FOUND)
    assert shop.everything == before

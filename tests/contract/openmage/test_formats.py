"""OpenMage contract §4.1, Formats."""

import json
from urllib.parse import urlencode

import httpx
import pytest
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    FORM,
    JSON,
    MISSING,
    NO_FORMAT,
    NO_IMAGE,
    PNG,
    UNREADABLE,
    WRITES,
    XHTML,
    XML,
    C,
    OpenMage,
    Operation,
    P,
    assert_refused,
    assert_written,
    every_operation,
    every_write,
    in_both_formats,
    one,
    written,
)
from tests.gateway import Answer, Gateway

ACCEPTS: list[tuple[str | None, str]] = [
    (None, "xml"),
    ("", "xml"),
    ("*/*", "xml"),
    ("application/*", "xml"),
    ("text/*", "xml"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
    ("TEXT/XML", "xml"),
    ("application/json", "json"),
    ("Application/JSON", "json"),
    ("application/json;charset=utf-8", "json"),
    ("application/json; charset=UTF-8; version=1", "json"),
    ("application/json, application/xml", "json"),
    ("application/xml, application/json", "xml"),
    ("application/json,*/*", "json"),
    ("*/*,application/json", "xml"),
    ("application/xml;q=0.5, application/json", "json"),
    ("application/xml;q=0.5, application/json;q=0.6", "json"),
    ("application/json;q=0.1, text/*;q=0.2", "xml"),
    ("application/json ; Q=0.1 , */* ; q=0.2", "xml"),
    ("text/html, application/json;q=0.3", "json"),
    ("application/xhtml+xml", "xml"),
    ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "xml"),
    ("application/json;q=0, text/xml;q=0.1", "xml"),
    ("application/xml;q=0, application/json;q=0.001", "json"),
    ("application/json;level=1;q=0.9, application/xml;level=2;q=0.8", "json"),
]
REFUSED_ACCEPTS = [
    "text/html",
    "image/*",
    "application/jsonp",
    "application/json;q=0",
    "application/json;q=0.0, application/xml;q=0",
    "text/html, image/png;q=0.5",
]


def accepting(send: Gateway, operation: Operation, accept: str | None) -> Answer:
    request = httpx.Request(operation.method, send.base_url + operation.path, **operation.body)
    request.headers.update(send.headers)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    return send.send(request)


@pytest.mark.parametrize(("accept", "kind"), ACCEPTS)
def test_accept_is_met(stocked: OpenMage, accept: str | None, kind: str) -> None:
    good, bad = Operation("GET", one()), Operation("GET", one(MISSING))

    assert accepting(stocked.admin, good, accept) == stocked.admin("GET", one(), ANSWER_IN[kind])
    assert_refused(accepting(stocked.admin, bad, accept), *NO_IMAGE, kind=kind)


@pytest.mark.parametrize("accept", REFUSED_ACCEPTS)
@every_operation
def test_an_accept_that_cannot_be_met_is_refused_in_xml(
    stocked: OpenMage, operation: Operation, accept: str
) -> None:
    before = stocked.everything

    assert_refused(accepting(stocked.admin, operation, accept), *NO_FORMAT, kind="xml")
    assert stocked.everything == before


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/xml"])
@every_write
def test_an_accept_that_can_be_met_does_not_change_what_writes_answer(
    stocked: OpenMage, operation: Operation, accept: str | None
) -> None:
    assert_written(accepting(stocked.admin, operation, accept))


@pytest.mark.parametrize(
    "accept", [";", ",", "q=1", "application/json;q=abc", "application/json;q=nan", "*", "," * 9999]
)
def test_an_accept_of_no_form_is_no_internal_error(stocked: OpenMage, accept: str) -> None:
    answer = accepting(stocked.admin, Operation("GET", one()), accept)

    assert answer.status in (200, 406)


@pytest.mark.parametrize(
    "content_type",
    [";", "/", "json", 'text/plain; charset="', "application/json; charset", "a" * 5000, 'x/"y'],
)
def test_a_content_type_of_no_form_is_no_internal_error(
    stocked: OpenMage, content_type: str
) -> None:
    answer = stocked.admin("PUT", one(), {"Content-Type": content_type}, content='{"label":"x"}')

    assert answer.status in (200, 400)


AS_XML = """<?xml version="1.0"?>
<magento_api>
  <label> front &amp; back </label>
  <position>3</position>
  <exclude>1</exclude>
  <types>
    <data_item>thumbnail</data_item>
    <data_item>image</data_item>
  </types>
</magento_api>
"""
AS_JSON = '{"label":"front & back","position":3,"exclude":1,"types":["thumbnail","image"]}'
AS_FORM = urlencode({"label": "front & back", "position": 3, "exclude": 1})
WRITTEN = ("front & back", "3", "1", ["image", "thumbnail"])


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", AS_JSON),
        ("application/json; charset=utf-8", AS_JSON),
        ('application/json;charset="UTF-8"', AS_JSON),
        ("APPLICATION/JSON;CHARSET=UTF-8", AS_JSON),
        ("application/xml", AS_XML),
        ("application/xml; charset=utf-8", AS_XML),
        ("text/xml", AS_XML),
        ("text/xml; charset=UTF-8", AS_XML),
        ("application/xhtml+xml", AS_XML),
        ("application/xhtml+xml; charset=utf-8", AS_XML),
        ("text/plain", f"{AS_FORM}&types[]=thumbnail&types[]=image"),
        ("text/plain", f"{AS_FORM}&types%5B%5D=thumbnail&types%5B%5D=image"),
        ("text/plain", f"{AS_FORM}&types[0]=thumbnail&types[1]=image"),
        ("text/plain; charset=utf-8", f"{AS_FORM}&types%5B0%5D=image&types%5B1%5D=thumbnail"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_bodies_are_understood_in_every_format(
    stocked: OpenMage, method: str, content_type: str, body: str
) -> None:
    if method == "POST":
        body = {
            "{": json.dumps(PNG)[:-1] + "," + body[1:],
            "<": body.replace(
                "<magento_api>",
                f"<magento_api><file_mime_type>image/png</file_mime_type>"
                f"<file_content>{PNG['file_content']}</file_content>",
            ),
            "l": f"{body}&{urlencode(PNG)}",
        }[body[0]]
    path = one() if method == "PUT" else P

    answer = stocked.admin(method, path, {"Content-Type": content_type}, content=body)

    assert_written(answer)
    assert written(stocked.get(one() if method == "PUT" else one(C))) == WRITTEN


@pytest.mark.parametrize(
    ("body", "label"),
    [
        ("<a><label>x</label></a>", "x"),
        ("<magento_api><label>\n  x y\t</label></magento_api>", "x y"),
        ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a><label>é</label></a>', "é"),
        ("<?xml version='1.0' encoding='utf-8'?>\n<a><label>é</label></a>\n", "é"),
        ('<a xmlns="urn:x" b="c"><label d="e">x</label></a>', "x"),
        ('<m:a xmlns:m="urn:x"><m:label>x</m:label></m:a>', "x"),
        ("<a><label>x</label><label>y</label></a>", "y"),
        ("<a><label>&lt;&gt;&amp;&quot;&apos;&#233;&#x1F600;</label></a>", "<>&\"'é😀"),
        ("<a><label><![CDATA[<b> & ]]></label></a>", "<b> &"),
        ("<a><!-- about --><label>x</label></a>", "x"),
        ("<a><foo><bar>1</bar></foo><label>x</label></a>", "x"),
    ],
)
def test_xml_bodies_are_read_leniently(stocked: OpenMage, body: str, label: str) -> None:
    for media_type in ("application/xml", "application/xhtml+xml"):
        stocked.put({"label": "before"})
        answer = stocked.admin("PUT", one(), {"Content-Type": media_type}, content=body.encode())
        assert_written(answer)
        assert stocked.get(one())["label"] == label


def test_types_may_be_an_empty_list_or_a_list_of_one_in_xml(stocked: OpenMage) -> None:
    body = "<a><types><data_item> image </data_item></types></a>"
    assert_written(stocked.admin("PUT", one(), XML, content=body))
    assert stocked.get(one())["types"] == ["image"]

    for empty in ("<types/>", "<types></types>", "<types> </types>", "<types>small_image</types>"):
        assert_written(stocked.admin("PUT", one(), XML, content=f"<a>{empty}</a>"))
        assert stocked.get(one())["types"] == ["image"], "a string changes nothing"


def deep(levels: int) -> str:
    """A good request in XML whose deepest element is at this level, the root being at 1."""
    inside = levels - 1
    return f"<a><label>x</label>{'<b>' * inside}{'</b>' * inside}</a>"


def wide(elements: int) -> str:
    """A good request in XML of so many elements in all."""
    return f"<a><label>x</label>{'<b/>' * (elements - 2)}</a>"


def nested(levels: int) -> str:
    """A good request in JSON of so many brackets in one another."""
    inside = levels - 1
    return f'{{"label":"x","foo":{"[" * inside}{"]" * inside}}}'


UNSAFE: list[tuple[dict[str, str], str | bytes]] = [
    # empty
    (JSON, ""),
    (XML, ""),
    (FORM, ""),
    (JSON, " \n"),
    # malformed
    (JSON, "{"),
    (JSON, '{"label":"x"'),
    (JSON, "{'label':'x'}"),
    (JSON, '{"label":"x"} y'),
    (JSON, '{"position":NaN}'),
    (JSON, AS_XML),
    ({"Content-Type": "Application/JSON"}, b'{"label":"\xff"}'),
    (XML, "<a>"),
    (XML, "<a><label>x</a>"),
    (XML, "<a/><b/>"),
    (XML, AS_JSON),
    (XML, "<a><label>\x01</label></a>"),
    (XML, "<a><label>&#1;</label></a>"),
    (XHTML, b"<a><label>\xff</label></a>"),
    # scalars
    (JSON, '"label"'),
    (JSON, "5"),
    (JSON, "true"),
    (JSON, "null"),
    # unsafe
    (XML, "<!DOCTYPE a><a><label>x</label></a>"),
    (XML, '<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a><label>x</label></a>'),
    (XML, '<!DOCTYPE a [<!ENTITY x "y">]><a><label>&x;</label></a>'),
    (XML, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><label>&x;</label></a>'),
    (XML, "<a><label>&nbsp;</label></a>"),
    (XML, "<a><?php echo 1 ?><label>x</label></a>"),
    (XML, '<?xml-stylesheet href="a.css"?><a><label>x</label></a>'),
    (XML, "<a><label>x</label></a><?x?>"),
    (XML, '<?xml version="1.0" encoding="ISO-8859-2"?><a><label>x</label></a>'),
    (XML, '<?xml version="1.0" encoding="UTF-16"?><a><label>x</label></a>'),
    (XHTML, "<a><label>x</label></a>".encode("utf-16")),
    (XHTML, '<?xml version="1.0" encoding="UTF-16"?><a><label>x</label></a>'.encode("utf-16")),
    (XHTML, '<?xml version="1.0" encoding="ISO-8859-2"?><a><label>é</label></a>'.encode("latin-1")),
    (XML, deep(10)),
    (XML, deep(5000)),
    (XML, wide(1002)),
    (JSON, nested(34)),
    (JSON, nested(100_000)),
]


@in_both_formats
@pytest.mark.parametrize(("content_type", "body"), UNSAFE, ids=lambda each: str(each)[:60])
def test_unreadable_and_unsafe_bodies_are_refused(
    stocked: OpenMage, content_type: dict[str, str], body: str | bytes, kind: str
) -> None:
    before = stocked.everything
    headers = {**content_type, **ANSWER_IN[kind]}

    for operation in WRITES:
        if operation.method != "DELETE":
            answer = stocked.admin(operation.method, operation.path, headers, content=body)
            assert_refused(answer, *UNREADABLE, kind=kind)
    assert stocked.everything == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(XML, deep(8)), (XML, wide(1000)), (JSON, nested(32))],
    ids=["8 deep", "1000 elements", "32 deep"],
)
def test_bodies_may_go_to_the_limits(
    stocked: OpenMage, content_type: dict[str, str], body: str
) -> None:
    assert_written(stocked.admin("PUT", one(), content_type, content=body))

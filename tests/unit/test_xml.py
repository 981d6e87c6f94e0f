"""XML in both directions: bodies that are safe to read, answers as the platform writes them."""

import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.errors import MalformedBodyError
from vitrine.edge.xml_answer import without_forbidden, write_xml, xml_response
from vitrine.edge.xml_body import MAX_DEPTH, MAX_ELEMENTS, parse_xml

# Bodies (contract: openmage, section 4.1)

SEED = b"""<?xml version="1.0"?>
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


def test_the_seeds_body() -> None:
    assert parse_xml(SEED) == {
        "label": "English store image",
        "position": "3",
        "exclude": "0",
        "types": ["image", "small_image", "thumbnail"],
    }


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("<a/>", {}),
        ("<a></a>", {}),
        ("<a>text</a>", {}),
        ("<any><label>x</label></any>", {"label": "x"}),
        ('<?xml version="1.0" encoding="utf-8"?><a><b>ü</b></a>', {"b": "ü"}),
        ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a><b/></a>', {"b": ""}),
        ("\ufeff<a><b>x</b></a>", {"b": "x"}),
        ("<a><b> \t\r\n x  y\n </b></a>", {"b": "x  y"}),
        ("<a><b>\u00a0x\u2003</b></a>", {"b": "\u00a0x\u2003"}),
        ("<a><b>1</b><b>2</b></a>", {"b": "2"}),
        ("<a><b><data_item>1</data_item></b><b>2</b></a>", {"b": "2"}),
        ("<a><types/></a>", {"types": ""}),
        ("<a><types><data_item/></types></a>", {"types": [""]}),
        ("<a><types><data_item>x</data_item></types></a>", {"types": ["x"]}),
        ("<a><types><one>x</one><two>y</two></types></a>", {"types": {"one": "x", "two": "y"}}),
        ("<a><b><data_item>x</data_item><c>y</c></b></a>", {"b": {"data_item": "x", "c": "y"}}),
        ("<a>1<b>2</b>3</a>", {"b": "2"}),
        ("<a><b>1<c>2</c>3</b></a>", {"b": {"c": "2"}}),
        ('<a x="1"><b y="2">3</b></a>', {"b": "3"}),
        ('<m:a xmlns:m="urn:x"><m:b>1</m:b></m:a>', {"b": "1"}),
        (
            "<m:a><n:b>1</n:b><n:types><n:data_item>x</n:data_item></n:types></m:a>",
            {"b": "1", "types": ["x"]},
        ),
        ("<a><b>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</b></a>", {"b": "<&>\"'AB"}),
        ("<a><b><![CDATA[<x> & ]]>y</b></a>", {"b": "<x> & y"}),
        ("<a><b>1<!-- c -->2</b><!-- <b>3</b> --></a>", {"b": "12"}),
        ("<a><data_item>x</data_item></a>", ["x"]),
        ("<a><data_item><b>x</b></data_item><data_item/></a>", [{"b": "x"}, ""]),
    ],
)
def test_elements_are_fields(body: str, content: Any) -> None:
    assert parse_xml(body.encode()) == content


NESTED = f"<a>{'<b>' * (MAX_DEPTH - 1)}x{'</b>' * (MAX_DEPTH - 1)}</a>"
MANY = f"<a>{'<b/>' * (MAX_ELEMENTS - 1)}</a>"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"text",
        b"{}",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a/>x",
        b"<a b=1/>",
        b"<a>&</a>",
        b"<a>\x00</a>",
        b"<a>&#0;</a>",
        b"<a>\xff</a>",
        b'\n<?xml version="1.0"?><a/>',
        b"<a>&nbsp;</a>",
        b'<a x="&nbsp;"/>',
        b'<?xml version="1.0" standalone="no"?><a>&x;</a>',
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
        b"<?x y?><a/>",
        b"<a><?php echo 1?></a>",
        b"<a/><?x?>",
        b'<?xml-stylesheet href="x"?><a/>',
        b'<?xml version="1.0" encoding="ISO-8859-2"?><a>x</a>',
        b'<?xml version="1.0" encoding="windows-1252"?><a>\x81</a>',
        b'<?xml version="1.0" encoding="us-ascii"?><a>x</a>',
        b'<?xml version="1.0" encoding="UTF-16"?><a>x</a>',
        b'<?xml version="1.0" encoding="none"?><a>x</a>',
        "<a>x</a>".encode("utf-16"),
        "<a>x</a>".encode("utf-16-le"),
        '<?xml version="1.0" encoding="UTF-8"?><a>x</a>'.encode("utf-16"),
        "<a>x</a>".encode("utf-32"),
        NESTED.replace("x", "<c/>").encode(),
        MANY.replace("<a>", "<a><c/>").encode(),
    ],
)
def test_what_is_malformed_or_unsafe_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        parse_xml(body)


def test_depth_and_number_of_elements_have_a_limit() -> None:
    content: Any = parse_xml(NESTED.encode())
    for _ in range(MAX_DEPTH - 1):
        content = content["b"]

    assert content == "x"
    assert parse_xml(MANY.encode()) == {"b": ""}


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" * 2_000_000,
        b"<a>" + b"<b/>" * 1_500_000,
        b"<!DOCTYPE a [" + b'<!ENTITY b "x">' * 300_000,
        b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 5_000_000 + b'">]><a>' + b"&b;" * 300_000,
        b"<?x " + b"y" * 6_000_000,
        b"<a " + b" ".join(b'x%d=""' % each for each in range(400_000)),
        b"<a>" + b"&#65;" * 1_200_000,
        b"<!--" * 1_500_000,
    ],
    ids=["deep", "many", "entities", "bomb", "instruction", "attributes", "references", "comments"],
)
def test_hostile_bodies_cost_little(body: bytes) -> None:
    started = time.process_time()

    with pytest.raises(MalformedBodyError):
        parse_xml(body)

    assert time.process_time() - started < 3


def test_a_long_picture_is_one_text() -> None:
    content = "\n".join(["A" * 76] * 70_000)

    assert parse_xml(f"<a><b>{content}</b></a>".encode()) == {"b": content}


# Answers (contract: openmage, section 5)


def test_the_seeds_list() -> None:
    images = [
        {
            "id": "5",
            "label": "",
            "position": "1",
            "exclude": "0",
            "url": "http://magento/media/catalog/product/v/e/ve2011.jpg",
            "types": ["image", "thumbnail"],
        },
        {"id": "7", "label": "second dress", "types": []},
    ]

    assert (
        write_xml(images)
        == """\
<?xml version="1.0"?>
<magento_api>
  <data_item>
    <id>5</id>
    <label></label>
    <position>1</position>
    <exclude>0</exclude>
    <url>http://magento/media/catalog/product/v/e/ve2011.jpg</url>
    <types>
      <data_item>image</data_item>
      <data_item>thumbnail</data_item>
    </types>
  </data_item>
  <data_item>
    <id>7</id>
    <label>second dress</label>
    <types/>
  </data_item>
</magento_api>
"""
    )


@pytest.mark.parametrize(
    ("payload", "lines"),
    [
        ({"id": "10", "types": []}, "<magento_api>\n  <id>10</id>\n  <types/>\n</magento_api>"),
        ([], "<magento_api/>"),
        ({}, "<magento_api/>"),
        ({"label": ""}, "<magento_api>\n  <label></label>\n</magento_api>"),
        (
            {"messages": {"error": [{"code": 404, "message": "Resource not found."}]}},
            """\
<magento_api>
  <messages>
    <error>
      <data_item>
        <code>404</code>
        <message>Resource not found.</message>
      </data_item>
    </error>
  </messages>
</magento_api>""",
        ),
        (
            {"label": "a<b>&\"'\r\n\tü\U0001f600"},
            """\
<magento_api>
  <label>a&lt;b&gt;&amp;"'&#13;\n\tü\U0001f600</label>
</magento_api>""",
        ),
        (
            {"label": "\x00a\x0b\x1f\ud800\udfff\ufffe\uffffb\x7f"},
            "<magento_api>\n  <label>ab\x7f</label>\n</magento_api>",
        ),
    ],
)
def test_answers_are_laid_out_as_the_platforms(payload: Any, lines: str) -> None:
    assert write_xml(payload) == f'<?xml version="1.0"?>\n{lines}\n'


def test_an_answer_says_what_it_is() -> None:
    answer = xml_response(404, [], {"X": "y"})

    assert (answer.status, answer.body) == (404, write_xml([]))
    assert answer.headers == {"Content-Type": "application/xml; charset=utf-8", "X": "y"}


TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8).filter("data_item".__ne__)


@given(st.dictionaries(NAMES, TEXT | st.lists(TEXT, min_size=1, max_size=3), min_size=1))
def test_everything_that_is_written_is_read(payload: dict[str, Any]) -> None:
    def read(value: Any) -> Any:
        if isinstance(value, list):
            return [read(each) for each in value]
        return without_forbidden(value).strip(" \t\r\n")

    written = write_xml(payload).encode()

    assert parse_xml(written) == {name: read(value) for name, value in payload.items()}


@given(TEXT)
def test_others_read_the_very_text(text: str) -> None:
    document = ET.fromstring(write_xml({"label": text}))  # noqa: S314 - our own

    assert document.findtext("label") == without_forbidden(text)


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.binary())
def test_no_body_is_too_strange(body: str | bytes) -> None:
    data = body.encode() if isinstance(body, str) else body
    for each in (data, b"<a>" + data + b"</a>"):
        try:
            parsed = parse_xml(each)
        except MalformedBodyError:
            continue
        assert isinstance(parsed, dict | list)

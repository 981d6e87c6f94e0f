"""OpenMage contract §5, Responses."""

import itertools
import re
from xml.etree import ElementTree as ET

from tests.contract.openmage.conftest import (
    ANSWER_IN,
    DOT,
    FILES,
    FR,
    JSON,
    MEDIA_TYPES,
    MISSING,
    B,
    OpenMage,
    P,
    assert_shows,
    assert_written,
    in_both_formats,
    many,
    one,
)
from tests.gateway import Gateway


@in_both_formats
def test_lists_may_be_empty(shop: OpenMage, kind: str) -> None:
    for send in (shop.admin, shop.guest):
        for path in (P, many(FR)):
            answer = send("GET", path, ANSWER_IN[kind])
            assert_shows(answer, [], kind)


def test_xml_is_printed_so(stocked: OpenMage) -> None:
    stocked.put({"label": "<b> & c"}, B)
    stocked.put({"types": ["thumbnail", "image"]})
    first, second = (each["url"] for each in stocked.get(P))

    body = stocked.admin("GET", P, ANSWER_IN["xml"]).body

    assert body.replace("<label></label>", "<label/>").rstrip("\n") == (
        f"""<?xml version="1.0"?>
<magento_api>
  <data_item>
    <id>11</id>
    <label/>
    <position>1</position>
    <exclude>0</exclude>
    <url>{first}</url>
    <types>
      <data_item>image</data_item>
      <data_item>thumbnail</data_item>
    </types>
  </data_item>
  <data_item>
    <id>12</id>
    <label>&lt;b&gt; &amp; c</label>
    <position>6</position>
    <exclude>0</exclude>
    <url>{second}</url>
    <types/>
  </data_item>
</magento_api>"""
    )


def test_a_list_of_one_is_a_list_in_xml(shop: OpenMage) -> None:
    shop.added()

    root = ET.fromstring(shop.admin("GET", P, ANSWER_IN["xml"]).body)  # noqa: S314

    assert [each.tag for each in root] == ["data_item"]


def test_an_error_is_printed_so_in_xml(shop: OpenMage) -> None:
    answer = shop.admin("POST", P, ANSWER_IN["xml"], json={"label": "x"})

    assert answer.body.rstrip("\n") == (
        """<?xml version="1.0"?>
<magento_api>
  <messages>
    <error>
      <data_item>
        <code>400</code>
        <message>The image is not specified</message>
      </data_item>
      <data_item>
        <code>400</code>
        <message>Resource data pre-validator error.</message>
      </data_item>
    </error>
  </messages>
</magento_api>"""
    )


def test_an_error_is_printed_so_in_json(shop: OpenMage) -> None:
    answer = shop.admin("GET", one(MISSING))

    expected = '{"messages":{"error":[{"code":404,"message":"Product image not found"}]}}'
    assert answer.body == expected


def test_the_examples_of_the_contract(shop: OpenMage) -> None:
    shop.world.galleries.sequences["shop1"] = itertools.count(42)
    shop.added(label="front", types=["image"], file_name="front")

    body = (
        '[{"id":"42","label":"front","position":"1","exclude":"0",'
        f'"url":"{FILES}/f/r/front.png","types":["image"]}}]'
    )
    assert shop.admin("GET", P).body == body
    created = shop.admin(
        "POST",
        many(FR),
        JSON,
        content=f'{{"file_mime_type":"image/gif","file_content":"{DOT}","label":"avant"}}',
    )
    assert_written(created)
    assert created.headers["location"] == "/api/rest/products/8/images/43"
    shown = Gateway()("GET", one(43, FR))
    assert shown.headers["content-type"] == MEDIA_TYPES["xml"]
    assert re.sub(r"\n *", "", shown.body) == (
        '<?xml version="1.0"?><magento_api><id>43</id><label>avant</label><position>2</position>'
        f"<url>{FILES}/i/m/image.gif</url><types/></magento_api>"
    )

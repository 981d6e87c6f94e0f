"""Requests as the published samples of Magento's REST API send them (contract §8).

Magento's PHP sample signs with OAuth 1.0a, names `application/json` as the type of what it sends,
also in a GET, sends no `Accept` (or curl's `*/*`), and decodes every answer as JSON.
"""

import httpx
import pytest
from oauthlib.oauth1 import Client
from tests.contract.openmage.conftest import (
    MISSING,
    NO_IMAGE,
    NOT_SPECIFIED,
    PNG,
    UNREADABLE,
    XHTML,
    XML,
    A,
    OpenMage,
    P,
    assert_refused,
    assert_shows,
    assert_written,
    one,
    unknown_type,
)
from tests.gateway import Answer, Gateway


class PhpSample:
    """What `OAuth::fetch()` of the PECL extension sends for the published sample."""

    def __init__(self, stocked: OpenMage, accept: str | None) -> None:
        keys = stocked.world.issue_keys("shop1", "openmage", "read", "write")
        self.accept = accept
        self.client = Client(
            keys.consumer_key,
            keys.secrets.consumer,
            keys.token,
            keys.secrets.token,
        )

    def fetch(self, method: str, path: str, **body: object) -> Answer:
        request = httpx.Request(method, Gateway.base_url + path, **body)  # type: ignore[arg-type]
        if self.accept is not None:
            request.headers["accept"] = self.accept
        request.headers["content-type"] = "application/json"
        _, headers, _ = self.client.sign(str(request.url), method)
        request.headers.update(headers)
        return Gateway().send(request)


@pytest.fixture(params=[None, "*/*", "application/*", "text/html, */*;q=0.1"])
def sample(stocked: OpenMage, request: pytest.FixtureRequest) -> PhpSample:
    return PhpSample(stocked, request.param)


def test_the_sample_reads_json(stocked: OpenMage, sample: PhpSample) -> None:
    assert_shows(sample.fetch("GET", P), stocked.get(P))
    assert_shows(sample.fetch("GET", one(A)), stocked.get(one(A)))


def test_the_sample_is_refused_in_json(sample: PhpSample) -> None:
    assert_refused(sample.fetch("GET", one(MISSING)), *NO_IMAGE)
    assert_refused(sample.fetch("POST", P, json={"label": "side"}), *NOT_SPECIFIED)


def test_the_sample_adds_and_changes(stocked: OpenMage, sample: PhpSample) -> None:
    added = sample.fetch("POST", P, json={**PNG, "label": "side"})

    assert_written(added)
    image = added.headers["location"].rpartition("/")[2]
    assert_written(sample.fetch("PUT", one(image), json={"label": "back"}))
    assert stocked.get(one(image))["label"] == "back"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json;q=0, */*", "xml"),
        ("text/*", "xml"),
        ("application/xml, */*", "xml"),
        ("*/*, application/xml", "json"),
    ],
)
def test_what_accept_names_outweighs_the_type_of_the_body(
    stocked: OpenMage, accept: str, kind: str
) -> None:
    answer = PhpSample(stocked, accept).fetch("GET", one(A))

    assert_shows(answer, stocked.get(one(A)), kind)


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a><label>caf\xe9</label></a>', "caf\u00e9"),
        (b"<?xml version='1.0' encoding='windows-1252'?><a><label>5 \x80</label></a>", "5 \u20ac"),
        (b'<a><label value="front"/></a>', "front"),
        (b'<a><label value="back">front</label></a>', "front"),
    ],
)
def test_xml_of_older_clients_is_read(stocked: OpenMage, body: bytes, label: str) -> None:
    assert_written(stocked.admin("PUT", one(A), XHTML, content=body))

    assert stocked.get(one(A))["label"] == label


def test_xml_that_the_gateway_spoilt_is_refused(stocked: OpenMage) -> None:
    """The gateway hands application/xml on as text, without the bytes that are not UTF-8."""
    body = b'<?xml version="1.0" encoding="ISO-8859-1"?><a><label>caf\xe9</label></a>'

    assert_refused(stocked.admin("PUT", one(A), XML, content=body), *UNREADABLE)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252"])
def test_the_gateway_does_not_spoil_character_references(stocked: OpenMage, encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><a><label>caf&#233;</label></a>'

    assert_written(stocked.admin("PUT", one(A), XML, content=body.encode("ascii")))

    assert stocked.get(one(A))["label"] == "caf\u00e9"


@pytest.mark.parametrize(
    "body",
    [
        "<a><types>image</types><types>thumbnail</types></a>",
        "<a><types><data_item>image</data_item></types><types>thumbnail</types></a>",
    ],
)
def test_repeated_types_make_a_list(stocked: OpenMage, body: str) -> None:
    assert_written(stocked.admin("PUT", one(A), XML, content=body))

    assert stocked.get(one(A))["types"] == ["image", "thumbnail"]


@pytest.mark.parametrize(
    "query", ["attrs[]=url&attrs[]=id", "attrs%5B%5D=id&attrs%5B1%5D=url", "attrs=id&attrs[]=url"]
)
def test_attributes_may_be_listed(stocked: OpenMage, query: str) -> None:
    assert list(stocked.get(f"{one(A)}?{query}")) == ["id", "url"]


def test_a_signed_form_is_refused_for_its_type(stocked: OpenMage) -> None:
    """OAuth 1.0a signs the parameters of a form, Magento does not read them."""
    keys = stocked.world.issue_keys("shop1", "openmage", "read", "write")
    client = Client(keys.consumer_key, keys.secrets.consumer, keys.token, keys.secrets.token)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    url, headers, body = client.sign(Gateway.base_url + P, "POST", "label=side", form)
    request = httpx.Request("POST", url, headers=headers, content=body)

    assert_refused(Gateway().send(request), *unknown_type("application/x-www-form-urlencoded"))

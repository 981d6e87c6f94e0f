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
    A,
    OpenMage,
    P,
    assert_refused,
    assert_shows,
    assert_written,
    one,
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

"""Stored queries name only what the log's lines have."""

import json
import re
from collections.abc import Iterator

import pytest
from tests import pictures
from tests.conftest import World
from tests.fakes import etag
from tests.gateway import Gateway, template
from tests.logged import Logged, logged
from tests.unit.test_rendering import event

from pipeline import generate_renditions, import_file
from tiendanube import create_image, list_images
from vitrine_cli.operations.log_queries import StoredQuery, stored_queries, stored_query
from vitrine_cli.ui.failure import FailureError

QUERIES = stored_queries()
WORDS = frozenset(
    {"filter", "stats", "sort", "limit", "parse", "as", "by", "and", "or", "like", "desc"}
    | {"count", "pct", "max", "sum", "latest", "ispresent"}
)
"""Commands, operators and functions of Logs Insights that the queries use."""
HANDLERS = (create_image, list_images)  # imported before the test sets the function's name
IMAGES = "/v1/555/products/7/images"


def fields_of(query: StoredQuery) -> set[str]:
    """The fields of log lines that a query names."""
    text = re.sub(r'#.*|"[^"]*"|/(?:\\.|[^/\n])+/', " ", query.text)
    return set(re.findall(r"[A-Za-z_]\w*", text)) - WORDS - query.computed


@pytest.fixture
def log(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logged]:
    """Lines of requests that succeed, fail and repeat, and of the pipeline's functions."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "shop-tiendanube-create-image")
    world.open_shop("s1", tiendanube_store_id="555")
    world.issue("t", "s1", "tiendanube", "read_products", "write_products")
    world.remote.pages["http://elsewhere/a.png"] = pictures.png()
    headers = {"Authentication": "bearer t", "User-Agent": "x", "Idempotency-Key": "1"}
    with logged() as found:
        for _ in range(2):
            assert Gateway()("POST", IMAGES, headers, json={"src": "http://elsewhere/a.png"}).json
        with monkeypatch.context() as broken:
            broken.setattr(world.galleries, "gallery_with_images", None)
            assert Gateway()("GET", IMAGES, headers).status == 500
        found.group = "pipeline"
        (original,) = world.blobs.originals
        generate_renditions.handler(event(original), None)
        key = "import/s1/products/7/a.txt"
        world.blobs.import_folder[key] = b"no picture"
        stored = {"key": key, "eTag": etag(b"no picture"), "sequencer": "1"}
        import_file.handler({"Records": [{"s3": {"object": stored}}]}, None)
        yield found


@pytest.fixture
def fields(log: Logged) -> dict[str, set[str]]:
    """The fields of the lines of each log group."""
    access = template()["Resources"]["Api"]["Properties"]["AccessLogSettings"]["If"][1]["Format"]
    found: dict[str, set[str]] = {
        "access": set(json.loads(access)),
        "api": set(),
        "pipeline": set(),
    }
    for each in log.events:
        found[each.group] |= set(json.loads(each.message))
    return found


def test_a_query_names_only_fields_that_lines_have(fields: dict[str, set[str]]) -> None:
    for query in QUERIES.values():
        named = fields_of(query)
        assert named, query.name
        assert named - fields[query.group] == set(), query.name


def test_the_stored_queries_are_those_of_the_specification() -> None:
    assert QUERIES.keys() == {
        *("slowest", "failures", "shops", "cold-starts", "retried-creates"),
        *("refused-imports", "gateway-refusals"),
    }
    assert fields_of(QUERIES["failures"]) == {
        *("message", "status", "request_id", "error", "dialect", "operation"),
    }


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda each: each.name)
def test_a_query_says_what_it_shows_and_is_bounded(query: StoredQuery) -> None:
    assert query.title[0].isupper()
    assert not query.title.endswith(".")
    assert len(query.title) < 100
    assert re.search(r"\| limit \d+\n$", query.text)
    assert query.group in ("access", "api", "pipeline")


def test_an_unknown_query_is_told_what_there_is() -> None:
    with pytest.raises(FailureError, match="There is no query 'slow'; there are: cold-starts, "):
        stored_query("slow")

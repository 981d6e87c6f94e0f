"""Whatever fails in whatever function: the answer's 500 leaves its cause in one line of the log."""

from dataclasses import replace
from typing import Any

import pytest
from tests import pictures
from tests.conftest import World
from tests.contract.test_events import PRODUCT, run, shop
from tests.gateway import ROOT

from vitrine import environment
from vitrine.access.callers import Access
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.services.adding import add_image
from vitrine.services.sources import at_hand

__all__ = ["shop"]

REQUESTS = sorted(
    each.stem for each in (ROOT / "events").glob("*.json") if not each.stem.startswith("pipeline_")
)
WITHOUT_RECORDS = {"native_get_shop", "gateway_unknown_route"}
"""Operations that read nothing once the caller is known. For forwarding, see test_edge.py."""
CAUSE = "RuntimeError: DynamoDB is down"


class Down:
    """An adapter all of whose calls fail."""

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("DynamoDB is down")

        return fail


DOWN: Any = Down()


@pytest.fixture
def filled(shop: World) -> World:
    """The shops of the recorded events, with the images that these name."""
    rules = PictureRules(frozenset(Format), max_bytes=10**6)
    add_image(shop.catalogue("1234"), PRODUCT, at_hand(pictures.png(), ""), rules)
    shop.with_gallery("555", "29", {1: 0}, thumbnail=1)
    shop.with_gallery("8", "8", {1: 0}, thumbnail=1)
    return shop


def check(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The request's line and one traceback name the cause; the answer does not."""
    assert answer["statusCode"] >= 500, answer
    assert "DynamoDB" not in answer["body"]
    (line,) = [vars(each) for each in caplog.records if each.message == "request"]
    assert (line["status"], line["error"]) == (answer["statusCode"], CAUSE)
    (trace,) = [each for each in caplog.records if each.exc_info]
    assert vars(trace)["request_id"] == line["request_id"]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_failure_to_authenticate_leaves_its_cause(
    filled: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    broken = replace(filled.environment, access=Access(DOWN, oauth=None))
    with environment.use(broken):
        check(run(name), caplog)


@pytest.mark.parametrize("name", sorted({*REQUESTS} - WITHOUT_RECORDS))
def test_a_failure_of_an_operation_leaves_its_cause(
    filled: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    stores = replace(
        filled.stores, shops=DOWN, galleries=DOWN, library=DOWN, blobs=DOWN, imports=DOWN
    )
    broken = replace(filled.environment, stores=stores, take_downs=DOWN, functions=DOWN)
    with environment.use(broken):
        check(run(name), caplog)

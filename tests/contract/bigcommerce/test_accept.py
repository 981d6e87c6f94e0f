"""BigCommerce contract §4, Requests: Accept."""

import pytest
from tests.contract.bigcommerce.conftest import (
    NOT_ACCEPTABLE,
    A,
    BigCommerce,
    Operation,
    assert_refused,
    call,
    every_operation,
)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "application/json",
        "APPLICATION/JSON; charset=utf-8",
        "text/html",
        "image/png",
        "nonsense",
        "application/xml, application/json",
        "application/json;q=0.1,application/xml;q=0.9",
        "application/xml;q=1.0, application/json;q=0",
        "text/xml, application/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ],
)
@every_operation
def test_json_is_sent_to_all_who_admit_it_or_do_not_ask_for_xml(
    shop: BigCommerce, operation: Operation, accept: str
) -> None:
    shop.with_gallery({A: 0})

    answer = call(shop.send, operation, headers={"Accept": accept})

    assert answer.status == operation.status, answer.body


XML = [
    "application/xml",
    "text/xml",
    "APPLICATION/XML",
    "text/xml; charset=utf-8",
    "application/xml;q=0.5, text/html",
    "text/*, text/xml",
]


@pytest.mark.parametrize("accept", XML)
@every_operation
def test_those_who_want_nothing_but_xml_are_refused(
    shop: BigCommerce, operation: Operation, accept: str
) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    assert_refused(call(shop.send, operation, headers={"Accept": accept}), NOT_ACCEPTABLE)
    assert shop.everything == before


@pytest.mark.parametrize("suffix", [".json", ".json/"])
@pytest.mark.parametrize("accept", XML)
@every_operation
def test_a_json_path_is_json_even_if_another_type_is_requested(
    shop: BigCommerce, operation: Operation, accept: str, suffix: str
) -> None:
    shop.with_gallery({A: 0})

    answer = call(shop.send, operation, suffix=suffix, headers={"Accept": accept})

    assert answer.status == operation.status, answer.body

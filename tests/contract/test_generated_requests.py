"""Requests that schemathesis generates from the OpenAPI files get described answers, and no 500.

`Gateway` compares every answer with the file.
"""

import httpx
import pytest
from hypothesis import strategies as st
from tests.conftest import World
from tests.gateway import Gateway
from tests.generated_requests import operations, send_generated

from gateway.dialects import account_of

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
STORES = {"tiendanube": "555", "bigcommerce": "abc123", "evotor": STORE, "openmage": "default"}
SETTINGS = {
    "tiendanube_store_id": "555",
    "bigcommerce_store_hash": "abc123",
    "evotor_store_id": STORE,
}


@pytest.mark.parametrize("operation", operations())
def test_generated_requests_get_described_answers(
    operation: tuple[str, str, str], world: World
) -> None:
    dialect, path, _ = operation
    world.open_shop("shop1", **SETTINGS)
    world.issue("secret", "shop1", dialect, *account_of(dialect).scopes)
    world.with_gallery("shop1", "7", {11: 0, 12: 1}, thumbnail=11)
    gateway = Gateway()
    usual = {
        "store": st.just(STORES.get(dialect)),
        "product": st.sampled_from(["7", "8", None]),
        "image": st.sampled_from([11, None]),
    }

    def send(request: httpx.Request) -> None:
        answer = gateway.send(request)
        assert answer.status < 500, answer.body

    send_generated(
        operation,
        {name: each for name, each in usual.items() if f"{{{name}}}" in path},
        send,
        base_url="https://api.example",
        secret="secret",
        count=15,
    )

"""Requests that schemathesis generates from the OpenAPI files get described answers, and no 500.

`Gateway` compares every answer with the file.
"""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from tests.conftest import World
from tests.gateway import Gateway
from tests.openapi import described

from gateway.dialects import NAMES, account_of

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
SETTINGS = {
    "tiendanube.store_id": "555",
    "bigcommerce.store_hash": "abc123",
    "evotor.store_id": STORE,
}
STORES = {"tiendanube": "555", "bigcommerce": "abc123", "evotor": STORE, "openmage": "default"}
SECRET_HEADERS = {
    "tiendanube": {"Authentication": "bearer secret", "User-Agent": "Lamps (dev@example.com)"},
    "bigcommerce": {"X-Auth-Token": "secret"},
    "evotor": {"X-Authorization": "secret"},
}
EXAMPLES = 25


def headers_of(name: str) -> Mapping[str, str]:
    """The headers with which a client of this dialect authenticates."""
    return SECRET_HEADERS.get(name, {"Authorization": "Bearer secret"})


def operations() -> list[tuple[str, str, str]]:
    """Dialect, path and method of every operation, one path of each."""
    found = {}
    for name in NAMES:
        for path, methods in described(name)["paths"].items():
            for method, operation in methods.items():
                key = (name, operation["operationId"].partition("_at_")[0])
                found.setdefault(key, (name, path, method))
    return list(found.values())


@pytest.mark.parametrize(("name", "path", "method"), operations())
def test_generated_requests_get_described_answers(
    name: str, path: str, method: str, world: World
) -> None:
    world.open_shop("shop1", **{key.replace(".", "_", 1): each for key, each in SETTINGS.items()})
    world.issue("secret", "shop1", name, *account_of(name).scopes)
    world.with_gallery("shop1", "7", {11: 0, 12: 1}, thumbnail=11)
    send = Gateway()
    schema = schemathesis.openapi.from_dict(described(name))
    operation = schema[path][method.upper()]
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @seed(13)
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=cases, product=st.sampled_from(["7", "8", None]), image=st.sampled_from([11, None]))
    def run(case: Any, product: str | None, image: int | None) -> None:
        chosen = {"store": STORES.get(name), "product": product, "image": image}
        known = {key: str(each) for key, each in chosen.items() if each is not None}
        case.path_parameters = {**(case.path_parameters or {}), **known}
        keywords = case.as_transport_kwargs(base_url="https://api.example")
        keywords["headers"] = {**keywords.get("headers", {}), **headers_of(name)}
        allowed = requests.Request(
            **{key: each for key, each in keywords.items() if key in REQUEST_KEYWORDS}
        )
        prepared = requests.Session().prepare_request(allowed)
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        headers = {
            key: each.encode("latin-1") if isinstance(each, str) else each
            for key, each in prepared.headers.items()
        }
        sent = httpx.Request(prepared.method, prepared.url, headers=headers, content=body or b"")

        answer = send.send(sent)

        assert answer.status < 500, answer.body

    run()


REQUEST_KEYWORDS = {"method", "url", "headers", "files", "data", "json", "params", "cookies"}

"""Requests that schemathesis generates get described answers from the deployed stack."""

import json

import httpx
import pytest
from hypothesis import strategies as st
from tests import pictures
from tests.generated_requests import operations, send_generated
from tests.openapi import check_answer
from tests.stack.conftest import Running, Tiendanube, vitrine

from gateway.dialects import NAMES

PRODUCT = 13_007
COUNT = 5  # requests of each operation


@pytest.fixture(scope="session")
def image(tiendanube: Tiendanube) -> int:
    """The id of an image of the product."""
    created: int = tiendanube.attach(PRODUCT, pictures.png(300, 300)).json()["id"]
    return created


def issue(running: Running, dialect: str) -> str:
    """A new secret with all scopes of a dialect."""
    bearer = ["--bearer"] if dialect == "openmage" else []
    shop, port = running.described["shop"], str(running.port)
    command = ["credential", "create", shop, "--dialect", dialect, *bearer, "--port", port]
    secret: str = json.loads(vitrine(*command).stdout)["token"]
    return secret


@pytest.mark.parametrize("dialect", NAMES)
def test_generated_requests_get_described_answers(
    dialect: str, running: Running, image: int
) -> None:
    login = running.described["credentials"][dialect]
    store = login.get("store_id") or login.get("store_hash") or "default"
    secret = issue(running, dialect)
    usual = {
        "store": st.just(store),
        "product": st.sampled_from([PRODUCT, 8, None]),
        "image": st.sampled_from([image, None]),
    }

    def send(request: httpx.Request) -> None:
        answer = running.client.send(request)
        assert answer.status_code < 500, f"{request.method} {request.url}: {answer.text}"
        media_type = answer.headers.get("content-type", "")
        path = request.url.path
        check_answer(request.method, path, answer.status_code, media_type, answer.text)

    for operation in operations():
        name, path, _ = operation
        if name == dialect:
            send_generated(
                operation,
                {each: values for each, values in usual.items() if f"{{{each}}}" in path},
                send,
                base_url=running.described["base_url"],
                secret=secret,
                count=COUNT,
            )

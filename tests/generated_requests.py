"""Requests that schemathesis generates from the OpenAPI files, valid ones and invalid ones."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from tests.openapi import described

from gateway.dialects import NAMES

SECRET_HEADERS = {
    "tiendanube": {"Authentication": "bearer {}", "User-Agent": "Lamps (dev@example.com)"},
    "bigcommerce": {"X-Auth-Token": "{}"},
    "evotor": {"X-Authorization": "{}"},
}
_SENT = {"method", "url", "headers", "files", "data", "json", "params", "cookies"}


def headers_of(dialect: str, secret: str) -> Mapping[str, str]:
    """The headers with which a client of this dialect authenticates."""
    named = SECRET_HEADERS.get(dialect, {"Authorization": "Bearer {}"})
    return {name: value.format(secret) for name, value in named.items()}


def operations() -> list[tuple[str, str, str]]:
    """Dialect, path and method of every operation, one path of each."""
    found = {}
    for name in NAMES:
        for path, methods in described(name)["paths"].items():
            for method, operation in methods.items():
                key = (name, operation["operationId"].partition("_at_")[0])
                found.setdefault(key, (name, path, method))
    return list(found.values())


@cache
def _schema(dialect: str) -> Any:
    return schemathesis.openapi.from_dict(described(dialect))


def send_generated(
    operation: tuple[str, str, str],
    parameters: Mapping[str, st.SearchStrategy[Any]],
    send: Callable[[httpx.Request], object],
    *,
    base_url: str,
    secret: str,
    count: int,
) -> None:
    """Send generated requests of one operation, the same ones in every run.

    Args:
        operation: dialect, path and method.
        parameters: usual values of the path's variables; None leaves the generated value.
        send: sends a request and checks the answer.
        base_url: where the API is.
        secret: the client's secret.
        count: how many requests.
    """
    dialect, path, method = operation
    generated = _schema(dialect)[path][method.upper()]
    cases = st.one_of(
        generated.as_strategy(generation_mode=GenerationMode.POSITIVE),
        generated.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @seed(13)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=cases, usual=st.fixed_dictionaries(dict(parameters)))
    def run(case: Any, usual: Mapping[str, Any]) -> None:
        known = {name: str(value) for name, value in usual.items() if value is not None}
        case.path_parameters = {**(case.path_parameters or {}), **known}
        keywords = case.as_transport_kwargs(base_url=base_url)
        keywords["headers"] = {**keywords.get("headers", {}), **headers_of(dialect, secret)}
        send(_prepared(keywords))

    run()


def _prepared(keywords: Mapping[str, Any]) -> httpx.Request:
    """A request for httpx, of schemathesis's arguments for requests.

    White space around a header's value is no part of it, and httpx refuses to send it.
    """
    made = requests.Request(**{name: each for name, each in keywords.items() if name in _SENT})
    prepared = requests.Session().prepare_request(made)
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    headers = {
        name: value.strip().encode("latin-1") if isinstance(value, str) else value
        for name, value in prepared.headers.items()
    }
    return httpx.Request(prepared.method, prepared.url, headers=headers, content=body or b"")

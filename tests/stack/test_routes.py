"""Every route of the deployed template requires authentication."""

import base64
from typing import Any

import pytest
from tests.gateway import TemplateRoute, routes
from tests.stack.conftest import Inventorum, Running, Shop

REFUSALS: dict[str, tuple[Any, Any]] = {
    "evotor": ({"code": "invalid_token", "message": "invalid application token", "violations": []},)
    * 2,
    "tiendanube": (
        {
            "code": 401,
            "message": "Unauthorized",
            "description": "Required access token is missing",
        },
        {"code": 401, "message": "Unauthorized", "description": "Invalid access token"},
    ),
    "bigcommerce": ([{"status": 401, "message": "No credentials were supplied in the request."}],)
    * 2,
    "inventorum": (
        {
            "error": {
                "fields": {},
                "description": "Authentication credentials were not provided or are invalid.",
                "key": "common.not_authenticated",
            }
        },
    )
    * 2,
    "inventorum.refresh_token": ({"error": "invalid_client"},) * 2,
    "native": (
        {
            "type": "urn:vitrine:problem:unauthorized",
            "title": "The token is missing or not valid.",
            "status": 401,
            "code": "unauthorized",
        },
    )
    * 2,
}
"""What a dialect, or a function of its own ways, answers without a credential and with a wrong one.
"""
CHALLENGES = {
    "evotor": "Bearer",
    "native": "Bearer",
    "inventorum": "Bearer",
    "inventorum.refresh_token": "Basic",
}


OPENMAGE = [route for route in routes() if route.handler.startswith("openmage.")]


@pytest.mark.parametrize("route", OPENMAGE, ids=lambda route: route.key)
def test_openmages_guests_may_read_and_nothing_else(running: Running, route: TemplateRoute) -> None:
    path = route.path.format(product="guests", image="1", store="1")
    reads = route.method in ("GET", "HEAD")

    def status(**headers: str) -> int:
        return running.client.request(route.method, path, headers=headers).status_code

    assert status() == (403 if not reads else 404 if "{image}" in route.path else 200)
    assert status(Authorization="Basic Z3Vlc3Q6Z3Vlc3M=") == status()
    assert status(Authorization="Bearer guess") == 401
    assert status(Authorization='OAuth oauth_consumer_key="guess"') == 401


OF_DEFAULT = {
    "Api": ("PUT", "/stores/{store}/products/{product}/images", "evotor"),
    "NativeApi": ("GET", "/vitrine/v1/shop/", "native"),
}
"""Requests that the functions of `$default` refuse without credentials, and whose dialect it is."""
OTHERS = [route for route in routes() if route not in OPENMAGE]


@pytest.mark.parametrize("route", OTHERS, ids=lambda route: route.key)
def test_no_route_answers_without_credentials(
    running: Running, shop: Shop, inventorum: Inventorum, route: TemplateRoute
) -> None:
    method, path = route.method, route.path
    function = route.handler.removesuffix(".handler")
    if path == "$default":
        method, path, function = OF_DEFAULT[route.api]
    dialect = function.partition(".")[0]
    ways = function if function in REFUSALS else dialect
    store = shop.store if dialect == "evotor" else "1"
    image = "0" * 8 + "-0000-8000-8000-" + "0" * 12
    path = path.format(store=store, product="1", image=image, upload="u1", take_down="t1")
    without, wrong = REFUSALS[ways]
    # Credentials that open other routes are wrong here: an operation's token, in Bearer or as a
    # client's secret, gets no new tokens, and another dialect's opens nothing.
    others = shop.token if dialect != "evotor" else inventorum.token
    token = inventorum.token if ways == "inventorum.refresh_token" else others
    attempts = [
        ({}, without),
        ({"X-Authorization": "guess", "X-Auth-Token": "guess", "Authentication": "guess"}, wrong),
        ({"Authorization": f"Basic {shop.token}"}, wrong),
        ({"Authorization": basic("guess", "guess"), "Authentication": "guess"}, wrong),
        ({"Authorization": basic("", token), "Authentication": "guess"}, wrong),
        ({"Authorization": f"Bearer {token}", "Authentication": "guess"}, wrong),
    ]

    for headers, refusal in attempts:
        answer = running.client.request(method, path, headers=headers)
        assert answer.status_code == 401
        assert (without_id(answer.json()) if method != "HEAD" else refusal) == refusal
        assert answer.headers.get("x-amzn-remapped-www-authenticate") == CHALLENGES.get(ways)


def without_id(body: Any) -> Any:
    """An error's body without the request's id."""
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name != "request_id"}


def basic(user: str, password: str) -> str:
    """An `Authorization` header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("path", ["/favicon.ico", "/v9/none", "/media", "/images", "/api/v3"])
def test_a_path_of_no_dialect_is_not_found(running: Running, path: str) -> None:
    answer = running.client.get(path)

    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("method", "path", "status", "allow", "body"),
    [
        (
            "PATCH",
            "/v1/1/products/2/images",
            405,
            "GET, HEAD, POST",
            {"code": 405, "message": "Method Not Allowed", "description": None},
        ),
        (
            "GET",
            "/2025-03/1/products",
            404,
            None,
            {"code": 404, "message": "Not Found", "description": None},
        ),
        (
            "PUT",
            "/api/v2/products/2/images/count",
            405,
            "GET, HEAD",
            [{"status": 405, "message": "The method is not allowed on this resource."}],
        ),
        (
            "POST",
            "/stores/x/v2/products/2/images/3.json/",
            405,
            "DELETE, GET, HEAD, PUT",
            [{"status": 405, "message": "The method is not allowed on this resource."}],
        ),
        (
            "GET",
            "/api/v2/orders",
            404,
            None,
            [{"status": 404, "message": "The requested resource was not found."}],
        ),
    ],
)
def test_other_paths_and_methods_are_told_before_anyone_is_asked(
    running: Running, method: str, path: str, status: int, allow: str | None, body: object
) -> None:
    answer = running.client.request(method, path)

    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers.get("allow") == allow

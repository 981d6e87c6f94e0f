"""The template's HTTP API in process: request, route, event, handler, answer."""

import base64
import gzip
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import yaml
from tests.openapi import check_answer

ROOT = Path(__file__).resolve().parents[1]
_TEXT = re.compile(r"text/.*|application/(json|javascript|xml)(;.*)?")


class _Loader(yaml.SafeLoader):
    """A YAML loader that keeps CloudFormation's short-form functions as plain values."""


def _short_function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_function)


@cache
def template() -> dict[str, Any]:
    """template.yaml, parsed."""
    parsed: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506
    return parsed


@dataclass(frozen=True)
class TemplateRoute:
    """One route of the template."""

    method: str
    path: str
    handler: str
    function: str
    api: str

    @property
    def key(self) -> str:
        return "$default" if self.path == "$default" else f"{self.method} {self.path}"

    def match(self, method: str, path: str) -> dict[str, str] | None:
        if method != self.method:
            return None
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path)
        return found and {name: unquote(value) for name, value in found.groupdict().items()}


def routes() -> Iterator[TemplateRoute]:
    """All routes of the template, including `$default`."""
    for name, resource in template()["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] == "HttpApi":
                wanted = event["Properties"]
                yield TemplateRoute(
                    wanted.get("Method", "ANY"),
                    wanted.get("Path", "$default"),
                    resource["Properties"]["Handler"],
                    name,
                    wanted["ApiId"]["Ref"],
                )


def find_route(method: str, path: str) -> tuple[TemplateRoute, dict[str, str]]:
    """The route that the gateway selects, and the path parameters."""
    for route in routes():
        if (parameters := route.match(method, path)) is not None:
            return route, parameters
    return next(route for route in routes() if route.path == "$default"), {}


def event_of(request: httpx.Request) -> tuple[TemplateRoute, dict[str, Any]]:
    """The route of a request and the event of its function (payload format 2.0)."""
    path = request.url.raw_path.decode().partition("?")[0]
    route, parameters = find_route(request.method, path)
    body = request.read()
    text = _TEXT.fullmatch(request.headers.get("content-type", ""))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(path),
        "rawQueryString": request.url.query.decode(),
        "headers": {**request.headers},
        "requestContext": {
            "domainName": request.url.host,
            "http": {"method": request.method, "path": unquote(path), "sourceIp": "192.0.2.1"},
            "requestId": str(uuid.uuid4()),
            "routeKey": route.key,
            "stage": "$default",
        },
        "isBase64Encoded": bool(body) and not text,
    }
    if parameters:
        event["pathParameters"] = parameters
    if body:
        event["body"] = body.decode(errors="replace") if text else base64.b64encode(body).decode()
    return route, event


@dataclass(frozen=True)
class Answer:
    """The answer as a client receives it."""

    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """Sends requests to the handlers that the template routes them to."""

    base_url: str = "https://api.example"
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **body: Any
    ) -> Answer:
        request = httpx.Request(
            method, self.base_url + path, headers={**self.headers, **(headers or {})}, **body
        )
        return self.send(request)

    def send(self, request: httpx.Request) -> Answer:
        """The answer to a prepared request."""
        route, event = event_of(request)
        module, _, function = route.handler.rpartition(".")
        answer = getattr(import_module(module), function)(event, None)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        body = answer["body"]
        if answer["isBase64Encoded"]:
            assert headers["content-encoding"] == "gzip"
            body = gzip.decompress(base64.b64decode(body)).decode()
        check_answer(
            request.method,
            event["rawPath"],
            answer["statusCode"],
            headers.get("content-type", ""),
            body,
        )
        return Answer(answer["statusCode"], body, headers)

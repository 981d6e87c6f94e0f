"""OpenAPI documents, assembled from routes, handlers, types and error tables."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any

from docs.reference.description import Answer, Description, Operation
from docs.reference.refusals import Refusal, refusals
from docs.reference.schemas import components

from gateway.dialects import account_of, package_of
from vitrine.domain.errors import (
    ImageNotFoundError,
    InternalError,
    NotPermittedError,
    ProductNotFoundError,
    RouteNotFoundError,
    VitrineError,
)
from vitrine.edge.dialect import Dialect

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/openapi"
_VERSION = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)
_VARIABLE = re.compile(r"\{(\w+)\}")
_KEY = {"type": "string", "description": "A repeated request with this key creates nothing twice."}


def rendered(described: Mapping[str, Any]) -> str:
    """A document as the text of its file."""
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def document(name: str) -> dict[str, Any]:
    """The OpenAPI document of the dialect with this name."""
    dialect: Dialect = import_module(f"{package_of(name)}.wire").dialect
    described: Description = import_module(f"docs.reference.dialects.{name}").description
    return _Assembly(dialect, described).document()


class _Assembly:
    """The assembly of one dialect's document."""

    def __init__(self, dialect: Dialect, described: Description) -> None:
        self.dialect, self.described = dialect, described
        types = dict.fromkeys(_types(described))
        schemas, self.named = components(types, described.ignoring, described.rules)
        self.schemas = dict(zip(types, schemas, strict=True))

    def document(self) -> dict[str, Any]:
        """The whole document."""
        described = self.described
        return {
            "openapi": "3.1.1",
            "info": {
                "title": described.title,
                "version": _version(),
                "description": described.text,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/", "description": "The stack's own host."}],
            "security": [{scheme: []} for scheme in described.security],
            "paths": self._paths(),
            "components": {
                "schemas": dict(sorted(self.named.items())),
                "securitySchemes": dict(described.security),
            },
        }

    def _paths(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for route, name in self.dialect.routes.items():
            method, _, path = route.partition(" ")
            paths.setdefault(path, {})[method.lower()] = self._operation(method, path, name)
        for path, methods in paths.items():  # the edge answers HEAD wherever it answers GET
            if "get" in methods:
                methods["head"] = self._operation("HEAD", path, self.dialect.routes[f"GET {path}"])
        return paths

    def _operation(self, method: str, path: str, name: str) -> dict[str, Any]:
        module = import_module(f"{package_of(self.dialect.name)}.{name}")
        known = self.described.operations[name]
        summary = " ".join((getdoc(module) or "").partition("\n\n")[0].partition(": ")[2].split())
        body = self._body(known) if method not in ("GET", "HEAD") else {}
        return {
            "operationId": _operation_id(method, path, name),
            "summary": summary[:1].upper() + summary[1:].rstrip("."),
            "description": " ".join((getdoc(module.handler) or "").split()),
            "tags": [name.partition("_")[2]],
            "parameters": [*self._parameters(method, path, known)],
            **body,
            "responses": self._responses(method, path, known),
        }

    def _parameters(self, method: str, path: str, known: Operation) -> Iterator[dict[str, Any]]:
        for name in _VARIABLE.findall(path):
            schema = self.described.parameters.get(name, {"type": "string", "minLength": 1})
            yield _parameter(name, "path", schema, required=True)
        for name, schema in known.parameters.items():
            yield _parameter(name, "query", schema)
        headers = {**self.described.headers, **known.headers}
        if method == "POST" and self.described.with_post:
            headers["Idempotency-Key"] = _KEY
        for name, schema in headers.items():
            yield _parameter(name, "header", schema)

    def _body(self, known: Operation) -> dict[str, Any]:
        if not known.body:
            return {}
        content = {media: {"schema": self.schemas[each]} for media, each in known.body.items()}
        if known.example is not None:
            content[next(iter(content))]["example"] = known.example
        return {"requestBody": {"required": known.body_required, "content": content}}

    def _responses(self, method: str, path: str, known: Operation) -> dict[str, Any]:
        responses = {
            str(status): self._answer(answer, method) for status, answer in known.answers.items()
        }
        found: dict[int, list[Refusal]] = {}
        for each in refusals(self.dialect, method, path, self._raised(method, path, known)):
            found.setdefault(each.status, []).append(each)
        for status, refused in found.items():
            responses[str(status)] = self._refused(refused, method)
        return dict(sorted(responses.items()))

    def _raised(self, method: str, path: str, known: Operation) -> Iterator[VitrineError]:
        described = self.described
        yield from described.always
        yield from (
            NotPermittedError(each) for each in sorted(account_of(self.dialect.name).scopes)[:1]
        )
        yield RouteNotFoundError(path)
        yield InternalError()
        if "{product}" in path:
            yield ProductNotFoundError("7")
        if "{image}" in path:
            yield ImageNotFoundError("116")
        if known.body and method not in ("GET", "HEAD"):
            yield from described.with_body
        if method == "POST":
            yield from described.with_post
        yield from known.raises

    def _answer(self, answer: Answer, method: str) -> dict[str, Any]:
        described: dict[str, Any] = {"description": "Done."}
        headers = {**answer.headers}
        if headers:
            described["headers"] = {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in headers.items()
            }
        if answer.body is not None and method != "HEAD":
            shown = {"schema": self.schemas[answer.body]}
            if answer.example is not None:
                shown["example"] = answer.example
            media_types = answer.media_types or self.described.media_types
            described["content"] = dict.fromkeys(media_types, shown)
        return described

    def _refused(self, refused: list[Refusal], method: str) -> dict[str, Any]:
        meanings = dict.fromkeys(each.meaning for each in refused)
        described: dict[str, Any] = {"description": " Or: ".join(meanings)}
        headers = sorted({name for each in refused for name in each.headers})
        if headers:
            described["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
        if method != "HEAD":
            examples = {
                each.name: {"summary": each.meaning, "value": each.body} for each in refused
            }
            shown = {"schema": self.schemas[self.described.error], "examples": examples}
            described["content"] = dict.fromkeys(self.described.error_media_types, shown)
        return described


def _types(described: Description) -> Iterator[Any]:
    yield described.error
    for operation in described.operations.values():
        yield from (answer.body for answer in operation.answers.values() if answer.body)
        yield from operation.body.values()


def _parameter(
    name: str, place: str, schema: Mapping[str, Any], *, required: bool = False
) -> dict[str, Any]:
    stated = {key: value for key, value in schema.items() if key != "description"}
    text = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": place, "required": required, **text, "schema": stated}


def _operation_id(method: str, path: str, name: str) -> str:
    """An id that is unique although an operation may have several paths."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", path) if word]
    return "_".join([name, *(["head"] if method == "HEAD" else []), "at", *words])


def _version() -> str:
    found = _VERSION.search((ROOT / "pyproject.toml").read_text())
    if found is None:
        raise AssertionError("pyproject.toml has no version")
    return found[1]

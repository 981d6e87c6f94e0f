"""OpenAPI documents, assembled from routes, handlers, types and error tables."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from docs.reference.description import Description
from docs.reference.gateway_answers import GatewayBody
from docs.reference.operations import DescribedOperation, Schemas
from docs.reference.schemas import components
from docs.reference.shared_responses import share

from gateway.dialects import package_of
from vitrine.edge.dialect import Dialect

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/openapi"
_VERSION = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


def rendered(described: Mapping[str, Any]) -> str:
    """A document as the text of its file."""
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def document(name: str) -> dict[str, Any]:
    """The OpenAPI document of the dialect with this name."""
    dialect: Dialect = import_module(f"{package_of(name)}.wire").dialect
    described: Description = import_module(f"docs.reference.dialects.{name}").description
    types = dict.fromkeys(_types(described))
    schemas, named = components(types, described.ignoring, described.rules)
    paths = _paths(dialect, described, dict(zip(types, schemas, strict=True)))
    shared = share(paths)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": described.title,
            "version": _version(),
            "description": described.text,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The stack's own host."}],
        "paths": paths,
        "components": {
            "responses": shared,
            "schemas": dict(sorted(named.items())),
            "securitySchemes": dict(described.security),
        },
    }


def _paths(dialect: Dialect, described: Description, schemas: Schemas) -> dict[str, Any]:
    paths: dict[str, Any] = {}

    def add(method: str, path: str, name: str) -> None:
        operation = DescribedOperation(dialect, described, schemas, method, path, name)
        paths.setdefault(path, {})[method.lower()] = operation.document()

    for route, name in dialect.routes.items():
        method, _, path = route.partition(" ")
        add(method, path, name)
    for path, methods in paths.items():  # the edge answers HEAD wherever it answers GET
        if "get" in methods:
            add("HEAD", path, dialect.routes[f"GET {path}"])
    return paths


def _types(described: Description) -> Iterator[Any]:
    yield described.error
    yield GatewayBody
    for operation in described.operations.values():
        yield from (answer.body for answer in operation.answers.values() if answer.body)
        yield from operation.body.values()


def _version() -> str:
    found = _VERSION.search((ROOT / "pyproject.toml").read_text())
    if found is None:
        raise AssertionError("pyproject.toml has no version")
    return found[1]

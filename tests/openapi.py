"""Answers, compared with the OpenAPI document of their dialect."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import jsonschema_rs
from docs.reference.documents import FOLDER
from docs.reference.gateway_answers import EXAMPLE

from gateway.dialects import NAMES, dialect_of, package_of
from vitrine.edge.dialect import Dialect, single_slashes

Seen = tuple[str, str, str]
"""A dialect, the name of an operation's handler, and a status."""
seen: set[Seen] = set()
"""The answers that have been checked in this process. HEAD is counted as GET."""
_VARIABLE = re.compile(r"\\\{\w+\\\}")


@cache
def dialect_named(name: str) -> Dialect:
    """The dialect with this name."""
    found: Dialect = import_module(f"{package_of(name)}.wire").dialect
    return found


@cache
def described(name: str) -> dict[str, Any]:
    """The document of a dialect."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return document


def response_of(document: Mapping[str, Any], response: Mapping[str, Any]) -> Mapping[str, Any]:
    """A response of an operation, or the component that it refers to."""
    found: Mapping[str, Any] = response
    if "$ref" in response:
        found = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return found


def validator(document: Mapping[str, Any], schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """The validator of a schema, whose references name the components of a document."""
    return jsonschema_rs.validator_for({**schema, "components": document["components"]})


@cache
def _patterns(name: str) -> list[tuple[re.Pattern[str], str]]:
    """The document's paths, without their endings, and those with the fewest variables first."""
    ending = dialect_named(name).ending
    paths = sorted(described(name)["paths"], key=lambda path: (path.count("{"), path))
    bare = [re.escape(ending.sub("", path)) for path in paths]
    return [
        (re.compile(_VARIABLE.sub("[^/]+", each)), path)
        for each, path in zip(bare, paths, strict=True)
    ]


def _described_path(dialect: Dialect, path: str) -> str | None:
    bare = dialect.ending.sub("", single_slashes(path))
    found = (path for pattern, path in _patterns(dialect.name) if pattern.fullmatch(bare))
    return next(found, None)


def _handler(dialect: Dialect, path: str, method: str) -> str:
    return dialect.routes[f"{'GET' if method == 'HEAD' else method} {path}"]


def described_statuses() -> set[Seen]:
    """All answers that the files describe, but those that only the gateway gives."""
    return {
        (name, _handler(dialect_named(name), path, method.upper()), status)
        for name in NAMES
        for path, methods in described(name)["paths"].items()
        for method, operation in methods.items()
        if method != "head"
        for status, response in operation["responses"].items()
        if not _is_only_the_gateways(response_of(described(name), response))
    }


def _is_only_the_gateways(response: Mapping[str, Any]) -> bool:
    contents = response.get("content", {}).values()
    return bool(contents) and all(set(each.get("examples", {})) == {EXAMPLE} for each in contents)


Bodies = Mapping[str, jsonschema_rs.Validator | None]


@cache
def _answers(name: str, path: str, method: str) -> Mapping[str, Bodies]:
    """The described bodies of an operation, by status and media type; those in XML are None."""
    document = described(name)
    operation = document["paths"][path].get(method.lower(), {"responses": {}})
    return {
        status: {
            kind: validator(document, content["schema"]) if kind.endswith("json") else None
            for kind, content in response_of(document, response).get("content", {}).items()
        }
        for status, response in operation["responses"].items()
    }


def check_answer(method: str, path: str, status: int, media_type: str, body: str) -> None:
    """Check that an answer is one that its dialect's document describes.

    Requests whose path or method is not described are not checked, and neither are bodies in XML.

    Args:
        method: the request's method.
        path: its decoded path.
        status: the answer's status.
        media_type: the answer's `Content-Type`.
        body: the answer's body.

    Raises:
        AssertionError: the document does not describe the answer.
    """
    dialect = dialect_of(path)
    found = dialect and _described_path(dialect, path)
    answers = dialect and found and _answers(dialect.name, found, method)
    if not dialect or not answers:
        return
    asked = f"{method} {path} ({dialect.name})"
    seen.add((dialect.name, _handler(dialect, found, method), str(status)))
    assert str(status) in answers, f"{asked}: status {status} is not described: {body}"
    bodies = answers[str(status)]
    if not body:
        assert not bodies or method == "HEAD", f"{asked}: status {status} without a body"
        return
    kind = media_type.partition(";")[0]
    assert kind in bodies, f"{asked}: {kind} is not described for status {status}"
    if schema := bodies[kind]:
        problems = [each.message for each in schema.iter_errors(json.loads(body))]
        assert not problems, f"{asked}: status {status}: {problems}: {body}"

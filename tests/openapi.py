"""Answers, compared with the OpenAPI document of their dialect."""

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

from docs.reference.documents import FOLDER
from jsonschema import Draft202012Validator

from gateway.dialects import dialect_of, package_of
from vitrine.edge.dialect import Dialect, single_slashes

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


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema together with the components that its references name."""
    return {**schema, "components": document["components"]}


@cache
def _patterns(name: str) -> dict[str, re.Pattern[str]]:
    """The document's paths, those with the fewest variables first."""
    paths = sorted(described(name)["paths"], key=lambda path: path.count("{"))
    return {path: re.compile(_VARIABLE.sub("[^/]+", re.escape(path))) for path in paths}


def _operation(dialect: Dialect, method: str, path: str) -> dict[str, Any] | None:
    bare = dialect.ending.sub("", single_slashes(path))
    for described_path, pattern in _patterns(dialect.name).items():
        if pattern.fullmatch(bare):
            methods = described(dialect.name)["paths"][described_path]
            found: dict[str, Any] | None = methods.get(method.lower())
            return found
    return None


@cache
def _validator(name: str, schema: str) -> Draft202012Validator:
    return Draft202012Validator(resolved(described(name), json.loads(schema)))


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
    operation = dialect and _operation(dialect, method, path)
    if dialect is None or operation is None:
        return
    asked = f"{method} {path} ({dialect.name})"
    responses = operation["responses"]
    assert str(status) in responses, f"{asked}: status {status} is not described: {body}"
    content = responses[str(status)].get("content", {})
    if not body:
        assert not content or method == "HEAD", f"{asked}: status {status} without a body"
        return
    kind = media_type.partition(";")[0]
    assert kind in content, f"{asked}: {kind} is not described for status {status}"
    if kind.endswith("json"):
        validator = _validator(dialect.name, json.dumps(content[kind]["schema"]))
        problems = [each.message for each in validator.iter_errors(json.loads(body))]
        assert not problems, f"{asked}: status {status}: {problems}: {body}"

"""The OpenAPI files are valid, describe every route, and are those that the code generates."""

import json

import pytest
from docs.reference.documents import FOLDER, document, rendered
from openapi_spec_validator import validate
from tests.openapi import described, dialect_named, response_of, validator

from gateway.dialects import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_what_the_code_generates(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text() == rendered(document(name)), (
        "run: .venv/bin/python -m docs.reference"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_a_valid_document(name: str) -> None:
    validate(json.loads((FOLDER / f"{name}.json").read_text()))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_every_route_and_no_other(name: str) -> None:
    paths = json.loads((FOLDER / f"{name}.json").read_text())["paths"]
    listed = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    routes = set(dialect_named(name).routes)
    heads = {route.replace("GET ", "HEAD ", 1) for route in routes if route.startswith("GET ")}
    assert listed == routes | heads


def test_there_is_one_file_for_each_dialect() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_success_with_a_body_has_an_example(name: str) -> None:
    missing = [
        f"{operation['operationId']}: {status}"
        for methods in described(name)["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        for kind, content in response.get("content", {}).items()
        if int(status) < 300 and kind.endswith("json") and "example" not in content
    ]

    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_valid(name: str) -> None:
    document = described(name)
    for methods in document["paths"].values():
        for operation in methods.values():
            responses = operation["responses"].values()
            contents = [response_of(document, each) for each in responses]
            contents.append(operation.get("requestBody", {}))
            for content in [each for body in contents for each in body.get("content", {}).values()]:
                shown = [each["value"] for each in content.get("examples", {}).values()]
                shown += [content["example"]] if "example" in content else []
                for example in shown:
                    validator(document, content["schema"]).validate(example)

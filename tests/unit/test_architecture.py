"""The packages import only what their layer allows, and functions only what they need."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import filter as filter_names
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from tests.gateway import ROOT, template

VITRINE = ROOT / "layers/vitrine/python/vitrine"
FUNCTIONS = ROOT / "functions"
HANDLERS = sorted(
    resource["Properties"]["Handler"]
    for resource in template()["Resources"].values()
    if resource["Type"] == "AWS::Serverless::Function"
)
DIALECTS = ("bigcommerce", "evotor", "inventorum", "native", "openmage", "tiendanube")
STANDARD = sys.stdlib_module_names


def imports(file: Path) -> Iterator[str]:
    """Modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def outside(room: str, *allowed: str) -> list[str]:
    """Imports of a room's modules that are neither allowed nor Python's own."""
    return [
        f"{file.relative_to(ROOT)}: {name}"
        for file in sorted((VITRINE / room).rglob("*.py"))
        for name in imports(file)
        if name.split(".")[0] not in STANDARD and not name.startswith((*allowed, "vitrine.records"))
    ]


def test_the_domain_knows_nothing_but_itself() -> None:
    assert outside("domain", "vitrine.domain") == []


def test_pictures_know_the_domain_and_their_libraries() -> None:
    allowed = ("vitrine.domain", "vitrine.pictures", "PIL", "cykooz_resizer", "isal")
    assert outside("pictures", *allowed) == []


def test_services_know_no_http_no_dialect_and_no_aws() -> None:
    rooms = ("vitrine.domain", "vitrine.services", "vitrine.pictures", "vitrine.ports")
    assert outside("services", *rooms, "vitrine.clock", "tenacity") == []


def test_access_knows_the_domain_and_the_ports() -> None:
    rooms = ("vitrine.domain", "vitrine.access", "vitrine.ports", "vitrine.clock")
    assert outside("access", *rooms) == []


def test_adapters_know_the_domain_the_ports_and_aws() -> None:
    rooms = ("vitrine.domain", "vitrine.adapters", "vitrine.ports", "vitrine.version")
    assert outside("adapters", *rooms, "vitrine.aws", "boto3", "botocore", "mypy_boto3") == []


def test_the_client_of_aws_knows_only_python() -> None:
    assert outside("aws", "vitrine.aws", "vitrine.version") == []


def test_ports_hold_protocols_and_their_bundle() -> None:
    classes = {
        node.name: [ast.unparse(base) for base in node.bases]
        for node in ast.parse((VITRINE / "ports.py").read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    assert classes.pop("Stores") == []
    assert {*map(tuple, classes.values())} == {("Protocol",)}


def test_nothing_below_the_dialects_names_one() -> None:
    for file in VITRINE.rglob("*.py"):
        tree = ast.parse(file.read_text())
        words = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
        assert not [name for name in (*imports(file), *words) if name.startswith(DIALECTS)], file


@pytest.mark.parametrize("file", sorted(FUNCTIONS.rglob("*.py")), ids=lambda file: file.stem)
def test_handlers_touch_neither_aws_nor_pixels(file: Path) -> None:
    assert not [
        name for name in imports(file) if name.split(".")[0] in {"boto3", "botocore", "PIL"}
    ]
    handler = f"{file.parent.name}.{file.stem}.handler"
    assert handler not in HANDLERS or len(file.read_text().splitlines()) <= 70


ON_LAMBDA = {
    **dict.fromkeys(["TABLE", "ORIGINALS_BUCKET", "MEDIA_BUCKET"], "x"),
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def printed(script: str, **environment: str) -> list[str]:
    """The lines that a script prints in a Python process that has imported nothing before."""
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=FUNCTIONS,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


EVERYWHERE = frozenset({"aws_lambda_powertools", "jmespath", "typing_extensions"})
"""The libraries that every function imports."""
SPECIAL = frozenset(
    {
        *("asyncio", "email", "http.client", "importlib.metadata", "pyexpat", "secrets"),
        *("vitrine.access.signatures", "vitrine.adapters.blobs", "vitrine.adapters.functions"),
        *("vitrine.adapters.remote", "vitrine.aws.functions", "vitrine.aws.parameters"),
        *(
            "vitrine.aws.s3",
            "vitrine.aws.s3_objects",
            "vitrine.aws.s3_xml",
            "vitrine.edge.multipart",
        ),
    }
)
"""Modules of Python and of Vitrine that only some functions may import."""
FORM = frozenset({"multipart", "vitrine.edge.multipart"})
FETCH = frozenset({"email", "http.client", "vitrine.adapters.remote"})
ALLOWED: Mapping[str, frozenset[str]] = {
    "bigcommerce.create_image": FORM | FETCH,
    "bigcommerce.update_image": FORM | FETCH,
    "evotor.create_image": FORM,
    "inventorum.create_image": FORM,
    "inventorum.refresh_token": frozenset({"secrets"}),  # it issues new ones
    "openmage.*": frozenset({"pyexpat", "xml"}),
    "tiendanube.create_image": FETCH,
    "tiendanube.update_image": FETCH,
}
"""What functions import beyond what their resource in the template tells, by pattern of names.

A function without a row here may import what `granted` allows.
"""


def granted(properties: Mapping[str, Any]) -> set[str]:
    """What a function may import because of its layers, rights and settings in the template."""
    rights = json.dumps(properties["Policies"])
    may = set[str]()
    if {"Ref": "ImagingLayer"} in properties.get("Layers", []):
        may |= {"PIL", "isal", "cykooz_resizer"}
    if "OAUTH_SECRETS" in properties.get("Environment", {}).get("Variables", {}):
        may |= {"vitrine.aws.parameters", "vitrine.access.signatures"}
    if "MEDIA_URL_PARAMETER" in properties.get("Environment", {}).get("Variables", {}):
        may |= {"vitrine.aws.parameters"}
    if "s3:" in rights:
        may |= {
            "vitrine.aws.s3",
            "vitrine.aws.s3_objects",
            "vitrine.aws.s3_xml",
            "vitrine.adapters.blobs",
        }
    if "lambda:InvokeFunction" in rights:
        may |= {"vitrine.aws.functions", "vitrine.adapters.functions"}
    return may


def allowed(function: str, properties: Mapping[str, Any]) -> set[str]:
    """What a function may import beside Python's quick modules and those of Vitrine it needs."""
    return EVERYWHERE | granted(properties) | of_rows(function)


def of_rows(function: str) -> set[str]:
    """The modules in a function's rows."""
    rows = (modules for pattern, modules in ALLOWED.items() if fnmatch(function, pattern))
    return set().union(*rows)


def test_each_row_of_the_allow_list_is_a_functions() -> None:
    functions = [handler.removesuffix(".handler") for handler in HANDLERS]
    assert [pattern for pattern in ALLOWED if not filter_names(functions, pattern)] == []


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_imports_what_it_needs_when_it_starts_and_no_more(handler: str) -> None:
    """Lambda gives full processors to a start, and everybody waits for what it imports.

    CONTRIBUTING.md says what to do when it fails for a new function.
    """
    properties = next(
        each["Properties"]
        for each in template()["Resources"].values()
        if each.get("Properties", {}).get("Handler") == handler
    )
    function = handler.rpartition(".")[0]
    may = allowed(function, properties)
    signs = {"OAUTH_SECRETS": "/x"} if "vitrine.access.signatures" in may else {}

    script = f"import {function}, sys; print(*sys.modules, sep='\\n')"
    imported = set(printed(script, **ON_LAMBDA, **signs)) - {"vitrine.aws", "vitrine.adapters"}

    ours = {"vitrine", "_virtualenv", "_distutils_hack", "sitecustomize", function.split(".")[0]}
    libraries = {
        name
        for name in (each.partition(".")[0] for each in imported)
        if name not in STANDARD | ours and not name.startswith("_") and "editable" not in name
    }
    assert libraries - {"botocore"} <= may  # Powertools reads the name of that package
    assert imported & SPECIAL <= may
    assert of_rows(function) <= imported, "a row that is not needed, or an import that comes late"
    assert "vitrine.aws.dynamodb" in imported
    assert {"botocore.client", "pydantic", "urllib3", "boto3"} & imported == set()


def test_boto3_is_the_way_back() -> None:
    script = "from vitrine import environment as e; e.prepare('blobs'); import sys"
    modules = printed(f"{script}; print(*sys.modules, sep='\\n')", **ON_LAMBDA, AWS_CLIENT="boto3")

    assert "boto3" in modules
    assert "vitrine.aws.dynamodb" not in modules


@pytest.mark.parametrize("secrets", ["", "/vitrine/shop/oauth"])
def test_a_function_that_checks_signatures_imports_what_checks_them_when_it_starts(
    secrets: str,
) -> None:
    script = (
        "from vitrine import environment as e; e.prepare(); import sys; "
        "print(e.current().access.oauth); print('vitrine.access.signatures' in sys.modules)"
    )

    made, imported = printed(script, **ON_LAMBDA, OAUTH_SECRETS=secrets)

    assert (made != "None", imported) == (bool(secrets), str(bool(secrets)))

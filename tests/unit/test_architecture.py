"""The packages import only what their layer allows, and functions only what they need."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway import ROOT, template
from tests.tracked import tracked
from tests.unit.cold_start_modules import ON_LAMBDA, RECORD, SETTINGS, imported, recorded

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


def test_modules_and_functions_stay_short() -> None:
    """Those of tests may be longer: they cover one module, command or document each."""
    files = [file for file in tracked(".py") if ROOT / "tests" not in file.parents]
    sources = {str(file.relative_to(ROOT)): file.read_text() for file in files}
    functions = {
        f"{name}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }

    assert len(functions) > 1000
    assert [name for name, source in sources.items() if source.count("\n") >= 400] == []
    assert [name for name, lines in functions.items() if lines > 50] == []


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


@pytest.mark.parametrize("function", sorted(SETTINGS))
def test_a_function_imports_what_it_needs_when_it_starts_and_no_more(function: str) -> None:
    """Each import is paid for in every cold start, so the record of them changes on purpose."""
    modules = imported(function)

    added = modules - recorded(function)
    assert not added, f"{function} imports {sorted(added)} besides; CONTRIBUTING.md: how to record"
    late = {each for each in recorded(function) - modules if each.startswith("vitrine.")}
    assert not late, f"{function} no longer imports {sorted(late)} when it starts"
    assert {"pydantic", "urllib3", "boto3"} & modules == set()


def test_the_record_of_imports_names_no_function_that_is_gone() -> None:
    record = json.loads(RECORD.read_text())
    names = {name for package in record.values() if isinstance(package, dict) for name in package}
    assert names - {"all"} == set(SETTINGS)


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

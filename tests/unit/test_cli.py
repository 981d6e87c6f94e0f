"""The structure of the `vitrine` command: its packages, its functions, what its help loads."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway import ROOT

CLI = ROOT / "cli/vitrine_cli"
PACKAGES = (
    "commands",
    "importing",
    "operations",
    "local",
    "ui",
)  # each imports only those behind it
FILES = sorted(CLI.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """The modules that a module imports from the command, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("vitrine_cli."):
            yield str(node.module)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_packages_below_it(package: str) -> None:
    above = PACKAGES[: PACKAGES.index(package)]
    files = sorted((CLI / package).rglob("*.py"))
    assert len(files) > 1

    upward = [
        f"{file.relative_to(CLI)}: {module}"
        for file in files
        for module in imported(ast.parse(file.read_text()))
        if module.split(".")[1] in (*above, "app")
    ]

    assert upward == []


def test_every_module_is_in_a_package() -> None:
    modules = {file.name for file in CLI.glob("*.py")}
    assert modules == {"__init__.py", "__main__.py", "app.py", "entry.py"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CLI)))
def test_no_function_has_more_than_50_lines(file: Path) -> None:
    tree = ast.parse(file.read_text())
    functions = [
        each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert not [each.name for each in functions if (each.end_lineno or 0) - each.lineno >= 50]


@pytest.mark.parametrize("command", [[], ["shop"], ["product"], ["credential", "create"]])
def test_help_loads_no_library_that_takes_long(command: list[str]) -> None:
    """boto3 and the adapters take about a second."""
    slow = ["boto3", "botocore", "httpx", "psutil", "PIL", "vitrine.adapters"]
    script = (
        "import sys; from vitrine_cli.app import app;"
        f"app({[*command, '--help']!r}, standalone_mode=False);"
        f"print(*[each for each in {slow!r} if each in sys.modules], file=sys.stderr)"
    )

    run = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Usage:" in run.stdout
    assert run.stderr.strip() == ""

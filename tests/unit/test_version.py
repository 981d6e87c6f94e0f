"""One version, stated in pyproject.toml: the command, the downloader and the layer agree with it.

The downloader's `User-Agent` is compared with it in tests/adapters/test_remote.py.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.gateway import ROOT
from typer.testing import CliRunner

from vitrine.version import version
from vitrine_cli.app import app

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_installed_version_is_the_projects() -> None:
    assert version() == PROJECT["version"], "run make setup"


def test_the_command_prints_the_version() -> None:
    run = CliRunner().invoke(app, ["--version"])

    assert (run.exit_code, run.stdout) == (0, f"vitrine {PROJECT['version']}\n")


def test_the_layer_knows_the_version_without_an_installation(tmp_path: Path) -> None:
    build = [sys.executable, ROOT / "layers/build_layer.py", "vitrine", tmp_path]
    subprocess.run(build, check=True, env={**os.environ, "VITRINE_BUILD_FOR": "host"})
    # Isolated and without site-packages: nothing but the layer can answer.
    script = f"import sys; sys.path.insert(0, {str(tmp_path / 'python')!r})\n"
    script += "from vitrine.version import version; print(version())"

    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], check=True, capture_output=True, text=True
    )

    assert run.stdout.strip() == PROJECT["version"]


def test_the_changelog_begins_with_the_version() -> None:
    titles = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert titles[:2] == ["Unreleased", PROJECT["version"]]


def test_no_function_reads_the_version_while_it_starts() -> None:
    """Reading it can take 33 ms; only the downloader and the command need it."""
    loaded = "import vitrine.environment, vitrine.adapters.remote, vitrine.version as v"
    script = f"{loaded}; print(v.version.cache_info().currsize)"

    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert run.stdout.strip() == "0"

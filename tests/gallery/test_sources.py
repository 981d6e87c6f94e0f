"""The page's sources: formatted like everything else, and small modules."""

import subprocess
from pathlib import Path

from vitrine_cli.local import gallery_page
from vitrine_cli.local.node import npm_command

SOURCES = sorted((gallery_page.SOURCES / "src").rglob("*.ts*"))
LONGEST = 300  # lines of a module


def node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = npm_command()[0]
    return subprocess.run(
        [program, *arguments], cwd=gallery_page.SOURCES, capture_output=True, text=True, check=False
    )


def test_the_sources_are_formatted(built: Path) -> None:
    checked = node("node_modules/prettier/bin/prettier.cjs", "--check", ".")

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_types_are_right(built: Path) -> None:
    checked = node("node_modules/typescript/bin/tsc", "--noEmit")

    assert checked.returncode == 0, checked.stdout


def test_modules_are_small() -> None:
    long = [each for each in SOURCES if len(each.read_text().splitlines()) > LONGEST]

    assert long == []


def test_the_page_hands_no_text_to_a_parser_of_markup() -> None:
    """Trusted Types would stop it; this finds it before."""
    sinks = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")

    found = [path for path in SOURCES if any(each in path.read_text() for each in sinks)]

    assert found == []


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (gallery_page.SOURCES / "package-lock.json").read_text()

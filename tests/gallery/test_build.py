"""The page's build: the same bytes wherever it is made, within its budget."""

import gzip
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vitrine_cli.local import gallery_page
from vitrine_cli.local.workspace import HOME, run

JAVASCRIPT_BUDGET = 60_000  # bytes, gzip
STYLE_BUDGET = 8_000  # bytes, gzip


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def copied(tmp_path: Path) -> Path:
    """The page's sources and packages in another folder, without what was built."""
    sources = tmp_path / "elsewhere"
    shutil.copytree(gallery_page.SOURCES, sources, copy_function=link_or_copy)
    shutil.rmtree(sources / "dist", ignore_errors=True)
    return sources


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def test_two_builds_in_two_folders_are_the_same_bytes(built: Path, tmp_path: Path) -> None:
    sources = copied(tmp_path)
    marks = tmp_path / "marks"
    marks.mkdir()
    shutil.copy(HOME / "gallery/packages", marks)

    again = gallery_page.build(sources, marks)

    assert files(again) == files(built)


def test_the_page_is_built_again_only_if_its_sources_changed(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, marks = copied(tmp_path), tmp_path / "marks"
    marks.mkdir()
    shutil.copy(HOME / "gallery/packages", marks)
    ran: list[str] = []

    def recorded(command: list[str | Path], purpose: str, environment: dict[str, str]) -> None:
        ran.append(purpose)
        run(command, purpose, environment)

    monkeypatch.setattr(gallery_page, "run", recorded)

    gallery_page.build(sources, marks)
    gallery_page.build(sources, marks)
    assert ran == ["build the gallery page"]

    page = sources / "src/index.html"
    text = page.read_text()
    page.unlink()  # a link to the real file
    page.write_text(text.replace("<title>", "<title>Another "))
    changed = gallery_page.build(sources, marks)

    assert ran == ["build the gallery page"] * 2
    assert "<title>Another " in (changed / "index.html").read_text()


def test_the_page_keeps_its_budget(
    built: Path, record_property: Callable[[str, object], None]
) -> None:
    """`index.html` names all that the first view loads: one script and one style sheet."""
    page = (built / "index.html").read_text()
    script, style = (
        sum(len(gzip.compress((built / name).read_bytes(), mtime=0)) for name in names)
        for names in (
            re.findall(r'src="([^":]+)"', page),
            re.findall(r'href="([^":]+)"', page),
        )
    )

    record_property("figure", f"gallery page: {script} bytes of JavaScript, {style} of CSS (gzip)")
    assert len(re.findall(r'(?:src|href)="(?!data:)', page)) == 2
    assert 0 < script <= JAVASCRIPT_BUDGET
    assert 0 < style <= STYLE_BUDGET


def test_packages_are_installed_without_running_their_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    sources = tmp_path / "gallery"
    (sources / "dist").mkdir(parents=True)
    (sources / "package-lock.json").write_text("{}")

    def recorded(command: list[str | Path], purpose: str, environment: dict[str, str]) -> None:
        commands.append([str(each) for each in command])

    monkeypatch.setattr(gallery_page, "run", recorded)
    gallery_page.build(sources, tmp_path / "marks")

    assert "ci" in commands[0]
    assert "--ignore-scripts" in commands[0]
    assert Path(commands[1][1]).name == "build.mjs"

"""The gallery page's build: `gallery/dist`, made with Node from the sources in `gallery/`.

Run as a program, it builds the page and prints the sizes of its files. With names of scripts of
`gallery/package.json`, it runs these instead.
"""

import gzip
import hashlib
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from vitrine_cli.local.node import npm_command
from vitrine_cli.local.workspace import HOME, ROOT, exclusive_lock, run
from vitrine_cli.ui.failure import FailureError

SOURCES = ROOT / "gallery"
DOCUMENT = ROOT / "docs/openapi/vitrine.json"
"""The API's OpenAPI document, which the build publishes with a reference page."""
_NOT_SOURCES = ("node_modules", "dist")
_PACKAGES = "package-lock.json"
_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund")


def build(sources: Path = SOURCES, marks: Path = HOME / "gallery") -> Path:
    """Build the page, unless nothing has changed since the last build.

    Args:
        sources: the folder with the page's sources and `package-lock.json`.
        marks: folder that remembers from which sources and packages the last build was made.

    Returns:
        The folder with the built page.

    Raises:
        FailureError: Node, the packages or the build failed.
    """
    built = sources / "dist"
    with exclusive_lock("gallery"):
        sources_mark = marks / "sources"
        wanted = _fingerprint(sources)
        if (built / "index.html").exists() and _says(sources_mark, wanted):
            return built
        npm = npm_command()
        _install_packages(npm, sources, marks / "packages")
        run([npm[0], sources / "build.mjs", DOCUMENT], "build the gallery page", _environment(npm))
        _note(sources_mark, wanted)
        return built


def fingerprint() -> str:
    """A digest of everything that goes into a build of the page."""
    return _fingerprint(SOURCES)


def run_script(script: str) -> None:
    """Run a script of the page's `package.json`, such as `types`.

    Raises:
        FailureError: Node or the packages could not be installed, or the script failed.
    """
    npm = npm_command()
    with exclusive_lock("gallery"):
        _install_packages(npm, SOURCES, HOME / "gallery/packages")
    command = [*npm, "run", "--silent", "--prefix", SOURCES, script]
    run(command, f"run the gallery page's script '{script}'", _environment(npm))


def _install_packages(npm: Sequence[str | Path], sources: Path, mark: Path) -> None:
    packages = f"{platform.machine()} {(sources / _PACKAGES).read_text()}"
    if not (sources / "node_modules").exists() or not _says(mark, packages):
        command = [*npm, "ci", *_OPTIONS, "--prefix", sources]
        run(command, "install the gallery page's packages", _environment(npm))
        _note(mark, packages)


def _environment(npm: Sequence[str | Path]) -> dict[str, str]:
    """This process's environment, with the folder of npm's Node first on the path."""
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path}


def _fingerprint(sources: Path) -> str:
    """A digest of everything that goes into the build."""
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*")):
        name = path.relative_to(sources)
        if name.parts[0] not in _NOT_SOURCES and path.is_file():
            digest.update(f"{name}\0".encode() + path.read_bytes())
    digest.update(DOCUMENT.read_bytes())
    return digest.hexdigest()


def _says(mark: Path, text: str) -> bool:
    return mark.exists() and mark.read_text() == text


def _note(mark: Path, text: str) -> None:
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(text)


def main() -> None:
    """Build the page and print the sizes of its files, or run the scripts that are named."""
    scripts = sys.argv[1:]
    try:
        for script in scripts:
            run_script(script)
        if scripts:
            return
        built = build()
    except FailureError as failure:
        sys.exit(f"✗ {failure}")
    for file in sorted(path for path in built.rglob("*") if path.is_file()):
        data = file.read_bytes()
        compressed = len(gzip.compress(data, mtime=0))
        print(f"{file.relative_to(ROOT)}  {len(data)} bytes, {compressed} gzip")


if __name__ == "__main__":
    main()

"""The files of the repository, for tests that read them."""

import subprocess
from functools import cache
from pathlib import Path

from tests.gateway import ROOT


@cache
def tracked(*suffixes: str) -> list[Path]:
    """The repository's files with one of these suffixes, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    files = (ROOT / name for name in listed)
    return sorted(each for each in files if each.suffix in suffixes and each.is_file())

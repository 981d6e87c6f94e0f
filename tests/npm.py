"""npm packages that tests use, installed into `.vitrine/tools` from their lock files."""

import shutil
import subprocess
from pathlib import Path

from vitrine_cli.local.node import npm_command
from vitrine_cli.local.workspace import HOME, exclusive_lock

_SECONDS = 300


def installed(package: Path) -> Path:
    """A copy of a folder with `package.json` and lock file, with its packages installed.

    Args:
        package: the folder; its name is the name of the copy.
    """
    folder = HOME / "tools" / package.name
    with exclusive_lock(package.name):
        content = {each.name: each.read_text() for each in package.iterdir() if each.is_file()}
        lock, mark = content["package-lock.json"], folder / ".installed"
        if not mark.exists() or mark.read_text() != lock:
            shutil.copytree(package, folder, dirs_exist_ok=True)
            command = [*npm_command(), "ci", "--silent", "--ignore-scripts"]
            subprocess.run(command, cwd=folder, check=True, timeout=_SECONDS)
            mark.write_text(lock)
        for name, text in content.items():
            (folder / name).write_text(text)
    return folder

"""What a local stack may use: disk, memory, ports, and the folders of killed processes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vitrine_cli.app import app
from vitrine_cli.local.worker_folders import remove_left
from vitrine_cli.operations.local_status import ROOM, require_room
from vitrine_cli.ui.failure import FailureError

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


def test_without_room_on_the_disk_nothing_starts() -> None:
    with pytest.raises(FailureError, match=r"Only 2\.1 GB of disk are free"):
        require_room(ROOM - 1, ROOM)
    assert require_room(ROOM, ROOM) is None


def test_little_memory_is_told() -> None:
    warning = require_room(ROOM, 10**9)
    assert warning is not None
    assert warning.startswith("Only 1.0 GB of memory are free")


def test_a_port_of_the_system_needs_a_yes() -> None:
    refused = CliRunner().invoke(app, ["up", "--port", "80"])
    assert refused.exit_code == 2
    assert "belong to the system" in refused.stderr


def test_folders_of_killed_processes_go(tmp_path: Path) -> None:
    names = ("ministack-lambda-used", "ministack-lambda-left", "ministack-lambda-new", "other")
    used, left, new, other = (tmp_path / name for name in names)
    for each in (used, left, new, other):
        (each / "code").mkdir(parents=True)
        (each / "code.zip").touch()
    for each in (used, left, other):
        os.utime(each, (time.time() - 100, time.time() - 100))
    with subprocess.Popen(SLEEPER, cwd=used / "code") as process:
        assert remove_left(tmp_path) == 1
        process.kill()

    assert sorted(tmp_path.iterdir()) == sorted((used, new, other))
    assert remove_left(tmp_path) == 1
    assert remove_left(tmp_path / "missing") == 0


LOADING = """
import sys, types
class Interrupted(types.ModuleType):
    def __getattr__(self, name): raise KeyboardInterrupt
sys.modules["typer"] = Interrupted("typer")
"""
WORKING = """
import sys
from vitrine_cli.app import app
def interrupted(): raise KeyboardInterrupt
app.command("interrupted")(interrupted)
sys.argv[1:] = ["interrupted"]
"""


@pytest.mark.parametrize("moment", [LOADING, WORKING])
def test_ctrl_c_is_one_line(moment: str) -> None:
    """While modules are loaded, and in a command that does not answer it itself."""
    program = f"{moment}\nfrom vitrine_cli.entry import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")

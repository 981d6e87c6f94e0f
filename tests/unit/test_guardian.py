"""A test run that is ended by a signal leaves no process and no stack behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tests.gateway import ROOT

from vitrine_cli.local.ownership import Mark

PORT = 8124
SLEEPER = "import signal; signal.pause()"
WORKER = f"""
import json, signal, subprocess, sys
from pathlib import Path
from tests.stack.guardian import Guardian
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it
home, mark = Path(sys.argv[1]), json.loads(sys.argv[2])
(home / "stacks/{PORT}/objects").mkdir(parents=True)
guardian = Guardian(home)
guardian.watch({PORT})
started = [sys.executable, "-c", "{SLEEPER}"]
emulator = subprocess.Popen(started, env=mark, start_new_session=True)
command = subprocess.Popen(started)
print(emulator.pid, command.pid, guardian.process.pid, flush=True)
sys.stdin.read()
"""


def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_what_a_run_has_started_ends_after_it(tmp_path: Path, number: signal.Signals) -> None:
    """A terminal's signals reach all of its processes, except a stack's and the guardian."""
    mark = Mark(PORT, "1", tmp_path).environment
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(tmp_path), json.dumps(mark)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert worker.stdout is not None
    started = [psutil.Process(int(pid)) for pid in worker.stdout.readline().split()]
    try:
        assert all(each.is_running() for each in started)
        if number == signal.SIGKILL:
            worker.kill()
        else:
            os.killpg(worker.pid, number)
        worker.communicate(timeout=30)

        until(lambda: not any(each.is_running() for each in started))
        assert list((tmp_path / "stacks").iterdir()) == []
    finally:
        for each in started:
            if each.is_running():
                each.kill()

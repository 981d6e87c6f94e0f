"""Ends what a test run leaves behind when it is terminated or killed.

pytest runs no finalizers then. So each worker of a run tells the ports of its stacks to a process
of its own session, which no signal for the run reaches. When the worker has ended, that process
ends what the worker has started, and deletes the stacks on these ports.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import psutil

ROOT = Path(__file__).parents[2]
RUN = "VITRINE_TEST_RUN"
"""Variable in the environment of all processes that a worker starts, except a stack's emulator."""
_SECONDS = 60  # for a command that stops its stack


class Guardian:
    """The process that outlives this one.

    Attributes:
        process: the process; it ends after this one.
    """

    def __init__(self, home: Path | None = None) -> None:
        """Start the process.

        Args:
            home: the folder `.vitrine` of the stacks; None for this checkout's.
        """
        run = os.environ[RUN] = token_hex(8)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.guardian", run, *([str(home)] if home else [])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def watch(self, port: int) -> None:
        """Have the stack on this port deleted if it is there when this process has ended."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{port}\n")
        self.process.stdin.flush()


def guard(run: str, home: str | None = None) -> None:
    """Wait for the end of standard input, then end and delete what is left.

    Args:
        run: the value of `RUN` in the environment of the worker's processes.
        home: the folder `.vitrine` of the stacks; None for this checkout's.
    """
    ports = [int(line) for line in sys.stdin]
    started = list(_processes(run))
    for each in started:
        each.terminate()
    _, left = psutil.wait_procs(started, timeout=_SECONDS)
    for each in left:
        each.kill()
    from vitrine_cli.local import ownership, stacks

    if home is not None:
        stacks.HOME = ownership.HOME = Path(home)
    for port in ports:
        if (stack := stacks.find(port)) is not None:
            stack.forget()
        for remainder in stacks.remainders(port):
            remainder.delete()


def _processes(run: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(RUN) == run:
                yield process
        except psutil.Error:  # it has ended, or is another user's
            continue


if __name__ == "__main__":
    guard(*sys.argv[1:])

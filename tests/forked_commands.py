"""Runs the command of the project in processes that are forked, so that each starts at once.

The tests start this module as a process of its own: a process with threads must not fork.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]


@dataclass
class Forking:
    """A process that starts the command again and again, each time as a child.

    Attributes:
        folder: where the command runs.
        home: its folder `.vitrine`.
    """

    folder: Path
    home: Path

    def __enter__(self) -> Forking:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.forked_commands", self.folder, self.home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            bufsize=0,  # one line is read at a time, so `select` sees the next one
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._parent.communicate(timeout=60)

    def start(self, *arguments: str) -> int:
        """Start the command; its process id."""
        assert self._parent.stdin
        self._parent.stdin.write(json.dumps(arguments).encode() + b"\n")
        return self._number()

    def ended(self, seconds: float) -> int | None:
        """The exit status, negative for a signal; None if it runs longer than that."""
        ready, _, _ = select.select([self._parent.stdout], [], [], seconds)
        return self._number() if ready else None

    def _number(self) -> int:
        assert self._parent.stdout
        return int(self._parent.stdout.readline())


def serve(folder: str, home: str) -> None:
    """Start the commands that standard input names; print each one's process id, and its status."""
    import boto3.session
    import botocore.handlers

    import vitrine_cli.commands.shop_import
    import vitrine_cli.importing.session
    from vitrine_cli.app import main
    from vitrine_cli.local import workspace

    workspace.HOME = Path(home)
    loaded = (botocore.handlers, boto3.session, vitrine_cli.importing.session)
    assert all(loaded)
    answers = os.dup(1)
    quiet = os.open(os.devnull, os.O_RDWR)
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            os.dup2(quiet, 0)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            os.chdir(folder)
            sys.argv = ["vitrine", *json.loads(line)]
            main()
            os._exit(0)
        os.write(answers, f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    serve(*sys.argv[1:])

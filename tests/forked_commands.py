"""Runs the command of the project in forks of one process that has imported it already.

Importing what a command needs takes about a second of a processor. Each command still is a process
of its own, with its own folder, environment, output and exit status. The tests start this module as
a process: a process with threads must not fork.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from vitrine_cli.operations.deployed_stack import DeployedStack

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Command:
    """A command to run.

    Attributes:
        arguments: the command line behind `vitrine`.
        folder: where it runs.
        home: its folder `.vitrine`; empty for that of the checkout.
        stdout: the file that gets standard output.
        stderr: the file that gets standard error.
        environment: all its environment variables.
        local: whether its stacks take pictures from this machine, as local ones do.
    """

    arguments: tuple[str, ...]
    folder: str = str(ROOT)
    home: str = ""
    stdout: str = os.devnull
    stderr: str = os.devnull
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    local: bool = False


class ForkedCommands:
    """A process that runs one command after the other, each as a child."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.forked_commands"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # no terminal, therefore no colours
            cwd=ROOT,
            bufsize=0,  # one line is read at a time, so `select` sees the next one
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, after the command that runs."""
        self._parent.communicate(timeout=60)

    def start(self, command: Command) -> int:
        """Start a command, after the one before has ended; its process id."""
        assert self._parent.stdin
        self._parent.stdin.write(json.dumps(asdict(command)).encode() + b"\n")
        return self._number()

    def ended(self, seconds: float) -> int | None:
        """The exit status, negative for a signal; None if it runs longer than that."""
        ready, _, _ = select.select([self._parent.stdout], [], [], seconds)
        return self._number() if ready else None

    def run(self, command: Command) -> int:
        """Run a command to its end; its exit status."""
        self.start(command)
        return self._number()

    def _number(self) -> int:
        assert self._parent.stdout
        return int(self._parent.stdout.readline())


def serve() -> None:
    """Run the commands that standard input names; print each one's process id, and its status."""
    import boto3.session
    import botocore.handlers

    import vitrine_cli

    assert boto3.session
    assert botocore.handlers
    for module in pkgutil.walk_packages(vitrine_cli.__path__, "vitrine_cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    answers = os.dup(1)
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            run(Command(**json.loads(line)))
        os.write(answers, f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def with_pictures_of_this_machine(name: str, _port: int | None = None) -> DeployedStack:
    """A stack on AWS that takes pictures from this machine, as a local one does."""
    from vitrine_cli.operations.deployed_stack import on_aws

    endpoint = os.environ["AWS_ENDPOINT_URL"]
    return replace(on_aws(name), endpoint=endpoint, base_url="http://localhost:8000")


def run(command: Command) -> None:
    """Run a command in this process, and end the process."""
    from vitrine_cli.app import main
    from vitrine_cli.local import workspace
    from vitrine_cli.operations import deployed_stack

    if command.home:
        workspace.HOME = Path(command.home)
    if command.local:
        deployed_stack.selected = with_pictures_of_this_machine
    os.environ.clear()
    os.environ.update(command.environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(command.stdout, os.O_WRONLY), 1)
    os.dup2(os.open(command.stderr, os.O_WRONLY), 2)
    os.chdir(command.folder)
    sys.argv = ["vitrine", *command.arguments]
    main()
    sys.exit()


if __name__ == "__main__":
    serve()

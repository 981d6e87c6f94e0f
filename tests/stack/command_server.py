"""Run `vitrine` commands in forks of one process that has imported the command already.

The stack tests run about a hundred commands, and importing what a command needs takes about a
second of a processor. Each command still is a process of its own, with its own environment, output
and exit status. One line of JSON on standard input asks for a command; one line with its exit
status answers.
"""

import importlib
import json
import os
import pkgutil
import sys

import vitrine_cli
from vitrine_cli.app import main


def serve() -> None:
    """Run commands until standard input ends."""
    for module in pkgutil.walk_packages(vitrine_cli.__path__, "vitrine_cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for request in sys.stdin:
        child = os.fork()
        if child == 0:
            run(**json.loads(request))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def run(arguments: list[str], environment: dict[str, str], stdout: str, stderr: str) -> None:
    """Run a command in this process, and end the process.

    Args:
        arguments: the command line behind `vitrine`.
        environment: all environment variables of the command.
        stdout: path of the file that gets standard output.
        stderr: path of the file that gets standard error.
    """
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(stdout, os.O_WRONLY), 1)
    os.dup2(os.open(stderr, os.O_WRONLY), 2)
    sys.argv = ["vitrine", *arguments]
    main()
    sys.exit()


if __name__ == "__main__":
    serve()

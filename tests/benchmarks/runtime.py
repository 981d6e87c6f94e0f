"""Lambda's own runtime on this machine: AWS's runtime client under the SAM CLI's emulator of it.

One folder per Python holds what `/opt`, `/var/task` and `/var/runtime` hold on Lambda, compiled,
and an interpreter without packages of its own.
"""

import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from vitrine_cli.local import workspace

PEERS = Path(__file__).parent / "peers" / "functions"
_LAYERS = ("vitrine", "runtime", "imaging")
_EMULATORS = {"x86_64": "aws-lambda-rie-x86_64", "aarch64": "aws-lambda-rie-arm64"}
_REPORT = re.compile(r"INIT REPORT\(.*?durationMs: ([\d.]+)")
_BUSY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a function.

    Attributes:
        milliseconds: the duration of INIT, as the emulator reports it.
        cpu: processor time that the process took up to its first answer, milliseconds.
        peak: most memory that the process had by then, megabytes.
    """

    milliseconds: float
    cpu: float
    peak: float


def pythons() -> dict[str, Path]:
    """The interpreters to measure by version: this one, and 3.13 where there is one."""
    uv = workspace.uv()
    wanted = ["3.13", *map(str, Path.home().glob(".pyenv/versions/3.13*/bin/python"))]
    looked_up = [
        subprocess.run(
            [uv, "python", "find", "--no-project", each],
            capture_output=True,
            text=True,
            check=False,
        )
        for each in wanted
    ]
    found = [sys.executable, *(each.stdout.strip() for each in looked_up if not each.returncode)]
    return {_version(each): Path(each) for each in reversed(found)}


def _version(python: str) -> str:
    script = "import platform; print(platform.python_version())"
    run = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True)
    return run.stdout.strip()


@dataclass(frozen=True, slots=True)
class Runtime:
    """The runtime of one Python, with everything that functions import.

    Attributes:
        python: the interpreter.
        folder: where layers, functions and AWS's runtime client are.
        emulator: the program that plays Lambda's side.
    """

    python: Path
    folder: Path
    emulator: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a function finds in its environment, its own settings aside."""
        folders = [self.folder / "task", self.folder / "opt" / "python", self.folder / "runtime"]
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "en_US.UTF-8",
            "PYTHONPATH": ":".join(map(str, folders)),
            "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
            "AWS_LAMBDA_LOG_FORMAT": "Text",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "token",
        }

    @property
    def whole_packages(self) -> dict[str, str]:
        """The setting with which a function finds packages as they are published, no layers."""
        return {"PYTHONPATH": f"{self.folder / 'task'}:{self.folder / 'runtime'}"}

    def start(self, handler: str, settings: Mapping[str, str]) -> Start:
        """Start a function, have it answer one event that is none, and end it."""
        here, runtime = _free_port(), _free_port()
        process = subprocess.Popen(
            [
                *(self.emulator, "--log-level", "info"),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{here}"),
                *("--runtime-api-address", f"127.0.0.1:{runtime}"),
                *(self.python, "-m", "awslambdaric", handler),
            ],
            cwd=self.folder / "task",
            env={**self.environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            _invoke(here, process)
            cpu, peak = _spent(process.pid)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            said, _ = process.communicate()
        reported = _REPORT.search(said)
        if reported is None:
            raise RuntimeError(f"{handler} did not start:\n{said}")
        return Start(float(reported[1]), cpu, peak)


def runtime(python: Path) -> Runtime | None:
    """The runtime of a Python, newly built; None where the emulator does not run."""
    if sys.platform != "linux" or platform.machine() not in _EMULATORS:
        return None
    (packages,) = workspace.tool_bin("sam").parent.glob("lib/python*/site-packages")
    emulator = packages / "samcli" / "local" / "rapid" / _EMULATORS[platform.machine()]
    folder = workspace.HOME / "runtimes" / _version(str(python))
    shutil.rmtree(folder, ignore_errors=True)
    # Like Lambda's, and unlike this machine's, its interpreter runs nothing at start.
    alone = folder / "interpreter"
    subprocess.run([python, "-m", "venv", "--without-pip", alone], check=True)
    uv = workspace.uv()
    for layer in _LAYERS:
        subprocess.run(
            [python, workspace.ROOT / "layers" / "build_layer.py", layer, folder / "opt"],
            env={**os.environ, "UV": uv, "VITRINE_BUILD_FOR": "host"},
            check=True,
        )
    groups = [f"--only-group={group}" for group in ("lambda", "runtime", "cli")]
    exported = subprocess.run(
        [uv, "export", *groups, "--frozen", "--no-header", "-q"],
        cwd=workspace.ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    install = [uv, "pip", "install", "-q", "--no-deps", "--python", python]
    install += ["--target", folder / "runtime", "-r", "-"]
    subprocess.run(install, input=exported, check=True)
    ours = shutil.ignore_patterns("__pycache__")
    for source in (workspace.ROOT / "functions", PEERS):
        shutil.copytree(source, folder / "task", ignore=ours, dirs_exist_ok=True)
    subprocess.run([python, "-m", "compileall", "-q", folder], check=False)
    return Runtime(alone / "bin" / "python", folder, emulator)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _invoke(port: int, process: subprocess.Popen[str]) -> None:
    """Send an event without records, and wait for the answer: an error is one."""
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    deadline = time.monotonic() + _BUSY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.post(url, content=json.dumps({"Records": []}), timeout=_BUSY_SECONDS)
        except httpx.ConnectError:
            time.sleep(0.005)
        else:
            return
    raise RuntimeError("the emulator did not answer")


def _spent(emulator: int) -> tuple[float, float]:
    """Milliseconds of processor and megabytes of the process that an emulator started."""
    children = Path(f"/proc/{emulator}/task").glob("*/children")
    (function,) = {each for file in children for each in file.read_text().split()}
    threads = Path(f"/proc/{function}/task").glob("*/schedstat")  # nanoseconds, first
    spent = sum(int(each.read_text().split()[0]) for each in threads)
    status = Path(f"/proc/{function}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+)", status)
    assert peak is not None
    return spent / 1e6, int(peak[1]) / 1024

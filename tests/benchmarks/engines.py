"""The picture engine and its peers, each in a long-lived process of its own, on one processor.

Peers are installed into `.vitrine/tools` from the lock files of this project, and only for this.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gateway import template

from vitrine.domain.renditions import SETS
from vitrine_cli.local import workspace
from vitrine_cli.ui.failure import FailureError

PEERS = Path(__file__).parent / "peers"
SHARP = workspace.HOME / "tools" / "sharp"
ONE_THREAD = {"VIPS_CONCURRENCY": "1", "UV_THREADPOOL_SIZE": "1", "OMP_NUM_THREADS": "1"}
HEAP = {
    name: value
    for name, value in template()["Resources"]["GenerateRenditions"]["Properties"]["Environment"][
        "Variables"
    ].items()
    if name.startswith("MALLOC_")
}
"""How every engine's process keeps memory: as the function's does."""
SIZES = json.dumps([(rendition.width, rendition.height) for rendition in SETS["gallery"]])


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to make the renditions of a picture.

    Attributes:
        name: how tables call it.
        program: what to start, before the arguments that `peers/worker.py` lists.
        variant: which of the program's ways.
        folder: where it starts.
    """

    name: str
    program: tuple[str | Path, ...]
    variant: str
    folder: Path = workspace.ROOT


OURS = Engine("ours", (sys.executable, PEERS / "ours.py"), "plain")
FUNCTION = Engine("the function", (sys.executable, PEERS / "ours.py"), "stored")
FLOOR = Engine("decode + encode alone", (sys.executable, PEERS / "pillow.py"), "floor")
PILLOW = (
    Engine("Pillow, naive", (sys.executable, PEERS / "pillow.py"), "naive"),
    Engine("Pillow, draft + cascade", (sys.executable, PEERS / "pillow.py"), "cascade"),
)


def python_of_peers() -> Path:
    """The interpreter that has libvips and NumPy.

    Raises:
        FailureError: they could not be installed.
    """
    return workspace.tool_bin("peers") / "python"


def libvips() -> tuple[Engine, ...]:
    """libvips, one size at a time and as a cascade.

    Raises:
        FailureError: it could not be installed.
    """
    program = (python_of_peers(), PEERS / "vips.py")
    return (
        Engine("libvips, one by one", program, "one by one"),
        Engine("libvips, cascade", program, "cascade"),
    )


def sharp() -> tuple[Engine, ...]:
    """sharp, one size at a time.

    Raises:
        FailureError: there is no Node here, or sharp could not be installed.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        raise FailureError("sharp is left out: it needs Node and npm, which are missing here.")
    lock = (PEERS / "package-lock.json").read_bytes()
    installed = SHARP / ".lock"
    with workspace.exclusive_lock("tools"):
        if not installed.exists() or installed.read_bytes() != lock:
            SHARP.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(PEERS / name, SHARP)
            command = ["npm", "ci", "--no-audit", "--no-fund", "--prefix", SHARP]
            workspace.run(command, "install sharp", os.environ)
            installed.write_bytes(lock)
    return (Engine("sharp, one by one", ("node", PEERS / "sharp.mjs"), "one by one", SHARP),)


class Worker:
    """A process that renders one picture per request.

    Attributes:
        pid: the process.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid
        assert self._answer() == "ready"

    def render(self, times: int = 1) -> list[dict[str, float]]:
        """Milliseconds (`cpu`, `wall`) and `bytes` of each of `times` sets."""
        answer: list[dict[str, float]] = self._ask({"times": times})
        assert all(each["bytes"] > 0 for each in answer)
        return answer

    def leave(self, folder: Path) -> None:
        """Render into `folder`, which is empty."""
        self._ask({"into": str(folder)})

    def peak(self) -> float:
        """Most memory so far, in MB (10⁶ bytes).

        Not `ru_maxrss`: that starts at what the process had which started this one.
        """
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6

    def _ask(self, command: dict[str, Any]) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "an engine's process ended; its last words are in the output of this test"
        return json.loads(line)


@contextmanager
def started(engine: Engine, kind: str, picture: Path, *, pinned: bool = True) -> Iterator[Worker]:
    """A worker that makes `kind` of `picture`, on one processor when `pinned`."""
    command = [*engine.program, SIZES, kind, engine.variant, picture]
    everywhere = os.sched_getaffinity(0)
    if pinned:
        os.sched_setaffinity(0, {max(everywhere)})
    try:
        process = subprocess.Popen(
            command,
            cwd=engine.folder,
            env={**os.environ, **ONE_THREAD, **HEAP},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        os.sched_setaffinity(0, everywhere)
    with process:
        yield Worker(process)


def interleaved(
    engines: Sequence[Engine], kind: str, picture: Path, rounds: int
) -> dict[Engine, list[dict[str, float]]]:
    """What each engine took in each round; all take turns, so that none has the quiet minute."""
    with ExitStack() as running:
        workers = {
            engine: running.enter_context(started(engine, kind, picture)) for engine in engines
        }
        for worker in workers.values():
            worker.render(2)  # warm up
        taken: dict[Engine, list[dict[str, float]]] = {engine: [] for engine in engines}
        for _ in range(rounds):
            for engine, worker in workers.items():
                taken[engine] += worker.render()
        return taken


@contextmanager
def throttled(pid: int, share: float) -> Iterator[None]:
    """Give a process `share` of a processor inside the block, as Lambda's scheduler does.

    In each period it runs until its share is used up and stands still for the rest.
    """
    period = 0.02  # seconds, Lambda's
    clock = (~pid << 3) | 2  # the processor time of process `pid` (Linux, clock_getcpuclockid(3))
    over = threading.Event()

    def keep_down() -> None:
        budget = 0.0
        while not over.is_set():
            ends = time.perf_counter() + period
            before = time.clock_gettime(clock)
            budget = min(budget, 0.0) + share * period  # what was overdrawn is paid back
            while (now := time.perf_counter()) < ends and not over.is_set():
                left = budget - (time.clock_gettime(clock) - before)
                if left <= 0:
                    os.kill(pid, signal.SIGSTOP)
                    over.wait(ends - now)
                    os.kill(pid, signal.SIGCONT)
                    break
                over.wait(min(max(left / 2, 0.0001), ends - now))
            budget -= time.clock_gettime(clock) - before

    keeper = threading.Thread(target=keep_down)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()

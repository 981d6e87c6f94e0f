"""Whose a local stack is: what one command may stop and delete, and what it must leave alone."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from threading import Event

import psutil
import pytest
from click.testing import Result
from typer.testing import CliRunner

from vitrine_cli.app import app
from vitrine_cli.local import launch, ownership, stacks, table_copy
from vitrine_cli.local.ownership import Mark
from vitrine_cli.local.processes import Process
from vitrine_cli.local.stacks import Description, Stack
from vitrine_cli.operations import demo_stack, local_status
from vitrine_cli.ui.failure import FailureError

PORT = 8123
READY = "ready"
STORES_ITS_STATE = f"""
import pathlib, signal, sys
def end(*_):
    pathlib.Path("state/dynamodb.json").write_text("{{}}")
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path("{READY}").touch()
signal.pause()
"""
NOTES_ITS_END = f"""
import pathlib, shutil, signal, sys
def end(*_):
    shutil.copy("stack.json", "../noted.json")
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path("{READY}").touch()
signal.pause()
"""
NOTING = [sys.executable, "-c", NOTES_ITS_END]
STORING = [sys.executable, "-c", STORES_ITS_STATE]
SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]
Start = Callable[..., Process]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The `.vitrine` of a checkout of its own."""
    for module in (stacks, ownership):
        monkeypatch.setattr(module, "HOME", tmp_path)
    return tmp_path


@pytest.fixture
def run() -> Iterator[Callable[..., Process]]:
    """Runs a process in a folder; what still runs after the test is ended."""
    with ExitStack() as started:

        def begin(
            folder: Path, environment: Mapping[str, str], program: Sequence[str] = SLEEPER
        ) -> Process:
            folder.mkdir(parents=True, exist_ok=True)
            every = {**os.environ, **environment}
            process = started.enter_context(subprocess.Popen(program, cwd=folder, env=every))
            started.callback(process.kill)
            found = psutil.Process(process.pid)
            until(found.environ)  # empty for the first moments after the start
            return Process(pid=process.pid, began=found.create_time())

        yield begin


@pytest.fixture
def start(home: Path, run: Callable[..., Process]) -> Start:
    """Starts a process of a stack."""

    def begin(stack: Stack, checkout: Path = home, program: Sequence[str] = SLEEPER) -> Process:
        mark = Mark(stack.port, stack.id, checkout).environment
        stack.processes.append(run(stack.folder, mark, program))
        return stack.processes[-1]

    return begin


def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def new(port: int = PORT) -> Stack:
    return Stack(port=port, endpoint="", id=ownership.new_id())


def test_the_file_is_for_its_owner_alone(home: Path) -> None:
    stack = new()
    stack.save()

    assert (stack.folder / "stack.json").stat().st_mode & 0o777 == 0o600
    assert stacks.load(PORT) == stack
    assert stack.folder.is_relative_to(home)


def test_a_stack_that_was_replaced_is_left_alone(start: Start) -> None:
    """A starts a stack, B stops it and starts another; then A is interrupted."""
    first, second = new(), new()
    old = start(first)
    first.save()
    stacks.started(PORT).stop()
    assert old.find() is None
    running = start(second)
    second.save()
    assert not first.is_current

    first.stop()

    assert running.find()
    assert stacks.load(PORT) == second
    stacks.started(PORT).stop()
    assert running.find() is None
    assert not second.folder.exists()


def test_a_stack_that_is_stopped_while_it_starts_is_not_current_when_its_process_ends(
    home: Path, start: Start
) -> None:
    """So the start can tell this end from a failure of its own."""
    stack = new()
    start(stack, program=NOTING)
    stack.save()
    until((stack.folder / READY).exists)

    stacks.started(PORT).stop()

    assert json.loads((home / "stacks/noted.json").read_text())["processes"] == []
    assert not stack.folder.exists()


def complete(stack: Stack) -> Stack:
    """The stack, as if it had started completely."""
    urls = dict.fromkeys(("base_url", "media_url", "product_images_url", "import_url"), "")
    stack.description = Description(**urls, shop="1234", credentials={})
    stack.save()
    stack.note_running()
    return stack


def test_a_complete_stack_is_kept_until_it_is_forgotten(start: Start) -> None:
    stack = new()
    running = start(stack)
    complete(stack)
    (stack.folder / "state").mkdir()
    assert stack.alive

    stack.stop()

    assert running.find() is None
    found = stacks.load(PORT)
    assert found is not None
    assert (found.is_stopped, found.alive, found.is_current) == (True, False, False)
    assert found.last_seen is not None, "its emulator has stored nothing"
    assert local_status.describe_stack(found).state == "killed"
    found.forget()
    assert not stack.folder.exists()
    assert stacks.find(PORT) is None


def test_an_emulator_that_stores_its_state_leaves_a_clean_folder(start: Start) -> None:
    stack = new()
    start(stack, program=STORING)
    complete(stack)
    (stack.folder / "state").mkdir()
    until((stack.folder / READY).exists)

    stack.stop()

    assert (stack.folder / "state/dynamodb.json").read_text() == "{}"
    assert stack.last_seen is None
    assert local_status.describe_stack(stack).state == "stopped"


def test_the_copy_of_a_killed_stack_stays_until_its_catalogue_is_repaired(start: Start) -> None:
    """A start is interrupted before that: the emulator has the state of before the copy."""
    stack = new()
    start(stack, program=STORING)
    complete(stack)
    stack.is_unrepaired = True
    (stack.folder / "state").mkdir()
    (stack.folder / table_copy.FILE).write_text("{}")
    until((stack.folder / READY).exists)

    stack.stop()

    assert not (stack.folder / "state/dynamodb.json").exists()
    assert (stack.folder / table_copy.FILE).exists()
    found = stacks.find(PORT)
    assert found is not None
    assert (found.is_stopped, found.is_unrepaired) == (True, True)
    assert found.last_seen is not None


@pytest.mark.parametrize("text", [None, "{"])
def test_data_without_a_whole_file_are_deleted_on_request_only(
    start: Start, text: str | None
) -> None:
    stack = new()
    running = start(stack)
    complete(stack)
    (stack.folder / "objects").mkdir()
    file = stack.folder / "stack.json"
    file.unlink() if text is None else file.write_text(text)

    stacks.started(PORT).stop()

    assert running.find() is None
    found = stacks.find(PORT)
    assert found is not None
    assert (found.is_lost, found.is_kept) == (True, False)
    assert local_status.describe_stack(found).state == "damaged"
    with pytest.raises(FailureError, match="damaged or missing"):
        demo_stack.start_or_join(PORT)
    assert (stack.folder / "objects").exists()
    found.forget()
    assert not stack.folder.exists()


def test_the_shops_of_a_killed_stack_are_those_that_were_last_written(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_status, "HOME", home)
    stack = new()
    stack.shops = {"1234": 0}
    complete(stack)

    (stored,) = local_status.describe_stacks(PORT)
    assert (stored.state, stored.shops) == ("killed", [local_status.ShopCount("1234", 0)])

    keys = [("SHOPS", "SHOP#1234"), ("SHOPS", "SHOP#12"), ("SHOP#12", "PROFILE")]
    keys += [("GALLERY#1234#lamp#2", f"IMAGE#{number}") for number in range(3)]
    keys += [
        ("GALLERY#1234#lamp#2", "HEAD"),
        ("GALLERY#12#a", "IMAGE#1"),
        ("LIBRARY#12", "IMAGE#2"),
    ]
    items = [{"item": {"pk": {"S": pk}, "sk": {"S": sk}}} for pk, sk in keys]
    lines = [json.dumps(each) for each in (*items, {"secret": "a", "value": "b"})]
    copy = stack.folder / table_copy.FILE
    copy.write_text("\n".join(lines))
    os.utime(copy, (1.7e9, 1.7e9))

    (found,) = local_status.describe_stacks(PORT)
    assert [(each.shop, each.images) for each in found.shops] == [("1234", 3), ("12", 1)]
    as_of = datetime.fromtimestamp(1.7e9).astimezone().isoformat()
    told = command("status", "--port", str(PORT))
    assert "1234 (3 images), 12 (1 images)" in " ".join(told.stdout.split())
    assert f"Port {PORT}: its shops are as of {as_of}" in told.stderr
    (shown,) = json.loads(command("status", "--json").stdout)["stacks"]
    assert shown["as_of"] == as_of
    assert command("status", "--port", str(PORT + 1)).exit_code == 1

    stack.note_shops({"1234": 5})  # as after a repair: the next copy is not written yet
    stack.save()
    (repaired,) = local_status.describe_stacks(PORT)
    assert [(each.shop, each.images) for each in repaired.shops] == [("1234", 5)]
    assert stack.shops_at is not None
    assert repaired.as_of == stack.shops_at.astimezone().isoformat(timespec="seconds")


def test_a_deletion_that_is_cut_short_is_told_and_completed(
    home: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleting gigabytes takes a while, and `--yes` runs where commands have a time limit."""

    def cut_short(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(local_status, "HOME", home)
    for port in (PORT, PORT + 1):
        stack = new(port)
        start(stack)
        complete(stack)
        (stack.folder / "objects").write_bytes(b"1" * 5000)
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "rmtree", cut_short)
            with pytest.raises(KeyboardInterrupt):
                stack.forget()

    assert stacks.known() == []
    shown = [(each.port, each.state, each.disk > 5000) for each in local_status.describe_stacks()]
    assert shown == [(PORT, "deleted", True), (PORT + 1, "deleted", True)]
    told = command("status")
    assert f"Port {PORT}: its deletion was interrupted" in told.stderr
    done = command("down", "--forget", "--yes", "--port", str(PORT))
    assert (done.exit_code, f"a deleted stack on port {PORT}" in done.stderr) == (0, True)
    assert [each.port for each in stacks.remainders()] == [PORT + 1]
    done = command("down", "--all")
    assert (done.exit_code, list((home / "stacks").iterdir())) == (0, [])
    for options in ("--all", "--all --forget"):
        done = command("down", *options.split())
        assert (done.exit_code, done.stderr) == (0, "No local stack.\n")
    assert command("down").exit_code == 1


def test_a_folder_without_a_file_is_no_secret(home: Path) -> None:
    """Such as that of a start that was killed at once, or of an earlier version's deletion."""
    new().folder.mkdir(parents=True)
    (home / "stacks/other").mkdir()

    assert [(each.port, each.damaged) for each in stacks.known()] == [(PORT, True)]
    assert command("down", "--forget", "--yes", "--port", str(PORT)).exit_code == 0
    assert [each.name for each in (home / "stacks").iterdir()] == ["other"]


def test_another_start_keeps_ports_ids_and_data(start: Start) -> None:
    earlier = complete(new())
    earlier.deployed = "code"
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        earlier.endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        stack = launch.stopped_stack(earlier)

    assert stack.id != earlier.id
    assert stack.shop == earlier.shop
    assert (stack.processes, stack.deployed) == ([], "")
    free = launch.stopped_stack(stack.model_copy(update={"deployed": "code"}))
    assert (free.endpoint, free.deployed) == (stack.endpoint, "code")


def test_a_start_that_has_not_written_its_file_is_left_alone(start: Start) -> None:
    first, second = new(), new()
    running = start(second)

    first.stop()

    assert running.find()
    assert second.folder.exists()


def test_a_damaged_file_hides_no_process(start: Start) -> None:
    """The file is cut at every 50th byte."""
    whole = new()
    start(whole)
    whole.save()
    file = whole.folder / "stack.json"
    text = file.read_bytes()
    for length in range(0, len(text) - 1, 50):
        file.write_bytes(text[:length])
        assert stacks.started(PORT).damaged, length
    running = start(whole)
    other = start(new(PORT + 1))

    stacks.started(PORT).stop()

    assert not any(each.find() for each in whole.processes)
    assert running.find() is None
    assert other.find()
    assert not whole.folder.exists()


def test_a_missing_file_hides_no_process(start: Start) -> None:
    running = start(new())

    (found,) = stacks.known()
    found.stop()

    assert (found.port, found.damaged) == (PORT, True)
    assert running.find() is None
    with pytest.raises(FailureError, match="No stack was started"):
        stacks.started(PORT)


def test_the_stack_of_another_checkout_is_left_alone(start: Start, tmp_path: Path) -> None:
    running = start(new(), tmp_path / "elsewhere")

    assert ownership.ports() == set()
    assert ownership.processes_of(PORT) == {}
    new().stop()
    assert running.find()


LISTENER = """
import signal, socket
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], file=open("port", "w"), flush=True)
signal.pause()
"""


def test_two_checkouts_with_one_port(
    home: Path, run: Callable[..., Process], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One has a stack on the port: the other is told so, and neither stops nor deletes it."""
    other = tmp_path_factory.mktemp("other")
    told = other / "stacks/port"
    identity = ownership.new_id()
    running = run(
        told.parent, Mark(PORT, identity, other).environment, [sys.executable, "-c", LISTENER]
    )
    until(lambda: told.exists() and told.read_text().endswith("\n"))
    port = int(told.read_text())
    (other / f"stacks/{port}/objects").mkdir(parents=True)

    with pytest.raises(FailureError, match=rf"^Port {port} is in use by \S+ \({running.pid}\); "):
        demo_stack.start_or_join(port)
    assert "No local stack" in command("status").stderr
    assert command("down", "--port", str(port)).exit_code == 1
    for arguments in (("--all",), ("--all", "--forget", "--yes")):
        assert command("down", *arguments).exit_code == 0

    assert running.find()
    assert (other / f"stacks/{port}/objects").exists()
    assert list(home.glob("stacks/*")) == []


def test_processes_of_functions_are_known_by_their_folder(
    home: Path, run: Callable[..., Process]
) -> None:
    """The emulator gives them no environment of its own."""
    stack = new()
    worker = run(stack.folder / "tmp" / "function", {})
    shell = run(stack.folder, {})
    stack.save()

    stacks.started(PORT).stop()

    assert worker.find() is None
    assert shell.find(), "a person's shell in the folder of the logs"
    assert list(home.rglob("stack.json")) == []


def test_a_busy_port_names_its_program() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        name = psutil.Process().name()
        with pytest.raises(FailureError) as failed:
            launch.new_stack(port)

    assert str(failed.value).startswith(f"Port {port} is in use by {name} ({os.getpid()}); ")


def test_the_status_has_every_stack_and_what_it_uses(
    home: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_status, "HOME", home)
    incomplete, damaged = new(), new(PORT + 1)
    for each in (incomplete, damaged):
        start(each)
        each.save()
    (incomplete.folder / "data").write_bytes(b"1" * 5000)
    (damaged.folder / "stack.json").write_text("{")

    found = local_status.describe_stacks()

    states = [(each.port, each.state, each.processes, each.shops) for each in found]
    assert states == [(PORT, "incomplete", 1, []), (PORT + 1, "damaged", 1, [])]
    assert 5000 < found[0].disk < 10_000
    assert all(each.memory > 10**6 for each in found)
    assert local_status.free_disk() > 0
    assert local_status.free_memory() > 0


def test_folders_that_go_while_they_are_measured_do_not_count(home: Path) -> None:
    """Those of the emulator's workers come and go while a stack runs."""
    stack = new()
    stack.save()
    workers = stack.folder / "tmp"
    measured = Event()

    def come_and_go() -> None:
        while not measured.is_set():
            for number in range(20):
                (workers / f"worker-{number}/code").mkdir(parents=True)
                (workers / f"worker-{number}/code/file").touch()
            shutil.rmtree(workers)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(come_and_go)
        try:
            sizes = [local_status.describe_stack(stack).disk for _ in range(200)]
        finally:
            measured.set()
        running.result()

    assert min(sizes) > 0

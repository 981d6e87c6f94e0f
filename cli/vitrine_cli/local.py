"""A stack on this machine, from nothing to a shop that answers, and back."""

import shutil
import socket
import subprocess
import sys
from contextlib import closing

from gateway.dialects import NAMES
from vitrine.domain.shops import ProductMode
from vitrine_cli import accounts, deployment, emulator, stacks, tables
from vitrine_cli.failure import FailureError
from vitrine_cli.stacks import Description, Process, Stack
from vitrine_cli.steps import step
from vitrine_cli.workspace import alone, tool

DEMO_SHOP = "1234"


def up(port: int) -> Stack:
    """Start a stack with a demo shop, or find the one that runs on this port.

    Raises:
        FailureError: it cannot be started; nothing of it is left running.
    """
    with alone(f"port-{port}"):
        earlier = stacks.load(port)
        if earlier is not None:
            if earlier.alive:
                return earlier
            with step("Clearing away a stack that did not end well"):
                earlier.stop()
        _claim(port)
        stack = Stack(port=port, endpoint=f"http://127.0.0.1:{_free_port()}")
        shutil.rmtree(stack.folder, ignore_errors=True)
        try:
            _start(stack)
        except BaseException:
            stack.stop()
            raise
        return stack


def _start(stack: Stack) -> None:
    with step("Installing the emulator and the SAM CLI"):
        tool("emulator")
        tool("sam")
    with step("Starting the local AWS"):
        stack.save()
        port = int(stack.endpoint.rpartition(":")[2])
        stack.processes.append(emulator.start(port, stack.folder))
        stack.save()
    with step("Building functions and layers"):
        built = deployment.build("host")
    base_url = f"http://localhost:{stack.port}"
    with step("Deploying template.yaml"):
        stack.outputs = deployment.deploy(built, stack.endpoint, f"{base_url}/media")
        stack.processes.append(_start_proxy(stack))
        stack.save()
    with step("Opening the demo shop"):
        records = tables.local(stack, base_url)
        shop = accounts.create_shop(records, DEMO_SHOP, {}, ProductMode.OPEN)
        logins = {
            dialect: accounts.create_credential(records, shop.id, dialect, (), "demo")[1]
            for dialect in NAMES
        }
        stack.description = Description(
            base_url=base_url, media_url=f"{base_url}/media", shop=shop.id, credentials=logins
        )
        stack.save()


def _start_proxy(stack: Stack) -> Process:
    api, cdn = deployment.api_id(stack.outputs), stack.outputs["CdnDomain"]
    log = stack.folder / "proxy.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "vitrine_cli.proxy"),
                *("--port", str(stack.port), "--endpoint", stack.endpoint),
                *("--api", api, "--cdn", cdn),
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    emulator.wait_for(f"http://127.0.0.1:{stack.port}/", process.poll, log)
    return Process.of(process.pid)


def _claim(port: int) -> None:
    with closing(socket.socket()) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            raise FailureError(
                f"Port {port} is in use by another program; choose one with --port."
            ) from None


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number

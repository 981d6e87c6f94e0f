"""A stack on this machine, from nothing to a shop that answers, and back."""

import os
import shutil
import socket
import sys
from collections.abc import Callable
from contextlib import closing

from gateway.dialects import NAMES
from vitrine_cli import accounts, deployment, edge, emulator, interrupts, stacks, tables
from vitrine_cli.failure import FailureError
from vitrine_cli.stacks import Description, Process, Stack
from vitrine_cli.steps import step
from vitrine_cli.workspace import alone, tool

DEMO_SHOP = "1234"


def up(port: int) -> tuple[Stack, bool]:
    """Start a stack with a demo shop, or find the one that runs on this port.

    Returns:
        The stack, and whether this call has started it.

    Raises:
        FailureError: it cannot be started; nothing of it is left running.
    """
    with alone(f"port-{port}"):
        earlier = stacks.load(port)
        if earlier is not None:
            if earlier.alive:
                return earlier, False
            with step("Clearing away a stack that did not end well"):
                earlier.stop()
        _claim(port)
        stack = Stack(port=port, endpoint=f"http://127.0.0.1:{_free_port()}")
        shutil.rmtree(stack.folder, ignore_errors=True)
        try:
            _start(stack)
        except BaseException:
            with step("Clearing away what was started"):
                stack.stop()
            raise
        return stack, True


def _start(stack: Stack) -> None:
    with step("Installing the emulator and the SAM CLI"):
        tool("emulator")
        tool("sam")
    with step("Starting the local AWS"):
        stack.save()
        number = int(stack.endpoint.rpartition(":")[2])
        started = _remembered(stack, lambda: emulator.start(number, stack.folder))
        health = f"{stack.endpoint}/_ministack/health"
        emulator.wait_for(health, started, stack.folder / "emulator.log")
    with step("Building functions and layers"):
        built = deployment.build("host")
    base_url = f"http://localhost:{stack.port}"
    with step("Deploying template.yaml"):
        stack.outputs = deployment.deploy(built, stack.endpoint, f"{base_url}/media")
        started = _remembered(stack, lambda: _start_proxy(stack))
        emulator.wait_for(f"http://127.0.0.1:{stack.port}/", started, stack.folder / "proxy.log")
    with step("Opening the demo shop"):
        records = tables.local(stack, base_url)
        shop = accounts.create_shop(records, DEMO_SHOP, {"openmage.store_views": "1:default,2:fr"})
        accounts.open_host(records, shop.id, "*")
        logins = {
            dialect: accounts.create_credential(records, shop.id, dialect, (), "demo")[1]
            for dialect in NAMES
        }
        stack.description = Description(
            base_url=base_url, media_url=f"{base_url}/media", shop=shop.id, credentials=logins
        )
        stack.save()


def _remembered(stack: Stack, start: Callable[[], Process]) -> Process:
    """Start a process of a stack; nothing ends this command before it is noted to be stopped."""
    with interrupts.held_back():
        started = start()
        stack.processes.append(started)
        stack.save()
    return started


def _start_proxy(stack: Stack) -> Process:
    api, cdn = deployment.api_id(stack.outputs), stack.outputs["CdnDomain"]
    command = [
        *(sys.executable, "-m", "vitrine_cli.proxy"),
        *("--port", str(stack.port), "--endpoint", stack.endpoint),
        *("--api", api, "--cdn", cdn),
        *("--missing", emulator.function_url(stack.endpoint, deployment.STACK, "RenderMissing")),
    ]
    if edge.available():
        code = stack.folder / "choose_format.js"
        code.write_text(emulator.edge_code(stack.endpoint, deployment.STACK, "ChooseFormat"))
        command += ["--chooses", str(code)]
    return emulator.spawn(command, stack.folder / "proxy.log", os.environ)


def _claim(port: int) -> None:
    with closing(socket.socket()) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            raise FailureError(
                f"Port {port} is in use by another program; choose another with --port N "
                "(make run PORT=N)."
            ) from None


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number

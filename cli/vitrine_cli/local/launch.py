"""Launch a local stack: install the tools, start the emulator, build, deploy, start the proxy.

A stack that was stopped goes on with what its folder has. It is deployed only if the code has
changed since, as an update.
"""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from vitrine_cli.local import deployment, emulator, ownership
from vitrine_cli.local.node import find_node, install_node
from vitrine_cli.local.processes import Process, spawn, wait_for
from vitrine_cli.local.stacks import NAME, Stack
from vitrine_cli.local.workspace import tool_bin
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.progress import step


def new_stack(port: int) -> Stack:
    """A stack that is not started yet, with a free port for its emulator.

    Args:
        port: where clients are to reach it.

    Raises:
        FailureError: another program uses the port.
    """
    _require_free(port)
    return Stack(port=port, endpoint=f"http://127.0.0.1:{_free_port()}", id=ownership.new_id())


def stopped_stack(earlier: Stack) -> Stack:
    """A new start of a stack that was stopped, with its data.

    Raises:
        FailureError: another program uses the port.
    """
    _require_free(earlier.port)
    number = _port(earlier.endpoint)
    if not _is_free(number):
        number = _free_port()
    started = {"id": ownership.new_id(), "endpoint": f"http://127.0.0.1:{number}", "processes": []}
    stack = earlier.model_copy(update=started)
    if stack.endpoint != earlier.endpoint:
        stack.deployed = ""  # outputs contain it
    return stack


def launch_aws(stack: Stack) -> bool:
    """Start a stack's emulator, and deploy the template to it unless it has the present code.

    Returns:
        Whether it was deployed.

    Raises:
        FailureError: a step failed. The processes that already run are in `stack.processes`.
    """
    with step("Installing the emulator and the SAM CLI"):
        tool_bin("emulator")
        tool_bin("sam")
    node = _node(stack)
    with step("Starting the local AWS"):
        stack.save()
        _start_emulator(stack)
    wanted = deployment.fingerprint(choose_formats=node is not None)
    if stack.deployed == wanted:
        return False
    with step("Building functions and layers"):
        built = deployment.build("host")
    with step("Deploying template.yaml"):
        media_url = f"http://localhost:{stack.port}/media"
        stack.outputs = deployment.deploy(
            built, stack.endpoint, media_url, choose_formats=node is not None
        )
    stack.deployed = wanted
    return True


def store_state(stack: Stack) -> None:
    """Restart the emulator, so that a stack has its functions even if it is killed later.

    Raises:
        FailureError: the emulator did not store its state or did not start again.
    """
    with step("Storing the local AWS"):
        (running,) = stack.processes
        if not emulator.end(running, stack.folder):
            raise FailureError("The local AWS could not be stored: is there room on the disk?")
        stack.processes = []
        _start_emulator(stack)


def launch_proxy(stack: Stack) -> None:
    """Start a stack's proxy. From now on, its table can be newer than the stored state.

    Raises:
        FailureError: the proxy did not start.
    """
    stack.note_running()
    started = _start(stack, lambda: _start_proxy(stack, _node_of(stack)))
    wait_for(f"http://127.0.0.1:{stack.port}/", started, stack.folder / "proxy.log")


def _start_emulator(stack: Stack) -> None:
    port, node = _port(stack.endpoint), _node_of(stack)
    started = _start(
        stack, lambda: emulator.start(port, stack.folder, node, stack.mark.environment)
    )
    wait_for(f"{stack.endpoint}/_ministack/health", started, stack.folder / "emulator.log")
    emulator.read_streams_again(stack.endpoint)


def _node(stack: Stack) -> Path | None:
    """The `node` program; None if it is missing and cannot be installed, as without a network."""
    stack.without_node = None
    try:
        return install_node()
    except FailureError as failure:
        stack.without_node = str(failure)
        return None


def _node_of(stack: Stack) -> Path | None:
    return find_node() if stack.without_node is None else None


def _start(stack: Stack, start: Callable[[], Process]) -> Process:
    """Start a process and save its id; signals wait, so that no started process is forgotten."""
    with interrupts.deferred():
        started = start()
        stack.processes.append(started)
        stack.save()
    return started


def _start_proxy(stack: Stack, node: Path | None) -> Process:
    api, cdn = deployment.api_id(stack.outputs), stack.outputs["CdnDomain"]
    second_origin = emulator.function_url(stack.endpoint, NAME, "AdmitMissing")
    command = [
        *(sys.executable, "-m", "vitrine_cli.local.proxy"),
        *("--port", str(stack.port), "--endpoint", stack.endpoint),
        *("--api", api, "--native-api", stack.outputs["NativeApiId"], "--cdn", cdn),
        *("--originals", stack.outputs["OriginalsBucket"]),
        *("--second-origin", second_origin),
        *("--access-log", f"/vitrine/{NAME}/access"),
        *("--table", stack.storage.table, "--secrets", stack.storage.secrets),
        *("--folder", str(stack.folder)),
    ]
    if stack.as_written:
        command.append("--as-written")
    if node is not None:
        code = stack.folder / "choose_format.js"
        code.write_text(emulator.cloudfront_function_code(stack.endpoint, NAME, "ChooseFormat"))
        command += ["--choose-format", str(code), "--node", str(node)]
    return spawn(command, stack.folder / "proxy.log", {**os.environ, **stack.mark.environment})


def _require_free(port: int) -> None:
    if not _is_free(port):
        program = ownership.listener(port) or "another program"
        raise FailureError(
            f"Port {port} is in use by {program}; choose another with --port N (make run PORT=N)."
        )


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _port(endpoint: str) -> int:
    return int(endpoint.rpartition(":")[2])


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number

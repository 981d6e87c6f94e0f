"""`vitrine up`, `down` and `status`: local stacks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from vitrine_cli.commands.options import JsonOption, PortOption
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import out, print_json, print_table, size_text
from vitrine_cli.ui.progress import console, step

if TYPE_CHECKING:
    from vitrine_cli.local.stacks import Stack

YesOption = Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")]
DEFAULT_PORT = 8000
_FIRST_OPEN_PORT = 1024
_WATCH_SECONDS = 0.5
_DEMO_LIFETIME = timedelta(hours=24)

_DemoOption = Annotated[
    bool, typer.Option("--demo", help="Upload sample pictures to the demo shop.")
]
_SeedOption = Annotated[
    str | None, typer.Option(help="Derive the demo shop's ids and secrets from this text.")
]
_ResetOption = Annotated[
    bool, typer.Option("--reset", help="Delete the stack's data, and start with an empty one.")
]
_AsWrittenOption = Annotated[
    bool,
    typer.Option(
        "--as-written",
        help="Leave paths with '%3F' and WWW-Authenticate as they are; API Gateway changes both.",
    ),
]


def up(
    *,
    detach: Annotated[
        bool, typer.Option(help="Return when the stack is ready; leave it running.")
    ] = False,
    as_json: JsonOption = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the API and the CDN.")
    ] = DEFAULT_PORT,
    with_pictures: _DemoOption = False,
    seed: _SeedOption = None,
    reset: _ResetOption = False,
    as_written: _AsWrittenOption = False,
    yes: YesOption = False,
) -> None:
    """Start a local stack with a demo shop, or one that was stopped. Ctrl-C stops it.

    With --detach it runs until 'vitrine down'. Its data is kept either way.
    """
    from vitrine_cli.local import stacks
    from vitrine_cli.operations import demo_stack
    from vitrine_cli.operations.seeds import Seed

    if port < _FIRST_OPEN_PORT and not yes:
        raise typer.BadParameter(
            f"Ports below {_FIRST_OPEN_PORT} belong to the system; --yes uses one nevertheless."
        )
    interrupts.listen()
    _delete_remainders(port)
    if reset and (earlier := stacks.find(port)) is not None:
        _forget([earlier], yes=yes)
    wanted = None if seed is None else Seed(seed)
    stack, started = demo_stack.start_or_join(port, wanted, as_written=as_written)
    try:
        if with_pictures:
            _upload_pictures(stack)
        _describe(stack, as_json=as_json)
        if started and not detach:
            _wait_for_interrupt(stack)
    except BaseException:
        if started and stack.is_current:
            _stop(stack)
        raise
    if not started and not detach:
        console.print(f"\nThe stack was already running; 'vitrine down --port {port}' stops it.")


def _wait_for_interrupt(stack: Stack) -> None:
    console.print("\nPress Ctrl-C to stop; the data is kept.")
    with suppress(KeyboardInterrupt), interrupts.remembered() as interrupted:
        while not interrupted.wait(_WATCH_SECONDS):
            if not stack.is_current:
                console.print("It was stopped by another command.")
                return
            if not stack.alive and stack.is_current:
                raise FailureError(
                    f"A process of the stack has ended by itself; its logs are in {stack.folder}."
                )
    _stop(stack)


def _stop(stack: Stack) -> None:
    from vitrine_cli.operations import demo_stack

    with step(f"Stopping the stack on port {stack.port}"):
        demo_stack.stop(stack)


def _describe(stack: Stack, *, as_json: bool) -> None:
    from vitrine_cli.operations import demo_pictures

    shop = stack.shop
    if as_json:
        print(shop.model_dump_json())
        return
    out.print(
        f"\nAPI         {shop.base_url}\nPictures    {shop.media_url}\nShop        {shop.shop}"
    )
    out.print(f"Import      {shop.import_url}<product>/ at {stack.endpoint}", soft_wrap=True)
    out.print("\nFor a shell:\n", style="bold")
    out.print(f"export BASE={shop.base_url}")
    for dialect, login in shop.credentials.items():
        values = " ".join(
            f"{dialect}_{name}".upper() + f"={value}" for name, value in login.items()
        )
        out.print(f"export {values}", soft_wrap=True, markup=False)
    out.print("\nTry it:\n", style="bold")
    demo_pictures.draw_samples()
    for line in demo_pictures.curl_lines(stack):
        out.print(line, soft_wrap=True, markup=False)
    if stack.without_node is not None:
        out.print(
            "\nWithout Node all browsers get PNG and JPEG, and there is no gallery page.",
            style="bold",
        )
        out.print(stack.without_node, markup=False)
    elif stack.without_gallery is not None:
        out.print("\nThere is no gallery page.", style="bold")
        out.print(stack.without_gallery, markup=False)
    else:
        out.print("\nSee the shop's pictures, signed in for a day:\n", style="bold")
        out.print(_demo_link(stack), soft_wrap=True, markup=False)


def _demo_link(stack: Stack) -> str:
    """A new link that opens the demo shop in the gallery page; earlier ones stay valid."""
    from vitrine_cli.operations import deployed_stack, gallery_links

    permitted = gallery_links.scopes(read_only=False, take_down=True)
    found = deployed_stack.local(stack)
    return gallery_links.create_link(found, [stack.shop.shop], _DEMO_LIFETIME, permitted).url


def _upload_pictures(stack: Stack) -> None:
    from vitrine_cli.operations import demo_pictures

    table = Table("what", "bytes", "ms", "URL", box=None, pad_edge=False)
    with step("Uploading sample pictures and waiting for their renditions"):
        for each in demo_pictures.fill(stack):
            table.add_row(each.what, str(each.size), f"{each.seconds * 1000:.0f}", each.url)
    table.columns[1].justify = table.columns[2].justify = "right"
    out.print()
    print_table(table)


def down(
    *,
    port: PortOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Stop every local stack of this checkout.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Delete the stack's data, after asking.")
    ] = False,
    yes: YesOption = False,
) -> None:
    """Stop a local stack. Its data is kept for the next 'vitrine up', unless --forget is given."""
    from vitrine_cli.local import stacks

    deleted = _delete_remainders(None if everything else port)
    present = [each for each in stacks.known() if port in (None, each.port)]
    if deleted and not present:
        return
    found = stacks.known() if everything else [_chosen(port, forget=forget)]
    if not found:
        console.print("No local stack.")
    if forget:
        _forget(found, yes=yes)
        return
    for stack in found:
        if stack.is_stopped:
            console.print(f"The stack on port {stack.port} is stopped; 'vitrine up' starts it.")
        else:
            _stop(stack)


def _chosen(port: int | None, *, forget: bool) -> Stack:
    """The stack of a port; without one the only stack, or else the only one that runs."""
    from vitrine_cli.local import stacks

    running = [each for each in stacks.known() if not each.is_stopped]
    if port is None and not forget and len(running) == 1:
        return running[0]
    return stacks.started(port)


def _delete_remainders(port: int | None) -> bool:
    """Complete deletions that were interrupted; whether there were any."""
    from vitrine_cli.local import stacks

    left = stacks.remainders(port)
    for each in left:
        with step(f"Deleting what is left of a deleted stack on port {each.port}"):
            each.delete()
    return bool(left)


def _forget(found: list[Stack], *, yes: bool) -> None:
    """Say what is deleted, ask, and delete it.

    Raises:
        FailureError: the answer was no.
    """
    from vitrine_cli.operations import local_status

    for each in found:
        described = local_status.describe_stack(each)
        shops = [f"shop {one.shop} ({one.images} images)" for one in described.shops]
        told = ", ".join([*shops, size_text(described.disk)])
        console.print(f"Port {each.port}: {told}", soft_wrap=True, markup=False)
    if found and not yes:
        if not console.is_terminal:
            raise typer.BadParameter("Without a terminal, --yes is needed; nothing was deleted.")
        if not typer.confirm("Delete this for good?", err=True):
            raise FailureError("Nothing was deleted.")
    for each in found:
        with step(f"Deleting the stack on port {each.port}"):
            each.forget()


def status(*, as_json: JsonOption = False, port: PortOption = None) -> None:
    """List the local stacks of this checkout: processes, memory, disk and shops."""
    from vitrine_cli.operations import local_status

    found = local_status.describe_stacks(port)
    if port is not None and not found:
        raise FailureError(f"No stack was started on port {port}.")
    free_memory, free_disk = local_status.free_memory(), local_status.free_disk()
    if as_json:
        machine = {"free_memory": free_memory, "free_disk": free_disk}
        print_json({"stacks": [asdict(each) for each in found], **machine})
        return
    table = Table("port", "state", "processes", "memory", "disk", "shops", box=None)
    for each in found:
        shops = ", ".join(f"{shop.shop} ({shop.images} images)" for shop in each.shops)
        sizes = size_text(each.memory), size_text(each.disk)
        table.add_row(str(each.port), each.state, str(each.processes), *sizes, shops)
    if found:
        print_table(table)
    else:
        console.print("No local stack.")
    console.print(f"Free: {size_text(free_memory)} of memory, {size_text(free_disk)} of disk.")
    for each in found:
        if each.full:
            console.print(
                f"Port {each.port}: no space left on the disk; what would store something gets 503."
            )
        if each.waiting:
            console.print(f"Port {each.port}: {each.waiting} storage events wait for functions.")
        if each.as_of is not None:
            console.print(
                f"Port {each.port}: its shops are as of {each.as_of}; 'vitrine up --port "
                f"{each.port}' says what was lost since.",
                soft_wrap=True,
            )
        if each.state == "deleted":
            console.print(
                f"Port {each.port}: its deletion was interrupted; "
                f"'vitrine down --port {each.port}' completes it.",
                soft_wrap=True,
            )

"""A local stack with a demo shop, as `vitrine up` starts it."""

import shutil
from collections.abc import Mapping
from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from gateway.dialects import NAMES
from vitrine_cli.local import gallery_page, launch, stacks
from vitrine_cli.local.stacks import Description, Stack
from vitrine_cli.local.workspace import exclusive_lock
from vitrine_cli.operations import (
    deployed_stack,
    gallery_upload,
    interrupted_take_downs,
    lambda_invoker,
    local_status,
    records,
    recovery,
    shop_credentials,
    shop_settings,
)
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.operations.seeds import Seed
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.progress import console, step

DEMO_SHOP = "1234"


def start_or_join(
    port: int, seed: Seed | None = None, *, as_written: bool = False
) -> tuple[Stack, bool]:
    """Start a stack with a demo shop, or find the stack that already runs on this port.

    A stack that was stopped goes on with its data. If it was killed, its catalogue is repaired and
    what was lost is printed.

    Args:
        port: the port.
        seed: where ids and secrets of the demo shop come from; None for random ones.
        as_written: whether the proxy leaves paths and headers as they are written.

    Returns:
        The stack, and whether this call started it.

    Raises:
        FailureError: the stack could not be started, or was made from another seed; none of the
            processes of this start is left running.
    """
    with exclusive_lock(f"port-{port}"):
        earlier = stacks.find(port)
        if earlier is not None and earlier.is_kept:
            _require_seed(earlier, seed)
            if earlier.alive:
                return earlier, False
        warning = local_status.require_room(local_status.free_disk(), local_status.free_memory())
        if warning:
            console.print(warning, soft_wrap=True)
        if earlier is not None:
            _require_data(earlier)
            _clear(earlier)
        resumed = earlier is not None and earlier.is_kept
        stack = launch.stopped_stack(earlier) if earlier and resumed else launch.new_stack(port)
        stack.as_written = as_written
        try:
            if resumed:
                _start_again(stack)
            else:
                _start_new(stack, seed)
        except BaseException as failure:
            replaced = bool(stack.processes) and not stack.is_current
            with step("Stopping" if stack.is_kept else "Removing the incomplete stack"):
                stack.stop()
            if replaced and isinstance(failure, Exception):  # also if another error came first
                raise FailureError("Another command stopped the stack while it started.") from None
            raise
        return stack, True


def _clear(earlier: Stack) -> None:
    """Stop what is left of a stack that does not run completely; remove it if it is incomplete."""
    if not earlier.is_kept:
        with step("Removing an incomplete stack"):
            earlier.stop()
    elif earlier.processes:
        with step("Stopping what is left of the stack"):
            earlier.stop()


def _require_data(earlier: Stack) -> None:
    if earlier.is_lost:
        raise FailureError(
            f"The file stack.json in {earlier.folder} is damaged or missing, so its data cannot be "
            f"used; 'vitrine up --reset --port {earlier.port}' deletes them and starts again."
        )


def _require_seed(stack: Stack, seed: Seed | None) -> None:
    if seed is not None and seed.fingerprint != stack.seed:
        raise FailureError(
            f"The stack on port {stack.port} was not made from this seed; 'vitrine up --reset "
            f"--port {stack.port} --seed …' deletes it and makes another."
        )


def _start_new(stack: Stack, seed: Seed | None) -> None:
    shutil.rmtree(stack.folder, ignore_errors=True)
    launch.launch_aws(stack)
    _provide_gallery_page(stack)
    stack.seed = seed.fingerprint if seed else ""
    with step("Creating the demo shop"):
        _create_demo_shop(stack, seed)
    stack.note_shops({DEMO_SHOP: 0})
    launch.store_state(stack)
    launch.launch_proxy(stack)


def _start_again(stack: Stack) -> None:
    interrupted = stack.is_unrepaired  # by an earlier start
    stack.is_unrepaired = stack.last_seen is not None
    try:
        deployed = launch.launch_aws(stack)
    except FailureError as failure:
        raise FailureError(
            f"{failure}\nThe stack's data is kept; 'vitrine up --reset --port {stack.port}' "
            "deletes it and starts with an empty stack."
        ) from None
    _provide_gallery_page(stack)
    _describe(stack, stack.shop.credentials)
    if stack.last_seen is not None:
        with step("Repairing the catalogue"):
            recovered = recovery.recover(stack, again=interrupted)
            stack.note_shops(local_status.images_by_shop(stack))
        console.print(str(recovered), soft_wrap=True)
        deployed = True
    if deployed:
        launch.store_state(stack)
    stack.is_unrepaired = False
    _carry_out_take_downs(stack)
    launch.launch_proxy(stack)


def _carry_out_take_downs(stack: Stack) -> None:
    """Carry out take-downs whose stream records were lost when the emulator ended."""
    found = interrupted_take_downs.interrupted_take_downs(records.local(stack))
    if not found:
        return
    deployed = deployed_stack.local(stack)
    invoke, function = lambda_invoker.invoker(deployed), deployed.function("TakeDown")
    with step(f"Carrying out take-downs that were under way ({len(found)})"):
        failures = interrupted_take_downs.carry_out(found, invoke, function)
    if failures:
        console.print(
            f"Take-downs that failed: {len(failures)} ({failures[0]}). 'vitrine down' and "
            "'vitrine up' try again.",
            soft_wrap=True,
            markup=False,
        )


def _provide_gallery_page(stack: Stack) -> None:
    """Build the gallery page, and upload it unless the stack has it.

    Without Node or its packages, the stack has none.
    """
    stack.without_gallery = stack.without_node
    if stack.without_node is not None:
        return
    try:
        with step("Building the gallery page"):
            built = gallery_page.build()
    except FailureError as failure:
        stack.without_gallery = str(failure)
        return
    wanted = gallery_page.fingerprint()
    if stack.page != wanted:
        gallery_upload.upload_page(deployed_stack.local(stack), built)
        stack.page = wanted


def stop(stack: Stack) -> None:
    """Stop a stack and keep its data, with a note of its shops."""
    if stack.alive:
        with suppress(ClientError, BotoCoreError):
            stack.note_shops(local_status.images_by_shop(stack))
    stack.stop()


def _create_demo_shop(stack: Stack, seed: Seed | None) -> None:
    _describe(stack, create_demo_shop(records.local(stack), seed))


def _describe(stack: Stack, logins: Mapping[str, Mapping[str, str]]) -> None:
    """Note what clients need to know, which completes the stack."""
    base_url = deployed_stack.local(stack).base_url
    folder = f"import/{DEMO_SHOP}/products/"
    stack.description = Description(
        base_url=base_url,
        media_url=f"{base_url}/media",
        product_images_url=f"{base_url}/media/{DEMO_SHOP}/product_images/",
        import_url=f"s3://{stack.outputs['OriginalsBucket']}/{folder}",
        shop=DEMO_SHOP,
        credentials=logins,
        gallery_url=f"{base_url}/gallery/" if stack.without_gallery is None else None,
        formats="accepted" if stack.without_node is None else "own",
    )
    stack.save()


def create_demo_shop(
    stored: StackRecords, seed: Seed | None = None
) -> dict[str, Mapping[str, str]]:
    """Create the demo shop, and a client of each dialect.

    Returns:
        What the client of each dialect sends, by dialect and name.
    """
    settings = {"openmage.store_views": "1:default,2:fr", **(seed.settings if seed else {})}
    shop = shop_settings.create_shop(stored, DEMO_SHOP, settings)
    shop_settings.open_host(stored, shop.id, "*")
    requests = (
        shop_credentials.CredentialRequest(shop.id, dialect, label="demo", seed=seed)
        for dialect in NAMES
    )
    return {each.dialect: shop_credentials.create_credential(stored, each)[1] for each in requests}

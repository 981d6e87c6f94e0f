"""A local stack with a demo shop, as `vitrine up` starts it."""

import shutil
from collections.abc import Mapping

from gateway.dialects import NAMES
from vitrine_cli.local import gallery_page, launch, stacks
from vitrine_cli.local.stacks import Description, Stack
from vitrine_cli.local.workspace import exclusive_lock
from vitrine_cli.operations import (
    deployed_stack,
    gallery_upload,
    records,
    shop_credentials,
    shop_settings,
)
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.operations.seeds import Seed
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.progress import step

DEMO_SHOP = "1234"


def start_or_join(port: int, seed: Seed | None = None) -> tuple[Stack, bool]:
    """Start a stack with a demo shop, or find the stack that already runs on this port.

    Args:
        port: the port.
        seed: where ids and secrets of the demo shop come from; None for random ones.

    Returns:
        The stack, and whether this call started it.

    Raises:
        FailureError: the stack could not be started; none of its processes is left running.
    """
    with exclusive_lock(f"port-{port}"):
        earlier = next((each for each in stacks.known() if each.port == port), None)
        if earlier is not None:
            if earlier.alive:
                return earlier, False
            with step("Removing an incomplete stack"):
                earlier.stop()
        stack = launch.new_stack(port)
        shutil.rmtree(stack.folder, ignore_errors=True)
        try:
            launch.launch(stack)
            _provide_gallery_page(stack)
            with step("Creating the demo shop"):
                _create_demo_shop(stack, seed)
        except BaseException:
            with step("Removing the incomplete stack"):
                stack.stop()
            raise
        return stack, True


def _provide_gallery_page(stack: Stack) -> None:
    """Build the gallery page and upload it. Without Node or its packages, the stack has none."""
    if stack.without_node is not None:
        stack.without_gallery = stack.without_node
        return
    try:
        with step("Building the gallery page"):
            built = gallery_page.build()
    except FailureError as failure:
        stack.without_gallery = str(failure)
        return
    gallery_upload.upload_page(deployed_stack.local(stack), built)


def _create_demo_shop(stack: Stack, seed: Seed | None) -> None:
    stored = records.local(stack)
    base_url = stored.base_url
    logins = create_demo_shop(stored, seed)
    stack.description = Description(
        base_url=base_url,
        media_url=f"{base_url}/media",
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

"""A local stack with a demo shop, as `vitrine up` starts it."""

import shutil

from gateway.dialects import NAMES
from vitrine_cli.local import launch, stacks
from vitrine_cli.local.stacks import Description, Stack
from vitrine_cli.local.workspace import exclusive_lock
from vitrine_cli.operations import records, shop_credentials, shop_settings
from vitrine_cli.ui.progress import step

DEMO_SHOP = "1234"


def start_or_join(port: int) -> tuple[Stack, bool]:
    """Start a stack with a demo shop, or find the stack that already runs on this port.

    Returns:
        The stack, and whether this call started it.

    Raises:
        FailureError: the stack could not be started; none of its processes is left running.
    """
    with exclusive_lock(f"port-{port}"):
        earlier = stacks.load(port)
        if earlier is not None:
            if earlier.alive:
                return earlier, False
            with step("Removing an incomplete stack"):
                earlier.stop()
        stack = launch.new_stack(port)
        shutil.rmtree(stack.folder, ignore_errors=True)
        try:
            launch.launch(stack)
            with step("Creating the demo shop"):
                _create_demo_shop(stack)
        except BaseException:
            with step("Removing the incomplete stack"):
                stack.stop()
            raise
        return stack, True


def _create_demo_shop(stack: Stack) -> None:
    base_url = f"http://localhost:{stack.port}"
    stored = records.local(stack, base_url)
    settings = {"openmage.store_views": "1:default,2:fr"}
    shop = shop_settings.create_shop(stored, DEMO_SHOP, settings)
    shop_settings.open_host(stored, shop.id, "*")
    logins = {
        dialect: shop_credentials.create_credential(
            stored, shop_credentials.CredentialRequest(shop.id, dialect, label="demo")
        )[1]
        for dialect in NAMES
    }
    stack.description = Description(
        base_url=base_url,
        media_url=f"{base_url}/media",
        shop=shop.id,
        credentials=logins,
        formats="accepted" if stack.without_node is None else "own",
    )
    stack.save()

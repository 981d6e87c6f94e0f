"""The records and objects of a deployed stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitrine.adapters.blobs import S3Blobs
from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.oauth_consumers import DynamoOAuthConsumers
from vitrine.adapters.oauth_secrets import SsmOAuthSecretStore
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine.ports import Stores
from vitrine_cli.operations import deployed_stack

if TYPE_CHECKING:
    from vitrine_cli.local.stacks import Stack
    from vitrine_cli.operations.deployed_stack import DeployedStack


@dataclass(frozen=True, slots=True)
class StackRecords:
    """The records and objects of a deployed stack.

    Attributes:
        stores: what the services use.
        shops: shops, credentials and registered products, with the writes that only an operator
            needs. It is the adapter in `stores.shops`.
        oauth_consumers: OAuth 1.0a consumers and their tokens.
        oauth_secrets: their secrets.
        table: the stack's table.
        base_url: URL of the stack's API.
    """

    stores: Stores
    shops: DynamoShops
    oauth_consumers: DynamoOAuthConsumers
    oauth_secrets: SsmOAuthSecretStore
    table: Table
    base_url: str
    native_url: str


def selected(stack: str | None, port: int | None) -> StackRecords:
    """The records of the stack that the options `--stack` and `--port` select.

    Args:
        stack: name of a stack on AWS; None for a local stack.
        port: port of a local stack; None for the only one.

    Raises:
        FailureError: there is no such stack, or AWS cannot be reached.
    """
    return deployed(deployed_stack.selected(stack, port))


def local(stack: Stack) -> StackRecords:
    """The records of a stack on this machine."""
    return deployed(deployed_stack.local(stack))


def deployed(stack: DeployedStack) -> StackRecords:
    """The records of a deployed stack."""
    outputs = stack.outputs
    table = Table(stack.dynamodb(), outputs["Table"])
    shops = DynamoShops(table)
    return StackRecords(
        stores=Stores(
            shops=shops,
            galleries=DynamoGalleries(table),
            library=DynamoLibrary(table),
            blobs=S3Blobs(stack.s3(), outputs["OriginalsBucket"], outputs["MediaBucket"]),
            imports=DynamoImports(table),
        ),
        shops=shops,
        oauth_consumers=DynamoOAuthConsumers(table),
        oauth_secrets=SsmOAuthSecretStore(stack.ssm(), secrets_path(stack.name)),
        table=table,
        base_url=stack.base_url,
        native_url=stack.native_url,
    )


def secrets_path(stack: str) -> str:
    """The parameter path where the template's functions read OAuth secrets."""
    return f"/vitrine/{stack}/oauth"

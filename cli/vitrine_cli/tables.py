"""Where a stack's records and bytes are: on this machine, or in the AWS account at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from vitrine.adapters.blobs import S3Blobs
from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.pairs import DynamoPairs
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine.adapters.vault import SsmVault
from vitrine_cli import deployment, emulator, stacks
from vitrine_cli.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Records:
    """A stack's records, and the bytes they are of.

    Attributes:
        shops: shops, their credentials and registered products.
        galleries: records of images.
        imports: what became of files in the import folder.
        pairs: consumers and tokens of clients that sign.
        vault: the secrets they sign with.
        blobs: originals and public pictures.
        base_url: where the stack's clients send their requests.
    """

    shops: DynamoShops
    galleries: DynamoGalleries
    imports: DynamoImports
    pairs: DynamoPairs
    vault: SsmVault
    blobs: S3Blobs
    base_url: str

    @classmethod
    def at(cls, table: Table, vault: SsmVault, blobs: S3Blobs, base_url: str) -> Records:
        """The records in a table, with the secrets beside it and the bytes in their buckets."""
        return cls(
            DynamoShops(table),
            DynamoGalleries(table),
            DynamoImports(table),
            DynamoPairs(table),
            vault,
            blobs,
            base_url,
        )


def local(stack: stacks.Stack, base_url: str) -> Records:
    """The records of a stack on this machine."""
    session, outputs = emulator.session(), stack.outputs
    table = Table(session.client("dynamodb", endpoint_url=stack.endpoint), outputs["Table"])
    secrets = session.client("ssm", endpoint_url=stack.endpoint)
    vault = SsmVault(secrets, _secrets_path(deployment.STACK))
    blobs = _blobs(session.client("s3", endpoint_url=stack.endpoint), outputs)
    return Records.at(table, vault, blobs, base_url)


def on_aws(name: str) -> Records:
    """The records of a stack in the AWS account at hand.

    Raises:
        FailureError: there is no such stack, or the account is out of reach.
    """
    try:
        session = boto3.Session()
        outputs = deployment.stack_outputs(session.client("cloudformation"), name)
        table = Table(session.client("dynamodb"), outputs["Table"])
        vault = SsmVault(session.client("ssm"), _secrets_path(name))
        blobs = _blobs(session.client("s3"), outputs)
        return Records.at(table, vault, blobs, outputs["ApiUrl"])
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The stack '{name}' cannot be reached: {error}") from None
    except KeyError:
        raise FailureError(f"The stack '{name}' is not one of Vitrine's.") from None


def _secrets_path(stack: str) -> str:
    """Where the template's functions look for the secrets of clients that sign."""
    return f"/vitrine/{stack}/oauth"


def _blobs(client: S3Client, outputs: Mapping[str, str]) -> S3Blobs:
    return S3Blobs(client, outputs["OriginalsBucket"], outputs["MediaBucket"])


def of(stack: str | None, port: int | None) -> Records:
    """The records that an operator means: of stack `stack` on AWS, else of a local one.

    Raises:
        FailureError: there is no such stack.
    """
    if stack is not None and port is not None:
        raise FailureError("--stack names a stack on AWS, --port one on this machine: choose one.")
    if stack is not None:
        return on_aws(stack)
    running = stacks.running(port)
    return local(running, f"http://localhost:{running.port}")

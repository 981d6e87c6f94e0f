"""Where a stack's records and bytes are: on this machine, or in the AWS account at hand."""

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
from vitrine_cli import clouds

if TYPE_CHECKING:
    from vitrine_cli import stacks
    from vitrine_cli.clouds import Cloud


@dataclass(frozen=True, slots=True)
class Records:
    """A stack's records, and the bytes they are of.

    Attributes:
        shops: shops, their credentials and registered products.
        galleries: records of images.
        library: records of images that belong to no product.
        imports: what became of files in the import folder.
        pairs: consumers and tokens of clients that sign.
        vault: the secrets they sign with.
        blobs: originals and public pictures.
        base_url: where the stack's clients send their requests.
    """

    shops: DynamoShops
    galleries: DynamoGalleries
    library: DynamoLibrary
    imports: DynamoImports
    oauth_consumers: DynamoOAuthConsumers
    oauth_secrets: SsmOAuthSecretStore
    blobs: S3Blobs
    base_url: str

    @classmethod
    def at(
        cls, table: Table, oauth_secrets: SsmOAuthSecretStore, blobs: S3Blobs, base_url: str
    ) -> Records:
        """The records in a table, with the secrets beside it and the bytes in their buckets."""
        return cls(
            DynamoShops(table),
            DynamoGalleries(table),
            DynamoLibrary(table),
            DynamoImports(table),
            DynamoOAuthConsumers(table),
            oauth_secrets,
            blobs,
            base_url,
        )


def local(stack: stacks.Stack, base_url: str) -> Records:
    """The records of a stack on this machine."""
    return at(clouds.local(stack), base_url)


def at(cloud: Cloud, base_url: str = "") -> Records:
    """The records of a stack.

    Args:
        cloud: where it is.
        base_url: where its clients send their requests, if not to where its template says.
    """
    outputs = cloud.outputs
    table = Table(cloud.dynamodb(), outputs["Table"])
    vault = SsmOAuthSecretStore(cloud.ssm(), _secrets_path(cloud.name))
    blobs = S3Blobs(cloud.s3(), outputs["OriginalsBucket"], outputs["MediaBucket"])
    return Records.at(table, vault, blobs, base_url or outputs["ApiUrl"])


def _secrets_path(stack: str) -> str:
    """Where the template's functions look for the secrets of clients that sign."""
    return f"/vitrine/{stack}/oauth"


def of(stack: str | None, port: int | None) -> Records:
    """The records that an operator means: of stack `stack` on AWS, else of a local one.

    Raises:
        FailureError: there is no such stack, or it is out of reach.
    """
    cloud = clouds.of(stack, port)
    return at(cloud, cloud.base_url)

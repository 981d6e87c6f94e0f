"""What a function finds where it runs: its settings, and the adapters they lead to.

Built once per process; tests put their own in place with `use`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from vitrine.access.callers import Access
from vitrine.clock import now
from vitrine.domain.renditions import Alternative
from vitrine.domain.shops import Shop
from vitrine.ports import Functions, Remote, Stores
from vitrine.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Environment:
    """The world of one running function.

    Attributes:
        stores: all adapters that read or write stored state.
        remote: downloads by URL.
        functions: other functions of the same stack.
        access: tells callers by their credentials.
        media_url: where the CDN serves public pictures, without a slash at the end.
        public_url: where clients reach the API when something stands in front of it, without a
            slash at the end; empty for the host they call.
        alternatives: formats in which renditions are to exist beside their own.
        clock: tells the present moment, UTC.
    """

    stores: Stores
    remote: Remote
    functions: Functions
    access: Access
    media_url: str
    public_url: str = ""
    alternatives: tuple[Alternative, ...] = ()
    clock: Callable[[], datetime] = now

    def catalogue(self, shop: Shop) -> Catalogue:
        """The catalogue of one shop."""
        return Catalogue(shop, self.stores, self.remote, self.clock)


_in_use: list[Environment] = []


def current() -> Environment:
    """The environment of this process."""
    return _in_use[-1] if _in_use else _on_aws()


def prepare() -> None:
    """Build the environment now, if this process is a function that starts.

    A starting function has whole processors to itself, a request only its share of one: importing
    boto3 takes a request of a 512 MB function several times as long.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        _on_aws()


@contextmanager
def use(environment: Environment) -> Iterator[None]:
    """Let `environment` be the current one inside the block."""
    _in_use.append(environment)
    try:
        yield
    finally:
        _in_use.remove(environment)


@cache
def _on_aws() -> Environment:
    import boto3
    from botocore.config import Config

    from vitrine.adapters.blobs import SIGNED, S3Blobs
    from vitrine.adapters.functions import LambdaFunctions
    from vitrine.adapters.galleries import DynamoGalleries
    from vitrine.adapters.imports import DynamoImports
    from vitrine.adapters.library import DynamoLibrary
    from vitrine.adapters.remote import HttpRemote
    from vitrine.adapters.shops import DynamoShops
    from vitrine.adapters.table import Table

    # Small calls to near services: give up on a dead connection soon and try again, so that even
    # the last failure is answered before the function's time is up.
    config = Config(
        connect_timeout=1,
        read_timeout=3,
        max_pool_connections=16,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    patient = Config(connect_timeout=1, read_timeout=26, retries={"total_max_attempts": 1})
    table = Table(boto3.client("dynamodb", config=config), os.environ["TABLE"])
    public_url = os.environ.get("PUBLIC_URL", "").rstrip("/")
    oauth = None
    if path := os.environ.get("OAUTH_SECRETS"):  # only functions whose dialect signs have it
        from vitrine.access.oauth import OAuth
        from vitrine.adapters.oauth_consumers import DynamoOAuthConsumers
        from vitrine.adapters.oauth_secrets import SsmOAuthSecretStore

        oauth = OAuth(
            DynamoOAuthConsumers(table),
            SsmOAuthSecretStore(boto3.client("ssm", config=config), path),
            public_url,
            plaintext_over_http=os.environ.get("OAUTH_PLAINTEXT_OVER_HTTP") == "yes",
        )
    originals, media = os.environ["ORIGINALS_BUCKET"], os.environ["MEDIA_BUCKET"]
    shops = DynamoShops(table)
    return Environment(
        stores=Stores(
            shops=shops,
            galleries=DynamoGalleries(table),
            library=DynamoLibrary(table),
            blobs=S3Blobs(
                boto3.client("s3", config=config.merge(Config(**SIGNED))), originals, media
            ),
            imports=DynamoImports(table),
        ),
        remote=HttpRemote(allow_loopback=os.environ.get("FETCH_FROM_LOOPBACK") == "yes"),
        functions=LambdaFunctions(
            lambda: boto3.client("lambda", config=patient), os.environ.get("STACK", "")
        ),
        access=Access(shops, oauth=oauth),
        media_url=os.environ.get("MEDIA_URL", "").rstrip("/"),
        public_url=public_url,
        alternatives=tuple(
            Alternative[name.upper()]
            for name in os.environ.get("ALTERNATIVES", "").split(",")
            if name
        ),
    )

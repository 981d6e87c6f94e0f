"""The environment of a function: its settings and adapters, built once per process at cold start.

Tests replace it with `use`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from vitrine.access.callers import Access
from vitrine.clock import now
from vitrine.domain.public_urls import host_of
from vitrine.domain.renditions import Alternative
from vitrine.domain.shops import Shop
from vitrine.ports import Functions, Remote, Stores
from vitrine.services.catalogue import CLIENT_RETRY, Catalogue, RetryPolicy


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings and adapters of one running function.

    Attributes:
        stores: all adapters that read or write stored state.
        remote: downloads by URL.
        functions: other functions of the same stack.
        access: authenticates callers.
        media_url: the CDN's URL of public pictures, without a trailing slash.
        public_url: the API's URL for clients behind a proxy or a custom domain, without a trailing
            slash; empty if clients call the API's own host.
        alternatives: the enabled alternative formats of renditions.
        clock: the current time, UTC.
        media_aliases: further hosts that serve public pictures.
    """

    stores: Stores
    remote: Remote
    functions: Functions
    access: Access
    media_url: str
    public_url: str = ""
    alternatives: tuple[Alternative, ...] = ()
    clock: Callable[[], datetime] = now
    media_aliases: frozenset[str] = frozenset()

    def catalogue(self, shop: Shop, host: str = "", retry: RetryPolicy = CLIENT_RETRY) -> Catalogue:
        """The catalogue of one shop.

        Args:
            shop: the tenant.
            host: the host that the client called; empty if there is no client.
            retry: how often changes are retried while other writers win.
        """
        urls = (self.media_url, self.public_url, f"https://{host}")
        hosts = self.media_aliases | {host_of(url) for url in urls}
        known = frozenset(hosts - {""})
        return Catalogue(shop, self.stores, self.remote, self.clock, retry, known)


_in_use: list[Environment] = []


def current() -> Environment:
    """The environment of this process."""
    return _in_use[-1] if _in_use else _on_aws()


def prepare() -> None:
    """Build the environment now, at cold start, if this process is a Lambda function.

    A function has whole processors while it initializes, but only a share of one while it handles
    a request: in a 512 MB function, importing boto3 would take several times as long.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        _on_aws()


@contextmanager
def use(environment: Environment) -> Iterator[None]:
    """Make `environment` the current one inside the block."""
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

    # Calls are small and services near: a dead connection times out soon and is retried, so that
    # even the last failure is answered before the function times out.
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
    if path := os.environ.get("OAUTH_SECRETS"):  # only in functions whose dialect has signatures
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
        media_aliases=frozenset(filter(None, os.environ.get("MEDIA_ALIASES", "").split(","))),
    )

"""The environment of a function: its settings and adapters, built once per process at cold start.

Tests replace it with `use`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from vitrine.access.callers import Access
from vitrine.clock import now
from vitrine.domain.public_urls import host_of
from vitrine.domain.renditions import Alternative
from vitrine.domain.shops import Shop
from vitrine.ports import (
    Cdn,
    Functions,
    IdempotencyKeys,
    RateLimit,
    Remote,
    Stores,
    TakeDowns,
)
from vitrine.records import dataclass
from vitrine.services.catalogue import CLIENT_RETRY, Catalogue, RetryPolicy

if TYPE_CHECKING:
    from vitrine.access.oauth import OAuth
    from vitrine.adapters.clients import Boto3Clients, SmallClients
    from vitrine.adapters.table import Table
    from vitrine.ports import Blobs, Imports, Library

    Clients = Boto3Clients | SmallClients


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings and adapters of one running function.

    Attributes:
        stores: all adapters that read or write stored state.
        remote: downloads by URL.
        functions: other functions of the same stack.
        access: authenticates callers.
        idempotency_keys: the keys of repeated requests, and their answers.
        rate_limit: counts the requests for missing pictures.
        take_downs: take-downs that were begun.
        cdn: the CDN in front of public pictures.
        media_url: the CDN's URL of public pictures, without a trailing slash.
        public_url: the API's URL for clients behind a proxy or a custom domain, without a trailing
            slash; empty if clients call the API's own host.
        alternatives: the enabled alternative formats of renditions.
        clock: the current time, UTC.
        media_aliases: further hosts that serve public pictures.
        tags_imported: whether imported files are tagged, so that a lifecycle rule deletes them.
    """

    stores: Stores
    remote: Remote
    functions: Functions
    access: Access
    idempotency_keys: IdempotencyKeys
    rate_limit: RateLimit
    take_downs: TakeDowns
    cdn: Cdn
    media_url: str
    public_url: str = ""
    alternatives: tuple[Alternative, ...] = ()
    clock: Callable[[], datetime] = now
    media_aliases: frozenset[str] = frozenset()
    tags_imported: bool = False

    def catalogue(self, shop: Shop, host: str = "", retry: RetryPolicy = CLIENT_RETRY) -> Catalogue:
        """The catalogue of one shop.

        Args:
            shop: the tenant.
            host: the host that the client called, as its header says; empty if there is no client.
            retry: how often changes are retried while other writers win.
        """
        hosts = {host_of(self.media_url), host_of(self.public_url), _called(host)}
        hosts |= self.media_aliases
        known = frozenset(hosts - {""})
        return Catalogue(shop, self.stores, self.remote, self.clock, retry, known)


def _called(host: str) -> str:
    """The host in a header `Host`; empty if it is none, such as an unclosed bracket."""
    try:
        return host_of(f"https://{host}")
    except ValueError:
        return ""


_in_use: list[Environment] = []


def current() -> Environment:
    """The environment of this process."""
    return _in_use[-1] if _in_use else _on_aws()[0]


Part = Literal["library", "blobs", "imports", "remote", "functions", "take_downs", "cdn"]
"""An adapter that only some functions use; all others are built for every function."""


def prepare(*parts: Part) -> None:
    """Build the environment now, with these parts, if this process is a Lambda function.

    A function has whole processors while it initializes, but only a share of one while it handles
    a request: what is left to the first request takes three times as long in a 512 MB
    function. A part that is not named here is built when it is first used.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        _, deferred = _on_aws()
        for part in parts:
            deferred[part].build()
        gc.freeze()
        gc.enable()


@contextmanager
def use(environment: Environment) -> Iterator[None]:
    """Make `environment` the current one inside the block."""
    _in_use.append(environment)
    try:
        yield
    finally:
        _in_use.remove(environment)


class _Deferred:
    """An adapter that is built when it is first used."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.build = cache(make)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.build(), name)


@cache
def _on_aws() -> tuple[Environment, Mapping[Part, _Deferred]]:
    """The environment of a deployed function, and those parts of it that may be built later."""
    from vitrine.adapters.clients import clients
    from vitrine.adapters.galleries import DynamoGalleries
    from vitrine.adapters.shops import DynamoShops
    from vitrine.adapters.table import Table

    aws = clients()
    table = Table(aws.dynamodb(), os.environ["TABLE"])
    shops = DynamoShops(table)
    public_url = os.environ.get("PUBLIC_URL", "").rstrip("/")
    deferred: dict[Part, Any] = {
        "library": _Deferred(lambda: _library(table)),
        "blobs": _Deferred(lambda: _blobs(aws)),
        "imports": _Deferred(lambda: _imports(table)),
        "remote": _Deferred(_remote),
        "functions": _Deferred(lambda: _functions(aws)),
        "take_downs": _Deferred(lambda: _take_downs(table)),
        "cdn": _Deferred(lambda: _cdn(aws)),
    }
    environment = Environment(
        stores=Stores(
            shops=shops,
            galleries=DynamoGalleries(table),
            library=deferred["library"],
            blobs=deferred["blobs"],
            imports=deferred["imports"],
        ),
        remote=deferred["remote"],
        functions=deferred["functions"],
        access=Access(shops, oauth=_oauth(aws, table, public_url)),
        idempotency_keys=cast("IdempotencyKeys", _Deferred(lambda: _idempotency_keys(table))),
        rate_limit=cast("RateLimit", _Deferred(lambda: _rate_limit(table))),
        take_downs=deferred["take_downs"],
        cdn=deferred["cdn"],
        media_url=os.environ.get("MEDIA_URL", "").rstrip("/") or _media_url(aws),
        public_url=public_url,
        alternatives=tuple(
            Alternative[name.upper()]
            for name in os.environ.get("ALTERNATIVES", "").split(",")
            if name
        ),
        media_aliases=frozenset(filter(None, os.environ.get("MEDIA_ALIASES", "").split(","))),
        tags_imported=os.environ.get("TAG_IMPORTED") == "yes",
    )
    return environment, deferred


def _media_url(aws: Clients) -> str:
    """The URL of public pictures in the parameter that `MEDIA_URL_PARAMETER` names.

    Functions that the CDN's definition depends on cannot refer to the CDN in their settings.
    """
    name = os.environ.get("MEDIA_URL_PARAMETER")
    return _parameter(aws, name) if name else ""


def _parameter(aws: Clients, name: str) -> str:
    return aws.ssm().get_parameter(Name=name)["Parameter"]["Value"]


def _library(table: Table) -> Library:
    from vitrine.adapters.library import DynamoLibrary

    return DynamoLibrary(table)


def _blobs(aws: Clients) -> Blobs:
    from vitrine.adapters.blobs import S3Blobs

    return S3Blobs(
        aws.s3(),
        os.environ["ORIGINALS_BUCKET"],
        os.environ["MEDIA_BUCKET"],
        os.environ.get("UPLOAD_URL", ""),
    )


def _idempotency_keys(table: Table) -> IdempotencyKeys:
    from vitrine.adapters.idempotency_keys import DynamoIdempotencyKeys

    return DynamoIdempotencyKeys(table)


def _rate_limit(table: Table) -> RateLimit:
    from vitrine.adapters.rate_limit import DynamoRateLimit

    return DynamoRateLimit(table)


def _take_downs(table: Table) -> TakeDowns:
    from vitrine.adapters.take_downs import DynamoTakeDowns

    return DynamoTakeDowns(table)


def _cdn(aws: Clients) -> Cdn:
    """The CDN, whose id is in the parameter that `DISTRIBUTION_PARAMETER` names."""
    from vitrine.adapters.cdn import CloudFrontCdn

    distribution = _parameter(aws, os.environ["DISTRIBUTION_PARAMETER"])
    return CloudFrontCdn(aws.cloudfront(), distribution)


def _imports(table: Table) -> Imports:
    from vitrine.adapters.imports import DynamoImports

    return DynamoImports(table)


def _remote() -> Remote:
    from vitrine.adapters.remote import HttpRemote

    return HttpRemote(allow_loopback=os.environ.get("FETCH_FROM_LOOPBACK") == "yes")


def _functions(aws: Clients) -> Functions:
    from vitrine.adapters.functions import LambdaFunctions

    return LambdaFunctions(aws.functions, os.environ.get("STACK", ""))


def _oauth(aws: Clients, table: Table, public_url: str) -> OAuth | None:
    """What checks signatures: only functions whose dialect signs have it."""
    path = os.environ.get("OAUTH_SECRETS")
    if not path:
        return None
    from vitrine.access.oauth import OAuth
    from vitrine.adapters.oauth_consumers import DynamoOAuthConsumers
    from vitrine.adapters.oauth_secrets import SsmOAuthSecretStore

    return OAuth(
        DynamoOAuthConsumers(table),
        SsmOAuthSecretStore(aws.ssm(), path),
        public_url,
        plaintext_over_http=os.environ.get("OAUTH_PLAINTEXT_OVER_HTTP") == "yes",
    )

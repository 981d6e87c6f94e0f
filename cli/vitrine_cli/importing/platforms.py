"""Opening a platform as a source: where its API is, and how its requests are authorized."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vitrine.domain.imports import FILES, SOURCE_MARK
from vitrine_cli.importing import rate_limits
from vitrine_cli.importing.platform_client import PlatformClient, http_client
from vitrine_cli.importing.sources import bigcommerce, evotor, openmage, tiendanube
from vitrine_cli.operations.shop_settings import store_views
from vitrine_cli.ui.failure import FailureError, UsageError

if TYPE_CHECKING:
    from vitrine.domain.shops import Shop
    from vitrine_cli.importing.source import Source

_MOST_OF_OPENMAGE = 2
"""Downloads at once from a shop's own server, which serves its customers meanwhile."""
TOKEN_VARIABLE = "VITRINE_IMPORT_TOKEN"
_CONTACT = "https://github.com/vitrine-images/vitrine"
_STORE = re.compile(r"[A-Za-z0-9-]{1,64}")
_KEYS = ("consumer_key", "consumer_secret", "token", "token_secret")


class Kind(StrEnum):
    """A platform that images are imported from."""

    TIENDANUBE = "tiendanube"
    BIGCOMMERCE = "bigcommerce"
    OPENMAGE = "openmage"
    EVOTOR = "evotor"


_HOSTS = {
    Kind.TIENDANUBE: "https://api.tiendanube.com",
    Kind.BIGCOMMERCE: "https://api.bigcommerce.com",
    Kind.EVOTOR: "https://api.evotor.ru",
}
_VERSIONS = {Kind.TIENDANUBE: ("v1", "2025-03"), Kind.BIGCOMMERCE: ("v3", "v2")}
_SCOPES = {
    Kind.TIENDANUBE: tiendanube.SCOPE,
    Kind.BIGCOMMERCE: bigcommerce.SCOPE,
    Kind.OPENMAGE: openmage.SCOPE,
    Kind.EVOTOR: evotor.SCOPE,
}


_OPTIONS = {
    "kind": "--from",
    "url": "--source",
    "store": "--store",
    "version": "--api",
    "store_views": "--store-views",
    "by_sku": "--product-key",
    "media_base": "--media-base",
}
"""Options that an import keeps from its beginning to its end, by their names here."""


@dataclass(frozen=True, slots=True)
class PlatformOptions:
    """Which store of a platform is read, and how.

    Attributes:
        kind: the platform.
        url: URL of its API; empty for the platform's own.
        store: the store's id there. OpenMage has none.
        version: the version of its API; empty for the first that Vitrine reads.
        store_views: codes of store views here, by the view's id at OpenMage.
        by_sku: whether products of OpenMage are called by their SKU.
        media_base: where BigCommerce's originals are instead of the platform's own places.
        share: the part of BigCommerce's quota that is used.
    """

    kind: Kind
    url: str = ""
    store: str = ""
    version: str = ""
    store_views: dict[str, str] = field(default_factory=dict)
    by_sku: bool = False
    media_base: str = ""
    share: float = 0.5

    @property
    def prefix(self) -> str:
        """How the paths of its images begin."""
        store = self.store if self.kind is not Kind.OPENMAGE else urlsplit(self.base).netloc
        return f"{SOURCE_MARK}{self.kind}/{store}"

    @property
    def complete(self) -> PlatformOptions:
        """The same options, of which no URL and no version is left to the platform."""
        version = self.version or _VERSIONS.get(self.kind, ("",))[0]
        return replace(self, url=self.base, version=version)

    @property
    def arguments(self) -> list[str]:
        """The options of the command that name the store."""
        if self.kind is Kind.OPENMAGE:
            return ["--from", self.kind.value, "--source", self.base]
        return ["--from", self.kind.value, "--store", self.store]

    def at_once(self, wanted: int) -> tuple[int, bool]:
        """How many downloads at once the platform gets at most, given how many are wanted.

        Returns:
            The number, and whether it becomes 1 if the platform becomes slow.
        """
        is_own_server = self.kind is Kind.OPENMAGE
        return min(wanted, _MOST_OF_OPENMAGE) if is_own_server else wanted, is_own_server

    @property
    def base(self) -> str:
        """URL of the API, without a slash at its end.

        Raises:
            UsageError: it is missing or none, it has a password, which messages and the ledger
                would show, or a token would travel unencrypted.
        """
        url = (self.url or _HOSTS.get(self.kind, "")).rstrip("/")
        try:
            parts = urlsplit(url)
            is_url = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            is_url = False
        if is_url and "@" in parts.netloc:
            raise UsageError("--source must have no user or password.")
        if not is_url or parts.query or parts.fragment:
            raise UsageError(f"--source '{self.url}' is no URL of {self.kind}'s API.")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise UsageError("--source needs https: the token would travel unencrypted.")
        return url


def read_secret(file: Path | None, ask: Callable[[], str]) -> str:
    """The platform's token: from a file, an environment variable, or the operator.

    Args:
        file: the file; None for none.
        ask: asks the operator, without showing the answer.

    Raises:
        UsageError: the file cannot be read, or the token is empty.
    """
    if file is not None:
        try:
            secret = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise UsageError(f"The token file {file} cannot be read.") from None
    else:
        secret = os.environ.get(TOKEN_VARIABLE, "").strip() or ask().strip()
    is_plain = secret.isascii() and secret.isprintable()
    if not secret or not (is_plain or secret.startswith("{")):
        raise UsageError("The token is empty, or has characters that no token has.")
    return secret


def open_platform(
    options: PlatformOptions,
    secret: str,
    wait: Callable[[float], bool],
    tell: Callable[[str], None],
    decide: Callable[[str], tuple[str, str]],
) -> Source:
    """A platform's store as a source.

    Args:
        options: which store.
        secret: the token; for OpenMage a JSON object with the four values of OAuth 1.0a.
        wait: waits for a number of seconds; False if the import is to end.
        tell: shows a message to the operator.
        decide: the main language here, given that of Tiendanube's store, and a note about it.

    Raises:
        UsageError: an option is missing or wrong.
    """
    version = _version(options)
    _require_store(options)
    rules: dict[Kind, rate_limits.Rule] = {
        Kind.TIENDANUBE: rate_limits.tiendanube,
        Kind.BIGCOMMERCE: rate_limits.bigcommerce(options.share),
        Kind.OPENMAGE: rate_limits.openmage,
        Kind.EVOTOR: rate_limits.evotor,
    }
    scope, base = _SCOPES[options.kind], options.base
    match options.kind:
        case Kind.TIENDANUBE:
            http = http_client(tiendanube.headers(secret, _CONTACT))
            client = PlatformClient(base, http, rules[options.kind], wait, tell, scope)
            return tiendanube.Tiendanube(client, options.store, decide, version)
        case Kind.BIGCOMMERCE:
            http = http_client(bigcommerce.headers(secret))
            client = PlatformClient(base, http, rules[options.kind], wait, tell, scope)
            return bigcommerce.BigCommerce(client, options.store, version, options.media_base)
        case Kind.OPENMAGE:
            http = http_client(openmage.HEADERS, _signed(secret))
            client = PlatformClient(base, http, rules[options.kind], wait, tell, scope)
            name = urlsplit(base).netloc
            return openmage.OpenMage(client, name, options.store_views, options.by_sku)
        case Kind.EVOTOR:
            http = http_client(evotor.headers(secret))
            client = PlatformClient(base, http, rules[options.kind], wait, tell, scope)
            return evotor.Evotor(client, options.store)


def _version(options: PlatformOptions) -> str:
    """The version of the platform's API."""
    versions = _VERSIONS.get(options.kind, ("",))
    version = options.version or versions[0]
    if version not in versions:
        raise UsageError(f"--api of {options.kind} is one of: {', '.join(versions)}.")
    return version


def _require_store(options: PlatformOptions) -> None:
    """Refuse a store whose id is missing or none."""
    if not options.store and options.kind is not Kind.OPENMAGE:
        raise UsageError(f"--store is needed for {options.kind}.")
    if options.store and not _STORE.fullmatch(options.store):
        raise UsageError(f"--store '{options.store}' is no store's id: letters, digits and '-'.")


@dataclass(frozen=True, slots=True)
class PlatformChoice:
    """What the command's options say of a platform. Empty or None: the option is not given.

    Attributes:
        kind: the platform, or `FILES` for folders and CSV files.
        url: URL of its API.
        store: the store's id there.
        version: the version of its API.
        store_views: store views, such as `1:default,2:fr`.
        product_key: `id` or `sku`.
        media_base: where BigCommerce's originals are.
        share: the part of BigCommerce's quota that is used.
    """

    kind: str | None = None
    url: str = ""
    store: str = ""
    version: str = ""
    store_views: str = ""
    product_key: str = ""
    media_base: str = ""
    share: float | None = None

    @property
    def prefix(self) -> str:
        """How the paths of the source's images begin, as far as the options tell it."""
        if self.kind is None or self.kind == FILES:
            return "" if self.kind is None else f"{SOURCE_MARK}{FILES}"
        known = PlatformOptions(Kind(self.kind), self.url, self.store)
        tells = self.url if known.kind is Kind.OPENMAGE else self.store
        return known.prefix if tells else f"{SOURCE_MARK}{known.kind}"

    def completed(self, noted: PlatformOptions | None) -> PlatformOptions | None:
        """The options of the platform; None if none is chosen.

        Args:
            noted: the options of the import that is continued, from which those that are not given
                are taken; None for a new one.

        Raises:
            UsageError: an option has a value that it cannot have, or another one than that import.
        """
        kind = None if self.kind is None or self.kind == FILES else Kind(self.kind)
        known = noted or (None if kind is None else PlatformOptions(kind))
        if known is None:
            return None
        chosen = PlatformOptions(
            kind or known.kind,
            self.url or known.url,
            self.store or known.store,
            self.version or known.version,
            parse_store_views(self.store_views) or known.store_views,
            self.product_key == "sku" if self.product_key else known.by_sku,
            self.media_base or known.media_base,
            self.share or known.share,
        )
        if noted is not None:
            _require_same(chosen, noted)
        return chosen


def _require_same(chosen: PlatformOptions, noted: PlatformOptions) -> None:
    """Refuse options with which an import would go on in another way than it was begun.

    Raises:
        UsageError: one of them differs.
    """
    for name, option in _OPTIONS.items():
        if getattr(chosen.complete, name) != getattr(noted.complete, name):
            raise UsageError(
                f"The import was begun with another {option}; leave it out, as --resume remembers "
                "it, or start again without --resume."
            )


def require_store_views(options: PlatformOptions, shop: Shop) -> None:
    """Refuse store views of the source that a shop does not have, before anything is read.

    Raises:
        FailureError: the shop has no store view of one of the codes.
    """
    known = store_views(shop).values()
    for code in options.store_views.values():
        if code not in known:
            raise FailureError(
                f"Shop '{shop.id}' has no store view '{code}': it has {', '.join(known)} (setting "
                "openmage.store_views)."
            )


def parse_store_views(text: str) -> dict[str, str]:
    """Codes of store views by their ids at the source, from `1:default,2:fr`.

    Raises:
        UsageError: it has another form.
    """
    pairs = [each.strip().partition(":") for each in text.split(",") if each.strip()]
    if any(not (view.isascii() and view.isdigit() and code) for view, _, code in pairs):
        raise UsageError(f"--store-views '{text}' has not the form 1:default,2:fr.")
    return {view: code for view, _, code in pairs}


def _signed(secret: str) -> openmage.SignedRequests:
    try:
        values = json.loads(secret)
        key, consumer_secret, token, token_secret = (str(values[name]) for name in _KEYS)
    except (ValueError, KeyError, TypeError):
        names = ", ".join(_KEYS)
        raise UsageError(f"The token of OpenMage is a JSON object with {names}.") from None
    return openmage.SignedRequests((key, consumer_secret), (token, token_secret))

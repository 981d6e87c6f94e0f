"""Shared fixtures: a shop in memory, and clients of it."""

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from tests import pictures
from tests.fakes import (
    FakeBlobs,
    FakeCdn,
    FakeFunctions,
    FakeGalleries,
    FakeIdempotencyKeys,
    FakeImports,
    FakeLibrary,
    FakeOAuthConsumers,
    FakeOAuthSecretStore,
    FakeRateLimit,
    FakeRemote,
    FakeShops,
    FakeTakeDowns,
)

from vitrine import environment
from vitrine.access.callers import Access
from vitrine.access.issuing import issue_consumer
from vitrine.access.oauth import OAuth
from vitrine.clock import now
from vitrine.domain.credentials import Credential, Keys, digest_of
from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.images import Image, Original, Texts
from vitrine.domain.locations import original_address
from vitrine.domain.pictures import Format
from vitrine.domain.shops import ProductMode, Shop
from vitrine.environment import Environment
from vitrine.ports import Stores
from vitrine.services.catalogue import Catalogue

# Machines that run these tests are shared: a slow example is no finding.
settings.register_profile("shared", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("shared")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded, from all workers."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(str(value))


MEDIA_URL = "https://cdn.example/media"


@dataclass
class World:
    """The environment of a function, in memory."""

    shops: FakeShops = field(default_factory=FakeShops)
    galleries: FakeGalleries = field(default_factory=FakeGalleries)
    blobs: FakeBlobs = field(default_factory=FakeBlobs)
    oauth_secrets: FakeOAuthSecretStore = field(default_factory=FakeOAuthSecretStore)
    remote: FakeRemote = field(default_factory=FakeRemote)
    functions: FakeFunctions = field(default_factory=FakeFunctions)
    idempotency_keys: FakeIdempotencyKeys = field(default_factory=FakeIdempotencyKeys)
    rate_limit: FakeRateLimit = field(default_factory=FakeRateLimit)
    cdn: FakeCdn = field(default_factory=FakeCdn)
    clock: Callable[[], datetime] = now
    media_aliases: frozenset[str] = frozenset()
    oauth_consumers: FakeOAuthConsumers = field(init=False)

    def __post_init__(self) -> None:
        self.oauth_consumers = FakeOAuthConsumers(self.shops)
        self.galleries.keys = self.library.keys = self.idempotency_keys
        self.library.imports = self.imports

    @property
    def stores(self) -> Stores:
        return Stores(self.shops, self.galleries, self.library, self.blobs, self.imports)

    @property
    def environment(self) -> Environment:
        return Environment(
            self.stores,
            self.remote,
            self.functions,
            Access(self.shops, oauth=self.oauth(), now=self.now),
            self.idempotency_keys,
            self.rate_limit,
            self.take_downs,
            self.cdn,
            MEDIA_URL,
            clock=self.now,
            media_aliases=self.media_aliases,
        )

    def oauth(self, public_url: str = "", *, plaintext_over_http: bool = False) -> OAuth:
        """The verifier of signed requests in this world."""
        return OAuth(
            self.oauth_consumers,
            self.oauth_secrets,
            public_url,
            plaintext_over_http=plaintext_over_http,
            clock=lambda: self.now().timestamp(),
        )

    @property
    def library(self) -> FakeLibrary:
        """The library, whose images galleries' counters include."""
        return self.galleries.library

    @property
    def take_downs(self) -> FakeTakeDowns:
        """Take-downs, which galleries begin in the same commit."""
        return self.galleries.take_downs

    @property
    def imports(self) -> FakeImports:
        """The outcomes of imported files, which galleries write in the same commit."""
        return self.galleries.imports

    @property
    def everything(self) -> tuple[Any, ...]:
        """What a refused request must not change: heads, records, counters, and stored files."""
        galleries, blobs = self.galleries, self.blobs
        return (
            {where: head for where, head in galleries.heads.items() if head.version},
            {where: dict(each) for where, each in galleries.records.items() if each},
            dict(galleries.counts),
            (dict(blobs.originals), dict(blobs.import_folder)),
        )

    def now(self) -> datetime:
        """The current time in this world."""
        return self.clock()

    def open_shop(
        self, shop: str, products: ProductMode = ProductMode.OPEN, **settings: str
    ) -> Shop:
        """A shop; the first `_` in a setting's name becomes `.`, as in `evotor_store_id`."""
        named = {name.replace("_", ".", 1): value for name, value in settings.items()}
        created = Shop(shop, products, named)
        self.shops.create_shop(created)
        return created

    def issue(
        self,
        secret: str,
        shop: str,
        dialect: str,
        *scopes: str,
        revoked: bool = False,
        role: str = "admin",
    ) -> Credential:
        """A credential whose secret is `secret`."""
        created = datetime(2024, 1, 1, tzinfo=UTC)
        credential = Credential(
            digest_of(secret),
            shop,
            dialect,
            role,
            frozenset(scopes),
            "test",
            created,
            created + timedelta(days=1) if revoked else None,
        )
        self.shops.create_credential(credential)
        return credential

    def issue_keys(self, shop: str, dialect: str, *scopes: str, role: str = "admin") -> Keys:
        """The keys of a new client that signs its requests."""
        _, keys = issue_consumer(
            self.oauth_consumers,
            self.oauth_secrets,
            shop=shop,
            dialect=dialect,
            role=role,
            scopes=frozenset(scopes),
            label="test",
            now=datetime(2024, 1, 1, tzinfo=UTC),
        )
        return keys

    def catalogue(self, shop: str) -> Catalogue:
        """The catalogue of a shop, as services receive it."""
        found = self.shops.shop(shop)
        assert found is not None
        return self.environment.catalogue(found)

    def with_gallery(
        self,
        shop: str,
        product: str,
        sorts: Mapping[int, int],
        thumbnail: int | None = None,
        alt: str = "",
    ) -> list[Image]:
        """Store a gallery in a given state, without the calls that would lead to it.

        Args:
            shop: id of an open shop.
            product: key of the product.
            sorts: sort by image id; each image becomes a PNG of its own.
            thumbnail: the image with this role, if one has it.
            alt: text of all the images.
        """
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        images = []
        for number in sorts:
            data = pictures.png(20 + number % 50, 20)
            original = Original(
                digest=hashlib.sha256(data + str(number).encode()).hexdigest(),
                format=Format.PNG,
                size=len(data),
                published_size=len(data),
                width=20 + number % 50,
                height=20,
                file_name=f"image {number}.png",
            )
            image = Image(number, shop, product, original, moment, moment, Texts(alt))
            self.blobs.put_original(
                original_address(image).original_key, data, "image/png", product
            )
            self.galleries.records[shop, product][number] = image
            images.append(image)
        self.galleries.heads[shop, product] = Gallery(
            version=1,
            sorts=dict(sorts),
            roles={} if thumbnail is None else {THUMBNAIL: thumbnail},
        )
        self.galleries.counts[shop] += len(sorts)
        self.galleries.sequences[shop] = itertools.count(max(sorts, default=0) + 1)
        return images


@pytest.fixture
def world() -> Iterator[World]:
    """An empty world, used by every handler that the test runs."""
    made = World()
    with environment.use(made.environment):
        yield made

"""The protocols between services and the outside: records, objects, downloads, functions.

Adapters (`vitrine.adapters`) implement them over AWS, the tests' fakes in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from vitrine.gallery_ports import Galleries as Galleries  # noqa: PLC0414 - exported
from vitrine.import_ports import Imports as Imports  # noqa: PLC0414 - exported
from vitrine.oauth_ports import OAuthConsumers as OAuthConsumers  # noqa: PLC0414
from vitrine.oauth_ports import OAuthSecretStore as OAuthSecretStore  # noqa: PLC0414

if TYPE_CHECKING:  # each module of records takes a millisecond, and no function uses them all
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from vitrine.domain.credentials import Credential, RefreshToken
    from vitrine.domain.idempotency import Attempt, Claim
    from vitrine.domain.images import Appearance, Image
    from vitrine.domain.imports import Import
    from vitrine.domain.library import LibraryImage
    from vitrine.domain.locations import OriginalAddress
    from vitrine.domain.shops import Shop
    from vitrine.domain.storage import OriginalMetadata, PublicPicture, StoredOriginal
    from vitrine.domain.take_downs import TakeDown
    from vitrine.domain.uploads import UploadForm


class Shops(Protocol):
    """Shops, their credentials and registered products."""

    def shop(self, shop: str) -> Shop | None:
        """The shop with this id."""

    def credential(self, digest: str) -> Credential | None:
        """The credential whose bearer secret has this SHA-256 digest, revoked or not."""

    def registered_product(self, shop: str, alias: str) -> str | None:
        """The key of the registered product that `alias` names."""

    def shop_of_host(self, host: str) -> str | None:
        """The id of the shop that serves guests of `host`, or else of the default shop."""

    def shops_of_account(self, account: str) -> list[str]:
        """The ids of the shops whose libraries may hold images of an account."""

    def refresh_token(self, digest: str) -> RefreshToken | None:
        """The refresh token with this SHA-256 digest; None after it was used."""

    def issue(
        self, access: Credential, refresh: RefreshToken, used: RefreshToken | None = None
    ) -> None:
        """Store an access token and its refresh token, which replace the refresh token `used`.

        Raises:
            ConflictError: another request has used `used`; nothing has changed.
        """


class Library(Protocol):
    """Records of images that belong to no product."""

    def add(
        self, image: LibraryImage, claim: Claim | None = None, imported: Import | None = None
    ) -> None:
        """Store and count a new image, and note it at the idempotency key of its request.

        Args:
            image: the image.
            claim: the key; None for none.
            imported: what settles the image's source (`vitrine import`); None for none.

        Raises:
            ConflictError: another request holds the key, has settled the source, or updates the
                same counters; retry.
        """

    def image(self, shop: str, image: int) -> LibraryImage | None:
        """The record of one image."""

    def complete_renditions(
        self, address: OriginalAddress, appearance: Appearance, *, turned: bool
    ) -> None:
        """Record that all renditions of an image's bytes are stored, and the picture's appearance.

        Args:
            address: of the bytes.
            appearance: the appearance of the picture.
            turned: whether it is displayed with width and height exchanged.

        Raises:
            RecordMissingError: the library has no image with these bytes, or not yet.
            ConflictError: another writer is changing the same record; retry.
        """


class Blobs(Protocol):
    """Originals, which are private, and public pictures."""

    def put_original(self, key: str, data: bytes, media_type: str, product: str = "") -> None:
        """Store an original and, as its metadata, the key of its product; empty for none."""

    def original(self, key: str) -> StoredOriginal:
        """Read an original.

        Raises:
            OriginalMissingError: no object has this key.
        """

    def original_metadata(self, key: str) -> OriginalMetadata:
        """The metadata of an original.

        Raises:
            OriginalMissingError: no object has this key.
        """

    def original_keys(self, shop: str, image: int) -> list[str]:
        """Keys of all stored originals of an image, superseded ones included."""

    def shop_keys(self, shop: str) -> list[str]:
        """Keys of all stored originals of a shop, in no particular order."""

    def imported(self, key: str, max_bytes: int, tag: str | None = None) -> bytes:
        """Read a whole file of the import folder, or an uploaded file.

        Args:
            key: the object's key, `import/<shop>/…` or `uploads/<shop>/…`.
            max_bytes: the largest accepted size, bytes.
            tag: the object's ETag, to read only this version of it.

        Raises:
            ImportMissingError: no object has this key, or it is another version.
            PictureRefusedError: the file is larger (`Rule.WEIGHT`).
        """

    def upload_form(self, key: str, media_type: str, size: int, seconds: int) -> UploadForm:
        """A presigned form that stores one file under `key`.

        Args:
            key: the object's key.
            media_type: the only accepted `Content-Type`.
            size: the only accepted number of bytes.
            seconds: how long it can be used.
        """

    def tag_imported(self, key: str) -> None:
        """Mark a file of the import folder as imported, so that its lifecycle rule applies."""

    def announce_original(self, key: str) -> None:
        """Make S3 send the event of a stored original again; a missing object is no error."""

    def has_original(self, key: str) -> bool:
        """Whether an original with this key is stored."""

    def remove_originals(self, keys: Sequence[str]) -> None:
        """Delete originals, or uploaded files; missing ones are no error."""

    def put_public(self, pictures: Iterable[PublicPicture]) -> int:
        """Store public pictures concurrently, each as soon as the iterable yields it.

        Returns:
            The number of stored pictures.
        """

    def has_public(self, key: str) -> bool:
        """Whether a public picture with this key is stored."""

    def link(self, key: str) -> str:
        """A presigned URL of a public picture, valid for five minutes."""

    def public_keys(self, prefix: str) -> list[str]:
        """Keys of all public pictures that start with `prefix`."""

    def remove_public(self, keys: Sequence[str]) -> None:
        """Delete public pictures; missing ones are no error."""


class Remote(Protocol):
    """Downloads by URL, protected against server-side request forgery (SSRF)."""

    def fetch(self, url: str, max_bytes: int) -> bytes:
        """The body of the answer of a public http or https URL.

        Raises:
            DownloadError: the URL cannot be read in time, or leads to a forbidden address.
            PictureRefusedError: the body is larger than `max_bytes` (`Rule.WEIGHT`).
        """


class Functions(Protocol):
    """Other functions of the same stack."""

    def call(self, dialect: str, operation: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of the function of a dialect's operation to a gateway event.

        Raises:
            ThrottledError: no more instances of the function may run now.
            FunctionFailedError: the function failed or did not answer.
        """


class RateLimit(Protocol):
    """A limit on the requests of one minute, which all instances of a function share."""

    def admit(self, now: datetime, limit: int) -> bool:
        """Count a request of the current minute.

        Args:
            now: the current time, UTC.
            limit: how many requests of a minute are admitted.

        Returns:
            Whether the request is admitted.
        """


class TakeDowns(Protocol):
    """Take-downs that were begun, and how far they are."""

    def begin(self, take_down: TakeDown) -> None:
        """Store a take-down that no change of a gallery begins.

        Raises:
            ConflictError: the shop has one with this id.
        """

    def take_down(self, shop: str, take_down: str) -> TakeDown | None:
        """The take-down of a shop with an id."""

    def finish(self, take_down: TakeDown) -> None:
        """Store what became of a take-down; a missing one is no error."""


class Cdn(Protocol):
    """The CDN in front of public pictures."""

    def invalidate(self, reference: str, paths: Sequence[str]) -> str:
        """Have the CDN forget what it holds under URL paths, and return the invalidation's id.

        Args:
            reference: the same for repeated requests, which then are one.
            paths: URL paths; one that ends with `*` stands for all that begin so.

        Raises:
            ThrottledError: too many invalidations are in progress; retry.
        """


class IdempotencyKeys(Protocol):
    """Idempotency keys of callers, and the answers to their requests."""

    def claim(self, digest: str, attempt: Attempt, now: datetime) -> Attempt | None:
        """Claim a key for a request, unless another holds it.

        Args:
            digest: SHA-256 of the caller and the key.
            attempt: the request.
            now: the current time, UTC.

        Returns:
            The attempt that holds the key; None if this request holds it now.

        Raises:
            ConflictError: another writer is at the same key; retry.
        """

    def settle(self, digest: str, attempt: Attempt) -> None:
        """Store the outcome of the request that holds a key.

        Raises:
            ConflictError: another request holds the key, or the attempt has no answer and its
                request has committed an image.
        """


@dataclass(frozen=True, slots=True)
class Stores:
    """The stored state of all shops: every adapter that reads or writes it.

    Attributes:
        shops: shops, credentials, registered products.
        galleries: records of images of products, and their order.
        library: records of images that belong to no product.
        blobs: originals and public pictures.
        imports: outcomes of files in the import folder.
    """

    shops: Shops
    galleries: Galleries
    library: Library
    blobs: Blobs
    imports: Imports

    def record_of(self, shop: str, image: int, product: str) -> Image | LibraryImage | None:
        """The record of an image: live, retired, or in the library; None when it has none.

        Args:
            shop: id of the shop.
            image: id of the image.
            product: key of the product whose gallery holds or held it; empty when unknown or none.
        """
        live = (
            self.galleries.image(shop, product, image)
            if product
            else self.library.image(shop, image)
        )
        return live or self.galleries.retired(shop, image)

"""What the services need of the world. Adapters and the tests' fakes both fit these shapes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from vitrine.domain.credentials import Credential, OAuthConsumer, OAuthSecrets, RefreshToken
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Appearance, Image
from vitrine.domain.imports import Import
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import OriginalAddress
from vitrine.domain.names import Naming
from vitrine.domain.shops import Shop
from vitrine.domain.storage import OriginalMetadata, PublicPicture, StoredOriginal


class Shops(Protocol):
    """Shops, their credentials and registered products."""

    def shop(self, shop: str) -> Shop | None:
        """The shop of this id."""

    def credential(self, digest: str) -> Credential | None:
        """The credential whose bearer secret has this SHA-256, revoked or not."""

    def registered_product(self, shop: str, alias: str) -> str | None:
        """Key of the registered product that goes by `alias`."""

    def shop_of_host(self, host: str) -> str | None:
        """Id of the shop whose guests come to `host`, or of the one that takes all others."""

    def shops_of_account(self, account: str) -> list[str]:
        """Ids of the shops in whose libraries images of an account may be."""

    def refresh_token(self, digest: str) -> RefreshToken | None:
        """The refresh token that has this SHA-256; None for one that is used."""

    def issue(
        self, access: Credential, refresh: RefreshToken, used: RefreshToken | None = None
    ) -> None:
        """Store an access token and the refresh token that follows it, in place of the one `used`.

        Raises:
            ConflictError: `used` has been used by another; nothing has changed.
        """


class OAuthConsumers(Protocol):
    """OAuthConsumers of OAuth consumer and token, and the nonces that came with them."""

    def consumer(self, digest: str) -> OAuthConsumer | None:
        """The consumer whose consumer key has this SHA-256, revoked or not."""

    def use_nonce(self, digest: str, request: str, expires: datetime) -> None:
        """Note that a request used a nonce.

        Args:
            digest: SHA-256 of all that makes the nonce one of its kind.
            request: what the gateway calls the request. The same request may note the same nonce
                again: its first answer from the table can be lost, and `$default` hands it on.
            expires: from when on the note may be forgotten.

        Raises:
            ConflictError: another request used it.
        """


class OAuthSecretStore(Protocol):
    """Secrets that must be known to check a signature, kept from whoever reads the table."""

    def secrets_of(self, digest: str) -> OAuthSecrets:
        """What the consumer whose consumer key has this SHA-256 signs with.

        Raises:
            SecretsMissingError: nothing is kept for it.
        """


class Galleries(Protocol):
    """Galleries and the records of their images."""

    def next_image_id(self, shop: str) -> int:
        """A number that no image of the shop has had or will have, larger than all before."""

    def gallery(self, shop: str, product: str) -> Gallery:
        """The head of a product's gallery; the empty head when there is none."""

    def image(self, shop: str, product: str, image: int) -> Image | None:
        """One image's record."""

    def gallery_with_image(
        self, shop: str, product: str, image: int
    ) -> tuple[Gallery, Image | None]:
        """A gallery's head and one of its images, read in one call."""

    def gallery_with_images(self, shop: str, product: str) -> tuple[Gallery, Mapping[int, Image]]:
        """A gallery's head and all its images by id, read in one call per megabyte."""

    def commit(self, change: GalleryChange) -> Gallery:
        """Carry a change out, and return the head as it is then.

        Raises:
            ConflictError: what the change builds on is no longer as it was read, its name was taken
                or its import settled by another; nothing has changed.
        """

    def retired(self, shop: str, image: int) -> Image | None:
        """The record of an image that was retired and not purged."""

    def retired_before(self, shop: str, moment: datetime) -> Iterator[Image]:
        """Records of images that were retired before `moment` and not purged, oldest image first.

        They are read as they are asked for; forgetting those that were read is no harm.
        """

    def forget_retired(self, shop: str, image: int) -> None:
        """Remove the record of a retired image; one that is not there is no error.

        Raises:
            ConflictError: another writer is at the same record: try again.
        """

    def next_default_name(self, shop: str) -> int:
        """A number that no default file name of the shop has had: 1, 2, 3, …"""

    def names(self, shop: str, beginning: str) -> set[str]:
        """All names of a shop's files, taken for ever, that begin so."""

    def names_of(self, shop: str, image: int) -> Mapping[str, Naming]:
        """All names that an image has had, and what each was given to."""

    def named(self, shop: str, name: str) -> Naming | None:
        """What a file name of a shop stands for; None for a name that nobody ever had."""

    def complete_renditions(
        self, address: OriginalAddress, product: str, appearance: Appearance
    ) -> None:
        """Note that every rendition of an image's bytes is stored, and what they look like.

        Raises:
            RecordMissingError: the product has no image with these bytes, or not yet.
            ConflictError: another writer is at the same record: try again.
        """

    def image_count(self, shop: str) -> int:
        """How many images the shop's galleries hold."""


class Library(Protocol):
    """Records of images that belong to no product."""

    def add(self, image: LibraryImage) -> None:
        """Store the record of a new image."""

    def image(self, shop: str, image: int) -> LibraryImage | None:
        """One image's record."""

    def complete_renditions(self, address: OriginalAddress, appearance: Appearance) -> None:
        """Note that every rendition of an image's bytes is stored, and what they look like.

        Raises:
            RecordMissingError: the library has no image with these bytes, or not yet.
            ConflictError: another writer is at the same record: try again.
        """


class Blobs(Protocol):
    """Originals, which stay private, and public pictures."""

    def put_original(self, key: str, data: bytes, media_type: str, product: str = "") -> None:
        """Store an original, and with it the key of the product it is for; empty for none."""

    def original(self, key: str) -> StoredOriginal:
        """Read an original.

        Raises:
            OriginalMissingError: nothing is stored there.
        """

    def deposit(self, key: str) -> OriginalMetadata:
        """What storage knows of an original.

        Raises:
            OriginalMissingError: nothing is stored there.
        """

    def original_keys(self, shop: str, image: int) -> list[str]:
        """Keys of all originals that an image has, older ones of replaced bytes too."""

    def shop_keys(self, shop: str) -> list[str]:
        """Keys of all originals that a shop has, in no order."""

    def imported(self, key: str, max_bytes: int, tag: str | None = None) -> bytes:
        """Read a file of the import folder, the whole of it.

        Args:
            key: of the object, `import/<shop>/…`.
            max_bytes: the most bytes that are read.
            tag: the object's ETag, when only this version of it will do.

        Raises:
            ImportMissingError: nothing is stored there, or another version.
            PictureRefusedError: it is larger (`Rule.WEIGHT`).
        """

    def announce_original(self, key: str) -> None:
        """Have the storage event of an original come once more; nothing if it is not there."""

    def has_original(self, key: str) -> bool:
        """Whether an original is stored there."""

    def remove_originals(self, keys: Sequence[str]) -> None:
        """Remove originals; those that are not there are no error."""

    def put_public(self, pictures: Iterable[PublicPicture]) -> int:
        """Store public pictures, several at a time, each as soon as it is made.

        Returns:
            How many were stored.
        """

    def link(self, key: str) -> str:
        """A URL at which whoever has it can GET a public picture for some minutes."""

    def public_keys(self, prefix: str) -> list[str]:
        """Keys of all public pictures that begin with `prefix`."""

    def remove_public(self, keys: Sequence[str]) -> None:
        """Remove public pictures; those that are not there are no error."""


class Remote(Protocol):
    """The rest of the world, read with care."""

    def fetch(self, url: str, max_bytes: int) -> bytes:
        """The body that a public http or https URL answers with.

        Raises:
            DownloadError: it cannot be read in time, or leads where we do not go.
            PictureRefusedError: there are more bytes (`Rule.WEIGHT`).
        """


class Imports(Protocol):
    """What became of the files that were dropped into the import folder."""

    def imported(self, shop: str, path: str) -> Import | None:
        """What became of the latest settled version of a file."""

    def reject(self, rejected: Import) -> None:
        """Note that a version of a file became no image.

        Raises:
            ConflictError: this version of it, or a later one, has been settled already.
        """

    def imports(self, shop: str) -> list[Import]:
        """What became of all files of a shop, by path."""


class Functions(Protocol):
    """Other functions of the same stack."""

    def call(self, dialect: str, operation: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """What the function of a dialect's operation answers to a gateway event."""

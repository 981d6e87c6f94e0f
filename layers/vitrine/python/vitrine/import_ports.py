"""The protocol between services and the records of files that arrive in storage.

It belongs to `vitrine.ports`, which exports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitrine.domain.imports import Arrival, Import, Slot
    from vitrine.domain.uploads import UploadBatch


class Imports(Protocol):
    """Upload batches, and the outcomes of files that arrived in storage."""

    def outcome(self, arrival: Arrival) -> Import | None:
        """The outcome of the latest settled version of a file, given by any version."""

    def reject(self, rejected: Import) -> None:
        """Record that a version of a file became no image.

        Raises:
            ConflictError: this version of the file, or a later one, is settled already.
        """

    def imports(self, shop: str, source: str = "") -> list[Import]:
        """The outcomes of all files in a shop's import folder, by path.

        Args:
            shop: the shop's id.
            source: a path that begins with `SOURCE_MARK`, to list the images imported from there
                instead.
        """

    def import_page(
        self, shop: str, after: str, limit: int, *, rejected: bool | None = None
    ) -> tuple[list[Import], str | None]:
        """A page of the outcomes of dropped and uploaded files; eventually consistent.

        Images of other platforms are not among them.

        Args:
            shop: the shop's id.
            after: the position behind which the page starts; empty for the first page.
            limit: the most outcomes in the page.
            rejected: only rejected files, or only imported ones; None for both.

        Returns:
            The outcomes by path, and the position of the next page; None if none follows. A page
            may be short, even empty, although others follow.
        """

    def create_batch(self, batch: UploadBatch) -> None:
        """Store an upload batch.

        Raises:
            ConflictError: a batch with this id exists.
        """

    def renew_batch(self, batch: UploadBatch) -> None:
        """Store the new end of a batch's forms.

        Raises:
            ConflictError: the batch has expired meanwhile.
        """

    def batch_with_outcomes(
        self, shop: str, upload: str
    ) -> tuple[UploadBatch | None, Mapping[int, Import]]:
        """An upload batch, and the outcomes of its files by number, read in one call."""

    def batch_and_outcome(self, shop: str, slot: Slot) -> tuple[UploadBatch | None, Import | None]:
        """An upload batch, and the outcome of one of its files, read in one call."""

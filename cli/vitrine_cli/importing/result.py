"""What an import did, for people and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vitrine_cli.importing.ledger import Ledger, State
from vitrine_cli.importing.left_out import left_out
from vitrine_cli.importing.removed_at_source import removed_at_source
from vitrine_cli.importing.storing import Outcome

if TYPE_CHECKING:
    from vitrine_cli.importing.engine import Engine
    from vitrine_cli.importing.source import Source


@dataclass
class Result:
    """What an import did.

    Attributes:
        outcomes: images by outcome.
        rejected: images and lines that were rejected, or failed.
        undone: images that the import ended before; they are lines of `rejected.csv`, too.
        left_out: things of the source that are not imported, by their name for people.
        notes: what the operator should know about the source.
        missing: images here that the source does not list any more, of the wanted products.
        differences: lines of `differs.csv`; None if nothing was verified.
        absent: those of them that name an image which is not in the shop any more.
        originals: images and files by what `--originals` made of them; None without it.
        reduced: images with fewer pixels than were uploaded at the source.
        unlisted_products: products that the source told of and did not list.
        renamed: images whose file name was taken, so that a number follows it.
        has_ids: whether any image of the list is here, so that `ids.csv` was written.
        pending: images whose renditions are not stored; None if nothing was verified or waited for.
        has_waited: whether the run has waited for renditions.
        is_interrupted: whether the run was asked to end before it was done.
    """

    outcomes: Counter[Any]
    rejected: int = 0
    undone: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: int = 0
    differences: int | None = None
    absent: int = 0
    originals: dict[str, int] | None = None
    reduced: int = 0
    unlisted_products: int = 0
    renamed: int = 0
    has_ids: bool = False
    pending: int | None = None
    has_waited: bool = False
    is_interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all is imported and equal, and has what the run has waited for."""
        missing = self.rejected, self.unlisted_products, self.outcomes[Outcome.LEFT]
        return not (any(missing) or self.differences or (self.has_waited and self.pending))

    def as_json(self) -> dict[str, Any]:
        """The result as one object for programs."""
        return {
            "added": self.outcomes[Outcome.ADDED],
            "updated": self.outcomes[Outcome.UPDATED],
            "present": self.outcomes[Outcome.PRESENT],
            "reduced": self.reduced,
            "renamed": self.renamed,
            "originals": self.originals,
            "left": self.outcomes[Outcome.LEFT],
            "rejected": self.rejected,
            "undone": self.undone,
            "failed": self.outcomes[State.FAILED],
            "missing_at_source": self.missing,
            "left_out": self.left_out,
            "notes": self.notes,
            "differences": self.differences,
            "unlisted_products": self.unlisted_products,
            "pending": self.pending,
            "interrupted": self.is_interrupted,
        }


def result_of(source: Source, ledger: Ledger, engine: Engine, lines: int) -> Result:
    """What a run did, if it wrote so many lines into rejected.csv."""
    states, kinds = ledger.counts(), left_out(source, ledger)
    if engine.refused_aliases:
        kinds["SKUs that could not be aliases"] = engine.refused_aliases
    undone = states.get(State.LISTED, 0) + states.get(State.FETCHED, 0)
    return Result(
        *(engine.outcomes, lines - undone, undone),
        *(kinds, list(source.notes)),
        missing=removed_at_source(source, ledger, engine.shelf.catalogue, engine.wants),
        reduced=engine.reduced,
        unlisted_products=ledger.unlisted_products,
        renamed=len(engine.shelf.numbered),
        has_ids=ledger.lists_stored_images,
    )

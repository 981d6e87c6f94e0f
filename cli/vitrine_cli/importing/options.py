"""How an import behaves, as its options say."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from vitrine.domain.shops import product_key
from vitrine_cli.ui.failure import UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """How an import behaves.

    Attributes:
        update: whether images that differ from their source are changed.
        again: whether images that were deleted here are imported again.
        register: whether unknown products are registered.
        at_once: products, and downloads, at the same time.
        considerate: whether the source becomes slow under them: then it gets one at a time.
        verifies: whether the shop is compared with the source at the end.
        originals: a folder with better files than the source has; None for none.
        rereads: whether the bytes are read again for that, at the source and here.
        waits: whether the import ends when all renditions are stored.
        only: keys of the products to import; None for all.
    """

    update: bool = False
    again: bool = False
    register: bool = False
    at_once: int = 4
    considerate: bool = False
    verifies: bool = True
    waits: bool = False
    only: frozenset[str] | None = None
    rereads: bool = False
    originals: Path | None = None

    def wants(self, product: str) -> bool:
        """Whether a product, given by its name, is to be imported."""
        return self.only is None or product_key(product) in self.only


@dataclass(frozen=True, slots=True)
class GivenOptions:
    """The options of a run that the operator gives, as in `Options`.

    Those that are not given, False or None, are those of the run that is continued, or the
    default ones. Only `verifies` can be given as False; a run that rereads also verifies.
    """

    update: bool = False
    again: bool = False
    register: bool = False
    at_once: int | None = None
    verifies: bool | None = None
    waits: bool = False
    only: frozenset[str] | None = None
    rereads: bool = False
    originals: Path | None = None

    @property
    def by_name(self) -> dict[str, Any]:
        """Those that are given, by their names."""
        given = {each.name: getattr(self, each.name) or None for each in fields(self)}
        given["verifies"] = self.rereads or self.verifies
        return {name: value for name, value in given.items() if value is not None}


def product_names(file: Path | None) -> frozenset[str] | None:
    """The keys of the products that a file names, one on a line; None, for all, without a file.

    Raises:
        UsageError: it cannot be read, is not UTF-8, or names no product.
    """
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 (byte {error.start}).") from None
    names = frozenset(product_key(line.strip()) for line in lines if line.strip())
    if not names:
        raise UsageError(f"{file} names no product.")
    return names

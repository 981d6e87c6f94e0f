"""Choosing a file name that no other image of the shop has had or will have (openmage §4.4)."""

from collections.abc import Callable
from dataclasses import replace

from vitrine.domain.names import FileName
from vitrine.domain.pictures import Format
from vitrine.ports import Galleries
from vitrine.records import dataclass
from vitrine.services.catalogue import Catalogue

_STEPS = 8
"""How many numbers are tried one after another before the search takes longer steps."""


@dataclass(frozen=True, slots=True)
class WantedName:
    """The file name that a client requests.

    Attributes:
        base: the sanitized name without extension; None for a default name.
        extension: without the dot.
    """

    base: str | None
    extension: str


def free_name(catalogue: Catalogue, wanted: WantedName) -> FileName:
    """A name that is free now. Committing it may conflict with another request that chose it.

    It reads a fixed number of records, regardless of how many names the shop has taken.
    """
    galleries, shop = catalogue.stores.galleries, catalogue.shop.id
    if wanted.base is None:
        return _default_name(galleries, shop, wanted.extension)
    name = FileName(wanted.base, 0, wanted.extension)
    unnumbered = galleries.named(shop, name.full)
    if unnumbered is None:
        return name
    return replace(
        name,
        number=first_free(
            lambda number: galleries.named(shop, replace(name, number=number).full) is not None,
            unnumbered.last_number + 1,
        ),
    )


def first_free(taken: Callable[[int], bool], start: int) -> int:
    """The first number from `start` on that is not taken.

    Numbers are tried one after another, then by exponential search. Behind the first tries a free
    number may be passed over if numbers above it are taken.

    Args:
        taken: whether a number is taken.
        start: the first number to try.
    """
    for number in range(start, start + _STEPS):
        if not taken(number):
            return number
    last_taken, step = start + _STEPS - 1, _STEPS
    while taken(last_taken + step):
        last_taken, step = last_taken + step, 2 * step
    free = last_taken + step
    while free - last_taken > 1:
        middle = (last_taken + free) // 2
        if taken(middle):
            last_taken = middle
        else:
            free = middle
    return free


def _default_name(galleries: Galleries, shop: str, extension: str) -> FileName:
    """The next default name whose number is free with every extension."""

    def taken(number: int) -> bool:
        names = [FileName(None, number, each.extension).full for each in Format]
        return bool(galleries.taken_names(shop, names))

    counted = galleries.next_default_name(shop)
    number = first_free(taken, counted)
    if number != counted:
        galleries.skip_default_names(shop, number)
    return FileName(None, number, extension)


@dataclass(slots=True)
class NameChoice:
    """Chooses the file name of one image over all attempts of a change.

    Attributes:
        catalogue: the shop's.
    """

    catalogue: Catalogue
    _chosen: FileName | None = None

    def choose(self, wanted: WantedName | None) -> FileName | None:
        """The name that was chosen before while it is free, or else a new one; None for none."""
        if wanted is None:
            return None
        chosen, galleries = self._chosen, self.catalogue.stores.galleries
        if chosen is None or galleries.named(self.catalogue.shop.id, chosen.full) is not None:
            self._chosen = free_name(self.catalogue, wanted)
        return self._chosen

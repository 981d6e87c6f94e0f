"""Choosing a file name that no other image of the shop has had or will have (openmage §4.4)."""

from dataclasses import dataclass

from vitrine.domain.names import FileName
from vitrine.services.catalogue import Catalogue


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
    """A name that is free now. Committing it may conflict with another request that chose it."""
    galleries, shop = catalogue.stores.galleries, catalogue.shop.id
    if wanted.base is None:
        while True:
            name = FileName(None, galleries.next_default_name(shop), wanted.extension)
            taken = galleries.names(shop, f"{name.stem}.")
            if name.stem not in {each.rpartition(".")[0] for each in taken}:
                return name  # free with every extension
    taken = galleries.names(shop, wanted.base)
    number = 0
    while (name := FileName(wanted.base, number, wanted.extension)).full in taken:
        number += 1
    return name


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
        chosen, shop = self._chosen, self.catalogue.shop.id
        if chosen is None or chosen.full in self.catalogue.stores.galleries.names(
            shop, chosen.full
        ):
            self._chosen = free_name(self.catalogue, wanted)
        return self._chosen

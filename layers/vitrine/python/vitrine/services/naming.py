"""Giving an image a file name that no other of its shop has had or will have (openmage §4.4)."""

from dataclasses import dataclass

from vitrine.domain.names import FileName
from vitrine.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class WantedName:
    """What a client asks for.

    Attributes:
        base: the name without extension, made safe; None for a default name.
        extension: without the dot.
    """

    base: str | None
    extension: str


def free_name(catalogue: Catalogue, wanted: WantedName) -> FileName:
    """A name that nobody has yet; taking it may fail, since others choose at the same time."""
    galleries, shop = catalogue.stores.galleries, catalogue.shop.id
    if wanted.base is None:
        while True:
            name = FileName(None, galleries.next_default_name(shop), wanted.extension)
            taken = galleries.names(shop, f"{name.stem}.")
            if name.stem not in {each.rpartition(".")[0] for each in taken}:
                return name  # nobody has it, whatever the extension
    taken = galleries.names(shop, wanted.base)
    number = 0
    while (name := FileName(wanted.base, number, wanted.extension)).full in taken:
        number += 1
    return name


def choose(catalogue: Catalogue, wanted: WantedName, chosen: list[FileName]) -> FileName:
    """The name that was `chosen` last while it is free, or else another, which it then is."""
    if not chosen or chosen[-1].full in catalogue.stores.galleries.names(
        catalogue.shop.id, chosen[-1].full
    ):
        chosen.append(free_name(catalogue, wanted))
    return chosen[-1]

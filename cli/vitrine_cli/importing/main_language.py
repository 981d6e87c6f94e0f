"""The main language of a shop that is moved from Tiendanube: that of the store, if it is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitrine_cli.operations import shop_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitrine.domain.shops import Shop
    from vitrine.ports import Galleries

SETTING = "tiendanube.language"


@dataclass(frozen=True, slots=True)
class MainLanguage:
    """Decides which language is the main one of a shop.

    Attributes:
        shop: the shop.
        galleries: records of images.
        change: sets the shop's main language; None if it is not to be set.
    """

    shop: Shop
    galleries: Galleries
    change: Callable[[str], None] | None

    def decide(self, there: str) -> tuple[str, str]:
        """The main language here, and what the operator should know.

        A new shop gets the store's. A shop is new if it has no image and the setting has the value
        that every shop is created with: nothing tells whether an operator chose that.

        Args:
            there: the main language of the store; empty if it is unknown.
        """
        here = self.shop.settings.get(SETTING) or shop_settings.default(self.shop, SETTING)
        if there == here or not shop_settings.is_valid(SETTING, there):
            return here, ""
        command = f"vitrine shop change {self.shop.id} --setting {SETTING}="
        if here != shop_settings.default(self.shop, SETTING) or self._has_images():
            return here, (
                f"The store's main language is {there}, the shop's {SETTING} is {here} and was "
                f"left; '{command}{there}' changes it."
            )
        if self.change is None:
            return there, f"{SETTING} of the new shop would be set to {there}, the store's."
        self.change(there)
        return there, (
            f"{SETTING} of the new shop was set to {there}, the store's main language; "
            f"'{command}{here}' takes it back."
        )

    def _has_images(self) -> bool:
        usage = self.galleries.usage(self.shop.id)
        amounts = (usage.live, usage.kept, usage.library)
        return not usage.exact or any(each.images for each in amounts)

"""Imports that are killed at random moments and resumed, until each is complete."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.forked_commands import Command, ForkedCommands

from vitrine.domain.shops import Shop

if TYPE_CHECKING:
    from tests.adapters.test_import_command import Agency


@dataclass
class KilledImports:
    """Imports of one source into one new shop after the other, killed so many times in all.

    Runs are killed within the time that the first one takes, which is longer on a busy machine.

    Attributes:
        agency: who imports; its folder, and the source's prefix.
        first: the options of an import that begins; `--resume` alone continues it.
        kills: how many runs to kill.
        forgetting: after how many kills the ledger is deleted, again and again.
        seed: of the moments.
        local: whether the stack takes pictures from this machine, as a local one does.
        resumed: how many runs have continued another one.
    """

    agency: Agency
    first: tuple[str, ...]
    kills: int
    forgetting: int
    seed: int
    local: bool = False
    resumed: int = 0
    _killed: int = 0
    _length: float = 0.0
    _chance: random.Random = field(default_factory=random.Random)

    def shops(self) -> Iterator[Agency]:
        """Each shop, after a run into it that was not killed."""
        self._chance.seed(self.seed)
        with ForkedCommands() as commands:
            for number in itertools.count():
                if self._killed >= self.kills:
                    break
                shop = replace(self.agency, shop=f"{self.agency.shop}-{number}")
                shop.stores.shops.create_shop(Shop(shop.shop))  # type: ignore[attr-defined]
                status = None
                while status is None:
                    status = self._run(commands, shop)
                assert status == 0, shop.reports()
                yield shop

    def _run(self, commands: ForkedCommands, shop: Agency) -> int | None:
        """The exit status of a run; None if it was to be killed, and had not ended by itself."""
        goes_on = shop.has_begun
        self.resumed += goes_on
        options = ("--resume",) if goes_on else self.first
        line = ("import", shop.shop, *options, "--stack", "shop", "--json")
        folder = str(shop.folder)
        command = Command(line, folder, str(shop.folder / "home"), local=self.local)
        process, began = commands.start(command), time.monotonic()
        kills_it = self._length and self._killed < self.kills
        status = commands.ended(
            self._chance.uniform(0.05, 1.05) * self._length if kills_it else 120
        )
        self._length = self._length or time.monotonic() - began
        if status is not None:
            return status
        os.kill(process, signal.SIGKILL)
        self._killed += commands.ended(60) == -signal.SIGKILL
        if self._killed % self.forgetting == 0:
            shop.ledger.unlink(missing_ok=True)
        return None

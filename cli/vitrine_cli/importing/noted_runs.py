"""What a ledger notes of a run: the options with which `--resume` continues it. None is secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vitrine_cli.importing.ledger import opened_ledger
from vitrine_cli.importing.platforms import Kind, PlatformOptions
from vitrine_cli.ui.failure import FailureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from vitrine_cli.importing.ledger import Ledger
    from vitrine_cli.importing.options import Options

_KEPT = ("update", "again", "register", "at_once", "verifies", "waits", "rereads", "only")


@dataclass(frozen=True, slots=True)
class NotedRun:
    """A run of an import.

    Attributes:
        prefix: how the paths of the source's images begin.
        when: when it began, so that later moments are greater.
        platform: which store of a platform was read, and how; None for a folder or a CSV file.
        options: its options, by their names in `Options`.
    """

    prefix: str
    when: str
    platform: PlatformOptions | None
    options: Mapping[str, Any]

    def is_from(self, source: str) -> bool:
        """Whether it read a source, given by its prefix or a part of it such as `@openmage`."""
        return not source or self.prefix == source or self.prefix.startswith(f"{source}/")


def facts_of(prefix: str, platform: PlatformOptions | None, options: Options) -> dict[str, str]:
    """The facts to note of a run that begins now."""
    kept: dict[str, Any] = {name: getattr(options, name) for name in _KEPT}
    kept["only"] = None if options.only is None else sorted(options.only)
    return {
        "prefix": prefix,
        "when": datetime.now(UTC).isoformat(timespec="microseconds"),
        "platform": "" if platform is None else json.dumps(asdict(platform)),
        "options": json.dumps(kept),
    }


def noted_run(ledger: Ledger) -> NotedRun | None:
    """The last run of a ledger; None if the process was killed before it noted its source."""
    if not ledger.run:
        return None
    options = json.loads(ledger.fact("options"))
    options["only"] = None if options["only"] is None else frozenset(options["only"])
    return NotedRun(ledger.fact("prefix"), ledger.fact("when"), _platform(ledger), options)


def last_run(files: Iterable[Path], source: str, shop: str) -> tuple[NotedRun, Path]:
    """The last run that one of these ledgers of a shop notes, and its ledger.

    Args:
        files: the ledgers.
        source: the source, as for `NotedRun.is_from`.
        shop: the shop's id, for the message.

    Raises:
        FailureError: there is none.
    """
    found = []
    for file in files:
        with opened_ledger(file) as ledger:
            run = noted_run(ledger)
        if run is not None and run.is_from(source):
            found.append((run, file))
    if not found:
        origin = f" from {source.removeprefix('@')}" if source else ""
        raise FailureError(f"Nothing has been imported{origin} into shop '{shop}' yet.")
    return max(found, key=lambda each: each[0].when)


def continued(run: NotedRun, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a run that continues another one.

    Args:
        run: the other one.
        given: the options that the operator gives, which take precedence.

    Raises:
        UsageError: the operator chooses other products, and the list may have been read already.
    """
    if "only" in given and given["only"] != run.options["only"]:
        raise UsageError(
            "--resume continues with the products that the import was begun with; without "
            "--resume, --only-products chooses others."
        )
    return {**run.options, **given}


def require_same_names(ledger: Ledger, platform: PlatformOptions | None) -> None:
    """Refuse to import products under other names: all of their images would be added again.

    Raises:
        UsageError: the ledger has images of products that are named in another way.
    """
    earlier = _platform(ledger)
    if platform is None or earlier is None or earlier.by_sku is platform.by_sku:
        return
    if ledger.has_images:
        name = "sku" if earlier.by_sku else "id"
        raise UsageError(
            f"The images of this source were imported with --product-key {name}; with the other "
            f"one, each would be imported again. If that is meant, delete these images here, and "
            f"{ledger.file}."
        )


def _platform(ledger: Ledger) -> PlatformOptions | None:
    noted = ledger.fact("platform")
    if not noted:
        return None
    values = json.loads(noted)
    return PlatformOptions(**{**values, "kind": Kind(values["kind"])})

"""How far an import has come, from its ledger only: nothing is asked, so it also works offline."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING, Any

from vitrine.domain.imports import SOURCE_MARK
from vitrine_cli.importing.ledger import State, opened_ledger
from vitrine_cli.importing.noted_runs import last_run
from vitrine_cli.local import workspace

if TYPE_CHECKING:
    from pathlib import Path


def ledger_folder() -> Path:
    """The folder of the ledgers of this checkout."""
    return workspace.HOME / "imports"


def ledger_stack(name: str, port: int | None) -> str:
    """What ledgers call a stack.

    Args:
        name: the name of a stack on AWS.
        port: the port of a stack on this machine; None on AWS.
    """
    return name if port is None else f"local.{port}"


def status_of(stack: str, shop: str, source: str) -> dict[str, Any]:
    """How far the last import into a shop has come.

    If several stacks have had this name, in other accounts or before they were forgotten, the last
    import into any of them counts.

    Args:
        stack: what ledgers call the stack.
        shop: the shop's id.
        source: how the paths of the source's images begin, or a part of that; empty for any.

    Raises:
        FailureError: there is none.
    """
    files = ledger_folder().glob(f"{stack}_{glob.escape(shop)}_*_*.sqlite")
    run, file = last_run(files, source, shop)
    with opened_ledger(file) as ledger:
        counts = ledger.counts()
        return {
            "source": run.prefix.removeprefix(SOURCE_MARK),
            "complete_list": ledger.is_listed,
            "images": sum(counts.values()),
            **{state.value: counts.get(state, 0) for state in State},
            "unreadable": len(ledger.unreadable()),
        }

"""`vitrine doctor`: checks of a deployed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import print_json_lines, print_table
from vitrine_cli.ui.progress import step

if TYPE_CHECKING:
    from vitrine_cli.operations.diagnosis import Check


def doctor(
    *, as_json: JsonOption = False, stack: StackOption = None, port: PortOption = None
) -> None:
    """Check a deployed stack with a temporary shop. Exit with status 1 if a check fails."""
    from vitrine_cli.operations import deployed_stack
    from vitrine_cli.operations.diagnosis import Diagnosis

    interrupts.listen()
    diagnosis = Diagnosis(deployed_stack.selected(stack, port))
    with step("Checking the stack"):
        checks = list(diagnosis.run())
    _print_checks(checks, as_json=as_json)
    if failed := [each.name for each in checks if not each.passed]:
        raise FailureError(f"Checks that failed: {', '.join(failed)}.")


def _print_checks(checks: list[Check], *, as_json: bool) -> None:
    if as_json:
        print_json_lines(
            {"check": each.name, "passed": each.passed, "detail": each.detail} for each in checks
        )
        return
    table = Table("", "check", "result", box=None)
    for each in checks:
        mark = "[green]✓[/]" if each.passed else "[red]✗[/]"
        table.add_row(mark, escape(each.name), escape(each.detail))
    print_table(table)

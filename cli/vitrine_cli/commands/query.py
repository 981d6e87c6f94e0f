"""`vitrine query`: stored questions to the logs, answered by CloudWatch Logs Insights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import print_json_lines, print_table, size_text
from vitrine_cli.ui.progress import console, step
from vitrine_cli.ui.questions import confirm

if TYPE_CHECKING:
    from vitrine_cli.operations.log_queries import StoredQuery


def query(
    name: Annotated[
        str | None, typer.Argument(help="A query of docs/queries; without it, list all.")
    ] = None,
    *,
    days: Annotated[int, typer.Option(min=1, help="How many days to go back.")] = 1,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to pay.")] = False,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Ask the logs of a stack on AWS. The price is printed first."""
    from vitrine.clock import now
    from vitrine_cli.operations import deployed_stack, log_queries

    if name is None:
        _list(log_queries.stored_queries(), as_json=as_json)
        return
    wanted, moment = log_queries.stored_query(name), now()
    selected = deployed_stack.selected(stack, port)
    if selected.endpoint is not None:
        raise FailureError(
            "The local emulator does not run Logs Insights queries: use 'vitrine logs' here."
        )
    price = log_queries.estimate(selected, wanted, days, moment)
    console.print(
        f"{wanted.title}: reads about {size_text(price.bytes)} of logs, USD {price.usd:.4f}.",
        soft_wrap=True,
    )
    confirm("Run the query?", yes=yes)
    with step("Querying"):
        answer = log_queries.run(selected, wanted, days, moment)
    if answer.bytes is not None:
        paid = answer.bytes / 1e9 * log_queries.USD_PER_GB
        console.print(f"Read {size_text(answer.bytes)}, USD {paid:.4f}.")
    if as_json:
        print_json_lines(answer.rows)
    elif answer.rows:
        _print_rows(answer.rows)
    else:
        console.print("Nothing was found.")


def _list(queries: dict[str, StoredQuery], *, as_json: bool) -> None:
    if as_json:
        print_json_lines(
            {"name": each.name, "title": each.title, "group": each.group}
            for each in queries.values()
        )
        return
    table = Table("query", "shows", box=None)
    for each in queries.values():
        table.add_row(each.name, escape(each.title))
    print_table(table)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(box=None)
    for name in columns:
        numbers = all(isinstance(row.get(name, 0), int | float) for row in rows)
        table.add_column(name, justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(escape(str(row.get(name, ""))) for name in columns))
    print_table(table)

"""`vitrine logs`: one line for each request, with the cause of each failure."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from vitrine.clock import now
from vitrine_cli.commands.moments import parse_recent
from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitrine_cli.operations.log_events import LogEvent
    from vitrine_cli.operations.request_log import Wanted

_DAY = 86_400_000  # milliseconds
_MOST_MINUTES = 3653 * 24 * 60  # the longest retention that CloudWatch Logs has, in minutes
_SinceOption = Annotated[
    datetime | None,
    typer.Option(
        parser=parse_recent,
        metavar="TIME",
        help="Go back to this time instead: 5m, 2h, 18:02, 2026-11-26T03:10; UTC.",
    ),
]


def logs(
    *,
    minutes: Annotated[
        int, typer.Option(min=1, max=_MOST_MINUTES, help="How many minutes to go back.")
    ] = 10,
    since: _SinceOption = None,
    shop: Annotated[str, typer.Option(help="Only requests of this shop.")] = "",
    dialect: Annotated[
        str, typer.Option(help="Only this dialect; 'gateway' for what no function answered.")
    ] = "",
    operation: Annotated[str, typer.Option(help="Only this operation: create_image, …")] = "",
    status: Annotated[str, typer.Option(help="Only 404, 5xx or 400-499.")] = "",
    request: Annotated[str, typer.Option(help="Only the lines of the request with this id.")] = "",
    pipeline: Annotated[
        bool, typer.Option("--pipeline", help="Only functions that events invoke.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with new lines until Ctrl-C.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Every line as it was written; only --request chooses.")
    ] = False,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Print what was requested and what failed, oldest first, one line per request."""
    from vitrine_cli.operations import deployed_stack
    from vitrine_cli.operations.log_events import GROUPS, read_events
    from vitrine_cli.operations.log_following import follow as followed
    from vitrine_cli.operations.request_log import Wanted, parse_status
    from vitrine_cli.operations.request_trace import trace

    wanted = Wanted(shop, dialect, operation, parse_status(status), pipeline)
    _require_one_use(request, follow=follow, raw=raw, chooses=as_json or wanted != Wanted())
    began = since or now() - timedelta(minutes=minutes)
    start = max(round(began.timestamp() * 1000), 0)
    deployed = deployed_stack.selected(stack, port)
    read = partial(read_events, deployed.logs(), deployed.name)
    with interrupts.remembered() as ended:
        if request:
            events = iter(trace(lambda groups, pattern: read(groups, start, pattern), request))
        else:
            groups, pattern = (GROUPS, "") if raw else (wanted.groups, wanted.pattern)
            read_from = partial(read, groups, pattern=pattern)
            events = followed(read_from, start, ended) if follow else read_from(start)
        _print_found(events, None if raw else wanted, start, follows=follow, as_json=as_json)


def _require_one_use(request: str, *, follow: bool, raw: bool, chooses: bool) -> None:
    """Refuse options of which one would have no effect."""
    if request and follow:
        raise typer.BadParameter("--request shows what is there already: leave out --follow.")
    if raw and chooses:
        raise typer.BadParameter("--raw prints lines as they are: only --request chooses some.")


def _print_found(
    events: Iterable[LogEvent], wanted: Wanted | None, start: int, *, follows: bool, as_json: bool
) -> None:
    """Print events, or that there is none since `start`.

    Args:
        events: the events.
        wanted: which requests to print; None for every event as it was written.
        start: milliseconds since 1970.
        follows: whether more events may come.
        as_json: whether requests are printed as JSON.
    """
    if wanted is None:
        printed = _print_raw(events, flush=follows)
    else:
        with_date = time.time() * 1000 - start > _DAY
        printed = _print(events, wanted, as_json=as_json, with_date=with_date)
    if not printed and not follows:
        began = datetime.fromtimestamp(start / 1000, UTC)
        console.print(f"No such line since {began:%Y-%m-%d %H:%M}; --since goes further back.")


def _print_raw(events: Iterable[LogEvent], *, flush: bool) -> int:
    """Print each event as it is, and return their number."""
    printed = 0
    for printed, event in enumerate(events, 1):  # noqa: B007 - the last number is returned
        print(event.message, flush=flush)
    return printed


def _print(events: Iterable[LogEvent], wanted: Wanted, *, as_json: bool, with_date: bool) -> int:
    """Print a line for each request and event of the pipeline, and return their number."""
    from vitrine_cli.commands.log_lines import log_line
    from vitrine_cli.operations.request_log import entries
    from vitrine_cli.ui.output import print_json

    lines, printed = Console(highlight=False, soft_wrap=True), 0
    for entry in filter(wanted.includes, entries(events)):
        printed += 1
        if as_json:
            print_json(entry.as_json())
            sys.stdout.flush()  # a pipe gets each line as it comes
        else:
            lines.print(log_line(entry, with_date=with_date))
    return printed

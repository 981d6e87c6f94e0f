"""The commands that mend the pipeline's work, as a person types them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from vitrine_cli import clouds, interrupts, invoking, tables
from vitrine_cli.accounts import find_shop
from vitrine_cli.clouds import Cloud
from vitrine_cli.dead_letters import DeadLetter, DeadLetters
from vitrine_cli.failure import FailureError
from vitrine_cli.rebuild import Rebuild, images_of
from vitrine_cli.redrive import Outcome, Redrive, Result, stream_reader
from vitrine_cli.steps import console
from vitrine_cli.terminal import AnyPort, AnyStack, AsJson, print_json, print_wide

out = Console(highlight=False)


def redrive(
    *,
    only_list: Annotated[
        bool, typer.Option("--list", help="Tell what failed and why; send nothing.")
    ] = False,
    as_json: AsJson = False,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Send events once more that failed for good; those that fail again stay in the queue."""
    interrupts.listen()
    cloud = clouds.of(stack, port)
    with _within_reach(), DeadLetters(cloud.sqs(), cloud.outputs["FailedEvents"]) as letters:
        if only_list:
            _list(sorted(letters, key=lambda each: each.since), as_json=as_json)
            return
        results = _replay(cloud, letters)
    counts = {outcome: sum(1 for each in results if each.outcome is outcome) for outcome in Outcome}
    if as_json:
        failing = [_row(each.letter, each.failed) for each in results if _failing(each)]
        print_json({**{outcome.value: count for outcome, count in counts.items()}, "why": failing})
    else:
        out.print(
            f"Events replayed: {counts[Outcome.REPLAYED]}; let go, as they were of bytes that are "
            f"nobody's: {counts[Outcome.LET_GO]}; failed again: {counts[Outcome.FAILED]}.",
            soft_wrap=True,
        )
    if counts[Outcome.FAILED]:
        raise FailureError("What failed again stays in the queue; --list tells why.")


def _replay(cloud: Cloud, letters: DeadLetters) -> list[Result]:
    records = tables.at(cloud)
    redriven = Redrive(
        invoking.invoker(cloud),
        stream_reader(cloud.streams()),
        records.galleries,
        records.library,
        records.blobs,
    )
    results = []
    with _bar() as progress:
        task = progress.add_task("Replaying", total=letters.about())
        for result in redriven.replay(letters):
            results.append(result)
            progress.update(task, advance=1)
            if _failing(result):
                letter = result.letter
                problem = f"{letter.operation}, {letter.subject}: {result.failed}"
                progress.console.print(escape(problem), soft_wrap=True)
    return results


def _failing(result: Result) -> bool:
    return result.outcome is Outcome.FAILED


def _row(letter: DeadLetter, failed: object) -> dict[str, object]:
    return {
        "since": letter.since.isoformat(timespec="seconds"),
        "function": letter.operation,
        "what": letter.subject,
        "why": str(failed),
        "received": letter.received,
    }


def _list(letters: list[DeadLetter], *, as_json: bool) -> None:
    rows = [_row(letter, letter.failed) for letter in letters]
    if as_json:
        print_json(rows)
        return
    if not rows:
        console.print("No event waits in the dead-letter queue.")
        return
    grid = Table("since", "function", "what", "why", "looked at", box=None)
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row.values()))
    print_wide(grid)


def rebuild(
    shop: Annotated[str, typer.Argument(help="The shop whose renditions they are.")],
    *,
    after: Annotated[
        int, typer.Option(min=0, help="Go on behind this image, as an interrupted run says.")
    ] = 0,
    image: Annotated[list[int] | None, typer.Option(help="Only this image.")] = None,
    at_a_time: Annotated[int, typer.Option(min=1, max=100, help="How many images at once.")] = 4,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Make the renditions of all images of a shop anew, as after a change of their sizes."""
    interrupts.listen()
    cloud = clouds.of(stack, port)
    records = tables.at(cloud)
    owner = find_shop(records, shop).id
    with _within_reach():
        run = Rebuild(
            records.galleries,
            records.library,
            records.blobs,
            invoking.invoker(cloud, at_a_time),
            cloud.function("GenerateRenditions"),
            images_of(records.blobs, owner, after, image or ()),
        )
    failed = 0
    try:
        with closing(run.run(at_a_time)) as results, _bar() as progress:
            task = progress.add_task("Rebuilding", total=len(run.images))
            for each in results:
                progress.update(task, advance=1)
                if each.failed:
                    failed += 1
                    problem = f"image {each.image}: {each.failed}"
                    progress.console.print(escape(problem), soft_wrap=True)
    except KeyboardInterrupt:
        where = f" --stack {stack}" if stack else f" --port {port}" if port else ""
        reached = after if run.reached is None else run.reached
        raise FailureError(
            f"Interrupted; 'vitrine rebuild {shop} --after {reached}{where}' goes on."
        ) from None
    out.print(f"Images rebuilt: {len(run.images) - failed}.")
    if failed:
        raise FailureError(f"Images that could not be rebuilt: {failed}; they are as they were.")


@contextmanager
def _within_reach() -> Iterator[None]:
    """Tell in a sentence where AWS says no."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"It went no further; run it again to go on: {error}") from None


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )

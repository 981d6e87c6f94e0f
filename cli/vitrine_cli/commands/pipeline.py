"""`vitrine redrive`, `rebuild` and `purge`: the pipeline that processes images."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption, selection
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import out, print_json, print_json_lines, print_table
from vitrine_cli.ui.progress import console, counted
from vitrine_cli.ui.questions import confirm

if TYPE_CHECKING:
    from vitrine_cli.operations.dead_letters import DeadLetter, DeadLetters
    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.rebuild import Rebuild
    from vitrine_cli.operations.redrive import Result


def redrive(
    *,
    only_list: Annotated[
        bool, typer.Option("--list", help="List the failed events; replay none.")
    ] = False,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Replay the events in the dead-letter queue. Events that fail again stay in the queue."""
    from vitrine_cli.operations import deployed_stack
    from vitrine_cli.operations.dead_letters import DeadLetters

    interrupts.listen()
    deployed = deployed_stack.selected(stack, port)
    queue = deployed.outputs["FailedEvents"]
    with DeadLetters(deployed.sqs(), queue) as letters:
        if only_list:
            _print_letters(sorted(letters, key=lambda each: each.since), as_json=as_json)
            return
        results = _replay(deployed, letters)
    _print_results(results, as_json=as_json)


def _replay(deployed: DeployedStack, letters: DeadLetters) -> list[Result]:
    from vitrine_cli.operations import lambda_invoker, records
    from vitrine_cli.operations.redrive import Outcome, Redrive, StreamReader

    stored = records.deployed(deployed)
    redriving = Redrive(
        invoke=lambda_invoker.invoker(deployed),
        read_stream=StreamReader(deployed.streams()),
        stores=stored.stores,
    )
    results = []
    with counted("Replaying", letters.approximate_count()) as advance:
        for result in redriving.replay(letters):
            results.append(result)
            advance()
            if result.outcome is Outcome.FAILED:
                letter = result.letter
                problem = f"{letter.operation}, {letter.subject}: {result.failed}"
                console.print(escape(problem), soft_wrap=True)
    return results


def _print_results(results: list[Result], *, as_json: bool) -> None:
    from vitrine_cli.operations.redrive import Outcome

    counts = {outcome: sum(1 for each in results if each.outcome is outcome) for outcome in Outcome}
    if as_json:
        failing = [
            _row(each.letter, each.failed) for each in results if each.outcome is Outcome.FAILED
        ]
        print_json({**{outcome.value: count for outcome, count in counts.items()}, "why": failing})
    else:
        out.print(
            f"Events replayed: {counts[Outcome.REPLAYED]}; "
            f"deleted, because no image uses their originals: {counts[Outcome.DELETED]}; "
            f"failed again: {counts[Outcome.FAILED]}.",
            soft_wrap=True,
        )
    if counts[Outcome.FAILED]:
        raise FailureError("Events that failed again stay in the queue; --list shows why.")


def _print_letters(letters: list[DeadLetter], *, as_json: bool) -> None:
    rows = [_row(letter, letter.failed) for letter in letters]
    if as_json:
        print_json_lines(rows)
        return
    if not rows:
        console.print("The dead-letter queue is empty.")
        return
    table = Table("since", "function", "what", "why", "received", box=None)
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row.values()))
    print_table(table)


def _row(letter: DeadLetter, failed: object) -> dict[str, object]:
    return {
        "since": letter.since.isoformat(timespec="seconds"),
        "function": letter.operation,
        "what": letter.subject,
        "why": str(failed),
        "received": letter.received,
    }


def rebuild(
    shop: Annotated[str, typer.Argument(help="The shop whose renditions to rebuild.")],
    *,
    after: Annotated[
        int, typer.Option(min=0, help="Continue after this image id, as printed on interruption.")
    ] = 0,
    image: Annotated[
        list[int] | None, typer.Option(help="Rebuild only this image id. Can be repeated.")
    ] = None,
    at_a_time: Annotated[
        int, typer.Option(min=1, max=100, help="The most images at the same time.")
    ] = 4,
    manifests: Annotated[
        bool,
        typer.Option(
            "--manifests",
            help="Only delete stored manifests; after a change of sizes, Avif or the media host.",
        ),
    ] = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Generate the renditions of a shop's images again, for example after a change of sizes."""
    from vitrine_cli.operations import deployed_stack

    deployed = deployed_stack.selected(stack, port)
    if manifests:
        _delete_manifests(deployed, shop)
        return
    interrupts.listen()
    run = _prepare_rebuild(deployed, shop, after, image or [], at_a_time)
    try:
        failed = _run_rebuild(run, at_a_time)
    except KeyboardInterrupt:
        where = "".join(f" --image {each}" for each in image or []) + selection(stack, port)
        reached = after if run.reached is None else run.reached
        raise FailureError(
            f"Interrupted; 'vitrine rebuild {shop} --after {reached}{where}' continues."
        ) from None
    out.print(f"Images rebuilt: {len(run.images) - failed}.")
    problems = []
    if failed:
        problems.append(f"Images that could not be rebuilt: {failed}; they are unchanged.")
    if missing := sorted({each for each in image or [] if each > after} - run.images.keys()):
        ids = ", ".join(map(str, missing))
        problems.append(f"Shop '{shop}' has no original of these images: {ids}.")
    if problems:
        raise FailureError(" ".join(problems))


def _delete_manifests(deployed: DeployedStack, shop: str) -> None:
    from vitrine_cli.operations import records, shop_settings
    from vitrine_cli.operations.manifests import cdn_of, delete_manifests

    stored = records.deployed(deployed)
    owner = shop_settings.find_shop(stored, shop).id
    deleted = delete_manifests(stored.stores.blobs, cdn_of(deployed), owner)
    out.print(f"Manifests deleted: {deleted}. The CDN was told to forget its copies.")


def _prepare_rebuild(
    deployed: DeployedStack, shop: str, after: int, only: list[int], at_a_time: int
) -> Rebuild:
    from vitrine_cli.operations import lambda_invoker, records, shop_settings
    from vitrine_cli.operations.rebuild import Rebuild, images_of

    stored = records.deployed(deployed)
    owner = shop_settings.find_shop(stored, shop).id
    return Rebuild(
        stores=stored.stores,
        invoke=lambda_invoker.invoker(deployed, at_a_time),
        function=deployed.function("GenerateRenditions"),
        images=images_of(stored.stores.blobs, owner, after, only),
    )


def _run_rebuild(run: Rebuild, at_a_time: int) -> int:
    """Rebuild the images and return the number of failures."""
    failed = 0
    with closing(run.run(at_a_time)) as results, counted("Rebuilding", len(run.images)) as advance:
        for each in results:
            advance()
            if each.failed:
                failed += 1
                problem = f"image {each.image}: {each.failed}"
                console.print(escape(problem), soft_wrap=True)
    return failed


def purge(
    shop: Annotated[str, typer.Argument(help="The shop whose deleted images to purge.")],
    *,
    older_than: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=99999,
            help="Days since the deletion; at least the setting openmage.retention_days.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Delete the bytes of images that OpenMage's clients deleted. File names stay reserved."""
    from vitrine_cli.operations import records, retention

    selected = records.selected(stack, port)
    before = retention.deleted_before(selected, shop, older_than)
    waiting = retention.count_purgeable(selected, shop, before)
    when = before.isoformat(sep=" ", timespec="minutes")
    purged = 0
    if waiting:
        confirm(
            f"Images deleted before {when}: {waiting}. Delete their bytes permanently?", yes=yes
        )
        with counted("Purging", waiting) as advance:
            for _ in retention.purge(selected, shop, before):
                purged += 1
                advance()
    out.print(f"Images purged: {purged}.")

"""`vitrine import`: copy the images of a folder, a CSV file or a platform into a shop."""

from __future__ import annotations

import shlex
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from vitrine.domain.imports import FILES, SOURCE_MARK
from vitrine_cli.commands import import_options as options
from vitrine_cli.commands.import_output import (
    print_check,
    print_compared,
    print_pending,
    print_result,
    print_verified,
)
from vitrine_cli.commands.options import JsonOption, PortOption, StackOption, selection
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError, UnfinishedError
from vitrine_cli.ui.output import out, print_json
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitrine_cli.importing.noted_runs import NotedRun
    from vitrine_cli.importing.options import Options
    from vitrine_cli.importing.platforms import PlatformOptions
    from vitrine_cli.importing.session import Session
    from vitrine_cli.importing.source import Source

_PLATFORMS = ("tiendanube", "bigcommerce", "openmage", "evotor")
_INTERRUPTED = 130


def import_images(
    shop: Annotated[str, typer.Argument(help="The shop that receives the images.")],
    source: options.SourceArgument = None,
    *,
    root: options.RootOption = None,
    pattern: options.PatternOption = "",
    platform: options.FromOption = None,
    url: options.UrlOption = "",
    store: options.StoreOption = "",
    token: options.TokenOption = None,
    api: options.ApiOption = "",
    views: options.ViewsOption = "",
    key: options.KeyOption = None,
    media: options.MediaOption = "",
    originals: options.OriginalsOption = None,
    share: options.ShareOption = None,
    dry_run: options.DryRunOption = False,
    update: options.UpdateOption = False,
    again: options.AgainOption = False,
    register: options.RegisterOption = False,
    resume: options.ResumeOption = False,
    status: options.StatusOption = False,
    verify: options.VerifyOption = None,
    verify_bytes: options.VerifyBytesOption = False,
    wait: options.WaitOption = False,
    only: options.OnlyOption = None,
    at_once: options.AtOnceOption = None,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Copy images into a shop. Repeat it at any time: nothing is imported twice."""
    from vitrine_cli.importing.options import GivenOptions, product_names
    from vitrine_cli.importing.platforms import PlatformChoice

    looks = status or _compares(verify, verify_bytes)
    _require_one_source(source, platform, originals, resumes=resume, looks=looks)
    choice = PlatformChoice(platform, url, store, api, views, key or "", media, share)
    if status:
        _print_status(stack, port, shop, choice.prefix, as_json=as_json)
        return
    given = GivenOptions(
        update, again, register, at_once, verify, wait, product_names(only), verify_bytes, originals
    )
    session, where = _opened(stack, port, shop)
    last = session.last(choice.prefix) if source is None and (resume or looks) else None
    chosen = choice.completed(None if last is None else last.platform)
    opener = _opener(session, source, root, pattern, chosen, token, checks=dry_run)
    went = last, given.by_name, chosen, opener, token
    _act(session, where, *went, resumes=resume, checks=dry_run, as_json=as_json)


def _opened(stack: str | None, port: int | None, shop: str) -> tuple[Session, str]:
    """A session for a shop, and the options that select its stack again."""
    from vitrine_cli.importing.session import Session
    from vitrine_cli.operations import deployed_stack

    session = Session.open(deployed_stack.selected(stack, port), shop, Path.cwd())
    return session, selection(stack, port)


def _act(
    session: Session,
    where: str,
    last: NotedRun | None,
    given: dict[str, Any],
    platform: PlatformOptions | None,
    opener: Callable[[Event], Source],
    token: Path | None,
    *,
    resumes: bool,
    checks: bool,
    as_json: bool,
) -> None:
    """Compare the shop with the source of the last run, forecast an import, or import."""
    from vitrine_cli.importing.noted_runs import continued

    if last is not None and not resumes:
        _look(session, last.prefix, _options(given, platform), where, as_json=as_json)
        return
    run = _options(given if last is None else continued(last, given), platform)
    if checks:
        print_check(session.check(opener(Event()), run), as_json=as_json)
    else:
        again_with = _continuing(session, platform, token, where)
        _run(session, opener, run, platform, again_with, where, resumes=resumes, as_json=as_json)


def _options(given: dict[str, Any], platform: PlatformOptions | None) -> Options:
    """How an import behaves, if these options are given, and others have their default values."""
    from vitrine_cli.importing.options import Options

    run = Options(**given)
    if platform is None:
        return run
    at_once, considerate = platform.at_once(run.at_once)
    return replace(run, at_once=at_once, considerate=considerate)


def _continuing(
    session: Session, platform: PlatformOptions | None, token: Path | None, where: str
) -> str:
    """The command that continues an import; the ledger remembers all other options."""
    source = [] if platform is None else platform.arguments
    secret = [] if token is None else ["--token-file", str(token)]
    return shlex.join(["vitrine", "import", session.shop.id, "--resume", *source, *secret]) + where


def _compares(verify: bool | None, verify_bytes: bool) -> bool:
    """Whether the options ask for a comparison of the shop with its source."""
    if verify_bytes and verify is False:
        raise typer.BadParameter("--verify-bytes and --no-verify exclude each other.")
    return verify is True or verify_bytes


def _require_one_source(
    source: Path | None,
    platform: str | None,
    originals: Path | None,
    *,
    resumes: bool,
    looks: bool,
) -> None:
    """Refuse a command line that names no source, two, or one that its options do not fit."""
    known = (*_PLATFORMS, FILES) if resumes or looks else _PLATFORMS
    if platform is not None and platform not in known:
        raise typer.BadParameter(f"--from is one of: {', '.join(known)}.")
    if originals is not None and platform != "tiendanube":
        raise typer.BadParameter("--originals is for --from tiendanube.")
    if source is not None and (platform or resumes):
        raise typer.BadParameter("Give a PATH, or --from, or --resume.")
    if source is None and platform is None and not (resumes or looks):
        raise typer.BadParameter("Give a PATH, --from, --resume, --status or --verify.")


def _opener(
    session: Session,
    path: Path | None,
    root: Path | None,
    pattern: str,
    platform: PlatformOptions | None,
    token: Path | None,
    *,
    checks: bool,
) -> Callable[[Event], Source]:
    """A function that opens the source, given the event that ends the import.

    With `checks`, nothing is to be written.
    """

    def open_source(stopping: Event) -> Source:
        from vitrine_cli.importing.local_source import local_source
        from vitrine_cli.importing.pauses import pause_of
        from vitrine_cli.importing.platforms import open_platform, read_secret, require_store_views

        if platform is not None:
            require_store_views(platform, session.shop)
            secret = read_secret(token, lambda: typer.prompt("Token", hide_input=True, err=True))
            tell = console.print
            decide = session.main_language(writes=not checks).decide
            return open_platform(platform, secret, pause_of(stopping), tell, decide)
        return (
            session.source_of(f"{SOURCE_MARK}{FILES}")
            if path is None
            else local_source(path, root, pattern)
        )

    return open_source


def _run(
    session: Session,
    open_source: Callable[[Event], Source],
    run: Options,
    platform: PlatformOptions | None,
    again: str,
    where: str,
    *,
    resumes: bool,
    as_json: bool,
) -> None:
    try:
        with interrupts.stoppable() as stopping:
            source = open_source(stopping)
            result = session.run(source, run, stopping, resumes=resumes, platform=platform)
    except KeyboardInterrupt:
        console.print(f"Interrupted. Continue with: {escape(again)}", soft_wrap=True)
        raise typer.Exit(_INTERRUPTED) from None
    except UnfinishedError as failure:
        raise FailureError(f"{failure} When it can be, continue with: {again}") from None
    if as_json:
        print_json(result.as_json())
    else:
        print_result(result, session, where)
    if result.is_interrupted:
        console.print(f"Interrupted. Continue with: {escape(again)}", soft_wrap=True)
        raise typer.Exit(_INTERRUPTED)
    if not result.is_whole:
        raise typer.Exit(1)


def _look(session: Session, prefix: str, run: Options, where: str, *, as_json: bool) -> None:
    """Compare the shop with the source of an import; import nothing."""
    with interrupts.stoppable() as stopping:
        found = session.verify(prefix, run, stopping)
    if stopping.is_set():
        console.print("Interrupted. Not all images were compared.")
        raise typer.Exit(_INTERRUPTED)
    if as_json:
        print_json(asdict(found))
    else:
        print_compared(found)
        print_verified(found.differences, found.absent, found.images)
        print_pending(found.pending, session, where)
    if found.differences:
        raise typer.Exit(1)


def _print_status(
    stack: str | None, port: int | None, shop: str, source: str, *, as_json: bool
) -> None:
    """Say how far the last import from a source has come, without asking AWS or the source."""
    from vitrine_cli.importing.status import ledger_stack, status_of
    from vitrine_cli.local import stacks
    from vitrine_cli.operations import deployed_stack

    deployed_stack.require_one(stack, port)
    name = ledger_stack(stack, None) if stack else ledger_stack("", stacks.running(port).port)
    status = status_of(name, shop, source)
    if as_json:
        print_json(status)
        return
    for what, value in status.items():
        out.print(f"{what.replace('_', ' '):<14}{value}")

"""A command that starts a process is not ended before it has noted it."""

import os
import signal
from collections.abc import Iterator

import pytest

from vitrine_cli.ui import interrupts


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    # The parent of this test run may ignore them: `nohup` does, and shells in background jobs do.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_interrupts_waits_until_the_block_is_done(number: signal.Signals) -> None:
    interrupts.listen()
    done = []

    with pytest.raises(KeyboardInterrupt), interrupts.deferred():  # noqa: PT012
        os.kill(os.getpid(), number)
        done.append(number)

    assert done == [number]
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)


def test_a_failure_inside_is_told_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), interrupts.deferred():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        _ = 1 // 0


def test_what_nohup_ignores_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    interrupts.listen()

    with interrupts.deferred():
        os.kill(os.getpid(), signal.SIGHUP)

    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN

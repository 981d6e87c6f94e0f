"""A command that starts a process is not ended before it has noted it."""

import os
import signal
import weakref
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


@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_in_a_finalizer_is_remembered(number: signal.Signals) -> None:
    """Python ignores what a finalizer raises, such as one of a connection that closes."""

    class Connection:
        pass

    def lose(connection: Connection) -> None:
        weakref.finalize(connection, os.kill, os.getpid(), number)

    steps = []
    with pytest.raises(KeyboardInterrupt), interrupts.remembered() as interrupted:  # noqa: PT012
        while not interrupted.wait(0):
            lose(Connection())
            steps.append(number)

    assert steps == [number]


def test_an_interrupt_ends_what_it_meets() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interrupts.remembered():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("nothing was raised")
    assert signal.getsignal(signal.SIGINT) is before

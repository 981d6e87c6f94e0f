"""Fails a run of all contract tests in which a described status was never answered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.openapi import Seen, described_statuses, seen

HERE = Path(__file__).parent
PROPERTY = "answers"
_noted: set[Seen] = set()
_answered: set[Seen] = set()
"""What the processes of this run have reported."""

UNSEEN: dict[Seen, str] = {
    ("vitrine", "create_upload", "409"): "a batch expires while a repeated request renews its forms"
}
"""Answers that no contract test sees, and why the files describe them."""


@pytest.fixture(autouse=True)
def _note_answers(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Report the answers that this test is the first of its process to see."""
    yield
    new = seen - _noted
    if new:
        _noted.update(new)
        record_property(PROPERTY, sorted(new))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the answers that a test of any process reports."""
    for name, answers in report.user_properties:
        if name == PROPERTY and isinstance(answers, list):
            _answered.update((dialect, handler, status) for dialect, handler, status in answers)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Compare what all processes have seen with the files, after a run of the whole folder."""
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    whole = any(HERE.is_relative_to(Path(each).absolute()) for each in config.args)
    chosen = any(
        config.getoption(name, None) for name in ("keyword", "markexpr", "deselect", "ignore", "lf")
    )
    if hasattr(config, "workerinput") or reporter is None or not whole or chosen or exitstatus:
        return
    missing = sorted(described_statuses() - _answered - UNSEEN.keys())
    if missing:
        lines = [
            f"{dialect}: {handler} never answered {status}" for dialect, handler, status in missing
        ]
        reporter.section("described, but never answered")
        for line in lines:
            reporter.write_line(line)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

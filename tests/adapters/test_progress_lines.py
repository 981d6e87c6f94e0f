"""Commands that take long say how far they are where standard error is no terminal."""

from pathlib import Path

import pytest
from tests.adapters.test_imports_command import folder as folder
from tests.adapters.test_json_lists import filled as filled
from tests.adapters.test_json_lists import run

from vitrine_cli.operations import lambda_invoker
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.ui import progress


@pytest.mark.usefixtures("filled")
def test_a_line_tells_how_many_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command has two items or more. Functions succeed, and do nothing."""
    monkeypatch.setattr(lambda_invoker, "invoker", lambda *_: lambda *_: None)
    monkeypatch.setattr(DeployedStack, "function", lambda *_: "function")
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0)
    products = tmp_path / "products.csv"
    products.write_text("product\n7\n8\n")

    for line, told in {
        "rebuild s1": ["Rebuilding: 1 of 2", "Rebuilding: 2 of 2"],
        "redrive": ["Replaying: 1 of 2", "Replaying: 2 of 2"],
        f"product import s1 {products}": ["Lines: 1 of 3", "Lines: 2 of 3", "Lines: 3 of 3"],
    }.items():
        assert run(line).stderr.splitlines()[: len(told)] == told

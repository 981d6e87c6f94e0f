"""What runs before a commit and on a push is what `make` runs."""

from typing import Any

import yaml
from tests.gateway import ROOT


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def test_the_workflow_runs_the_gate_and_may_only_read() -> None:
    workflow = read(".github/workflows/ci.yml")

    (job,) = workflow["jobs"].values()
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in job


def test_hooks_run_the_tools_of_the_lock_file() -> None:
    """No hook may bring a version of its own: it would judge a change otherwise than `make`."""
    (local,) = read(".pre-commit-config.yaml")["repos"]

    entries = [hook["entry"] for hook in local["hooks"]]
    assert local["repo"] == "local"
    assert {hook["language"] for hook in local["hooks"]} == {"system"}
    assert all(entry.startswith(".venv/bin/") for entry in entries)
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"@{entry.removesuffix(' --force-exclude')}" in makefile for entry in entries)

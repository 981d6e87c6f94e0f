"""A function of the CDN runs in one process of Node, which a failure replaces."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitrine_cli.local import cdn_function, node
from vitrine_cli.local.cdn_function import CdnFunction, viewer_request
from vitrine_cli.ui.failure import FailureError

CODE = """
let calls = 0;
function handler(event) {
  const request = event.request;
  if (request.uri === '/wrong') { throw new Error('a wrong path'); }
  while (request.uri === '/for-ever') { calls += 0; }
  calls += 1;
  return { ...request, uri: `${request.uri}?${calls}` };
}
"""


@pytest.fixture
def function() -> Iterator[CdnFunction]:
    made = CdnFunction(CODE, node.install_node())
    yield made
    made.close()


def paths(function: CdnFunction, *uris: str) -> list[str]:
    return function.rewritten_paths([viewer_request(uri) for uri in uris])


def test_calls_share_one_process(function: CdnFunction) -> None:
    assert paths(function, "/a", "/b") == ["/a?1", "/b?2"]
    assert paths(function, "/c") == ["/c?3"]


def test_a_failed_call_leaves_the_process_as_it_was(function: CdnFunction) -> None:
    paths(function, "/a")

    with pytest.raises(FailureError, match="a wrong path"):
        paths(function, "/wrong")

    assert paths(function, "/b") == ["/b?2"]


def test_a_function_that_never_returns_is_ended(
    function: CdnFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cdn_function, "_SECONDS", 0.5)

    with pytest.raises(FailureError, match="no answer within"):
        paths(function, "/for-ever")

    monkeypatch.undo()
    assert paths(function, "/a") == ["/a?1"]


def test_a_long_answer_arrives_whole(function: CdnFunction) -> None:
    long = "/" + "a" * 300_000

    assert paths(function, long) == [f"{long}?1"]


def program(folder: Path, text: str) -> Path:
    file = folder / "node"
    file.write_text(f"#!{sys.executable}\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("print('v20.0.0')", True),
        ("print('v24.19.0')", True),
        ("print('v18.20.8')", False),
        ("print('nonsense')", False),
        ("raise SystemExit(1)", False),
    ],
)
def test_an_old_or_broken_node_on_the_path_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, usable: bool
) -> None:
    found = program(tmp_path, text)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(node, "HOME", tmp_path)

    assert node.find_node() == (found if usable else None)


def test_without_node_on_the_path_the_tool_group_is_installed_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    installed = node.install_node()

    assert node.HOME in installed.parents
    shown = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("v24.")
    monkeypatch.setenv("PATH", os.defpath)
    npm = subprocess.run(
        [*node.npm_command(), "--version"], capture_output=True, text=True, check=True
    )
    assert npm.stdout.strip()

"""Lists that commands print with --json: one object a line."""

import json
from typing import Any

import pytest
from tests import pictures
from tests.adapters.test_dead_letters import KEY, failure
from tests.adapters.test_imports_command import OUTPUTS, Folder
from tests.adapters.test_imports_command import folder as folder
from tests.unit.test_rendering import event
from typer.testing import CliRunner

from vitrine_cli.app import app
from vitrine_cli.operations import deployed_stack
from vitrine_cli.operations.deployed_stack import DeployedStack

LISTS = {
    "shop list": {"shop", "products", "images"},
    "product list s1": {"product", "aliases"},
    "credential list s1": {"id", "dialect", "revoked"},
    "image list s1": {"product", "id", "position"},
    "imports s1": {"file", "image", "rejected"},
    "imports s1 --stray": {"key"},
    "redrive --list": {"since", "function", "why"},
    "query": {"name", "title", "group"},
}
"""Commands that list, and some members of an entry. `image list --csv` and `logs` have tests of
their own, and `doctor` needs a deployed stack."""


def run(line: str) -> Any:
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def filled(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that has two or more of everything."""
    sqs = folder.account.client("sqs")
    queue = sqs.create_queue(QueueName="failed")["QueueUrl"]
    outputs = {**OUTPUTS, "FailedEvents": queue, "MediaUrl": "https://cdn.example/media"}
    stack = DeployedStack("shop", folder.account, outputs, "https://a.example", "https://b.example")
    monkeypatch.setattr(deployed_stack, "selected", lambda *_: stack)
    for number in (1, 2):
        run(f"shop create shop-{number}")
        run(f"product register s1 {number}")
        run("credential create s1 --dialect evotor")
        folder.drop(f"products/7/{number}.png", pictures.png())
        folder.put(f"{number}.png")
        letter = failure(event(KEY))
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(letter))


@pytest.mark.usefixtures("filled")
def test_a_list_is_one_object_a_line() -> None:
    for line, members in LISTS.items():
        rows = [json.loads(each) for each in run(f"{line} --json").stdout.splitlines()]
        assert len(rows) >= 2, line
        assert all(isinstance(row, dict) and row.keys() >= members for row in rows), line

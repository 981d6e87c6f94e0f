"""How each command ends that meets an error of AWS: with one sentence and status 1."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from moto import mock_aws
from tests import pictures
from tests.adapters.conftest import REGION
from tests.gateway import template
from tests.unit.test_docs import commands

from vitrine_cli.app import app, main
from vitrine_cli.local import gallery_page, stacks, workspace
from vitrine_cli.operations import gallery_upload

ON_STACKS = {
    name.removeprefix("vitrine ")
    for name, options in commands(typer.main.get_command(app))
    if "--stack" in options
}
"""The commands that work on a stack."""
ARGUMENTS = {
    "query": ["slowest --yes"],
    "gallery": ["s1"],
    "doctor": [""],
    "shop create": ["s1"],
    "shop change": ["s1 --products registered"],
    "shop host": ["s1 shop.example"],
    "shop list": [""],
    "shop show": ["s1"],
    "shop usage": ["s1"],
    "shop reindex": [""],
    "shop delete": ["s1 --yes"],
    "product register": ["s1 7"],
    "product alias": ["s1 7 b"],
    "product list": ["s1"],
    "product import": ["s1 products.csv"],
    "image list": ["s1"],
    "image show": ["s1 4"],
    "image forget": ["s1/4 --yes"],
    "credential create": ["s1 --dialect evotor"],
    "credential list": ["s1"],
    "credential revoke": ["s1 abc"],
    "import": ["s1 pictures"],
    "imports": ["s1", "s1 --summary"],
    "export": ["s1 exported"],
    "redrive": ["", "--list"],
    "rebuild": ["s1"],
    "purge": ["s1 --yes"],
}
"""Command lines for each of them. Line breaks and blanks are in none of the words."""


@contextmanager
def deployed(folder: Path, outputs: Mapping[str, str]) -> Iterator[boto3.Session]:
    """An account with a stack `shop` that has these outputs, while the commands run in a folder."""
    described = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    (folder / "products.csv").write_text("product\n7\n")
    (folder / "pictures/7").mkdir(parents=True)
    (folder / "pictures/7/1.png").write_bytes(pictures.png())
    with mock_aws(), pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
            patched.delenv(name, raising=False)
        patched.setenv("AWS_DEFAULT_REGION", REGION)
        patched.setattr(workspace, "HOME", folder / "home")
        patched.chdir(folder)
        session = boto3.Session()
        patched.setattr(boto3, "Session", lambda: session)  # one reads its models only once
        session.client("cloudformation").create_stack(
            StackName="shop", TemplateBody=json.dumps(described)
        )
        yield session


@pytest.fixture(scope="module")
def bare_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A stack of which only CloudFormation knows: its table and buckets are deleted."""
    outputs = dict.fromkeys(template()["Outputs"], "deleted")
    with deployed(tmp_path_factory.mktemp("bare"), outputs):
        yield


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    """The status with which the program ends."""
    monkeypatch.setattr(sys, "argv", ["vitrine", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_each_command_on_a_stack_is_tried_here() -> None:
    assert {*ARGUMENTS, "logs"} == ON_STACKS  # a log group that does not exist has no lines


@pytest.mark.parametrize(
    "line", [f"{name} {rest}".strip() for name, lines in ARGUMENTS.items() for rest in lines]
)
@pytest.mark.usefixtures("bare_stack")
def test_a_command_whose_stack_lacks_its_table_ends_in_one_sentence(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, *line.split(), "--stack", "shop") == 1

    told = capsys.readouterr().err.splitlines()
    assert [each for each in told if each.startswith("✗ ")] == told[-1:]


def test_a_file_that_cannot_be_read_ends_a_command_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No permission is such a case, too; root, as whom tests may run, has all of them."""
    unreadable = tmp_path / "stacks/8000/stack.json"
    unreadable.mkdir(parents=True)
    monkeypatch.setattr(workspace, "HOME", tmp_path)
    monkeypatch.setattr(stacks, "HOME", tmp_path)

    assert run_main(monkeypatch, "status") == 1

    assert capsys.readouterr().err == f"✗ {unreadable}: Is a directory.\n"


@pytest.mark.usefixtures("bare_stack")
def test_the_upload_of_the_gallery_page_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    monkeypatch.setattr(gallery_page, "build", lambda: tmp_path)
    monkeypatch.setattr(sys, "argv", ["gallery_upload", "shop"])

    with pytest.raises(SystemExit, match=r"✗ The gallery page was not uploaded. .*NoSuchBucket"):
        gallery_upload.main()

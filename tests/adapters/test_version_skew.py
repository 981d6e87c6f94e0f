"""Functions of two versions run beside each other during an update (docs/architecture.md D37).

`items/` holds what earlier versions stored, recorded by `tests/recorded_items.py`. This version
must read and change these items; and what it stores itself must be what they can read.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import recorded_items as recorded
from tests.gateway import Gateway

from vitrine import environment

RECORDED = sorted((Path(__file__).parent / "items").glob("*.json"))
assert RECORDED
EVOTOR = {**recorded.HEADERS, "Authorization": "evotor recorded"}
FUTURE = {"S": "what a later version stores"}


@pytest.fixture
def table() -> Iterator[Any]:
    """An empty table; functions in this process use it."""
    with recorded.account() as dynamodb:
        environment._on_aws.cache_clear()
        yield dynamodb
    environment._on_aws.cache_clear()


def load(table: Any, file: Path, **more: Any) -> None:
    """Store the items of an earlier version, with further attributes in each."""
    for item in json.loads(file.read_text()):
        if "appearance" in item and "M" in item["appearance"] and more:
            item["appearance"]["M"].update(more)
        table.put_item(TableName="table", Item={**item, **more})


def kind(item: dict[str, Any]) -> str:
    """The kind of an item: the words of its key."""
    pk, sk = item["pk"]["S"].split("#")[0], item["sk"]["S"].split("#")[0]
    shards = len(item["pk"]["S"].split("#"))
    return f"{pk}/{sk}/{shards}"


def attributes(items: list[dict[str, Any]]) -> dict[tuple[str, str], set[str]]:
    """The types of each attribute of each kind of item."""
    found: dict[tuple[str, str], set[str]] = {}
    for item in items:
        for name, value in item.items():
            found.setdefault((kind(item), name), set()).update(value)
    return found


def change_everything() -> None:
    """Read and change what was recorded, through every dialect that does so."""
    evotor, admin = Gateway(headers=EVOTOR), Gateway(headers=recorded.ADMIN)
    listed = evotor("GET", recorded.TIENDANUBE)
    assert [each["id"] for each in listed.json] == [2, 1, 3]
    assert listed.json[0]["alt"] == {"es": "lámpara", "pt": "luz"}
    assert len(evotor("GET", recorded.EVOTOR).json["items"]) == 3
    assert len(evotor("GET", recorded.BIGCOMMERCE).json) == 3
    pear = admin("GET", f"{recorded.OPENMAGE}/3/store/2").json
    assert (pear["label"], pear["url"].rpartition("/")[2]) == ("poire", "pear.png")
    for path, body in (
        (f"{recorded.TIENDANUBE}/1", {"position": 1, "alt": {"es": "taza"}}),
        (f"{recorded.BIGCOMMERCE}/2", {"description": "lamp", "is_thumbnail": True}),
    ):
        recorded.done(evotor("PUT", path, json=body))
    recorded.done(admin("PUT", f"{recorded.OPENMAGE}/3", json={"label": "pear tree"}))
    assert [each["id"] for each in evotor("GET", recorded.TIENDANUBE).json] == [1, 2, 3]


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_items_of_earlier_versions_are_read_and_changed(table: Any, file: Path) -> None:
    load(table, file)

    change_everything()

    evotor = Gateway(headers=EVOTOR)
    for image in (1, 2, 3):
        recorded.done(evotor("DELETE", f"{recorded.TIENDANUBE}/{image}"))
    assert evotor("GET", recorded.TIENDANUBE).json == []


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_items_are_what_earlier_versions_read(table: Any, file: Path) -> None:
    """Each attribute is still there, with its type: an earlier version reads it by name."""
    recorded.play()
    old, new = attributes(json.loads(file.read_text())), attributes(recorded.items(table))

    missing = {name: types for name, types in old.items() if types != new.get(name)}

    assert missing == {}


def test_attributes_of_a_later_version_are_left_alone(table: Any) -> None:
    load(table, RECORDED[-1], future=FUTURE)
    before = recorded.items(table)

    change_everything()

    after = {(item["pk"]["S"], item["sk"]["S"]): item for item in recorded.items(table)}
    lost = [
        (item["pk"]["S"], item["sk"]["S"])
        for item in before
        if after[item["pk"]["S"], item["sk"]["S"]].get("future") != FUTURE
    ]
    assert lost == []

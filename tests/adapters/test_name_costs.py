"""What choosing a file name costs in a shop that has taken many (contract: openmage §4.4)."""

import json
from math import ceil
from typing import Any

import pytest
from tests.adapters.conftest import Account, on_aws
from tests.adapters.test_galleries import image
from tests.fakes import FakeRemote

from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.table import Table, key
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.names import FileName
from vitrine.domain.shops import Shop
from vitrine.ports import Stores
from vitrine.services.catalogue import Catalogue
from vitrine.services.naming import WantedName, free_name

NAMES, UNRECORDED = 20_000, 2_000
KILOBYTES_OF_A_UNIT = 4


class Consumption:
    """A client of DynamoDB that adds up the read units, as DynamoDB bills them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.units = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_item(self, **arguments: Any) -> Any:
        answer = self._client.get_item(**arguments)
        self.units += _units([answer.get("Item")])
        return answer

    def batch_get_item(self, **arguments: Any) -> Any:
        answer = self._client.batch_get_item(**arguments)
        wanted = len(arguments["RequestItems"]["table"]["Keys"])
        found = answer["Responses"]["table"]
        self.units += sum(_units([item]) for item in found) + wanted - len(found)
        return answer

    def query(self, **_arguments: Any) -> Any:
        raise AssertionError("no query: it reads whatever the shop holds")

    def get_paginator(self, _name: str) -> Any:
        return self.query()


def _units(items: list[Any]) -> int:
    size = sum(len(json.dumps(item)) for item in items if item)
    return max(1, ceil(size / 1024 / KILOBYTES_OF_A_UNIT))


def fill(account: Account, names: list[FileName], last: int = 0) -> None:
    """Take names of shop s1, as commits do; the first one knows the `last` number."""
    table = account.resource("dynamodb").Table("table")
    with table.batch_writer() as batch:
        for number, name in enumerate(names):
            facts: dict[str, Any] = {"image": 1, "product": "8", "version": "0-0a"}
            if number == 0 and last:
                facts["last"] = last
            batch.put_item(Item={**key("NAMES#s1", f"NAME#{name.full}"), **facts})


def chosen(account: Account, base: str | None) -> tuple[str, int]:
    """The free name, and the read units that finding it consumed."""
    client = Consumption(account.dynamodb())
    adapters = on_aws(account)
    stores = Stores(
        adapters.shops,
        DynamoGalleries(Table(client, "table")),
        adapters.library,
        adapters.blobs,
        adapters.imports,
    )
    catalogue = Catalogue(Shop("s1"), stores, FakeRemote({}))
    return free_name(catalogue, WantedName(base, "png")).full, client.units


def fronts(count: int) -> list[FileName]:
    return [FileName("front", number, "png") for number in range(count)]


@pytest.mark.parametrize("taken", [2, NAMES])
def test_a_name_costs_the_same_among_any_number(account: Account, taken: int) -> None:
    fill(account, fronts(taken), last=taken - 1)

    assert chosen(account, "front") == (f"front_{taken}.png", 2)
    assert chosen(account, "fron") == ("fron.png", 1)
    assert chosen(account, None) == ("image.png", 5)


def test_names_without_a_recorded_number_are_searched(account: Account) -> None:
    """Names that were taken before numbers were recorded; the next commit records one."""
    fill(account, fronts(UNRECORDED))

    name, units = chosen(account, "front")

    assert name == f"front_{UNRECORDED}.png"
    assert units < 40

    added = image(1)
    on_aws(account).galleries.commit(
        GalleryChange(
            *("s1", added.product, Gallery(), Gallery().append(1)),
            added=(added,),
            named=(FileName("front", UNRECORDED, "png"), 1),
        )
    )
    assert chosen(account, "front") == (f"front_{UNRECORDED + 1}.png", 2)


def test_default_names_that_clients_have_taken_are_searched(account: Account) -> None:
    fill(account, [FileName(None, number, "gif") for number in range(1, UNRECORDED + 1)])

    name, units = chosen(account, None)

    assert name == f"image_{UNRECORDED + 1}.png"
    assert units < 5 * 40
    assert chosen(account, None) == (f"image_{UNRECORDED + 2}.png", 5)


def test_other_names_in_the_sequence_are_skipped(account: Account) -> None:
    others = [FileName(f"front_{number}", 0, "png") for number in (2, 3, 5)]
    fill(account, [*fronts(2), *others], last=1)

    assert chosen(account, "front") == ("front_4.png", 4)

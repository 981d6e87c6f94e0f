"""Products as an operator registers them, one by one and from files."""

from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from tests.conftest import World
from tests.fakes import FakeOAuthConsumers, FakeOAuthSecretStore

from vitrine.adapters.table import MOST_WRITES
from vitrine.domain.errors import ConflictError
from vitrine.domain.shops import is_product_name
from vitrine_cli.operations import product_names
from vitrine_cli.operations.product_names import Row
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.ui.failure import FailureError


@pytest.fixture
def records(world: World) -> StackRecords:
    world.open_shop("s1")
    fakes: Any = (world.shops, FakeOAuthConsumers(world.shops), FakeOAuthSecretStore(), None)
    return StackRecords(world.stores, *fakes, base_url="", native_url="")


def rows(records: StackRecords, *lines: bytes) -> list[Row]:
    file = b"".join(line + b"\n" for line in lines)
    done = list(product_names.import_products(records, "s1", BytesIO(file)))
    assert len(done) == len(lines)
    return done


def problems(records: StackRecords, *lines: bytes) -> dict[int, str]:
    return {row.line: row.problem for row in rows(records, *lines) if row.problem}


@pytest.mark.parametrize(
    ("name", "can"),
    [
        ("7", True),
        ("x" * 64, True),
        ("лампа № 7, красная", True),
        ("", False),
        ("x" * 65, False),
        ("a/b", False),
        ("a\nb", False),
        ("a\x7f", False),
        ("a\x85", False),
        ("a\ud800", False),
    ],
)
def test_a_name_is_short_and_without_slash_or_control(name: str, *, can: bool) -> None:
    assert is_product_name(name) is can


def test_names_differ_by_more_than_case(records: StackRecords) -> None:
    assert product_names.register(records, "s1", "SKU-7", ["Uuid-7", "sku-7"]) == "sku-7"

    assert product_names.list_products(records, "s1") == {"sku-7": ["uuid-7"]}
    with pytest.raises(FailureError, match="'uuid-7' is already product 'sku-7'"):
        product_names.register(records, "s1", "UUID-7", [])


def test_an_alias_may_be_added_by_another_alias(records: StackRecords) -> None:
    product_names.register(records, "s1", "77", ["sku-77"])

    assert product_names.add_aliases(records, "s1", "SKU-77", ["uuid"]) == "77"

    assert product_names.list_products(records, "s1") == {"77": ["sku-77", "uuid"]}


def test_only_a_registered_product_gets_aliases(records: StackRecords) -> None:
    with pytest.raises(FailureError, match="Shop 's1' has no product '78'"):
        product_names.add_aliases(records, "s1", "78", ["uuid"])
    assert product_names.list_products(records, "s1") == {}


def test_more_names_than_one_transaction_takes_are_refused(records: StackRecords) -> None:
    aliases = [f"a{number}" for number in range(MOST_WRITES)]

    with pytest.raises(FailureError, match="At most 99 aliases"):
        product_names.register(records, "s1", "7", aliases)
    product_names.register(records, "s1", "7", aliases[:-1])

    assert len(product_names.list_products(records, "s1")["7"]) == MOST_WRITES - 1  # type: ignore[index]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"", b"\r"])
def test_a_file_registers_its_products(records: StackRecords, bom: bytes, end: bytes) -> None:
    lines = [
        bom + b"product,alias,alias2",
        b"77, SKU-77 ,",
        '"lamp, ""red""",лампа'.encode(),
        b"",
        b",,",
        b"78,a,b,c",
    ]

    done = rows(records, *(line + end for line in lines))

    assert [row.product for row in done] == [None, "77", 'lamp, "red"', None, None, "78"]
    assert product_names.list_products(records, "s1") == {
        "77": ["sku-77"],
        "78": ["a", "b", "c"],
        'lamp, "red"': ["лампа"],
    }


def test_a_bad_row_is_told_by_its_line_and_passed_over(records: StackRecords) -> None:
    lines = [
        b"product,alias",
        b"1,one",
        b"2,one",
        b"3,a/b",
        b",nobody",
        b"\xff,5",
        b'"6,unclosed',
        b"7,seven",
        b"one,x",
        b"8," + b",".join(b"x%d" % number for number in range(MOST_WRITES)),
    ]
    first = problems(records, *lines)

    assert list(first) == [3, 4, 5, 6, 7, 9, 10]
    assert first[3] == "'one' is already product '1'."
    assert "'a/b' cannot name a product" in first[4]
    assert "'' cannot name a product" in first[5]
    assert first[6] == "It is not UTF-8."
    assert first[7].startswith("It is not valid CSV")
    assert product_names.list_products(records, "s1") == {"1": ["one"], "7": ["seven"]}
    assert problems(records, *lines) == first
    assert product_names.list_products(records, "s1") == {"1": ["one"], "7": ["seven"]}


@pytest.mark.parametrize("header", [b"", b"77,sku-77", b"product;alias", b"\xff\xfep\x00"])
def test_a_file_without_its_header_is_not_read(records: StackRecords, header: bytes) -> None:
    with pytest.raises(FailureError, match="does not begin with the header 'product,alias,…'"):
        rows(records, header, b"1,2")
    assert product_names.list_products(records, "s1") == {}


def test_an_import_that_was_stopped_goes_on(
    records: StackRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = records.shops.register_product

    def down(shop: str, product: Any, *aliases: Any) -> None:
        if product == "2":
            raise EndpointConnectionError(endpoint_url="https://dynamodb")
        register(shop, product, *aliases)

    lines = [b"product", b"1", b"2", b"3"]
    with monkeypatch.context() as once:
        once.setattr(records.shops, "register_product", down)
        with pytest.raises(FailureError, match="stopped at line 3; run it again"):
            rows(records, *lines)
    assert list(product_names.list_products(records, "s1")) == ["1"]

    assert problems(records, *lines) == {}
    assert list(product_names.list_products(records, "s1")) == ["1", "2", "3"]


def test_a_lost_race_is_run_again(records: StackRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    register, lost = records.shops.register_product, [1, 2]

    def busy(*names: Any) -> None:
        if lost:
            lost.pop()
            raise ConflictError
        register(*names)

    monkeypatch.setattr(records.shops, "register_product", busy)

    product_names.register(records, "s1", "1", ["one"])

    assert product_names.list_products(records, "s1") == {"1": ["one"]}

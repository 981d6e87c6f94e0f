"""How a command ends whose option or argument has a value that it cannot have: with status 2."""

import shlex
from collections.abc import Iterator

import pytest
from tests.adapters.conftest import TABLE
from tests.adapters.test_command_failures import deployed, run_main
from tests.gateway import template

from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine.domain.shops import Shop
from vitrine_cli.importing.platforms import TOKEN_VARIABLE

SHOPS = " ".join(f"s{number}" for number in range(21))
ALIASES = " ".join(f"a{number}" for number in range(100))
TIENDANUBE = "import s1 --from tiendanube"
WRONG = {
    "logs --status foo": "'foo' is no status",
    "logs --since foo": "'foo' is no time",
    "query foo": "There is no query 'foo'",
    f"gallery {SHOPS}": "at most 20 shops",
    "gallery s1 --read-only --take-down": "--read-only excludes --take-down",
    "shop create A_B": "'A_B' cannot name a shop",
    "shop create uploads": "'uploads' cannot name a shop",
    "shop create s2 --setting foo": "'foo' is not a setting",
    "shop create s2 --setting foo=1": "There is no setting 'foo'",
    "shop create s2 --setting evotor.user_id=7": "'7' is not a valid evotor.user_id",
    "shop create s2 --setting inventorum.account=A/B": "an example: s2.",
    "shop change s1 --setting tiendanube.utc_offset=3": "an example: +00:00.",
    "shop change s1 --setting cdn.invalidate=maybe": "an example: no.",
    "shop change s1 --setting foo": "'foo' is not a setting",
    "shop change s1 --setting foo=1": "There is no setting 'foo'",
    "shop host s1 A_B": "'A_B' is not a host name",
    "shop delete s1 --yes --report no/report.json": "The report no/report.json cannot be written: ",
    "shop delete s1 --yes --report pictures": "The report pictures cannot be written: ",
    "shop usage s1 --month foo": "'foo' is no month",
    "shop usage s1 --month 2999-01": "2999-01 has not begun",
    "image forget foo": "'foo' is neither SHOP/ID nor",
    "image forget https://cdn.example/a.png": "is no picture of a shop's products",
    "product register s1 a/b": "'a/b' cannot name a product",
    "product register s1 7 --alias a/b": "'a/b' cannot name a product",
    "product alias s1 a/b c": "'a/b' cannot name a product",
    f"product alias s1 7 {ALIASES}": "At most 99 aliases",
    "credential create s1 --dialect foo": "There is no dialect 'foo'",
    "credential create s1 --dialect evotor --scope foo": "no scope 'foo'",
    "credential create s1 --dialect evotor --role foo": "no role 'foo'",
    "credential create s1 --dialect evotor --refreshable": "no refresh tokens",
    "credential create s1 --dialect openmage --hours 1": "Only a token can expire",
    "credential create s1 --dialect openmage --role customer --scope write": "excludes scope",
    "import s1 missing": "There is no file or folder 'missing'",
    "import s1 pictures --root pictures": "--root is for CSV files",
    "import s1 products.csv --pattern {product}": "--pattern is for folders",
    "import s1 pictures --pattern {x}": "A pattern has the parts",
    "import s1 pictures --pattern {n}": "A pattern has {product} once",
    "import s1 pictures --only-products missing": "missing cannot be read",
    "import s1 pictures --only-products pictures/7/1.png": "is not UTF-8",
    "import s1 pictures --only-products empty": "names no product",
    TIENDANUBE: "--store is needed",
    f"{TIENDANUBE} --store 5 --api v9": "--api of tiendanube is one of",
    f"{TIENDANUBE} --store 5 --source ftp://a": "is no URL of",
    f"{TIENDANUBE} --store 5 --source http://api.example": "--source needs https",
    f"{TIENDANUBE} --store 5 --token-file missing": "The token file missing cannot be read",
    f"{TIENDANUBE} --store 5 --token-file empty": "The token is empty",
    f"{TIENDANUBE} --store 5 --originals missing": "there is no folder 'missing'",
    "import s1 --from openmage --source https://a --store-views x": "has not the form",
    "import s1 --from openmage --source https://a": "The token of OpenMage is a JSON object",
    "shop list --port 8000": "--stack names a stack on AWS, --port one on this machine",
}
"""Command lines, and what each is told."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A stack `shop` with a shop `s1`, which has a product 7."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "empty").write_text("\n")
    outputs = {**dict.fromkeys(template()["Outputs"], "other"), "Table": "table"}
    with deployed(folder, outputs) as session, pytest.MonkeyPatch.context() as patched:
        patched.setenv(TOKEN_VARIABLE, "token")
        client = session.client("dynamodb")
        client.create_table(TableName="table", **TABLE)
        shops = DynamoShops(Table(client, "table"))
        shops.create_shop(Shop("s1"))
        run_main(patched, "product", "register", "s1", "7", "--stack", "shop")
        yield


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("line", WRONG)
def test_wrong_use_is_one_sentence_and_status_2(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run_main(monkeypatch, *shlex.split(line), "--stack", "shop")

    told = capsys.readouterr().err.splitlines()
    assert (status, len(told)) == (2, 1), told
    assert told[0].startswith("✗ ")
    assert WRONG[line] in told[0]


@pytest.mark.usefixtures("stack")
def test_what_does_not_exist_is_no_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in ("shop show s9", "shop create s1", "product alias s1 8 b"):
        assert run_main(monkeypatch, *line.split(), "--stack", "shop") == 1

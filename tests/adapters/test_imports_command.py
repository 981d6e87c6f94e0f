"""`vitrine imports` over the account of a stack: what it counts, lists and exits with."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import Account, on_aws
from tests.adapters.test_calls import stored
from tests.conftest import World
from typer.testing import CliRunner

from pipeline import import_file
from vitrine import environment
from vitrine.clock import now
from vitrine.domain.imports import Import, source_arrival
from vitrine.domain.shops import Shop
from vitrine_cli.app import app
from vitrine_cli.commands import imports
from vitrine_cli.ui.failure import FailureError

OUTPUTS = {
    "Table": "table",
    "OriginalsBucket": "originals",
    "MediaBucket": "media",
    "FailedEvents": "x",
    "ApiUrl": "https://api.example",
    "NativeApiUrl": "https://cdn.example",
}


@dataclass(frozen=True)
class Folder:
    """The import folder of the shop `s1` in the stack `shop`."""

    account: Account

    def put(self, path: str, data: bytes = b"no picture") -> None:
        """Store a file whose event has not come."""
        key = f"import/s1/{path}"
        self.account.client("s3").put_object(Bucket="originals", Key=key, Body=data)

    def drop(self, path: str, data: bytes) -> None:
        """Store a file, and deliver its event."""
        self.put(path, data)
        import_file.handler(stored(f"import/s1/{path}", data), None)

    def run(self, *options: str) -> Any:
        return CliRunner().invoke(app, ["imports", "s1", "--stack", "shop", *options])

    def count(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("--summary", "--json").stdout)
        return found


@pytest.fixture
def folder(
    open_account: Callable[[str], Account], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Folder]:
    account = open_account("boto3")
    monkeypatch.setenv("AWS_DEFAULT_REGION", account.region_name)
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in OUTPUTS.items()},
    }
    account.client("cloudformation").create_stack(
        StackName="shop", TemplateBody=json.dumps(template)
    )
    stores = on_aws(account)
    stores.shops.create_shop(Shop("s1"))
    with environment.use(replace(World().environment, stores=stores)):
        yield Folder(account)


def test_the_summary_adds_up_to_the_objects_at_every_moment(folder: Folder) -> None:
    data, counts = pictures.png(), []
    steps = (
        lambda: folder.put("products/7/a.png", data),
        lambda: folder.drop("products/7/a.png", data),
        lambda: folder.drop("products/7/b.png", b"no picture"),
        lambda: folder.put("mugs/c.png", data),
        lambda: folder.put("products/7/b.png", data),
        lambda: folder.drop("products/7/d.png", data),
    )
    for step in steps:
        step()
        found = folder.count()
        groups = [found[name]["files"] for name in ("waiting", "done", "rejected", "stray")]
        listed = folder.account.client("s3").list_objects_v2(Bucket="originals", Prefix="import/")
        assert sum(groups) == listed["KeyCount"]
        sizes = sum(found[each]["bytes"] for each in ("waiting", "done", "rejected", "stray"))
        assert sizes == sum(each["Size"] for each in listed["Contents"])
        counts.append(groups)

    assert counts == [
        *([1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0]),
        *([0, 1, 1, 1], [1, 1, 0, 1], [1, 2, 0, 1]),
    ]


def test_a_person_sees_a_table_and_what_to_do(folder: Folder) -> None:
    folder.drop("products/7/b.png", b"no picture")
    folder.put("c.png")

    run = folder.run("--summary")

    assert run.exit_code == 0
    words = [line.split() for line in run.stdout.splitlines()]
    assert words[0] == ["import/s1/", "files", "bytes", "oldest"]
    assert words[1] == ["waiting", "0", "0", "B"]
    assert words[3][:4] == ["rejected", "1", "10", "B"]
    assert words[3][6] == "(now)"
    assert "'vitrine imports s1 --rejected' shows the reasons" in run.stdout
    assert "import/s1/c.png: an image needs import/s1/products/<product>/<file>" in run.stdout


@pytest.mark.parametrize(
    ("age", "text"),
    [(0, "now"), (2, "2 min"), (119, "119 min"), (120, "2 hours"), (2880, "2 days")],
)
def test_the_age_of_the_oldest_file_is_said(age: int, text: str) -> None:
    moment = now() - timedelta(minutes=age, seconds=20)

    assert imports.age_text(moment) == f"{moment:%Y-%m-%d %H:%M:%S} ({text})"


def test_a_late_file_is_named_and_makes_the_command_fail(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("products/7/a.png", pictures.png())
    assert folder.run("--summary").exit_code == 0
    monkeypatch.setattr("vitrine_cli.operations.import_summary.LATE", timedelta(minutes=-1))

    for option in ("--summary", "--follow"):
        run = folder.run(option)
        assert run.exit_code == 1
        assert isinstance(run.exception, FailureError)
        assert "import/s1/products/7/a.png" in str(run.exception)
    assert json.loads(folder.run("--summary", "--json").stdout)["late"] == [
        "import/s1/products/7/a.png"
    ]


def test_following_ends_when_nothing_waits(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event of the waiting file comes while the command waits for it."""
    data = pictures.png()
    folder.put("products/7/a.png", data)
    event = stored("import/s1/products/7/a.png", data)
    wait = threading.Event.wait

    def delivers(self: threading.Event, timeout: float | None = None) -> bool:
        if timeout != 5:
            return wait(self, timeout)
        import_file.handler(event, None)
        return False

    monkeypatch.setattr(threading.Event, "wait", delivers)

    run = folder.run("--follow", "--json")

    assert run.exit_code == 0
    looks = [json.loads(line) for line in run.stdout.splitlines() if '"waiting"' in line]
    assert [each["waiting"]["files"] for each in looks] == [1, 0]
    assert looks[-1]["done"]["files"] == 1


def test_what_an_import_has_copied_is_counted_by_source(folder: Folder) -> None:
    """It is no file of the import folder, which the summary says where that is empty."""
    empty = folder.run("--summary")
    assert "'vitrine imports s1 --source folder --summary' counts them" in empty.stderr
    assert empty.exit_code == 0
    for number, path in enumerate(
        ("folder/mug/1.png", "folder//user/2.png", "tiendanube/5/7/8", "tiendanube/55/7/8")
    ):
        arrival = source_arrival("s1", f"@{path}", "mug", "aa", 1)
        settled = Import(arrival, datetime(2026, 11, 1 + number, tzinfo=UTC), number)
        on_aws(folder.account).imports.reject(settled)

    def counted(source: str) -> list[tuple[str, int, str, str]]:
        shown = folder.run("--summary", "--json", "--source", source)
        return [tuple(each.values()) for each in map(json.loads, shown.stdout.splitlines())]

    first, last = "2026-11-01T00:00:00+00:00", "2026-11-02T00:00:00+00:00"
    assert counted("folder") == [("folder", 2, first, last)]
    assert [each[:2] for each in counted("tiendanube")] == [
        *(("tiendanube/5", 1), ("tiendanube/55", 1))
    ]
    assert [each[:2] for each in counted("tiendanube/5")] == [("tiendanube/5", 1)]
    assert counted("evotor") == []
    table = folder.run("--summary", "--source", "folder").stdout
    assert table.split()[:7] == ["vitrine", "import", "images", "first", "last", "folder", "2"]
    assert (
        "Nothing was imported from evotor."
        in folder.run(*("--summary", "--source", "evotor")).stderr
    )
    assert folder.count()["done"]["files"] == 0


def test_stray_files_are_listed(folder: Folder) -> None:
    for path in ("a.png", "products/", "products/7/b.png"):
        folder.put(path)

    assert folder.run("--stray").stdout.splitlines() == ["import/s1/a.png", "import/s1/products/"]
    listed = [json.loads(line) for line in folder.run("--stray", "--json").stdout.splitlines()]
    assert listed == [{"key": "import/s1/a.png"}, {"key": "import/s1/products/"}]


def test_a_folder_where_nothing_was_dropped_is_said_to_be_empty(folder: Folder) -> None:
    shown = folder.run()

    assert (shown.exit_code, shown.stdout) == (0, "")
    assert shown.stderr.startswith("No results for files in import/s1/products/.")


def test_options_exclude_each_other_and_shops_exist(folder: Folder) -> None:
    assert folder.run("--stray", "--summary").exit_code == 2
    assert folder.run("--follow", "--source", "folder").exit_code == 2
    for option in ("--rejected", "--summary", "--stray", "--source=folder", "--json"):
        unknown = CliRunner().invoke(app, ["imports", "s9", "--stack", "shop", option])
        assert unknown.exit_code == 1
        assert str(unknown.exception).startswith("There is no shop 's9'; ")


def test_the_list_has_codes_beside_reasons(folder: Folder) -> None:
    folder.drop("products/7/b.png", b"")

    (row,) = map(json.loads, folder.run("--rejected", "--json").stdout.splitlines())

    assert (row["file"], row["rejected"], row["code"]) == (
        *("products/7/b.png", "it is empty"),
        "empty",
    )

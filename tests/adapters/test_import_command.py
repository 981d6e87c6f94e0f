"""`vitrine import` over an AWS account: one process, killed ones, and two at once."""

import csv
import fcntl
import hashlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import TABLE, Account, Adapters, OneAtATime, on_aws
from tests.adapters.killed_imports import KilledImports
from tests.adapters.test_imports_command import OUTPUTS
from tests.fakes import APPEARANCE
from tests.small_disk import small_disk
from typer.testing import CliRunner

from vitrine.adapters.remote import HttpRemote
from vitrine.domain.gallery import Gallery
from vitrine.domain.locations import original_address
from vitrine.domain.shops import ProductKey, Shop
from vitrine.services.catalogue import Catalogue
from vitrine.services.removing import remove_image
from vitrine_cli.app import app
from vitrine_cli.importing.ledger import Ledger
from vitrine_cli.importing.session import Session
from vitrine_cli.local import workspace
from vitrine_cli.operations import deployed_stack
from vitrine_cli.operations.price_list import price_list
from vitrine_cli.ui.failure import FailureError, UsageError

STACK = "shop"
TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {
        name: {"Value": value}
        for name, value in {**OUTPUTS, "MediaUrl": "https://cdn.example/media"}.items()
    },
}


@dataclass(frozen=True)
class Agency:
    """Somebody who imports into the stack `shop`.

    Attributes:
        account: the stack's account.
        shop: the shop, whose id no other test has.
        folder: where the command runs; `pictures` in it is the source.
        source: how the paths of the source's images begin.
    """

    account: Account
    shop: str
    folder: Path
    source: str = "@folder"

    @property
    def stores(self) -> Adapters:
        return on_aws(self.account)

    @property
    def ledger(self) -> Path:
        return self.session.ledger_file(self.source)

    @property
    def session(self) -> Session:
        return Session.open(deployed_stack.selected(STACK, None), self.shop, self.folder)

    @property
    def has_begun(self) -> bool:
        """Whether an import has noted its source, so that it can be resumed."""
        if not self.ledger.exists():
            return False
        ledger = Ledger(self.ledger)
        try:
            return ledger.run > 0
        finally:
            ledger.close()

    def compared(self, images: int, differences: int = 0) -> dict[str, Any]:
        """What a comparison tells of so many images, none of which has renditions."""
        found = {"differences": differences, "absent": 0, "pending": images}
        return {**found, "images": images, "undone": 0, "source": str(self.folder / "pictures")}

    def put(self, path: str, shade: int) -> None:
        file = self.folder / "pictures" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pictures.png(10 + shade, 10))

    def start(
        self, *options: str, machine: str = "home", **variables: str
    ) -> "subprocess.Popen[str]":
        """Start an import on a machine, which has its own ledgers and environment variables."""
        command = ("import", self.shop, *options, "--stack", STACK)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.vitrine_at", self.folder / machine, *command],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables, "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def run(self, *options: str, shop: str = "") -> tuple[int, Any, str]:
        """Exit status, the object that the command prints in this process, and its messages."""
        command = ("import", shop or self.shop, *options, "--stack", STACK, "--json")
        done = CliRunner().invoke(app, command)
        if isinstance(done.exception, FailureError):
            status = 2 if isinstance(done.exception, UsageError) else 1
            return status, None, str(done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, json.loads(done.stdout) if done.stdout else None, done.stderr

    def printed(self, *options: str) -> list[str]:
        """The lines that the command prints for people."""
        done = CliRunner().invoke(app, ("import", self.shop, *options, "--stack", STACK))
        return done.stdout.splitlines()

    def names(self, *products: str) -> str:
        """A file with names of products."""
        (self.folder / "names.txt").write_text("\n".join(products))
        return str(self.folder / "names.txt")

    def reports(self) -> dict[str, str]:
        """The files that the command has written."""
        return {file.name: file.read_text() for file in self.folder.glob("*.csv")}

    def content(self, shop: str = "") -> dict[str, list[tuple[str, bool]]]:
        """File names of each product in order, and whether each is the thumbnail."""
        found = {}
        for folder in sorted((self.folder / "pictures").iterdir()):
            gallery, images = self.stores.galleries.gallery_with_images(
                shop or self.shop, folder.name
            )
            found[folder.name] = [
                (images[each].original.file_name, gallery.roles.get("thumbnail") == each)
                for each in gallery.order
            ]
        return found

    @property
    def expected(self) -> dict[str, list[tuple[str, bool]]]:
        return {
            folder.name: [
                (f"{number}.png", number == 1)
                for number in sorted(int(file.stem) for file in folder.iterdir())
            ]
            for folder in sorted((self.folder / "pictures").iterdir())
        }


@pytest.fixture
def agency(
    open_account: Callable[[str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Agency:
    account = open_account("small")  # a server, which other processes reach
    account.client("cloudformation").create_stack(
        StackName=STACK, TemplateBody=json.dumps(TEMPLATE)
    )
    made = Agency(account, f"test-{os.getpid()}-{random.randrange(10**6)}", tmp_path)
    made.stores.shops.create_shop(Shop(made.shop))
    monkeypatch.setenv("AWS_DEFAULT_REGION", account.region_name)
    monkeypatch.setattr(workspace, "HOME", tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    return made


def fill(agency: Agency, products: int, images: int) -> None:
    for product in range(products):
        for number in range(1, images + 1):
            agency.put(f"p{product}/{number}.png", product * images + number)


def test_a_dry_run_forecasts_and_writes_nothing(agency: Agency, moto: OneAtATime) -> None:
    fill(agency, 2, 3)
    (agency.folder / "pictures/p1/3.png").write_bytes(b"no picture")
    agency.run("pictures", "--only-products", agency.names("P0"))
    files = [each for each in (agency.folder / "pictures").rglob("*.png") if each.stem != "3"]
    del moto.writes[:]

    status, checked, _ = agency.run("pictures", "--dry-run")

    assert moto.writes == []
    assert status == 1
    counts = ("products", "images", "present", "new", "rejected")
    assert [checked[each] for each in counts] == [2, 6, 3, 2, 1]
    assert checked["new_bytes"] == sum(each.stat().st_size for each in files if "p1" in str(each))
    prices = price_list()
    each = prices.of("pipeline.import_file") + prices.of("pipeline.generate_renditions")
    assert checked["usd"] == pytest.approx(2 * each / 1e6, abs=1e-6)
    assert 0 < checked["seconds"][0] < checked["seconds"][1] < 60
    assert agency.run("pictures")[1]["added"] == 2
    assert len(moto.writes) >= 4


def test_one_interrupt_ends_a_dry_run(agency: Agency) -> None:
    """It reads every file, which takes minutes for a large shop, and leaves nothing to end.

    Opening a pipe waits until it is opened at its other end: the command has begun to read
    pictures as soon as the test has opened the first, and cannot end before the second is opened.
    """
    lines = ["product,file"]
    for name in ("first", "second"):
        os.mkfifo(agency.folder / name)
        lines.append(f"mug,{name}")
    (agency.folder / "images.csv").write_text("\n".join(lines))
    process = agency.start("images.csv", "--dry-run")
    opened = None
    while opened is None:
        assert process.poll() is None
        with suppress(OSError):  # which says that no process reads yet
            opened = os.open(agency.folder / "first", os.O_WRONLY | os.O_NONBLOCK)
    os.close(opened)

    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)

    assert process.returncode == 130, told
    assert "Traceback" not in told


def test_a_dry_run_tells_what_is_not_carried_as_the_import_does(agency: Agency) -> None:
    fill(agency, 1, 1)
    (agency.folder / "pictures/p0/.hidden").write_text("")
    told = "Not carried: 1 hidden and system files"
    assert told in agency.printed("pictures", "--dry-run")
    assert told in agency.printed("pictures")

    (agency.folder / "images.csv").write_text("product,file,Alt\np0,p0/1.png,Blue\n")
    options = ("images.csv", "--root", "pictures")
    told = "Note: columns without a meaning: Alt"
    assert told in agency.printed(*options, "--dry-run")
    assert told in agency.printed(*options)
    assert agency.run(*options, "--dry-run")[1]["notes"] == [told.removeprefix("Note: ")]


def test_images_that_the_source_has_lost_are_counted(agency: Agency) -> None:
    """Neither another folder nor a choice of products says anything about the rest."""
    fill(agency, 3, 2)
    assert agency.run("pictures")[1]["missing_at_source"] == 0
    (agency.folder / "pictures/p0/2.png").unlink()
    (agency.folder / "pictures/p1/2.png").unlink()

    only = ("--only-products", agency.names("p0"))
    assert agency.run("pictures", *only)[1]["missing_at_source"] == 1
    (agency.folder / "others").mkdir()
    assert agency.run("others")[1]["missing_at_source"] == 0
    told = "No longer at the source, and still here: 2"
    assert told in agency.printed("pictures")


def test_a_report_is_named_only_if_it_was_written(agency: Agency) -> None:
    fill(agency, 1, 1)
    agency.run("pictures", "--no-verify")
    agency.put("p0/1.png", 70)

    assert "Left as they are here: 1" in agency.printed("pictures", "--no-verify")
    assert "differs.csv" not in agency.reports()
    assert "Left as they are here: 1 → differs.csv says which" in agency.printed("pictures")
    assert "differs.csv" in agency.reports()


def test_a_file_name_that_was_taken_is_told(agency: Agency) -> None:
    fill(agency, 2, 1)
    lines = ("p0,p0/1.png,mug.png", "p1,p1/1.png,mug.png", "p1,p0/1.png,cup.png")
    (agency.folder / "images.csv").write_text("\n".join(("product,file,name", *lines)))
    options = ("images.csv", "--root", "pictures")

    assert agency.run(*options)[1]["renamed"] == 1

    names = set()
    for product in ("p0", "p1"):
        _, images = agency.stores.galleries.gallery_with_images(agency.shop, product)
        names |= {each.name.full for each in images.values() if each.name}
    assert names == {"mug.png", "mug_1.png", "cup.png"}
    assert agency.run(*options)[1]["renamed"] == 0
    agency.stores.shops.create_shop(Shop(f"{agency.shop}-2"))
    second = replace(agency, shop=f"{agency.shop}-2")
    assert "File names that were taken, so that a number follows: 1" in second.printed(*options)


def test_an_image_that_is_pending_is_waited_for(agency: Agency) -> None:
    fill(agency, 1, 1)
    process = agency.start("pictures", "--wait", "--json")
    galleries, head = agency.stores.galleries, Gallery()
    while not head.sorts:
        assert process.poll() is None
        head, images = galleries.gallery_with_images(agency.shop, "p0")
    (image,) = images.values()
    galleries.complete_renditions(original_address(image), "p0", APPEARANCE, turned=False)

    out, told = process.communicate(timeout=120)

    assert (process.returncode, json.loads(out)["pending"]) == (0, 0), told


def test_images_without_renditions_are_named_with_what_mends_them(agency: Agency) -> None:
    """Nothing makes renditions here, and the import has not waited for them."""
    fill(agency, 1, 3)
    listed = ("image", "list", agency.shop, "--pending", "--stack", STACK)

    for options in (("pictures",), ("--verify",)):
        done = CliRunner().invoke(app, ["import", agency.shop, *options, "--stack", STACK])
        assert done.exit_code == 0
        assert "Verified: all imported images are as at the source\n" in done.stdout
        told = f"Compared: 3 images of the last import from {agency.folder / 'pictures'}\n"
        assert (told in done.stdout) == (options == ("--verify",))
        assert (
            f"Renditions not made yet: of 3 images. 'vitrine {' '.join(listed)}' lists them; "
            f"'vitrine redrive --stack {STACK}' repeats what failed, and 'vitrine rebuild "
            f"{agency.shop} --stack {STACK}' makes all again\n"
        ) in done.stdout
    shown = CliRunner().invoke(app, [*listed, "--json"]).stdout
    assert shown.count('"state": "pending"') == 3


def test_only_chosen_products_are_imported_and_listed_by_source(agency: Agency) -> None:
    fill(agency, 3, 1)

    assert agency.run("pictures", "--only-products", agency.names("P0", "", "p2"))[1]["added"] == 2

    found = CliRunner().invoke(
        app, ["imports", agency.shop, "--stack", STACK, "--source", "folder", "--json"]
    )
    assert [json.loads(each)["file"] for each in found.stdout.splitlines()] == [
        "@folder/p0/1.png",
        "@folder/p2/1.png",
    ]
    assert agency.run("pictures", "--only-products", agency.names())[2].endswith(
        "names no product."
    )


def test_a_folder_is_imported_verified_and_reported(agency: Agency) -> None:
    fill(agency, 2, 3)
    (agency.folder / "pictures/p1/3.png").write_bytes(b"no picture")

    status, done, _ = agency.run("pictures")
    assert (status, done["added"], done["rejected"], done["differences"]) == (1, 5, 1, 0)
    with (agency.folder / "rejected.csv").open() as file:
        assert [row["file"] for row in csv.DictReader(file)] == ["p1/3.png"]
    agency.put("p1/3.png", 50)
    status, done, _ = agency.run("rejected.csv", "--root", "pictures")
    assert (status, done["added"], done["rejected"], done["differences"]) == (0, 1, 0, 0)
    with (agency.folder / "ids.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 6, "the earlier ones, too"
    assert agency.content() == agency.expected

    status, done, _ = agency.run("pictures")
    assert (status, done["added"], done["present"], done["differences"]) == (0, 0, 6, 0)
    told = agency.run("--status")[1]
    assert (told["complete_list"], told["listed"], told["verified"]) == (True, 0, 6)
    assert agency.run("--verify")[:2] == (0, agency.compared(6))
    with (agency.folder / "ids.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 6


def test_bytes_are_read_again_on_both_sides(agency: Agency) -> None:
    fill(agency, 1, 2)
    assert agency.run("pictures", "--verify-bytes")[1]["differences"] == 0
    assert agency.run("--verify-bytes")[:2] == (0, agency.compared(2))
    assert agency.run("--verify-bytes", "--no-verify")[0] == 2
    (key,) = (each for each in agency.stores.blobs.shop_keys(agency.shop) if "/1.png" in each)
    cut = agency.stores.blobs.original(key).data[:-1]
    agency.stores.blobs.put_original(key, cut, "image/png")

    assert agency.run("--verify")[:2] == (0, agency.compared(2)), "the record is as it was"
    assert agency.run("--verify-bytes")[:2] == (1, agency.compared(2, differences=1))
    with (agency.folder / "differs.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["image"], row["what"]) == ("1.png", "bytes, read again")
    assert row["here"] == hashlib.sha256(cut).hexdigest()


def test_wrong_use_and_missing_things_are_one_sentence(agency: Agency) -> None:
    assert agency.run()[0] == 2
    assert agency.run("pictures", "--resume")[0] == 2
    assert agency.run("none") == (2, None, "There is no file or folder 'none'.")
    nothing = f"Nothing has been imported into shop '{agency.shop}' yet."
    assert agency.run("--resume") == (1, None, nothing)
    status, _, told = agency.run("pictures", shop="none")
    assert (status, "There is no shop 'none'" in told) == (1, True)


def test_a_source_without_images_is_not_called_equal(agency: Agency) -> None:
    """Somebody who has named the wrong folder, or an empty shop, sees it in the last line."""
    (agency.folder / "pictures").mkdir()
    agency.put(".hidden.png", 1)

    *_, not_carried, said = agency.printed("pictures")

    assert "1 hidden and system files" in not_carried
    assert said == "There was no image to import"
    assert agency.run("pictures")[0] == 0


def test_where_nothing_is_imported_nothing_is_called_equal(agency: Agency) -> None:
    (agency.folder / "lines.csv").write_text("product,file\nmug,missing.png\n")

    assert agency.printed("lines.csv")[-1] == "There was no image to compare"
    assert agency.printed("--verify")[-1] == "There was no image to compare"


@pytest.mark.parametrize("wrong", ["image,file\nmug,1.png\n", "produkt;datei\n", b"\xff\xd8\xff"])
def test_a_file_that_is_refused_as_a_whole_does_not_end_the_last_import(
    agency: Agency, wrong: str | bytes
) -> None:
    fill(agency, 1, 2)
    assert agency.run("pictures", "--no-verify")[0] == 0
    content = wrong if isinstance(wrong, bytes) else wrong.encode()
    (agency.folder / "wrong.csv").write_bytes(content)

    assert agency.run("wrong.csv")[0] == 1

    assert agency.run("--verify")[:2] == (0, agency.compared(2))


def test_an_import_that_has_no_image_here_leaves_the_reports_of_another_one(agency: Agency) -> None:
    """Somebody names the wrong folder where the reports of another shop are."""
    fill(agency, 1, 2)
    (agency.folder / "pictures/p0/2.png").write_bytes(b"no picture")
    agency.run("pictures", "--no-verify")
    before = agency.reports()
    assert [before[name].count("\n") for name in ("ids.csv", "rejected.csv")] == [2, 2]
    agency.stores.shops.create_shop(Shop(f"{agency.shop}-2"))
    second = replace(agency, shop=f"{agency.shop}-2")
    (agency.folder / "empty").mkdir()

    assert "Ids → ids.csv" not in second.printed("empty")
    assert agency.reports() == {**before, "differs.csv": second.reports()["differs.csv"]}
    assert "Ids → ids.csv" not in second.printed("rejected.csv", "--root", "pictures")
    assert agency.reports()["ids.csv"] == before["ids.csv"]
    assert "Ids → ids.csv" in second.printed("pictures")
    assert agency.reports()["ids.csv"] != before["ids.csv"]


def test_a_store_view_that_the_shop_lacks_ends_before_the_platform_is_asked(agency: Agency) -> None:
    where = ("--from", "openmage", "--source", "https://shop.example")
    for views in ("1:default,2:frr", "2:frr"):
        status, _, told = agency.run(*where, "--store-views", views)
        sentence = f"Shop '{agency.shop}' has no store view 'frr': it has default (setting "
        assert (status, told) == (1, f"{sentence}openmage.store_views).")


def test_the_status_is_read_from_the_ledger_only(agency: Agency) -> None:
    fill(agency, 1, 2)
    agency.run("pictures")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        process = agency.start("--status", "--json", AWS_ENDPOINT_URL=url, AWS_MAX_ATTEMPTS="1")
        out, told = process.communicate(timeout=120)

    assert process.returncode == 0, told
    found = json.loads(out)
    assert (found["source"], found["images"], found["verified"]) == ("folder", 2, 2)
    assert agency.run("--status")[1] == found
    assert agency.run("pictures", "--status")[1] == found, "and imports nothing"
    assert agency.run("--status", shop="*")[2] == "Nothing has been imported into shop '*' yet."


def test_a_table_that_does_not_answer_is_one_sentence(agency: Agency) -> None:
    fill(agency, 1, 1)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        process = agency.start("pictures", AWS_ENDPOINT_URL_DYNAMODB=url, AWS_MAX_ATTEMPTS="1")
        _, told = process.communicate(timeout=120)

    assert process.returncode == 1
    assert "AWS gives no answer; run the command again later" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("name", ["rejected.csv", "ids.csv", "home/imports"])
def test_what_cannot_be_written_is_told_before_the_first_write(
    agency: Agency, moto: OneAtATime, name: str
) -> None:
    """As on a full disk: a report is a folder, or the folder of the ledgers is a file."""
    fill(agency, 1, 1)
    if name.endswith(".csv"):
        (agency.folder / name).mkdir()
    else:
        (agency.folder / "home").mkdir()
        (agency.folder / name).write_text("")
    del moto.writes[:]

    status, _, told = agency.run("pictures")

    assert (status, moto.writes) == (1, [])
    assert " cannot be written: " in told
    assert "\n" not in told


@pytest.mark.parametrize("size", [8_192, 98_304, 131_072])
def test_an_import_that_a_full_disk_ends_is_resumed(agency: Agency, size: int) -> None:
    """Before its list is noted, and at two moments afterwards."""
    fill(agency, 2, 2)

    with small_disk(size):
        status, _, told = agency.run("pictures")

    assert status == 1
    assert re.fullmatch(r"The ledger [^\n]+ cannot be used: [^\n]+", told)
    line = f" When it can be, continue with: vitrine import {agency.shop} --resume --stack {STACK}"
    assert told.endswith(line) == agency.has_begun == (size > 10_000)
    status, done, _ = agency.run("--resume" if agency.has_begun else "pictures")
    assert (status, done["added"] + done["present"], done["differences"]) == (0, 4, 0)
    assert agency.content() == agency.expected
    assert agency.reports()["ids.csv"].count("\n") == 1 + 4


def test_killed_imports_end_as_a_whole_one(agency: Agency) -> None:
    """The ledger is deleted after some of the kills."""
    fill(agency, 2, 3)
    for shop in KilledImports(agency, ("pictures",), kills=40, forgetting=5, seed=7).shops():
        assert shop.content() == agency.expected
        assert shop.stores.galleries.image_count(shop.shop) == 6


def test_an_import_that_was_killed_before_it_noted_its_source_is_not_resumed(
    agency: Agency,
) -> None:
    """It would import the folder in which the command runs."""
    fill(agency, 1, 1)
    Ledger(agency.ledger).close()

    status, _, told = agency.run("--resume")

    assert (status, told) == (1, f"Nothing has been imported into shop '{agency.shop}' yet.")
    assert agency.run("pictures")[1]["added"] == 1


def test_two_imports_at_once_add_each_image_once(agency: Agency) -> None:
    fill(agency, 3, 4)
    processes = [agency.start("pictures", machine=each) for each in ("home", "office")]
    for process in processes:
        told = process.communicate(timeout=240)
        assert process.returncode == 0, (told, agency.reports())

    assert agency.content() == agency.expected
    assert agency.stores.galleries.image_count(agency.shop) == 12


def test_one_machine_runs_one_import_of_a_source(agency: Agency) -> None:
    fill(agency, 1, 1)
    agency.ledger.parent.mkdir(parents=True)
    with agency.ledger.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, _, told = agency.run("pictures")

    assert (status, agency.content()) == (1, {"p0": []})
    assert told.startswith(f"Another import of this source into shop '{agency.shop}' is running")
    assert agency.run("pictures")[0] == 0


def test_an_interrupt_ends_in_order_and_says_how_to_continue(agency: Agency) -> None:
    fill(agency, 4, 6)
    process = agency.start("pictures")
    while not agency.stores.galleries.image_count(agency.shop):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=120)

    assert process.returncode == 130
    assert f"Continue with: vitrine import {agency.shop} --resume --stack {STACK}\n" in told
    assert "Not done: " in out
    assert "Rejected" not in out
    status, done, _ = agency.run("--resume")
    assert (status, done["differences"]) == (0, 0)
    assert agency.content() == agency.expected


def test_each_shop_of_each_stack_has_a_ledger_of_its_own(agency: Agency) -> None:
    """Also where names are equal, or are equal together: one ledger would hide another's images."""
    session, records = agency.session, agency.stores.shops
    for shop in ("shop-a", "a"):
        records.create_shop(Shop(shop))
    stack = session.stack
    local = {"base_url": "http://localhost:8000", "endpoint": os.environ["AWS_ENDPOINT_URL"]}
    on_8000 = replace(stack, name="vitrine", **local)
    found = {
        replace(session, stack=each, shop=Shop(shop)).ledger_file(prefix).name
        for each, shop, prefix in (
            (replace(stack, name="my"), "shop-a", "@folder"),
            (replace(stack, name="my-shop"), "a", "@folder"),
            (replace(stack, name="my-shop", id="arn:of:another:account"), "a", "@folder"),
            (replace(stack, name="local-8000"), "a", "@folder"),
            (on_8000, "a", "@folder"),
            (on_8000, "a", "@evotor/x-y"),
            (on_8000, "a", "@evotor/x/y"),
        )
    }
    assert len(found) == 7
    assert session.ledger_file("@folder") == agency.session.ledger_file("@folder")


def test_a_shop_that_has_the_name_of_a_forgotten_one_has_another_ledger(agency: Agency) -> None:
    before = agency.ledger
    agency.account.client("dynamodb").delete_table(TableName="table")
    agency.account.client("dynamodb").create_table(TableName="table", **TABLE)
    agency.stores.shops.create_shop(Shop(agency.shop))

    assert agency.ledger != before


def test_the_option_that_removes_a_difference_is_named(agency: Agency) -> None:
    fill(agency, 1, 3)
    agency.run("pictures")
    shop = agency.stores.shops.shop(agency.shop)
    assert shop is not None
    remove_image(Catalogue(shop, agency.stores, HttpRemote()), ProductKey("p0"), 1)

    command = ("import", agency.shop, "--verify", "--stack", STACK)
    told = CliRunner().invoke(app, command).stdout.splitlines()
    assert told[1] == (
        "Differences: 1 → differs.csv; --again imports images again that were deleted here"
    )
    agency.put("p0/2.png", 90)
    status, done, _ = agency.run("pictures")
    assert (status, done["left"], done["present"]) == (1, 2, 1)
    assert CliRunner().invoke(app, command).stdout.splitlines()[1] == (
        "Differences: 2 → differs.csv; --update takes over the source's values, --again imports "
        "images again that were deleted here"
    )
    assert agency.run("pictures", "--again", "--update")[0] == 0
    assert agency.content() == agency.expected

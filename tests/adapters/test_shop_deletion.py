"""Deleting a shop: all of it and nothing else, wherever the command is killed."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from moto.cloudfront.models import Invalidation
from tests.adapters.conftest import REGION, Account, on_aws, stores
from tests.adapters.test_dead_letters import failure
from tests.adapters.test_galleries import add, image
from tests.adapters.test_imports import BATCH, arrival
from tests.adapters.test_library import shelved
from tests.adapters.test_oauth_consumers import MOMENT
from tests.unit.test_rendering import event
from typer.testing import CliRunner

from vitrine.adapters.table import key
from vitrine.adapters.take_downs import DynamoTakeDowns
from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.imports import Import
from vitrine.domain.locations import original_address
from vitrine.domain.names import FileName
from vitrine.domain.shops import Shop
from vitrine.domain.take_downs import Places, TakeDown
from vitrine_cli.app import app
from vitrine_cli.operations import (
    product_names,
    records,
    shop_credentials,
    shop_deletion,
    shop_overview,
    shop_settings,
)
from vitrine_cli.operations.deletion_notes import DeletionNotes
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.operations.shop_credentials import CredentialRequest
from vitrine_cli.operations.shop_deletion import KINDS, Deletion, ShopDeletion, Waits
from vitrine_cli.ui.failure import FailureError


class KilledError(BaseException):
    """The process was killed: this write was not made, and none after it."""


_READS = ("Get", "List", "Scan", "Query", "Describe", "Receive", "BatchGet", "Head")


_CHANGES = {
    *("CallerReference", "ReceiptHandle", "ExpressionAttributeValues"),
    *("closed", "deleted"),
}
"""Parameters that differ each time the same write is made."""


def _without_changes(asked: Any) -> Any:
    if isinstance(asked, dict):
        return {name: _without_changes(asked[name]) for name in asked if name not in _CHANGES}
    return [_without_changes(each) for each in asked] if isinstance(asked, list) else str(asked)


@dataclass
class Killer:
    """Kills the command before each write once. What it had read before makes no difference.

    Attributes:
        armed: whether it kills.
        killed: the writes before which it killed; they pass from then on.
        calls: the operations that were called.
    """

    armed: bool = False
    killed: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def __call__(self, params: Any, model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        if not self.armed or model.name.startswith(_READS):
            return
        write = f"{model.name} {json.dumps(_without_changes(params), sort_keys=True)}"
        if write not in self.killed:
            self.killed.add(write)
            raise KilledError


@dataclass
class Stack:
    """A deployed stack, and what is in it."""

    account: Account
    deployed: DeployedStack
    killer: Killer

    @property
    def records(self) -> StackRecords:
        return replace(records.deployed(self.deployed), stores=on_aws(self.account))

    def delete(self, shop: str, **options: Any) -> Deletion:
        pauses = options.pop("pauses", [])
        return ShopDeletion(
            self.deployed, records.deployed(self.deployed), shop, Waits(pauses.append), **options
        ).run()

    def put(self, bucket: str, name: str) -> None:
        self.account.client("s3").put_object(Bucket=bucket, Key=name, Body=name.encode())

    def listing(self) -> dict[str, Any]:
        """Everything in the table, the buckets and Parameter Store, by its full name."""
        found: dict[str, Any] = {}
        for page in (
            self.account.client("dynamodb").get_paginator("scan").paginate(TableName="table")
        ):
            found |= {f"{item['pk']['S']} {item['sk']['S']}": item for item in page["Items"]}
        for bucket in ("originals", "media"):
            pages = self.account.client("s3").get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=bucket):
                for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                    name = f"{bucket}/{each['Key']} {each['VersionId']}"
                    found[name] = (each.get("ETag"), each["IsLatest"])
        for page in self.account.client("ssm").get_paginator("describe_parameters").paginate():
            found |= {each["Name"]: each["Version"] for each in page["Parameters"]}
        return found


@pytest.fixture
def stack(open_account: Callable[[str], Account], monkeypatch: pytest.MonkeyPatch) -> Stack:
    account, killer = open_account("boto3"), Killer()
    s3 = account.client("s3")
    s3.put_bucket_versioning(Bucket="originals", VersioningConfiguration={"Status": "Enabled"})
    outputs = {
        "Table": "table",
        "OriginalsBucket": "originals",
        "MediaBucket": "media",
        "MediaUrl": "https://cdn.example/media",
        "CdnDomain": "cdn.example",
        "CdnId": account.distribution(),
        "FailedEvents": account.client("sqs").create_queue(QueueName="failed")["QueueUrl"],
        "ApiUrl": "https://api.example",
        "NativeApiUrl": "https://cdn.example/vitrine/v1",
    }
    account.client("cloudformation").create_stack(
        StackName="shop",
        TemplateBody=json.dumps(
            {"Resources": {}, "Outputs": {name: {"Value": each} for name, each in outputs.items()}}
        ),
    )
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    as_amazon_says = property(lambda _: "Completed", lambda *_: None)  # moto writes capitals
    monkeypatch.setattr(Invalidation, "status", as_amazon_says, raising=False)
    deployed = DeployedStack("shop", account, outputs, "https://api.example", "https://cdn.example")
    account.events.register("provide-client-params", killer)
    return Stack(account, deployed, killer)


def fill(stack: Stack, shop: str, account: str = "1627") -> None:
    """A shop with something of every kind."""
    stored = stack.records
    shop_settings.create_shop(stored, shop, {"inventorum.account": account})
    shop_settings.open_host(stored, shop, f"{shop}.example")
    product_names.register(stored, shop, "7", [f"sku-{shop}"])
    for dialect, refreshable in (("vitrine", False), ("openmage", False), ("inventorum", True)):
        shop_credentials.create_credential(
            stored, CredentialRequest(shop, dialect, refreshable=refreshable)
        )
    galleries = stored.stores.galleries
    first, second, third = (image(each, shop, "3#7") for each in (1, 2, 3))
    before = galleries.gallery(shop, "3#7")
    named = replace(first, name=FileName("lamp", 0, "png"))
    galleries.commit(
        GalleryChange(
            *(shop, "3#7", before, before.append(1)),
            added=(named,),
            named=(FileName("lamp", 0, "png"), 1),
        )
    )
    head = add(stores(stored), second, third)
    galleries.commit(GalleryChange(shop, "3#7", head, head.retire(2), retired=(second,)))
    emptied = image(4, shop, "8")
    head = add(stores(stored), emptied)
    galleries.commit(GalleryChange(shop, "8", head, head.remove(4), removed=(emptied,)))
    galleries.next_image_id(shop)
    galleries.next_default_name(shop)
    stored.stores.imports.reject(Import(replace(arrival(), shop=shop), MOMENT, reason="none"))
    stored.stores.imports.create_batch(replace(BATCH, shop=shop))
    taken = TakeDown("t1", shop, 9, Places(frozenset(), frozenset()), MOMENT)
    DynamoTakeDowns(stored.table).begin(taken)
    own = replace(shelved(int(shop), shop), account=account)
    for each in (own, replace(shelved(5, shop), account=account)):
        stored.stores.library.add(each)
    fill_buckets(stack, shop, account)


def fill_buckets(stack: Stack, shop: str, account: str) -> None:
    library = [replace(shelved(each, shop), account=account) for each in (int(shop), 5)]
    for each in (image(1, shop, "3#7"), image(3, shop, "3#7"), *library):
        address = original_address(each)
        stack.put("originals", address.original_key)
        stack.put("media", f"{address.renditions_prefix}a.png")
    stack.put("originals", original_address(image(1, shop)).original_key)
    stack.put("originals", f"originals/{shop}/4/0-{'a' * 20}/gone.png")
    stack.account.client("s3").delete_object(
        Bucket="originals", Key=f"originals/{shop}/4/0-{'a' * 20}/gone.png"
    )
    stack.put("originals", f"import/{shop}/products/7/1.png")
    stack.put("originals", f"uploads/{shop}/u1/001/1.png")
    stack.put("media", f"media/{shop}/product_images/a/001/a__00100.png")
    letter = failure(event(f"import/{shop}/products/7/1.png"))
    stack.account.client("sqs").send_message(
        QueueUrl=stack.deployed.outputs["FailedEvents"], MessageBody=json.dumps(letter)
    )


def is_of(shop: str, name: str) -> bool:
    """Whether a name in a listing contains a shop's id as a whole word, or its library image."""
    return any(word == shop for word in name.replace("#", "/").replace(" ", "/").split("/"))


def invalidated(stack: Stack) -> list[str]:
    client, cdn = stack.account.client("cloudfront"), stack.deployed.outputs["CdnId"]
    listed = client.list_invalidations(DistributionId=cdn)["InvalidationList"]["Items"]
    found = [client.get_invalidation(DistributionId=cdn, Id=each["Id"]) for each in listed]
    return [
        path
        for each in found
        for path in each["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
    ]


def test_one_shop_goes_and_the_other_stays_as_it_is(stack: Stack) -> None:
    before = stack.listing()
    fill(stack, "123")
    other = {name: each for name, each in stack.listing().items() if name not in before}
    fill(stack, "12")
    shared = original_address(replace(shelved(5, "123"), account="1627")).renditions_prefix
    pauses: list[float] = []

    result = stack.delete("12", pauses=pauses)

    left = stack.listing()
    tombstone = left.pop("SHOP#12 PROFILE")
    assert tombstone.keys() == {"pk", "sk", "deleted", "last"}
    assert tombstone["last"] == {"N": "1"}
    assert left == before | other
    assert any(shared in name for name in left)
    assert result.proof is not None
    assert result.proof.is_zero
    until_the_end = 5  # profile, sequence, place on the list, and two notes of the deletion
    items = sum(isinstance(each, dict) for each in left.values())
    assert result.proof.read == items + until_the_end
    own = original_address(replace(shelved(12, "12"), account="1627")).renditions_prefix
    assert invalidated(stack) == ["/media/12/*", f"/{own}*"]
    assert 60 < pauses[0] < 66
    assert pauses[1:] == [60, 60]
    counts = result.counts
    assert (counts["originals"], counts["older_versions"]) == (4, 3)
    assert (counts["import_files"], counts["public_pictures"]) == (2, 4)
    assert (counts["credentials"], counts["secrets"], counts["dead_letters"]) == (3, 1, 1)


def test_a_deleted_id_is_not_given_again(stack: Stack) -> None:
    fill(stack, "12")
    stack.delete("12")
    before = stack.listing()

    with pytest.raises(FailureError, match="is not given again"):
        shop_settings.create_shop(stack.records, "12", {"inventorum.account": "9"})
    with pytest.raises(FailureError, match="Shop '12' was deleted on"):
        shop_settings.change_shop(stack.records, "12", {})
    with pytest.raises(ConflictError):
        stack.records.shops.change_shop(Shop("12"))
    with pytest.raises(FailureError, match="Shop '12' was deleted on"):
        stack.delete("12")
    with pytest.raises(FailureError, match="There is no shop '1'"):
        stack.delete("1")

    assert stack.listing() == before


def test_a_shop_is_closed_while_it_is_deleted(stack: Stack) -> None:
    fill(stack, "12")
    shop_settings.create_shop(stack.records, "123", {"inventorum.account": "1627"})
    host = "12.example"

    def look(seconds: float) -> None:
        if seconds > 60:
            stored = stack.records.shops
            assert stored.shop("12") is None
            assert stored.shop_of_host(host) is None
            assert all(each.revoked_at for each in stored.credentials("12"))
            listed = {row["shop"]: row["mode"] for row in shop_overview.list_shops(stack.records)}
            assert listed == {"12": "being deleted", "123": "open"}
            with pytest.raises(FailureError, match="is being deleted"):
                shop_settings.create_shop(stack.records, "12", {})
            completes = "'12' is being deleted: 'vitrine shop delete 12' completes that"
            with pytest.raises(FailureError, match=completes):
                shop_credentials.list_credentials(stack.records, "12")
            with pytest.raises(ConflictError):
                stored.change_shop(Shop("12"))

    stored = records.deployed(stack.deployed)
    assert ShopDeletion(stack.deployed, stored, "12", Waits(look)).run().proof


def test_the_import_folder_can_stay(stack: Stack) -> None:
    fill(stack, "12")
    stack.delete("12", keep_import=True)
    left = [name for name in stack.listing() if is_of("12", name)]
    assert [name.partition(" ")[0] for name in left] == [
        "SHOP#12",
        "originals/import/12/products/7/1.png",
    ]


def test_what_comes_back_is_deleted_again(stack: Stack) -> None:
    fill(stack, "12")
    late = iter([True, False, True, False, False])

    def pause(seconds: float) -> None:
        if seconds == 60 and next(late):
            stack.put("media", "media/12/late.png")
            stack.records.table.put(key("IMPORT#12", "FILE#late.png"))

    result = ShopDeletion(
        stack.deployed, records.deployed(stack.deployed), "12", Waits(pause)
    ).run()

    assert next(late, None) is None
    assert [name for name in stack.listing() if is_of("12", name)] == ["SHOP#12 PROFILE"]
    assert invalidated(stack).count("/media/12/*") == len(result.invalidations) == 2


def test_a_shop_that_is_written_to_for_ever_is_left_closed(stack: Stack) -> None:
    fill(stack, "12")

    def pause(_: float) -> None:
        stack.put("media", "media/12/late.png")

    deletion = ShopDeletion(stack.deployed, records.deployed(stack.deployed), "12", Waits(pause))
    with pytest.raises(FailureError, match="written to at every look"):
        deletion.run()
    assert stack.records.shops.is_closing("12")


def test_many_library_images_are_forgotten_with_their_account(stack: Stack) -> None:
    fill(stack, "12")
    for number in range(20, 40):
        stack.records.stores.library.add(shelved(number, "12"))
    stack.delete("12")
    assert invalidated(stack) == ["/media/12/*", "/media/uploads/1627/*"]


def test_a_killed_command_is_repeated(stack: Stack) -> None:
    """Each run is killed before the first write that none was killed before, until one ends."""
    fill(stack, "123")
    kept = stack.listing()
    fill(stack, "12")
    stack.killer.armed = True
    runs, ended = 0, False
    while not ended:
        runs += 1
        with suppress(KilledError):
            stack.delete("12")
            ended = True

    operations = {each.partition(" ")[0] for each in stack.killer.killed}
    assert operations == {
        *("UpdateItem", "DeleteItem", "PutItem", "BatchWriteItem", "TransactWriteItems"),
        *("DeleteObjects", "DeleteParameter", "CreateInvalidation"),
        *("DeleteMessage", "ChangeMessageVisibilityBatch"),
    }
    assert 20 < runs <= len(stack.killer.killed) + 1  # two writes of one run can be killed
    assert [name for name in stack.listing() if name not in kept] == ["SHOP#12 PROFILE"]
    assert kept.items() <= stack.listing().items()


def test_what_interrupted_runs_deleted_is_added_up(stack: Stack) -> None:
    """Each step is interrupted when it begins, and each wait; then the last run counts all."""
    fill(stack, "12")
    fill(stack, "34", "99")
    whole = stack.delete("12")
    steps: set[str] = set()

    def interrupt(step: str) -> None:
        if step not in steps:
            steps.add(step)
            raise KeyboardInterrupt

    def pause(seconds: float) -> None:
        interrupt(f"wait {seconds:.0f}")

    stored = records.deployed(stack.deployed)
    ended, runs = None, 0
    while ended is None:
        runs += 1
        with suppress(KeyboardInterrupt):
            deletion = ShopDeletion(stack.deployed, stored, "34", Waits(pause), progress=interrupt)
            ended = deletion.run()

    assert runs == len(steps) + 1 > 6
    assert ended.counts == whole.counts
    assert set(ended.counts) == set(KINDS)
    completed = len(ended.invalidations)
    assert completed == invalidated(stack).count("/media/34/*") > 1
    assert len({*ended.invalidations}) == completed


def test_a_large_deletion_notes_its_counts_on_the_way(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is killed writes nothing any more; 1000 objects are one batch."""
    fill(stack, "12")
    monkeypatch.setattr(shop_deletion, "_NOTED_EACH", 5)
    stack.killer.armed = True
    noted = []
    ended = None
    while ended is None:
        with suppress(KilledError):
            ended = stack.delete("12")
        noted.append(DeletionNotes(stack.records.table, "12").deleted()[0])

    before = [sum(each.values()) for each in noted[:-1]]
    assert before == sorted(before)
    assert before[-1] > 0
    assert ended.counts["originals"] == 4


@pytest.fixture
def command(stack: Stack) -> Callable[..., Result]:
    """Runs `vitrine shop delete` with a replacement for its waits."""
    fill(stack, "12")

    def run(*arguments: str, sleep: Callable[[float], None] = lambda _: None) -> Result:
        asked = ["shop", "delete", *arguments, "--stack", "shop"]
        return CliRunner().invoke(app, asked, input="12\n", obj=Waits(sleep))

    return run


def test_the_proof_is_printed_although_the_report_cannot_be_written(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    """Its folder goes while the shop is deleted; a second run would say that there is no shop."""
    folder = tmp_path / "reports"
    folder.mkdir()

    def lose(_: float) -> None:
        if folder.exists():
            folder.rmdir()

    done = command("12", "--yes", "--json", "--report", str(folder / "12.json"), sleep=lose)

    assert json.loads(done.stdout)["proof"]["items"] == 0
    assert str(done.exception).startswith("The shop is deleted; the report ")


def test_without_an_answer_nothing_is_deleted(stack: Stack, command: Callable[..., Result]) -> None:
    before = stack.listing()
    asked = command("12")
    assert asked.exit_code == 2
    assert "Shop 12: 5 images" in asked.stderr
    assert isinstance(command("13", "--yes").exception, FailureError)
    assert stack.listing() == before
    assert stack.killer.calls.count("DeleteObjects") == 0


def test_the_command_prints_what_it_deleted_and_the_proof(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    done = command("12", "--yes", "--json", "--report", str(tmp_path / "report.json"))

    printed = json.loads(done.stdout)
    assert json.loads((tmp_path / "report.json").read_text()) == printed
    proof = printed["proof"]
    assert (proof["objects"], proof["items"], proof["secrets"]) == (0, 0, 0)
    assert printed["deleted"]["originals"] == 4
    assert len(printed["invalidations"]) == 1
    assert len(printed["left_for_a_time"]) == 4


def test_an_interrupted_command_says_how_it_goes_on(
    stack: Stack, command: Callable[..., Result]
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    done = command("12", "--yes", sleep=interrupt)
    assert (done.exit_code, done.stdout) == (130, "")
    assert "the same command goes on" in done.stderr
    again = command("12", "--yes")
    assert again.exit_code == 0
    assert "Proof" in again.stdout
    assert [name for name in stack.listing() if is_of("12", name)] == ["SHOP#12 PROFILE"]

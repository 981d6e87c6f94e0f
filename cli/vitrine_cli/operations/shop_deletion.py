"""Deleting a shop: everything of it, in an order in which nothing comes back, and the proof.

Each step is idempotent, and what a later step needs to know is stored in the table before an
earlier one deletes its source. So the command can be killed anywhere and repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from vitrine.adapters.cdn import CloudFrontCdn
from vitrine.adapters.table import ConditionFailedError, key
from vitrine.clock import now
from vitrine.domain.credentials import Scheme
from vitrine.domain.errors import ThrottledError
from vitrine.domain.invalidations import MOST_PATHS
from vitrine.domain.locations import cdn_path, shop_cdn_path
from vitrine_cli.operations import records as stack_records
from vitrine_cli.operations.dead_letters import DeadLetters
from vitrine_cli.operations.deletion_notes import CLOSING, DeletionNotes
from vitrine_cli.operations.shop_items import ItemKey, Walk, delete_items
from vitrine_cli.operations.shop_objects import (
    Prefix,
    delete_versions,
    library_folders,
    prefixes_of,
    versions,
)
from vitrine_cli.operations.shop_settings import why_absent
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.records import StackRecords

_FOLDER = "CLOSING#"
_PROFILE, _SEQUENCE, _CREDENTIAL = "PROFILE", "SEQUENCE", "CREDENTIAL#"
KINDS = (
    *("records", "originals", "older_versions", "import_files", "public_pictures"),
    *("credentials", "secrets", "dead_letters"),
)
_NOTED_EACH = 1000  # things deleted
_QUIET_LOOKS = 2
_MOST_LOOKS = 10


@dataclass(frozen=True, slots=True)
class Waits:
    """What a deletion waits for, and how.

    Attributes:
        sleep: waits for a number of seconds.
        closed: seconds after the shop was closed; functions remember credentials for 60.
        between_looks: seconds before each look for what events on their way left.
        cdn_busy: seconds before an invalidation that the CDN refused is tried again.
    """

    sleep: Callable[[float], None] = time.sleep
    closed: float = 65
    between_looks: float = 60
    cdn_busy: float = 20


@dataclass(slots=True)
class Proof:
    """What the last look found.

    Attributes:
        at: when, UTC.
        items: items of the shop in the table, without its tombstone.
        read: items that the look read: the whole table.
        objects: keys of the shop in the buckets, all versions.
        secrets: its secrets in Parameter Store.
    """

    at: datetime
    items: int
    read: int
    objects: int
    secrets: int

    @property
    def is_zero(self) -> bool:
        """Whether nothing is left."""
        return not (self.items or self.objects or self.secrets)


@dataclass(slots=True)
class Deletion:
    """What was deleted, by this run and by earlier ones that were interrupted.

    Attributes:
        counts: numbers by what was deleted (`KINDS`).
        invalidations: ids of the CDN's invalidations.
        proof: what the last look found; None until then.
    """

    counts: dict[str, int] = field(default_factory=dict)
    invalidations: list[str] = field(default_factory=list)
    proof: Proof | None = None

    def add(self, name: str, number: int) -> None:
        """Count what was deleted."""
        self.counts[name] = self.counts.get(name, 0) + number

    @property
    def total(self) -> int:
        """How much was deleted in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class ShopDeletion:
    """The steps of deleting one shop.

    Attributes:
        stack: the stack.
        records: its records.
        shop: the shop's id.
        keep_import: whether the files in the import folder stay.
        pause: waits for a number of seconds.
        progress: is told each step.
        result: what was deleted so far.
    """

    stack: DeployedStack
    records: StackRecords
    shop: str
    waits: Waits = field(default_factory=Waits)
    keep_import: bool = False
    progress: Callable[[str], None] = lambda _: None
    result: Deletion = field(default_factory=Deletion)

    def run(self) -> Deletion:
        """Delete the shop, and prove it.

        Raises:
            FailureError: there is no such shop, it was deleted, or things keep coming back.
        """
        self.progress("Closing the shop")
        self._close()
        counts, self.result.invalidations = self._notes.deleted()
        self.result.counts = {**dict.fromkeys(KINDS, 0), **counts}
        try:
            self._delete()
        finally:
            self._save()
        self._bury()
        return self.result

    def _delete(self) -> None:
        """Steps 2 to 6: all but the profile."""
        self.progress("Deleting records")
        self._remember_folders()
        self._delete_items()
        self.progress("Deleting originals and public pictures")
        self._delete_objects()
        self._delete_dead_letters()
        self.progress("Removing pictures from the CDN")
        self._invalidate("first")
        self.progress("Looking again")
        self._look_again()

    @property
    def _notes(self) -> DeletionNotes:
        return DeletionNotes(self.records.table, self.shop)

    def _count(self, name: str, number: int) -> None:
        """Count what was deleted, and note it now and then: a killed run cannot at its end."""
        before = self.result.total
        self.result.add(name, number)
        if before // _NOTED_EACH != self.result.total // _NOTED_EACH:
            self._save()

    def _save(self) -> None:
        self._notes.save(self.result.counts, self.result.invalidations)

    def _close(self) -> None:
        """Step 1: nothing new can come in, and functions have forgotten the shop."""
        try:
            self.records.shops.close_shop(self.shop)
        except ConditionFailedError:
            raise FailureError(why_absent(self.records, self.shop)) from None
        for each in self.records.shops.credentials(self.shop):
            if each.revoked_at is None:
                self.records.shops.revoke_credential(self.shop, each.id, now())
        for host in self.records.shops.hosts(self.shop):
            if self.records.shops.shop_of_host(host) == self.shop:
                self.records.table.delete(f"HOST#{host}", "HOST")
            self.records.table.delete(f"SHOP#{self.shop}", f"HOST#{host}")
        left = self.waits.closed - (now() - self._notes.closed_at()).total_seconds()
        if left > 0:
            self.waits.sleep(left)

    def _remember_folders(self) -> None:
        """Note where the library's pictures are, before the records that say so are deleted."""
        client, bucket = self.stack.s3(), self.stack.outputs["OriginalsBucket"]
        for folder in sorted(library_folders(client, bucket, self.records, self.shop)):
            self.records.table.put(key(f"SHOP#{self.shop}", f"{_FOLDER}{folder}"))

    def _delete_items(self) -> None:
        """Step 2: secrets; then all items but credentials, which name the clients of refresh
        tokens; then credentials."""
        credentials = self.records.shops.credentials(self.shop)
        secrets = self._secrets()
        for name in secrets:
            self._ssm_delete(name)
            self._count("secrets", 1)
        clients = frozenset(each.digest for each in credentials)
        found, own = self._walk().items_of(self.shop, clients), list[ItemKey]()
        table = self.stack.outputs["Table"]
        client = self.stack.dynamodb()

        def records_first() -> Iterator[ItemKey]:
            for each in found:
                if self._is_credential(each):
                    own.append(each)
                elif not self._stays(each):
                    yield each

        for batch in delete_items(client, table, records_first(), self.waits.sleep):
            self._count("records", len(batch))
        own.sort(key=lambda each: each.pk.startswith("SHOP#"))  # the list that names them, last
        for batch in delete_items(client, table, own, self.waits.sleep):
            self._count("credentials", sum(each.pk.startswith("SHOP#") for each in batch))

    def _delete_objects(self) -> None:
        """Step 3: all versions of originals, import files and public pictures."""
        places = prefixes_of(self.stack.outputs, self.shop, keep_import=self.keep_import)
        media = self.stack.outputs["MediaBucket"]
        places["public_pictures"] += [Prefix(media, folder) for folder in self._folders()]
        for name, prefixes in places.items():
            for each in prefixes:
                for deleted in delete_versions(self.stack.s3(), each):
                    self._count(name, deleted.files)
                    self._count("older_versions", deleted.older)

    def _delete_dead_letters(self) -> None:
        """Step 4: failed events of this shop's objects."""
        with DeadLetters(self.stack.sqs(), self.stack.outputs["FailedEvents"]) as letters:
            for each in letters:
                shops = {"".join(key.split("/")[1:2]) for key in each.keys}
                if shops == {self.shop}:
                    letters.remove(each)
                    self._count("dead_letters", 1)

    def _invalidate(self, which: str) -> None:
        """Step 5: the CDN forgets the shop's pictures, and it is waited for.

        A library of many images is forgotten with its whole account: other shops of the account
        lose copies in the CDN, and no pictures.
        """
        folders = self._folders()
        if len(folders) >= MOST_PATHS:
            folders = sorted({"/".join(each.split("/")[:3]) + "/" for each in folders})
        paths = [shop_cdn_path(self.shop), *map(cdn_path, folders)]
        cdn = CloudFrontCdn(self.stack.client("cloudfront"), self.stack.outputs["CdnId"])
        for start in range(0, len(paths), MOST_PATHS):
            batch = paths[start : start + MOST_PATHS]
            self.result.invalidations.append(self._invalidated(cdn, f"delete-{which}", batch))

    def _invalidated(self, cdn: CloudFrontCdn, reference: str, paths: list[str]) -> str:
        while True:
            try:
                made = cdn.invalidate(f"{reference}-{self.shop}-{now().isoformat()}", paths)
                break
            except ThrottledError:
                self.waits.sleep(self.waits.cdn_busy)
        waiter = self.stack.client("cloudfront").get_waiter("invalidation_completed")
        waiter.wait(DistributionId=self.stack.outputs["CdnId"], Id=made)
        return made

    def _look_again(self) -> None:
        """Step 6: an event that was on its way may have left pictures or items.

        Raises:
            FailureError: something is found at every look.
        """
        quiet, found_any = 0, False
        for _ in range(_MOST_LOOKS):
            self.waits.sleep(self.waits.between_looks)
            self.result.proof = self._look()
            if self.result.proof.is_zero:
                quiet += 1
                if quiet == _QUIET_LOOKS:
                    break
                continue
            quiet, found_any = 0, True
            self._delete_items()
            self._delete_objects()
        else:
            raise FailureError(
                f"Shop '{self.shop}' is being written to at every look: run the command again."
            )
        if found_any:
            self._invalidate("again")

    def _look(self) -> Proof:
        walk = self._walk()
        clients = frozenset(each.digest for each in self.records.shops.credentials(self.shop))
        items = sum(not self._stays(each) for each in walk.items_of(self.shop, clients))
        places = prefixes_of(self.stack.outputs, self.shop, keep_import=self.keep_import)
        media = self.stack.outputs["MediaBucket"]
        prefixes = [each for found in places.values() for each in found]
        prefixes += [Prefix(media, folder) for folder in self._folders()]
        s3 = self.stack.s3()
        objects = sum(1 for each in prefixes for _ in versions(s3, each))
        return Proof(now(), items, walk.read, objects, len(self._secrets()))

    def _bury(self) -> None:
        """Step 7: only the tombstone stays."""
        for folder in self._folders():
            self.records.table.delete(f"SHOP#{self.shop}", f"{_FOLDER}{folder}")
        self.records.shops.bury_shop(self.shop, (f"SHOP#{self.shop}", CLOSING))

    def _walk(self) -> Walk:
        return Walk(self.stack.dynamodb(), self.stack.outputs["Table"])

    def _stays(self, item: ItemKey) -> bool:
        """Whether an item stays until the tombstone is written."""
        if item.pk == "SHOPS":
            return True
        own = item.pk == f"SHOP#{self.shop}"
        return own and (item.sk in (_PROFILE, _SEQUENCE) or item.sk.startswith(CLOSING))

    def _is_credential(self, item: ItemKey) -> bool:
        return item.sk == "CREDENTIAL" or (
            item.pk == f"SHOP#{self.shop}" and item.sk.startswith(_CREDENTIAL)
        )

    def _folders(self) -> list[str]:
        """The folders of the library's pictures, as noted."""
        items = self.records.table.query(f"SHOP#{self.shop}", _FOLDER)
        return [item["sk"].removeprefix(_FOLDER) for item in items]

    def _secrets(self) -> list[str]:
        """Names of the parameters that hold the shop's OAuth secrets."""
        path = stack_records.secrets_path(self.stack.name)
        names = [
            f"{path}/{each.digest}"
            for each in self.records.shops.credentials(self.shop)
            if each.scheme is Scheme.OAUTH
        ]
        found: list[str] = []
        for start in range(0, len(names), 10):  # the most of GetParameters
            answer = self.stack.ssm().get_parameters(Names=names[start : start + 10])
            found += [each["Name"] for each in answer["Parameters"]]
        return found

    def _ssm_delete(self, name: str) -> None:
        client = self.stack.ssm()
        try:
            client.delete_parameter(Name=name)
        except client.exceptions.ParameterNotFound:
            return

"""A copy of a local stack's table and secrets, for the case that the emulator is killed.

The emulator stores objects at once, but the table and secrets only when it ends by itself. The
proxy therefore writes a copy every minute. A copy is one file of JSON lines, replaced atomically;
the file's modification time is when it was last found to be the present state. It has all of a
transaction or nothing: what is written while the table is read is taken from the table's stream.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli.local import emulator
from vitrine_cli.local.worker_folders import remove_left

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "table.jsonl"
RUNNING = "running"
"""A file in the folder of a stack from its start until it was stopped, touched while it runs."""
_SECONDS = 60
_LOOK_SECONDS = 5
_BATCH = 25  # the most writes of one BatchWriteItem


@dataclass(frozen=True, slots=True)
class Storage:
    """What is copied.

    Attributes:
        endpoint: URL of the emulator.
        table: name of the table.
        secrets: path of the secrets in Parameter Store.
    """

    endpoint: str
    table: str
    secrets: str

    def lines(self) -> Iterator[str]:
        """The present state, one JSON object a line, in an order that does not change."""
        items = self._items().values()
        yield from sorted(
            json.dumps({"item": each}, sort_keys=True, default=_text_of) for each in items
        )
        pages = self._client("ssm").get_paginator("get_parameters_by_path")
        found = pages.paginate(Path=self.secrets, Recursive=True, WithDecryption=True)
        secrets = {each["Name"]: each["Value"] for page in found for each in page["Parameters"]}
        for name in sorted(secrets):
            yield json.dumps({"secret": name, "value": secrets[name]})

    def _items(self) -> dict[tuple[str, str], Any]:
        """All items as they were at one moment, by key.

        The pages of a scan are read one after the other, so that a transaction can be found in one
        and not in another. The records of the stream since the scan began have what is missing.
        """
        streams, client = self._client("dynamodbstreams"), self._client("dynamodb")
        stream = client.describe_table(TableName=self.table)["Table"]["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
        next_records = streams.get_shard_iterator(
            StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]
        pages = client.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        items = {_key(each): each for page in pages for each in page["Items"]}
        while (read := streams.get_records(ShardIterator=next_records))["Records"]:
            for record in read["Records"]:
                changed = record["dynamodb"]
                if record["eventName"] == "REMOVE":
                    items.pop(_key(changed["Keys"]), None)
                else:
                    items[_key(changed["Keys"])] = changed["NewImage"]
            next_records = read["NextShardIterator"]
        return items

    def partitions(self) -> set[str]:
        """The partition keys of all items."""
        pages = self._client("dynamodb").get_paginator("scan")
        return {
            each["pk"]["S"]
            for page in pages.paginate(TableName=self.table, ProjectionExpression="pk")
            for each in page["Items"]
        }

    def restore(self, copy: Path) -> None:
        """Make the table and the secrets what a copy says. Idempotent."""
        items, secrets = [], {}
        with copy.open(encoding="utf-8") as lines:
            for line in lines:
                match json.loads(line, object_hook=_with_bytes):
                    case {"item": item}:
                        items.append(item)
                    case {"secret": name, "value": value}:
                        secrets[name] = value
        self._restore_items(items)
        ssm = self._client("ssm")
        for name, value in secrets.items():
            ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)

    def _restore_items(self, items: list[Any]) -> None:
        client = self._client("dynamodb")
        wanted = {_key(each): each for each in items}
        present = {
            _key(each): each
            for page in client.get_paginator("scan").paginate(TableName=self.table)
            for each in page["Items"]
        }
        writes: list[Any] = [
            {"DeleteRequest": {"Key": {name: item[name] for name in ("pk", "sk")}}}
            for key, item in present.items()
            if key not in wanted
        ]
        writes += [
            {"PutRequest": {"Item": item}}
            for key, item in wanted.items()
            if present.get(key) != item
        ]
        for start in range(0, len(writes), _BATCH):
            asked = {self.table: writes[start : start + _BATCH]}
            while asked:
                asked = client.batch_write_item(RequestItems=asked)["UnprocessedItems"]

    def _client(self, service: str) -> Any:
        return _client(self.endpoint, service)


@functools.cache
def _client(endpoint: str, service: str) -> Any:
    once = Config(retries={"total_max_attempts": 1})
    return emulator.session().client(service, endpoint_url=endpoint, config=once)  # type: ignore[call-overload]


@contextmanager
def keep_copying(storage: Storage, folder: Path, seconds: float = _SECONDS) -> Iterator[None]:
    """Write copies inside the block while the emulator answers, and note when it last did.

    Folders of functions' processes that were killed are removed at the same times.

    Args:
        storage: what is copied.
        folder: where to.
        seconds: how long to wait before each copy.
    """
    ended, began = threading.Event(), time.monotonic()

    def copy() -> None:
        due = began + seconds
        while not ended.wait(min(_LOOK_SECONDS, seconds)):
            try:
                httpx.get(f"{storage.endpoint}/_ministack/health", timeout=_LOOK_SECONDS)
                (folder / RUNNING).touch()
                if time.monotonic() >= due:
                    remove_left(folder / "tmp")
                    write_copy(storage, folder)
                    due = time.monotonic() + seconds
            except httpx.TransportError:
                continue  # the emulator has ended
            except (ClientError, BotoCoreError, OSError) as error:
                print(f"No copy of the table was written: {error}", flush=True)

    copying = threading.Thread(target=copy)
    copying.start()
    try:
        yield
    finally:
        ended.set()
        copying.join()


def write_copy(storage: Storage, folder: Path) -> bool:
    """Write the present state into a folder, unless the copy there says the same.

    Returns:
        Whether the state had changed.
    """
    text = "".join(f"{line}\n" for line in storage.lines())
    copy = folder / FILE
    if copy.exists() and copy.read_text(encoding="utf-8") == text:
        os.utime(copy)
        return False
    unfinished = folder / f"{FILE}.new"
    unfinished.touch(mode=0o600)  # it contains secrets
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(copy)
    return True


def copied_at(folder: Path) -> datetime | None:
    """When the copy in a folder was last found to be the present state; None without a copy."""
    copy = folder / FILE
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC) if copy.exists() else None


def copied_keys(folder: Path) -> Iterator[tuple[str, str]]:
    """The partition and sort keys of all items of the copy in a folder."""
    with (folder / FILE).open(encoding="utf-8") as lines:
        for line in lines:
            if (item := json.loads(line).get("item")) is not None:
                yield _key(item)


def _key(item: Any) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _with_bytes(value: dict[str, Any]) -> Any:
    """A value of DynamoDB with the bytes that its JSON has as text."""
    match value:
        case {"B": str(data)}:
            return {"B": base64.b64decode(data)}
        case {"BS": [*data]}:
            return {"BS": [base64.b64decode(each) for each in data]}
    return value

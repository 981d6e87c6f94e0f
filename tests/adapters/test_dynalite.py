"""The adapters' expressions under a second opinion: dynalite checks them more strictly than moto.

dynalite 4.0.0 lacks TransactWriteItems, TransactGetItems, time to live and streams. `OneByOne`
makes of a transaction its single writes, which it undoes where one fails. So their expressions are
checked, but not what other writers see meanwhile; the tests of the local stack show that.
"""

import inspect
import itertools
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.adapters import (
    test_galleries,
    test_imports,
    test_library,
    test_listing,
    test_oauth_consumers,
    test_shops,
    test_usage,
)
from tests.adapters.conftest import TABLE, Adapters
from tests.fakes import FakeBlobs, FakeOAuthSecretStore
from tests.gateway import ROOT
from tests.npm import installed

from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.idempotency_keys import DynamoIdempotencyKeys
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.oauth_consumers import DynamoOAuthConsumers
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine_cli.local.node import install_node

PACKAGE = ROOT / "tests/dynalite"
SECONDS = 30
TABLES = itertools.count()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The URL of a dynalite that runs for this module."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    program = installed(PACKAGE) / "node_modules/dynalite/cli.js"
    times = ("--createTableMs", "0", "--deleteTableMs", "0")
    command = [install_node(), program, "--host", "127.0.0.1", "--port", port, *times]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                with closing(socket.socket()) as attempt:
                    if attempt.connect_ex(("127.0.0.1", int(port))) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


class OneByOne:
    """A client of DynamoDB that makes of each transaction its single writes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> None:  # noqa: N803
        """Write one item after the other; undo all if a condition does not hold."""
        written: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = []
        for each in TransactItems:
            ((kind, action),) = each.items()
            table = action["TableName"]
            key = action.get("Key") or {name: action["Item"][name] for name in ("pk", "sk")}
            before = self._client.get_item(TableName=table, Key=key, ConsistentRead=True)
            try:
                getattr(self._client, f"{kind.lower()}_item")(**action)
            except self._client.exceptions.ConditionalCheckFailedException as error:
                self._undo(written)
                reasons = [{"Code": "ConditionalCheckFailed"}]
                canceled = {"Error": {"Code": "TransactionCanceledException", "Message": kind}}
                answer: Any = {**canceled, "CancellationReasons": reasons}
                raise ClientError(answer, "TransactWriteItems") from error
            written.append((table, key, before.get("Item")))

    def _undo(self, written: list[tuple[str, dict[str, Any], dict[str, Any] | None]]) -> None:
        for table, key, before in reversed(written):
            if before is None:
                self._client.delete_item(TableName=table, Key=key)
            else:
                self._client.put_item(TableName=table, Item=before)


@pytest.fixture
def adapters(endpoint: str) -> Adapters:
    """The adapters over a table of their own in dynalite; storage and secrets in memory."""
    session = boto3.Session("key", "secret", region_name="eu-central-1")
    once = Config(connect_timeout=5, read_timeout=SECONDS, retries={"total_max_attempts": 1})
    client = session.client("dynamodb", endpoint_url=endpoint, config=once)
    name = f"table{next(TABLES)}"
    client.create_table(TableName=name, **TABLE)
    deadline = time.monotonic() + SECONDS
    while client.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    table: Any = OneByOne(client)
    table = Table(table, name)
    return Adapters(
        DynamoShops(table),
        DynamoGalleries(table),
        DynamoLibrary(table),
        FakeBlobs(),
        DynamoImports(table),
        DynamoOAuthConsumers(table),
        FakeOAuthSecretStore(),
        DynamoIdempotencyKeys(table),
    )


def adapter_tests(module: ModuleType) -> dict[str, Any]:
    """The tests of a module that need the adapters and nothing else of AWS."""
    return {
        f"test_{module.__name__.rpartition('.test_')[2]}_{name.removeprefix('test_')}": test
        for name, test in vars(module).items()
        if name.startswith("test_")
        and "adapters" in (parameters := inspect.signature(test).parameters)
        and not {"aws", "open_account"} & parameters.keys()
    }


for _module in (
    *(test_galleries, test_imports, test_library, test_listing, test_oauth_consumers, test_shops),
    test_usage,
):
    globals().update(adapter_tests(_module))

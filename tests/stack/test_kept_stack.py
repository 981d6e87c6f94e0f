"""A stack that is stopped, killed and started again: what it keeps, and what it says."""

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from tests import pictures
from tests.stack.conftest import (
    BigCommerce,
    Tiendanube,
    forget,
    free_port,
    served,
    until,
    vitrine,
)

from vitrine_cli.local import emulator, ownership, stacks, table_copy
from vitrine_cli.operations import records
from vitrine_cli.operations.interrupted_take_downs import interrupted_take_downs

pytestmark = pytest.mark.xdist_group("kept stack")


@dataclass
class Kept:
    """A stack that is stopped and started again.

    Attributes:
        port: its port.
        client: keeps no connection, as servers go.
        described: what `vitrine up --json` printed first.
        told: what the last `vitrine up` printed to the person.
    """

    port: int
    client: httpx.Client
    described: dict[str, Any]
    told: str = ""

    @property
    def stack(self) -> stacks.Stack:
        found = stacks.load(self.port)
        assert found is not None
        return found

    def up(self) -> dict[str, Any]:
        started = vitrine("up", "--detach", "--json", "--port", str(self.port))
        assert started.returncode == 0, started.stderr
        self.told = started.stderr
        described: dict[str, Any] = json.loads(started.stdout)
        return described

    def down(self) -> None:
        done = vitrine("down", "--port", str(self.port))
        assert done.returncode == 0, done.stderr

    def order(self, product: int) -> list[int]:
        """Ids of the images of a product, in gallery order."""
        login = self.described["credentials"]["tiendanube"]
        listed = Tiendanube(login["store_id"], login["token"], self.client).listed(product)
        return [each["id"] for each in listed]

    def shop(self) -> BigCommerce:
        login = self.described["credentials"]["bigcommerce"]
        return BigCommerce(login["store_hash"], login["token"], self.client)


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """A stack with two images, the second before the first."""
    port = free_port()
    none_kept = httpx.Limits(max_keepalive_connections=0)
    base_url = f"http://localhost:{port}"
    with httpx.Client(base_url=base_url, timeout=60, limits=none_kept) as client:
        kept = Kept(port, client, {})
        try:
            kept.described = kept.up()
            for sort, size in ((7, 300), (2, 200)):
                made = kept.shop().upload(5, pictures.png(size, 100), sort_order=sort)
                assert made.status_code == 201, made.text
            yield kept
        finally:
            forget(port)


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    until(lambda: True if not process.is_running() else None)


def consistent(kept: Kept, product: int) -> list[dict[str, Any]]:
    """The images that are listed; head, records and originals agree with them."""
    listed = kept.shop().listed(product)
    usage = vitrine("shop", "usage", "1234", "--exact", "--json", "--port", str(kept.port))
    found = json.loads(usage.stdout)
    assert (found["differing"], found["orphans"], found["missing"]) == ({}, [], []), found
    assert found["objects"]["originals"]["files"] == found["images"]
    return listed


def test_a_stopped_stack_comes_back_as_it_was(kept: Kept) -> None:
    before = kept.shop().listed(5)
    assert kept.order(5) == [2, 1]
    picture = served(kept.shop().client, before[0]["standard_url"]).content

    kept.down()
    assert kept.stack.processes == []
    assert ownership.processes_of(kept.port) == {}
    assert "stopped" in vitrine("status").stdout
    again = vitrine("down", "--port", str(kept.port))
    assert "is stopped" in again.stderr

    assert kept.up() == kept.described
    assert "Deploying" not in kept.told
    assert (kept.shop().listed(5), kept.order(5)) == (before, [2, 1])
    assert kept.shop().client.get(before[0]["standard_url"]).content == picture


def test_a_stack_that_was_stopped_misses_no_record_of_its_stream(kept: Kept) -> None:
    """A record that is deleted without its original, as by a function that died between."""
    session, endpoint = emulator.session(), kept.stack.endpoint
    s3 = session.client("s3", endpoint_url=endpoint)
    dynamodb = session.client("dynamodb", endpoint_url=endpoint)
    bucket, table = kept.stack.outputs["OriginalsBucket"], kept.stack.outputs["Table"]
    folder = "originals/1234/4000/"
    s3.put_object(Bucket=bucket, Key=f"{folder}0-0123456789abcdef0123/a.png", Body=b"left")
    record = {"pk": {"S": "GALLERY#1234#left"}, "sk": {"S": "IMAGE#000000004000"}}

    dynamodb.put_item(TableName=table, Item=record)
    dynamodb.delete_item(TableName=table, Key=record)

    until(lambda: not s3.list_objects_v2(Bucket=bucket, Prefix=folder)["KeyCount"] or None, 30)


def test_a_take_down_that_was_under_way_is_carried_out_at_the_next_start(kept: Kept) -> None:
    """Its record of the stream is not read before the stack is stopped."""
    functions = emulator.session().client("lambda", endpoint_url=kept.stack.endpoint)
    for each in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=each["UUID"], Enabled=False)
    image = kept.shop().upload(12, pictures.png(50, 50)).json()
    served(kept.shop().client, image["standard_url"])
    port = str(kept.port)
    begun = vitrine("image", "forget", f"1234/{image['id']}", "--yes", "--no-wait", "--port", port)
    assert begun.returncode == 0, begun.stderr

    def begun_still() -> int:
        return len(interrupted_take_downs(records.local(kept.stack)))

    assert begun_still() == 1
    kept.down()

    kept.up()

    assert "Carrying out take-downs that were under way (1)" in kept.told
    assert begun_still() == 0


def test_sixty_requests_at_once_from_cold_get_no_error(kept: Kept) -> None:
    """Only one function of this start has run yet."""
    login = kept.described["credentials"]
    evotor, tiendanube = login["evotor"], login["tiendanube"]
    asked = [
        (f"/stores/{evotor['store_id']}/products/5/images", {"X-Authorization": evotor["token"]}),
        (
            f"/v1/{tiendanube['store_id']}/products/5/images",
            {"Authentication": f"bearer {tiendanube['token']}"},
        ),
        ("/api/rest/products/5/images", {}),
    ]

    def get(number: int) -> int:
        path, headers = asked[number % len(asked)]
        return kept.client.get(path, headers=headers).status_code

    with ThreadPoolExecutor(60) as pool:
        statuses = list(pool.map(get, range(60)))

    assert set(statuses) == {200}
    found = [each for own in ownership.processes_of(kept.port).values() for each in own]
    assert sum(each.memory_info().rss for each in found if each.is_running()) < 2 * 2**30


def test_a_worker_that_is_killed_at_work_is_one_failure_in_the_words_of_aws(kept: Kept) -> None:
    shop, heavy = kept.shop(), pictures.png(3000, 2000)
    assert shop.upload(11, heavy).status_code == 201
    (worker,) = [
        each
        for each in psutil.Process(kept.stack.processes[0].pid).children(recursive=True)
        if "bigcommerce-create" in each.cwd()
    ]
    worked = worker.cpu_times().user
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(shop.upload, 11, heavy)
        until(lambda: True if worker.cpu_times().user > worked else None)
        worker.kill()
        answer = asked.result()

    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert shop.upload(11, heavy).status_code == 201


def test_a_killed_emulator_is_told_and_the_catalogue_agrees_with_the_objects(kept: Kept) -> None:
    """The copy is written while pictures are uploaded, as the proxy does it each minute."""
    shop, copied = kept.shop(), threading.Event()

    def upload(number: int) -> int:
        if number == 6:
            table_copy.write_copy(kept.stack.storage, kept.stack.folder)
            copied.set()
        if number == 12:
            assert copied.wait(60)
            kill(kept.stack.processes[0].pid)
        try:
            return shop.upload(9, pictures.png(60 + number, 60)).status_code
        except httpx.TransportError:
            return 0

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(upload, range(16)))
    assert {201, 503} <= {*statuses}

    assert kept.up() == kept.described
    assert "The stack was killed at" in kept.told
    assert "the catalogue is as of" in kept.told
    assert "Deploying" not in kept.told
    assert len(kept.shop().listed(5)) == 2
    listed = consistent(kept, 9)
    assert 0 < len(listed) < statuses.count(201) + 1
    for each in listed:
        assert served(shop.client, each["zoom_url"]).status_code == 200
    added = shop.upload(9, pictures.png(90, 90))
    assert added.status_code == 201
    assert added.json()["id"] > max(each["id"] for each in listed)
    served(shop.client, added.json()["zoom_url"])


def test_an_interrupted_start_of_a_killed_stack_loses_nothing(
    kept: Kept, foreground: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """The copy is younger than the state with which the emulator is started."""
    assert kept.shop().upload(11, pictures.png(70, 70)).status_code == 201
    before = kept.shop().listed(11)
    table_copy.write_copy(kept.stack.storage, kept.stack.folder)
    kill(kept.stack.processes[0].pid)
    starting = foreground("up", "--detach", "--port", str(kept.port))
    assert starting.stdout is not None
    until(lambda: "✓ Starting the local AWS" in starting.stdout.readline() or None)
    starting.send_signal(signal.SIGINT)
    assert starting.wait(120) == 130

    assert kept.up() == kept.described

    assert "The stack was killed at" in kept.told
    assert kept.shop().listed(11) == before


def test_a_killed_proxy_costs_nothing(kept: Kept) -> None:
    before = kept.shop().listed(5)
    kill(kept.stack.processes[1].pid)

    assert kept.up() == kept.described
    assert "Stopping what is left of the stack" in kept.told
    assert "killed" not in kept.told
    assert kept.shop().listed(5) == before


def test_another_seed_and_a_question_are_refused(kept: Kept) -> None:
    port = str(kept.port)
    other = vitrine("up", "--detach", "--json", "--seed", "other", "--port", port)
    assert (other.returncode, other.stdout) == (1, "")
    assert "was not made from this seed" in other.stderr
    for arguments in (("down", "--forget"), ("up", "--reset")):
        refused = vitrine(*arguments, "--port", port)
        assert refused.returncode == 2
        assert "shop 1234 (" in refused.stderr
        assert "--yes is needed" in refused.stderr
    assert kept.stack.alive


def test_changed_code_is_deployed_as_an_update(kept: Kept) -> None:
    before = kept.shop().listed(5)
    kept.down()
    stack = kept.stack
    stack.deployed = "an earlier version"
    stack.save()

    assert kept.up() == kept.described
    assert "Deploying template.yaml" in kept.told
    assert kept.shop().listed(5) == before
    added = kept.shop().upload(5, pictures.png(80, 80))
    assert served(kept.shop().client, added.json()["standard_url"]).status_code == 200

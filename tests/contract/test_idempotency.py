"""The header `Idempotency-Key` of creates, in every dialect (section 4 of each contract)."""

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import Answer, Gateway

from vitrine.domain.errors import ThrottledError
from vitrine.domain.gallery_change import GalleryChange

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
PNG = pictures.png(300, 300)
OTHER = pictures.png(300, 300, "L")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = {"Idempotency-Key": "5f0c-1"}
REUSED = "The Idempotency-Key was used with another request"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class Client:
    """A client of one dialect that adds an image."""

    name: str
    path: str
    body: Callable[[bytes], dict[str, Any]]
    status: int
    reused: tuple[int, Any]


CLIENTS = [
    Client(
        "evotor",
        f"/stores/{STORE}/products/8/images",
        lambda data: {"files": {"datafile": ("a.png", data)}},
        200,
        (
            400,
            {
                "code": "idempotency_key_reused",
                "message": "idempotency key was used with another request",
                "violations": [],
            },
        ),
    ),
    Client(
        "tiendanube",
        "/v1/555/products/8/images",
        lambda data: {"json": {"attachment": encoded(data), "filename": "a.png"}},
        201,
        (422, {"code": 422, "message": "Unprocessable Entity", "description": REUSED}),
    ),
    Client(
        "bigcommerce",
        "/api/v2/products/8/images",
        lambda data: {"files": {"image_file": ("a.png", data)}},
        201,
        (422, [{"status": 422, "message": f"{REUSED}."}]),
    ),
    Client(
        "openmage",
        "/api/rest/products/8/images",
        lambda data: {"json": {"file_content": encoded(data), "file_mime_type": "image/png"}},
        200,
        (400, {"messages": {"error": [{"code": 400, "message": f"{REUSED}."}]}}),
    ),
    Client(
        "inventorum",
        "/api/images",
        lambda data: {"files": {"image": ("a.png", data)}, "data": {"type": "product"}},
        200,
        (
            400,
            {
                "error": {
                    "fields": {},
                    "description": f"{REUSED}.",
                    "key": "common.idempotency_key_reused",
                }
            },
        ),
    ),
]
every_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


@dataclass
class Shop:
    world: World
    send: Gateway
    moment: datetime = NOW

    def add(self, client: Client, data: bytes = PNG, **headers: str) -> Answer:
        token = {"Authorization": f"Bearer {client.name}", "X-Auth-Token": client.name}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"User-Agent": "x", "Accept": "application/json", **token, **named}
        return self.send("POST", client.path, sent, **client.body(data))

    @property
    def images(self) -> int:
        return len(self.world.blobs.originals)


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world, Gateway())
    world.clock = lambda: made.moment
    world.open_shop(
        "s1", evotor_store_id=STORE, tiendanube_store_id="555", bigcommerce_store_hash="abc123"
    )
    world.open_shop("s2", tiendanube_store_id="556")
    for client in CLIENTS:
        scopes = ("product.image:write", "write_products", "store_v2_products", "write", "images")
        world.issue(client.name, "s1", client.name, *scopes)
    return made


@every_client
def test_a_repeated_create_is_answered_again_and_makes_no_second_image(
    shop: Shop, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    first = shop.add(client, **KEY)
    shop.moment += timedelta(hours=23)

    again = shop.add(client, **KEY)

    assert first.status == client.status, first.body
    assert (again.status, again.body, again.headers) == (first.status, first.body, first.headers)
    assert shop.images == 1
    lines = [vars(each) for each in caplog.records if each.message == "request"]
    assert [each.get("replayed", False) for each in lines] == [False, True]


@every_client
def test_another_request_with_the_key_is_refused(shop: Shop, client: Client) -> None:
    shop.add(client, **KEY)

    answer = shop.add(client, OTHER, **KEY)

    assert (answer.status, answer.json) == client.reused
    assert shop.images == 1


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": " "}])
@every_client
def test_without_a_key_each_create_counts(shop: Shop, client: Client, key: dict[str, str]) -> None:
    shop.add(client, **key)
    shop.add(client, **key)

    assert shop.images == (1 if client.name == "evotor" else 2)
    assert not shop.world.idempotency_keys.attempts


@every_client
def test_a_key_is_free_after_a_day(shop: Shop, client: Client) -> None:
    shop.add(client, **KEY)
    shop.moment += timedelta(hours=24)

    shop.add(client, **KEY)

    assert shop.images == (1 if client.name == "evotor" else 2)


@every_client
def test_a_refused_create_leaves_the_key_free(shop: Shop, client: Client) -> None:
    refused = shop.add(client, b"no picture", **KEY)
    made = shop.add(client, **KEY)

    assert 400 <= refused.status < 500
    assert made.status == client.status
    assert shop.images == 1


@every_client
def test_a_failed_create_may_be_repeated(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise ThrottledError("x")

    with monkeypatch.context() as broken:
        broken.setattr(shop.world.galleries, "next_image_id", fail)
        assert shop.add(client, **KEY).status in (429, 500)

    assert shop.add(client, **KEY).status == client.status
    assert shop.images == 1


def test_keys_of_callers_are_apart(shop: Shop) -> None:
    client = CLIENTS[1]
    shop.world.issue("other", "s1", "tiendanube", "write_products")
    shop.add(client, **KEY)

    other = shop.add(client, **KEY, Authentication="bearer other")

    assert other.status == 201
    assert shop.images == 2


def test_a_slash_at_the_end_is_forwarded_with_the_key(shop: Shop) -> None:
    client = replace(CLIENTS[1], path=CLIENTS[1].path + "/")

    first, again = shop.add(client, **KEY), shop.add(client, **KEY)

    assert (first.status, again.body) == (201, first.body)
    assert shop.images == 1


def test_of_creates_at_the_same_time_one_counts_and_all_get_its_answer(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, galleries = CLIENTS[1], shop.world.galleries
    commit, arrived, others = galleries.commit, threading.Event(), threading.Event()

    def slow(change: GalleryChange) -> Any:
        arrived.set()
        assert others.wait(10)
        return commit(change)

    monkeypatch.setattr(galleries, "commit", slow)
    monkeypatch.setattr("vitrine.edge.idempotency.time.sleep", lambda _seconds: others.set())
    answers: list[Answer] = []
    first = threading.Thread(target=lambda: answers.append(shop.add(client, **KEY)))
    first.start()
    assert arrived.wait(10)
    second = threading.Thread(target=lambda: answers.append(shop.add(client, **KEY)))
    second.start()
    first.join(20)
    second.join(20)

    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    assert shop.images == 1


def test_a_request_whose_function_died_does_not_hold_its_key_for_long(shop: Shop) -> None:
    client = CLIENTS[1]
    shop.add(client, **KEY)
    ((digest, attempt),) = shop.world.idempotency_keys.attempts.items()
    running = replace(attempt, answer="", request="dead", until=NOW + timedelta(seconds=30))
    shop.world.idempotency_keys.attempts[digest] = running
    shop.moment += timedelta(seconds=30)

    assert shop.add(client, **KEY).status == 201


@every_client
def test_an_image_whose_answer_was_lost_is_answered_and_not_added_again(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise ThrottledError("the function ended after its commit")

    with monkeypatch.context() as dying:
        dying.setattr(shop.world.idempotency_keys, "settle", die)
        lost = shop.add(client, **KEY)
    shop.moment += timedelta(hours=23)

    found = shop.add(client, **KEY)

    assert lost.status >= 400
    assert found.status == client.status, found.body
    assert shop.images == 1
    assert (shop.add(client, OTHER, **KEY).status, shop.images) == (client.reused[0], 1)


def test_an_image_whose_answer_failed_keeps_its_key(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ThrottledError("x")

    with monkeypatch.context() as broken:
        broken.setattr("tiendanube.create_image.present", fail)
        assert shop.add(CLIENTS[1], **KEY).status in (429, 500)

    assert shop.add(CLIENTS[1], **KEY).status == 201
    assert shop.images == 1


def test_an_image_that_was_removed_meanwhile_is_not_added_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = CLIENTS[1]
    with monkeypatch.context() as dying:
        dying.setattr(shop.world.idempotency_keys, "settle", lambda *_: None)
        made = shop.add(client, **KEY)
    shop.world.issue("tiendanube", "s1", "tiendanube", "write_products")
    shop.send(
        "DELETE",
        f"{client.path}/{made.json['id']}",
        {"User-Agent": "x", "Authentication": "bearer tiendanube"},
    )

    assert shop.add(client, **KEY).status == 404
    assert shop.images == 0


def test_the_kept_answer_names_no_secret(shop: Shop) -> None:
    shop.add(CLIENTS[1], **KEY)

    ((digest, attempt),) = shop.world.idempotency_keys.attempts.items()
    assert "5f0c" not in digest
    assert json.loads(attempt.answer)[0] == 201
    assert "tiendanube" not in attempt.answer

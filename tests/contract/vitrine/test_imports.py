"""GET /imports (contract: vitrine §3.2, §4.4)."""

from datetime import UTC, datetime

import pytest
from tests.contract.vitrine.conftest import (
    Native,
    assert_refused,
    bearer,
    exact,
    forbidden,
    problem,
)

from vitrine.domain.imports import Arrival, Import, Slot
from vitrine.domain.rejections import ReasonCode

MOMENT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def settle(native: Native, name: str, image: int | None = None, shop: str = "shop1") -> None:
    """Note the outcome of a dropped file: an image, or a rejection."""
    arrival = Arrival(shop, f"products/7/{name}", "7", name, "tag", "0A")
    reason, code = ("it is HEIC", ReasonCode.HEIC) if image is None else ("", None)
    native.world.imports.settle(Import(arrival, MOMENT, image, reason, code))


def names(native: Native, path: str) -> list[str]:
    """The files of all pages."""
    found: list[str] = []
    following: str | None = f"/vitrine/v1{path}"
    while following:
        answer = native.send("GET", following)
        assert answer.status == 200
        found += [each["path"].rpartition("/")[2] for each in answer.json["items"]]
        following = answer.json["next"]
    return found


def test_a_rejected_file_has_its_reason(native: Native) -> None:
    settle(native, "a.heic")
    settle(native, "b.jpg", image=131)
    settle(native, "c.heic", shop="shop2")

    answer = native.get("/imports", **bearer("read"))

    assert answer.status == 200
    assert exact(answer) == (
        '{"items":[{"path":"products/7/a.heic","product":"7","source":"drop","state":"rejected",'
        '"reason":{"code":"heic","detail":"it is HEIC"},"image":null,'
        '"settled_at":"2026-03-02T09:00:00.000Z"},'
        '{"path":"products/7/b.jpg","product":"7","source":"drop","state":"imported",'
        '"reason":null,"image":131,"settled_at":"2026-03-02T09:00:00.000Z"}],"next":null}'
    )


def test_uploaded_files_stand_beside_dropped_ones(native: Native) -> None:
    slot = Slot("u1", 2)
    arrival = Arrival("shop1", "u1/002/a.png", "7", "a.png", "tag", "0A", slot)
    outcome = Import(arrival, MOMENT, None, "it is empty", ReasonCode.EMPTY)
    native.world.imports.settle(outcome)

    (item,) = native.get("/imports").json["items"]

    assert (item["source"], item["path"]) == ("upload", "u1/002/a.png")
    assert item["reason"] == {"code": "empty", "detail": "it is empty"}


def test_an_old_rejection_has_no_code(native: Native) -> None:
    arrival = Arrival("shop1", "products/7/a", "7", "a", "tag", "0A")
    native.world.imports.settle(Import(arrival, MOMENT, None, "it is no picture"))

    (item,) = native.get("/imports").json["items"]

    assert item["reason"] == {"code": None, "detail": "it is no picture"}


def test_states_are_chosen_and_pages_lead_to_the_end(native: Native) -> None:
    for number in range(5):
        settle(native, f"{number}.heic")
        settle(native, f"{number}.jpg", image=number + 1)

    rejected, imported = ([f"{each}.{kind}" for each in range(5)] for kind in ("heic", "jpg"))
    assert names(native, "/imports?state=rejected&limit=2") == rejected
    assert names(native, "/imports?state=imported&limit=5") == imported
    assert names(native, "/imports?limit=3") == sorted([*rejected, *imported])


@pytest.mark.parametrize("state", ["", "done", "Rejected"])
def test_other_states_are_refused(native: Native, state: str) -> None:
    detail = "state is not rejected or imported."
    title = "The request cannot be read."
    refused = problem(400, "malformed", title, detail=detail)
    assert_refused(native.get(f"/imports?state={state}"), refused)


def test_a_cursor_of_another_state_is_refused(native: Native) -> None:
    settle(native, "a.heic")
    settle(native, "b.heic")
    following = native.get("/imports?state=rejected&limit=1").json["next"]
    assert following

    answer = native.send("GET", following.replace("rejected", "imported"))

    detail = "cursor is not one of this list's."
    refused = problem(400, "malformed", "The request cannot be read.", detail=detail)
    assert_refused(answer, refused)


def test_outcomes_need_the_scope(native: Native) -> None:
    assert_refused(native.get("/imports", **bearer("none")), forbidden("images:read"))

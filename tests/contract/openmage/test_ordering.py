"""OpenMage contract §7, Ordering."""

from tests.contract.openmage.conftest import DE, FR, A, B, C, OpenMage, P, ids, many


def test_lists_are_in_order_of_position_and_then_of_id(stocked: OpenMage) -> None:
    assert stocked.added(position=3) == C
    assert ids(stocked.get(P)) == [A, C, B]
    stocked.put({"position": 0}, B)
    assert ids(stocked.get(P)) == [B, A, C]
    stocked.put({"position": 3})
    stocked.put({"position": 3}, B)
    assert ids(stocked.get(P)) == [A, B, C]
    assert ids(stocked.get_as_guest(P)) == [A, B, C]


def test_lists_of_a_store_are_in_the_stores_own_order(stocked: OpenMage) -> None:
    stocked.put({"position": 10}, store=FR)

    assert ids(stocked.get(many(FR))) == [B, A]
    assert ids(stocked.get_as_guest(many(FR))) == [B, A]
    for store in ("", "1", DE):
        assert ids(stocked.get(many(store))) == [A, B]
    stocked.put({"position": 11}, B)
    assert ids(stocked.get(many(FR))) == [A, B], "B has no position of its own"
    assert [each["position"] for each in stocked.get(many(FR))] == ["10", "11"]


def test_positions_are_compared_as_numbers(stocked: OpenMage) -> None:
    stocked.put({"position": 10}, A, FR)
    stocked.put({"position": 9}, B, FR)

    assert ids(stocked.get(many(FR))) == [B, A]

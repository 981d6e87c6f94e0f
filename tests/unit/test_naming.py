"""The search for a free number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.services.naming import first_free


@given(st.sets(st.integers(0, 40)), st.integers(0, 10))
def test_a_number_is_free_and_follows_a_taken_one(numbers: set[int], start: int) -> None:
    found = first_free(numbers.__contains__, start)

    assert found not in numbers
    assert found == start or found - 1 in numbers


@given(st.integers(0, 30_000), st.integers(0, 10))
def test_the_first_number_behind_a_sequence_is_found_in_few_tries(last: int, start: int) -> None:
    tries = []

    def taken(number: int) -> bool:
        tries.append(number)
        return number <= last

    assert first_free(taken, start) == max(last + 1, start)
    assert len(tries) < 8 + 2 * 15


@pytest.mark.parametrize("start", [0, 1, 5])
def test_every_end_of_a_short_sequence_is_found(start: int) -> None:
    """Where trying one after another ends and exponential search begins, above all."""
    for last in range(start, start + 100):
        assert first_free(range(start, last + 1).__contains__, start) == last + 1

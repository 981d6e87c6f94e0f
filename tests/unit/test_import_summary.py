"""Counting the files of an import folder: each object is in one group, at every moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.imports import Import, parse_arrival
from vitrine_cli.operations.import_summary import LATE, REMEMBERED, StoredFile, summarize

NOW = datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC)
KEY = "import/s1/products/7/a.png"
MINUTE = timedelta(minutes=1)


def stored(key: str = KEY, age: timedelta = MINUTE, tag: str = "t", size: int = 10) -> StoredFile:
    return StoredFile(key, size, (NOW - age).replace(microsecond=0), tag)


def outcome(
    key: str = KEY, age: timedelta = MINUTE, tag: str = "t", image: int | None = 5
) -> Import:
    arrival = parse_arrival(key, tag, "01")
    assert arrival is not None
    return Import(arrival, NOW - age, image, "" if image else "it is empty")


def group_of(file: StoredFile, *outcomes: Import) -> str:
    summary = summarize([file], outcomes, NOW)
    groups = {
        "waiting": summary.waiting,
        "done": summary.done,
        "rejected": summary.rejected,
        "stray": summary.stray,
    }
    (name,) = [name for name, group in groups.items() if group.files]
    assert (groups[name].size, groups[name].oldest) == (file.size, file.stored_at)
    return name


@pytest.mark.parametrize(
    ("file", "outcomes", "group"),
    [
        (stored(), [], "waiting"),
        (stored(), [outcome()], "done"),
        (stored(), [outcome(image=None)], "rejected"),
        (stored(), [outcome(age=2 * MINUTE)], "waiting"),
        (stored(), [outcome(tag="of an earlier version")], "waiting"),
        (stored(age=REMEMBERED - MINUTE), [], "waiting"),
        (stored(age=REMEMBERED + MINUTE), [], "done"),
        (stored(age=REMEMBERED + MINUTE), [outcome(image=None)], "rejected"),
        (stored("import/s1/a.png"), [], "stray"),
        (stored("import/s1/products/"), [], "stray"),
        (stored("import/s1/products/7/"), [], "stray"),
        (stored("import/s1/products/7/deep/er.png"), [], "waiting"),
    ],
)
def test_a_file_is_in_the_group_of_its_present_version(
    file: StoredFile, outcomes: list[Import], group: str
) -> None:
    assert group_of(file, *outcomes) == group


def test_a_file_that_waits_for_too_long_is_late() -> None:
    files = [stored(age=LATE - MINUTE), stored(f"{KEY}2", age=LATE + MINUTE)]

    summary = summarize(files, [], NOW)

    assert summary.late == [f"{KEY}2"]
    assert summarize(files, [outcome(f"{KEY}2", age=MINUTE)], NOW).late == []


FILES = st.builds(
    stored,
    st.sampled_from([KEY, f"{KEY}2", "import/s1/x", "import/s1/products/7/"]),
    st.sampled_from([MINUTE, LATE + MINUTE, REMEMBERED + MINUTE]),
    st.sampled_from("tu"),
    st.integers(0, 99),
)
OUTCOMES = st.builds(
    outcome,
    st.sampled_from([KEY, f"{KEY}2"]),
    st.sampled_from([MINUTE, LATE]),
    st.sampled_from("tu"),
    st.sampled_from([None, 5]),
)


@given(st.lists(FILES), st.lists(OUTCOMES))
def test_the_groups_add_up_to_all_objects(files: list[StoredFile], outcomes: list[Import]) -> None:
    summary = summarize(files, outcomes, NOW)

    groups = (summary.waiting, summary.done, summary.rejected, summary.stray)
    assert sum(len(each.files) for each in groups) == len(files)
    assert sum(each.size for each in groups) == sum(each.size for each in files)

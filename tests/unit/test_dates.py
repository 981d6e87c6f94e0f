"""Dates of HTTP, as Python's own reader reads them."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.aws.dates import parse_date


@given(st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_dates_are_read_as_they_are_written(moment: datetime) -> None:
    assert parse_date(format_datetime(moment, usegmt=True)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "Thu, 26 Nov 2026 08:00:00 +0100", "Thu, 26 Foo 2026 08:00:00 GMT"],
)
def test_other_texts_are_no_dates(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - unpacking and `int` have words of their own
        parse_date(text)

"""The moments that `--since` names, as an operator types them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from vitrine.clock import now
from vitrine_cli.commands.moments import parse_moment, parse_recent
from vitrine_cli.ui.failure import UsageError


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("5m", timedelta(minutes=5)),
        ("90s", timedelta(seconds=90)),
        ("10min", timedelta(minutes=10)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        (" 2H ", timedelta(hours=2)),
        ("2d", timedelta(days=2)),
        ("1w", timedelta(weeks=1)),
        ("9999w99999d99999h", timedelta(weeks=9999, days=99999, hours=99999)),
    ],
)
def test_a_duration_is_so_long_ago(text: str, ago: timedelta) -> None:
    before = now()
    assert before - ago <= parse_recent(text) <= now() - ago


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-9))])
@pytest.mark.parametrize("ago", [timedelta(minutes=2), timedelta(hours=12), timedelta(hours=23)])
def test_a_time_is_the_last_one_of_the_clock(ago: timedelta, zone: timezone) -> None:
    """Whatever day that was, in UTC and where the offset applies."""
    moment = (now() - ago).replace(microsecond=0)
    told = moment.astimezone(zone).strftime("%H:%M:%S%z")

    assert parse_recent(told) == moment
    if zone is UTC:
        assert parse_recent(moment.strftime("%H:%M:%S")) == moment
        assert parse_recent(moment.strftime("%H:%M")) == moment.replace(second=0)


def test_days_have_names() -> None:
    before = now()
    today, yesterday = parse_recent("today"), parse_recent("yesterday")
    if before.date() == now().date():
        assert today == datetime.combine(before, datetime.min.time(), UTC)
        assert yesterday == today - timedelta(days=1)


@pytest.mark.parametrize("parse", [parse_moment, parse_recent])
def test_a_date_is_in_utc_unless_it_says_otherwise(parse: Callable[[str], datetime]) -> None:
    assert parse(" 2024-01-05 ") == parse("2024-01-05") == datetime(2024, 1, 5, tzinfo=UTC)
    assert parse("2024-01-05 03:10") == parse("2024-01-05T05:10+02:00")
    assert parse("2024-01-05T03:10:30Z") == datetime(2024, 1, 5, 3, 10, 30, tzinfo=UTC)
    with pytest.raises(UsageError, match="'9000-01-01' lies in the future"):
        parse("9000-01-01")


@pytest.mark.parametrize("parse", [parse_moment, parse_recent])
@pytest.mark.parametrize("text", ["0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00"])
def test_a_moment_outside_the_calendar_of_utc_is_refused(
    parse: Callable[[str], datetime], text: str
) -> None:
    with pytest.raises(UsageError, match="is no time that UTC has"):
        parse(text)


@pytest.mark.parametrize("text", ["", "foo", "10", "5", "m", "5x", "5m3", "25:00", "1m2h", "-5m"])
def test_what_names_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no time: write 5m"):
        parse_recent(text)


@pytest.mark.parametrize("text", ["5m", "18:02", "today"])
def test_a_moment_that_passes_does_not_name_the_same_export_again(text: str) -> None:
    """The same command completes a folder; another moment would be another export."""
    with pytest.raises(UsageError, match="is no time: write 2026-11-26"):
        parse_moment(text)

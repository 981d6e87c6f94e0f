"""The moments that options such as `--since` name: a date, a time, or so long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from vitrine.clock import now
from vitrine_cli.ui.failure import UsageError

_DAYS = {"today": 0, "yesterday": 1}
_AGO = re.compile(
    r"(?:(?P<weeks>\d{1,4})w)?(?:(?P<days>\d{1,5})d)?(?:(?P<hours>\d{1,5})h)?"
    r"(?:(?P<minutes>\d{1,5})m(?:in)?)?(?:(?P<seconds>\d{1,5})s)?"
)
"""Durations as AWS's and Docker's commands write them: `5m`, `1h30m`, `2d`."""


def parse_moment(text: str) -> datetime:
    """A date, or a date and a time, in the past.

    Args:
        text: in the form of ISO 8601, such as `2026-11-26` or `2026-11-26 03:10`; UTC unless it
            says otherwise.

    Returns:
        The moment, UTC.

    Raises:
        UsageError: it has another form, or lies in the future.
    """
    return _past(text.strip(), "2026-11-26 or 2026-11-26T03:10")


def parse_recent(text: str) -> datetime:
    """A moment in the past, as `parse_moment` reads it, or one of the last days in fewer letters.

    Args:
        text: also a duration, such as `5m`, `1h30m` or `2d`; a time of the last 24 hours, such as
            `18:02`; `today` or `yesterday`.

    Returns:
        The moment, UTC.

    Raises:
        UsageError: it has another form, or lies in the future.
    """
    present, text = now(), text.strip()
    word = text.lower()
    if word in _DAYS:
        return present.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(_DAYS[word])
    if word and (ago := _AGO.fullmatch(word)):
        parts = {unit: int(number or 0) for unit, number in ago.groupdict().items()}
        return present - timedelta(**parts)
    try:
        clock = time.fromisoformat(text) if ":" in text else None
    except ValueError:
        clock = None
    if clock is not None:
        there = present.astimezone(clock.tzinfo or UTC)
        moment = _utc(datetime.combine(there, clock))
        return moment if moment <= present else moment - timedelta(days=1)
    return _past(text, "5m, 2h, 18:02, 2026-11-26 or 2026-11-26T03:10")


def _past(text: str, examples: str) -> datetime:
    """The moment in the past that a text in the form of ISO 8601 names; a refusal has examples."""
    try:
        utc = _utc(datetime.fromisoformat(text))
    except ValueError:
        raise UsageError(f"'{text}' is no time: write {examples}.") from None
    except OverflowError:  # in the first or last hours that a `datetime` can name
        raise UsageError(f"'{text}' is no time that UTC has.") from None
    if utc > now():
        raise UsageError(f"'{text}' lies in the future; times without an offset are UTC.")
    return utc


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)

"""The clock: the current time, in the precision of records."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time, UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

"""The present moment, as records keep it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

"""Errors of AWS as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from vitrine_cli.ui.failure import FailureError


@contextmanager
def aws_failures() -> Iterator[None]:
    """Turn errors of AWS into one sentence."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise FailureError(
            f"A call to AWS failed; run the command again to continue: {error}"
        ) from None

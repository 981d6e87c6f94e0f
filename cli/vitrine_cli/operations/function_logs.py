"""Logs of a stack's functions, from CloudWatch Logs or the emulator."""

import time
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.ui.failure import FailureError

_GROUPS = ("api", "pipeline")


def log_lines(stack: DeployedStack, minutes: int) -> Iterator[str]:
    """Log lines of a stack's functions, oldest first.

    Args:
        stack: the stack.
        minutes: how far to go back.

    Raises:
        FailureError: the logs cannot be read.
    """
    client = stack.logs()
    since = round((time.time() - 60 * minutes) * 1000)
    try:
        found = [
            (event["timestamp"], event["message"].rstrip())
            for group in _GROUPS
            for page in client.get_paginator("filter_log_events").paginate(
                logGroupName=f"/vitrine/{stack.name}/{group}", startTime=since
            )
            for event in page["events"]
        ]
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The logs cannot be read: {error}") from None
    return (message for _, message in sorted(found, key=lambda each: each[0]) if message)

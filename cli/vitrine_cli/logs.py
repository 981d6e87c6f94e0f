"""What a stack's functions logged, from CloudWatch or from what plays it on this machine."""

import time
from collections.abc import Iterator

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli import deployment, emulator, stacks
from vitrine_cli.failure import FailureError

_GROUPS = ("api", "pipeline")


def lines(stack: str | None, port: int | None, minutes: int) -> Iterator[str]:
    """The log of a stack's functions, oldest first.

    Args:
        stack: a stack in the AWS account at hand; None for one on this machine.
        port: of the stack on this machine; None for the only one.
        minutes: how far to go back.

    Raises:
        FailureError: there is no such stack, or it is out of reach.
    """
    if stack is None:
        endpoint = stacks.running(port).endpoint
        client = emulator.session().client("logs", endpoint_url=endpoint)
    else:
        client = boto3.client("logs")
    since = round((time.time() - 60 * minutes) * 1000)
    try:
        found = [
            (event["timestamp"], event["message"].rstrip())
            for group in _GROUPS
            for page in client.get_paginator("filter_log_events").paginate(
                logGroupName=f"/vitrine/{stack or deployment.STACK}/{group}", startTime=since
            )
            for event in page["events"]
        ]
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The logs cannot be read: {error}") from None
    return (message for _, message in sorted(found, key=lambda each: each[0]) if message)

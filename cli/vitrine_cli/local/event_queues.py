"""Queues for a local stack's storage events, which Lambda keeps itself on AWS.

The emulator starts a thread and a process for each asynchronous event at once, however many there
are. So the buckets of a local stack send their events to a queue of each function instead, and the
proxy invokes the functions (see `event_delivery`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitrine_cli.local import emulator

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

HIDDEN_SECONDS = 600
"""Visibility timeout: three tries of the slowest function, which has 60 seconds for each."""
_KEPT_SECONDS = 1_209_600  # 14 days, the maximum: a stack may be stopped for long
_SUFFIX = "-events"
_TAG = "function"


@dataclass(frozen=True, slots=True)
class EventQueue:
    """The events of one function.

    Attributes:
        url: URL of the queue.
        function: ARN of the function's alias, which the events invoke.
        retries: how often a failed event is tried again.
        failures: URL of the queue for events that failed every time; None if there is none.
    """

    url: str
    function: str
    retries: int
    failures: str | None

    @property
    def name(self) -> str:
        """Name of the queue."""
        return self.url.rpartition("/")[2]


def send_to_queues(endpoint: str, stack: str) -> None:
    """Make the buckets of a stack send to queues what they would send to functions.

    Args:
        endpoint: URL of the emulator.
        stack: name of the deployed stack.
    """
    aws = emulator.session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    s3, sqs = aws.client("s3", endpoint_url=endpoint), aws.client("sqs", endpoint_url=endpoint)
    for each in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
        if each["ResourceType"] == "AWS::S3::Bucket":
            redirect(s3, sqs, each["PhysicalResourceId"])


def redirect(s3: S3Client, sqs: SQSClient, bucket: str) -> None:
    """Make a bucket send each function's events to the function's queue. Idempotent."""
    found: Any = s3.get_bucket_notification_configuration(Bucket=bucket)
    found.pop("ResponseMetadata", None)
    direct = found.pop("LambdaFunctionConfigurations", [])
    if not direct:
        return
    queued = found.setdefault("QueueConfigurations", [])
    for each in direct:
        function = each.pop("LambdaFunctionArn")
        queued.append({**each, "QueueArn": _create_queue(sqs, function, bucket)})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=found)


def _create_queue(sqs: SQSClient, function: str, bucket: str) -> str:
    """The ARN of a function's queue, to which a bucket may send; made if it is missing."""
    name = function.partition(":function:")[2].partition(":")[0] + _SUFFIX
    url = sqs.create_queue(QueueName=name, tags={_TAG: function})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "Policy": json.dumps(policy),
            "VisibilityTimeout": str(HIDDEN_SECONDS),
            "MessageRetentionPeriod": str(_KEPT_SECONDS),
        },
    )
    return arn


def queues_of(sqs: SQSClient, functions: LambdaClient, stack: str) -> list[EventQueue]:
    """The queues of a stack's storage events.

    Args:
        sqs: a client of the emulator's SQS.
        functions: a client of the emulator's Lambda.
        stack: name of the deployed stack.
    """
    found = []
    for url in _urls(sqs, stack):
        function = sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get(_TAG)
        if function:
            found.append(_queue(sqs, functions, url, function))
    return found


def _urls(sqs: SQSClient, stack: str) -> list[str]:
    """The URLs of a stack's queues of storage events."""
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=f"{stack}-")
    return [url for page in pages for url in page.get("QueueUrls", []) if url.endswith(_SUFFIX)]


def _queue(sqs: SQSClient, functions: LambdaClient, url: str, function: str) -> EventQueue:
    name, _, alias = function.partition(":function:")[2].partition(":")
    settings = functions.get_function_event_invoke_config(FunctionName=name, Qualifier=alias)
    failures = settings["DestinationConfig"]["OnFailure"]["Destination"].rpartition(":")[2]
    failed = sqs.get_queue_url(QueueName=failures)["QueueUrl"]
    return EventQueue(url, function, settings["MaximumRetryAttempts"], failed)


def waiting(endpoint: str, stack: str) -> int:
    """The number of storage events that wait for a function or are in one.

    Args:
        endpoint: URL of the emulator.
        stack: name of the deployed stack.
    """
    sqs = emulator.session().client("sqs", endpoint_url=endpoint)
    names: list[QueueAttributeNameType] = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
    ]
    counts = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        for url in _urls(sqs, stack)
    ]
    return sum(int(count[name]) for count in counts for name in names)

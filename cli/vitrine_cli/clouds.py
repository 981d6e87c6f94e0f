"""A deployed stack: on this machine, or in the AWS account at hand; and clients of its AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli import deployment, emulator, stacks
from vitrine_cli.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

_LONGEST_RUN = 75
"""Seconds that a function is waited for: all the template gives it, and the way."""
_OUTPUTS = ("Table", "OriginalsBucket", "MediaBucket", "FailedEvents", "ApiUrl")


@dataclass(frozen=True, slots=True)
class Cloud:
    """A deployed stack and the way to it.

    Attributes:
        name: the stack's.
        session: whose account.
        outputs: what the deployed template says of itself.
        base_url: where clients send their requests.
        endpoint: where AWS is; None for AWS itself.
    """

    name: str
    session: boto3.Session
    outputs: Mapping[str, str]
    base_url: str
    endpoint: str | None = None

    def dynamodb(self) -> DynamoDBClient:
        """A client of its table."""
        return self.session.client("dynamodb", endpoint_url=self.endpoint)

    def s3(self) -> S3Client:
        """A client of its buckets."""
        return self.session.client("s3", endpoint_url=self.endpoint)

    def ssm(self) -> SSMClient:
        """A client of its secrets."""
        return self.session.client("ssm", endpoint_url=self.endpoint)

    def sqs(self) -> SQSClient:
        """A client of its queue."""
        return self.session.client("sqs", endpoint_url=self.endpoint)

    def streams(self) -> Any:
        """A client of its table's stream."""
        return self.session.client("dynamodbstreams", endpoint_url=self.endpoint)

    def functions(self, connections: int) -> LambdaClient:
        """A client that waits for functions to end, and does not start one twice.

        Args:
            connections: how many of them at a time.
        """
        once = Config(
            read_timeout=_LONGEST_RUN,
            max_pool_connections=connections,
            retries={"total_max_attempts": 1},
        )
        return self.session.client("lambda", endpoint_url=self.endpoint, config=once)

    def function(self, resource: str) -> str:
        """The name of the function that the template calls `resource`."""
        cloudformation = self.session.client("cloudformation", endpoint_url=self.endpoint)
        found = cloudformation.describe_stack_resource(
            StackName=self.name, LogicalResourceId=resource
        )
        return found["StackResourceDetail"]["PhysicalResourceId"]


def of(stack: str | None, port: int | None) -> Cloud:
    """The stack that an operator means: `stack` on AWS, else a local one.

    Raises:
        FailureError: there is no such stack, or it is out of reach.
    """
    if stack is not None and port is not None:
        raise FailureError("--stack names a stack on AWS, --port one on this machine: choose one.")
    return local(stacks.running(port)) if stack is None else on_aws(stack)


def local(stack: stacks.Stack) -> Cloud:
    """A stack on this machine."""
    base_url = f"http://localhost:{stack.port}"
    name, session = deployment.STACK, emulator.session()
    return Cloud(name, session, stack.outputs, base_url, stack.endpoint)


def on_aws(name: str) -> Cloud:
    """A stack in the AWS account at hand.

    Raises:
        FailureError: there is no such stack, or the account is out of reach.
    """
    try:
        session = boto3.Session()
        outputs = deployment.stack_outputs(session.client("cloudformation"), name)
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The stack '{name}' cannot be reached: {error}") from None
    if not outputs.keys() >= {*_OUTPUTS}:
        raise FailureError(f"The stack '{name}' is not one of Vitrine's.")
    return Cloud(name, session, outputs, outputs["ApiUrl"])

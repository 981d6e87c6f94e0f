"""A deployed stack, on this machine or on AWS, and clients of the AWS services that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from vitrine.adapters.functions import ALIAS
from vitrine_cli.local import deployment, emulator, stacks
from vitrine_cli.ui.failure import FailureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

_LONGEST_RUN = 75
"""Seconds to wait for a function: the longest timeout in the template, and the network."""
_OUTPUTS = ("Table", "OriginalsBucket", "MediaBucket", "FailedEvents", "ApiUrl", "NativeApiUrl")


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """A deployed stack and how to reach it.

    Attributes:
        name: the CloudFormation stack's name.
        session: the AWS account and region.
        outputs: the stack's outputs, by key.
        base_url: URL of the API of all platforms.
        native_url: scheme and host of Vitrine's own API.
        endpoint: URL of the emulator; None on AWS.
        id: the stack's ARN, which no other stack ever has; empty on this machine.
    """

    name: str
    session: boto3.Session
    outputs: Mapping[str, str]
    base_url: str
    native_url: str
    endpoint: str | None = None
    id: str = ""

    @property
    def gallery_url(self) -> str:
        """URL of the gallery page, which only the CDN serves."""
        origin = f"https://{self.outputs['CdnDomain']}" if self.endpoint is None else self.base_url
        return f"{origin}/gallery/"

    def client(self, service: str) -> Any:
        """A client of any other service, by its name in boto3."""
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def dynamodb(self) -> DynamoDBClient:
        """A client of DynamoDB."""
        return self.session.client("dynamodb", endpoint_url=self.endpoint)

    def s3(self) -> S3Client:
        """A client of S3."""
        return self.session.client("s3", endpoint_url=self.endpoint)

    def ssm(self) -> SSMClient:
        """A client of Systems Manager, which stores OAuth secrets."""
        return self.session.client("ssm", endpoint_url=self.endpoint)

    def sqs(self) -> SQSClient:
        """A client of SQS."""
        return self.session.client("sqs", endpoint_url=self.endpoint)

    def logs(self) -> CloudWatchLogsClient:
        """A client of CloudWatch Logs."""
        return self.session.client("logs", endpoint_url=self.endpoint)

    def streams(self) -> Any:
        """A client of DynamoDB Streams."""
        return self.session.client("dynamodbstreams", endpoint_url=self.endpoint)

    def functions(self, connections: int) -> LambdaClient:
        """A client of Lambda that waits until a function ends and never retries an invocation.

        Args:
            connections: the most invocations at the same time.
        """
        once = Config(
            read_timeout=_LONGEST_RUN,
            max_pool_connections=connections,
            retries={"total_max_attempts": 1},
        )
        return self.session.client("lambda", endpoint_url=self.endpoint, config=once)

    def function(self, resource: str) -> str:
        """The name and alias of a function, given by its logical id in the template."""
        cloudformation = self.session.client("cloudformation", endpoint_url=self.endpoint)
        found = cloudformation.describe_stack_resource(
            StackName=self.name, LogicalResourceId=resource
        )
        return f"{found['StackResourceDetail']['PhysicalResourceId']}:{ALIAS}"


def selected(stack: str | None, port: int | None) -> DeployedStack:
    """The stack that the options `--stack` and `--port` select.

    Args:
        stack: name of a stack on AWS; None for a local stack.
        port: port of a local stack; None for the only one.

    Raises:
        UsageError: both are given.
        FailureError: there is no such stack, or AWS cannot be reached.
    """
    require_one(stack, port)
    return local(stacks.running(port)) if stack is None else on_aws(stack)


def require_one(stack: str | None, port: int | None) -> None:
    """Refuse `--stack` together with `--port`.

    Raises:
        UsageError: both are given.
    """
    if stack is not None and port is not None:
        raise UsageError("--stack names a stack on AWS, --port one on this machine: choose one.")


def local(stack: stacks.Stack) -> DeployedStack:
    """A stack on this machine."""
    base_url = f"http://localhost:{stack.port}"
    name, session = stacks.NAME, emulator.session()
    return DeployedStack(name, session, stack.outputs, base_url, base_url, stack.endpoint)


def on_aws(name: str) -> DeployedStack:
    """A stack in the current AWS account and region.

    Raises:
        FailureError: there is no such stack, or AWS cannot be reached.
    """
    try:
        session = boto3.Session()
        client = session.client("cloudformation")
        arn, outputs = deployment.stack_id_and_outputs(client, name)
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The stack '{name}' cannot be reached: {error}") from None
    if not outputs.keys() >= {*_OUTPUTS}:
        raise FailureError(f"The stack '{name}' was not deployed from Vitrine's template.")
    native_url = outputs["NativeApiUrl"].removesuffix("/vitrine/v1")
    return DeployedStack(name, session, outputs, outputs["ApiUrl"], native_url, id=arn)

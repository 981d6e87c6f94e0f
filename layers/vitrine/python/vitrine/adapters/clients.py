"""Which client of AWS the adapters use: `vitrine.aws`, or boto3, which Lambda's runtime has.

Boto3 takes a starting function 150 ms more. It is the way back, should `vitrine.aws` fail where
boto3 would not: the template's parameter `AwsClient` switches every function.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

    from vitrine.aws.cloudfront import CloudFront
    from vitrine.aws.dynamodb import DynamoDB
    from vitrine.aws.functions import Lambda
    from vitrine.aws.parameters import Parameters
    from vitrine.aws.s3 import S3

# Small calls to near services: give up on a dead connection soon and try again, so that even the
# last failure is answered before the function's time is up.
_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS = 1, 3, 3
# Another function takes as long as it takes, and is not started twice.
_FUNCTION_SECONDS = float(os.environ.get("FUNCTION_SECONDS", "26"))


class SmallClients:
    """Clients of `vitrine.aws`, each imported when it is made."""

    def dynamodb(self) -> DynamoDB:
        """A client of DynamoDB."""
        from vitrine.aws.dynamodb import DynamoDB
        from vitrine.aws.messages import Times

        return DynamoDB(Times(_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS))

    def s3(self) -> S3:
        """A client of S3."""
        from vitrine.aws.messages import Times
        from vitrine.aws.s3 import S3

        return S3(Times(_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS))

    def ssm(self) -> Parameters:
        """A client of Parameter Store."""
        from vitrine.aws.messages import Times
        from vitrine.aws.parameters import Parameters

        return Parameters(Times(_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS))

    def cloudfront(self) -> CloudFront:
        """A client of CloudFront."""
        from vitrine.aws.cloudfront import CloudFront
        from vitrine.aws.messages import Times

        return CloudFront(Times(_CONNECT_SECONDS, _FUNCTION_SECONDS, _ATTEMPTS))

    def functions(self) -> Lambda:
        """A client of Lambda."""
        from vitrine.aws.functions import Lambda
        from vitrine.aws.messages import Times

        return Lambda(Times(_CONNECT_SECONDS, _FUNCTION_SECONDS, attempts=1))


class Boto3Clients:
    """Clients of boto3.

    In its retry mode "standard", boto3 takes answers of DynamoDB that end early or have another
    checksum; `vitrine.aws` does not.
    """

    def __init__(self) -> None:
        import boto3
        from botocore.config import Config

        self._session = boto3.Session()
        self._config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=16,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        )
        self._once = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_FUNCTION_SECONDS,
            retries={"total_max_attempts": 1},
        )

    def dynamodb(self) -> DynamoDBClient:
        """A client of DynamoDB."""
        return self._session.client("dynamodb", config=self._config)

    def s3(self) -> S3Client:
        """A client of S3."""
        from botocore.config import Config

        from vitrine.adapters.blobs import SIGNED

        return self._session.client("s3", config=self._config.merge(Config(**SIGNED)))

    def ssm(self) -> SSMClient:
        """A client of Parameter Store."""
        return self._session.client("ssm", config=self._config)

    def cloudfront(self) -> CloudFrontClient:
        """A client of CloudFront."""
        return self._session.client("cloudfront", config=self._config)

    def functions(self) -> LambdaClient:
        """A client of Lambda."""
        return self._session.client("lambda", config=self._once)


def clients() -> SmallClients | Boto3Clients:
    """The clients that the setting `AWS_CLIENT` names: `boto3`, or else the small ones."""
    return Boto3Clients() if os.environ.get("AWS_CLIENT") == "boto3" else SmallClients()

"""OAuth secrets in AWS Systems Manager Parameter Store, one SecureString per consumer.

Verifying a signature takes the secret itself, so a hash is not enough, and the table must not
contain it. Standard parameters are free; a customer managed KMS key costs a dollar a month, and a
secret in Secrets Manager 40 cents. Parameters are encrypted at rest under an AWS managed key
(`alias/aws/ssm`), and reading them takes a permission that reading the table does not include
(least privilege). CloudFormation cannot create SecureStrings: the command that issues a consumer
stores its secrets. The quotas of an account are 10 000 parameters in a region and 40 reads a
second; a warm function reads one parameter per consumer and minute.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vitrine.adapters.throttling import THROTTLING_CODES
from vitrine.domain.credentials import OAuthSecrets
from vitrine.domain.errors import SecretsMissingError, ThrottledError
from vitrine.ports import OAuthSecretStore

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from vitrine.aws.parameters import Parameters


class SsmOAuthSecretStore(OAuthSecretStore):
    """`vitrine.ports.OAuthSecretStore` over parameters below one path.

    It also stores secrets, for operators only.
    """

    def __init__(self, client: SSMClient | Parameters, path: str) -> None:
        """Use parameters below `path`, such as `/vitrine/my-shop/oauth`."""
        self._client = client
        self._path = path.rstrip("/")

    def secrets_of(self, digest: str) -> OAuthSecrets:
        name = self._name(digest)
        try:
            found = self._client.get_parameter(Name=name, WithDecryption=True)
        except self._client.exceptions.ParameterNotFound:
            raise SecretsMissingError(name) from None
        except self._client.exceptions.ClientError as error:
            if (code := error.response["Error"]["Code"]) in THROTTLING_CODES:
                raise ThrottledError(code) from error
            raise
        return OAuthSecrets(**json.loads(found["Parameter"]["Value"]))

    def keep(self, digest: str, secrets: OAuthSecrets) -> None:
        """Store the secrets of a new consumer. Existing secrets are never overwritten."""
        value = json.dumps({"consumer": secrets.consumer, "token": secrets.token})
        self._client.put_parameter(Name=self._name(digest), Value=value, Type="SecureString")

    def _name(self, digest: str) -> str:
        return f"{self._path}/{digest}"

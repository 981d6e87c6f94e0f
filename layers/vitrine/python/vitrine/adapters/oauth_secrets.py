"""OAuth secrets in Parameter Store of AWS Systems Manager, one SecureString per consumer.

Whoever checks a signature needs the secret itself, so a hash will not do, and the table must not
have it. Of what AWS offers for that, standard parameters cost nothing to keep (a customer's key
costs a dollar a month, an entry of Secrets Manager 40 cents); they are encrypted under a key that
AWS manages (`alias/aws/ssm`), no algorithm of ours is involved, and the role that reads the table
needs another permission to read them. CloudFormation makes no SecureStrings, nor need it: whoever
issues a consumer stores its secrets. An account has room for 10 000 parameters in a region, and 40
reads a second, of which a function that runs needs one per consumer and minute.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vitrine.domain.credentials import OAuthSecrets
from vitrine.domain.errors import SecretsMissingError
from vitrine.ports import OAuthSecretStore

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from vitrine.aws.parameters import Parameters


class SsmOAuthSecretStore(OAuthSecretStore):
    """`vitrine.ports.OAuthSecretStore` over parameters below one path.

    It also stores secrets, which only operators do.
    """

    def __init__(self, client: SSMClient | Parameters, path: str) -> None:
        """Keep secrets below `path`, such as `/vitrine/my-shop/oauth`."""
        self._client = client
        self._path = path.rstrip("/")

    def secrets_of(self, digest: str) -> OAuthSecrets:
        name = self._name(digest)
        try:
            found = self._client.get_parameter(Name=name, WithDecryption=True)
        except self._client.exceptions.ParameterNotFound:
            raise SecretsMissingError(name) from None
        return OAuthSecrets(**json.loads(found["Parameter"]["Value"]))

    def keep(self, digest: str, secrets: OAuthSecrets) -> None:
        """Store the secrets of a new consumer; existing secrets are never overwritten."""
        value = json.dumps({"consumer": secrets.consumer, "token": secrets.token})
        self._client.put_parameter(Name=self._name(digest), Value=value, Type="SecureString")

    def _name(self, digest: str) -> str:
        return f"{self._path}/{digest}"

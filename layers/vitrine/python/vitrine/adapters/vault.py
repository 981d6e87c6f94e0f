"""Secrets of OAuth pairs, each pair's in a SecureString of the Systems Manager's Parameter Store.

Whoever checks a signature needs the secret itself, so a hash will not do, and the table must not
have it. Of what AWS offers for that, standard parameters cost nothing to keep (a customer's key
costs a dollar a month, an entry of Secrets Manager 40 cents); they are encrypted under a key that
AWS manages (`alias/aws/ssm`), no algorithm of ours is involved, and the role that reads the table
needs another permission to read them. CloudFormation makes no SecureStrings, nor need it: whoever
issues a pair stores its secrets. An account has room for 10 000 parameters in a region, and 40
reads a second, of which a function that runs needs one per pair and minute.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vitrine.domain.credentials import PairSecrets
from vitrine.domain.errors import SecretsMissingError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class SsmVault:
    """`vitrine.ports.Vault` over parameters below one path, and what operators add to them."""

    def __init__(self, client: SSMClient, path: str) -> None:
        """Keep secrets below `path`, such as `/vitrine/my-shop/oauth`."""
        self._client = client
        self._path = path.rstrip("/")

    def secrets_of(self, digest: str) -> PairSecrets:
        """What the pair whose consumer key has this SHA-256 signs with.

        Raises:
            SecretsMissingError: nothing is kept for it.
        """
        name = self._name(digest)
        try:
            found = self._client.get_parameter(Name=name, WithDecryption=True)
        except self._client.exceptions.ParameterNotFound:
            raise SecretsMissingError(name) from None
        return PairSecrets(**json.loads(found["Parameter"]["Value"]))

    def keep(self, digest: str, secrets: PairSecrets) -> None:
        """Keep the secrets of a new pair; those of one that has some already stay, and it fails."""
        value = json.dumps({"consumer": secrets.consumer, "token": secrets.token})
        self._client.put_parameter(Name=self._name(digest), Value=value, Type="SecureString")

    def _name(self, digest: str) -> str:
        return f"{self._path}/{digest}"

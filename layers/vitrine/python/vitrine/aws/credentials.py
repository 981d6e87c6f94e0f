"""Who calls: the role's keys, which Lambda puts into a function's environment."""

from __future__ import annotations

import os
from typing import NamedTuple

from vitrine.aws.errors import SettingsError


class Credentials(NamedTuple):
    """Temporary keys of a role, or keys of a user, who has no token.

    Attributes:
        access_key: names the key.
        secret_key: signs.
        token: proves that temporary keys are still good; empty for a user's.
    """

    access_key: str
    secret_key: str
    token: str = ""


def from_environment() -> Credentials:
    """The keys as they are in the environment now, since Lambda may renew them there.

    Raises:
        SettingsError: there are none.
    """
    try:
        access_key, secret_key = (
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
        )
    except KeyError:
        raise SettingsError(
            "No AWS credentials in the environment. Under SnapStart, in containers and on EC2 they "
            "come another way, which only boto3 knows: deploy with the parameter AwsClient=boto3."
        ) from None
    return Credentials(access_key, secret_key, os.environ.get("AWS_SESSION_TOKEN", ""))

"""Where a service answers, in a function's own region."""

from __future__ import annotations

import os

from vitrine.aws.errors import SettingsError

_SUFFIXES = {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}  # other partitions' own domains
_UNKNOWN = ("us-iso", "eu-iso")


def region() -> str:
    """The region of this function.

    Raises:
        SettingsError: the environment names none.
    """
    found = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not found:
        raise SettingsError("AWS_REGION is not set.")
    return found


def signing_region(service: str) -> str:
    """The region in whose name requests to a service are signed.

    Args:
        service: as hosts name it. CloudFront is global: it has one host in each partition.

    Raises:
        SettingsError: the environment names none.
    """
    here = region()
    if service != "cloudfront":
        return here
    return "cn-northwest-1" if here.startswith("cn-") else "us-east-1"


def endpoint(service: str) -> tuple[str, bool]:
    """The URL of a service, without a slash at its end, and whether it is AWS's own.

    Elsewhere, such as on a local stack, `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` tells.

    Args:
        service: as hosts name it, such as `dynamodb`.

    Raises:
        SettingsError: no host is known in this region.
    """
    for name in (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL"):
        if elsewhere := os.environ.get(name):
            return elsewhere.rstrip("/"), False
    here = region()
    if here.startswith(_UNKNOWN):
        raise SettingsError(f"No hosts are known in {here}: deploy with AwsClient=boto3.")
    suffix = next((own for start, own in _SUFFIXES.items() if here.startswith(start)), None)
    if service == "cloudfront" and suffix is None:
        return "https://cloudfront.amazonaws.com", True
    return f"https://{service}.{signing_region(service)}.{suffix or 'amazonaws.com'}", True

"""The CDN in front of public pictures: CloudFront."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from vitrine.domain.errors import ThrottledError
from vitrine.ports import Cdn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_cloudfront import CloudFrontClient

    from vitrine.aws.cloudfront import CloudFront

_BUSY = "TooManyInvalidationsInProgress"


class CloudFrontCdn(Cdn):
    """`vitrine.ports.Cdn` over one CloudFront distribution."""

    def __init__(self, client: CloudFrontClient | CloudFront, distribution: str) -> None:
        self._client = client
        self._distribution = distribution

    def invalidate(self, reference: str, paths: Sequence[str]) -> str:
        # CloudFront refuses a reference that it knows together with other paths.
        content = sha256("\n".join(paths).encode()).hexdigest()[:16]
        try:
            answer = self._client.create_invalidation(
                DistributionId=self._distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": [*paths]},
                    "CallerReference": f"{reference}-{content}",
                },
            )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == _BUSY:
                raise ThrottledError(_BUSY) from error
            raise
        return answer["Invalidation"]["Id"]

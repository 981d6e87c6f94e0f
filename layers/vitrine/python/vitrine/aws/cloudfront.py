"""Amazon CloudFront: the calls of boto3's `cloudfront` client that adapters make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vitrine.aws.errors import Exceptions
from vitrine.aws.messages import Request, Times
from vitrine.aws.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitrine.aws.messages import Answer

_VERSION = "2020-05-31"
_SPACE = f"http://cloudfront.amazonaws.com/doc/{_VERSION}/"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ID = re.compile(rb"<Id>([A-Z0-9]+)</Id>")
_CODE = re.compile(rb"<Code>([A-Za-z0-9]+)</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]*)</Message>")


class CloudFront:
    """A client of CloudFront, with boto3's names for calls, arguments and answers."""

    exceptions = Exceptions

    def __init__(self, times: Times = Times()) -> None:  # noqa: B008 - immutable
        self._service = Service("cloudfront", _error_in, times)

    def create_invalidation(
        self, *, DistributionId: str, InvalidationBatch: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Remove what CloudFront has cached under some paths.

        Raises:
            ClientError: CloudFront refuses it.
            NoAnswerError: there is no answer to any attempt.
        """
        paths = InvalidationBatch["Paths"]["Items"]
        items = "".join(f"<Path>{each.translate(_ESCAPES)}</Path>" for each in paths)
        reference = InvalidationBatch["CallerReference"].translate(_ESCAPES)
        body = (
            f'<InvalidationBatch xmlns="{_SPACE}"><Paths><Quantity>{len(paths)}</Quantity>'
            f"<Items>{items}</Items></Paths><CallerReference>{reference}</CallerReference>"
            "</InvalidationBatch>"
        )
        answer = self._service.send(
            Request(
                "CreateInvalidation",
                "POST",
                self._service.endpoint,
                f"/{_VERSION}/distribution/{quote(DistributionId, safe='')}/invalidation",
                headers={"content-type": "application/xml"},
                body=body.encode(),
            )
        )
        return {"Invalidation": {"Id": _first(_ID, answer.body)}}


def _error_in(answer: Answer) -> dict[str, Any]:
    """What a failed answer tells; of one that tells nothing, its status."""
    code = _first(_CODE, answer.body) or str(answer.status)
    return {"Error": {"Code": code, "Message": _first(_MESSAGE, answer.body)}}


def _first(pattern: re.Pattern[bytes], body: bytes) -> str:
    found = pattern.search(body)
    return found[1].decode(errors="replace") if found else ""

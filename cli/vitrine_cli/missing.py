"""What the CDN's group of origins does on AWS, for an emulator that has none.

A picture that storage does not have is asked of the function that makes it, at its URL.
"""

import asyncio
from dataclasses import dataclass

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from vitrine_cli import edge
from vitrine_cli.workspace import REGION

_ABSENT = (403, 404)
_OF_THE_CDN = ("vary", "via", "x-amz-cf-id")


def is_absent(method: str, path: bytes, answer: httpx.Response) -> bool:
    """Whether the CDN's answer is one after which it would ask its second origin."""
    is_picture = path.startswith(b"/media/") and method in ("GET", "HEAD")
    return is_picture and answer.status_code in _ABSENT


@dataclass(frozen=True, slots=True)
class Maker:
    """The function that makes missing pictures.

    Attributes:
        url: where it is called.
        chooses: code of the CDN's function, which chose the format of what is absent; None when
            there is none.
    """

    url: str
    chooses: str | None = None

    async def ask(
        self, emulator: httpx.AsyncClient, method: str, path: str, absent: httpx.Response
    ) -> httpx.Response:
        """The function's answer to a request that storage answered with `absent`.

        Args:
            emulator: where the function runs.
            method: GET or HEAD.
            path: as the CDN was asked for it.
            absent: the CDN's answer, and in it the request.
        """
        if self.chooses is not None:
            asked = edge.viewer_request(path, absent.request.headers.get_list("accept"))
            (path,) = await asyncio.to_thread(edge.rewritten, self.chooses, [asked])
        url = httpx.URL(self.url).join(path)
        signed = AWSRequest(method, str(url))
        SigV4Auth(Credentials("test", "test"), "lambda", REGION).add_auth(signed)
        answer = await emulator.request(
            method,
            emulator.base_url.copy_with(raw_path=url.raw_path),
            headers={**signed.headers, "host": url.host},
        )
        for name in _OF_THE_CDN:
            if name in absent.headers:
                answer.headers[name] = absent.headers[name]
        return answer

"""CloudFront's origin failover, which the emulator lacks: missing pictures come from a function.

On AWS, CloudFront asks the function `AdmitMissing` when S3 answers 403 or 404. Locally the proxy
does that.
"""

import asyncio
from dataclasses import dataclass

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from vitrine_cli.local.cdn_function import CdnFunction, viewer_request
from vitrine_cli.local.workspace import REGION

_MISSING = (403, 404)
_CDN_HEADERS = (
    "access-control-allow-origin",
    "content-security-policy",
    "strict-transport-security",
    "vary",
    "via",
    "x-amz-cf-id",
    "x-content-type-options",
)


def needs_second_origin(method: str, path: bytes, answer: httpx.Response) -> bool:
    """Whether CloudFront would ask its second origin after this answer of its first."""
    is_picture = path.startswith(b"/media/") and method in ("GET", "HEAD")
    return is_picture and answer.status_code in _MISSING


@dataclass(frozen=True, slots=True)
class SecondOrigin:
    """The function that renders missing pictures.

    Attributes:
        url: its function URL.
        choose_format: the CDN's function that rewrites a path to a format that the client
            accepts; None if formats are not chosen.
    """

    url: str
    choose_format: CdnFunction | None = None

    async def fetch(
        self, emulator: httpx.AsyncClient, method: str, path: str, missing: httpx.Response
    ) -> httpx.Response:
        """The function's answer to a request that S3 could not answer.

        Args:
            emulator: a client of the emulator, which runs the function.
            method: GET or HEAD.
            path: the path that the client requested from the CDN.
            missing: the first origin's answer, which carries the request.
        """
        if self.choose_format is not None:
            request = viewer_request(path, missing.request.headers.get_list("accept"))
            (path,) = await asyncio.to_thread(self.choose_format.rewritten_paths, [request])
        # A function URL passes a path on as it was sent; the emulator decodes it first.
        url = httpx.URL(self.url).join(path.replace("%", "%25"))
        signed = AWSRequest(method, str(url))
        SigV4Auth(Credentials("test", "test"), "lambda", REGION).add_auth(signed)
        answer = await emulator.request(
            method,
            emulator.base_url.copy_with(raw_path=url.raw_path),
            headers={**signed.headers, "host": url.host},
        )
        for name in _CDN_HEADERS:
            if name in missing.headers:
                answer.headers[name] = missing.headers[name]
        return answer

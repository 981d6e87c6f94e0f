"""Compression of large answers: Lambda returns at most 6 MB to API Gateway."""

import base64
import re
from dataclasses import replace

from vitrine.domain.errors import NotAcceptableError
from vitrine.edge.request import Request
from vitrine.edge.response import Response

_LARGE = 1_000_000  # bytes; the CDN compresses smaller answers
_MOST = 6_000_000  # bytes in the JSON that a function returns; Lambda's limit is 6,291,556
_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?=,|$)", re.I)


def fit(response: Response, request: Request) -> Response:
    """The answer, compressed if it is large and the client accepts gzip.

    Raises:
        NotAcceptableError: the answer is larger than Lambda permits, and the client does not
            accept gzip.
    """
    size = len(response.body.encode())
    if size < _LARGE:
        return response
    if _GZIP.search(request.headers.get("accept-encoding", "")):
        import gzip  # 2 ms, which small answers do without

        packed = gzip.compress(response.body.encode(), compresslevel=1, mtime=0)
        headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return replace(
            response, body=base64.b64encode(packed).decode(), headers=headers, encoded=True
        )
    if size + response.body.count('"') + response.body.count("\\") > _MOST:
        raise NotAcceptableError(f"{size} bytes")
    return response

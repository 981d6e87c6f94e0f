"""What CloudFront answers when an origin does not: a page of text, not JSON."""

import httpx
from starlette.responses import HTMLResponse

from vitrine_cli.local.function_failures import failure_of

_PAGE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>
<H1>{status} ERROR</H1>
<H2>The request could not be satisfied.</H2>
<HR>{cause}
</BODY></HTML>
"""
_BAD_GATEWAY = (502, "CloudFront wasn't able to connect to the origin.")
_TIMEOUT = (504, "CloudFront attempted to establish a connection with the origin, but timed out.")


def unreachable(error: httpx.TransportError) -> HTMLResponse:
    """The answer when the origin cannot be reached, or takes too long."""
    return _page(*(_TIMEOUT if isinstance(error, httpx.TimeoutException) else _BAD_GATEWAY))


def failed_function(answer: httpx.Response) -> HTMLResponse | None:
    """The answer when the function behind the second origin failed; None if it did not."""
    return None if failure_of(answer) is None else _page(*_BAD_GATEWAY)


def _page(status: int, cause: str) -> HTMLResponse:
    headers = {"x-cache": "Error from cloudfront"}
    return HTMLResponse(_PAGE.format(status=status, cause=cause), status, headers)

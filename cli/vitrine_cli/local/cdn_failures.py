"""What CloudFront answers when an origin or its own function does not: a page, not JSON."""

import httpx
from starlette.responses import HTMLResponse

from vitrine_cli.local.function_failures import Failure
from vitrine_cli.local.places import NoPlaceError
from vitrine_cli.ui.failure import FailureError

_PAGE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY>
<H1>{status} ERROR</H1>
<H2>The request could not be satisfied.</H2>
<HR>{cause}
</BODY></HTML>
"""
_BAD_GATEWAY = (502, "CloudFront wasn't able to connect to the origin.")
_TIMEOUT = (504, "CloudFront attempted to establish a connection with the origin, but timed out.")
_BROKEN_FUNCTION = (503, "The CloudFront function of the distribution is invalid or could not run.")


def unanswered(error: httpx.TransportError | NoPlaceError | FailureError) -> HTMLResponse:
    """The answer when the origin cannot be reached, takes too long, or has no place for a request.

    A FailureError is one of the function that chooses formats, which CloudFront runs itself.
    """
    if isinstance(error, FailureError):
        return _page(*_BROKEN_FUNCTION)
    return _page(*(_TIMEOUT if isinstance(error, httpx.TimeoutException) else _BAD_GATEWAY))


def failed_function(failure: Failure) -> HTMLResponse:
    """The answer when the function behind the second origin failed or took too long."""
    return _page(*(_TIMEOUT if failure.timed_out else _BAD_GATEWAY))


def _page(status: int, cause: str) -> HTMLResponse:
    headers = {"x-cache": "Error from cloudfront"}
    return HTMLResponse(_PAGE.format(status=status, cause=cause), status, headers)

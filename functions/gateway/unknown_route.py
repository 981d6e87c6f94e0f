"""$default: every method and path without a route of its own.

API Gateway's routes cannot end with a slash, while the platforms accept a trailing slash and some a
suffix. This function forwards such a request to the function of the route without them, and answers
every other request with the not-found error of the dialect that owns the path. Each of the two APIs
has such a function; the variable `DIALECTS` names the dialects of its API.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.dialects import NAMES, dialect_of
from vitrine import environment
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call, require_scope
from vitrine.edge.response import Response, json_response
from vitrine.edge.telemetry import logger

environment.prepare("functions")
_DIALECTS = os.environ.get("DIALECTS", ",".join(NAMES)).split(",")


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Forward the request, or answer that the route does not exist."""
    method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    dialect = dialect_of(path)
    if dialect is None or dialect.name not in _DIALECTS:  # API Gateway's own answer
        facts = {"request_id": event["requestContext"]["requestId"], "method": method, "path": path}
        logger.info("path of no dialect", extra=facts)
        return json_response(404, {"message": "Not Found"}).to_event()
    operation, parameters = dialect.operation(method, path) or ("", {})
    forwarded = {**event, "pathParameters": parameters}

    def forward(call: Call) -> Response:
        if not operation:
            dialect.missing(call)
        functions = environment.current().functions
        answer = functions.call(dialect.name, operation, forwarded)
        encoded = answer["isBase64Encoded"]
        return Response(answer["statusCode"], answer["body"], answer["headers"], encoded)

    authenticated_only = replace(dialect, checks=(require_scope,))
    function = endpoint(authenticated_only, scope=None, counts=not operation)(forward)
    return function(forwarded, context)

"""$default: every method and path that the gateway has no route for.

API Gateway takes no route that ends with a slash; the platforms tolerate one, and some a suffix.
Such a request is handed on to the function whose route it is without. Everything else is answered
as the dialect whose paths they are would.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.dialects import dialect_of
from vitrine import environment
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call, require_scope
from vitrine.edge.response import Response, json_response
from vitrine.edge.telemetry import logger

environment.prepare()


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Hand the request on, or answer that there is nothing here."""
    method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    dialect = dialect_of(path)
    if dialect is None:  # the gateway's own words
        logger.info("nobody's path", extra={"method": method, "path": path})
        return json_response(404, {"message": "Not Found"}).to_event()
    operation, parameters = dialect.operation(method, path) or ("", {})
    handed_on = {**event, "pathParameters": parameters}

    def answer(call: Call) -> Response:
        if not operation:
            dialect.missing(call)
        functions = environment.current().functions
        answered = functions.call(dialect.name, operation, handed_on)
        return Response(answered["statusCode"], answered["body"], answered["headers"])

    known_callers_only = replace(dialect, checks=(require_scope,))
    made = endpoint(known_callers_only, scope=None, counts=not operation)
    return made(answer)(handed_on, context)

"""$default: every method and path that no documented operation has.

API Gateway takes no route that ends with a slash, and the platforms tolerate one: such a request
is handed on to the function whose route it is without. Everything else is answered as the dialect
whose paths they are would: a caller first, then "no such thing".
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NoReturn

from gateway.dialects import dialect_of
from vitrine import environment
from vitrine.domain.errors import RouteNotFoundError
from vitrine.edge.dialect import Dialect
from vitrine.edge.endpoint import LambdaHandler, endpoint
from vitrine.edge.request import Call, require_scope
from vitrine.edge.response import json_response
from vitrine.edge.telemetry import logger


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Hand the request on, or answer that there is nothing here."""
    method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    dialect = dialect_of(path)
    if dialect is None:  # the gateway's own words
        logger.info("nobody's path", extra={"method": method, "path": path})
        return json_response(404, {"message": "Not Found"}).to_event()
    documented = dialect.operation(method, path[:-1]) if path.endswith("/") else None
    if documented is None:
        return _refusing(dialect)(event, context)
    operation, parameters = documented
    functions = environment.current().functions
    return functions.call(dialect.name, operation, {**event, "pathParameters": parameters})


@cache
def _refusing(dialect: Dialect) -> LambdaHandler:
    return endpoint(replace(dialect, checks=(require_scope,)), scope=None)(_nothing_here)


def _nothing_here(call: Call) -> NoReturn:
    raise RouteNotFoundError(call.request.path)

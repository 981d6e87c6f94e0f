"""$default: every method and path that no documented operation has.

Answered as the dialect whose paths they are would: a caller first, then "no such thing".
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NoReturn

from gateway.dialects import dialect_of
from vitrine.domain.errors import RouteNotFoundError
from vitrine.edge.dialect import Dialect
from vitrine.edge.endpoint import LambdaHandler, endpoint
from vitrine.edge.request import Call, require_scope
from vitrine.edge.response import json_response


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer that there is nothing here."""
    dialect = dialect_of(event["rawPath"])
    if dialect is None:  # the gateway's own words
        return json_response(404, {"message": "Not Found"}).to_event()
    return _refusing(dialect)(event, context)


@cache
def _refusing(dialect: Dialect) -> LambdaHandler:
    return endpoint(replace(dialect, checks=(require_scope,)), scope=None)(_nothing_here)


def _nothing_here(call: Call) -> NoReturn:
    raise RouteNotFoundError(call.request.path)

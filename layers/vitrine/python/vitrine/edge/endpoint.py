"""The decorator through which every request passes on its way to a handler, and its answer back."""

import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from vitrine import environment
from vitrine.domain.errors import InternalError, ThrottledError, VitrineError
from vitrine.edge.dialect import Dialect
from vitrine.edge.request import Call, Request, parse_event
from vitrine.edge.response import Response
from vitrine.edge.telemetry import logger, record_request

Handler = Callable[[Call], Response]
LambdaHandler = Callable[[Mapping[str, Any], object], dict[str, Any]]


def endpoint(
    dialect: Dialect, *, scope: str | None, counts: bool = True
) -> Callable[[Handler], LambdaHandler]:
    """Make a handler of one documented operation into a Lambda function.

    The handler runs only for a caller the dialect knows, whose credential covers `scope` and whose
    request passes the dialect's checks. Whatever fails is answered in the dialect's shape; what
    nobody foresaw is logged whole and told to the caller as nothing but a failure of ours.
    `counts` is false where another function counts the same request.
    """

    environment.prepare()

    def decorate(handler: Handler) -> LambdaHandler:
        operation = handler.__module__.rpartition(".")[2]

        @wraps(handler)
        def function(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
            started = time.perf_counter()
            request = parse_event(event)
            shop: str | None = None
            try:
                if dialect.routes_first:
                    dialect.require_route(request)
                call = _admit(dialect, scope, request)
                shop = call.caller.shop.id
                for check in dialect.checks:
                    check(call)
                response = handler(call)
            except VitrineError as error:
                if isinstance(error, ThrottledError):  # what only some dialects tell their clients
                    extra = {"request_id": request.id, "shop": shop, "code": str(error)}
                    logger.warning("throttled", extra=extra)
                response = dialect.refuse(error, request)
            except Exception:  # noqa: BLE001 - the one place where nothing may get past us
                logger.exception("unforeseen", extra={"request_id": request.id, "shop": shop})
                response = dialect.refuse(InternalError(), request)
            if not counts:
                return response.to_event(with_body=request.method != "HEAD")
            record_request(
                request=request.id,
                shop=shop,
                dialect=dialect.name,
                operation=operation,
                status=response.status,
                seconds=time.perf_counter() - started,
            )
            return response.to_event(with_body=request.method != "HEAD")

        return function

    return decorate


def _admit(dialect: Dialect, scope: str | None, request: Request) -> Call:
    here = environment.current()
    caller = dialect.authenticate(request, here.access)
    return Call(
        request,
        caller,
        scope,
        here.catalogue(caller.shop),
        here.media_url,
        here.public_url or request.origin,
        dialect.read,
    )

"""The decorator of every handler: authentication, checks, errors, logging and metrics."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from vitrine import environment
from vitrine.domain.errors import InternalError, ThrottledError, VitrineError
from vitrine.edge.dialect import Dialect
from vitrine.edge.idempotency import answer_once
from vitrine.edge.remaining_time import within_time
from vitrine.edge.request import Call, Request, parse_event
from vitrine.edge.response import Response
from vitrine.edge.telemetry import SERVER_ERROR, NotedBlobs, logger, record_request
from vitrine.services.catalogue import CLIENT_RETRY

if TYPE_CHECKING:
    from vitrine.ports import Blobs

Handler = Callable[[Call], Response]
LambdaHandler = Callable[[Mapping[str, Any], object], dict[str, Any]]


def endpoint(
    dialect: Dialect,
    *,
    scope: str | None,
    uses: Sequence[environment.Part] = (),
    counts: bool = True,
) -> Callable[[Handler], LambdaHandler]:
    """Turn the handler of one operation into a Lambda function.

    The handler runs only for an authenticated caller whose credential has the scope and whose
    request passes the dialect's checks. Every error is answered in the dialect's shape. Unexpected
    exceptions get the dialect's generic internal error. Whenever the status is 500 or more, the
    error is logged with its traceback and the request's id.

    Args:
        dialect: the dialect of the operation.
        scope: the scope that the operation requires; None if it requires authentication only.
        uses: adapters to build while the function starts, beside those that every function has.
        counts: whether to log and count the request; false if another function does, unless it is
            refused or fails before that.
    """
    environment.prepare(*uses)

    def decorate(handler: Handler) -> LambdaHandler:
        operation = handler.__module__.rpartition(".")[2]

        @wraps(handler)
        def function(event: Mapping[str, Any], context: object) -> dict[str, Any]:
            started = time.perf_counter()
            request = parse_event(event)
            objects: dict[str, None] = {}
            outcome = _answer(dialect, scope, handler, request, context, objects)
            if counts or outcome.error:
                record_request(
                    request,
                    outcome.response,
                    shop=outcome.shop,
                    dialect=dialect.name,
                    operation=operation,
                    seconds=time.perf_counter() - started,
                    error=outcome.error,
                    objects=objects,
                )
            response = outcome.response
            response = replace(response, headers={**dialect.headers, **response.headers})
            return response.to_event(with_body=request.method != "HEAD")

        return function

    return decorate


class _Outcome(NamedTuple):
    """The answer to a request, the shop of its caller if it is known, and why it was refused."""

    response: Response
    shop: str | None
    error: Exception | None = None


def _answer(
    dialect: Dialect,
    scope: str | None,
    handler: Handler,
    request: Request,
    context: object,
    objects: dict[str, None],
) -> _Outcome:
    shop: str | None = None
    try:
        if dialect.routes_first:
            dialect.require_route(request)
        call = _admit(dialect, scope, request, context, objects)
        shop = call.caller.shop.id
        for check in dialect.checks:
            check(call)
        return _Outcome(_respond(dialect, handler, call), shop)
    except VitrineError as error:
        response = dialect.refuse(error, request)
        extra = {"request_id": request.id, "shop": shop, "code": str(error)}
        if isinstance(error, ThrottledError):  # most dialects answer it with a 500
            logger.warning("throttled", extra=extra)
        elif response.status >= SERVER_ERROR:
            logger.exception("request failed", extra=extra)
        return _Outcome(response, shop, error)
    except Exception as error:  # noqa: BLE001 - the last resort of every request
        logger.exception("unexpected error", extra={"request_id": request.id, "shop": shop})
        return _Outcome(dialect.refuse(InternalError(), request), shop, error)


def _respond(dialect: Dialect, handler: Handler, call: Call) -> Response:
    if not dialect.keeps_answers:
        return handler(call)
    return answer_once(call, environment.current().idempotency_keys, handler)


def _admit(
    dialect: Dialect,
    scope: str | None,
    request: Request,
    context: object,
    objects: dict[str, None],
) -> Call:
    world, retry = environment.current(), within_time(CLIENT_RETRY, context)
    caller = dialect.authenticate(request, world.access)
    catalogue = world.catalogue(caller.shop, request.headers.get("host", ""), retry)
    noted = NotedBlobs(catalogue.stores.blobs, objects)
    stores = replace(catalogue.stores, blobs=cast("Blobs", noted))
    return Call(
        request,
        caller,
        scope,
        replace(catalogue, stores=stores),
        world.media_url,
        world.public_url or request.origin,
        world.alternatives,
        dialect.read,
    )

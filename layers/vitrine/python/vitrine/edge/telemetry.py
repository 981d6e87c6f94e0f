"""Observability of a request: one structured log line and, by parameter, three metrics."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from vitrine.edge.request import Request
    from vitrine.edge.response import Response

logger = Logger(service="vitrine", use_rfc3339=True, utc=True)
# Each stack has a namespace of its own, so that the metrics of two stacks do not add up.
_metrics = Metrics(
    namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Vitrine"), service="vitrine"
)


SERVER_ERROR = 500
"""Statuses from here on are failures, whose cause is logged."""

_requests = itertools.count()


def record_request(
    request: Request,
    response: Response,
    *,
    shop: str | None,
    dialect: str,
    operation: str,
    seconds: float,
    error: Exception | None,
) -> None:
    """Log a finished request, and count it if the parameter `DialectMetrics` says so.

    The dialect is the only dimension of the metrics, because CloudWatch bills every combination of
    dimensions as its own metric. The log answers all other questions.

    Args:
        request: the request.
        response: its answer.
        shop: id of the caller's shop; None if the caller is unknown.
        dialect: name of the dialect.
        operation: name of the operation.
        seconds: how long the request took.
        error: why the request was refused or failed. Only a failure's class and text are logged.
    """
    milliseconds = round(seconds * 1000, 1)
    failed = response.status >= SERVER_ERROR
    cause = {"error": f"{type(error).__name__}: {error}"} if failed and error else {}
    logger.info(
        "request",
        extra={
            "request_id": request.id,
            "shop": shop,
            "dialect": dialect,
            "operation": operation,
            "status": response.status,
            "duration_ms": milliseconds,
            "cold": next(_requests) == 0,
            "bytes_in": len(request.body),
            "bytes_out": len(response.body.encode()),
            "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME"),
            **cause,
        },
    )
    if os.environ.get("DIALECT_METRICS") != "yes":
        return
    _metrics.add_dimension("dialect", dialect)
    _metrics.add_metric("Requests", MetricUnit.Count, 1)
    _metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)
    _metrics.add_metric("Failures", MetricUnit.Count, int(failed))
    _metrics.flush_metrics()

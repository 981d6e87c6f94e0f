"""Observability of a request: one structured log line and, by parameter, three metrics."""

import os

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="vitrine", use_rfc3339=True, utc=True)
# Each stack has a namespace of its own, so that the metrics of two stacks do not add up.
_metrics = Metrics(
    namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Vitrine"), service="vitrine"
)


def record_request(
    *, request: str, shop: str | None, dialect: str, operation: str, status: int, seconds: float
) -> None:
    """Log a finished request, and count it if the parameter `DialectMetrics` says so.

    The dialect is the only dimension of the metrics, because CloudWatch bills every combination of
    dimensions as its own metric. The log answers all other questions.
    """
    milliseconds = round(seconds * 1000, 1)
    logger.info(
        "request",
        extra={
            "request_id": request,
            "shop": shop,
            "dialect": dialect,
            "operation": operation,
            "status": status,
            "duration_ms": milliseconds,
            "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME"),
        },
    )
    if os.environ.get("DIALECT_METRICS") != "yes":
        return
    _metrics.add_dimension("dialect", dialect)
    _metrics.add_metric("Requests", MetricUnit.Count, 1)
    _metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)
    _metrics.add_metric("Failures", MetricUnit.Count, int(status >= 500))
    _metrics.flush_metrics()

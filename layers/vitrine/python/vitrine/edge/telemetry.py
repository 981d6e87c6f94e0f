"""Observability of a request: one structured log line and, by parameter, three metrics."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from vitrine.domain.uploads import UploadForm
    from vitrine.edge.request import Request
    from vitrine.edge.response import Response
    from vitrine.ports import Blobs

logger = Logger(service="vitrine", use_rfc3339=True, utc=True)
# Each stack has a namespace of its own, so that the metrics of two stacks do not add up.
_metrics = Metrics(
    namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Vitrine"), service="vitrine"
)


SERVER_ERROR = 500
"""Statuses from here on are failures, whose cause is logged."""

_requests = itertools.count()


class NotedBlobs:
    """The adapter `Blobs` for one request: it notes the objects of which events will tell.

    Events carry keys of objects and no id of the request, so the request's line names the objects:
    the folders of originals that it stores or removes, and of upload batches for which it signs
    forms. These are keys without shop and file name.
    """

    def __init__(self, blobs: Blobs, folders: dict[str, None]) -> None:
        """Note folders as keys of `folders`, which keeps their order and each of them once."""
        self._blobs = blobs
        self._folders = folders

    def __getattr__(self, name: str) -> Any:
        return getattr(self._blobs, name)

    def put_original(self, key: str, data: bytes, media_type: str, product: str = "") -> None:
        """See `Blobs.put_original`."""
        self._note(key, 4)
        self._blobs.put_original(key, data, media_type, product)

    def announce_original(self, key: str) -> None:
        """See `Blobs.announce_original`."""
        self._note(key, 4)
        self._blobs.announce_original(key)

    def remove_originals(self, keys: Sequence[str]) -> None:
        """See `Blobs.remove_originals`."""
        for key in keys:
            self._note(key, 4)
        self._blobs.remove_originals(keys)

    def upload_form(self, key: str, media_type: str, size: int, seconds: int) -> UploadForm:
        """See `Blobs.upload_form`."""
        self._note(key, 3)
        return self._blobs.upload_form(key, media_type, size, seconds)

    def _note(self, key: str, length: int) -> None:
        kind, _shop, *folder = key.split("/")[:length]
        self._folders["/".join((kind, *folder))] = None


def record_request(
    request: Request,
    response: Response,
    *,
    shop: str | None,
    dialect: str,
    operation: str,
    seconds: float,
    error: Exception | None,
    objects: Collection[str] = (),
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
        objects: folders of the objects that it stored or removed, as `NotedBlobs` notes them.
    """
    milliseconds = round(seconds * 1000, 1)
    failed = response.status >= SERVER_ERROR
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
            **({"error": f"{type(error).__name__}: {error}"} if failed and error else {}),
            **({"replayed": True} if response.replayed else {}),
            **({"objects": [*objects]} if objects else {}),
        },
    )
    if os.environ.get("DIALECT_METRICS") == "yes":
        _count_request(dialect, milliseconds, failed=failed)


def _count_request(dialect: str, milliseconds: float, *, failed: bool) -> None:
    _metrics.add_dimension("dialect", dialect)
    _metrics.add_metric("Requests", MetricUnit.Count, 1)
    _metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)
    _metrics.add_metric("Failures", MetricUnit.Count, int(failed))
    _metrics.flush_metrics()

"""GET and HEAD of a public picture that is not in the media bucket: refuse it, or render it.

It is the CDN's failover origin: CloudFront calls it after the bucket answered 403 or 404 (template:
`OriginGroups`). It is a small function, because anybody can make it run; what passes its checks is
handed to the large `RenderMissing`.
"""

import os
from collections.abc import Mapping
from typing import Any

from pipeline.missing_pictures import busy, key_of, not_found
from vitrine import environment
from vitrine.domain.errors import ThrottledError
from vitrine.edge.telemetry import logger
from vitrine.services.admission import Admission, AdmissionControl

environment.prepare("blobs", "functions")


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer for RenderMissing, or 404, or 503 while too many such requests come."""
    here = environment.current()
    per_minute = int(os.environ.get("MISSING_PER_MINUTE", "0"))
    control = AdmissionControl(
        here.stores, here.rate_limit, per_minute, frozenset(here.alternatives)
    )
    key, now = key_of(event), here.clock()
    admission = control.judge(key, now)
    # Not logged at INFO: strangers would decide how much log storage is billed.
    logger.debug("missing", extra={"key": key[:1024], "admission": admission.name})
    if admission is Admission.NOT_FOUND:
        return not_found()
    if admission is Admission.BUSY:
        return busy(60 - now.second)
    try:
        return here.functions.call("pipeline", "render_missing", event)
    except ThrottledError:  # MissingAtOnce, or the account's concurrency
        return busy(1)

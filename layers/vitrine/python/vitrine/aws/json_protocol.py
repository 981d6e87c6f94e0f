"""What services that speak JSON have in common: DynamoDB, Parameter Store, Lambda."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vitrine.aws.messages import Answer


def error_in(answer: Answer) -> dict[str, Any]:
    """What a failed answer tells; of one that is not the service's own, its status."""
    try:
        told = json.loads(answer.body)
    except ValueError:  # such as a page of HTML from something on the way
        told = None
    if not isinstance(told, dict):
        told = {}
    code = answer.headers.get("x-amzn-errortype") or told.pop("__type", "") or told.pop("code", "")
    message = told.pop("message", None) or told.pop("Message", None) or ""
    kind = str(code).partition(":")[0].rpartition("#")[2]
    return {"Error": {"Code": kind or str(answer.status), "Message": message}, **told}

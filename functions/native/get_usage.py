"""GET /vitrine/v1/shop/usage: how many images the shop has, and the bytes of their originals.

Contract: vitrine §4.2.
"""

from collections.abc import Mapping
from typing import TypedDict

from native.wire import READ, answer, dialect
from vitrine.domain.usage import Amount
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.listing import get_usage


class AmountBody(TypedDict):
    """A number of images, and the bytes of their originals."""

    images: int
    bytes: int


class UsageBody(TypedDict):
    """What a shop stores."""

    images: int
    bytes: int
    formats: Mapping[str, AmountBody]
    kept: AmountBody
    library: AmountBody
    counts: str
    exact: bool


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the shop's counters."""
    usage = get_usage(call.catalogue)
    formats = {kind.name.lower(): _amount(each) for kind, each in usage.formats.items()}
    body: UsageBody = {
        "images": usage.live.images,
        "bytes": usage.live.bytes,
        "formats": dict(sorted(formats.items())),
        "kept": _amount(usage.kept),
        "library": _amount(usage.library),
        "counts": "originals",
        "exact": usage.exact,
    }
    return answer(call, body)


def _amount(amount: Amount) -> AmountBody:
    return {"images": amount.images, "bytes": amount.bytes}

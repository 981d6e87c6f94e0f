"""Settling a file that arrived in storage: once for each version, however often its event comes."""

from vitrine.domain.errors import ConflictError, ImportSettledError
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.rejections import Rejection
from vitrine.services.catalogue import Catalogue


def refuse_settled(catalogue: Catalogue, arrival: Arrival | None) -> None:
    """Refuse a file whose outcome is recorded already (idempotent import).

    Raises:
        ImportSettledError: this version of the file, or a later one, is settled.
    """
    if arrival is None:
        return
    latest = catalogue.stores.imports.outcome(arrival)
    if latest is not None and latest.settles(arrival):
        raise ImportSettledError(arrival.key)


def reject(catalogue: Catalogue, arrival: Arrival, why: Rejection) -> Import | None:
    """Record why a file became no image; None if this version was settled before."""
    rejected = Import(arrival, catalogue.clock(), reason=why.reason, code=why.code)
    try:
        catalogue.stores.imports.reject(rejected)
    except ConflictError:  # another invocation settled it
        return None
    return rejected

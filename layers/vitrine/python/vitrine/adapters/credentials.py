"""How credentials lie in the table: once by what a request brings, once in their shop's list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vitrine.adapters.table import Item, key, milliseconds, moment
from vitrine.domain.credentials import Credential, Scheme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

PARTITIONS = {Scheme.BEARER: "CREDENTIAL#", Scheme.OAUTH: "OAUTH#"}
"""Where credentials of each scheme lie. A consumer key sent as a bearer secret finds nothing."""


def credential_items(credential: Credential) -> Iterator[Item]:
    """The credential by its digest, and again in its shop's list."""
    facts = {
        "hash": credential.digest,
        "shop": credential.shop,
        "dialect": credential.dialect,
        "role": credential.role,
        "scopes": sorted(credential.scopes),
        "label": credential.label,
        "created": milliseconds(credential.created_at),
        "scheme": credential.scheme.value,
        **({"issuer": credential.issuer} if credential.issuer else {}),
        **(_expiry(credential.expires_at) if credential.expires_at else {}),
    }
    yield {**key(PARTITIONS[credential.scheme] + credential.digest, "CREDENTIAL"), **facts}
    yield {**key(f"SHOP#{credential.shop}", f"CREDENTIAL#{credential.id}"), **facts}


def _expiry(end: datetime) -> Item:
    """When it ends; DynamoDB removes the item at some time after the second that `expires` says."""
    return {"ends": milliseconds(end), "expires": math.ceil(end.timestamp())}


def credential_in(item: Item) -> Credential:
    """The credential that an item tells of; those of before there were schemes are bearer's."""
    revoked, ends = item.get("revoked"), item.get("ends")
    return Credential(
        digest=item["hash"],
        shop=item["shop"],
        dialect=item["dialect"],
        role=item["role"],
        scopes=frozenset(item["scopes"]),
        label=item["label"],
        created_at=moment(item["created"]),
        revoked_at=None if revoked is None else moment(revoked),
        scheme=Scheme(item.get("scheme", Scheme.BEARER)),
        expires_at=None if ends is None else moment(ends),
        issuer=item.get("issuer", ""),
    )

"""Credentials as DynamoDB items: one for look-up by digest, and one in the shop's list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vitrine.adapters.table import Item, key, milliseconds, moment
from vitrine.domain.credentials import Credential, Scheme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

PARTITIONS = {Scheme.BEARER: "CREDENTIAL#", Scheme.OAUTH: "OAUTH#"}
"""The partition of each scheme. A consumer key that is sent as a bearer secret is not found."""


def credential_items(credential: Credential) -> Iterator[Item]:
    """The item that is looked up by digest, and then the item in the shop's list."""
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
    """The expiry, and `expires`, the time to live (TTL) after which DynamoDB deletes the item."""
    return {"ends": milliseconds(end), "expires": math.ceil(end.timestamp())}


def credential_in(item: Item) -> Credential:
    """The credential in an item. Items without a scheme are older and of the bearer scheme."""
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

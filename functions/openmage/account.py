"""Settings of an OpenMage shop, and the login its clients need (contract: openmage §1, §2)."""

import re
from collections.abc import Mapping
from datetime import timedelta

from openmage.scope import STORE_VIEWS
from openmage.wire import READ, WRITE
from vitrine.access.accounts import Account, Setting
from vitrine.domain.credentials import Keys
from vitrine.domain.shops import Shop

_RETENTION_DAYS = "openmage.retention_days"


def retention(shop: Shop) -> timedelta | None:
    """Minimum time to keep deleted images (soft delete) until they are purged; None for ever."""
    days = shop.settings.get(_RETENTION_DAYS, "")
    return timedelta(days=int(days)) if days else None


def _keys(keys: Keys) -> Mapping[str, str]:
    return {
        "consumer_key": keys.consumer_key,
        "consumer_secret": keys.secrets.consumer,
        "token": keys.token,
        "token_secret": keys.secrets.token,
    }


def _login(_shop: Shop, secret: str) -> Mapping[str, str]:
    return {"token": secret}


account = Account(
    scopes=(READ, WRITE),
    settings={
        "openmage.store_views": Setting(STORE_VIEWS, lambda _: "1:default"),
        "openmage.guest_reads": Setting(re.compile("on|off"), lambda _: "on"),
        "openmage.media_attributes": Setting(
            re.compile(r"(?:[a-z][a-z0-9_]{0,63}(?:,[a-z][a-z0-9_]{0,63})*)?"), lambda _: ""
        ),
        _RETENTION_DAYS: Setting(re.compile("[0-9]{0,5}"), lambda _: ""),
    },
    login=_login,
    keys=_keys,
    readers={"customer": (READ,)},
)

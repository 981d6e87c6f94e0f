"""What Evotor must know of a shop, and what its clients need to get in (contract: evotor §1)."""

import secrets
import uuid
from collections.abc import Mapping

from evotor.wire import READ, WRITE
from vitrine.access.accounts import Account
from vitrine.domain.shops import Shop


def _settings() -> Mapping[str, str]:
    return {
        "evotor.store_id": str(uuid.uuid4()).upper(),
        "evotor.user_id": f"01-{secrets.randbelow(10**15):015d}",
    }


def _login(shop: Shop, secret: str) -> Mapping[str, str]:
    return {"token": secret, "store_id": shop.settings["evotor.store_id"]}


account = Account(scopes=(READ, WRITE), settings=_settings, login=_login)

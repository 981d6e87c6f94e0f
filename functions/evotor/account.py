"""Settings of an Evotor shop, and the login its clients need (contract: evotor §1)."""

import re
import secrets
import uuid
from collections.abc import Mapping

from evotor.wire import HEX_ID, READ, WRITE
from vitrine.access.accounts import Account, Setting
from vitrine.domain.shops import Shop


def _login(shop: Shop, secret: str) -> Mapping[str, str]:
    return {"token": secret, "store_id": shop.settings["evotor.store_id"]}


account = Account(
    scopes=(READ, WRITE),
    settings={
        "evotor.store_id": Setting(HEX_ID, lambda _: str(uuid.uuid4()).upper()),
        "evotor.user_id": Setting(
            re.compile(r"\d{2}-\d{15}"), lambda _: f"01-{secrets.randbelow(10**15):015d}"
        ),
    },
    login=_login,
)

"""Settings of a BigCommerce shop, and the login its clients need (contract: bigcommerce §2)."""

import re
import secrets
import string
from collections.abc import Mapping

from bigcommerce.wire import READ, WRITE
from vitrine.access.accounts import Account, Setting
from vitrine.domain.shops import Shop

_LETTERS = string.ascii_lowercase + string.digits


def _login(shop: Shop, secret: str) -> Mapping[str, str]:
    return {"token": secret, "store_hash": shop.settings["bigcommerce.store_hash"]}


account = Account(
    scopes=(READ, WRITE),
    settings={
        "bigcommerce.store_hash": Setting(
            re.compile(r"[a-z0-9]{3,20}"),
            lambda _: "".join(secrets.choice(_LETTERS) for _ in range(10)),
        ),
    },
    login=_login,
)

"""Settings of a Tiendanube shop, and the login its clients need (contract: tiendanube §2, §3)."""

import re
import secrets
from collections.abc import Mapping

from tiendanube.wire import FORMATS, LANGUAGE, MAIN_LANGUAGE, READ, UTC_OFFSET, WRITE
from vitrine.access.accounts import Account, Setting
from vitrine.domain.shops import Shop


def _login(shop: Shop, secret: str) -> Mapping[str, str]:
    return {"token": secret, "store_id": shop.settings["tiendanube.store_id"]}


account = Account(
    scopes=(READ, WRITE),
    settings={
        "tiendanube.store_id": Setting(
            re.compile(r"[1-9]\d{0,17}"), lambda _: str(100_000 + secrets.randbelow(9_900_000))
        ),
        FORMATS: Setting(re.compile("(?:webp)?"), lambda _: ""),
        "tiendanube.language": Setting(LANGUAGE, lambda _: MAIN_LANGUAGE),
        "tiendanube.utc_offset": Setting(
            re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d"), lambda _: UTC_OFFSET
        ),
    },
    login=_login,
)

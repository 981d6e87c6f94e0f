"""Settings of an Inventorum shop, and the login its clients need (contract: inventorum §1, §2)."""

import re
from collections.abc import Mapping

from inventorum.wire import SCOPE
from vitrine.access.accounts import Account, Setting
from vitrine.domain.shops import Shop


def _login(_shop: Shop, secret: str) -> Mapping[str, str]:
    return {"token": secret}


account = Account(
    scopes=(SCOPE,),
    settings={
        "inventorum.account": Setting(re.compile(r"[a-z0-9][a-z0-9-]{0,31}"), lambda shop: shop),
    },
    login=_login,
    refreshable=True,
)

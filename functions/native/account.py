"""The tokens of Vitrine's own API (contract: vitrine §2); a shop needs no settings for it."""

from collections.abc import Mapping

from native.wire import READ, TAKE_DOWN, WRITE
from vitrine.access.accounts import Account
from vitrine.domain.shops import Shop


def _login(_shop: Shop, secret: str) -> Mapping[str, str]:
    return {"token": secret}


account = Account(scopes=(READ, WRITE, TAKE_DOWN), settings={}, login=_login)

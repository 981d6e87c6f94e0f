"""Fixed ids and secrets of a demo shop: the same text gives the same values on every machine.

They are for a stack on this machine alone: everyone who knows the text knows the secrets.
"""

from __future__ import annotations

import base64
import hmac
import uuid
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from vitrine.domain.credentials import KEY_LENGTH, Keys, OAuthSecrets

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Seed:
    """The text from which all values are derived, each as HMAC-SHA256(text, `<dialect>.<field>`).

    Attributes:
        text: the text.
    """

    text: str

    @property
    def settings(self) -> Mapping[str, str]:
        """Ids of a shop on the platforms, by setting."""
        names = ("evotor.store_id", "evotor.user_id", "tiendanube.store_id")
        store, user, shop = (self._digest(name) for name in names)
        return {
            "evotor.store_id": str(uuid.UUID(bytes=store[:16], version=4)).upper(),
            "evotor.user_id": f"01-{int.from_bytes(user) % 10**15:015d}",
            "tiendanube.store_id": str(100_000 + int.from_bytes(shop) % 9_900_000),
            "bigcommerce.store_hash": self._digest("bigcommerce.store_hash").hex()[:10],
        }

    @property
    def fingerprint(self) -> str:
        """What tells this seed from others; it does not tell the text."""
        return self._digest("seed").hex()

    def token(self, dialect: str) -> str:
        """The token of a dialect's client: 256 bits, URL-safe base64."""
        digest = self._digest(f"{dialect}.token")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def keys(self, dialect: str) -> Keys:
        """The keys of a client that signs requests, each of `KEY_LENGTH` hexadecimal digits."""
        fields = ("consumer_key", "token", "consumer_secret", "token_secret")
        key, token, consumer_secret, token_secret = (
            self._digest(f"{dialect}.{field}").hex()[:KEY_LENGTH] for field in fields
        )
        return Keys(key, token, OAuthSecrets(consumer_secret, token_secret))

    def _digest(self, name: str) -> bytes:
        return hmac.digest(self.text.encode(), name.encode(), sha256)

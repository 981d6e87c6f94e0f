"""Shops, their credentials and registered products, in DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vitrine.adapters.counters import first_counters
from vitrine.adapters.credentials import credential_in, credential_items
from vitrine.adapters.table import (
    ConditionFailedError,
    Item,
    Table,
    key,
    milliseconds,
    moment,
    serialize,
)
from vitrine.domain.credentials import RefreshToken
from vitrine.domain.errors import (
    AliasTakenError,
    ConflictError,
    CredentialUnknownError,
    ShopExistsError,
)
from vitrine.domain.shops import ProductKey, ProductMode, Shop
from vitrine.ports import Shops

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitrine.domain.credentials import Credential

_LIST = "SHOPS"
_CLOSING, _DELETED = "closing", "deleted"
"""Attributes of the profile of a shop that is being deleted, and of one that was deleted."""


class DynamoShops(Shops):
    """`vitrine.ports.Shops` over the table, with the operators' write operations."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def shop(self, shop: str) -> Shop | None:
        item = self._table.get(f"SHOP#{shop}", "PROFILE")
        if item is None or _CLOSING in item or _DELETED in item:
            return None
        return Shop(shop, ProductMode(item["products"]), item["settings"])

    def create_shop(self, shop: Shop) -> None:
        """Store a new shop, put it on the list of shops, and begin its counters.

        Raises:
            ShopExistsError: a shop with this id exists.
        """
        now = milliseconds(datetime.now(UTC))
        entry = {**key(_LIST, f"SHOP#{shop.id}"), "created": now, "indexed": now}
        new = {"ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._table.transact(
                [
                    {"Put": {"Item": serialize(_profile(shop)), **new}},
                    {"Put": {"Item": serialize(entry)}},
                    {"Put": {"Item": serialize(first_counters(shop.id, now))}},
                ]
            )
        except ConditionFailedError:
            raise ShopExistsError(shop.id) from None

    def listed_shops(self) -> dict[str, datetime | None]:
        """All shops by id, sorted, and when they were created; None if it is unknown.

        Shops that were created before the list existed are missing until `vitrine shop reindex`.
        """
        return {
            item["sk"].removeprefix("SHOP#"): moment(item["created"]) if "created" in item else None
            for item in self._table.query(_LIST, "SHOP#")
        }

    def created_at(self, shop: str) -> datetime | None:
        """When a shop was created; None if it was before the list of shops existed."""
        item = self._table.get(_LIST, f"SHOP#{shop}") or {}
        return moment(item["created"]) if "created" in item else None

    def is_indexed(self, shop: str) -> bool:
        """Whether all products of a shop that have images are in the index."""
        return "indexed" in (self._table.get(_LIST, f"SHOP#{shop}") or {})

    def note_indexed(self, shop: str) -> None:
        """Put a shop on the list, if it is missing, and note that its products are indexed."""
        self._table.update(
            *(_LIST, f"SHOP#{shop}"),
            UpdateExpression="SET #indexed = :now",
            ExpressionAttributeNames={"#indexed": "indexed"},
            ExpressionAttributeValues=serialize({":now": milliseconds(datetime.now(UTC))}),
        )

    def unlist(self, shop: str) -> None:
        """Take a shop off the list of shops."""
        self._table.delete(_LIST, f"SHOP#{shop}")

    def change_shop(self, shop: Shop) -> None:
        """Replace the profile of an existing shop.

        Raises:
            ConflictError: the shop does not exist, or is being deleted.
        """
        open_shop = "attribute_exists(pk) AND attribute_not_exists(#closing)"
        self._table.put(
            _profile(shop),
            ConditionExpression=f"{open_shop} AND attribute_not_exists(#deleted)",
            ExpressionAttributeNames={"#closing": _CLOSING, "#deleted": _DELETED},
        )

    def close_shop(self, shop: str) -> None:
        """Note that a shop is being deleted: from now on, `shop` does not find it. Idempotent.

        Raises:
            ConditionFailedError: the shop does not exist, or was deleted.
        """
        self._table.update(
            *(f"SHOP#{shop}", "PROFILE"),
            UpdateExpression="SET #closing = if_not_exists(#closing, :now)",
            ConditionExpression="attribute_exists(pk) AND attribute_not_exists(#deleted)",
            ExpressionAttributeNames={"#closing": _CLOSING, "#deleted": _DELETED},
            ExpressionAttributeValues=serialize({":now": milliseconds(datetime.now(UTC))}),
        )

    def is_closing(self, shop: str) -> bool:
        """Whether a shop is being deleted."""
        return _CLOSING in (self._table.get(f"SHOP#{shop}", "PROFILE") or {})

    def deleted_at(self, shop: str) -> datetime | None:
        """When a shop was deleted; None for others. Its id is not given again."""
        item = self._table.get(f"SHOP#{shop}", "PROFILE") or {}
        return moment(item[_DELETED]) if _DELETED in item else None

    def bury_shop(self, shop: str, *rest: tuple[str, str]) -> None:
        """Replace the profile of a closed shop by a tombstone: id, date, and the last image id.

        New pictures under the same id could meet cached URLs of old ones, so `create_shop` refuses
        the id for ever. The sequence of image ids and the shop's place on the list go in the same
        transaction.

        Args:
            shop: the shop's id.
            rest: keys of further items to delete in this transaction.
        """
        last = int((self._table.get(f"SHOP#{shop}", "SEQUENCE") or {}).get("last", 0))
        tombstone = {
            **key(f"SHOP#{shop}", "PROFILE"),
            _DELETED: milliseconds(datetime.now(UTC)),
            "last": last,
        }
        gone = [(f"SHOP#{shop}", "SEQUENCE"), (_LIST, f"SHOP#{shop}"), *rest]
        closed = {
            "ConditionExpression": "attribute_exists(#closing)",
            "ExpressionAttributeNames": {"#closing": _CLOSING},
        }
        self._table.transact(
            [
                {"Put": {"Item": serialize(tombstone), **closed}},
                *({"Delete": {"Key": serialize(key(*each))}} for each in gone),
            ]
        )

    def registered_product(self, shop: str, alias: str) -> str | None:
        item = self._table.get(f"SHOP#{shop}", f"PRODUCT#{alias}")
        return None if item is None else str(item["product"])

    def shop_of_host(self, host: str) -> str | None:
        item = self._table.get(f"HOST#{host}", "HOST") or self._table.get("HOST#*", "HOST")
        return None if item is None else str(item["shop"])

    def shops_of_account(self, account: str) -> list[str]:
        items = self._table.query(f"ACCOUNT#{account}", "SHOP#")
        return [item["sk"].removeprefix("SHOP#") for item in items]

    def open_account(self, account: str, shop: str) -> None:
        """Record that images of a shop's library may belong to an account; this is permanent."""
        self._table.put(key(f"ACCOUNT#{account}", f"SHOP#{shop}"))

    def open_host(self, host: str, shop: str) -> None:
        """Admit guests of `host` to a shop; `*` is the default for hosts without a shop."""
        present = self._table.get(f"HOST#{host}", "HOST")
        self._table.put({**key(f"HOST#{host}", "HOST"), "shop": shop})
        self.list_host(host, shop)
        if present is not None and present["shop"] != shop:
            self._table.delete(f"SHOP#{present['shop']}", f"HOST#{host}")

    def list_host(self, host: str, shop: str) -> None:
        """Put a host on the list of its shop's hosts."""
        self._table.put(key(f"SHOP#{shop}", f"HOST#{host}"))

    def hosts(self, shop: str) -> list[str]:
        """The hosts whose guests read the images of a shop, sorted."""
        items = self._table.query(f"SHOP#{shop}", "HOST#")
        return [item["sk"].removeprefix("HOST#") for item in items]

    def register_product(self, shop: str, product: ProductKey, *aliases: ProductKey) -> None:
        """Register `product` under its own key and under `aliases`, in one transaction.

        The operation is idempotent, and earlier aliases stay.

        Raises:
            AliasTakenError: one of the names belongs to another product; nothing has changed.
            ConflictError: another writer is changing one of the names; retry.
        """
        names = tuple(dict.fromkeys((product, *aliases)))
        unused_or_own = {
            "ConditionExpression": "attribute_not_exists(#pk) OR #product = :product",
            "ExpressionAttributeNames": {"#pk": "pk", "#product": "product"},
            "ExpressionAttributeValues": serialize({":product": product}),
        }
        items = [{**key(f"SHOP#{shop}", f"PRODUCT#{each}"), "product": product} for each in names]
        try:
            self._table.transact(
                [{"Put": {"Item": serialize(item), **unused_or_own}} for item in items]
            )
        except ConflictError:
            for alias in names:
                owner = self.registered_product(shop, alias)
                if owner not in (None, product):
                    raise AliasTakenError(alias, str(owner)) from None
            raise

    def products(self, shop: str) -> dict[ProductKey, list[ProductKey]]:
        """All registered products of a shop, sorted, each with its aliases."""
        found: dict[ProductKey, list[ProductKey]] = {}
        for item in self._table.query(f"SHOP#{shop}", "PRODUCT#"):
            alias, product = item["sk"].removeprefix("PRODUCT#"), ProductKey(item["product"])
            aliases = found.setdefault(product, [])
            if alias != product:
                aliases.append(ProductKey(alias))
        return dict(sorted(found.items()))

    def credential(self, digest: str) -> Credential | None:
        item = self._table.get(f"CREDENTIAL#{digest}", "CREDENTIAL")
        return None if item is None else credential_in(item)

    def create_credential(self, credential: Credential) -> None:
        """Store a new credential, and add it to its shop's list."""
        self._table.transact(
            [{"Put": {"Item": serialize(item)}} for item in credential_items(credential)]
        )

    def credentials(self, shop: str) -> list[Credential]:
        """All credentials of a shop, oldest first, including revoked ones and OAuth consumers."""
        items = self._table.query(f"SHOP#{shop}", "CREDENTIAL#")
        return sorted(map(credential_in, items), key=lambda each: each.created_at)

    def revoke_credential(self, shop: str, credential: str, when: datetime) -> None:
        """Revoke a credential; one that is revoked keeps its time of revocation.

        Args:
            shop: id of the shop.
            credential: id of the credential, twelve hexadecimal digits.
            when: the time of revocation, UTC.

        Raises:
            CredentialUnknownError: the shop does not have a credential with this id.
        """
        item = self._table.get(f"SHOP#{shop}", f"CREDENTIAL#{credential}")
        if item is None:
            raise CredentialUnknownError(credential)
        update = {
            "UpdateExpression": "SET #revoked = if_not_exists(#revoked, :when)",
            "ExpressionAttributeNames": {"#revoked": "revoked"},
            "ExpressionAttributeValues": serialize({":when": milliseconds(when)}),
        }
        self._table.transact(
            [
                {"Update": {"Key": serialize(key(each["pk"], each["sk"])), **update}}
                for each in credential_items(credential_in(item))
            ]
        )

    def refresh_token(self, digest: str) -> RefreshToken | None:
        item = self._table.get(f"REFRESH#{digest}", "REFRESH")
        return None if item is None else RefreshToken(digest, item["client"])

    def issue(
        self, access: Credential, refresh: RefreshToken, used: RefreshToken | None = None
    ) -> None:
        """Store both tokens, but not in the shop's list: revoking their client revokes them."""
        by_secret, _in_list = credential_items(access)
        actions: list[Mapping[str, Mapping[str, Any]]] = [
            {"Put": {"Item": serialize(by_secret)}},
            {"Put": {"Item": serialize({**_refresh_key(refresh), "client": refresh.client})}},
        ]
        if used:
            unused = {"ConditionExpression": "attribute_exists(pk)"}
            actions.append({"Delete": {"Key": serialize(_refresh_key(used)), **unused}})
        self._table.transact(actions)


def _refresh_key(token: RefreshToken) -> Item:
    return key(f"REFRESH#{token.digest}", "REFRESH")


def _profile(shop: Shop) -> Item:
    return {
        **key(f"SHOP#{shop.id}", "PROFILE"),
        "products": shop.products.value,
        "settings": dict(shop.settings),
    }

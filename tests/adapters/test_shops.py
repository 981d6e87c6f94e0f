"""Shops, credentials and registered products, in memory and in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.adapters.conftest import Account, Adapters, on_aws

from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import MOST_WRITES, ConditionFailedError, Table
from vitrine.domain.credentials import CLIENT, Credential, RefreshToken, digest_of
from vitrine.domain.errors import (
    AliasTakenError,
    ConflictError,
    CredentialUnknownError,
    ShopExistsError,
)
from vitrine.domain.shops import ProductMode, Shop, product_key

MOMENT = datetime(2024, 1, 5, 10, 0, tzinfo=UTC)


def credential(secret: str, shop: str = "s1", minutes: int = 0) -> Credential:
    created = MOMENT + timedelta(minutes=minutes)
    scopes = frozenset({"read", "write"})
    return Credential(digest_of(secret), shop, "evotor", "admin", scopes, "till 3", created)


def test_a_shop_comes_back_as_it_was_stored(adapters: Adapters) -> None:
    shop = Shop("s1", ProductMode.REGISTERED, {"evotor.store_id": "A"})
    adapters.shops.create_shop(shop)

    assert adapters.shops.shop("s1") == shop
    assert adapters.shops.shop("s2") is None


def test_a_shops_id_is_taken_once(adapters: Adapters) -> None:
    shop = Shop("s1")
    adapters.shops.create_shop(shop)

    with pytest.raises(ShopExistsError):
        adapters.shops.create_shop(replace(shop, products=ProductMode.REGISTERED))

    assert adapters.shops.shop("s1") == shop


def test_a_shop_takes_other_settings(adapters: Adapters) -> None:
    changed = Shop("s1", ProductMode.REGISTERED, {"evotor.store_id": "B"})
    with pytest.raises(ConflictError):
        adapters.shops.change_shop(changed)
    adapters.shops.create_shop(Shop("s1"))

    adapters.shops.change_shop(changed)

    assert adapters.shops.shop("s1") == changed


def items(account: Account) -> dict[tuple[str, str], dict[str, Any]]:
    """All items of the table, by their keys."""
    found = account.resource("dynamodb").Table("table").scan()["Items"]
    return {(item["pk"], item["sk"]): item for item in found}


def test_a_shop_is_closed_once_and_keeps_the_time(account: Account) -> None:
    shops = DynamoShops(Table(account.dynamodb(), "table"))
    with pytest.raises(ConditionFailedError):
        shops.close_shop("s1")
    assert items(account) == {}
    shops.create_shop(Shop("s1", settings={"evotor.store_id": "A"}))
    assert not shops.is_closing("s1")
    assert (shops.is_closing("s2"), shops.deleted_at("s2")) == (False, None)

    shops.close_shop("s1")
    closed = items(account)
    shops.close_shop("s1")
    with pytest.raises(ConflictError):
        shops.change_shop(Shop("s1"))
    with pytest.raises(ShopExistsError):
        shops.create_shop(Shop("s1"))

    assert shops.shop("s1") is None
    assert (shops.is_closing("s1"), shops.deleted_at("s1")) == (True, None)
    assert items(account) == closed


def test_only_a_closed_shop_is_buried_and_its_id_stays_taken(account: Account) -> None:
    shops = DynamoShops(Table(account.dynamodb(), "table"))
    shops.create_shop(Shop("s1"))
    shops.create_shop(Shop("s2"))
    on_aws(account).galleries.reserve_image_ids("s1", 7)
    before = items(account)
    with pytest.raises(ConditionFailedError):
        shops.bury_shop("s1", ("SHOP#s1", "COUNT#0"))
    assert items(account) == before

    shops.close_shop("s1")
    shops.bury_shop("s1", ("SHOP#s1", "COUNT#0"))

    buried = items(account)
    assert set(buried) == set(before) - {
        ("SHOP#s1", "SEQUENCE"),
        ("SHOP#s1", "COUNT#0"),
        ("SHOPS", "SHOP#s1"),
    }
    assert set(buried["SHOP#s1", "PROFILE"]) == {"pk", "sk", "deleted", "last"}
    assert buried["SHOP#s1", "PROFILE"]["last"] == 7
    deleted = shops.deleted_at("s1")
    assert deleted
    assert abs(datetime.now(UTC) - deleted) < timedelta(minutes=5)
    assert (shops.shop("s1"), shops.is_closing("s1"), shops.created_at("s1")) == (None, False, None)
    assert (shops.deleted_at("s2"), list(shops.listed_shops())) == (None, ["s2"])
    with pytest.raises(ConditionFailedError):
        shops.close_shop("s1")
    with pytest.raises(ConflictError):
        shops.change_shop(Shop("s1"))
    with pytest.raises(ShopExistsError):
        shops.create_shop(Shop("s1"))
    assert items(account) == buried


def test_a_shop_that_never_had_an_image_is_buried_with_the_sequence_0(account: Account) -> None:
    shops = DynamoShops(Table(account.dynamodb(), "table"))
    shops.create_shop(Shop("s1"))
    shops.close_shop("s1")

    shops.bury_shop("s1")

    assert items(account)["SHOP#s1", "PROFILE"]["last"] == 0


def test_a_new_shop_is_indexed_and_an_old_one_once_that_is_noted(account: Account) -> None:
    shops = DynamoShops(Table(account.dynamodb(), "table"))
    shops.create_shop(Shop("s1"))
    assert shops.is_indexed("s1")
    assert not shops.is_indexed("s2")
    assert shops.created_at("s2") is None

    shops.note_indexed("s2")

    assert shops.is_indexed("s2")
    assert shops.created_at("s2") is None
    listed = shops.listed_shops()
    assert (list(listed), listed["s2"]) == (["s1", "s2"], None)
    assert listed["s1"] == shops.created_at("s1")
    assert listed["s1"]
    assert abs(datetime.now(UTC) - listed["s1"]) < timedelta(minutes=5)
    shops.unlist("s1")
    assert list(shops.listed_shops()) == ["s2"]


def test_an_account_leads_to_the_shops_that_have_had_it(adapters: Adapters) -> None:
    for account, shop in (("1627", "s2"), ("1627", "s1"), ("16", "s3"), ("1627", "s1")):
        adapters.shops.open_account(account, shop)

    assert adapters.shops.shops_of_account("1627") == ["s1", "s2"]
    assert adapters.shops.shops_of_account("162") == []


def test_a_registered_product_has_aliases(adapters: Adapters) -> None:
    adapters.shops.register_product("s1", product_key("28"), product_key("SKU-28"))

    assert adapters.shops.registered_product("s1", "28") == "28"
    assert adapters.shops.registered_product("s1", "sku-28") == "28"
    assert adapters.shops.registered_product("s1", "29") is None
    assert adapters.shops.registered_product("s2", "28") is None


def test_registering_again_changes_nothing_and_may_add_aliases(adapters: Adapters) -> None:
    for aliases in (["sku-28"], [], ["28", "uuid-28", "uuid-28"]):
        adapters.shops.register_product("s1", product_key("28"), *map(product_key, aliases))
    adapters.shops.register_product("s1", product_key("27"))
    adapters.shops.register_product("s2", product_key("sku-28"), product_key("28"))

    assert adapters.shops.products("s1") == {"27": [], "28": ["sku-28", "uuid-28"]}
    assert adapters.shops.products("s2") == {"sku-28": ["28"]}
    assert adapters.shops.products("s3") == {}


@pytest.mark.parametrize(
    ("names", "taken", "owner"),
    [
        (["29", "new", "28"], "28", "28"),
        (["29", "new", "sku-28"], "sku-28", "28"),
        (["sku-28", "new"], "sku-28", "28"),
        (["28", "30"], "30", "30"),
    ],
)
def test_no_name_is_taken_from_another_product(
    adapters: Adapters, names: list[str], taken: str, owner: str
) -> None:
    adapters.shops.register_product("s1", product_key("28"), product_key("sku-28"))
    adapters.shops.register_product("s1", product_key("30"))
    before = adapters.shops.products("s1")

    with pytest.raises(AliasTakenError) as refused:
        adapters.shops.register_product("s1", *map(product_key, names))

    assert (refused.value.alias, refused.value.product) == (taken, owner)
    assert adapters.shops.products("s1") == before
    assert adapters.shops.registered_product("s1", "new") is None


def test_a_product_takes_as_many_names_at_once_as_a_transaction_writes(adapters: Adapters) -> None:
    names = [product_key(f"n{number}") for number in range(MOST_WRITES)]

    adapters.shops.register_product("s1", *names)

    assert adapters.shops.products("s1") == {"n0": sorted(names[1:])}


def test_who_loses_a_race_for_a_name_may_try_again(aws: Account) -> None:
    """Another transaction is writing the same item, and no product has the name yet."""
    client = aws.client("dynamodb")
    conflict = [{"Code": "TransactionConflict"}]
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": conflict},
        )
        stub.add_response("get_item", {})
        with pytest.raises(ConflictError):
            DynamoShops(Table(client, "table")).register_product("s1", product_key("28"))


def test_credentials_are_found_by_their_hash_and_listed_by_shop(adapters: Adapters) -> None:
    late, early = credential("a", minutes=5), credential("b")
    for each in (late, early, credential("c", shop="s2")):
        adapters.shops.create_credential(each)

    assert adapters.shops.credential(digest_of("a")) == late
    assert adapters.shops.credential(digest_of("d")) is None
    assert adapters.shops.credentials("s1") == [early, late]


def test_a_revoked_credential_is_so_everywhere_and_from_the_first_time(adapters: Adapters) -> None:
    issued = credential("a")
    adapters.shops.create_credential(issued)
    moment = MOMENT + timedelta(days=1)

    adapters.shops.revoke_credential("s1", issued.id, moment)
    adapters.shops.revoke_credential("s1", issued.id, moment + timedelta(days=1))

    revoked = replace(issued, revoked_at=moment)
    assert adapters.shops.credential(issued.digest) == revoked
    assert adapters.shops.credentials("s1") == [revoked]


def test_only_the_shops_own_credentials_can_be_revoked(adapters: Adapters) -> None:
    issued = credential("a")
    adapters.shops.create_credential(issued)

    for shop, name in (("s2", issued.id), ("s1", "000000000000")):
        with pytest.raises(CredentialUnknownError):
            adapters.shops.revoke_credential(shop, name, MOMENT)

    assert adapters.shops.credential(issued.digest) == issued


def test_a_secret_is_nowhere_in_the_table(aws: Account) -> None:
    on_aws(aws).shops.create_credential(credential("the secret itself"))

    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName="table")

    items = [item for page in pages for item in page["Items"]]
    assert len(items) == 2
    assert "the secret itself" not in str(items)


def client(joined: str = "id:secret") -> Credential:
    return replace(credential(joined), role=CLIENT, scopes=frozenset({"images"}))


def token(secret: str, of: Credential) -> Credential:
    return replace(
        credential(secret), issuer=of.digest, expires_at=MOMENT + timedelta(milliseconds=1)
    )


def test_issued_tokens_come_back_and_are_in_no_list(adapters: Adapters) -> None:
    owner = client()
    adapters.shops.create_credential(owner)
    access = token("access", owner)
    refresh = RefreshToken(digest_of("refresh"), owner.digest)

    adapters.shops.issue(access, refresh)

    assert adapters.shops.credential(access.digest) == access
    assert adapters.shops.refresh_token(refresh.digest) == refresh
    assert adapters.shops.refresh_token(digest_of("other")) is None
    assert adapters.shops.credentials("s1") == [owner]


def test_a_refresh_token_is_exchanged_once(adapters: Adapters) -> None:
    owner = client()
    used, new, late = (RefreshToken(digest_of(each), owner.digest) for each in ("a", "b", "c"))
    adapters.shops.issue(token("first", owner), used)

    adapters.shops.issue(token("second", owner), new, used)
    with pytest.raises(ConflictError):
        adapters.shops.issue(token("third", owner), late, used)

    assert adapters.shops.refresh_token(used.digest) is None
    assert adapters.shops.refresh_token(new.digest) == new
    assert adapters.shops.refresh_token(late.digest) is None
    assert adapters.shops.credential(digest_of("third")) is None
    assert adapters.shops.credential(digest_of("second")) == token("second", owner)


def test_only_hashes_of_tokens_are_stored_and_expired_ones_leave(aws: Account) -> None:
    owner = client("client id:client secret")
    shops = on_aws(aws).shops
    shops.create_credential(owner)
    shops.issue(token("access itself", owner), RefreshToken(digest_of("refresh itself"), "d"))

    items = aws.client("dynamodb").scan(TableName="table")["Items"]

    assert len(items) == 4
    for secret in ("access itself", "refresh itself", "client secret", "client id"):
        assert secret not in str(items)
    expiries = [item["expires"]["N"] for item in items if "expires" in item]
    assert expiries == [str(round(MOMENT.timestamp()) + 1)], "not before it ends"


def test_a_shop_has_hosts_and_one_shop_all_others(adapters: Adapters) -> None:
    assert adapters.shops.shop_of_host("a.example") is None
    adapters.shops.open_host("a.example", "s1")
    adapters.shops.open_host("*", "s2")

    assert adapters.shops.shop_of_host("a.example") == "s1"
    assert adapters.shops.shop_of_host("b.example") == "s2"

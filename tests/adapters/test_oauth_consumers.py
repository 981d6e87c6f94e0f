"""OAuth consumers, their secrets and nonces, in memory and on AWS."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.adapters.conftest import CLIENT_ERRORS, Account, Adapters, on_aws

from vitrine.access.issuing import issue_consumer
from vitrine.adapters.oauth_consumers import DynamoOAuthConsumers
from vitrine.adapters.oauth_secrets import SsmOAuthSecretStore
from vitrine.adapters.table import Table
from vitrine.domain.credentials import (
    KEY_LENGTH,
    Credential,
    Keys,
    OAuthConsumer,
    OAuthSecrets,
    Scheme,
    digest_of,
)
from vitrine.domain.errors import ConflictError, CredentialUnknownError, SecretsMissingError

MOMENT = datetime(2024, 1, 5, 10, 0, tzinfo=UTC)
EXPIRES = MOMENT + timedelta(hours=25)


def issue(adapters: Adapters, shop: str = "s1") -> tuple[OAuthConsumer, Keys]:
    return issue_consumer(
        adapters.oauth_consumers,
        adapters.oauth_secrets,
        shop=shop,
        dialect="openmage",
        role="customer",
        scopes=frozenset({"read", "write"}),
        label="till 3",
        now=MOMENT,
    )


def test_a_pair_is_found_by_its_consumer_key_and_brings_its_secrets(adapters: Adapters) -> None:
    consumer, keys = issue(adapters)
    digest = digest_of(keys.consumer_key)

    assert adapters.oauth_consumers.consumer(digest) == consumer
    assert consumer == OAuthConsumer(
        Credential(
            digest,
            "s1",
            "openmage",
            "customer",
            frozenset({"read", "write"}),
            "till 3",
            MOMENT,
            scheme=Scheme.OAUTH,
        ),
        digest_of(keys.token),
    )
    assert adapters.oauth_secrets.secrets_of(digest) == keys.secrets
    assert adapters.oauth_consumers.consumer(digest_of(keys.token)) is None
    with pytest.raises(SecretsMissingError):
        adapters.oauth_secrets.secrets_of(digest_of(keys.token))


def test_keys_are_thirty_two_characters_and_unique(adapters: Adapters) -> None:
    issued = [issue(adapters)[1] for _ in range(3)]
    keys = [
        key
        for each in issued
        for key in (each.consumer_key, each.token, each.secrets.consumer, each.secrets.token)
    ]

    assert {len(key) for key in keys} == {KEY_LENGTH}
    assert all(key.isalnum() and key.isascii() for key in keys)
    assert len(set(keys)) == len(keys)


def test_a_pair_stands_in_its_shops_list(adapters: Adapters) -> None:
    consumer, _ = issue(adapters)
    issue(adapters, "s2")

    assert adapters.shops.credentials("s1") == [consumer.credential]


def test_a_pair_is_revoked_like_any_credential(adapters: Adapters) -> None:
    consumer, _ = issue(adapters)
    name = consumer.credential.id
    with pytest.raises(CredentialUnknownError):
        adapters.shops.revoke_credential("s2", name, MOMENT)

    adapters.shops.revoke_credential("s1", name, MOMENT)
    adapters.shops.revoke_credential("s1", name, MOMENT + timedelta(days=1))

    revoked = replace(consumer.credential, revoked_at=MOMENT)
    assert adapters.oauth_consumers.consumer(consumer.credential.digest) == replace(
        consumer, credential=revoked
    )
    assert adapters.shops.credentials("s1") == [revoked]


def test_what_opens_by_one_scheme_is_unknown_to_the_other(adapters: Adapters) -> None:
    consumer, keys = issue(adapters)
    bearer = replace(consumer.credential, digest=digest_of("secret"), scheme=Scheme.BEARER)
    adapters.shops.create_credential(bearer)

    for key in (keys.consumer_key, keys.token):
        assert adapters.shops.credential(digest_of(key)) is None
    assert adapters.oauth_consumers.consumer(bearer.digest) is None


def test_a_consumer_key_is_taken_once(adapters: Adapters) -> None:
    consumer, _ = issue(adapters)

    with pytest.raises(ConflictError):
        adapters.oauth_consumers.create_consumer(replace(consumer, token=digest_of("other")))

    assert adapters.oauth_consumers.consumer(consumer.credential.digest) == consumer


def test_a_nonce_is_one_requests(adapters: Adapters) -> None:
    adapters.oauth_consumers.use_nonce("a", "request 1", EXPIRES)
    adapters.oauth_consumers.use_nonce("a", "request 1", EXPIRES)
    adapters.oauth_consumers.use_nonce("b", "request 2", EXPIRES)

    with pytest.raises(ConflictError):
        adapters.oauth_consumers.use_nonce("a", "request 2", EXPIRES)


def test_a_nonce_is_used_by_one_conditional_write(aws: Account) -> None:
    """Nothing is read first, so that of many at once DynamoDB lets one pass.

    moto reads and writes in two steps and cannot show that: the local stack's tests do.
    """
    client = aws.client("dynamodb")
    calls: list[tuple[str, str]] = []

    def note(params: dict[str, Any], event_name: str, **_: object) -> None:
        calls.append((event_name.rpartition(".")[2], params.get("ConditionExpression", "")))

    client.meta.events.register("provide-client-params.dynamodb.*", note)
    DynamoOAuthConsumers(Table(client, "table")).use_nonce("a", "request 1", EXPIRES)

    assert calls == [("PutItem", "attribute_not_exists(pk) OR #request = :request")]


def test_the_table_forgets_nonces(aws: Account) -> None:
    on_aws(aws).oauth_consumers.use_nonce("a", "request 1", EXPIRES)

    (item,) = aws.client("dynamodb").scan(TableName="table")["Items"]
    assert item["expires"] == {"N": str(int(EXPIRES.timestamp()))}


def test_nothing_in_the_table_can_sign_or_name_a_pair(aws: Account) -> None:
    _, keys = issue(on_aws(aws))

    stored = str(aws.client("dynamodb").scan(TableName="table")["Items"])
    told = (keys.consumer_key, keys.token, keys.secrets.consumer, keys.secrets.token)
    assert [key for key in told if key in stored] == []
    assert "till 3" in stored


def test_secrets_are_stored_encrypted_below_the_stacks_path(aws: Account) -> None:
    consumer, _ = issue(on_aws(aws))

    name = f"/vitrine/shop/oauth/{consumer.credential.digest}"
    stored = aws.client("ssm").get_parameter(Name=name)["Parameter"]
    assert stored["Type"] == "SecureString"
    described = aws.client("ssm").describe_parameters()["Parameters"]
    assert [each.get("Tier", "Standard") for each in described] == ["Standard"]


def test_secrets_are_kept_once(aws: Account) -> None:
    oauth_secrets = on_aws(aws).oauth_secrets
    oauth_secrets.keep("a", OAuthSecrets("1", "2"))

    with pytest.raises(CLIENT_ERRORS):
        oauth_secrets.keep("a", OAuthSecrets("3", "4"))

    assert oauth_secrets.secrets_of("a") == OAuthSecrets("1", "2")


def test_other_failures_of_the_vault_stay_what_they_are() -> None:
    client = boto3.client("ssm", "eu-central-1")
    with Stubber(client) as stub:
        stub.add_client_error(
            "get_parameter",
            "AccessDeniedException",
            expected_params={"Name": "/path/a", "WithDecryption": True},
        )
        with pytest.raises(ClientError, match="AccessDenied"):
            SsmOAuthSecretStore(client, "/path/").secrets_of("a")


def test_secrets_do_not_show_where_values_are_printed() -> None:
    keys = Keys("key", "mine", OAuthSecrets("hidden", "hidden too"))

    assert repr(keys) == "Keys(consumer_key='key', secrets=OAuthSecrets())"


def test_credentials_from_before_there_were_schemes_are_bearers(aws: Account) -> None:
    adapters = on_aws(aws)
    credential = Credential("d", "s1", "evotor", "admin", frozenset({"r"}), "", MOMENT)
    adapters.shops.create_credential(credential)
    for place in (("CREDENTIAL#d", "CREDENTIAL"), ("SHOP#s1", "CREDENTIAL#d")):
        aws.client("dynamodb").update_item(
            TableName="table",
            Key={"pk": {"S": place[0]}, "sk": {"S": place[1]}},
            UpdateExpression="REMOVE scheme",
        )

    assert adapters.shops.credential("d") == credential
    assert adapters.shops.credentials("s1") == [credential]

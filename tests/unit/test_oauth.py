"""OAuth 1.0a: whose request is it, and why not (contract: openmage, section 2)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from oauthlib.common import Request as Signed
from oauthlib.oauth1 import Client
from requests_oauthlib import OAuth1
from tests.conftest import World

from vitrine.access.authorization import is_oauth, parse_authorization
from vitrine.access.callers import REMEMBERED_SECONDS, Access
from vitrine.access.oauth import AHEAD_SECONDS, NONCES_KEPT, OLD_SECONDS, OAuth
from vitrine.access.signatures import is_signed
from vitrine.domain.credentials import Keys, OAuthSecrets
from vitrine.domain.errors import NotAuthenticatedError, OAuthError, SecretsMissingError
from vitrine.edge.request import Request

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
IN_PATH = "/%:@!$&'()*+,;="
URL = "https://shop.example/api/rest/products/8/images"


@dataclass
class Shop:
    """A shop, and a client that was given keys of it."""

    world: World
    oauth: OAuth
    keys: Keys
    seconds: float = 0.0
    requests: int = field(default=0)

    def signed(self, url: str = URL, method: str = "GET", **settings: Any) -> Request:
        """A request that the client signs, as the gateway hands it on."""
        client = Client(
            settings.pop("consumer_key", self.keys.consumer_key),
            settings.pop("consumer_secret", self.keys.secrets.consumer),
            settings.pop("token", self.keys.token),
            settings.pop("token_secret", self.keys.secrets.token),
            **{"timestamp": str(SECONDS), **settings},
        )
        _, headers, _ = client.sign(url, method)  # type: ignore[arg-type]
        return self.received(url, headers["Authorization"], method)

    def received(self, url: str, authorization: str, method: str = "GET") -> Request:
        """A request with this header, as the gateway hands it on."""
        self.requests += 1
        parts = urlsplit(url)
        headers = {"host": parts.netloc, "x-forwarded-proto": parts.scheme}
        headers["authorization"] = authorization
        name = f"request {self.requests}"
        return Request(name, method, parts.path, {}, headers, query=parts.query)

    def plain(self, url: str = URL, **parameters: str | None) -> Request:
        """A request with these parameters, whose signature would be good as PLAINTEXT."""
        sent = {
            "oauth_consumer_key": self.keys.consumer_key,
            "oauth_token": self.keys.token,
            "oauth_signature_method": "PLAINTEXT",
            "oauth_signature": f"{self.keys.secrets.consumer}&{self.keys.secrets.token}",
            **parameters,
        }
        return self.received(url, header({k: v for k, v in sent.items() if v is not None}))

    def problem(self, request: Request) -> str | None:
        """What is wrong with a request."""
        try:
            self.oauth.signer(request, "openmage")
        except OAuthError as error:
            return error.message
        return None


def header(parameters: dict[str, str]) -> str:
    return "OAuth " + ", ".join(f'{k}="{quote(v, safe="~")}"' for k, v in parameters.items())


@pytest.fixture
def shop(world: World) -> Shop:
    world.clock = lambda: NOW
    world.open_shop("s1")
    made = Shop(world, world.oauth(), world.issue_keys("s1", "openmage", "write", role="admin"))
    made.oauth.elapsed = lambda: made.seconds
    return made


# Good requests


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"])
def test_a_signed_request_is_its_signers(shop: Shop, method: str) -> None:
    credential = shop.oauth.signer(shop.signed(signature_method=method), "openmage")

    assert (credential.shop, credential.role) == ("s1", "admin")
    assert credential.scopes == frozenset({"write"})


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/api/rest/products/8/images?attrs=id%2Curl&page=2",
        "https://shop.example/api/rest/products/8/images?b=2&a=3&a=1&a=&c",
        "https://shop.example/api/rest/products/8/images?q=a+b%20c&r=%C3%BC%26%3D~%2B",
        "https://shop.example/api/rest/products/8/images?filter%5B1%5D%5Battribute%5D=name",
        "https://shop.example/api/rest/products/lamp%20%2F%C3%BC%3F%23x/images/",
        "https://shop.example/api/rest/products/a:b,c;d@e/images",
        "https://Shop.Example:443/api/rest/products/8/images",
        "https://shop.example:8443/api/rest/products/8/images",
        "http://localhost:8000/api/rest/products/8/images",
        "http://localhost:80/api/rest/products/8/images",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"])
def test_any_url_and_method_can_be_signed(shop: Shop, method: str, url: str) -> None:
    assert shop.problem(shop.signed(url, method)) is None


@pytest.mark.parametrize("product", ["lamp 1", "ü", "100%", "a?b", "a#b", "c:d", "a&b=c"])
def test_a_path_that_the_gateway_decoded_is_signed_too(shop: Shop, product: str) -> None:
    url = f"https://shop.example/api/rest/products/{quote(product, safe='')}/images"
    request = shop.signed(url)
    decoded = replace(request, path=unquote(request.path))

    assert product in decoded.path
    assert shop.problem(decoded) is None


def test_what_the_gateway_decoded_is_not_cut_at_a_question_mark(shop: Shop) -> None:
    """Else who sees a request for one product could send it for another."""
    request = shop.signed("https://shop.example/api/rest/products/8")

    for rest in ("?/images", "#/images", ";x"):
        assert shop.problem(replace(request, path=request.path + rest)) == INVALID

    with_query = shop.signed("https://shop.example/api/rest/products/8?a=1%3F")
    moved = replace(with_query, path=with_query.path + "?a=1", query="")
    assert shop.problem(moved) == INVALID


def test_requests_oauthlib_signs_what_we_read(shop: Shop) -> None:
    auth = OAuth1(
        shop.keys.consumer_key,
        shop.keys.secrets.consumer,
        shop.keys.token,
        shop.keys.secrets.token,
        timestamp=str(SECONDS),
        realm="a shop, in a street",
    )
    body = {"a": "b"}
    sent = requests.Request("POST", URL, params={"a b": "ü&=+/"}, json=body, auth=auth).prepare()
    assert sent.url is not None
    authorization = sent.headers["Authorization"]
    if isinstance(authorization, bytes):  # as this client leaves it
        authorization = authorization.decode()

    assert shop.problem(shop.received(sent.url, authorization, "POST")) is None


@pytest.mark.parametrize("media_type", ["text/plain", "application/json"])
def test_bodies_are_not_signed(shop: Shop, media_type: str) -> None:
    request = shop.signed(method="POST")
    headers = {**request.headers, "content-type": media_type}

    assert shop.problem(replace(request, body=b"label=other", headers=headers)) is None


def test_the_public_url_counts_where_there_is_one(shop: Shop) -> None:
    shop.oauth.public_url = "https://front.example/shop"
    request = shop.signed("https://front.example/shop/api/rest/products/8/images")
    path = "/api/rest/products/8/images"
    headers = {**request.headers, "host": "internal.example", "x-forwarded-proto": "http"}

    assert shop.problem(replace(request, path=path, headers=headers)) is None
    assert shop.problem(shop.signed()) == INVALID


def test_the_example_of_rfc_5849(shop: Shop) -> None:
    """Section 1.2, "photos": its signature was made by the standard's authors."""
    parameters = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131202",
        "oauth_nonce": "chapoH",
        "oauth_signature": "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
    }
    secrets = OAuthSecrets("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")
    request = Request("1", "GET", "/photos", {}, {}, query="file=vacation.jpg&size=original")

    assert is_signed(request, "http://photos.example.net", parameters, secrets)
    assert not is_signed(request, "https://photos.example.net", parameters, secrets)


def test_the_base_string_of_rfc_5849() -> None:
    """The base string of section 3.4.1.1, without the body, which this contract does not sign."""
    base = (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3Da%26b5%3D%253D%25253D"
        "%26c%2540%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a"
        "%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201"
        "%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )
    key = b"j49sk3j29djd&dh893hdasih9"
    signature = base64.b64encode(hmac.digest(key, base.encode(), hashlib.sha1)).decode()
    parameters = parse_authorization(
        'OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2",'
        ' oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1",'
        ' oauth_timestamp="137131201", oauth_nonce="7d8f3e4a"'
    )
    request = Request("1", "POST", "/request", {}, {}, query="b5=%3D%253D&a3=a&c%40=&a2=r%20b")
    secrets = OAuthSecrets("j49sk3j29djd", "dh893hdasih9")

    signed = {**parameters, "oauth_signature": signature}
    assert is_signed(request, "http://EXAMPLE.COM:80", signed, secrets)


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)


@given(
    base=st.sampled_from(
        ["http://h", "HTTPS://Shop.Example:443", "http://h:8080/front", "https://[2001:db8::1]:80"]
    ),
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    hashed_by=st.sampled_from(["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"]),
    path=st.text("aZ09-._~:;@!$&'()*+,=/ %é", max_size=12).map(lambda text: f"/{text}x"),
    query=st.lists(st.tuples(TEXT, TEXT), max_size=4),
    keys=st.tuples(TEXT, TEXT, TEXT, TEXT),
)
def test_signatures_are_those_of_oauthlib(
    base: str,
    method: str,
    hashed_by: str,
    path: str,
    query: list[tuple[str, str]],
    keys: tuple[str, str, str, str],
) -> None:
    consumer, consumer_secret, token, token_secret = keys
    parameters = {
        "oauth_consumer_key": consumer,
        "oauth_token": token,
        "oauth_signature_method": hashed_by,
        "oauth_timestamp": "1",
        "oauth_nonce": "2",
    }
    sent = urlencode(query, quote_via=quote)
    url = f"{base}{quote(path, safe=IN_PATH)}?{sent}"
    signed = Signed(url, http_method=method)  # type: ignore[arg-type]
    signed.oauth_params = list(parameters.items())  # type: ignore[arg-type]
    client = Client(consumer, consumer_secret, token, token_secret, signature_method=hashed_by)
    signature = client.get_oauth_signature(signed)  # type: ignore[no-untyped-call]
    request = Request("1", method, path, {}, {}, query=sent)
    secrets = OAuthSecrets(consumer_secret, token_secret)

    assert is_signed(request, base, {**parameters, "oauth_signature": signature}, secrets)
    other = {**parameters, "oauth_signature": signature.swapcase() + "="}
    assert not is_signed(request, base, other, secrets)


@pytest.mark.parametrize("base", ["https://", "https://h:0", "https://h:65536", "https://h:a", ""])
def test_a_host_that_is_none_signs_nothing(base: str) -> None:
    parameters = {**dict.fromkeys(NAMES, "x"), "oauth_signature_method": "HMAC-SHA1"}

    assert not is_signed(Request("1", "GET", "/", {}, {}), base, parameters, OAuthSecrets("", ""))


# The table of checks

INVALID = "oauth_problem=signature_invalid"
REJECTED_METHOD = "oauth_problem=signature_method_rejected"
TIMESTAMP = "oauth_problem=timestamp_refused"
ABSENT = "oauth_problem=parameter_absent&oauth_parameters_absent="
UNFIT = "oauth_problem=parameter_rejected"
NAMES = (
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
)


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("first", range(6))
def test_1_the_first_absent_parameter_is_named(shop: Shop, first: int, empty: str | None) -> None:
    present = dict.fromkeys(NAMES[:first], "HMAC-SHA1")
    absent = dict.fromkeys(NAMES[first:], empty)

    assert shop.problem(shop.plain(**present, **absent)) == ABSENT + NAMES[first]


def test_1_plaintext_needs_neither_timestamp_nor_nonce(shop: Shop) -> None:
    assert shop.problem(shop.plain()) is None
    assert shop.problem(shop.plain(oauth_timestamp="never", oauth_nonce="")) is None
    assert shop.problem(shop.plain(oauth_token=None)) == ABSENT + "oauth_token"


@pytest.mark.parametrize("version", ["2.0", "1", "", "1.0 "])
def test_2_other_versions(shop: Shop, version: str) -> None:
    problem = shop.problem(shop.plain(oauth_version=version))

    assert problem == "oauth_problem=version_rejected"


def test_2_the_version_may_be_told(shop: Shop) -> None:
    assert shop.problem(shop.plain(oauth_version="1.0")) is None


@pytest.mark.parametrize("method", ["RSA-SHA1", "HMAC-SHA512", "hmac-sha1", "plaintext", "x"])
def test_3_other_methods(shop: Shop, method: str) -> None:
    request = shop.plain(
        oauth_signature_method=method, oauth_timestamp=str(SECONDS), oauth_nonce="1"
    )

    assert shop.problem(request) == REJECTED_METHOD


def test_3_plaintext_over_http_only_where_it_is_allowed(shop: Shop) -> None:
    url = URL.replace("https:", "http:")

    assert shop.problem(shop.plain(url)) == REJECTED_METHOD
    assert shop.problem(shop.signed(url)) is None
    shop.oauth.plaintext_over_http = True
    assert shop.problem(shop.plain(url)) is None


@pytest.mark.parametrize(
    "timestamp",
    [
        SECONDS + AHEAD_SECONDS + 1,
        SECONDS - OLD_SECONDS - 1,
        0,
        -SECONDS,
        f"+{SECONDS}",
        f" {SECONDS}",
        f"{SECONDS}.0",
        f"{SECONDS}\n",
        "1_714_979_289",
        "١٧١٤٩٧٩٢٨٩",
        "now",
        "9" * 5000,
    ],
)
def test_4_timestamps_that_are_none_or_not_of_today(shop: Shop, timestamp: object) -> None:
    assert shop.problem(shop.signed(timestamp=str(timestamp))) == TIMESTAMP


@pytest.mark.parametrize("ahead", [AHEAD_SECONDS, -OLD_SECONDS, 1, -1])
def test_4_timestamps_of_today(shop: Shop, ahead: int) -> None:
    assert shop.problem(shop.signed(timestamp=str(SECONDS + ahead))) is None


def test_5_unknown_consumers(shop: Shop) -> None:
    problem = "oauth_problem=consumer_key_rejected"
    assert shop.problem(shop.signed(consumer_key="x" * 32)) == problem
    assert shop.problem(shop.signed(consumer_key=shop.keys.token)) == problem

    shop.world.issue("bearer", "s1", "openmage")
    assert shop.problem(shop.signed(consumer_key="bearer")) == problem

    request = shop.signed()
    with pytest.raises(OAuthError, match=problem):
        shop.oauth.signer(request, "evotor")
    assert shop.problem(request) is None
    with pytest.raises(OAuthError, match=problem):
        shop.oauth.signer(shop.signed(), "evotor")


def test_6_tokens_that_are_unknown_or_of_another_consumer(shop: Shop) -> None:
    others = shop.world.issue_keys("s1", "openmage")

    for token in ("x" * 32, others.token, shop.keys.consumer_key):
        assert shop.problem(shop.signed(token=token)) == "oauth_problem=token_rejected"


def test_6_revoked_tokens(shop: Shop) -> None:
    assert shop.problem(shop.signed()) is None
    (credential,) = shop.world.shops.credentials("s1")
    shop.world.shops.revoke_credential("s1", credential.id, NOW)

    shop.seconds = REMEMBERED_SECONDS - 1
    assert shop.problem(shop.signed()) is None
    shop.seconds = REMEMBERED_SECONDS
    assert shop.problem(shop.signed()) == "oauth_problem=token_revoked"
    assert shop.problem(shop.signed(token="x")) == "oauth_problem=token_rejected"


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"])
@pytest.mark.parametrize("secret", ["consumer_secret", "token_secret"])
def test_7_signatures_of_who_knows_not_both_secrets(shop: Shop, method: str, secret: str) -> None:
    request = shop.signed(signature_method=method, **{secret: "x" * 32})

    assert shop.problem(request) == INVALID


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, method="DELETE"),
        lambda request: replace(request, path=request.path + "/1"),
        lambda request: replace(request, path=request.path + "/"),
        lambda request: replace(request, path=request.path.upper()),
        lambda request: replace(request, query="a=2"),
        lambda request: replace(request, query="a=1&b="),
        lambda request: replace(request, query="a=1&oauth_callback=x"),
        lambda request: replace(request, query=""),
        lambda request: with_header(request, "host", "other.example"),
        lambda request: with_header(request, "host", "shop.example:444"),
        lambda request: with_header(request, "host", "shop.example:x"),
        lambda request: with_header(request, "host", ""),
        lambda request: with_header(request, "x-forwarded-proto", "http"),
    ],
)
def test_7_a_request_is_signed_whole(shop: Shop, change: Callable[[Request], Request]) -> None:
    request = shop.signed(URL + "?a=1")

    assert shop.problem(change(request)) == INVALID
    assert shop.problem(request) is None


@pytest.mark.parametrize("name", ["oauth_nonce", "oauth_timestamp", "oauth_version"])
def test_7_so_are_its_parameters(shop: Shop, name: str) -> None:
    request = shop.signed()
    sent = parse_authorization(request.headers["authorization"])
    other = {"oauth_nonce": "1", "oauth_timestamp": str(SECONDS + 1), "oauth_version": None}[name]
    changed = {key: value for key, value in {**sent, name: other}.items() if value is not None}

    assert shop.problem(shop.received(URL, header(changed))) == INVALID


@pytest.mark.parametrize("signature", ["x", "ü", "=", "A" * 28])
def test_7_signatures_that_are_none(shop: Shop, signature: str) -> None:
    assert shop.problem(shop.plain(oauth_signature=signature)) == INVALID


def with_header(request: Request, name: str, value: str) -> Request:
    return replace(request, headers={**request.headers, name: value})


def test_8_a_nonce_is_good_once(shop: Shop) -> None:
    request = shop.signed()

    assert shop.problem(request) is None
    assert shop.problem(replace(request, id="another")) == "oauth_problem=nonce_used"
    ((_, expires),) = shop.world.oauth_consumers.nonces.values()
    assert expires == NOW + NONCES_KEPT
    assert timedelta(hours=25) == NONCES_KEPT
    assert timedelta(seconds=AHEAD_SECONDS + OLD_SECONDS) < NONCES_KEPT


def test_8_a_request_that_is_handed_on_is_the_same_request(shop: Shop) -> None:
    """`$default` checks who calls, and so does the function that it hands a request on to."""
    request = shop.signed(URL + "/")

    assert [shop.problem(request) for _ in range(2)] == [None, None]


def test_8_the_same_nonce_of_others_or_at_another_time(shop: Shop) -> None:
    others = shop.world.issue_keys("s1", "openmage")
    theirs = replace(shop, keys=others, requests=100)

    assert shop.problem(shop.signed(nonce="n")) is None
    assert shop.problem(theirs.signed(nonce="n")) is None
    assert shop.problem(shop.signed(nonce="n", timestamp=str(SECONDS + 1))) is None
    assert shop.problem(shop.signed(nonce="n")) == "oauth_problem=nonce_used"


def test_8_only_a_good_signature_uses_a_nonce(shop: Shop) -> None:
    assert shop.problem(shop.signed(nonce="n", token_secret="x")) == INVALID
    assert shop.world.oauth_consumers.nonces == {}
    assert shop.problem(shop.plain()) is None
    assert shop.world.oauth_consumers.nonces == {}
    assert shop.problem(shop.signed(nonce="n")) is None


def test_8_of_many_at_once_one_passes(shop: Shop) -> None:
    request = shop.signed()
    many = [replace(request, id=f"copy {number}") for number in range(16)]

    with ThreadPoolExecutor(8) as pool:
        problems = list(pool.map(shop.problem, many))

    assert problems.count(None) == 1
    assert problems.count("oauth_problem=nonce_used") == 15


FAULTS = (
    ({"oauth_token": None}, ABSENT + "oauth_token"),
    ({"oauth_version": "2"}, "oauth_problem=version_rejected"),
    ({"oauth_signature_method": "RSA-SHA1"}, REJECTED_METHOD),
    ({"oauth_timestamp": "1"}, TIMESTAMP),
    ({"oauth_consumer_key": "x"}, "oauth_problem=consumer_key_rejected"),
    ({"oauth_token": "x"}, "oauth_problem=token_rejected"),
    ({"oauth_signature": "x"}, INVALID),
    ({}, "oauth_problem=nonce_used"),
)


@pytest.mark.parametrize(
    ("first", "second"),
    [(a, b) for a in range(len(FAULTS)) for b in range(len(FAULTS)) if a < b],
)
def test_of_two_faults_the_first_of_the_table_is_told(shop: Shop, first: int, second: int) -> None:
    used = shop.signed()
    assert shop.problem(used) is None
    sent: dict[str, str | None] = {**parse_authorization(used.headers["authorization"])}
    both = {**sent, **FAULTS[second][0], **FAULTS[first][0]}
    present = {name: value for name, value in both.items() if value is not None}

    assert shop.problem(shop.received(URL, header(present))) == FAULTS[first][1]


# What is remembered, and what is not


def test_a_pair_is_looked_up_once_a_minute(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    consumer, secrets_of = shop.world.oauth_consumers.consumer, shop.world.oauth_secrets.secrets_of

    def counted(kind: str, look_up: Callable[[str], Any]) -> Callable[[str], Any]:
        return lambda digest: asked.append(kind) or look_up(digest)  # type: ignore[func-returns-value]

    monkeypatch.setattr(shop.world.oauth_consumers, "consumer", counted("consumer", consumer))
    monkeypatch.setattr(shop.world.oauth_secrets, "secrets_of", counted("secrets", secrets_of))

    for shop.seconds in (0, 1, REMEMBERED_SECONDS - 1):
        assert shop.problem(shop.signed()) is None
    assert asked == ["consumer", "secrets"]
    shop.seconds = REMEMBERED_SECONDS
    assert shop.problem(shop.signed()) is None
    assert asked == ["consumer", "secrets"] * 2
    assert shop.problem(shop.signed(consumer_key="x")) is not None
    assert shop.problem(shop.signed(token="x")) is not None
    assert asked == [*["consumer", "secrets"] * 2, "consumer"], "strangers never reach the vault"


def test_new_pairs_work_at_once(shop: Shop) -> None:
    del shop.world.oauth_consumers.tokens[next(iter(shop.world.oauth_consumers.tokens))]
    assert shop.problem(shop.signed()) == "oauth_problem=consumer_key_rejected"
    shop.keys = shop.world.issue_keys("s1", "openmage")

    assert shop.problem(shop.signed()) is None


def test_a_pair_without_its_secrets_is_an_internal_error(shop: Shop) -> None:
    shop.world.oauth_secrets.secrets.clear()

    with pytest.raises(SecretsMissingError):
        shop.oauth.signer(shop.signed(), "openmage")


# Callers


@pytest.fixture
def access(shop: Shop) -> Access:
    return Access(shop.world.shops, lambda: shop.seconds, shop.oauth)


def test_a_signer_is_a_caller(shop: Shop, access: Access) -> None:
    caller = access.signed(shop.signed(), "openmage")

    assert (caller.shop.id, caller.role, caller.scopes) == ("s1", "admin", frozenset({"write"}))
    assert access.signed(shop.signed(), "openmage") is caller
    with pytest.raises(OAuthError):
        access.signed(shop.signed(token_secret="x"), "openmage")


def test_keys_are_no_bearer_secrets_even_while_their_holder_is_remembered(
    shop: Shop, access: Access
) -> None:
    access.signed(shop.signed(), "openmage")

    for key in (shop.keys.consumer_key, shop.keys.token, shop.keys.secrets.token):
        with pytest.raises(NotAuthenticatedError):
            access.bearer(key, "openmage")


def test_a_bearer_secret_signs_nothing_even_while_its_holder_is_remembered(
    shop: Shop, access: Access
) -> None:
    shop.world.issue("bearer", "s1", "openmage")
    access.bearer("bearer", "openmage")

    with pytest.raises(OAuthError):
        access.signed(shop.signed(consumer_key="bearer"), "openmage")


def test_a_pair_of_a_shop_that_is_gone_opens_nothing(shop: Shop, access: Access) -> None:
    shop.world.shops.profiles.clear()

    with pytest.raises(OAuthError, match="consumer_key_rejected"):
        access.signed(shop.signed(), "openmage")


def test_a_function_that_checks_no_signatures_says_so(shop: Shop) -> None:
    with pytest.raises(LookupError, match="OAUTH_SECRETS"):
        Access(shop.world.shops).signed(shop.signed(), "openmage")


# The header


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ('OAuth oauth_token="a"', True),
        ('oauth oauth_token="a"', True),
        ("OAuth", True),
        ("OAuth\t", True),
        ("OAuth2 abc", False),
        ("Bearer OAuth", False),
        (" OAuth x", False),
        ("", False),
    ],
)
def test_headers_of_oauth_are_known_by_their_scheme(authorization: str, *, expected: bool) -> None:
    assert is_oauth(authorization) is expected


@pytest.mark.parametrize(
    ("written", "parameters"),
    [
        ("", {}),
        (" , ,", {}),
        ('oauth_token="a"', {"oauth_token": "a"}),
        ('oauth_token = "a" ,\toauth_nonce="b",', {"oauth_token": "a", "oauth_nonce": "b"}),
        ('realm="a, oauth_token=\\"x\\"", oauth_token="a"', {"oauth_token": "a"}),
        ('realm="1", realm="2", x_y="z", oauth_token="a"', {"oauth_token": "a"}),
        ('oauth_token="%C3%BC%26+/="', {"oauth_token": "ü&+/="}),
        ('oauth%5Ftoken="a"', {"oauth_token": "a"}),
        ('oauth_token=""', {"oauth_token": ""}),
        ("oauth_token=a, oauth_nonce = %62 ,", {"oauth_token": "a", "oauth_nonce": "b"}),
        ("realm=x, oauth_token=a%3D=, y, oauth_nonce=", {"oauth_token": "a==", "oauth_nonce": ""}),
        ("garbage", {}),
        ("oauth_token, @", {}),
    ],
)
def test_a_header_is_a_list_of_parameters(written: str, parameters: dict[str, str]) -> None:
    assert parse_authorization(f"OAuth {written}") == parameters


@pytest.mark.parametrize(
    ("written", "parameter"),
    [
        ('oauth_token="a", oauth_token="a"', "oauth_token"),
        ('oauth_token="a", oauth%5ftoken="b"', "oauth_token"),
        ("oauth_token=a oauth_nonce=b", "oauth_token"),
        ("oauth_token=a, oauth_token=b", "oauth_token"),
        ('oauth_token=a"b', "oauth_token"),
        ("oauth_token=%zz", "oauth_token"),
        ('oauth_token="a', "oauth_token"),
        ('oauth_token="a" oauth_nonce="b"', "oauth_token"),
        ('oauth_token="a";oauth_nonce="b"', "oauth_token"),
        ('oauth_token="%"', "oauth_token"),
        ('oauth_token="%zz"', "oauth_token"),
        ('oauth_token="%ff"', "oauth_token"),
        ('oauth_token="a", OAuth oauth_token="b"', "OAuth"),
        ('oauth_ü%26="%"', "oauth_%C3%BC%26"),
        (f'oauth_{"x" * 100}="%"', "oauth_" + "x" * 58),
        ('%ff="a"', ""),
        ('="a"', ""),
        ("=", ""),
    ],
)
def test_what_is_no_list_is_rejected_by_name(shop: Shop, written: str, parameter: str) -> None:
    named = f"&oauth_parameters_rejected={parameter}" if parameter else ""

    assert shop.problem(shop.received(URL, f"OAuth {written}")) == UNFIT + named


@pytest.mark.parametrize("name", [*NAMES, "oauth_version"])
def test_parameters_come_in_one_place(shop: Shop, name: str) -> None:
    problem = shop.problem(shop.signed(f"{URL}?{name}=x"))

    assert problem == f"{UNFIT}&oauth_parameters_rejected={name}"


@pytest.mark.parametrize(
    "written",
    [
        "a=" + " " * 9900 + '"',
        "a=" + " " * 9900 + '"x"y',
        "a" + " " * 9900 + "x",
        " ," * 4900 + '"',
    ],
)
def test_a_hostile_header_costs_little(written: str) -> None:
    started = time.process_time()

    with pytest.raises(OAuthError):
        parse_authorization(f"OAuth {written}")

    assert time.process_time() - started < 1


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXT.map("oauth_".__add__), TEXT), st.sampled_from([",", ", ", " ,\t"]))
def test_everything_that_is_written_is_read(parameters: dict[str, str], comma: str) -> None:
    pairs = (
        f'{quote(name, safe="~")}="{quote(value, safe="~")}"' for name, value in parameters.items()
    )

    assert parse_authorization("OAuth " + comma.join(pairs)) == parameters


@example(text='oauth_\ud800="\ud800"')
@given(st.text())
def test_no_header_is_too_strange(text: str) -> None:
    problem = ""
    try:
        parsed = parse_authorization(f"OAuth {text}")
    except OAuthError as error:
        parsed, problem = {}, error.message

    assert problem.isascii()
    assert len(problem) < 1000
    assert all(name.startswith("oauth_") for name in parsed)


@example(path="\ud800", query="")
@given(st.text(st.characters(exclude_categories=[])), st.text(st.characters(codec="utf-8")))
def test_no_path_and_no_query_is_too_strange(path: str, query: str) -> None:
    parameters = dict.fromkeys(NAMES, "x") | {"oauth_signature_method": "HMAC-SHA1"}
    request = Request("1", "GET", f"/{path}", {}, {}, query=query)

    assert not is_signed(request, "https://h", parameters, OAuthSecrets("a", "b"))

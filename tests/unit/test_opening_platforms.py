"""Opening a platform as a source: hosts, versions, tokens."""

import json
from pathlib import Path
from typing import Any

import pytest

from vitrine_cli.importing.platforms import (
    TOKEN_VARIABLE,
    Kind,
    PlatformOptions,
    open_platform,
    parse_store_views,
    read_secret,
)
from vitrine_cli.importing.source import Source
from vitrine_cli.ui.failure import FailureError

KEYS = {"consumer_key": "k", "consumer_secret": "s", "token": "t", "token_secret": "ts"}


def opened(secret: str = "x" * 8, **options: Any) -> Source:
    return open_platform(
        PlatformOptions(**options), secret, lambda _: True, lambda _: None, lambda _: ("es", "")
    )


@pytest.mark.parametrize(
    ("options", "prefix"),
    [
        ({"kind": Kind.TIENDANUBE, "store": "555"}, "@tiendanube/555"),
        ({"kind": Kind.BIGCOMMERCE, "store": "k3j9", "version": "v2"}, "@bigcommerce/k3j9"),
        ({"kind": Kind.EVOTOR, "store": "20-AA"}, "@evotor/20-AA"),
        ({"kind": Kind.OPENMAGE, "url": "https://shop.example/"}, "@openmage/shop.example"),
    ],
)
def test_a_store_has_one_prefix(options: dict[str, Any], prefix: str) -> None:
    secret = json.dumps(KEYS) if options["kind"] is Kind.OPENMAGE else "secret"
    assert opened(secret, **options).prefix == PlatformOptions(**options).prefix == prefix


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kind": Kind.TIENDANUBE}, "--store is needed for tiendanube"),
        ({"kind": Kind.TIENDANUBE, "store": "5", "version": "v3"}, "--api of tiendanube is one of"),
        ({"kind": Kind.OPENMAGE}, "is no URL of openmage's API"),
        ({"kind": Kind.OPENMAGE, "url": "ftp://shop.example"}, "is no URL of openmage's API"),
        ({"kind": Kind.OPENMAGE, "url": "http://shop.example"}, "needs https"),
        ({"kind": Kind.EVOTOR, "store": "x", "url": "http://127.0.0.2"}, "needs https"),
        ({"kind": Kind.EVOTOR, "store": "../x"}, "--store '../x' is no store's id"),
        ({"kind": Kind.EVOTOR, "store": "x?y=1"}, "is no store's id"),
        ({"kind": Kind.OPENMAGE, "url": "https://a:b@shop.example"}, "no user or password"),
        ({"kind": Kind.OPENMAGE, "url": "https://[shop"}, "is no URL of openmage's API"),
        ({"kind": Kind.OPENMAGE, "url": "https://shop:99999"}, "is no URL of openmage's API"),
        ({"kind": Kind.OPENMAGE, "url": "https://shop.example/?a=b"}, "is no URL of openmage's"),
        (
            {"kind": Kind.OPENMAGE, "url": "https://shop.example"},
            "is a JSON object with consumer_key",
        ),
    ],
)
def test_a_wrong_option_is_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FailureError, match=sentence):
        opened(**options)


def test_a_local_stack_can_be_read_without_tls() -> None:
    assert opened(kind=Kind.EVOTOR, store="x", url="http://localhost:8080").root is None


def test_the_token_comes_from_a_file_a_variable_or_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    (tmp_path / "token").write_text(" from-file\n")
    assert read_secret(tmp_path / "token", lambda: "asked") == "from-file"
    assert read_secret(None, lambda: "asked") == "asked"
    monkeypatch.setenv(TOKEN_VARIABLE, "from-variable")
    assert read_secret(None, lambda: "asked") == "from-variable"
    (tmp_path / "keys").write_text(json.dumps(KEYS, indent=2))
    assert json.loads(read_secret(tmp_path / "keys", lambda: "")) == KEYS


@pytest.mark.parametrize("content", [b"", b"  \n", b"a\nb", b"\xff", "tökén".encode(), None])
def test_a_token_file_that_holds_no_token_is_one_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(FailureError, match="token"):
        read_secret(tmp_path / "token", lambda: "")


def test_store_views_are_pairs() -> None:
    assert parse_store_views("1:default, 2:fr") == {"1": "default", "2": "fr"}
    assert parse_store_views("") == {}
    for text in ("fr", "x:fr", "1:"):
        with pytest.raises(FailureError, match="has not the form"):
            parse_store_views(text)


def test_the_server_of_a_shop_gets_two_downloads_at_once() -> None:
    openmage = PlatformOptions(Kind.OPENMAGE, "https://shop.example")
    assert [openmage.at_once(wanted)[0] for wanted in (1, 2, 16)] == [1, 2, 2]
    assert openmage.at_once(2)[1], "and one when it becomes slow"
    assert PlatformOptions(Kind.EVOTOR).at_once(16) == (16, False)

"""Whom we may ask for a picture."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vitrine.domain.errors import DownloadError
from vitrine.domain.hosts import is_loopback, is_public, target_of

PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.216.34 192.31.196.1 223.255.255.255
    9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
    192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
    198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
    2606:4700:4700::1111 2a00:1450:4001:81b::200e 2400:cb00:2048:1::c629:d7a2
    2001:200::1 2001:db7:ffff::1 2001:db9::1 3ffe:ffff::1 3fff:1000::1
    ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
"""
NOT_PUBLIC = {
    "unspecified": "0.0.0.0 0.1.2.3 0.255.255.255 ::",
    "loopback": "127.0.0.1 127.0.0.53 127.255.255.255 ::1",
    "private": "10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255",
    "carrier": "100.64.0.0 100.100.100.200 100.127.255.255",
    "link-local": "169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255 fe80::1 febf::1",
    "protocol assignments": "192.0.0.0 192.0.0.9 192.0.0.170 192.0.0.192 192.0.0.255 2001:1::1",
    "documentation": "192.0.2.0 198.51.100.1 203.0.113.255 2001:db8::1 2001:db8:ffff::1 3fff::1",
    "6to4 relays": "192.88.99.1",
    "benchmarking": "198.18.0.0 198.19.255.255 2001:2::1",
    "multicast": "224.0.0.1 239.255.255.255 ff02::1 ff0e::1",
    "reserved": "240.0.0.0 255.255.255.254 255.255.255.255 4000::1 5f00::1 100::1 1fff::1",
    "unique local": "fc00::1 fd00:ec2::254 fdff::1",
    "site-local": "fec0::1 feff::1",
    "orchid": "2001:10::1 2001:20::1",
    "teredo": "2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "mapped": "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0.0.0.0",
    "compatible": "::127.0.0.1 ::8.8.8.8 ::10.0.0.1",
    "translated": "::ffff:0:8.8.8.8 ::ffff:0:127.0.0.1",
    "nat64": "64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::1:8.8.8.8",
    "local nat64": "64:ff9b:1::8.8.8.8 64:ff9b:1:ffff::1 64:ff9b:1::10.0.0.1",
    "6to4": "2002:7f00:1::1 2002:a00:1:: 2002:a9fe:a9fe::1 2002:c0a8:101::1 2002::1",
    "zones": "fe80::1%eth0 2606:4700:4700::1111%eth0 ::1%lo",
}

ipv4 = st.integers(0, 2**32 - 1).map(IPv4Address)
ipv6 = st.integers(0, 2**128 - 1).map(IPv6Address)
global_unicast = st.integers(0x2000 << 112, 0x4000 << 112).map(IPv6Address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_the_public_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("kind", "address"),
    [(kind, address) for kind, some in NOT_PUBLIC.items() for address in some.split()],
)
def test_everything_else_is_not(kind: str, address: str) -> None:
    assert not is_public(ip_address(address)), kind


@given(ipv4)
@example(IPv4Address("8.8.8.8"))
@example(IPv4Address("169.254.169.254"))
def test_an_embedded_address_is_judged_as_what_it_is(address: IPv4Address) -> None:
    judgement = is_public(address)
    for text in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(IPv6Address(text)) == judgement, text
    assert is_public(IPv6Address(0x2002 << 112 | int(address) << 80 | 1)) == judgement
    assert not is_public(IPv6Address(int(address))), "IPv4-compatible"
    assert not is_public(IPv6Address(f"64:ff9b:1::{address}"))


@given(st.one_of(ipv4, ipv6, global_unicast))
def test_nothing_is_public_that_python_knows_better(address: IPv4Address | IPv6Address) -> None:
    """One way only: Python's tables grow, and this list is meant to be ahead of them."""
    embedding = ("::ffff:0:0/96", "64:ff9b::/96", "2002::/16")
    if not any(address in IPv6Network(network) for network in embedding) and is_public(address):
        assert address.is_global
        assert not address.is_multicast


@given(ipv6, st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True))
def test_an_address_with_a_zone_is_not_public(address: IPv6Address, zone: str) -> None:
    assert not is_public(IPv6Address(f"{address}%{zone}"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.255.255.255", True),
        ("::1", True),
        ("126.255.255.255", False),
        ("128.0.0.0", False),
        ("0.0.0.0", False),  # noqa: S104 - judged, not bound
        ("::", False),
        ("::2", False),
        ("::1%lo", False),
        ("::ffff:127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
    ],
)
def test_loopback_is_two_networks(address: str, *, expected: bool) -> None:
    assert is_loopback(ip_address(address)) is expected


@pytest.mark.parametrize(
    ("url", "secure", "host", "port", "authority", "path"),
    [
        ("http://shop.example", False, "shop.example", 80, "shop.example", "/"),
        ("HTTPS://Shop.Example/a", True, "shop.example", 443, "shop.example", "/a"),
        ("https://shop.example:8443/", True, "shop.example", 8443, "shop.example:8443", "/"),
        ("http://shop.example:80/", False, "shop.example", 80, "shop.example", "/"),
        ("http://shop.example:443/", False, "shop.example", 443, "shop.example:443", "/"),
        ("http://shop.example:/", False, "shop.example", 80, "shop.example", "/"),
        ("http://shop.example./", False, "shop.example.", 80, "shop.example.", "/"),
        ("http://[2606:4700::1]:81/", False, "2606:4700::1", 81, "[2606:4700::1]:81", "/"),
        ("http://münchen.example/ä", False, "xn--mnchen-3ya.example", 80, None, "/%C3%A4"),
        ("http://127.0.0.1/", False, "127.0.0.1", 80, "127.0.0.1", "/"),
        ("http://h/a%20b;c?d=e%2Ff&g=[h]#i", False, "h", 80, "h", "/a%20b;c?d=e%2Ff&g=%5Bh%5D"),
        ("http://h?q", False, "h", 80, "h", "/?q"),
        ("http://h#@evil/", False, "h", 80, "h", "/"),
        ("http://h/@evil:80/", False, "h", 80, "h", "/@evil:80/"),
        ("http://h/\N{GRINNING FACE}", False, "h", 80, "h", "/%F0%9F%98%80"),
    ],
)
def test_a_url_is_taken_apart_once(
    url: str, *, secure: bool, host: str, port: int, authority: str | None, path: str
) -> None:
    target = target_of(url)
    assert (target.secure, target.host, target.port, target.path) == (secure, host, port, path)
    assert target.authority == (authority or host)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture.png",
        "/picture.png",
        "//shop.example/picture.png",
        "http:",
        "http:/shop.example/",
        "http:///picture.png",
        "http://?q",
        "http://:80/",
        "http://.example/",
        "http://shop..example/",
        "file:///etc/passwd",
        "ftp://shop.example/",
        "gopher://shop.example/",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "http+unix://shop.example/",
        "http://user@shop.example/",
        "http://user:password@shop.example/",
        "http://@shop.example/",
        "http://:@shop.example/",
        "http://good@127.0.0.1/",
        "http://127.0.0.1\\@good/",
        "http://good\\.example/",
        "http:\\\\shop.example\\",
        "http://shop.example/\n",
        "http://shop.example/\r\nX-Header: 1",
        "http://shop\t.example/",
        "ht\ntp://shop.example/",
        "\x00http://shop.example/",
        "http://shop.example/\x7f",
        "http://shop.example/\x85",
        "http://shop.example/\N{NO-BREAK SPACE}",
        "http://shop%2eexample/",
        "http://127.0.0.%31/",
        "http://shop_!.example/",
        "http://shop.example\N{FULLWIDTH REVERSE SOLIDUS}@good/",
        "http://shop\N{CARE OF}example/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1/",
        "http://::1]/",
        "http://shop.example:port/",
        "http://shop.example:-1/",
        "http://shop.example:0/",
        "http://shop.example:65536/",
        "http://shop.example:\N{FULLWIDTH DIGIT EIGHT}0/",
        f"http://{'a' * 64}.example/",
        pytest.param("http://" + "é." * 4000 + "example/", id="a long host"),
        pytest.param("http://" + "é." * 1_900_000 + "example/", id="a longer host"),
        pytest.param("http://a" + "\u0300\u0316" * 1_000_000 + "/", id="marks"),
        pytest.param("http://shop.example/".ljust(8193, "a"), id="8193 characters"),
        "http://h/\ud800",
    ],
)
def test_a_url_that_is_not_plainly_one_is_refused(url: str) -> None:
    with pytest.raises(DownloadError):
        target_of(url)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("b", "https://h:1/x/b"),
        ("/b?c", "https://h:1/b?c"),
        ("../b", "https://h:1/b"),
        ("?c", "https://h:1/x/a?c"),
        ("//other/b", "https://other/b"),
        ("http://other/b", "http://other/b"),
    ],
)
def test_a_reference_is_read_from_where_it_stands(location: str, url: str) -> None:
    assert target_of(location, "https://h:1/x/a").url == url


@pytest.mark.parametrize(
    "location", ["file:///a", "//user@h/", "\\\\h\\a", "a\tb", "//[", "//h:x/", "\ta", "http://"]
)
def test_a_reference_is_judged_as_sternly(location: str) -> None:
    with pytest.raises(DownloadError):
        target_of(location, "https://h/a")


@given(st.text(), st.sampled_from(["", "http://", "http://h", "https://h:", "http://[", "//"]))
def test_any_text_has_a_meaning_or_is_refused(text: str, before: str) -> None:
    try:
        target = target_of(before + text, "http://base/")
    except DownloadError:
        return
    wire = f"{target.host}{target.authority}{target.path}"
    assert wire.isascii()
    assert wire.isprintable()
    assert not set(target.authority) & set("@/?#\\")
    assert 0 < target.port < 65536


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (" http://shop.example/red lamp.jpg ", "/red%20lamp.jpg"),
        ("http://shop.example/lámpara.jpg?a=b c", "/l%C3%A1mpara.jpg?a=b%20c"),
        ("http://shop.example/a%20b.jpg", "/a%20b.jpg"),
    ],
)
def test_urls_as_people_paste_them_are_understood(url: str, path: str) -> None:
    target = target_of(url)

    assert (target.host, target.path) == ("shop.example", path)

"""Whom we ask for a picture: what a URL names, and which addresses are the public internet.

The networks are listed here, after IANA's special-purpose registries, because the tables in
Python's `ipaddress` differ from one version to the next.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urljoin, urlsplit

from vitrine.domain.errors import DownloadError

IPAddress = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\s\\]")  # nowhere in a URL: parsers disagree on them
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # no zone ids, no percent signs
_IN_PATH = "/%:@!$&'()*+,;=~"
LONGEST_URL = 8192
"""Characters of a URL that servers take; those of longer ones may take a parser very long."""
_HOST_LENGTH = 1000  # characters: four times what DNS takes, as spelling it out makes some shorter

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, and the unspecified address
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by customers of a carrier
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; clouds keep credentials at 169.254.169.254
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4, abandoned
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

# Global unicast is all IPv6 has given out. Outside of it lie, among others, loopback, unspecified
# and IPv4-compatible (::/96), fc00::/7 (unique local), fe80::/10 (link-local), fec0::/10
# (site-local), ff00::/8 (multicast), 64:ff9b:1::/48 (NAT64 of somebody's own).
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

# Networks whose addresses stand for an IPv4 address, and how many bits follow that one.
_EMBEDDING = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)

_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def is_public(address: IPAddress) -> bool:
    """Whether an address is globally routable unicast; one that embeds IPv4 is judged by that."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.scope_id is not None:
        return False
    for network, bits in _EMBEDDING:
        if address in network:
            return is_public(IPv4Address(int(address) >> bits & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST and not any(address in each for each in _NOT_PUBLIC_V6)


def is_loopback(address: IPAddress) -> bool:
    """Whether an address is this machine's own: 127.0.0.0/8 or ::1, in no other spelling."""
    scoped = isinstance(address, IPv6Address) and address.scope_id is not None
    return not scoped and any(address in network for network in _LOOPBACK)


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL asks for, and of whom: all that is looked at after parsing it once."""

    url: str
    secure: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(reference: str, base: str = "") -> Target:
    """What a URL, perhaps relative to another, means.

    Raises:
        DownloadError: it is not http or https, names a user or no host, or parsers disagree on it.
    """
    reference = reference.strip(" ").replace(" ", "%20")  # as people paste them
    if len(reference) > LONGEST_URL:
        raise DownloadError(reference[:LONGEST_URL])
    try:
        url = urljoin(base, reference)
        parts = urlsplit(url)
        host = _spelled(parts.hostname or "")
        default = _PORTS.get(parts.scheme)
        port = default if parts.port is None else parts.port
        path = quote(parts.path or "/", _IN_PATH)
        query = "?" + quote(parts.query, _IN_PATH + "?") if parts.query else ""
    except ValueError as error:
        raise DownloadError(reference) from error
    unfit = _UNFIT.search(reference) or "@" in parts.netloc or not _HOST.fullmatch(host)
    if unfit or default is None or not port:
        raise DownloadError(reference)
    authority = f"[{host}]" if ":" in host else host
    if port != default:
        authority += f":{port}"
    return Target(url, parts.scheme == "https", host, port, authority, path + query)


def _spelled(host: str) -> str:
    """A host as DNS spells it, which takes long for long ones.

    Raises:
        ValueError: nothing has this name.
    """
    if len(host) > _HOST_LENGTH:
        raise ValueError(host[:_HOST_LENGTH])
    return host.encode("idna").decode()

"""Protection against server-side request forgery (SSRF): URL parsing, and public IP addresses.

The networks are listed here, according to IANA's special-purpose address registries, because the
tables in Python's `ipaddress` differ between versions.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urljoin, urlsplit

from vitrine.domain.errors import DownloadError
from vitrine.records import dataclass

IPAddress = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\s\\]")  # refused: URL parsers interpret them differently
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # no zone ids, no percent signs
_IN_PATH = "/%:@!$&'()*+,;=~"
LONGEST_URL = 8192
"""The maximum length of a URL in characters. Servers accept no longer ones, and parsing them can
take very long."""
_HOST_LENGTH = 1000  # characters: four times DNS's limit, because IDNA encoding shortens some names

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

# Global unicast is all of IPv6 that IANA has allocated. Outside of it are, among others, loopback,
# unspecified and IPv4-compatible (::/96), fc00::/7 (unique local), fe80::/10 (link-local),
# fec0::/10 (site-local), ff00::/8 (multicast), and 64:ff9b:1::/48 (local-use NAT64).
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

# Networks whose addresses embed an IPv4 address, and the number of bits that follow it.
_EMBEDDING = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)

_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def is_public(address: IPAddress) -> bool:
    """Whether an address is globally routable unicast.

    For an address that embeds an IPv4 address, the IPv4 address decides.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.scope_id is not None:
        return False
    for network, bits in _EMBEDDING:
        if address in network:
            return is_public(IPv4Address(int(address) >> bits & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST and not any(address in each for each in _NOT_PUBLIC_V6)


def is_loopback(address: IPAddress) -> bool:
    """Whether an address is a loopback address: in 127.0.0.0/8, or ::1; embedded ones are not."""
    scoped = isinstance(address, IPv6Address) and address.scope_id is not None
    return not scoped and any(address in network for network in _LOOPBACK)


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL. It is parsed once, so that all later steps agree on its host.

    Attributes:
        url: the absolute URL, the base of relative redirects.
        secure: whether the scheme is https.
        host: the host name in DNS form, or the IP address without brackets.
        port: the port, the scheme's default included.
        authority: the value of the `Host` header.
        path: path and query, percent-encoded.
    """

    url: str
    secure: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(reference: str, base: str = "") -> Target:
    """The parsed form of a URL, which may be relative to `base`.

    Raises:
        DownloadError: its scheme is not http or https, it contains user information or no host, or
            it has characters that URL parsers interpret differently.
    """
    reference = reference.strip(" ").replace(" ", "%20")  # pasted URLs often contain spaces
    if len(reference) > LONGEST_URL:
        raise DownloadError(reference[:LONGEST_URL])
    try:
        url = urljoin(base, reference)
        parts = urlsplit(url)
        host = _dns_name(parts.hostname or "")
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


def _dns_name(host: str) -> str:
    """The IDNA encoding of a host name. Its length is limited because encoding time grows with it.

    Raises:
        ValueError: the name is too long or cannot be encoded.
    """
    if len(host) > _HOST_LENGTH:
        raise ValueError(host[:_HOST_LENGTH])
    return host.encode("idna").decode()

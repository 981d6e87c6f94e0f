"""The system's certificate authorities: Amazon's first, and all of them where these do not suffice.

OpenSSL parses each authority when Python loads it: 20 ms for the 140 of a system. Certificates of
AWS need one of Amazon's. A certificate that does not verify with these is verified again with all,
so that the same certificates are accepted as by Python's default context.
"""

from __future__ import annotations

import ssl
from binascii import a2b_base64
from functools import cache

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_NAME = b"Amazon"  # in the subject of each authority of Amazon Trust Services


@cache
def of_system() -> ssl.SSLContext:
    """A TLS context that verifies certificates with all of the system's authorities."""
    return ssl.create_default_context()


@cache
def of_amazon() -> ssl.SSLContext:
    """A TLS context that verifies certificates with those of the system's that are Amazon's.

    `of_system()` if the system has none, or keeps them in another way.
    """
    file = ssl.get_default_verify_paths().cafile
    try:
        found = _named(_NAME, _read(file)) if file else b""
        return ssl.create_default_context(cadata=found) if found else of_system()
    except (OSError, ValueError):  # a file that is unreadable or malformed
        return of_system()


def _read(file: str) -> bytes:
    with open(file, "rb") as opened:  # noqa: PTH123 - pathlib takes 1 ms to import
        return opened.read()


def _named(name: bytes, bundle: bytes) -> bytes:
    """The certificates (DER) that contain a name, of a bundle (PEM)."""
    blocks = (each.partition(_END)[0] for each in bundle.split(_BEGIN)[1:])
    return b"".join(each for each in map(a2b_base64, blocks) if name in each)

"""The header `Authorization: OAuth name="value", …` of a signed request (RFC 5849, 3.5.1)."""

import re
from urllib.parse import quote, unquote_to_bytes

from vitrine.domain.errors import OAuthError

_SCHEME = re.compile(r"OAuth(?:\s+|\Z)", re.IGNORECASE)
_PARAMETER = re.compile(
    r"""[\s,]*+                             # a list may have empty places
        (?P<name>[^\s=,"]++)
        (?: \s*+ = \s*+ (?:
            "(?P<value>(?:[^"\\]|\\.)*+)"   # a realm may hold commas, and quotes behind backslashes
            | (?P<bare>[^\s,"]*+)
        ) )?+
        \s*+ (?=,|\Z)""",
    re.VERBOSE,
)
_REST = re.compile(r"[\s,]*")
_NAME = re.compile(r"[\s,]*([A-Za-z0-9_.~%-]{1,64})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def is_oauth(authorization: str) -> bool:
    """Whether an `Authorization` header is one of OAuth, whatever its letters' case."""
    return _SCHEME.match(authorization) is not None


def parse_authorization(authorization: str) -> dict[str, str]:
    """The protocol parameters, those named `oauth_…`, that an `Authorization` header carries.

    Others, such as `realm`, take no part (contract: openmage §2), nor do words without a value;
    quotes may be left out. So it is on the platform.

    Raises:
        OAuthError: what follows the scheme is no list of parameters, one is ill-encoded, or one
            comes twice (`PARAMETER_REJECTED`).
    """
    scheme = _SCHEME.match(authorization)
    position = scheme.end() if scheme else 0
    parameters: dict[str, str] = {}
    while not _REST.fullmatch(authorization, position):
        found = _PARAMETER.match(authorization, position)
        if found is None:
            name = _NAME.match(authorization, position)
            raise _rejected(_decoded(name[1]) if name else "")
        position = found.end()
        name_sent = _decoded(found["name"])
        value = found["bare"] if found["value"] is None else found["value"]
        if name_sent.startswith("oauth_") and value is not None:
            if name_sent in parameters:
                raise _rejected(name_sent)
            parameters[name_sent] = _decoded(value, of=name_sent)
    return parameters


def _decoded(text: str, of: str = "") -> str:
    """What percent-encoded text spells; characters that need not come so are left as they are."""
    if _LONE_PERCENT.search(text):
        raise _rejected(of)
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError as error:
        raise _rejected(of) from error


def _rejected(name: str) -> OAuthError:
    return OAuthError(OAuthError.Problem.PARAMETER_REJECTED, quote(name[:64], safe="~"))

"""Parser of the header `Authorization: OAuth name="value", …` (RFC 5849, 3.5.1)."""

import re
from urllib.parse import quote, unquote_to_bytes

from vitrine.domain.errors import OAuthError

_SCHEME = re.compile(r"OAuth(?:\s+|\Z)", re.IGNORECASE)
_PARAMETER = re.compile(
    r"""[\s,]*+                             # a list may have empty elements
        (?P<name>[^\s=,"]++)
        (?: \s*+ = \s*+ (?:
            "(?P<value>(?:[^"\\]|\\.)*+)"   # a realm may contain commas and escaped quotes
            | (?P<bare>[^\s,"]*+)
        ) )?+
        \s*+ (?=,|\Z)""",
    re.VERBOSE,
)
_REST = re.compile(r"[\s,]*")
_NAME = re.compile(r"[\s,]*([A-Za-z0-9_.~%-]{1,64})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def is_oauth(authorization: str) -> bool:
    """Whether an `Authorization` header has the scheme OAuth, which is not case-sensitive."""
    return _SCHEME.match(authorization) is not None


def parse_authorization(authorization: str) -> dict[str, str]:
    """The protocol parameters, named `oauth_…`, of an `Authorization` header.

    As on the platform, other parameters such as `realm` are ignored (contract: openmage §2), as are
    names without a value, and quotes are optional.

    Raises:
        OAuthError: the header cannot be parsed, a parameter is not correctly percent-encoded, or a
            parameter is repeated (`PARAMETER_REJECTED`).
    """
    scheme = _SCHEME.match(authorization)
    position = scheme.end() if scheme else 0
    parameters: dict[str, str] = {}
    while not _REST.fullmatch(authorization, position):
        found = _PARAMETER.match(authorization, position)
        if found is None:
            name = _NAME.match(authorization, position)
            raise _rejected(_percent_decode(name[1]) if name else "")
        position = found.end()
        name_sent = _percent_decode(found["name"])
        value = found["bare"] if found["value"] is None else found["value"]
        if name_sent.startswith("oauth_") and value is not None:
            if name_sent in parameters:
                raise _rejected(name_sent)
            parameters[name_sent] = _percent_decode(value, parameter=name_sent)
    return parameters


def _percent_decode(text: str, parameter: str = "") -> str:
    """Percent-decoded text; characters that are not encoded are accepted.

    Raises:
        OAuthError: the text is not correctly encoded; the error names the `parameter`.
    """
    if _LONE_PERCENT.search(text):
        raise _rejected(parameter)
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError as error:
        raise _rejected(parameter) from error


def _rejected(name: str) -> OAuthError:
    return OAuthError(OAuthError.Problem.PARAMETER_REJECTED, quote(name[:64], safe="~"))

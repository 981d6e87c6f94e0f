"""Media types as `Content-Type` and `Accept` name them (RFC 9110, 8.3.1 and 12.5.1)."""

import re

_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')
_ESCAPED = re.compile(r"\\(.)")


def media_type_of(value: str) -> str:
    """The media type in a value of `Content-Type`, lower case, without its parameters."""
    return value.partition(";")[0].strip().lower()


def parameters_of(value: str) -> dict[str, str]:
    """The parameters of a value of `Content-Type` by name in lower case; the last one counts."""
    return {
        name.lower(): _ESCAPED.sub(r"\1", quoted) or plain
        for name, quoted, plain in _PARAMETER.findall(value)
    }


def accepted_types(accept: str) -> set[str]:
    """The media types in a value of `Accept`, lower case, regardless of their weights."""
    return {media_type_of(each) for each in accept.split(",") if each.strip()}

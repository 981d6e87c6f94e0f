"""The refusals of a dialect: its own error table applied to each error."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vitrine.domain.errors import VitrineError
from vitrine.edge.dialect import Dialect
from vitrine.edge.request import Request

_ID = "Kx1f2i5soAMEJ_Q="


@dataclass(frozen=True)
class Refusal:
    """The answer to an error.

    Attributes:
        name: the error's name.
        meaning: what the error means.
        status: HTTP status.
        body: the answer's body; None if it is not JSON.
        headers: names of the answer's own headers.
    """

    name: str
    meaning: str
    status: int
    body: Any
    headers: tuple[str, ...]


def refusals(
    dialect: Dialect, method: str, path: str, raised: Iterable[VitrineError]
) -> list[Refusal]:
    """The dialect's answers to errors of one operation, in the order of statuses.

    Args:
        dialect: the dialect.
        method: the operation's method.
        path: its path.
        raised: the errors.
    """
    headers = {"accept": "application/json", "content-type": "application/json"}
    request = Request(method=method, path=path, id=_ID, headers=headers, parameters={})
    found = [_refusal(dialect, error, request) for error in raised]
    return sorted(found, key=lambda each: each.status)


def _refusal(dialect: Dialect, error: VitrineError, request: Request) -> Refusal:
    answer = dialect.refuse(error, request)
    name = type(error).__name__.removesuffix("Error")
    meaning = (type(error).__doc__ or "").strip().splitlines()[0]
    headers = tuple(sorted(set(answer.headers) - {"Content-Type"}))
    return Refusal(name, meaning, answer.status, json.loads(answer.body), headers)

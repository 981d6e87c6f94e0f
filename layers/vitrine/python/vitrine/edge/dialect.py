"""What makes one platform's API different from another's, as data the edge works with."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vitrine.access.callers import Access, Caller
from vitrine.domain.errors import VitrineError
from vitrine.edge.request import Call, Request, require_scope
from vitrine.edge.response import Response

Check = Callable[[Call], None]


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One platform's way to speak.

    Attributes:
        name: as credentials carry it.
        routes: the operation of each documented method and path, `{…}` for a variable segment.
        authenticate: finds out who sent a request, or raises NotAuthenticatedError.
        checks: what must hold before any operation runs, in the order the platform looks;
            `require_scope` is one of them.
        refuse: the answer to a request that ended in an error, in the platform's shape.
    """

    name: str
    routes: Mapping[str, str]
    authenticate: Callable[[Request, Access], Caller]
    checks: tuple[Check, ...]
    refuse: Callable[[VitrineError, Request], Response]

    def operation(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """The operation of a documented route and the path's variable segments, if it is one."""
        for route, operation in self.routes.items():
            verb, _, pattern = route.partition(" ")
            segments = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(pattern))
            if verb == method and (found := re.fullmatch(segments, path)):
                return operation, found.groupdict()
        return None

    def __post_init__(self) -> None:
        if require_scope not in self.checks:
            raise ValueError(f"{self.name} never looks at scopes")

"""What makes one platform's API different from another's, as data the edge works with."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from vitrine.access.callers import Access, Caller
from vitrine.domain.errors import MethodNotAllowedError, RouteNotFoundError, VitrineError
from vitrine.edge.request import Call, Request, require_scope
from vitrine.edge.response import Response

Check = Callable[[Call], None]
Matched = tuple[re.Pattern[str], dict[str, str]]

A_SLASH = re.compile(r"/\Z")


def _no_fields(_request: Request) -> Mapping[str, Any]:
    return {}


def _nothing_there(call: Call) -> NoReturn:
    raise RouteNotFoundError(call.request.path)


@dataclass(frozen=True, eq=False)
class Dialect:
    """One platform's way to speak.

    Attributes:
        name: as credentials carry it.
        routes: the operation of each documented method and path, `{…}` for a variable segment.
        authenticate: finds out who sent a request, or raises NotAuthenticatedError.
        checks: what must hold before any operation runs, in the order the platform looks;
            `require_scope` is one of them.
        refuse: the answer to a request that ended in an error, in the platform's shape.
        read: the fields of a request's body.
        ending: what may follow a route at a path's end without being another route.
        routes_first: whether the platform looks at method and path before it looks at the caller.
        missing: where it does not, what a known caller of no documented route is told.
    """

    name: str
    routes: Mapping[str, str]
    authenticate: Callable[[Request, Access], Caller]
    checks: tuple[Check, ...]
    refuse: Callable[[VitrineError, Request], Response]
    read: Callable[[Request], Mapping[str, Any]] = _no_fields
    ending: re.Pattern[str] = A_SLASH
    routes_first: bool = True
    missing: Callable[[Call], NoReturn] = _nothing_there

    def operation(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """The operation of a documented route and the path's variable segments, if it is one.

        Where the segments of several routes fit, the one with the fewest variables is meant, as in
        the gateway.
        """
        pattern = self._pattern(path)
        if pattern is None or method not in self._operations[pattern]:
            return None
        found = pattern.fullmatch(self.ending.sub("", path))
        return self._operations[pattern][method], found.groupdict() if found else {}

    def require_route(self, request: Request) -> None:
        """Refuse what is no documented method of a documented path.

        Raises:
            RouteNotFoundError: nothing is at this path.
            MethodNotAllowedError: something is, with other methods.
        """
        methods = self.methods(request.path)
        if not methods:
            raise RouteNotFoundError(request.path)
        if request.method not in methods:
            raise MethodNotAllowedError(methods)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods of the operations at a path, in alphabetical order; none where none are."""
        pattern = self._pattern(path)
        return () if pattern is None else tuple(sorted(self._operations[pattern]))

    def _pattern(self, path: str) -> re.Pattern[str] | None:
        bare = self.ending.sub("", path)
        fitting = [pattern for pattern in self._operations if pattern.fullmatch(bare)]
        return min(fitting, key=lambda pattern: pattern.groups, default=None)

    @cached_property
    def _operations(self) -> Mapping[re.Pattern[str], Mapping[str, str]]:
        """Operations by pattern of path and by method."""
        operations: dict[re.Pattern[str], dict[str, str]] = {}
        for route, operation in self.routes.items():
            method, _, path = route.partition(" ")
            bare = re.escape(self.ending.sub("", path))
            segments = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", bare)
            operations.setdefault(re.compile(segments), {})[method] = operation
        return operations

    def __post_init__(self) -> None:
        if require_scope not in self.checks:
            raise ValueError(f"{self.name} never looks at scopes")


def routes(methods: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """Routes of operations that live at several paths, each operation by its method."""
    return {f"{method} {path}": name for path in paths for method, name in methods.items()}

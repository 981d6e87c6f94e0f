"""A dialect: how one platform's API differs from the others, as data for the edge."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, NoReturn

from vitrine.access.callers import Access, Caller
from vitrine.domain.errors import MethodNotAllowedError, RouteNotFoundError, VitrineError
from vitrine.edge.request import Call, Request, require_scope
from vitrine.edge.response import Response
from vitrine.records import dataclass

Check = Callable[[Call], None]
Matched = tuple[re.Pattern[str], dict[str, str]]

_SLASHES = re.compile("/{2,}")
TRAILING_SLASH = re.compile(r"/\Z")


def single_slashes(path: str) -> str:
    """A path in which repeated slashes are one, as the platforms' servers read it."""
    return _SLASHES.sub("/", path)


def _no_fields(_request: Request) -> Mapping[str, Any]:
    return {}


def _refuse_route(call: Call) -> NoReturn:
    raise RouteNotFoundError(call.request.path)


@dataclass(frozen=True, eq=False)
class Dialect:
    """One platform's API.

    Attributes:
        name: the name in credentials, packages and logs.
        routes: operations by route, `<method> <path>`, with `{…}` for a variable segment. HEAD has
            the operation of GET on every path.
        authenticate: identifies the caller of a request, or raises NotAuthenticatedError.
        checks: the checks that run before every operation, in the platform's order; they must
            include `require_scope`.
        refuse: the answer to a request that raised an error, in the platform's shape.
        read: reads the fields of a request's body.
        headers: headers of every answer, errors included.
        ending: an optional ending of every path, such as a trailing slash.
        routes_first: whether the platform checks method and path before authentication.
        keeps_answers: whether the answer to a POST with an idempotency key is kept and repeated;
            false if the dialect's operations repeat the created object instead.
        missing: if not `routes_first`, raises the error for an authenticated request to an unknown
            route.
    """

    name: str
    routes: Mapping[str, str]
    authenticate: Callable[[Request, Access], Caller]
    checks: tuple[Check, ...]
    refuse: Callable[[VitrineError, Request], Response]
    read: Callable[[Request], Mapping[str, Any]] = _no_fields
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: re.Pattern[str] = TRAILING_SLASH
    routes_first: bool = True
    keeps_answers: bool = True
    missing: Callable[[Call], NoReturn] = _refuse_route

    def operation(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """The operation of a documented route and the path's variable segments, or None.

        If several routes match, the one with the fewest variables counts, as in API Gateway.
        """
        pattern = self._pattern(path)
        if pattern is None or method not in self._operations[pattern]:
            return None
        found = pattern.fullmatch(self._bare(path))
        return self._operations[pattern][method], found.groupdict() if found else {}

    def require_route(self, request: Request) -> None:
        """Refuse a method and path that are not documented.

        Raises:
            RouteNotFoundError: the path has no operation.
            MethodNotAllowedError: the path has operations, with other methods.
        """
        methods = self.methods(request.path)
        if not methods:
            raise RouteNotFoundError(request.path)
        if request.method not in methods:
            raise MethodNotAllowedError(methods)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that a path supports, in alphabetical order; empty for an unknown path."""
        pattern = self._pattern(path)
        return () if pattern is None else tuple(sorted(self._operations[pattern]))

    def _bare(self, path: str) -> str:
        return self.ending.sub("", single_slashes(path))

    def _pattern(self, path: str) -> re.Pattern[str] | None:
        bare = self._bare(path)
        matching = [pattern for pattern in self._operations if pattern.fullmatch(bare)]
        return min(matching, key=lambda pattern: pattern.groups, default=None)

    @cached_property
    def _operations(self) -> Mapping[re.Pattern[str], Mapping[str, str]]:
        """Operations by path pattern and method."""
        operations: dict[re.Pattern[str], dict[str, str]] = {}
        for route, operation in self.routes.items():
            method, _, path = route.partition(" ")
            bare = re.escape(self.ending.sub("", path))
            segments = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", bare)
            operations.setdefault(re.compile(segments), {})[method] = operation
        for methods in operations.values():
            if "GET" in methods:
                methods["HEAD"] = methods["GET"]
        return operations

    def __post_init__(self) -> None:
        if require_scope not in self.checks:
            raise ValueError(f"{self.name} does not check scopes")


def routes(methods: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """The routes of operations that are available at several paths.

    Args:
        methods: operations by method.
        paths: the paths.
    """
    return {f"{method} {path}": name for path in paths for method, name in methods.items()}

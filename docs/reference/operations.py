"""One operation of an OpenAPI document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from inspect import getclosurevars, getdoc
from types import ModuleType
from typing import Any

from docs.reference import gateway_answers
from docs.reference.description import Answer, Description, Operation
from docs.reference.refusals import Refusal, refusals

from gateway.dialects import package_of
from vitrine.domain.errors import (
    ImageNotFoundError,
    InternalError,
    NotPermittedError,
    ProductNotFoundError,
    VitrineError,
)
from vitrine.edge.dialect import Dialect

Schemas = Mapping[Any, Any]
"""The schema of each type."""
_SECTIONS = {
    **dict.fromkeys(("shop", "usage"), "Shop"),
    **dict.fromkeys(("product", "products", "order"), "Products"),
    **dict.fromkeys(("image", "images", "all_images"), "Images"),
    "imports": "Imports",
    "upload": "Uploads",
    "take_down": "Take-downs",
    "token": "Tokens",
}
"""The heading of an operation on a reference page, by the second half of its handler's name."""
_VARIABLE = re.compile(r"\{(\w+)\}")
_KEY = {"type": "string", "description": "A repeated request with this key creates nothing twice."}


@dataclass(frozen=True)
class DescribedOperation:
    """One operation, with what its dialect's description says of it.

    Attributes:
        dialect: its dialect.
        described: the description of the dialect.
        schemas: the schemas of the dialect's types.
        method: its method.
        path: its path.
        name: the name of its handler's module.
    """

    dialect: Dialect
    described: Description
    schemas: Schemas
    method: str
    path: str
    name: str

    def document(self) -> dict[str, Any]:
        """The operation object."""
        summary = (getdoc(self._module) or "").partition("\n\n")[0].partition(": ")[2]
        return {
            "operationId": self._id(),
            "summary": _sentence(summary),
            "description": " ".join((getdoc(self._module.handler) or "").split()),
            "tags": [self._section()],
            "security": self._security(),
            "parameters": [*self._parameters()],
            **self._body(),
            "responses": self._responses(),
        }

    def _section(self) -> str:
        """The part of the API that it belongs to."""
        return _SECTIONS[self.name.partition("_")[2]]

    @cached_property
    def _known(self) -> Operation:
        return self.described.operations[self.name]

    @cached_property
    def _module(self) -> ModuleType:
        return import_module(f"{package_of(self.dialect.name)}.{self.name}")

    @cached_property
    def _scope(self) -> str | None:
        """The scope that the handler's decorator requires."""
        scope: str | None = getclosurevars(self._module.handler).nonlocals["scope"]
        return scope

    @property
    def _has_body(self) -> bool:
        return bool(self._known.body) and self.method not in ("GET", "HEAD")

    def _id(self) -> str:
        """An id that is unique although an operation may have several paths."""
        words = [word for word in re.split(r"[^A-Za-z0-9]+", self.path) if word]
        return "_".join([self.name, *(["head"] if self.method == "HEAD" else []), "at", *words])

    def _security(self) -> list[dict[str, list[str]]]:
        """The alternatives of identifying the caller, with the scope that each must have."""
        known = self._known.schemes
        schemes = self.described.security if known is None else known
        scopes = [] if self._scope is None else [self._scope]
        return [{scheme: scopes} if scheme else {} for scheme in schemes]

    def _parameters(self) -> Iterator[dict[str, Any]]:
        for name in _VARIABLE.findall(self.path):
            schema = self.described.parameters.get(name, {"type": "string", "minLength": 1})
            yield _parameter(name, "path", schema, required=True)
        for name, schema in self._known.parameters.items():
            yield _parameter(name, "query", schema)
        headers = {**self.described.headers, **self._known.headers}
        if self.method == "POST" and self.described.with_post:
            headers["Idempotency-Key"] = _KEY
        for name, schema in headers.items():
            yield _parameter(name, "header", schema)

    def _body(self) -> dict[str, Any]:
        if not self._has_body:
            return {}
        known = self._known
        content = {media: {"schema": self.schemas[each]} for media, each in known.body.items()}
        if known.example is not None:
            content[next(iter(content))]["example"] = known.example
        return {"requestBody": {"required": known.body_required, "content": content}}

    def _responses(self) -> dict[str, Any]:
        responses = {
            str(status): self._answer(status, answer)
            for status, answer in self._known.answers.items()
        }
        for status, refused in self._refusals().items():
            responses[str(status)] = self._refused(status, refused)
        return dict(sorted(responses.items()))

    def _refusals(self) -> Mapping[int, list[Refusal]]:
        """The dialect's answers to errors, and the gateway's own, which come without an error."""
        found: dict[int, list[Refusal]] = {
            status: []
            for status in gateway_answers.ANSWERS
            if self._has_body or status != gateway_answers.REQUEST_TOO_LARGE
        }
        for each in refusals(self.dialect, self.method, self.path, self._raised()):
            found.setdefault(each.status, []).append(each)
        return found

    def _raised(self) -> Iterator[VitrineError]:
        described, known = self.described, self._known
        yield from described.always
        if self._scope is not None:
            yield NotPermittedError(self._scope)
        yield InternalError()
        if "{product}" in self.path:
            yield ProductNotFoundError("7")
        if "{image}" in self.path:
            yield ImageNotFoundError("116")
        if self._has_body:
            yield from described.with_body
        if self.method == "POST":
            yield from described.with_post
        yield from known.raises

    def _answer(self, status: int, answer: Answer) -> dict[str, Any]:
        described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if answer.headers:
            described["headers"] = {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in answer.headers.items()
            }
        if answer.body is not None and self.method != "HEAD":
            schema = self.schemas[answer.body]
            shown = {} if answer.example is None else {"example": answer.example}
            media_types = answer.media_types or self.described.media_types
            described["content"] = {
                each: {"schema": schema, **(shown if each.endswith("json") else {})}
                for each in media_types
            }
        return described

    def _refused(self, status: int, refused: list[Refusal]) -> dict[str, Any]:
        by_gateway = status in gateway_answers.ANSWERS
        meanings = dict.fromkeys(each.meaning for each in refused)
        if by_gateway:
            meanings[gateway_answers.MEANING] = None
        described: dict[str, Any] = {"description": " Or: ".join(meanings)}
        headers = sorted({name for each in refused for name in each.headers})
        if headers:
            described["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
        if self.method != "HEAD":
            described["content"] = self._refused_content(status, refused)
        return described

    def _refused_content(self, status: int, refused: list[Refusal]) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if refused:
            examples = {
                each.name: {"summary": each.meaning, "value": each.body} for each in refused
            }
            schema = self.schemas[self.described.error]
            content = {
                each: {
                    "schema": schema,
                    **({"examples": examples} if each.endswith("json") else {}),
                }
                for each in self.described.error_media_types
            }
        if status in gateway_answers.ANSWERS:
            media_type = gateway_answers.MEDIA_TYPE
            content[media_type] = _with_gateway(
                content.get(media_type), self.schemas[gateway_answers.GatewayBody], status
            )
        return content


def _sentence(text: str) -> str:
    """A text on one line, with a capital and without a full stop."""
    line = " ".join(text.split()).rstrip(".")
    return line[:1].upper() + line[1:]


def _with_gateway(shown: dict[str, Any] | None, gateway: Any, status: int) -> dict[str, Any]:
    """The content of a response that the gateway gives too, or only the gateway."""
    example = {
        "summary": gateway_answers.MEANING,
        "value": {"message": gateway_answers.ANSWERS[status]},
    }
    if shown is None:
        return {"schema": gateway, "examples": {gateway_answers.EXAMPLE: example}}
    return {
        "schema": {"anyOf": [shown["schema"], gateway]},
        "examples": {**shown["examples"], gateway_answers.EXAMPLE: example},
    }


def _parameter(
    name: str, place: str, schema: Mapping[str, Any], *, required: bool = False
) -> dict[str, Any]:
    stated = {key: value for key, value in schema.items() if key != "description"}
    text = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": place, "required": required, **text, "schema": stated}

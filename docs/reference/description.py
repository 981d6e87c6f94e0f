"""What the description of an API adds to its routes, handlers and types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vitrine.domain.errors import VitrineError

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A successful answer.

    Attributes:
        body: the type of the body; None if there is none.
        example: a body.
        headers: what the answer's own headers say, by name.
        media_types: the media types of the body; empty for those of the dialect.
    """

    body: Any = None
    example: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_types: Sequence[str] = ()


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        answers: its successful answers by status.
        body: types of the request's body by media type.
        example: a body, for the first of these media types.
        body_required: whether a request without a body is refused.
        parameters: schemas of the query's parameters by name.
        headers: schemas of the request's headers by name.
        raises: errors of this operation only.
        schemes: names of the security schemes that it takes, with an empty one for callers who are
            not identified; None for all schemes of the API.
    """

    answers: Mapping[int, Answer]
    body: Mapping[str, Any] = field(default_factory=dict)
    example: Any = None
    body_required: bool = True
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, Schema] = field(default_factory=dict)
    raises: Sequence[VitrineError] = ()
    schemes: Sequence[str] | None = None


@dataclass(frozen=True)
class Description:
    """One dialect's API.

    Attributes:
        title: its name.
        text: what it is, in Markdown.
        error: the type of an error's body.
        media_types: media types of bodies, of successful answers.
        error_media_types: media types of errors.
        security: security schemes by name.
        operations: by the name of the handler's module.
        always: errors that every operation can raise.
        with_body: errors of operations that read a body.
        with_post: errors of operations that create something.
        parameters: schemas of the paths' variables by name.
        headers: schemas of headers of every request by name.
        ignoring: types of requests whose unknown members are ignored.
        rules: keywords of the schemas of types, about several members at once.
    """

    title: str
    text: str
    error: Any
    media_types: Sequence[str]
    error_media_types: Sequence[str]
    security: Mapping[str, Schema]
    operations: Mapping[str, Operation]
    always: Sequence[VitrineError]
    ignoring: Sequence[Any] = ()
    rules: Mapping[Any, Schema] = field(default_factory=dict)
    with_body: Sequence[VitrineError] = ()
    with_post: Sequence[VitrineError] = ()
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, Schema] = field(default_factory=dict)

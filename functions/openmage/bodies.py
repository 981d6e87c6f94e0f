"""The types of bodies of answers, in JSON (contract: openmage §3, §6)."""

from typing import TypedDict


class ImageBody(TypedDict, total=False):
    """An image; admins see `exclude`, and the parameter `attrs` chooses members."""

    id: str
    label: str
    position: str
    exclude: str
    url: str
    types: list[str]


class MessageBody(TypedDict):
    """One reason why a request is refused."""

    code: int
    message: str


class MessagesBody(TypedDict):
    """The reasons why a request is refused."""

    error: list[MessageBody]


class ErrorBody(TypedDict):
    """Why a request is refused."""

    messages: MessagesBody

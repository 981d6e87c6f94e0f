"""What a call raises when it fails, in the shape of botocore's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClientError(Exception):
    """A service answered with an error.

    Attributes:
        response: `{"Error": {"Code": …, "Message": …}, "ResponseMetadata": …}` and whatever else
            the answer holds, such as `CancellationReasons`.
        operation_name: the call, such as `GetItem`.
    """

    def __init__(self, response: Mapping[str, Any], operation_name: str) -> None:
        self.response = response
        self.operation_name = operation_name
        error = response["Error"]
        super().__init__(
            f"An error occurred ({error['Code']}) when calling the {operation_name} operation: "
            f"{error['Message']}"
        )


class NoSuchKey(ClientError):
    """S3 has no such object."""


class ParameterNotFound(ClientError):
    """Parameter Store has no such parameter."""


class NoAnswerError(Exception):
    """In every attempt, the service could not be reached or its answer was not whole."""


class SettingsError(Exception):
    """The environment lacks what a call takes: credentials, a region, a known partition."""


class Exceptions:
    """The errors by their names, as boto3's clients carry them in `exceptions`.

    `NoAnswerError` is only here: boto3's clients carry no errors of connections.
    """

    ClientError = ClientError
    NoAnswerError = NoAnswerError
    NoSuchKey = NoSuchKey
    ParameterNotFound = ParameterNotFound


def error_of(response: Mapping[str, Any], operation: str) -> ClientError:
    """The error that an answer tells, as the class of its code where there is one."""
    kinds = {each.__name__: each for each in (NoSuchKey, ParameterNotFound)}
    return kinds.get(response["Error"]["Code"], ClientError)(response, operation)

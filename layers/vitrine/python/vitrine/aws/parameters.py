"""AWS Systems Manager's Parameter Store: the calls of boto3's `ssm` client that adapters make."""

from __future__ import annotations

import json
from functools import partialmethod
from typing import Any

from vitrine.aws.errors import Exceptions
from vitrine.aws.json_protocol import error_in
from vitrine.aws.messages import Request, Times
from vitrine.aws.service import Service


class Parameters:
    """A client of Parameter Store, with boto3's names for calls, arguments and answers."""

    exceptions = Exceptions

    def __init__(self, times: Times = Times()) -> None:  # noqa: B008 - immutable
        self._service = Service("ssm", error_in, times)
        self._service.open(self._service.endpoint)

    def call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Make a call by the API's own name.

        Raises:
            ClientError: Parameter Store refuses it.
            NoAnswerError: there is no answer to any attempt.
        """
        request = Request(
            operation,
            "POST",
            self._service.endpoint,
            headers={
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": f"AmazonSSM.{operation}",
            },
            body=json.dumps(arguments).encode(),
        )
        answered: dict[str, Any] = json.loads(self._service.send(request).body)
        return answered

    get_parameter = partialmethod(call, "GetParameter")
    put_parameter = partialmethod(call, "PutParameter")

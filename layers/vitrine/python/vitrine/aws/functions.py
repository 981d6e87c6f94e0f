"""AWS Lambda: the call of boto3's `lambda` client that adapters make."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

from vitrine.aws.errors import Exceptions
from vitrine.aws.json_protocol import error_in
from vitrine.aws.messages import Request, Times
from vitrine.aws.service import Service


class Lambda:
    """A client of Lambda, with boto3's names for calls, arguments and answers."""

    exceptions = Exceptions

    def __init__(self, times: Times = Times()) -> None:  # noqa: B008 - immutable
        self._service = Service("lambda", error_in, times)

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:
        """Run an alias or version of a function and wait for its end.

        The request is sent once, unless Lambda refuses it for now, so that no function is started
        twice. `FunctionError` is in the answer if the function failed.

        Raises:
            ClientError: Lambda refuses to.
            NoAnswerError: there is no answer.
        """
        name = quote(FunctionName, safe="")
        answer = self._service.send(
            Request(
                "Invoke",
                "POST",
                self._service.endpoint,
                f"/2015-03-31/functions/{name}/invocations",
                query=f"Qualifier={quote(Qualifier, safe='')}",
                body=Payload,
                repeatable=False,
            )
        )
        failed = answer.headers.get("x-amz-function-error")
        payload = {"Payload": BytesIO(answer.body), "StatusCode": answer.status}
        return {**payload, "FunctionError": failed} if failed else payload

"""The access log of a local stack's API, written in API Gateway's format to the emulator's logs."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from starlette.requests import Request

_STREAM = "gateway"
_DELAY = 0.2  # seconds in which lines are collected for one call
_NONE = "-"


@dataclass(slots=True)
class AccessLog:
    """One line for each request to the API.

    Attributes:
        client: a client of CloudWatch Logs.
        group: the log group.
    """

    client: Any
    group: str
    _lines: list[dict[str, Any]] = field(default_factory=list)
    _writer: "asyncio.Task[None] | None" = None

    def note(
        self, request: Request, status: int, length: int, seconds: float, failure: str | None
    ) -> None:
        """Note an answered request; the line is written shortly after.

        Args:
            request: the request.
            status: status of the answer.
            length: length of the answer's body, bytes.
            seconds: how long the answer took.
            failure: why there is no answer of a function; None if there is one.
        """
        now = datetime.now(UTC)
        milliseconds = str(round(seconds * 1000))
        line = {
            "requestId": str(uuid.uuid4()),
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "ip": request.client.host if request.client else _NONE,
            "method": request.method,
            "path": request.url.path,
            "status": str(status),
            "responseLength": str(length),
            "integrationError": failure or _NONE,
            "integrationStatus": _NONE if failure is not None else "200",
            "latency": milliseconds,
            "integrationLatency": milliseconds if failure is None else _NONE,
            "userAgent": request.headers.get("user-agent", _NONE),
        }
        if failure:
            print(f"{line['requestId']} {request.method} {request.url.path}: {failure}", flush=True)
        self._lines.append({"timestamp": round(time.time() * 1000), "message": json.dumps(line)})
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        await asyncio.sleep(_DELAY)
        while self._lines:
            lines, self._lines = self._lines, []
            try:
                await asyncio.to_thread(self._put, lines)
            except (ClientError, BotoCoreError) as error:
                print(f"{len(lines)} lines of the access log are lost: {error}", flush=True)

    def _put(self, lines: list[dict[str, Any]]) -> None:
        asked = {"logGroupName": self.group, "logStreamName": _STREAM, "logEvents": lines}
        try:
            self.client.put_log_events(**asked)
        except self.client.exceptions.ResourceNotFoundException:
            self.client.create_log_stream(logGroupName=self.group, logStreamName=_STREAM)
            self.client.put_log_events(**asked)


def open_access_log(endpoint: str, group: str) -> AccessLog:
    """The access log in a log group of the emulator."""
    client = boto3.client(
        "logs",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return AccessLog(client, group)

"""The usual handler: boto3 with two clients, Powertools with its resolver, a pydantic model."""

from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel

table = boto3.client("dynamodb")
storage = boto3.client("s3")
logger = Logger(service="peer")
metrics = Metrics(namespace="Peer", service="peer")
app = APIGatewayHttpResolver()


class Image(BaseModel):
    id: int
    product: str
    url: str
    position: int


@app.get("/images/<image>")
def image(image: str) -> dict[str, Any]:
    return Image(id=int(image), product="p", url="https://example.com", position=1).model_dump()


@logger.inject_lambda_context
def handler(event: Any, context: Any) -> dict[str, Any]:
    return app.resolve(event, context)

"""The AWS emulator (MiniStack): starting it, and deployment steps that it needs in addition."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3

from vitrine.adapters.functions import ALIAS
from vitrine_cli.local.processes import Process, end_alone, spawn
from vitrine_cli.local.workspace import REGION, tool_bin
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


OBJECTS = "objects"
"""The subfolder in which the emulator stores objects."""
_STATE = "state"
_MAPPING_SETTINGS = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
)
"""What the template can say of how a function reads a stream."""
_WARM_SECONDS = 60  # for which a function's process stays without work, except for one
_END_SECONDS = 60  # to store a table of some 100 000 items


def session() -> boto3.Session:
    """A session of the emulator's root account."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


def start(port: int, folder: Path, node: Path | None, mark: Mapping[str, str]) -> Process:
    """Start the emulator. It enforces IAM permissions, and goes on with what a folder has.

    It stores objects at once, and everything else when it ends by itself. A limit for the account
    is not set: the proxy limits requests and events (see `places` and `event_delivery`).

    Args:
        port: the port on which it listens, on the loopback interface only.
        folder: for its log, its functions' files and its state.
        node: the `node` program, with which it runs the CDN's functions; None if there is none.
        mark: environment variables that say whose it is.
    """
    temporary = folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # of functions that have ended
    temporary.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("PATH", os.defpath)
    environment = {
        "PATH": os.pathsep.join([*([str(node.parent)] if node else []), path]),
        "HOME": os.environ.get("HOME", str(folder)),
        "LANG": "C.UTF-8",
        "TMPDIR": str(temporary),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "LOG_LEVEL": "WARNING",
        "LAMBDA_WARM_TTL_SECONDS": str(_WARM_SECONDS),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / _STATE),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / OBJECTS),
        **mark,
    }
    return spawn([tool_bin("emulator") / "ministack"], folder / "emulator.log", environment)


def end(process: Process, folder: Path) -> bool:
    """End the emulator by itself, so that it stores its state.

    Args:
        process: the emulator.
        folder: the folder of its state.

    Returns:
        Whether the state is stored.
    """
    began = datetime.now(UTC)
    if not end_alone(process, _END_SECONDS):
        return False
    saved = saved_at(folder)
    return saved is not None and saved >= began


def saved_at(folder: Path) -> datetime | None:
    """When the emulator of a folder last stored its state; None if it never did."""
    file = folder / _STATE / "dynamodb.json"
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None


def create_routes(endpoint: str, stack: str) -> None:
    """Create the routes of all HTTP APIs; the emulator ignores the OpenAPI bodies that state them.

    Routes and integrations that exist are replaced.

    Args:
        endpoint: URL of the emulator.
        stack: name of the deployed stack.

    Raises:
        FailureError: API Gateway on AWS would refuse a route.
    """
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    gateway = aws.client("apigatewayv2", endpoint_url=endpoint)
    template = cloudformation.get_template(StackName=stack, TemplateStage="Processed")
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    for api, body in _api_bodies(template["TemplateBody"]).items():
        _create_routes(gateway, names[api], body, names)


def _create_routes(
    gateway: ApiGatewayV2Client, api: str, body: Mapping[str, Any], names: Mapping[str, str]
) -> None:
    for route in _all_pages(gateway.get_routes, api):
        gateway.delete_route(ApiId=api, RouteId=route["RouteId"])
    for integration in _all_pages(gateway.get_integrations, api):
        gateway.delete_integration(ApiId=api, IntegrationId=integration["IntegrationId"])
    integrations: dict[str, str] = {}
    for path, methods in body["paths"].items():
        if path.endswith("/"):
            raise FailureError(f"API Gateway refuses the route {path}: it ends with a slash.")
        for method, operation in methods.items():
            function = _alias_of(operation, names)
            if function not in integrations:
                integrations[function] = gateway.create_integration(
                    ApiId=api,
                    IntegrationType="AWS_PROXY",
                    IntegrationUri=function,
                    PayloadFormatVersion="2.0",
                )["IntegrationId"]
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            gateway.create_route(
                ApiId=api,
                RouteKey=path if path == "$default" else f"{verb} {path}",
                Target=f"integrations/{integrations[function]}",
            )


def _all_pages(ask: Callable[..., Any], api: str) -> list[Any]:
    """What a list operation of API Gateway returns about an API, over all of its pages."""
    answer = ask(ApiId=api)
    found: list[Any] = answer["Items"]
    while token := answer.get("NextToken"):
        answer = ask(ApiId=api, NextToken=token)
        found += answer["Items"]
    return found


def adapt_functions(endpoint: str, stack: str, added: Mapping[str, str]) -> None:
    """Give all functions of a stack what its template leaves to AWS, and publish them again.

    Args:
        endpoint: URL of the emulator.
        stack: name of the deployed stack.
        added: values of environment variables by name; the template does not define them.
    """
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    functions = aws.client("lambda", endpoint_url=endpoint)
    for each in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
        if each["ResourceType"] != "AWS::Lambda::Function":
            continue
        function = each["PhysicalResourceId"]
        settings = functions.get_function_configuration(FunctionName=function)
        functions.update_function_configuration(
            FunctionName=function,
            Environment={"Variables": {**settings["Environment"]["Variables"], **added}},
        )
        version = functions.publish_version(FunctionName=function)["Version"]
        functions.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)


def read_streams_again(endpoint: str) -> None:
    """Make functions read the streams of tables from their beginning, after a start.

    The emulator stores how far a function has read, but not the records: after another start, it
    would pass over as many new records. A mapping cannot be set back, so it is replaced.

    Args:
        endpoint: URL of the emulator.
    """
    functions = session().client("lambda", endpoint_url=endpoint)
    pages = functions.get_paginator("list_event_source_mappings").paginate()
    found: list[Any] = [each for page in pages for each in page["EventSourceMappings"]]
    read = set[tuple[str, str]]()
    for each in reversed(found):  # a deployment can have made a newer one, with other settings
        stream = each["EventSourceArn"], each["FunctionArn"]
        if stream not in read:  # an interrupted command can leave the replaced one
            read.add(stream)
            functions.create_event_source_mapping(
                EventSourceArn=each["EventSourceArn"],
                FunctionName=each["FunctionArn"],
                StartingPosition="TRIM_HORIZON",
                **{name: each[name] for name in _MAPPING_SETTINGS if name in each},
            )
        functions.delete_event_source_mapping(UUID=each["UUID"])


def function_url(endpoint: str, stack: str, function: str) -> str:
    """The function URL of a function, given by its logical id in the template."""
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    found = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=function)
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    functions = aws.client("lambda", endpoint_url=endpoint)
    return functions.get_function_url_config(FunctionName=name, Qualifier=ALIAS)["FunctionUrl"]


def cloudfront_function_code(endpoint: str, stack: str, function: str) -> str:
    """The code of a CloudFront function, given by its logical id in the template."""
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    found = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=function)
    name = found["StackResourceDetail"]["PhysicalResourceId"].rpartition("/")[2]
    cloudfront = aws.client("cloudfront", endpoint_url=endpoint)
    code: bytes = cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
    return code.decode()


def _api_bodies(template: Any) -> dict[str, dict[str, Any]]:
    """The OpenAPI bodies of a processed template's HTTP APIs, by logical id."""
    parsed = json.loads(template) if isinstance(template, str) else template
    return {
        name: each["Properties"]["Body"]
        for name, each in parsed["Resources"].items()
        if each["Type"] == "AWS::ApiGatewayV2::Api"
    }


def _alias_of(operation: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The ARN of the alias of an operation's function, whose URI contains `${LogicalId}`."""
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    logical = uri.partition("/functions/${")[2].partition("}/invocations")[0]
    return names[logical]

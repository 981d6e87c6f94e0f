"""The AWS emulator (MiniStack): starting it, and deployment steps that it needs in addition."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import boto3

from vitrine.adapters.functions import ALIAS
from vitrine_cli.local.processes import Process, spawn
from vitrine_cli.local.workspace import REGION, tool_bin
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


def session() -> boto3.Session:
    """A session of the emulator's root account."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


def start(port: int, folder: Path, node: Path | None, mark: Mapping[str, str]) -> Process:
    """Start the emulator. It enforces IAM permissions.

    Args:
        port: the port on which it listens, on the loopback interface only.
        folder: for its log and its functions' files.
        node: the `node` program, with which it runs the CDN's functions; None if there is none.
        mark: environment variables that say whose it is.
    """
    temporary = folder / "tmp"
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
        **mark,
    }
    return spawn([tool_bin("emulator") / "ministack"], folder / "emulator.log", environment)


def create_routes(endpoint: str, stack: str) -> None:
    """Create the routes of all HTTP APIs; the emulator ignores the OpenAPI bodies that state them.

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


def adapt_functions(endpoint: str, stack: str, added: Mapping[str, str]) -> None:
    """Give all functions of a stack what its template leaves to AWS, and publish them again.

    The emulator sends a failed event of an alias to the function's dead-letter queue only, not to
    the alias's destination.

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
        configured = functions.list_function_event_invoke_configs(FunctionName=function)
        queues = [
            config["DestinationConfig"]["OnFailure"]["Destination"]
            for config in configured["FunctionEventInvokeConfigs"]
        ]
        functions.update_function_configuration(
            FunctionName=function,
            Environment={"Variables": {**settings["Environment"]["Variables"], **added}},
            DeadLetterConfig={"TargetArn": queues[0]} if queues else {},
        )
        version = functions.publish_version(FunctionName=function)["Version"]
        functions.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)


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

"""The local AWS: started, waited for, and given the routes it cannot read from the template."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
import httpx

from vitrine_cli.failure import FailureError
from vitrine_cli.stacks import Process
from vitrine_cli.workspace import REGION, end_of, tool

_START_SECONDS = 60


def session() -> boto3.Session:
    """The emulator's root account."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


def start(port: int, folder: Path) -> Process:
    """Start the emulator, its functions' permissions enforced.

    Args:
        port: where it listens, on this machine only.
        folder: for its log and its functions' files.
    """
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", str(folder)),
        "LANG": "C.UTF-8",
        "TMPDIR": str(temporary),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "LOG_LEVEL": "WARNING",
    }
    return spawn([tool("emulator") / "ministack"], folder / "emulator.log", environment)


def spawn(command: Sequence[str | Path], log: Path, environment: Mapping[str, str]) -> Process:
    """Start a server that outlives this command, its output in `log`."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    return Process.of(process.pid)


def wait_for(url: str, process: Process, log: Path) -> None:
    """Wait until a server of ours answers.

    Raises:
        FailureError: it did not in time, or ended; the end of its log tells why.
    """
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.find():
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise FailureError(f"{url} did not answer; its log ends:\n{end_of(log)}")


def create_routes(endpoint: str, stack: str, api: str) -> None:
    """Give an HTTP API the routes of its template, whose OpenAPI body the emulator does not read.

    Args:
        endpoint: where the emulator is.
        stack: the deployed stack.
        api: id of its API.
    """
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    gateway = aws.client("apigatewayv2", endpoint_url=endpoint)
    template = cloudformation.get_template(StackName=stack, TemplateStage="Processed")
    body = _api_body(template["TemplateBody"])
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    integrations: dict[str, str] = {}
    for path, methods in body["paths"].items():
        if path.endswith("/"):
            raise FailureError(f"AWS would not take the route {path}: it ends with a slash.")
        for method, operation in methods.items():
            function = _function_of(operation, names)
            if function not in integrations:
                integrations[function] = gateway.create_integration(
                    ApiId=api,
                    IntegrationType="AWS_PROXY",
                    IntegrationUri=f"arn:aws:lambda:{REGION}:000000000000:function:{function}",
                    PayloadFormatVersion="2.0",
                )["IntegrationId"]
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            gateway.create_route(
                ApiId=api,
                RouteKey="$default" if path == "/$default" else f"{verb} {path}",
                Target=f"integrations/{integrations[function]}",
            )


def set_variables(endpoint: str, stack: str, added: Mapping[str, str]) -> None:
    """Give all functions of a stack environment variables that its template does not have."""
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    functions = aws.client("lambda", endpoint_url=endpoint)
    for each in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
        if each["ResourceType"] != "AWS::Lambda::Function":
            continue
        function = each["PhysicalResourceId"]
        settings = functions.get_function_configuration(FunctionName=function)
        variables = settings["Environment"]["Variables"]
        functions.update_function_configuration(
            FunctionName=function, Environment={"Variables": {**variables, **added}}
        )


def function_url(endpoint: str, stack: str, function: str) -> str:
    """Where a function of a stack, given by its name in the template, is called by HTTP."""
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    found = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=function)
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    functions = aws.client("lambda", endpoint_url=endpoint)
    return functions.get_function_url_config(FunctionName=name)["FunctionUrl"]


def edge_code(endpoint: str, stack: str, function: str) -> str:
    """The code of a CDN's function of a stack, given by its name in the template."""
    aws = session()
    cloudformation = aws.client("cloudformation", endpoint_url=endpoint)
    found = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=function)
    name = found["StackResourceDetail"]["PhysicalResourceId"].rpartition("/")[2]
    cloudfront = aws.client("cloudfront", endpoint_url=endpoint)
    code: bytes = cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read()
    return code.decode()


def _api_body(template: Any) -> dict[str, Any]:
    parsed = json.loads(template) if isinstance(template, str) else template
    bodies = [
        each["Properties"]["Body"]
        for each in parsed["Resources"].values()
        if each["Type"] == "AWS::ApiGatewayV2::Api"
    ]
    body: dict[str, Any] = bodies[0]
    return body


def _function_of(operation: dict[str, Any], names: dict[str, str]) -> str:
    """The function an operation leads to; its URI names it as `${LogicalId.Arn}`."""
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    logical = uri.partition("${")[2].rpartition("${")[2].partition(".Arn}")[0]
    return names[logical]

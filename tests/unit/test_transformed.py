"""The CloudFormation template that AWS makes of template.yaml, against AWS's own limits."""

import json
import re
import subprocess
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from tests.gateway import ROOT, routes

from vitrine_cli.local.workspace import tool_bin

Figure = Callable[[str, object], None]
STACK_NAME = 25  # characters: the Makefile accepts no longer name
REGION = len("ap-northeast-1")  # no name of a region of AWS's public partitions is longer
URL = 512  # characters, the longest MediaUrl or PublicUrl


@cache
def transformed(*values: str) -> dict[str, Any]:
    """The template that the SAM translator makes, with values of parameters as NAME=VALUE."""
    python = tool_bin("emulator") / "python"
    done = subprocess.run(
        [python, ROOT / "tests/transform.py", *values],
        check=True,
        capture_output=True,
        text=True,
    )
    template: dict[str, Any] = json.loads(done.stdout)
    return template


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties of the resources of one type, by logical id."""
    return {
        name: each.get("Properties", {})
        for name, each in template["Resources"].items()
        if each["Type"] == kind
    }


def length(name: Any) -> int:
    """The most characters that a name has, a reference to the stack's name in it spelled out."""
    text = name["Fn::Sub"] if isinstance(name, dict) else name
    spelled = text.replace("${AWS::StackName}", "s" * STACK_NAME)
    spelled = spelled.replace("${AWS::AccountId}", "1" * 12).replace("${AWS::Region}", "r" * REGION)
    assert "${" not in spelled
    return len(spelled)


@pytest.mark.parametrize("values", [(), ("Canary=yes", "AlarmEmail=ops@example.com")])
def test_the_template_fits_cloudformation(values: tuple[str, ...], record_property: Figure) -> None:
    template = transformed(*values)
    size = len(json.dumps(template, separators=(",", ":")).encode())
    figures = {
        "resources": (len(template["Resources"]), 500),
        "parameters": (len(template["Parameters"]), 200),
        "outputs": (len(template["Outputs"]), 200),
        "mappings": (len(template["Mappings"]), 200),
        "bytes": (size, 1_000_000),
    }

    named = " ".join(values) or "defaults"
    listed = ", ".join(f"{name} {each} of {limit}" for name, (each, limit) in figures.items())
    record_property("figure", f"Template ({named}): {listed}")
    assert not [name for name, (each, limit) in figures.items() if each > limit]


def test_roles_and_environments_fit_lambda(record_property: Figure) -> None:
    template = transformed()
    policies = {
        name: sum(
            len(json.dumps(policy["PolicyDocument"], separators=(",", ":")))
            for policy in role.get("Policies", [])
        )
        for name, role in of_type(template, "AWS::IAM::Role").items()
    }
    environments = {
        name: sum(
            len(key) + (len(value) if isinstance(value, str) else URL * ("Url" in str(value)))
            for key, value in function["Environment"]["Variables"].items()
        )
        for name, function in of_type(template, "AWS::Lambda::Function").items()
    }

    for name in ("MediaUrl", "PublicUrl"):
        assert template["Parameters"][name]["MaxLength"] == URL
    record_property("figure", f"Largest role: {max(policies.values())} of 10240 bytes of policies")
    record_property("figure", f"Largest environment: {max(environments.values())} of 4096 bytes")
    assert max(policies.values()) < 10_240 / 2, "references become ARNs, at most twice as long"
    assert max(environments.values()) <= 4096 - 512, "names of resources and log level fit, too"


def test_names_fit_for_the_longest_name_of_a_stack(record_property: Figure) -> None:
    limits = {
        "AWS::Lambda::Function": ("FunctionName", 64),
        "AWS::S3::Bucket": ("BucketName", 63),
        "AWS::CloudFront::Function": ("Name", 64),
        "AWS::CloudWatch::Alarm": ("AlarmName", 255),
        "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
        "AWS::Logs::LogGroup": ("LogGroupName", 512),
    }
    for kind, (key, limit) in limits.items():
        named = [each[key] for each in of_type(transformed(), kind).values() if key in each]
        longest = max(map(length, named))
        record_property("figure", f"{kind}: longest name {longest} of {limit} characters")
        assert longest <= limit, kind
    for kind, config in (
        ("AWS::CloudFront::CachePolicy", "CachePolicyConfig"),
        ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig"),
        ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"),
    ):
        for each in of_type(transformed(), kind).values():
            assert length(each[config]["Name"]) <= 64


def test_the_makefile_refuses_longer_names() -> None:
    (most,) = re.findall(r"\^\[a-z\]\[a-z0-9-\]\{0,(\d+)\}", (ROOT / "Makefile").read_text())

    assert int(most) + 1 == STACK_NAME


@pytest.mark.parametrize("name", ["Api", "NativeApi"])
def test_an_apis_body_is_valid_openapi(name: str, record_property: Figure) -> None:
    """The key `$default`, AWS's extension of OpenAPI for the default route, is checked apart."""
    api = of_type(transformed(), "AWS::ApiGatewayV2::Api")[name]
    paths = {
        path: {method: with_parameters(path, operation) for method, operation in methods.items()}
        for path, methods in api["Body"]["paths"].items()
    }
    default = paths.pop("$default")
    body = {**api["Body"], "paths": paths}
    body["info"] = {"title": "Vitrine", "version": "1.0"}  # a reference to the stack's name in AWS

    keys = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    record_property("figure", f"{name}: {len(keys) + len(default)} routes")
    assert keys == {route.key for route in routes() if route.api == name} - {"$default"}
    assert [*default] == ["x-amazon-apigateway-any-method"]
    assert [error.message for error in OpenAPIV30SpecValidator(body).iter_errors()] == []


def with_parameters(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation whose path parameters have the schema that SAM leaves out."""
    declared = [each["name"] for each in operation.get("parameters", [])]
    assert declared == re.findall(r"\{(\w+)\}", path)
    parameters = [
        {**each, "schema": {"type": "string"}} for each in operation.get("parameters", [])
    ]
    answers = operation["responses"] or {"default": {"description": "the dialect's answer"}}
    return {**operation, "parameters": parameters, "responses": answers}


@pytest.mark.parametrize("values", [(), ("Canary=yes", "AlarmEmail=ops@example.com")])
def test_resources_depend_on_each_other_in_one_direction(values: tuple[str, ...]) -> None:
    resources = transformed(*values)["Resources"]
    waiting = {
        name: references(each) & resources.keys() - {name} for name, each in resources.items()
    }
    while waiting:
        ready = {name for name, needed in waiting.items() if not needed & waiting.keys()}
        assert ready, f"a cycle among {sorted(waiting)}"
        waiting = {name: needed for name, needed in waiting.items() if name not in ready}


def references(value: Any) -> set[str]:
    """Logical ids that a part of the template refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = references([each for key, each in value.items() if key != "Ref"])
    if "Ref" in value:
        found |= {value["Ref"]}
    if "Fn::GetAtt" in value:
        target = value["Fn::GetAtt"]
        found |= {target[0] if isinstance(target, list) else target.partition(".")[0]}
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        found |= {*re.findall(r"\$\{(\w+)", text if isinstance(text, str) else text[0])}
    if "DependsOn" in value:
        needed = value["DependsOn"]
        found |= {*([needed] if isinstance(needed, str) else needed)}
    return found

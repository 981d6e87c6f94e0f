"""The template keeps the promises of the design."""

import json
import re
from importlib import import_module
from typing import Any

import pytest
from tests.gateway import ROOT, routes, template

from gateway.dialects import NAMES
from vitrine.domain.locations import ORIGINALS

RESOURCES = template()["Resources"]
FUNCTIONS = {
    name: each["Properties"]
    for name, each in RESOURCES.items()
    if each["Type"] == "AWS::Serverless::Function"
}
DATA = ("Table", "OriginalsBucket", "MediaBucket")
EVOTOR = "/stores/{store}/products/{product}/images"


def test_every_documented_endpoint_has_a_function_of_its_own() -> None:
    assert {route.key: route.handler for route in routes()} == {
        f"POST {EVOTOR}": "evotor.create_image.handler",
        f"GET {EVOTOR}": "evotor.list_images.handler",
        f"GET {EVOTOR}/{{image}}": "evotor.get_image.handler",
        f"DELETE {EVOTOR}/{{image}}": "evotor.delete_image.handler",
        f"DELETE {EVOTOR}": "evotor.delete_images.handler",
        "$default": "gateway.unknown_route.handler",
    }


def test_no_route_ends_with_a_slash() -> None:
    """API Gateway does not take such routes; `$default` hands their requests on."""
    assert not [route.key for route in routes() if route.path.endswith("/")]


@pytest.mark.parametrize("name", NAMES)
def test_a_dialects_routes_are_the_templates(name: str) -> None:
    dialect = import_module(f"{name}.wire").dialect

    assert {
        route.key: route.handler for route in routes() if route.handler.startswith(f"{name}.")
    } == {key: f"{name}.{operation}.handler" for key, operation in dialect.routes.items()}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if "Evotor" in name])
def test_functions_are_called_by_dialect_and_operation(name: str) -> None:
    operation = FUNCTIONS[name]["Handler"].removesuffix(".handler")

    assert FUNCTIONS[name]["FunctionName"] == {
        "Sub": "${AWS::StackName}-" + operation.replace(".", "-").replace("_", "-")
    }


@pytest.mark.parametrize("name", DATA)
def test_data_outlives_the_stack(name: str) -> None:
    assert RESOURCES[name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_the_table_is_paid_per_request_and_can_be_brought_back() -> None:
    table = RESOURCES["Table"]["Properties"]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


@pytest.mark.parametrize("name", ["OriginalsBucket", "MediaBucket"])
def test_buckets_are_private(name: str) -> None:
    blocked = RESOURCES[name]["Properties"]["PublicAccessBlockConfiguration"]

    assert len(blocked) == 4
    assert all(blocked.values())


def test_only_the_cdn_reads_public_pictures() -> None:
    (statement,) = RESOURCES["MediaBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    origin = RESOURCES["Cdn"]["Properties"]["DistributionConfig"]["Origins"][0]

    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Action"] == "s3:GetObject"
    assert "AWS:SourceArn" in statement["Condition"]["StringEquals"]
    assert origin["OriginAccessControlId"] == {"Ref": "CdnAccess"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_may_do_more_than_named_actions(name: str) -> None:
    (policy,) = FUNCTIONS[name]["Policies"]
    for statement in policy["Statement"]:
        actions = statement["Action"]
        named = [actions] if isinstance(actions, str) else actions
        assert not [action for action in named if "*" in action]
        assert "dynamodb:Scan" not in named
        assert statement["Resource"] != "*"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_waits_for_its_own_trigger(name: str) -> None:
    """Renditions are written to another bucket than the one whose events make them."""
    (policy,) = FUNCTIONS[name]["Policies"]
    triggered = any(event["Type"] == "S3" for event in FUNCTIONS[name]["Events"].values())
    for statement in policy["Statement"]:
        if triggered and "s3:PutObject" in statement["Action"]:
            assert "-media-" in json.dumps(statement["Resource"])


@pytest.mark.parametrize("name", ["GenerateRenditions", "RemoveRenditions"])
def test_what_fails_for_good_lands_in_the_dead_letter_queue(name: str) -> None:
    config = FUNCTIONS[name]["EventInvokeConfig"]

    assert config["MaximumRetryAttempts"] == 2
    assert config["DestinationConfig"]["OnFailure"] == {
        "Type": "SQS",
        "Destination": {"GetAtt": "FailedEvents.Arn"},
    }


@pytest.mark.parametrize("name", ["GenerateRenditions", "RemoveRenditions"])
def test_storage_events_are_those_of_originals(name: str) -> None:
    (event,) = FUNCTIONS[name]["Events"].values()

    assert event["Properties"]["Bucket"] == {"Ref": "OriginalsBucket"}
    rules = event["Properties"]["Filter"]["S3Key"]["Rules"]
    assert rules == [{"Name": "prefix", "Value": ORIGINALS}]


def test_the_cdn_signs_what_it_asks_the_bucket_for() -> None:
    config = RESOURCES["CdnAccess"]["Properties"]["OriginAccessControlConfig"]

    assert config["SigningBehavior"] == "always"
    assert RESOURCES["MediaBucketPolicy"]["Properties"]["Bucket"] == {"Ref": "MediaBucket"}


def test_sam_deploys_what_it_has_built() -> None:
    """A template named for all commands would be deployed unbuilt, its layers empty."""
    assert not re.search(r"^template", (ROOT / "samconfig.toml").read_text(), re.MULTILINE)


def test_logs_are_kept_for_a_while_only() -> None:
    groups = [each for each in RESOURCES.values() if each["Type"] == "AWS::Logs::LogGroup"]

    assert len(groups) == 2
    assert all(group["Properties"]["RetentionInDays"] for group in groups)


def test_nothing_that_bills_while_idle_is_there_unless_asked_for() -> None:
    types = {each["Type"] for each in RESOURCES.values() if "Condition" not in each}

    assert types == {
        "AWS::CloudFront::Distribution",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::DynamoDB::Table",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SQS::Queue",
        "AWS::Serverless::Function",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::LayerVersion",
    }


def test_every_parameter_has_a_default_and_says_what_it_is() -> None:
    parameters: dict[str, Any] = template()["Parameters"]

    assert all("Default" in each and each["Description"] for each in parameters.values())


def test_every_function_has_a_recorded_event() -> None:
    recorded = {file.stem for file in (ROOT / "events").glob("*.json")}

    assert recorded == {
        each["Handler"].removesuffix(".handler").replace(".", "_") for each in FUNCTIONS.values()
    }

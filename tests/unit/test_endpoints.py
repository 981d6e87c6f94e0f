"""Hosts of AWS's services, as botocore knows them."""

import boto3
import pytest

from vitrine.aws.endpoints import endpoint, region
from vitrine.aws.errors import SettingsError

SESSION = boto3.Session("key", "secret", region_name="us-east-1")
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
SOME = {"eu-central-1", "us-east-1", "sa-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"}
REGIONS = sorted(
    SOME & {each for name in PARTITIONS for each in SESSION.get_available_regions("s3", name)}
)


@pytest.fixture(autouse=True)
def on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.parametrize("service", ["dynamodb", "s3", "ssm", "lambda"])
def test_a_service_is_where_botocore_looks_for_it(
    monkeypatch: pytest.MonkeyPatch, service: str, name: str
) -> None:
    monkeypatch.setenv("AWS_REGION", name)
    theirs = SESSION.client(service, region_name=name).meta.endpoint_url  # type: ignore[call-overload]

    assert endpoint(service) == (theirs.replace("//s3.amazonaws", "//s3.us-east-1.amazonaws"), True)


@pytest.mark.parametrize("name", ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1"])
def test_an_isolated_region_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("AWS_REGION", name)
    with pytest.raises(SettingsError, match="AwsClient=boto3"):
        endpoint("dynamodb")


def test_no_region_is_told() -> None:
    with pytest.raises(SettingsError, match="AWS_REGION"):
        region()


def test_another_endpoint_may_be_named_for_all_services_or_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566/")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://localhost:9000")

    assert endpoint("dynamodb") == ("http://localhost:4566", False)
    assert endpoint("s3") == ("http://localhost:9000", False)

"""How the template serves the gallery page, and who may upload from where."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.gateway import template

from vitrine_cli.local.cdn_function import CdnFunction, viewer_request
from vitrine_cli.local.node import install_node

TEMPLATE = template()
RESOURCES = TEMPLATE["Resources"]
BEHAVIOURS = RESOURCES["Cdn"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
HEADERS = RESOURCES["GalleryHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
CODE: str = RESOURCES["FindGalleryPage"]["Properties"]["FunctionCode"]
BUCKET_HOST = "shop-originals-123456789012-eu-west-1.s3.eu-west-1.amazonaws.com"
AWS = {
    "AWS::StackName": "shop",
    "AWS::AccountId": "123456789012",
    "AWS::Region": "eu-west-1",
    "AWS::URLSuffix": "amazonaws.com",
}


def resolved(value: Any, parameters: dict[str, str]) -> Any:
    """What CloudFormation makes of a value, for the functions that the tested values use."""
    known = {**AWS, "OwnMediaUrl": parameters["MediaUrl"], "OwnMediaHost": parameters["MediaHost"]}
    known |= parameters
    match value:
        case {"Ref": name}:
            return known[name]
        case {"If": [condition, yes, no]}:
            return resolved(yes if known[condition] else no, parameters)
        case {"Join": [separator, parts]}:
            return separator.join(resolved(parts, parameters))
        case {"Split": [separator, text]}:
            return resolved(text, parameters).split(separator)
        case {"Select": [index, parts]}:
            return resolved(parts, parameters)[int(index)]
        case {"Sub": [text, variables]}:
            found = {name: resolved(each, parameters) for name, each in variables.items()}
            return substituted(text, {**known, **found})
        case {"Sub": text}:
            return substituted(text, known)
        case list():
            return [resolved(each, parameters) for each in value]
    return value


def substituted(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace("${" + name + "}", value)
    assert "${" not in text
    return text


@pytest.mark.parametrize(
    ("parameters", "media"),
    [
        ({"MediaUrl": "", "MediaHost": ""}, ""),
        ({"MediaUrl": "", "MediaHost": "p.example.com"}, " https://p.example.com"),
        (
            {"MediaUrl": "https://s.example.com:81/a/b", "MediaHost": ""},
            " https://s.example.com:81",
        ),
        (
            {"MediaUrl": "https://s.example.com", "MediaHost": "p.example.com"},
            " https://s.example.com",
        ),
    ],
)
def test_the_page_loads_from_its_own_origin_and_sends_to_the_originals_bucket(
    parameters: dict[str, str], media: str
) -> None:
    policy = HEADERS["SecurityHeadersConfig"]["ContentSecurityPolicy"]

    assert policy["Override"] is True
    assert resolved(policy["ContentSecurityPolicy"], parameters).split("; ") == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' blob: data:{media}",
        f"connect-src 'self'{media} https://{BUCKET_HOST}",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ]


def test_the_page_sends_no_referrer_and_uses_no_device() -> None:
    security = HEADERS["SecurityHeadersConfig"]
    custom = {each["Header"]: each["Value"] for each in HEADERS["CustomHeadersConfig"]["Items"]}

    assert security["ReferrerPolicy"] == {"ReferrerPolicy": "no-referrer", "Override": True}
    assert security["ContentTypeOptions"] == {"Override": True}
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 63_072_000
    assert custom["Cross-Origin-Opener-Policy"] == "same-origin"
    permissions = custom["Permissions-Policy"].split(", ")
    assert permissions
    assert all(each.endswith("=()") for each in permissions)


def test_the_cdn_serves_the_page_compressed_from_the_media_bucket() -> None:
    (behaviour,) = [each for each in BEHAVIOURS if each["PathPattern"] == "/gallery*"]
    _, statement = RESOURCES["MediaBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert behaviour["TargetOriginId"] == "media"
    assert behaviour["AllowedMethods"] == ["GET", "HEAD"]
    assert behaviour["Compress"] is True
    assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "GalleryHeaders"}
    assert {"Sub": "${MediaBucket.Arn}/gallery/*"} in statement["Resource"]


@pytest.fixture(scope="module")
def function() -> Iterator[CdnFunction]:
    made = CdnFunction(CODE, install_node())
    yield made
    made.close()


def test_a_folder_is_answered_with_its_page(function: CdnFunction) -> None:
    sent = ["/gallery/", "/gallery/reference/", "/gallery/app-AB12.js", "/gallery/openapi.json"]

    assert function.rewritten_paths([viewer_request(uri) for uri in sent]) == [
        "/gallery/index.html",
        "/gallery/reference/index.html",
        "/gallery/app-AB12.js",
        "/gallery/openapi.json",
    ]


@pytest.mark.parametrize("uri", ["/gallery", "/gallery/reference"])
def test_a_folder_without_its_slash_is_redirected(function: CdnFunction, uri: str) -> None:
    (answer,) = function.results([viewer_request(uri)])

    assert answer == {"statusCode": 301, "headers": {"location": {"value": f"{uri}/"}}}


def test_only_the_cdns_pages_and_named_origins_post_forms_to_the_originals_bucket() -> None:
    own, others = RESOURCES["OriginalsBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
    (condition, rule, nothing) = others["If"]

    assert own == {
        "AllowedMethods": ["POST"],
        "AllowedHeaders": ["*"],
        "MaxAge": 3600,
        "AllowedOrigins": [
            {"Sub": "https://${Cdn.DomainName}"},
            {"If": ["OwnMediaHost", {"Sub": "https://${MediaHost}"}, {"Ref": "AWS::NoValue"}]},
        ],
    }
    assert (condition, nothing) == ("OthersUpload", {"Ref": "AWS::NoValue"})
    assert rule == {**own, "AllowedOrigins": {"Ref": "UploadOrigins"}}


def test_no_function_may_write_or_delete_the_page() -> None:
    """Unpublishing, purging and orphans end at the permissions of their functions."""
    granted = [
        json.dumps(resource)
        for function in RESOURCES.values()
        if function["Type"] == "AWS::Serverless::Function"
        for policy in function["Properties"].get("Policies", [])
        for statement in policy["Statement"]
        if "s3:ListBucket" not in statement["Action"]
        for resource in (
            statement["Resource"]
            if isinstance(statement["Resource"], list)
            else [statement["Resource"]]
        )
    ]
    media = [resource for resource in granted if "-media-" in resource]

    assert media
    assert all("/media/*" in resource for resource in media)

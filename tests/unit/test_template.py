"""The template keeps the promises of docs/architecture.md."""

import json
import logging
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from tests.gateway import ROOT, routes, template

from gateway.dialects import NAMES, package_of
from vitrine.adapters import table_keys
from vitrine.adapters.functions import ALIAS
from vitrine.domain.imports import FOLDER, UPLOADS
from vitrine.domain.locations import ORIGINALS

RESOURCES = template()["Resources"]
FUNCTIONS = {
    name: each["Properties"]
    for name, each in RESOURCES.items()
    if each["Type"] == "AWS::Serverless::Function"
}
DATA = ("Table", "OriginalsBucket", "MediaBucket")
EVOTOR = "/stores/{store}/products/{product}/images"
CDN = RESOURCES["Cdn"]["Properties"]["DistributionConfig"]


def unless(condition: str, value: Any) -> dict[str, Any]:
    """`value`, which a parameter takes away."""
    return {"If": [condition, value, {"Ref": "AWS::NoValue"}]}


def test_every_documented_endpoint_has_a_function_of_its_own() -> None:
    tiendanube = {
        f"{method} /{version}/{{store}}/{path}": f"tiendanube.{operation}.handler"
        for version in ("v1", "2025-03")
        for method, path, operation in (
            ("GET", "products/{product}/images", "list_images"),
            ("HEAD", "products/{product}/images", "list_images"),
            ("GET", "product/{product}/images", "list_images"),
            ("POST", "products/{product}/images", "create_image"),
            ("GET", "products/{product}/images/{image}", "get_image"),
            ("HEAD", "products/{product}/images/{image}", "get_image"),
            ("PUT", "products/{product}/images/{image}", "update_image"),
            ("DELETE", "products/{product}/images/{image}", "delete_image"),
        )
    }
    bigcommerce = {
        f"{method} {base}/products/{path}{suffix}": f"bigcommerce.{operation}.handler"
        for base in ("/api/v2", "/stores/{store}/v2")
        for method, path, suffixes, operation in (
            ("GET", "{product}/images", ("", ".json"), "list_images"),
            ("POST", "{product}/images", ("", ".json"), "create_image"),
            ("DELETE", "{product}/images", ("", ".json"), "delete_images"),
            ("GET", "{product}/images/count", ("", ".json"), "count_images"),
            ("GET", "{product}/images/{image}", ("",), "get_image"),
            ("PUT", "{product}/images/{image}", ("",), "update_image"),
            ("DELETE", "{product}/images/{image}", ("",), "delete_image"),
            ("GET", "images/count", ("", ".json"), "count_all_images"),
        )
        for suffix in suffixes
    }
    openmage = {
        f"{method} /api/rest/products/{{product}}/images{path}{store}": f"openmage.{name}.handler"
        for store in ("", "/store/{store}")
        for method, path, name in (
            ("GET", "", "list_images"),
            ("HEAD", "", "list_images"),
            ("POST", "", "create_image"),
            ("GET", "/{image}", "get_image"),
            ("HEAD", "/{image}", "get_image"),
            ("PUT", "/{image}", "update_image"),
            ("DELETE", "/{image}", "delete_image"),
        )
    }
    evotor = {
        f"POST {EVOTOR}": "evotor.create_image.handler",
        f"GET {EVOTOR}": "evotor.list_images.handler",
        f"GET {EVOTOR}/{{image}}": "evotor.get_image.handler",
        f"DELETE {EVOTOR}/{{image}}": "evotor.delete_image.handler",
        f"DELETE {EVOTOR}": "evotor.delete_images.handler",
    }
    inventorum = {
        "POST /api/images": "inventorum.create_image.handler",
        "POST /api/auth/token": "inventorum.refresh_token.handler",
    }
    native = {
        f"{method} /vitrine/v1/{path}": f"native.{operation}.handler"
        for method, path, operation in (
            ("GET", "shop", "get_shop"),
            ("GET", "products/{product}", "get_product"),
            ("POST", "take-downs", "create_take_down"),
            ("GET", "take-downs/{take_down}", "get_take_down"),
            ("PUT", "products/{product}/order", "put_order"),
            ("GET", "products/{product}/images/{image}", "get_image"),
            ("PATCH", "products/{product}/images/{image}", "update_image"),
            ("DELETE", "products/{product}/images/{image}", "delete_image"),
            ("GET", "shop/usage", "get_usage"),
            ("GET", "products", "list_products"),
            ("POST", "products/{product}/uploads", "create_upload"),
            ("GET", "uploads/{upload}", "get_upload"),
            ("GET", "imports", "list_imports"),
        )
    }
    by_dialect = (tiendanube, bigcommerce, openmage, evotor, inventorum, native)
    documented = {key: handler for each in by_dialect for key, handler in each.items()}

    assert {route.key: route.handler for route in routes()} == {
        **documented,
        "$default": "gateway.unknown_route.handler",
    }
    assert len({*documented.values()}) == len({route.function for route in routes()}) - 2


def test_each_api_answers_for_its_dialects_only() -> None:
    defaults = {route.api: route.function for route in routes() if route.path == "$default"}
    served = {
        api: FUNCTIONS[function]["Environment"]["Variables"]["DIALECTS"].split(",")
        for api, function in defaults.items()
    }

    assert served == {
        "Api": [each for each in NAMES if each != "vitrine"],
        "NativeApi": ["vitrine"],
    }
    for route in routes():
        if route.path != "$default":
            (dialect,) = [each for each in NAMES if route.handler.startswith(package_of(each))]
            assert dialect in served[route.api]


def test_the_cdn_passes_vitrines_own_paths_to_its_own_api() -> None:
    """A shared cache key would let the CDN serve one caller's error to another."""
    origin = next(each for each in CDN["Origins"] if each.get("Id") == "native")
    behavior = next(each for each in CDN["CacheBehaviors"] if each["PathPattern"] == "/vitrine/*")
    caching = RESOURCES["NativeApiCaching"]["Properties"]["CachePolicyConfig"]
    key = caching["ParametersInCacheKeyAndForwardedToOrigin"]

    assert origin["DomainName"] == {
        "Select": [2, {"Split": ["/", {"GetAtt": "NativeApi.ApiEndpoint"}]}]
    }
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert behavior["TargetOriginId"] == "native"
    assert behavior["ViewerProtocolPolicy"] == "https-only"
    assert {*behavior["AllowedMethods"]} == {
        *("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
    }
    assert behavior["Compress"] is True
    assert behavior["CachePolicyId"] == {"Ref": "NativeApiCaching"}
    # AWS's "AllViewerExceptHostHeader": API Gateway must see its own host.
    assert behavior["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert (caching["MinTTL"], caching["DefaultTTL"], caching["MaxTTL"]) == (0, 0, 1)
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Authorization"]}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}


NATIVE = [name for name, each in FUNCTIONS.items() if name.startswith("Native")]
_HOST = {"Sub": "https://${MediaHost}/media"}
OWN_MEDIA_URL = {"If": ["OwnMediaUrl", {"Ref": "MediaUrl"}, {"If": ["OwnMediaHost", _HOST, ""]}]}


def test_every_host_of_the_cdn_is_known_in_urls_that_clients_send_back() -> None:
    """With a MediaUrl too: clients may have read pictures' URLs before it was set."""
    hosts = template()["Globals"]["Function"]["Environment"]["Variables"]["MEDIA_ALIASES"]

    assert hosts == {"Sub": "${Cdn.DomainName},${MediaHost}"}  # an empty one does not count


@pytest.mark.parametrize("name", [*NATIVE, "RenderMissing"])
def test_functions_that_the_cdn_depends_on_do_not_refer_to_it(name: str) -> None:
    """They read the URL of pictures by name, where it is the CDN's."""
    variables = FUNCTIONS[name]["Environment"]["Variables"]
    reads = [each["Action"] for each in FUNCTIONS[name]["Policies"][0]["Statement"]]

    assert variables["MEDIA_URL"] == OWN_MEDIA_URL
    assert variables["MEDIA_ALIASES"] == ""
    assert ("ssm:GetParameter" in reads) == ("MEDIA_URL_PARAMETER" in variables)
    parameter = {"Sub": "/vitrine/${AWS::StackName}/media-url"}
    assert variables.get("MEDIA_URL_PARAMETER") in (
        None,
        {"If": ["AsksForMediaUrl", parameter, ""]},
    )
    assert RESOURCES["MediaUrlParameter"]["Properties"]["Name"] == parameter


def test_vitrines_own_api_is_limited_and_logged_like_the_other() -> None:
    api, parameters = RESOURCES["NativeApi"]["Properties"], template()["Parameters"]

    assert api["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "NativeApiRate"},
        "ThrottlingBurstLimit": {"Ref": "NativeApiBurst"},
    }
    assert (parameters["NativeApiRate"]["Default"], parameters["NativeApiBurst"]["Default"]) == (
        *(20, 40),
    )
    assert api["AccessLogSettings"] is RESOURCES["Api"]["Properties"]["AccessLogSettings"]


def test_the_gateway_limits_and_logs_requests_by_parameter() -> None:
    api = RESOURCES["Api"]["Properties"]
    limits = {
        "ThrottlingRateLimit": {"Ref": "ApiRate"},
        "ThrottlingBurstLimit": {"Ref": "ApiBurst"},
    }
    log = api["AccessLogSettings"]["If"][1]

    assert api["DefaultRouteSettings"] == unless("LimitApi", limits)
    assert api["AccessLogSettings"] == unless("LogsAccess", log)
    assert RESOURCES["AccessLogs"]["Condition"] == "LogsAccess"
    line = json.loads(log["Format"])
    assert [*line] == [
        *("requestId", "time", "ip", "method", "path", "status", "responseLength"),
        *("integrationError", "integrationStatus", "latency", "integrationLatency", "userAgent"),
    ]
    assert not re.search("query|header|authorizer", log["Format"], re.IGNORECASE), "no secrets"
    # API Gateway warns of each path parameter, because SAM writes them without a schema.
    assert "FailOnWarnings" not in api


@pytest.mark.parametrize(
    ("function", "condition", "parameter"),
    [
        ("ImportFile", "LimitImports", "ImportAtOnce"),
        ("GenerateRenditions", "LimitRenditions", "RenderAtOnce"),
        ("RenderMissing", "LimitMissing", "MissingAtOnce"),
    ],
)
def test_functions_that_strangers_or_imports_can_flood_are_bounded_by_parameter(
    function: str, condition: str, parameter: str
) -> None:
    bound = FUNCTIONS[function]["ReservedConcurrentExecutions"]

    assert bound == unless(condition, {"Ref": parameter})


@pytest.mark.parametrize("name", ["RemoveRenditions", "GenerateRenditions", "RenderMissing"])
def test_what_unpublishes_pictures_may_note_them_in_the_flag(name: str) -> None:
    """Only a race has RenderMissing do it, which no test of the stack can arrange."""
    (policy,) = FUNCTIONS[name]["Policies"]

    assert any("dynamodb:UpdateItem" in each["Action"] for each in policy["Statement"])


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "MediaHost",
            ["", "pictures.example.com"],
            ["Pictures.example.com", "https://a.b", "host"],
        ),
        (
            "MediaCertificate",
            ["", "arn:aws:acm:us-east-1:123456789012:certificate/12ab-cd"],
            ["arn:aws:acm:eu-west-1:123456789012:certificate/12ab-cd", "12ab-cd"],
        ),
        (
            "PublicUrl",
            ["", "https://shop.example.com"],
            ["https://shop.example.com/", "shop", "//a"],
        ),
        (
            "MediaUrl",
            ["", "http://localhost:8000/media"],
            ["https://a.b/media/", "https://a.b/m?x"],
        ),
        ("AlarmEmail", ["", "ops@example.com"], ["ops", "ops@", "a b@example.com"]),
    ],
)
def test_parameters_are_checked_before_anything_is_created(
    name: str, good: list[str], bad: list[str]
) -> None:
    parameter = template()["Parameters"][name]

    assert all(re.fullmatch(parameter["AllowedPattern"], value) for value in good)
    assert not any(re.fullmatch(parameter["AllowedPattern"], value) for value in bad)
    assert parameter["ConstraintDescription"]


def test_parameters_that_belong_together_are_set_together() -> None:
    rules = template()["Rules"]

    assert {*rules} == {"MediaHostHasCertificate", "ApiRateHasBurst"}
    for (first, second), rule in zip(
        (("MediaHost", "MediaCertificate"), ("ApiRate", "ApiBurst")), rules.values(), strict=True
    ):
        ((assertion,),) = ([*rule["Assertions"]],)
        assert assertion["AssertDescription"] == f"Set both {first} and {second}, or neither."


def test_every_function_is_published_as_an_alias() -> None:
    """A new layer or setting must reach the alias, not new code alone."""
    common = template()["Globals"]["Function"]

    assert common["AutoPublishAlias"] == ALIAS
    assert common["AutoPublishAliasAllProperties"] is True
    assert not [name for name, each in FUNCTIONS.items() if "AutoPublishAlias" in each]


OF_APIS = ["ApiErrorsAlarm", "NativeApiErrorsAlarm"]


def test_a_gradual_deployment_watches_the_apis_errors() -> None:
    preference = template()["Globals"]["Function"]["DeploymentPreference"]
    alarms = [RESOURCES[name] for name in OF_APIS]

    assert preference["Enabled"] == {"FindInMap": ["Deployment", {"Ref": "Canary"}, "Gradual"]}
    assert template()["Mappings"]["Deployment"] == {
        "yes": {"Gradual": "true"},
        "no": {"Gradual": "false"},
    }
    assert preference["Alarms"] == [each["Properties"]["AlarmName"] for each in alarms]
    assert {each["Condition"] for each in alarms} == {"AlarmsApi"}, "without AlarmEmail, too"
    assert template()["Conditions"]["AlarmsApi"] == {
        "Or": [{"Condition": "Alarms"}, {"Equals": [{"Ref": "Canary"}, "yes"]}]
    }


def test_no_route_ends_with_a_slash() -> None:
    """API Gateway does not take such routes; `$default` hands their requests on."""
    assert not [route.key for route in routes() if route.path.endswith("/")]


@pytest.mark.parametrize("name", NAMES)
def test_a_dialects_routes_are_the_templates(name: str) -> None:
    package = package_of(name)
    dialect = import_module(f"{package}.wire").dialect

    assert {
        route.key: route.handler for route in routes() if route.handler.startswith(f"{package}.")
    } == {key: f"{package}.{operation}.handler" for key, operation in dialect.routes.items()}


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, each in FUNCTIONS.items()
        if each["Handler"].partition(".")[0] not in ("gateway", "pipeline")
    ],
)
def test_functions_are_called_by_dialect_and_operation(name: str) -> None:
    package, operation, _ = FUNCTIONS[name]["Handler"].split(".")
    (dialect,) = [each for each in NAMES if package_of(each) == package]

    assert FUNCTIONS[name]["FunctionName"] == {
        "Sub": f"${{AWS::StackName}}-{dialect}-{operation.replace('_', '-')}"
    }


@pytest.mark.parametrize("name", DATA)
def test_data_outlives_the_stack(name: str) -> None:
    # A bucket's name is fixed, so a failed creation must delete it; the table's is generated.
    kept = "Retain" if name == "Table" else "RetainExceptOnCreate"
    assert RESOURCES[name]["DeletionPolicy"] == kept
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_the_table_is_paid_per_request_and_can_be_brought_back() -> None:
    table = RESOURCES["Table"]["Properties"]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": {"If": ["KeepsBackups", {"Ref": "BackupDays"}, 35]},
    }
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


@pytest.mark.parametrize("name", ["OriginalsBucket", "MediaBucket"])
def test_buckets_are_private(name: str) -> None:
    blocked = RESOURCES[name]["Properties"]["PublicAccessBlockConfiguration"]

    assert len(blocked) == 4
    assert all(blocked.values())


@pytest.mark.parametrize("name", ["OriginalsBucket", "MediaBucket"])
def test_buckets_deny_requests_without_tls(name: str) -> None:
    policy = RESOURCES[f"{name}Policy"]
    statement = policy["Properties"]["PolicyDocument"]["Statement"][0]
    if name == "MediaBucket":  # its policy also allows the CDN to read
        assert statement == unless("RequiresTls", statement["If"][1])
        statement = statement["If"][1]
    else:
        assert policy["Condition"] == "RequiresTls"

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == (
        "Deny",
        "*",
        "s3:*",
    )
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"GetAtt": f"{name}.Arn"}, {"Sub": f"${{{name}.Arn}}/*"}]


def test_deleted_originals_are_kept_for_the_days_of_backups() -> None:
    bucket = RESOURCES["OriginalsBucket"]["Properties"]
    rule = {
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": {"Ref": "BackupDays"}},
        "ExpiredObjectDeleteMarker": True,
    }

    assert bucket["VersioningConfiguration"] == unless("KeepsBackups", {"Status": "Enabled"})
    assert unless("KeepsBackups", rule) in bucket["LifecycleConfiguration"]["Rules"]
    assert "VersioningConfiguration" not in RESOURCES["MediaBucket"]["Properties"], "made again"


def test_only_the_cdn_reads_public_pictures() -> None:
    _, statement = RESOURCES["MediaBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
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


def test_the_template_stays_readable() -> None:
    lines = (ROOT / "template.yaml").read_text().splitlines()

    assert len(lines) <= 2200
    assert not [number for number, line in enumerate(lines, 1) if len(line) > 120]


def test_a_permission_that_several_functions_have_is_an_anchor() -> None:
    by_content: dict[str, list[Any]] = {}
    for each in FUNCTIONS.values():
        for statement in each["Policies"][0]["Statement"]:
            by_content.setdefault(json.dumps(statement, sort_keys=True), []).append(statement)

    for statements in by_content.values():
        assert all(each is statements[0] for each in statements), statements[0]


def test_two_functions_invalidate_and_only_this_stacks_cdn() -> None:
    granted = {
        name: statement["Resource"]
        for name, function in FUNCTIONS.items()
        for statement in function["Policies"][0]["Statement"]
        if any(each.startswith("cloudfront:") for each in members(statement["Action"]))
    }
    own = {"Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}"}

    assert granted == {"RemoveOriginals": own, "TakeDown": own}
    for name in granted:
        variables = FUNCTIONS[name]["Environment"]["Variables"]
        assert variables["DISTRIBUTION_PARAMETER"] == {"Ref": "DistributionParameter"}


def test_the_stream_has_no_third_reader() -> None:
    """Two read a shard without throttling each other."""
    readers = [
        name
        for name, function in FUNCTIONS.items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    ]

    assert readers == ["RemoveOriginals", "TakeDown"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_action_is_granted_twice(name: str) -> None:
    (policy,) = FUNCTIONS[name]["Policies"]
    granted = [
        (action, json.dumps(resource))
        for statement in policy["Statement"]
        for action in members(statement["Action"])
        for resource in members(statement["Resource"])
    ]

    assert len(granted) == len({*granted})
    for statement in policy["Statement"]:
        assert isinstance(statement["Action"], str) or len(statement["Action"]) > 1, "one spelling"


def members(value: Any) -> list[Any]:
    """The members of an IAM element, which is one value or a list."""
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_waits_for_its_own_trigger(name: str) -> None:
    """What storage events set off writes elsewhere: to another bucket, or under another prefix."""
    (policy,) = FUNCTIONS[name]["Policies"]
    prefixes = [
        event["Properties"]["Filter"]["S3Key"]["Rules"][0]["Value"]
        for event in FUNCTIONS[name].get("Events", {}).values()
        if event["Type"] == "S3"
    ]
    for statement in policy["Statement"]:
        if "s3:PutObject" in members(statement["Action"]):
            for prefix in prefixes:
                assert f"-originals-${{AWS::AccountId}}-${{AWS::Region}}/{prefix}" not in (
                    json.dumps(statement["Resource"])
                )


@pytest.mark.parametrize("name", ["GenerateRenditions", "RemoveRenditions", "ImportFile"])
def test_what_fails_for_good_lands_in_the_dead_letter_queue(name: str) -> None:
    config = FUNCTIONS[name]["EventInvokeConfig"]

    assert config["MaximumRetryAttempts"] == 2
    assert config["DestinationConfig"]["OnFailure"] == {
        "Type": "SQS",
        "Destination": {"GetAtt": "FailedEvents.Arn"},
    }


def test_the_stream_tells_of_images_ends_and_of_what_is_invalidated_and_of_nothing_else() -> None:
    table = RESOURCES["Table"]["Properties"]
    (event,) = FUNCTIONS["RemoveOriginals"]["Events"].values()
    source = event["Properties"]
    ends, notes = [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]]

    # AWS refuses to change the view of an enabled stream; notes are read from it.
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert source["Stream"] == {"GetAtt": "Table.StreamArn"}
    assert source["StartingPosition"] == "TRIM_HORIZON", "nothing is missed while it is set up"
    assert ends == {
        "eventName": ["REMOVE"],
        "dynamodb": {"Keys": {"sk": {"S": [{"prefix": table_keys.IMAGE}]}}},
    }
    assert notes == {
        "eventName": ["MODIFY"],
        "dynamodb": {"Keys": {"sk": {"S": [table_keys.FLAG]}}},
    }
    assert source["MaximumBatchingWindowInSeconds"] == 60, "about one invalidation a minute"
    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumRecordAgeInSeconds"] < 24 * 3600, "then it can still be read again"
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"GetAtt": "FailedEvents.Arn"}


@pytest.mark.parametrize(
    ("name", "prefixes"),
    [
        ("GenerateRenditions", [ORIGINALS]),
        ("RemoveRenditions", [ORIGINALS]),
        ("ImportFile", [FOLDER, UPLOADS]),
    ],
)
def test_storage_events_are_those_of_one_folder_each(name: str, prefixes: list[str]) -> None:
    events = FUNCTIONS[name]["Events"].values()

    assert {each["Properties"]["Bucket"]["Ref"] for each in events} == {"OriginalsBucket"}
    assert [each["Properties"]["Filter"]["S3Key"]["Rules"] for each in events] == [
        [{"Name": "prefix", "Value": prefix}] for prefix in prefixes
    ]


def test_what_uploads_leave_behind_is_deleted_after_a_day() -> None:
    rules = RESOURCES["OriginalsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert {"Status": "Enabled", "Prefix": UPLOADS, "ExpirationInDays": 1} in rules


def test_only_tagged_files_of_the_import_folder_are_deleted() -> None:
    rules = RESOURCES["OriginalsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert {
        "If": [
            "ExpiresImported",
            {
                "Status": "Enabled",
                "Prefix": FOLDER,
                "TagFilters": [{"Key": "vitrine-imported", "Value": "yes"}],
                "ExpirationInDays": {"Ref": "ImportRetentionDays"},
            },
            {"Ref": "AWS::NoValue"},
        ]
    } in rules
    tagging = FUNCTIONS["ImportFile"]["Environment"]["Variables"]["TAG_IMPORTED"]
    assert tagging == {"If": ["ExpiresImported", "yes", "no"]}


def test_the_cdn_signs_what_it_asks_the_bucket_for() -> None:
    config = RESOURCES["CdnAccess"]["Properties"]["OriginAccessControlConfig"]

    assert config["SigningBehavior"] == "always"
    assert RESOURCES["MediaBucketPolicy"]["Properties"]["Bucket"] == {"Ref": "MediaBucket"}


def test_what_the_bucket_does_not_have_is_asked_of_the_function_that_makes_it() -> None:
    groups = {
        "Quantity": 1,
        "Items": [
            {
                "Id": "media-or-missing",
                "FailoverCriteria": {"StatusCodes": {"Quantity": 2, "Items": [403, 404]}},
                "Members": {
                    "Quantity": 2,
                    "Items": [{"OriginId": "media"}, {"OriginId": "missing"}],
                },
            }
        ],
    }
    media, missing, *_ = CDN["Origins"]
    origin = missing["If"][1]

    assert CDN["OriginGroups"] == unless("CdnRequestsMissing", groups)
    assert CDN["DefaultCacheBehavior"]["TargetOriginId"] == {
        "If": ["CdnRequestsMissing", "media-or-missing", "media"]
    }
    assert (media["Id"], missing) == ("media", unless("CdnRequestsMissing", origin))
    assert origin["Id"] == "missing"
    assert origin["DomainName"] == {
        "Select": [2, {"Split": ["/", {"GetAtt": "AdmitMissingUrl.FunctionUrl"}]}]
    }
    assert origin["OriginAccessControlId"] == {"Ref": "AdmitMissingAccess"}
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    for name in ("AdmitMissing", "RenderMissing"):
        assert origin["CustomOriginConfig"]["OriginReadTimeout"] == FUNCTIONS[name]["Timeout"]


def test_only_the_cdn_calls_the_function_that_admits_missing_pictures() -> None:
    access = RESOURCES["AdmitMissingAccess"]["Properties"]["OriginAccessControlConfig"]
    permissions = [
        each["Properties"]
        for each in RESOURCES.values()
        if each["Type"] == "AWS::Lambda::Permission"
    ]

    assert FUNCTIONS["AdmitMissing"]["FunctionUrlConfig"] == {"AuthType": "AWS_IAM"}
    assert access["OriginAccessControlOriginType"] == "lambda"
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    common = {
        "FunctionName": {"Ref": "AdmitMissing.Alias"},
        "Principal": "cloudfront.amazonaws.com",
        "SourceArn": {
            "Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}"
        },
    }
    assert permissions == [
        {**common, "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"},
        {**common, "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    ]


def test_what_strangers_can_invoke_is_the_smallest_function() -> None:
    admits = FUNCTIONS["AdmitMissing"]
    variables = admits["Environment"]["Variables"]

    assert [name for name, each in FUNCTIONS.items() if "FunctionUrlConfig" in each] == [
        "AdmitMissing"
    ]
    assert admits["MemorySize"] == 128, "the minimum"
    assert "Layers" not in admits, "no imaging layer"
    assert variables["MISSING_PER_MINUTE"] == {"Ref": "MissingPerMinute"}
    assert template()["Parameters"]["MissingPerMinute"]["Default"] > 0, "bounded by default"
    assert float(variables["FUNCTION_SECONDS"]) < admits["Timeout"]
    render = FUNCTIONS["RenderMissing"]
    assert variables["ALTERNATIVES"] == render["Environment"]["Variables"]["ALTERNATIVES"]
    assert render["FunctionName"] == {"Sub": "${AWS::StackName}-pipeline-render-missing"}


def test_what_makes_pictures_on_request_is_what_makes_them_ahead() -> None:
    ahead, on_request = FUNCTIONS["GenerateRenditions"], FUNCTIONS["RenderMissing"]
    variables = ahead["Environment"]["Variables"]

    for name in ("MemorySize", "Timeout", "Layers"):
        assert on_request[name] == ahead[name]
    assert variables["ALTERNATIVES"] == {"If": ["WithAvif", "webp,avif", "webp"]}
    # The CDN names the function: with the CDN's name in its environment neither could come first.
    assert on_request["Environment"]["Variables"] == {
        **variables,
        "MEDIA_URL": OWN_MEDIA_URL,
        "MEDIA_ALIASES": "",
        "MEDIA_URL_PARAMETER": {
            "If": ["AsksForMediaUrl", {"Sub": "/vitrine/${AWS::StackName}/media-url"}, ""]
        },
    }


def test_the_cdn_chooses_formats_and_tells_caches_so() -> None:
    behavior = CDN["DefaultCacheBehavior"]
    headers = RESOURCES["PictureHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    (header,) = headers["CustomHeadersConfig"]["Items"]
    function = RESOURCES["ChooseFormat"]["Properties"]

    assert behavior["FunctionAssociations"] == unless(
        "ChoosesFormats",
        [{"EventType": "viewer-request", "FunctionARN": {"GetAtt": "ChooseFormat.FunctionARN"}}],
    )
    assert (function["AutoPublish"], function["FunctionConfig"]["Runtime"]) == (
        *(True, "cloudfront-js-2.0"),
    )
    assert behavior["ResponseHeadersPolicyId"] == {"Ref": "PictureHeaders"}
    assert header == {"Header": "Vary", "Value": "Accept", "Override": True}
    assert headers["SecurityHeadersConfig"] == {
        "ContentSecurityPolicy": {
            "ContentSecurityPolicy": "default-src 'none'; sandbox",
            "Override": True,
        },
        "ContentTypeOptions": {"Override": True},
        "StrictTransportSecurity": {
            "AccessControlMaxAgeSec": 2 * 365 * 24 * 3600,
            "Override": True,
        },
    }
    assert headers["CorsConfig"]["AccessControlAllowOrigins"] == {"Items": ["*"]}
    assert headers["CorsConfig"]["AccessControlAllowMethods"] == {"Items": ["GET", "HEAD"]}


def test_manifests_are_delivered_like_pictures_and_compressed() -> None:
    pictures = dict(CDN["DefaultCacheBehavior"])
    (manifests,) = (
        each for each in CDN["CacheBehaviors"] if each["PathPattern"] == "/media/*.json"
    )

    del pictures["FunctionAssociations"]  # a manifest has one format
    assert manifests == {**pictures, "PathPattern": "/media/*.json", "Compress": True}


def test_the_cdn_forgets_failures_at_once() -> None:
    errors = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in CDN["CustomErrorResponses"]}

    assert errors == dict.fromkeys((403, 404, 500, 502, 503, 504), 1)


def test_pictures_from_elsewhere_never_come_from_the_function_itself() -> None:
    """Only the laptop's stack may read from loopback, by a setting that it makes itself."""
    assert "LOOPBACK" not in (ROOT / "template.yaml").read_text()


def test_sam_deploys_what_it_has_built() -> None:
    """A template named for all commands would be deployed unbuilt, its layers empty."""
    assert not re.search(r"^template", (ROOT / "samconfig.toml").read_text(), re.MULTILINE)


def test_the_metrics_of_two_stacks_do_not_add_up() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]

    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Sub": "Vitrine/${AWS::StackName}"}


def test_metrics_of_dialects_cost_nothing_unless_asked_for() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]

    assert variables["DIALECT_METRICS"] == {"Ref": "DialectMetrics"}
    assert template()["Parameters"]["DialectMetrics"]["Default"] == "no"


def test_the_bill_can_be_read_by_stack() -> None:
    """CloudFormation gives a stack's tags to all its resources that have any."""
    assert "--tags vitrine:stack=$(STACK)" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("level", template()["Parameters"]["LogLevel"]["AllowedValues"])
def test_lambda_passes_what_functions_log_and_adds_failures_only(level: str) -> None:
    logging_config = template()["Globals"]["Function"]["LoggingConfig"]
    find, reference, name = logging_config["ApplicationLogLevel"]["FindInMap"]
    lambdas = template()["Mappings"][find][level][name]

    assert reference == {"Ref": "LogLevel"}
    assert logging.getLevelName(lambdas) == logging.getLevelName(level)
    assert (logging_config["LogFormat"], logging_config["SystemLogLevel"]) == ("JSON", "WARN")


def test_logs_are_kept_for_a_while_only() -> None:
    groups = [each for each in RESOURCES.values() if each["Type"] == "AWS::Logs::LogGroup"]

    assert len(groups) == 3
    assert all(group["Properties"]["RetentionInDays"] for group in groups)


def test_nothing_that_bills_while_idle_is_there_unless_asked_for() -> None:
    types = {each["Type"] for each in RESOURCES.values() if "Condition" not in each}

    assert types == {
        "AWS::CloudFront::CachePolicy",
        "AWS::CloudFront::Distribution",
        "AWS::CloudFront::Function",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::DynamoDB::Table",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SQS::Queue",
        "AWS::SSM::Parameter",
        "AWS::Serverless::Function",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::LayerVersion",
    }


ALARMS = {name: each for name, each in RESOURCES.items() if each["Type"].endswith("::Alarm")}
# Metrics and dimensions as the services' documentation lists them, with their useful statistics:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
METRICS = {
    ("AWS/ApiGateway", "5xx"): ({"ApiId"}, "Sum"),
    ("AWS/ApiGateway", "Latency"): ({"ApiId"}, "p95"),
    ("AWS/CloudFront", "5xxErrorRate"): ({"DistributionId", "Region"}, "Average"),
    ("AWS/DynamoDB", "ReadThrottleEvents"): ({"TableName"}, "Sum"),
    ("AWS/DynamoDB", "WriteThrottleEvents"): ({"TableName"}, "Sum"),
    ("AWS/Lambda", "ConcurrentExecutions"): (set(), "Maximum"),
    ("AWS/Lambda", "Duration"): ({"FunctionName"}, "p95"),
    ("AWS/Lambda", "Errors"): ({"FunctionName"}, "Sum"),
    ("AWS/Lambda", "Invocations"): ({"FunctionName"}, "Sum"),
    ("AWS/Lambda", "IteratorAge"): ({"FunctionName"}, "Maximum"),
    ("AWS/Lambda", "Throttles"): (set(), "Sum"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ({"QueueName"}, "Maximum"),
}
SHOWN = {
    ("AWS/ApiGateway", "Count"): {"ApiId"},
    ("AWS/ApiGateway", "4xx"): {"ApiId"},
    ("AWS/CloudFront", "BytesDownloaded"): {"DistributionId", "Region"},
    ("AWS/CloudFront", "Requests"): {"DistributionId", "Region"},
    ("AWS/CloudFront", "4xxErrorRate"): {"DistributionId", "Region"},
    ("AWS/DynamoDB", "ConsumedReadCapacityUnits"): {"TableName"},
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"): {"TableName"},
}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_watches_a_metric_that_aws_has(name: str) -> None:
    alarm = ALARMS[name]["Properties"]
    dimensions, statistic = METRICS[alarm["Namespace"], alarm["MetricName"]]

    assert {each["Name"] for each in alarm.get("Dimensions", [])} == dimensions
    assert alarm.get("Statistic", alarm.get("ExtendedStatistic")) == statistic
    assert alarm["Period"] == 300
    assert alarm["TreatMissingData"] == "notBreaching"
    assert {"Ref": "AlarmTopic"} in (
        alarm["AlarmActions"] if name not in OF_APIS else alarm["AlarmActions"]["If"][1]
    )


def watched_by(metric: str) -> set[str]:
    """The functions whose metric has an alarm."""
    alarms = [each["Properties"] for each in ALARMS.values()]
    return {
        each["Dimensions"][0]["Value"]["Ref"]
        for each in alarms
        if (each["Namespace"], each["MetricName"]) == ("AWS/Lambda", metric)
    }


def test_every_function_that_events_invoke_is_watched() -> None:
    kinds = {
        name: {each["Type"] for each in function.get("Events", {}).values()}
        for name, function in FUNCTIONS.items()
    }

    by_events = {name for name, found in kinds.items() if found & {"S3", "DynamoDB"}}
    assert watched_by("Errors") >= by_events >= {"ImportFile", "TakeDown"}
    assert watched_by("IteratorAge") == {
        name for name, found in kinds.items() if "DynamoDB" in found
    }


def test_alarms_and_dashboard_exist_only_with_an_address() -> None:
    watched = {
        name: each["Condition"]
        for name, each in RESOURCES.items()
        if each["Type"].startswith(("AWS::CloudWatch::", "AWS::SNS::"))
    }

    assert {*watched.values()} == {"Alarms", "AlarmsApi", "AlarmsCdn"}
    assert [name for name, each in watched.items() if each == "AlarmsApi"] == OF_APIS
    assert [name for name, each in watched.items() if each == "AlarmsCdn"] == ["CdnErrorsAlarm"]


def test_the_price_of_alarms_is_told(record_property: Callable[[str, object], None]) -> None:
    outside = len(ALARMS) - 1  # CloudFront's metrics exist in us-east-1 only
    everywhere, elsewhere = template()["Outputs"]["AlarmPrice"]["Value"]["If"][1:]

    record_property("figure", f"{len(ALARMS)} alarms: USD {len(ALARMS) / 10:.2f} a month")
    assert everywhere == f"{len(ALARMS)} alarms, USD {len(ALARMS) / 10:.2f} a month"
    assert elsewhere.startswith(f"{outside} alarms, USD {outside / 10:.2f} a month;")
    described = template()["Parameters"]["AlarmEmail"]["Description"]
    assert f"{len(ALARMS)} alarms (USD {len(ALARMS) / 10:.2f} a month)" in described


def test_the_dashboard_shows_metrics_that_aws_has() -> None:
    body = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Sub"])
    shown = [metric for each in body["widgets"] for metric in each["properties"]["metrics"]]
    known = {**SHOWN, **{metric: dimensions for metric, (dimensions, _) in METRICS.items()}}

    assert len(shown) <= 50, "the free dashboards show up to 50 metrics"
    for namespace, metric, *dimensions in shown:
        names = {each for each in dimensions[::2] if isinstance(each, str)}
        assert names == known[namespace, metric]
        for value in re.findall(r"\$\{(\w+)", " ".join(map(str, dimensions))):
            assert value in RESOURCES


def test_every_parameter_has_a_default_and_says_what_it_is() -> None:
    parameters: dict[str, Any] = template()["Parameters"]

    assert all("Default" in each and each["Description"] for each in parameters.values())


def test_every_function_has_a_recorded_event() -> None:
    recorded = {file.stem for file in (ROOT / "events").glob("*.json")}

    assert recorded == {
        each["Handler"].removesuffix(".handler").replace(".", "_") for each in FUNCTIONS.values()
    }

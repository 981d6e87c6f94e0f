"""What a shop costs in a month, over log lines in moto's CloudWatch."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.adapters.conftest import Account, on_aws
from tests.adapters.test_imports_command import OUTPUTS
from tests.gateway import template
from typer.testing import CliRunner

from gateway.dialects import package_of
from vitrine.clock import now
from vitrine.domain.shops import Shop
from vitrine_cli.app import app
from vitrine_cli.operations import deployed_stack
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.operations.price_list import price_list
from vitrine_cli.operations.shop_costs import Month
from vitrine_cli.ui.failure import FailureError

PRICES = price_list()


class CloudFormation:
    """The resources of a stack with two alarms. moto's CloudFormation makes no alarms."""

    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self, StackName: str) -> list[dict[str, Any]]:  # noqa: N803
        assert StackName == "shop"
        kinds = ("AWS::CloudWatch::Alarm", "AWS::Lambda::Function", "AWS::CloudWatch::Alarm")
        return [{"StackResourceSummaries": [{"ResourceType": kind}]} for kind in kinds]


@pytest.fixture
def stack(account: Account, monkeypatch: pytest.MonkeyPatch) -> DeployedStack:
    """The stack `shop`, whose shops `12` and `123` have no images, with two alarms."""
    stack = DeployedStack("shop", account, OUTPUTS, "https://api.example", "https://cdn.example")
    monkeypatch.setattr(deployed_stack, "selected", lambda *_: stack)
    monkeypatch.setattr(DeployedStack, "client", lambda *_: CloudFormation())
    for shop in ("12", "123"):
        on_aws(account).shops.create_shop(Shop(shop))
    for group in ("access", "api", "pipeline"):
        account.client("logs").create_log_group(logGroupName=f"/vitrine/shop/{group}")
        account.client("logs").create_log_stream(
            logGroupName=f"/vitrine/shop/{group}", logStreamName="s"
        )
    return stack


def write(stack: DeployedStack, group: str, *lines: dict[str, Any], at: datetime) -> None:
    """Write log lines of one moment."""
    stamp = round(at.timestamp() * 1000)
    events = [{"timestamp": stamp, "message": json.dumps(line)} for line in lines]
    stack.logs().put_log_events(
        logGroupName=f"/vitrine/shop/{group}", logStreamName="s", logEvents=events
    )


def request(shop: str | None, operation: str, dialect: str = "evotor", **facts: Any) -> Any:
    line = {"message": "request", "dialect": dialect, "operation": operation, **facts}
    return {**line, "shop": shop} if shop else line


def usage(shop: str, *options: str) -> Any:
    return CliRunner().invoke(app, ["shop", "usage", shop, *options])


def test_requests_and_events_of_a_month_are_counted_and_priced(stack: DeployedStack) -> None:
    month = f"{now():%Y-%m}"
    inside = now()
    write(
        stack,
        "api",
        request("12", "list_images", cold=True),
        request("12", "list_images"),
        request("12", "create_image", bytes_in=1_000_000),
        request("123", "list_images"),
        request("12", "unknown_route", "tiendanube"),
        request(None, "get_image"),
        {"message": "unexpected error", "shop": "12"},
        at=inside,
    )
    write(stack, "api", request("12", "list_images"), at=inside - timedelta(days=45))
    write(
        stack,
        "pipeline",
        {"message": "renditions", "key": "originals/12/1/0-a/a.png", "stored": 15},
        {"message": "renditions", "key": "originals/12/1/0-a/a.png", "removed": True},
        {"message": "renditions", "key": "originals/123/1/0-a/a.png", "stored": 15},
        {"message": "import", "key": "import/12/products/7/a.png", "image": 1},
        {"message": "missing", "key": "media/12/x.png", "made": True},
        {"message": "not an original", "key": "originals/12/x"},
        at=inside,
    )

    found = json.loads(usage("12", "--month", month, "--json").stdout)

    assert found["operations"] == {
        "evotor.list_images": 2,
        "evotor.create_image": 1,
        "unknown_route": 1,
        "pipeline.generate_renditions": 1,
        "pipeline.remove_renditions": 1,
        "pipeline.import_file": 1,
        "pipeline.render_missing": 1,
    }
    counted = sum(count * PRICES.of(name) for name, count in found["operations"].items())
    # A start, and the second 512 KB of a body of 1 MB.
    assert found["usd"]["operations"] == pytest.approx((counted + 1.08 + 1.00) / 1e6, abs=1e-6)
    assert found["usd"]["shop"] == found["usd"]["operations"]
    assert found["shared_usd"]["alarms"] == 0.2
    strangers = PRICES.of("evotor.get_image") / 1e6
    assert found["shared_usd"]["requests_of_no_shop"] == pytest.approx(strangers, abs=1e-6)
    shown = usage("12", "--month", month)
    assert "which AWS does not bill" in shown.stderr
    assert [line.split()[0] for line in shown.stdout.splitlines()][-2:] == ["shop", "shared"]


def test_the_moment_from_which_logs_are_kept_is_told(stack: DeployedStack) -> None:
    last = (now().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    write(stack, "api", request("12", "list_images"), at=now())  # of the month after that

    found = json.loads(usage("12", "--month", last, "--json").stdout)

    assert found["operations"] == {}
    since = datetime.fromisoformat(found["logs_since"])
    assert now() - since < timedelta(minutes=5), "the log groups are new"
    assert "earlier requests are not counted" in " ".join(
        usage("12", "--month", last).stderr.split()
    )


@pytest.mark.parametrize("text", ["2026-13", "2026", "november"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(FailureError, match="is no month: write 2026-11"):
        Month.parse(text)


def test_months_meet() -> None:
    months = [Month.parse(f"2027-{number:02d}") for number in range(1, 13)]

    assert [each.end for each in months[:-1]] == [each.begin for each in months[1:]]
    assert months[-1].end == datetime(2028, 1, 1, tzinfo=UTC)


def test_every_operation_has_a_price() -> None:
    """`make bench` writes the list; a new function needs a row in test_price_list.py."""
    names = set()
    for each in template()["Resources"].values():
        if each["Type"] == "AWS::Serverless::Function":
            package, operation, _ = each["Properties"]["Handler"].split(".")
            dialect = "vitrine" if package == "native" else package
            names.add(operation if package == "gateway" else f"{dialect}.{operation}")

    assert names - {"pipeline.admit_missing"} == PRICES.operations.keys()
    assert all(usd > 0 for usd in PRICES.operations.values())
    assert package_of("vitrine") == "native"

"""What a shop costs in a month, as `vitrine shop usage --month` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from vitrine_cli.ui.output import print_table
from vitrine_cli.ui.progress import console, counted

if TYPE_CHECKING:
    from vitrine.domain.usage import Usage
    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.shop_costs import Month, Spending
    from vitrine_cli.operations.usage_check import ObjectCheck


def read_spending(
    stack: DeployedStack, shop: str, month: Month, usage: Usage, objects: ObjectCheck | None
) -> Spending:
    """Read the logs of a month, and say what that costs: nothing."""
    from vitrine_cli.operations import shop_costs

    stored = shop_costs.bytes_of(usage)
    if objects:
        stocks = (objects.originals, objects.public, objects.imports)
        stored = sum(each.bytes for each in stocks)
    console.print(f"Reading the log lines of {month}, which AWS does not bill.")
    with counted("Lines", None) as advance:
        return shop_costs.spending(stack, shop, month, stored, advance)


def spending_row(spent: Spending) -> dict[str, Any]:
    """The members of `--json`; prices are US dollars."""
    return {
        "month": str(spent.month),
        "logs_since": spent.since and spent.since.isoformat(timespec="seconds"),
        "logs_complete": spent.complete,
        "operations": dict(spent.shop.operations.most_common()),
        "starts": spent.shop.starts,
        "usd": {
            "operations": round(spent.shop.usd, 6),
            "storage": round(spent.storage, 6),
            "shop": round(spent.usd, 6),
        },
        "shared_usd": {
            "requests_of_no_shop": round(spent.strangers.usd, 6),
            **{name: round(usd, 6) for name, usd in spent.shared.items()},
        },
    }


def print_spending(spent: Spending, *, with_public: bool) -> None:
    """Print counts and prices, and what they leave out."""
    from vitrine_cli.operations.price_list import price_list

    prices = price_list()
    table = Table(f"{spent.month}", "count", "USD", box=None)
    for column in table.columns[1:]:
        column.justify = "right"

    def line(name: str, count: int | None, usd: float) -> None:
        table.add_row(name, "" if count is None else str(count), f"{usd:.4f}")

    for name, count in spent.shop.operations.most_common():
        line(name, count, count * prices.of(name) / 1e6)
    if spent.shop.steps:
        line("512 KB of bodies", spent.shop.steps, spent.shop.steps * prices.body_step / 1e6)
    if spent.shop.starts:
        line("starts of functions", spent.shop.starts, spent.shop.starts * prices.start / 1e6)
    line("storage of all objects" if with_public else "storage of originals", None, spent.storage)
    line("shop", None, spent.usd)
    line("shared", None, spent.shared_usd)
    print_table(table)
    strangers = sum(spent.strangers.operations.values())
    parts = ", ".join(f"{name} {usd:.4f}" for name, usd in spent.shared.items())
    console.print(
        f"Shared by all shops: {strangers} requests of no shop {spent.strangers.usd:.4f}, {parts}.",
        soft_wrap=True,
    )
    if spent.since:
        since = spent.since.isoformat(sep=" ", timespec="minutes").removesuffix("+00:00")
        console.print(f"The logs begin at {since}; earlier requests are not counted.")
    if not spent.complete:
        console.print("The emulator returns 10 000 lines at most: the counts are too low.")
    public = "" if with_public else "public pictures (--exact includes them), "
    console.print(
        f"Not included: {public}traffic and invalidations of the CDN, free allowances.",
        soft_wrap=True,
    )

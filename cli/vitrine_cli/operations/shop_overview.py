"""Shops as an operator sees them: what they contain, and where clients reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from vitrine_cli.operations import records as stack_records
from vitrine_cli.operations.shop_settings import find_shop
from vitrine_cli.operations.usage_check import products_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitrine.domain.usage import Amount, Usage
    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.records import StackRecords


class ShopRow(TypedDict):
    """One line of the list of shops; `mode` is "being deleted" while a shop is deleted."""

    shop: str
    products: int
    images: int
    bytes: int
    exact: bool
    mode: str
    credentials: int
    created: str | None


def list_shops(records: StackRecords) -> list[ShopRow]:
    """All listed shops, sorted by id."""
    rows: list[ShopRow] = []
    for shop, created in records.shops.listed_shops().items():
        profile = records.shops.shop(shop)
        closing = profile is None and records.shops.is_closing(shop)
        if profile is None and not closing:
            continue
        usage = records.stores.galleries.usage(shop)
        active = [each for each in records.shops.credentials(shop) if each.revoked_at is None]
        rows.append(
            {
                "shop": shop,
                "products": sum(1 for _ in products_of(records, shop)),
                "images": usage.live.images,
                "bytes": usage.live.bytes,
                "exact": usage.exact,
                "mode": profile.products.value if profile else "being deleted",
                "credentials": len(active),
                "created": created.isoformat(timespec="seconds") if created else None,
            }
        )
    return rows


def describe_shop(stack: DeployedStack, shop: str) -> dict[str, Any]:
    """Everything about a shop except for its images and secrets.

    Raises:
        FailureError: there is no such shop.
    """
    records = stack_records.deployed(stack)
    found = find_shop(records, shop)
    created = records.shops.listed_shops().get(found.id)
    media = stack.outputs["MediaUrl"]
    return {
        "shop": found.id,
        "products": found.products.value,
        "created": created.isoformat(timespec="seconds") if created else None,
        "settings": dict(sorted(found.settings.items())),
        "hosts": records.shops.hosts(found.id),
        "credentials": [
            {
                "id": each.id,
                "dialect": each.dialect,
                "role": each.role,
                "scopes": sorted(each.scopes),
                "label": each.label,
                "created": each.created_at.isoformat(timespec="seconds"),
                "revoked": each.revoked_at and each.revoked_at.isoformat(timespec="seconds"),
            }
            for each in records.shops.credentials(found.id)
        ],
        "urls": {
            "api": records.base_url,
            "native_api": f"{records.native_url}/vitrine/v1",
            "media": media,
            "product_images": f"{media}/{found.id}/product_images/",
            "import": f"s3://{stack.outputs['OriginalsBucket']}/import/{found.id}/products/",
        },
    }


def rows_of(described: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The lines that describe a shop to a person: name and value."""
    yield "shop", described["shop"]
    yield "products", described["products"]
    yield "created", described["created"] or "before shops were listed"
    for name, value in described["settings"].items():
        yield name, value
    yield "hosts", ", ".join(described["hosts"]) or "none"
    for each in described["credentials"]:
        state = f"revoked {each['revoked']}" if each["revoked"] else f"created {each['created']}"
        scopes = ", ".join(each["scopes"])
        yield f"credential {each['id']}", f"{each['dialect']}: {scopes} {each['label']} {state}"
    for name, url in described["urls"].items():
        yield name.replace("_", " "), url


def usage_row(shop: str, usage: Usage) -> dict[str, Any]:
    """What a shop stores, as the command prints it."""
    formats = {kind.name.lower(): _amount(each) for kind, each in usage.formats.items()}
    return {
        "shop": shop,
        **_amount(usage.live),
        "formats": dict(sorted(formats.items())),
        "kept": _amount(usage.kept),
        "library": _amount(usage.library),
        "exact": usage.exact,
    }


def _amount(amount: Amount) -> dict[str, int]:
    return {"images": amount.images, "bytes": amount.bytes}

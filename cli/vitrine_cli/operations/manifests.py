"""Deleting the stored manifests of a shop, whose contents depend on the deployment's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters.cdn import CloudFrontCdn
from vitrine.clock import now
from vitrine.domain.locations import (
    PUBLIC,
    LibraryAddress,
    cdn_path,
    parse_original_key,
    shop_cdn_path,
)
from vitrine.domain.manifests import picture_of

if TYPE_CHECKING:
    from vitrine.ports import Blobs, Cdn
    from vitrine_cli.operations.deployed_stack import DeployedStack


def delete_manifests(blobs: Blobs, cdn: Cdn, shop: str) -> int:
    """Delete all stored manifests of a shop's images, and have the CDN forget them.

    They are made again when they are requested. Pictures stay.

    Returns:
        How many were stored.
    """
    addresses = filter(None, map(parse_original_key, blobs.shop_keys(shop)))
    library = {each for each in addresses if isinstance(each, LibraryAddress)}
    prefixes = {f"{PUBLIC}{shop}/", *(each.renditions_prefix for each in library)}
    accounts = {cdn_path(f"{PUBLIC}uploads/{each.account}/") for each in library}
    keys = [key for each in sorted(prefixes) for key in blobs.public_keys(each) if picture_of(key)]
    if keys:
        blobs.remove_public(keys)
    paths = sorted({shop_cdn_path(shop), *accounts})
    cdn.invalidate(f"manifests-{shop}-{now().isoformat()}", paths)
    return len(keys)


def cdn_of(stack: DeployedStack) -> Cdn:
    """The CDN of a deployed stack."""
    return CloudFrontCdn(stack.client("cloudfront"), stack.outputs["CdnId"])

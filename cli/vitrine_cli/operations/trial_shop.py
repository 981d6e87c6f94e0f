"""A shop for the duration of one diagnosis: uploads through each dialect, and complete removal."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import httpx
from oauthlib.oauth1 import Client
from PIL import Image as PilImage

from gateway.dialects import NAMES
from vitrine.adapters import table_keys
from vitrine_cli.operations import records, shop_credentials, shop_settings

if TYPE_CHECKING:
    from vitrine.domain.shops import Shop
    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.records import StackRecords

PRODUCT = "1"
_EDGE = 300  # pixels; Evotor accepts no other size
_JSON = {"Accept": "application/json", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class TrialShop:
    """A shop that exists during a diagnosis.

    Attributes:
        stack: the stack that it belongs to.
        records: the stack's records.
        shop: the shop.
        logins: what clients of each dialect send, by dialect and name.
        client: sends requests to the stack's API and CDN.
    """

    stack: DeployedStack
    records: StackRecords
    shop: Shop
    logins: Mapping[str, Mapping[str, str]]
    client: httpx.Client

    def upload(self, dialect: str) -> httpx.Response:
        """The answer to the upload of a picture through a dialect."""
        return _UPLOADS[dialect](self.client, self.logins[dialect])

    def delete_all(self) -> httpx.Response:
        """The answer to the deletion of the product's images, through BigCommerce."""
        login = self.logins["bigcommerce"]
        return self.client.delete(
            f"/stores/{login['store_hash']}/v2/products/{PRODUCT}/images",
            headers={"X-Auth-Token": login["token"]},
        )


@contextmanager
def trial_shop(stack: DeployedStack) -> Iterator[TrialShop]:
    """A new shop. At the end of the block, all its records, objects and secrets are deleted."""
    stored = records.deployed(stack)
    shop = shop_settings.create_shop(stored, f"doctor-{secrets.token_hex(6)}", {})
    try:
        logins = {
            dialect: shop_credentials.create_credential(
                stored, shop_credentials.CredentialRequest(shop.id, dialect, label="doctor")
            )[1]
            for dialect in NAMES
        }
        with httpx.Client(base_url=stack.base_url, timeout=60) as client:
            yield TrialShop(stack, stored, shop, logins, client)
    finally:
        _delete(stack, stored, shop)


def sample() -> bytes:
    """A PNG picture of 300 × 300 pixels, with different bytes each time."""
    file = BytesIO()
    colour = secrets.token_bytes(3)
    PilImage.new("RGB", (_EDGE, _EDGE), (colour[0], colour[1], colour[2])).save(file, "PNG")
    return file.getvalue()


def _evotor(client: httpx.Client, login: Mapping[str, str]) -> httpx.Response:
    return client.post(
        f"/stores/{login['store_id']}/products/{PRODUCT}/images",
        headers={"X-Authorization": login["token"]},
        files={"datafile": ("doctor.png", sample())},
    )


def _tiendanube(client: httpx.Client, login: Mapping[str, str]) -> httpx.Response:
    return client.post(
        f"/v1/{login['store_id']}/products/{PRODUCT}/images",
        headers={"Authentication": f"bearer {login['token']}", "User-Agent": "Vitrine doctor"},
        json={"filename": "doctor.png", "attachment": base64.b64encode(sample()).decode()},
    )


def _bigcommerce(client: httpx.Client, login: Mapping[str, str]) -> httpx.Response:
    return client.post(
        f"/stores/{login['store_hash']}/v2/products/{PRODUCT}/images",
        headers={"X-Auth-Token": login["token"]},
        files={"image_file": ("doctor.png", sample())},
    )


def _openmage(client: httpx.Client, login: Mapping[str, str]) -> httpx.Response:
    signing = Client(
        login["consumer_key"], login["consumer_secret"], login["token"], login["token_secret"]
    )
    url = str(client.base_url.join(f"/api/rest/products/{PRODUCT}/images"))
    content = base64.b64encode(sample()).decode()
    body = json.dumps({"file_mime_type": "image/png", "file_content": content})
    signed, headers, _ = signing.sign(url, "POST", body, _JSON)
    return client.post(signed, headers=dict(headers), content=body)


def _inventorum(client: httpx.Client, login: Mapping[str, str]) -> httpx.Response:
    return client.post(
        "/api/images/",
        headers={"Authorization": f"Bearer {login['token']}"},
        files={"image": ("doctor.png", sample())},
        data={"type": "product"},
    )


_UPLOADS: Mapping[str, Callable[[httpx.Client, Mapping[str, str]], httpx.Response]] = {
    "evotor": _evotor,
    "tiendanube": _tiendanube,
    "bigcommerce": _bigcommerce,
    "openmage": _openmage,
    "inventorum": _inventorum,
}

DIALECTS = tuple(_UPLOADS)
"""All dialects, in the order of uploads. Evotor goes first: its products have one image."""


def _delete(stack: DeployedStack, stored: StackRecords, shop: Shop) -> None:
    """Delete everything of a shop. Records go last: the pipeline may still read them."""
    blobs = stored.stores.blobs
    stored.shops.unlist(shop.id)
    blobs.remove_originals(blobs.shop_keys(shop.id))
    _delete_arrivals(stack, shop)
    account = shop.settings["inventorum.account"]
    for prefix in (f"media/{shop.id}/", f"media/uploads/{account}/"):
        blobs.remove_public(blobs.public_keys(prefix))
    digests = [each.digest for each in shop_credentials.list_credentials(stored, shop.id)]
    # A secret's parameter has the name of its consumer's digest; other credentials have none.
    secrets_path = records.secrets_path(stack.name)
    stack.ssm().delete_parameters(Names=[f"{secrets_path}/{digest}" for digest in digests])
    for partition in (
        *(f"{scheme}#{digest}" for digest in digests for scheme in ("CREDENTIAL", "OAUTH")),
        table_keys.gallery(shop.id, PRODUCT),
        table_keys.retired(shop.id),
        table_keys.library(shop.id),
        f"IMPORT#{shop.id}",
        *(f"NAMES#{shop.id}#{image}" for image in range(1, 3 * len(_UPLOADS))),
        f"NAMES#{shop.id}",
        f"ACCOUNT#{account}",
        f"SHOP#{shop.id}",
    ):
        for item in stored.table.query(partition):
            stored.table.delete(item["pk"], item["sk"])


def _delete_arrivals(stack: DeployedStack, shop: Shop) -> None:
    """Delete the files of the import folder; those of forms are deleted when they have arrived."""
    bucket, s3 = stack.outputs["OriginalsBucket"], stack.s3()
    for prefix in (f"import/{shop.id}/", f"uploads/{shop.id}/"):
        found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        for each in found:
            s3.delete_object(Bucket=bucket, Key=each["Key"])

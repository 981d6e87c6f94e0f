"""What a request costs: AWS calls of each endpoint, credential and shop known."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from tests import pictures
from tests.adapters.conftest import SCOPES, STORE, Account, Meter, on_aws
from tests.adapters.test_galleries import image
from tests.fakes import etag
from tests.gateway import Answer
from tests.unit.test_rendering import LIBRARY_RULES, event

from pipeline import (
    admit_missing,
    generate_renditions,
    import_file,
    remove_originals,
    remove_renditions,
    render_missing,
)
from vitrine import environment
from vitrine.adapters import table_keys
from vitrine.clock import now
from vitrine.domain.credentials import CLIENT, Credential, digest_of
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.library import Purpose
from vitrine.domain.locations import named_key, original_address, parse_original_key
from vitrine.domain.manifests import manifest_key
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.domain.shops import Shop
from vitrine.domain.uploads import UploadBatch, UploadFile
from vitrine.services.adding import add_library_image
from vitrine.services.inspecting import inspect_upload
from vitrine.services.sources import at_hand
from vitrine.services.tokens import issue_tokens

IMAGES = f"/stores/{STORE}/products/8/images"
TIENDANUBE = "/v1/555/products/8/images"
OPENMAGE = "/api/rest/products/8/images"
BIGCOMMERCE = "/stores/abc/v2/products/8/images"
INVENTORUM = "/api/images"
HOUR = timedelta(hours=1)


def test_an_unknown_caller_costs_two_calls(aws: Account, meter: Meter) -> None:
    on_aws(aws).shops.create_credential(
        Credential(digest_of("new"), "s1", "evotor", "admin", SCOPES, "", now())
    )

    meter("GET", IMAGES, headers={"Authorization": "new"})

    assert meter.calls == ["GetItem", "GetItem", "Query"]


def test_each_endpoint_costs_what_it_must(meter: Meter) -> None:
    created = meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    assert created.status == 200
    assert meter.calls == ["GetItem", "UpdateItem", "PutObject", "TransactWriteItems"]

    meter("GET", IMAGES)
    assert meter.calls == ["Query"]

    one = f"{IMAGES}/{created.json['id']}"
    meter("GET", one)
    assert meter.calls == ["GetItem"]

    assert meter("DELETE", one).status == 204
    assert meter.calls == ["BatchGetItem", "TransactWriteItems", "DeleteObjects"]

    meter("DELETE", IMAGES)
    assert meter.calls == ["Query"]


CREATE = ["GetItem", "UpdateItem", "PutObject", "TransactWriteItems"]
SHELVE = ["UpdateItem", "PutObject", "TransactWriteItems"]
CHANGE = ["BatchGetItem", "TransactWriteItems"]
REPLACE = ["BatchGetItem", "PutObject", "TransactWriteItems"]
DELETE = ["BatchGetItem", "TransactWriteItems", "DeleteObjects"]


def test_tiendanubes_endpoints_cost_what_they_must(meter: Meter) -> None:
    src = {"src": "http://elsewhere/a.png"}
    first, second = [meter("POST", TIENDANUBE, json=src).json["id"] for _ in range(2)]
    assert meter.calls == CREATE
    meter("GET", TIENDANUBE + "?per_page=1&fields=id")
    assert meter.calls == ["Query"]
    meter("HEAD", TIENDANUBE)
    assert meter.calls == ["Query"]
    meter("GET", f"{TIENDANUBE}/{first}")
    assert meter.calls == ["BatchGetItem"]
    meter("PUT", f"{TIENDANUBE}/{second}", json={"position": 1, "alt": "lamp"})
    assert meter.calls == CHANGE
    meter("PUT", f"{TIENDANUBE}/{second}", json={"position": 1, "alt": "lamp"})
    assert meter.calls == ["BatchGetItem"], "what changes nothing writes nothing"
    meter("PUT", f"{TIENDANUBE}/{second}", json=src)
    assert meter.calls == REPLACE
    assert meter("DELETE", f"{TIENDANUBE}/{first}").status == 200
    assert meter.calls == DELETE


def test_bigcommerces_endpoints_cost_what_they_must(meter: Meter, aws: Account) -> None:
    aws.client("s3").put_object(Bucket="originals", Key="import/s1/a.png", Body=pictures.png())
    first = meter("POST", BIGCOMMERCE, json={"image_file": "http://elsewhere/a.png"}).json["id"]
    assert meter.calls == CREATE
    second = meter("POST", BIGCOMMERCE, json={"image_file": "a.png", "sort_order": 0}).json["id"]
    assert meter.calls == ["GetItem", "GetObject", *CREATE[1:]]
    meter("GET", BIGCOMMERCE)
    assert meter.calls == ["Query"]
    meter("GET", f"{BIGCOMMERCE}/{first}")
    assert meter.calls == ["BatchGetItem"]
    meter("GET", f"{BIGCOMMERCE}/count")
    assert meter.calls == ["GetItem"]
    meter("GET", "/api/v2/products/images/count")
    assert meter.calls == ["Query"]
    meter("PUT", f"{BIGCOMMERCE}/{second}", json={"sort_order": 9, "is_thumbnail": True})
    assert meter.calls == CHANGE
    meter("PUT", f"{BIGCOMMERCE}/{second}", json={"image_file": "http://elsewhere/a.png"})
    assert meter.calls == REPLACE
    assert meter("DELETE", f"{BIGCOMMERCE}/{first}").status == 204
    assert meter.calls == DELETE


def test_inventorums_endpoints_cost_what_they_must(aws: Account, meter: Meter) -> None:
    shops = on_aws(aws).shops
    scopes = frozenset({"images"})
    client = Credential(digest_of("till:secret"), "s1", "inventorum", CLIENT, scopes, "", now())
    shops.create_credential(client)
    tokens = issue_tokens(shops, client, now(), HOUR)
    upload = {"files": {"image": ("a", pictures.png())}, "data": {"type": "product"}}

    def post(token: str) -> Answer:
        return meter("POST", INVENTORUM, headers={"Authorization": f"Bearer {token}"}, **upload)

    assert post(tokens.access).status == 200
    assert meter.calls == [*["GetItem"] * 3, *SHELVE], "the token, its client, its shop"
    assert post(tokens.access).status == 200
    assert meter.calls == SHELVE
    (original, *_) = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    meter.calls.clear()
    generate_renditions.handler(event(original["Key"]), None)
    assert sorted(meter.calls) == sorted(["GetObject", "GetItem", *["PutObject"] * 6, "UpdateItem"])

    def refresh(token: str) -> Answer:
        headers = {"Authorization": "Basic " + base64.b64encode(b"till:secret").decode()}
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return meter("POST", "/api/auth/token", headers=headers, data=form)

    refreshed = refresh(tokens.refresh)
    assert refreshed.status == 200
    assert meter.calls == [*["GetItem"] * 3, "TransactWriteItems"]
    assert refresh(tokens.refresh).status == 400
    assert meter.calls == ["GetItem"], "a used token writes nothing"


def test_openmages_endpoints_cost_what_they_must(meter: Meter) -> None:
    admin = {"Authorization": "Bearer openmage token", "Accept": "application/json"}
    content = base64.b64encode(pictures.png()).decode()
    body = {"file_mime_type": "image/png", "file_content": content}
    meter("GET", OPENMAGE, headers=admin)
    assert meter.calls[-1:] == ["Query"]

    meter("GET", OPENMAGE, headers=admin)
    assert meter.calls == ["Query"]
    created = meter("POST", OPENMAGE, headers=admin, json=body)
    # Room is looked at before names are, and again when the record is written; a name is counted
    # and looked for.
    assert meter.calls == [
        *("GetItem", "GetItem", "UpdateItem", "PutObject"),
        *("UpdateItem", "BatchGetItem", "TransactWriteItems"),
    ]
    one = created.headers["location"]
    meter("GET", one, headers=admin)
    assert meter.calls == ["BatchGetItem"]
    meter("PUT", one, headers=admin, json={"label": "front", "types": ["image"]})
    assert meter.calls == CHANGE
    meter("PUT", f"{one}/store/1", headers=admin, json={"position": 3})
    assert meter.calls == CHANGE
    meter("DELETE", one, headers=admin)
    assert meter.calls == CHANGE


def fill(aws: Account, images: int) -> None:
    """Product 8 with this many images."""
    galleries = on_aws(aws).galleries
    head = Gallery()
    for start in range(1, images + 1, 90):
        batch = [image(each, product="8") for each in range(start, min(start + 90, images + 1))]
        after = head
        for each in batch:
            after = after.append(each.id)
        head = galleries.commit(GalleryChange("s1", "8", head, after, added=tuple(batch)))


@pytest.mark.parametrize("images", [3, 250])
def test_a_move_costs_the_same_in_a_gallery_of_any_size(
    aws: Account, meter: Meter, images: int
) -> None:
    fill(aws, images)
    meter("GET", TIENDANUBE)  # filling may have taken longer than a credential is remembered

    assert meter("PUT", f"{TIENDANUBE}/{images}", json={"position": 1}).status == 200
    assert meter.calls == CHANGE
    assert meter("PUT", f"{BIGCOMMERCE}/1", json={"sort_order": 0}).status == 200
    assert meter.calls == CHANGE


def test_removing_all_costs_two_calls_for_fifty_and_one(aws: Account, meter: Meter) -> None:
    fill(aws, 120)

    assert meter("DELETE", BIGCOMMERCE).status == 204

    assert meter.calls == ["Query", *["TransactWriteItems", "DeleteObjects"] * 3]


def test_refusals_cost_less(meter: Meter) -> None:
    meter("POST", IMAGES, files={"datafile": ("000.png", b"no picture")})
    assert meter.calls == ["GetItem"]

    meter("POST", IMAGES, content=b"no form")
    assert meter.calls == []

    meter("GET", IMAGES, headers={"Accept": "text/html"})
    assert meter.calls == []

    meter("POST", TIENDANUBE, json={"src": "http://nobody/a.png"})
    assert meter.calls == ["GetItem"]

    meter("PUT", f"{BIGCOMMERCE}/1", json={"colour": "red"})
    assert meter.calls == ["BatchGetItem"]


def test_the_pipeline_costs_a_call_per_picture_and_four(aws: Account, meter: Meter) -> None:
    created = meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    (original,) = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    meter.calls.clear()

    generate_renditions.handler(event(original["Key"]), None)
    looked_up = ["GetItem", "Query"]  # the image; the names that it has had
    assert sorted(meter.calls) == sorted(
        ["GetObject", *looked_up, *["PutObject"] * 8, "UpdateItem"]
    )

    meter("DELETE", f"{IMAGES}/{created.json['id']}")
    meter.calls.clear()
    remove_renditions.handler(event(original["Key"]), None)
    assert meter.calls == ["HeadObject", "Query", "ListObjectsV2", "DeleteObjects"]

    meter.calls.clear()
    remove_originals.handler(ended("GALLERY#s1#8", created.json["id"]), None)
    assert meter.calls == ["ListObjectsV2"], "the request removed the original itself"


def stored(key: str, data: bytes, sequencer: str = "01") -> dict[str, Any]:
    """The notification of an object that was stored."""
    thing = {"key": quote_plus(key, safe="/"), "eTag": etag(data), "sequencer": sequencer}
    return {"Records": [{"s3": {"object": thing}}]}


def test_a_dropped_file_costs_a_query_of_its_gallery(aws: Account, meter: Meter) -> None:
    key, data = "import/s1/products/8/a.png", pictures.png()
    aws.client("s3").put_object(Bucket="originals", Key=key, Body=data)
    meter.calls.clear()

    import_file.handler(stored(key, data), None)
    assert meter.calls == [
        *("GetItem", "GetItem", "GetObject"),  # the shop, the outcome, the file
        *("Query", "UpdateItem", "PutObject", "TransactWriteItems"),
    ]

    meter.calls.clear()
    import_file.handler(stored(key, data), None)
    assert meter.calls == ["GetItem", "GetItem"], "a repeated event"


def test_an_uploaded_file_costs_no_id_and_no_query(aws: Account, meter: Meter) -> None:
    moment, data = now(), pictures.png()
    files = tuple(UploadFile(name, "image/png", len(data)) for name in "ab")
    batch = UploadBatch("u1", "s1", "8", files, "f", 100, moment, moment + HOUR)
    on_aws(aws).imports.create_batch(batch)
    for number in (1, 2):
        aws.client("s3").put_object(Bucket="originals", Key=batch.key(number), Body=data)
    meter.calls.clear()

    import_file.handler(stored(batch.key(1), data), None)
    assert meter.calls == [
        *("GetItem", "BatchGetItem", "GetObject"),  # the shop, batch and outcome, the file
        *("GetItem", "PutObject", "TransactWriteItems", "DeleteObjects"),
    ]

    meter.calls.clear()
    import_file.handler(stored(batch.key(1), data), None)
    assert meter.calls == ["GetItem", "BatchGetItem", "DeleteObjects"], "a repeated event"
    meter.calls.clear()
    import_file.handler(stored(batch.key(2), data + b"x"), None)
    assert meter.calls == ["GetItem", "BatchGetItem", "GetObject"], "a version that is gone"


def ended(pk: str, image: str) -> dict[str, Any]:
    """The stream record of a deleted image record. The image id has Evotor's format."""
    sk = table_keys.sort_key(int(image[-12:], 16))
    keys = {"pk": {"S": pk}, "sk": {"S": sk}}
    return {"Records": [{"eventName": "REMOVE", "dynamodb": {"Keys": keys}}]}


def test_originals_that_a_dead_remover_left_cost_what_they_must(aws: Account, meter: Meter) -> None:
    created = meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    here = on_aws(aws)
    gallery, found = here.galleries.gallery_with_image("s1", "8", 1)
    assert found is not None
    change = GalleryChange("s1", "8", gallery, gallery.remove(1), removed=(found,))
    here.galleries.commit(change)
    meter.calls.clear()

    remove_originals.handler(ended("GALLERY#s1#8", created.json["id"]), None)

    assert meter.calls == ["ListObjectsV2", "GetItem", "GetItem", "DeleteObjects"]
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket="originals")


FIND = ["ListObjectsV2", "GetObject", "GetItem"]
KEEP = ["PutObject", "HeadObject"]


def test_a_missing_picture_costs_five_calls(aws: Account, meter: Meter) -> None:
    """Finding its original and record, storing it, and seeing that its image is still there."""

    def missing(key: str) -> int:
        meter.calls.clear()
        path = f"/{key}"
        asked = {"rawPath": path, "requestContext": {"http": {"method": "GET", "path": path}}}
        status: int = render_missing.handler(asked, None)["statusCode"]
        return status

    meter("POST", IMAGES, files={"datafile": ("000.png", pictures.png())})
    (original,) = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]
    where = parse_original_key(original["Key"])
    assert where is not None
    key = where.rendition_key(SETS["gallery"][1], Format.PNG)

    assert missing(key) == 200
    assert meter.calls == [*FIND, *KEEP]
    assert missing(where.full_size_key(Format.PNG)) == 200
    assert meter.calls == [*FIND, *KEEP]
    assert missing(key.replace("-640-0", "-641-0")) == 404
    assert meter.calls == ["ListObjectsV2"], "what the table does not name"
    assert missing(manifest_key(key)) == 200
    assert meter.calls == [*FIND, *KEEP]
    assert missing(manifest_key(key.replace("-640-0", "-641-0"))) == 404
    assert meter.calls == ["ListObjectsV2"]
    assert missing(manifest_key(manifest_key(key))) == 404
    assert meter.calls == []
    assert missing("media/s1/x.png") == 404
    assert meter.calls == [], "what names no image"
    assert missing(named_key("s1", "lamp.png")) == 404
    assert meter.calls == ["GetItem"]


def test_a_made_up_picture_costs_no_more_than_two_calls(
    aws: Account, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISSING_PER_MINUTE", "1")
    stem = "0000000001" + "00" + "9f2c" * 5

    def missing(key: str) -> tuple[int, list[str]]:
        meter.calls.clear()
        path = f"/{key}"
        asked = {"rawPath": path, "requestContext": {"http": {"method": "GET", "path": path}}}
        return admit_missing.handler(asked, None)["statusCode"], [*meter.calls]

    def made_up(number: int) -> str:
        return f"media/s1/{stem}/mug{number}-{stem}-640-0.png"

    search = ["ListObjectsV2"]
    assert missing(made_up(1)) == (404, ["HeadObject", "UpdateItem", *search])
    assert missing(made_up(2)) == (503, ["HeadObject", "UpdateItem"])
    assert missing(made_up(3)) == (503, ["HeadObject"]), "the instance knows that the limit is met"
    assert missing("media/s1/product_images/p/022/mug__01200.png") == (503, [])
    assert missing(named_key("s1", "lamp.png")) == (404, ["GetItem"])
    assert missing("media/s1/x.png") == (404, [])
    assert missing(manifest_key(made_up(4))) == (503, ["HeadObject"])
    assert missing(manifest_key(manifest_key(made_up(4)))) == (404, [])
    assert missing(manifest_key(named_key("s1", "lamp.png"))) == (404, ["GetItem"])


def test_a_missing_picture_by_its_name_costs_six_calls(aws: Account, meter: Meter) -> None:
    content = base64.b64encode(pictures.png()).decode()
    body = {"file_mime_type": "image/png", "file_content": content, "file_name": "lamp"}
    admin = {"Authorization": "Bearer openmage token", "Accept": "application/json"}
    created = meter("POST", OPENMAGE, headers=admin, json=body)
    assert created.status == 200, created.body
    path = "/" + named_key("s1", "lamp.png")
    meter.calls.clear()

    asked = {"rawPath": path, "requestContext": {"http": {"method": "GET", "path": path}}}
    assert render_missing.handler(asked, None)["statusCode"] == 200

    assert meter.calls == ["GetItem", *FIND, *KEEP]


def test_a_missing_library_picture_costs_six_calls(aws: Account, meter: Meter) -> None:
    adapters = on_aws(aws)
    adapters.shops.open_account("1627", "s1")
    catalogue = environment.current().catalogue(Shop("s1"))
    inspected = inspect_upload(at_hand(pictures.png(), "a.png"), LIBRARY_RULES)
    image = add_library_image(catalogue, inspected, Purpose.USER, "1627")
    path = "/" + original_address(image).rendition_key(SETS["library"][0], Format.PNG)
    meter.calls.clear()

    asked = {"rawPath": path, "requestContext": {"http": {"method": "GET", "path": path}}}
    assert render_missing.handler(asked, None)["statusCode"] == 200

    assert meter.calls == ["Query", "GetItem", "GetObject", "GetItem", *KEEP]

"""Originals and public pictures, in memory and in S3."""

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.exceptions
import httpx
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from tests.adapters.conftest import CLIENT_ERRORS, Account, Adapters, on_aws
from tests.fakes import FakeBlobs, etag

from vitrine.adapters.blobs import SIGNED, S3Blobs
from vitrine.domain.errors import (
    ImportMissingError,
    OriginalMissingError,
    PictureRefusedError,
    Rule,
)
from vitrine.domain.storage import PublicPicture, StoredOriginal

KEY = "originals/s1/1/0-0123456789abcdef0123/фото 1+2 東京.png"


def test_an_original_comes_back_with_its_product(adapters: Adapters) -> None:
    adapters.blobs.put_original(KEY, b"bytes", "image/png", product="lámp #1/東")

    assert adapters.blobs.has_original(KEY)
    assert adapters.blobs.original(KEY) == StoredOriginal(b"bytes", "lámp #1/東")


def test_a_missing_original_is_told_apart(adapters: Adapters) -> None:
    assert not adapters.blobs.has_original(KEY)
    with pytest.raises(OriginalMissingError):
        adapters.blobs.original(KEY)


def test_what_storage_knows_of_an_original_is_told_without_reading_it(adapters: Adapters) -> None:
    with pytest.raises(OriginalMissingError):
        adapters.blobs.original_metadata(KEY)
    adapters.blobs.put_original(KEY, b"bytes", "image/png", product="lámp #1/東")

    found = adapters.blobs.original_metadata(KEY)

    assert found.product == "lámp #1/東"
    assert abs(datetime.now(UTC) - found.stored_at) < timedelta(minutes=5)


def test_all_originals_of_a_shop_are_found_and_no_others(adapters: Adapters) -> None:
    mine = [f"originals/s1/{image}/0-0123456789abcdef0123/a.png" for image in (1, 2, 10)]
    for key in (*mine, "originals/s10/1/0-0123456789abcdef0123/a.png"):
        adapters.blobs.put_original(key, b"bytes", "image/png", product="p")

    assert sorted(adapters.blobs.shop_keys("s1")) == sorted(mine)


def test_all_originals_of_an_image_are_found_and_no_others(adapters: Adapters) -> None:
    mine = [f"originals/s1/1/{revision}-0123456789abcdef0123/a.png" for revision in (0, 1, 10)]
    others = ["originals/s1/10/0-0123456789abcdef0123/a.png", "originals/s2/1/0-0123/a.png"]
    for key in (*mine, *others):
        adapters.blobs.put_original(key, b"bytes", "image/png", product="p")

    assert sorted(adapters.blobs.original_keys("s1", 1)) == sorted(mine)
    assert adapters.blobs.original_keys("s1", 2) == []


@pytest.fixture
def dropped(adapters: Adapters) -> Adapters:
    """A file of five bytes in the import folder."""
    key, data = "import/s1/mugs/a b+c é.png", b"12345"
    if isinstance(adapters.blobs, FakeBlobs):
        adapters.blobs.import_folder[key] = data
    else:
        assert adapters.account
        adapters.account.client("s3").put_object(Bucket="originals", Key=key, Body=data)
    return adapters


def test_a_file_of_the_import_folder_is_read_whole_or_not_at_all(dropped: Adapters) -> None:
    key, tag = "import/s1/mugs/a b+c é.png", etag(b"12345")

    assert dropped.blobs.imported(key, max_bytes=5) == b"12345"
    assert dropped.blobs.imported(key, max_bytes=5, tag=tag) == b"12345"
    for missing, wanted in (("import/s1/none.png", None), (key, etag(b"other"))):
        with pytest.raises(ImportMissingError):
            dropped.blobs.imported(missing, max_bytes=5, tag=wanted)
    with pytest.raises(PictureRefusedError) as refused:
        dropped.blobs.imported(key, max_bytes=4)
    assert refused.value.broken == (Rule.WEIGHT,)


def test_a_public_picture_is_stored_or_not(adapters: Adapters) -> None:
    adapters.blobs.put_public([PublicPicture("media/s1/a.png", b"bytes", "image/png")])

    assert adapters.blobs.has_public("media/s1/a.png")
    assert not adapters.blobs.has_public("media/s1/b.png")
    assert not adapters.blobs.has_original("media/s1/a.png"), "which are in another bucket"


def test_an_imported_file_is_tagged_and_a_missing_one_is_none(dropped: Adapters) -> None:
    key = "import/s1/mugs/a b+c é.png"

    dropped.blobs.tag_imported(key)
    dropped.blobs.tag_imported("import/s1/mugs/none.png")

    if dropped.account:
        tags = dropped.account.client("s3").get_object_tagging(Bucket="originals", Key=key)
        assert tags["TagSet"] == [{"Key": "vitrine-imported", "Value": "yes"}]


def test_a_form_stores_one_file(adapters: Adapters) -> None:
    key = "uploads/s1/uabc/001/кружка 1+2.png"

    form = adapters.blobs.upload_form(key, "image/png", 5, 3600)

    assert form.fields["key"] == key
    assert form.fields["Content-Type"] == "image/png"
    assert form.fields["success_action_status"] == "201"
    if adapters.account:
        policy = json.loads(b64decode(form.fields["policy"]))
        seconds = (datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)).total_seconds()
        assert 3300 < seconds <= 3600
        for condition in (
            {"bucket": "originals"},
            {"key": key},
            {"Content-Type": "image/png"},
            {"success_action_status": "201"},
            ["content-length-range", 5, 5],
        ):
            assert condition in policy["conditions"]
    if adapters.account and adapters.account.small:
        answer = httpx.post(form.url, data=dict(form.fields), files={"file": b"12345"})
        assert answer.status_code == 201
        assert adapters.blobs.imported(key, max_bytes=5) == b"12345"
        adapters.blobs.remove_originals([key])
        with pytest.raises(ImportMissingError):
            adapters.blobs.imported(key, max_bytes=5)


def test_a_form_is_posted_to_the_configured_url(adapters: Adapters) -> None:
    if adapters.account is None:
        return  # the fake has no URLs
    url = "http://localhost:8000/originals/"
    blobs = S3Blobs(adapters.account.s3(), "originals", "media", url)

    assert blobs.upload_form("uploads/s1/u1/001/a.png", "image/png", 5, 3600).url == url


def test_an_original_may_be_for_no_product(adapters: Adapters) -> None:
    adapters.blobs.put_original(KEY, b"bytes", "image/png")

    assert adapters.blobs.original(KEY) == StoredOriginal(b"bytes", "")


def test_removed_originals_are_gone_and_removing_is_repeatable(adapters: Adapters) -> None:
    adapters.blobs.put_original(KEY, b"bytes", "image/png", product="p")

    adapters.blobs.remove_originals([KEY, "originals/none"])
    adapters.blobs.remove_originals([KEY])
    adapters.blobs.remove_originals([])

    assert not adapters.blobs.has_original(KEY)


def test_public_pictures_are_listed_by_prefix_and_removed(adapters: Adapters) -> None:
    keys = [f"media/s1/{number:04d}.png" for number in range(1100)]
    adapters.blobs.put_public([PublicPicture(key, b"x", "image/png") for key in keys[:20]])
    adapters.blobs.put_public([PublicPicture("media/s2/1.png", b"x", "image/png")])

    assert adapters.blobs.public_keys("media/s1/") == keys[:20]
    adapters.blobs.remove_public(keys)

    assert adapters.blobs.public_keys("media/") == ["media/s2/1.png"]


def test_public_pictures_are_served_for_ever_with_their_type(aws: Account) -> None:
    on_aws(aws).blobs.put_public([PublicPicture("media/s1/1.jpg", b"x", "image/jpeg")])

    head = aws.client("s3").get_object(Bucket="media", Key="media/s1/1.jpg")

    assert head["Body"].read() == b"x"
    assert head["ContentType"] == "image/jpeg"
    assert head["CacheControl"] == "public, max-age=31536000, immutable"


def test_a_link_is_signed_for_one_picture(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # nothing is sent
    key = "media/s1/catalog/product/a/b/a b.png"
    url = httpx.URL(on_aws(aws).blobs.link(key))

    assert (url.scheme, url.path) == ("https", f"/{key}")
    assert url.host == "media.s3.eu-central-1.amazonaws.com"
    assert url.params["X-Amz-Expires"] == "300"
    assert url.params["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"


def test_a_link_is_signed_alike_in_the_first_region() -> None:
    """There, boto3 would choose the old signature, which S3 does not accept for new buckets."""
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(**SIGNED),
    )

    url = httpx.URL(S3Blobs(client, "originals", "media").link("media/s1/a.png"))

    assert url.params["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"


def test_public_pictures_are_on_their_way_at_the_same_time(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight round trips take as long as one: each waits until all have begun."""
    blobs = on_aws(aws).blobs
    assert isinstance(blobs, S3Blobs)
    together = threading.Barrier(8, timeout=30)
    put_one = blobs._put_public

    def put_with_the_others(picture: PublicPicture) -> None:
        together.wait()
        put_one(picture)

    monkeypatch.setattr(blobs, "_put_public", put_with_the_others)
    pictures = [PublicPicture(f"media/s1/{number}.jpg", b"x", "image/jpeg") for number in range(8)]

    assert blobs.put_public(pictures) == 8
    assert len(blobs.public_keys("media/s1/")) == 8


def test_a_public_picture_is_stored_while_the_next_one_is_made(aws: Account) -> None:
    blobs = on_aws(aws).blobs
    seen = []

    def made() -> Iterator[PublicPicture]:
        yield PublicPicture("media/s1/first.jpg", b"x", "image/jpeg")
        deadline = time.monotonic() + 30
        while not blobs.public_keys("media/s1/first") and time.monotonic() < deadline:
            time.sleep(0.01)
        seen.extend(blobs.public_keys("media/s1/"))
        yield PublicPicture("media/s1/second.jpg", b"x", "image/jpeg")

    assert blobs.put_public(made()) == 2
    assert seen == ["media/s1/first.jpg"]


def test_other_failures_of_storage_stay_failures(aws: Account) -> None:
    blobs = on_aws(aws).blobs
    aws.client("s3").delete_bucket(Bucket="originals")

    with pytest.raises(CLIENT_ERRORS):
        blobs.put_original(KEY, b"bytes", "image/png", product="p")


@pytest.mark.parametrize(
    ("operation", "use"),
    [
        ("head_object", lambda blobs: blobs.original_metadata(KEY)),
        ("head_object", lambda blobs: blobs.has_original(KEY)),
        ("head_object", lambda blobs: blobs.has_public(KEY)),
        ("head_object", lambda blobs: blobs.announce_original(KEY)),
        ("get_object", lambda blobs: blobs.original(KEY)),
        ("get_object", lambda blobs: blobs.imported("import/s1/a.png", max_bytes=5)),
        ("put_object_tagging", lambda blobs: blobs.tag_imported("import/s1/a.png")),
    ],
)
def test_an_object_that_may_not_be_read_is_not_taken_for_a_missing_one(
    account: Account, operation: str, use: Callable[[S3Blobs], Any]
) -> None:
    client = account.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error(operation, "AccessDenied", http_status_code=403)

        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            use(S3Blobs(client, "originals", "media"))


def test_objects_that_cannot_be_removed_are_a_failure(account: Account) -> None:
    client = account.client("s3")
    errors = [
        {"Key": "a", "Code": "SlowDown", "Message": "again"},
        {"Key": "b", "Code": "InternalError", "Message": "again"},
    ]
    with Stubber(client) as stub:
        stub.add_response("delete_objects", {"Errors": errors})

        with pytest.raises(botocore.exceptions.ClientError) as failure:
            S3Blobs(client, "originals", "media").remove_public(["a", "b", "c"])

    assert failure.value.response["Error"]["Code"] == "SlowDown"
    assert "InternalError" in str(failure.value)


def test_objects_are_removed_by_the_thousand(account: Account) -> None:
    """More keys than that in one request are refused by S3."""
    client = account.client("s3")
    keys = [str(number) for number in range(2001)]
    with Stubber(client) as stub:
        for batch in (keys[:1000], keys[1000:2000], keys[2000:]):
            objects = [{"Key": key} for key in batch]
            wanted = {"Bucket": "media", "Delete": {"Objects": objects, "Quiet": True}}
            stub.add_response("delete_objects", {}, wanted)

        S3Blobs(client, "originals", "media").remove_public(keys)

        stub.assert_no_pending_responses()


def test_a_picture_that_cannot_be_stored_is_a_failure(aws: Account) -> None:
    blobs = on_aws(aws).blobs
    aws.client("s3").delete_bucket(Bucket="media")

    with pytest.raises(CLIENT_ERRORS):
        blobs.put_public([PublicPicture("media/s1/1.jpg", b"x", "image/jpeg")])


def test_an_original_is_announced_once_more_as_it_is(aws: Account) -> None:
    blobs = on_aws(aws).blobs
    blobs.put_original(KEY, b"bytes", "image/png", product="lámp #1/東")
    aws.client("s3").put_bucket_versioning(
        Bucket="originals", VersioningConfiguration={"Status": "Enabled"}
    )

    blobs.announce_original(KEY)
    blobs.announce_original("originals/none")

    versions = aws.client("s3").list_object_versions(Bucket="originals")["Versions"]
    assert [each["Key"] for each in versions] == [KEY, KEY], "the copy causes a second event"

    assert blobs.original(KEY) == StoredOriginal(b"bytes", "lámp #1/東")
    head = aws.client("s3").head_object(Bucket="originals", Key=KEY)
    assert head["ContentType"] == "image/png"

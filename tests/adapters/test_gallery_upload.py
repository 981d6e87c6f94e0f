"""The gallery page in the media bucket: how browsers may keep its files, and what is removed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from vitrine.clock import now
from vitrine_cli.operations import gallery_upload
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.ui.failure import FailureError

BUCKET = "shop-media"
PICTURE = "media/1234/a.png"


@pytest.fixture
def stack() -> Iterator[DeployedStack]:
    with mock_aws():
        session = boto3.Session("a", "b", region_name="us-east-1")
        made = DeployedStack("shop", session, {"MediaBucket": BUCKET}, "", "")
        made.s3().create_bucket(Bucket=BUCKET)
        made.s3().put_object(Bucket=BUCKET, Key=PICTURE, Body=b"a")
        yield made


def page(folder: Path, *names: str) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return folder


def stored(stack: DeployedStack) -> dict[str, tuple[str, str]]:
    s3 = stack.s3()
    listed = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    found = {each["Key"]: s3.get_object(Bucket=BUCKET, Key=each["Key"]) for each in listed}
    return {
        key: (answer["ContentType"], answer["CacheControl"])
        for key, answer in found.items()
        if key != PICTURE
    }


def test_hashed_files_are_kept_for_ever_and_the_others_asked_for(
    stack: DeployedStack, tmp_path: Path
) -> None:
    built = page(
        tmp_path, "index.html", "app-PGN5YQJJ.js", "app-6NLP7RHB.css", "reference/all-standalone.js"
    )

    assert gallery_upload.upload_page(stack, built) == 4

    for_ever = "public, max-age=31536000, immutable"
    assert stored(stack) == {
        "gallery/index.html": ("text/html; charset=utf-8", "no-cache"),
        "gallery/reference/all-standalone.js": ("text/javascript; charset=utf-8", "no-cache"),
        "gallery/app-PGN5YQJJ.js": ("text/javascript; charset=utf-8", for_ever),
        "gallery/app-6NLP7RHB.css": ("text/css; charset=utf-8", for_ever),
    }


def test_a_page_is_uploaded_after_the_files_that_it_names(
    stack: DeployedStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    s3 = stack.s3()
    put = s3.put_object
    monkeypatch.setattr(s3, "put_object", lambda **sends: (sent.append(sends["Key"]), put(**sends)))
    monkeypatch.setattr(DeployedStack, "s3", lambda _: s3)

    gallery_upload.upload_page(stack, page(tmp_path, "index.html", "zoo-PGN5YQJJ.js"))

    assert sent == ["gallery/zoo-PGN5YQJJ.js", "gallery/index.html"]


def test_files_of_earlier_builds_go_after_a_day_and_pictures_stay(
    stack: DeployedStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery_upload.upload_page(stack, page(tmp_path / "old", "index.html", "app-PGN5YQJJ.js"))
    new = page(tmp_path / "new", "index.html", "app-6NLP7RHB.js")

    gallery_upload.upload_page(stack, new)
    assert "gallery/app-PGN5YQJJ.js" in stored(stack)

    monkeypatch.setattr(gallery_upload, "now", lambda: now() + timedelta(days=2))
    gallery_upload.upload_page(stack, new)
    assert stored(stack).keys() == {"gallery/index.html", "gallery/app-6NLP7RHB.js"}
    assert stack.s3().get_object(Bucket=BUCKET, Key=PICTURE)["Body"].read() == b"a"


def test_a_file_of_an_unknown_type_is_not_uploaded(stack: DeployedStack, tmp_path: Path) -> None:
    with pytest.raises(FailureError, match=r"a\.exe"):
        gallery_upload.upload_page(stack, page(tmp_path, "index.html", "a.exe"))

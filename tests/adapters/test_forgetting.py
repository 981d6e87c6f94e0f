"""`vitrine image forget` over the account of a stack whose bucket keeps versions."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests import pictures
from tests.adapters.test_calls import stored
from tests.adapters.test_imports_command import Folder
from tests.adapters.test_imports_command import folder as folder
from tests.adapters.test_library import shelved
from tests.fakes import FakeRemote
from typer.testing import CliRunner

from pipeline import import_file
from vitrine import environment
from vitrine.clock import now
from vitrine.domain.locations import original_address
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.domain.rules import FILE_RULES
from vitrine.domain.shops import Shop, product_key
from vitrine.domain.uploads import UploadBatch, UploadFile
from vitrine.services.catalogue import Catalogue
from vitrine.services.changing import Change, change_image
from vitrine.services.reading import get_entry
from vitrine.services.removing import remove_image, retire_image
from vitrine.services.sources import at_hand
from vitrine_cli.app import app
from vitrine_cli.operations import forgetting

PRODUCT = product_key("7")


@pytest.fixture
def versioned(folder: Folder) -> Folder:
    """The import folder of a stack with `BackupDays`, and its images 1 and 2."""
    folder.account.client("s3").put_bucket_versioning(
        Bucket="originals", VersioningConfiguration={"Status": "Enabled"}
    )
    folder.drop("products/7/a.png", b"no picture")
    folder.put("products/7/a.png", picture := pictures.png(30, 20))
    import_file.handler(stored("import/s1/products/7/a.png", picture, "02"), None)
    folder.drop("products/7/a.png.png", pictures.png(31, 20))
    return folder


def catalogue() -> Catalogue:
    return Catalogue(Shop("s1"), environment.current().stores, FakeRemote({}))


def replace_bytes(image: int) -> None:
    """Give an image other bytes, and delete the earlier original as the pipeline does."""
    found = get_entry(catalogue(), PRODUCT, image)
    change = Change(source=at_hand(pictures.png(90, 20), "new.png"))
    change_image(catalogue(), found, change, FILE_RULES)
    earlier = original_address(found.image).original_key
    environment.current().stores.blobs.remove_originals([earlier])


def versions(folder: Folder, prefix: str) -> list[tuple[str, bool]]:
    """The key of each version below a prefix, and whether it is a delete marker."""
    found = folder.account.client("s3").list_object_versions(Bucket="originals", Prefix=prefix)
    return [
        *((each["Key"], False) for each in found.get("Versions", [])),
        *((each["Key"], True) for each in found.get("DeleteMarkers", [])),
    ]


def forget(image: str) -> dict[str, Any]:
    arguments = ["image", "forget", image, "--yes", "--no-wait", "--stack", "shop"]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_nothing_is_left_of_replaced_bytes_and_of_the_dropped_file(versioned: Folder) -> None:
    replace_bytes(1)
    originals = versions(versioned, "originals/s1/1/")
    assert len(originals) == 3, "two originals, and the marker of the one that was replaced"
    dropped = "import/s1/products/7/a.png"
    assert versions(versioned, dropped).count((dropped, False)) == 2

    told = forget("s1/1")

    assert (told["state"], told["image"]) == ("working", 1)
    assert versions(versioned, "originals/s1/1/") == []
    assert versions(versioned, "import/") == [(f"{dropped}.png", False)]
    assert [deleted for _, deleted in versions(versioned, "originals/s1/2/")] == [False]


def test_no_version_is_left_if_the_cdn_takes_too_long(
    versioned: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is gone, so that the command finds no image when it is repeated."""
    monkeypatch.setattr(forgetting, "_SECONDS", 0)

    run = CliRunner().invoke(app, ["image", "forget", "s1/1", "--yes", "--stack", "shop"])

    assert "it goes on by itself" in str(run.exception)
    assert versions(versioned, "originals/s1/1/") == []
    assert versions(versioned, "originals/s1/2/") != []


def test_versions_of_a_deleted_image_are_found_by_its_url(versioned: Folder) -> None:
    url = url_of(1)
    remove_image(catalogue(), PRODUCT, 1)
    assert versions(versioned, "originals/s1/1/") != []

    forget(url)

    assert versions(versioned, "originals/s1/1/") == []
    assert versions(versioned, "originals/s1/2/") != []


def test_an_image_whose_earlier_bytes_are_forgotten_stays(versioned: Folder) -> None:
    url = url_of(1)
    replace_bytes(1)
    before = versions(versioned, "originals/s1/1/")

    forget(url)

    assert versions(versioned, "originals/s1/1/") == before
    assert get_entry(catalogue(), PRODUCT, 1).image.original.width == 90


def test_nothing_is_left_of_a_file_that_was_sent_with_a_form(versioned: Folder) -> None:
    stores, data = environment.current().stores, pictures.png(44, 20)
    announced = UploadFile("sent.png", "image/png", len(data))
    number = stores.galleries.reserve_image_ids("s1", 1)
    until = now() + timedelta(hours=1)
    batch = UploadBatch("u1", "s1", PRODUCT, (announced,), "f", number, now(), until)
    stores.imports.create_batch(batch)
    key = batch.key(1)
    versioned.account.client("s3").put_object(Bucket="originals", Key=key, Body=data)
    import_file.handler(stored(key, data), None)
    assert sorted(versions(versioned, "uploads/")) == [(key, False), (key, True)]

    forget(f"s1/{number}")

    assert versions(versioned, "uploads/") == []
    assert versions(versioned, "import/") != []


@pytest.mark.parametrize("by_url", [False, True], ids=["id", "url"])
@pytest.mark.parametrize("retired", [False, True], ids=["live", "retired"])
def test_a_record_whose_original_is_lost_can_be_forgotten(
    versioned: Folder, *, by_url: bool, retired: bool
) -> None:
    """`shop usage --exact` names it; nothing else removes it."""
    url, address = url_of(2), original_address(get_entry(catalogue(), PRODUCT, 2).image)
    if retired:
        retire_image(catalogue(), PRODUCT, 2)
    environment.current().stores.blobs.remove_originals([address.original_key])

    told = forget(url if by_url else "s1/2")

    assert (told["state"], told["image"]) == ("working", 2)
    galleries = environment.current().stores.galleries
    assert galleries.gallery("s1", "7").order == (1,)
    assert galleries.retired("s1", 2) is None


def test_an_unknown_image_is_refused_before_anything_is_removed(versioned: Folder) -> None:
    for options in ([], ["--yes"]):
        run = CliRunner().invoke(app, ["image", "forget", "s1/77", *options, "--stack", "shop"])

        assert str(run.exception) == "The shop has no image 77."
        assert "Remov" not in run.output


def test_an_image_of_the_library_cannot_be_forgotten(versioned: Folder) -> None:
    stored = shelved(9)
    environment.current().stores.library.add(stored)
    rendition = original_address(stored).rendition_key(SETS["library"][0], Format.PNG)
    full_size = original_address(stored).full_size_key(Format.PNG)

    for named in ("s1/9", *(f"https://cdn.example/{key}" for key in (rendition, full_size))):
        run = CliRunner().invoke(app, ["image", "forget", named, "--yes", "--stack", "shop"])
        assert str(run.exception) == "Library images cannot be taken down."


def url_of(image: int) -> str:
    """The URL of a rendition of the image's present bytes."""
    address = original_address(get_entry(catalogue(), PRODUCT, image).image)
    return f"https://cdn.example/{address.rendition_key(SETS['gallery'][0], Format.PNG)}"

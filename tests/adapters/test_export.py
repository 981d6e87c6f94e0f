"""Exports: every original and all that is recorded of it, in a folder or a tar file."""

import csv
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import Result
from tests.adapters.conftest import MEDIA, REGION, Account, stores
from tests.adapters.test_galleries import MOMENT, add, image
from tests.adapters.test_library import shelved
from typer.testing import CliRunner

from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, ViewFacts
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import original_address
from vitrine.domain.names import FileName
from vitrine.domain.shops import ProductKey, Shop
from vitrine_cli.app import app
from vitrine_cli.operations import exporting, product_names
from vitrine_cli.operations.export_rows import path_segment, product_rows
from vitrine_cli.operations.export_targets import open_target
from vitrine_cli.operations.exporting import Selection
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.ui.failure import FailureError

Record = TypeVar("Record", Image, LibraryImage)
EVERYTHING = Selection()
SHOP = Shop("s1", settings={"openmage.store_views": "1:default,2:fr"})


@pytest.fixture
def stack(stack: StackRecords) -> StackRecords:
    stack.shops.create_shop(SHOP)
    return stack


def bytes_of(number: int) -> bytes:
    """The original of an image; an export never decodes it."""
    return f"picture {number}".encode()


def stored(stack: StackRecords, record: Record) -> Record:
    """The record with the properties of its original, which is stored."""
    data = bytes_of(record.id)
    original = replace(
        record.original, digest=hashlib.sha256(data).hexdigest(), size=len(data), revision=0
    )
    whole = replace(record, original=original)
    product = whole.product if isinstance(whole, Image) else ""
    stack.stores.blobs.put_original(
        original_address(whole).original_key, data, "image/png", product
    )
    return whole


def export_to(
    stack: StackRecords, path: Path, selection: Selection = EVERYTHING, **options: Any
) -> exporting.Export:
    with open_target(path, exporting.description(SHOP, selection)) as target:
        return exporting.export(stack, MEDIA, SHOP, selection, target, **options)


def rows(path: Path) -> list[dict[str, str]]:
    with (path / "images.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(root: Path) -> dict[str, bytes]:
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in root.rglob("*")
        if file.is_file()
    }


def fill(stack: StackRecords) -> None:
    """Two products with texts, views, roles and a name; a retired and a library image."""
    first = stored(stack, image(1, product="7"))
    views = {"2": ViewFacts("", 5), "1": ViewFacts(removed=True)}
    named = replace(stored(stack, image(2, product="7")), excluded=True, views=views)
    named = replace(named, name=FileName("lamp", 0, "png"))
    galleries = stack.stores.galleries
    head = add(stores(stack), first, named)
    change = head.place(1, 9).assign(2, ["image", "thumbnail"]).assign(1, ["thumbnail"], "2")
    galleries.commit(GalleryChange("s1", "7", head, change))
    gone = stored(stack, image(3, product="../a"))
    head = add(stores(stack), gone, stored(stack, image(4, product="../a")))
    galleries.commit(GalleryChange("s1", "../a", head, head.retire(3), retired=(gone,)))
    stack.stores.library.add(stored(stack, shelved(5)))


def test_an_export_has_every_original_and_what_is_recorded_of_it(
    stack: StackRecords, tmp_path: Path
) -> None:
    fill(stack)
    product_names.register(stack, "s1", "7", ["sku-7", "7-b"])

    result = export_to(stack, tmp_path / "out")

    assert (result.images, result.library, result.retired, result.written) == (3, 1, 0, 4)
    assert result.bytes == sum(len(bytes_of(each)) for each in (1, 2, 4, 5))
    names = {each["id"]: each["file"] for each in rows(tmp_path / "out")}
    assert names == {
        "2": "files/7/0001-2-фото 1+2 東京.png",
        "1": "files/7/0002-1-фото 1+2 東京.png",
        "4": "files/%2E.%2Fa/0001-4-фото 1+2 東京.png",
        "5": "library/product/0000-5-фото 1+2 東京.png",
    }
    found = contents(tmp_path / "out")
    assert {found[file] for file in names.values()} == {bytes_of(each) for each in (1, 2, 4, 5)}
    assert found.keys() == {*names.values(), "images.csv", "products.csv", "vitrine.json"}
    assert found["products.csv"] == b"product,alias\r\n7,7-b,sku-7\r\n"
    described = json.loads(found["vitrine.json"])
    assert described.pop("exported_at")
    assert described == {
        "format": 1,
        "shop": "s1",
        "selection": {"product": None, "since": None, "retired": False},
        "complete": True,
        "products": "open",
        "settings": {"openmage.store_views": "1:default,2:fr"},
        "counts": {"images": 3, "library": 1, "retired": 0, "bytes": result.bytes},
        "sha256": {
            name: hashlib.sha256(found[name]).hexdigest() for name in ("images.csv", "products.csv")
        },
    }


def test_a_row_has_texts_roles_and_what_store_views_override(
    stack: StackRecords, tmp_path: Path
) -> None:
    fill(stack)
    export_to(stack, tmp_path)

    found = {each["id"]: each for each in rows(tmp_path)}
    second, first, library = found["2"], found["1"], found["5"]

    url = second.pop("url")
    assert url.startswith(f"{MEDIA}/s1/product_images/")
    assert second == {
        "product": "7",
        "purpose": "",
        "file": "files/7/0001-2-фото 1+2 東京.png",
        "position": "1",
        "sort": "1",
        "alt": "red lamp é",
        "alt.fr": "lampe rouge",
        "thumbnail": "yes",
        "roles": "image|thumbnail",
        "excluded": "yes",
        "view.default.overrides": "removed",
        "view.default.removed": "yes",
        "view.fr.label": "",
        "view.fr.overrides": "label|position|roles",
        "view.fr.position": "6",
        "view.fr.roles": "image",
        "name": "lamp.png",
        "file_name": "фото 1+2 東京.png",
        "sha256": hashlib.sha256(bytes_of(2)).hexdigest(),
        "source_id": "@vitrine/s1/7/2-20240105T100000123",
        "id": "2",
        "created_at": "2024-01-05T10:00:00.123+00:00",
    }
    assert (first["sort"], first["thumbnail"], first["excluded"]) == ("9", "no", "no")
    assert (first["view.fr.roles"], first["view.fr.overrides"]) == ("thumbnail", "roles")
    assert (library["purpose"], library["product"], library["position"]) == ("product", "", "")


def test_a_repeated_export_fetches_only_what_is_not_there(
    stack: StackRecords, tmp_path: Path
) -> None:
    fill(stack)
    export_to(stack, tmp_path)
    before = contents(tmp_path)
    cut, lost, *_ = (each["file"] for each in rows(tmp_path))
    (tmp_path / cut).write_bytes(b"pic")
    (tmp_path / lost).unlink()
    (tmp_path / "files/7/0009-9-old.png").write_bytes(b"old")

    result = export_to(stack, tmp_path)

    assert (result.images, result.written, result.others) == (3, 2, ["files/7/0009-9-old.png"])
    after = contents(tmp_path)
    assert after.pop("files/7/0009-9-old.png") == b"old"
    del before["vitrine.json"], after["vitrine.json"]
    assert after == before


def test_an_interrupted_export_is_completed(stack: StackRecords, tmp_path: Path) -> None:
    fill(stack)
    read: list[str] = []

    class Interrupted(type(stack.stores.blobs)):  # type: ignore[misc]
        """Originals of which two can be read."""

        def original(self, key: str) -> Any:
            read.append(key)
            if len(read) > 2:
                raise KeyboardInterrupt
            return super().original(key)

    account = stores(stack).account
    assert account
    cut = replace(stack.stores, blobs=Interrupted(account.s3(), "originals", "media"))
    with pytest.raises(KeyboardInterrupt):
        export_to(replace(stack, stores=cut), tmp_path / "a")
    assert not json.loads((tmp_path / "a/vitrine.json").read_text())["complete"]
    assert not list((tmp_path / "a").rglob("*.part"))

    assert export_to(stack, tmp_path / "a").written == 2
    export_to(stack, tmp_path / "b")
    interrupted, clean = contents(tmp_path / "a"), contents(tmp_path / "b")
    del interrupted["vitrine.json"], clean["vitrine.json"]
    assert interrupted == clean


def test_a_tar_file_has_the_same_contents_or_does_not_exist(
    stack: StackRecords, tmp_path: Path
) -> None:
    fill(stack)
    export_to(stack, tmp_path / "folder")
    file = tmp_path / "out.tar"

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_to(stack, file, advance=interrupt)
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]

    export_to(stack, file)
    with tarfile.open(file) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    unpacked, folder = contents(tmp_path / "unpacked"), contents(tmp_path / "folder")
    del unpacked["vitrine.json"], folder["vitrine.json"]
    assert unpacked == folder
    with pytest.raises(FailureError, match="exists already"):
        export_to(stack, file)


def test_a_selection_is_exported_alone(stack: StackRecords, tmp_path: Path) -> None:
    fill(stack)
    product_names.register(stack, "s1", "7", [])
    product_names.register(stack, "s1", "8", [])
    late = replace(image(6, product="8"), created_at=MOMENT + timedelta(days=2))
    add(stores(stack), stored(stack, late))

    def ids(name: str, selection: Selection) -> list[str]:
        export_to(stack, tmp_path / name, selection)
        return [each["id"] for each in rows(tmp_path / name)]

    assert ids("product", Selection(product="7")) == ["2", "1"]
    assert (tmp_path / "product/products.csv").read_text() == "product,alias\n7\n"
    assert ids("since", Selection(since=datetime(2024, 1, 6, tzinfo=UTC))) == ["6"]
    assert ids("retired", Selection(retired=True)) == ["4", "2", "1", "6", "3", "5"]
    kept = {each["id"]: (each["retired"], each["file"]) for each in rows(tmp_path / "retired")}
    assert kept["3"] == ("yes", "files/%2E.%2Fa/0000-3-фото 1+2 東京.png")
    assert kept["4"][0] == ""


def test_other_contents_are_never_mixed_with_an_export(stack: StackRecords, tmp_path: Path) -> None:
    fill(stack)
    export_to(stack, tmp_path / "all")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    (tmp_path / "file").write_text("")

    with pytest.raises(FailureError, match="no export of this shop and selection"):
        export_to(stack, tmp_path / "all", Selection(product="7"))
    with pytest.raises(FailureError, match="is not empty"):
        export_to(stack, tmp_path / "mine")
    with pytest.raises(FailureError, match="Not a directory"):
        export_to(stack, tmp_path / "file")
    assert contents(tmp_path / "mine") == {"letter.txt": b"dear"}


def test_images_without_their_original_are_named_and_left_out(
    stack: StackRecords, tmp_path: Path
) -> None:
    fill(stack)
    blobs = stack.stores.blobs
    lost, other = (stack.stores.galleries.image("s1", "7", each) for each in (1, 2))
    assert lost
    assert other
    blobs.remove_originals([original_address(lost).original_key])
    blobs.put_original(original_address(other).original_key, b"other", "image/png", "7")

    result = export_to(stack, tmp_path)

    assert (result.missing, result.damaged, result.images) == ([1], [2], 1)
    assert [each["id"] for each in rows(tmp_path)] == ["4", "5"]
    assert not json.loads((tmp_path / "vitrine.json").read_text())["complete"]


def test_changes_during_an_export_are_followed(stack: StackRecords, tmp_path: Path) -> None:
    fill(stack)
    galleries, blobs = stack.stores.galleries, stack.stores.blobs
    head, images = galleries.gallery_with_images("s1", "7")
    old, new = images[1], replace(images[1].original, digest=hashlib.sha256(b"new").hexdigest())
    changed = replace(old, original=replace(new, size=3, revision=1), version=old.version + 1)
    wanted = {original_address(images[number]).original_key for number in (1, 2)}

    class Changing(type(blobs)):  # type: ignore[misc]
        """Originals of which one is replaced and one deleted before they are read."""

        def original(self, key: str) -> Any:
            if key in wanted:
                wanted.clear()
                gone = head.remove(2)
                change = GalleryChange(
                    "s1", "7", head, gone, removed=(images[2],), changed=((old, changed),)
                )
                galleries.commit(change)
                blobs.put_original(original_address(changed).original_key, b"new", "image/png")
                blobs.remove_originals(
                    [original_address(each).original_key for each in images.values()]
                )
            return super().original(key)

    account = stores(stack).account
    assert account
    busy = replace(stack.stores, blobs=Changing(account.s3(), "originals", "media"))
    result = export_to(replace(stack, stores=busy), tmp_path, at_once=1)

    assert (result.deleted, result.missing, result.images) == (1, [], 2)
    assert (tmp_path / "files/7/0002-1-фото 1+2 東京.png").read_bytes() == b"new"


def test_a_shop_whose_products_are_not_indexed_is_refused(
    stack: StackRecords, tmp_path: Path
) -> None:
    stack.shops.unlist("s1")
    with pytest.raises(FailureError, match="reindex"):
        export_to(stack, tmp_path)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("7", "7"),
        ("..", "%2E%2E"),
        (".hidden.png", "%2Ehidden.png"),
        ("a?b:c*|%41.png", "a%3Fb%3Ac%2A%7C%2541.png"),
        (" two ", "%20two%20"),
        ("лампа 東京 🙂", "лампа 東京 🙂"),
    ],
)
def test_a_product_names_a_folder_on_every_system(text: str, name: str) -> None:
    assert path_segment(text) == name


def test_long_names_are_shortened_and_stay_different() -> None:
    names = [path_segment("🙂" * 63 + end) for end in ("a.jpeg", "b.jpeg", "🙂")]
    assert len(set(names)) == 3
    assert all(len(name.encode()) <= 200 for name in names)
    assert names[0].endswith(".jpeg")


def test_many_aliases_take_several_lines_that_can_be_imported(stack: StackRecords) -> None:
    aliases = [ProductKey(f"sku-{number:03}") for number in range(150)]
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows(product_rows({ProductKey("7"): aliases}))

    imported = product_names.import_products(stack, "s1", io.BytesIO(lines.getvalue().encode()))

    assert [each.problem for each in imported] == ["", "", ""]
    assert stack.shops.products("s1") == {"7": aliases}


@pytest.fixture
def command(
    account: Account, stack: StackRecords, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs `vitrine export` on a stack that has a shop."""
    fill(stack)
    outputs = {
        "Table": "table",
        "OriginalsBucket": "originals",
        "MediaBucket": "media",
        "MediaUrl": MEDIA,
        "FailedEvents": "https://queue.example",
        "ApiUrl": "https://api.example",
        "NativeApiUrl": "https://cdn.example/vitrine/v1",
    }
    template = {"Outputs": {name: {"Value": value} for name, value in outputs.items()}}
    account.client("cloudformation").create_stack(
        StackName="shop", TemplateBody=json.dumps({"Resources": {}, **template})
    )
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["export", *arguments, "--stack", "shop"])

    return run


def test_the_command_prints_what_it_exported(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    assert command("s1", str(tmp_path / "out"), "--since", "2024-01-05").stdout == (
        "Images exported: 3; of the library: 1; retired: 0. Originals: 36 B, 4 written now.\n"
    )
    tar = tmp_path / "out.tar"
    printed = json.loads(command("s1", str(tar), "--json", "--product", "7").stdout)
    assert printed == {
        "shop": "s1",
        "target": str(tar),
        "images": 2,
        "library": 0,
        "retired": 0,
        "bytes": 18,
        "written": 2,
        "deleted": 0,
        "missing": [],
        "damaged": [],
        "others": [],
    }
    failed = command("s2", str(tmp_path / "other"))
    assert isinstance(failed.exception, FailureError)
    assert str(failed.exception).startswith("There is no shop 's2'; ")
    assert not (tmp_path / "other").exists()


def test_the_command_fails_where_it_left_an_image_out(
    command: Callable[..., Result], stack: StackRecords, tmp_path: Path
) -> None:
    stack.stores.blobs.remove_originals(stack.stores.blobs.original_keys("s1", 1))
    failed = command("s1", str(tmp_path))
    assert failed.stdout.startswith("Images exported: 2;")
    assert str(failed.exception) == "Images without a stored original: 1."

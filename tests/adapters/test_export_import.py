"""An export that is imported into an empty shop: the export of that shop is the same."""

import csv
import hashlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests import pictures
from tests.adapters.conftest import MEDIA, Account, Adapters, on_aws
from tests.adapters.test_galleries import MOMENT
from tests.adapters.test_imports_command import OUTPUTS
from typer.testing import CliRunner

from vitrine.domain.gallery import HIGHEST_SORT, THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, Original, Texts, ViewFacts
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import original_address, storage_name
from vitrine.domain.names import FileName
from vitrine.domain.pictures import Format
from vitrine.domain.shops import Shop
from vitrine_cli.app import app

PICTURES = [pictures.png(10 + width, 9) for width in range(4)]
SETTINGS = {"openmage.store_views": "1:default,2:fr", "inventorum.account": "1627"}
OWN = {"id", "created_at", "url", "source_id", "file"}
"""Columns with ids, dates and URLs."""
PRODUCTS = ("7", "a?b", " x ", "..", "кружка", "@vitrine", "mug 🙂", "library", 'it\'s, "it";')
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
texts = st.one_of(TEXTS, st.sampled_from(["", " a ", "a\rb", "a\r\nb", '"', "x" * 1000, "=1+1"]))
sorts = st.one_of(st.integers(-1, 9), st.just(HIGHEST_SORT))
facts = st.builds(
    ViewFacts,
    label=st.none() | texts,
    sort=st.none() | sorts,
    excluded=st.none() | st.booleans(),
    removed=st.booleans(),
).filter(lambda each: each != ViewFacts())


@st.composite
def galleries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What is recorded of the images of a product, and the roles that they hold."""
    images = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "picture": st.sampled_from(PICTURES),
                    "file_name": texts,
                    "texts": st.builds(
                        Texts, texts, st.dictionaries(st.sampled_from(["pt", "pt_BR"]), texts)
                    ),
                    "excluded": st.booleans(),
                    "views": st.dictionaries(st.sampled_from(["1", "2"]), facts),
                    "sort": sorts,
                    "named": st.booleans(),
                    "retired": st.integers(0, 4).map(lambda number: number == 0),
                    "roles": st.just(set()),
                }
            ),
            max_size=4,
        )
    )
    for role in (THUMBNAIL, "image"):
        for view in (None, "1", "2"):
            holder = draw(st.none() | st.integers(0, 3))
            if holder is not None and holder < len(images):
                images[holder] = {
                    **images[holder],
                    "roles": images[holder]["roles"] | {(view, role)},
                }
    return images


shops = st.fixed_dictionaries(
    {
        "products": st.dictionaries(st.sampled_from(PRODUCTS), galleries(), max_size=3),
        "library": st.lists(
            st.tuples(st.sampled_from(Purpose), st.sampled_from(PICTURES), texts), max_size=3
        ),
    }
)


@dataclass(frozen=True)
class Mover:
    """Somebody who exports and imports the shops of the stack `shop`."""

    account: Account
    folder: Path

    @property
    def stores(self) -> Adapters:
        return on_aws(self.account)

    def run(self, *arguments: str) -> Any:
        """The object that a command prints, which ends well. moto serves one thread at a time."""
        done = CliRunner().invoke(app, [*arguments, "--at-once", "1", "--stack", "shop", "--json"])
        assert done.exit_code == 0, (done.output, done.exception)
        return json.loads(done.stdout)

    def export(self, shop: str) -> tuple[list[dict[str, str]], dict[str, bytes]]:
        """Lines of `images.csv` without ids, dates and URLs, and each file by its SHA-256."""
        target = self.folder / shop
        self.run("export", shop, str(target))
        with (target / "images.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        kept = []
        for row in rows:
            data = (target / row["file"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == row["sha256"]
            named = Path(row["file"])
            kept.append(
                {key: value for key, value in row.items() if key not in OWN and value != ""}
                | {"path": f"{named.parent}/{named.name.partition('-')[0]}"}
            )
        files = {file.name: file.read_bytes() for file in target.glob("products.csv")}
        return kept, files

    def fill(self, shop: str, content: dict[str, Any]) -> None:
        """Create a shop with this content."""
        stores = self.stores
        stores.shops.create_shop(Shop(shop, settings=SETTINGS))
        for product, images in content["products"].items():
            self._add(shop, product, images)
        for purpose, data, name in content["library"]:
            number = stores.galleries.next_image_id(shop)
            original = _original(data, name)
            made = LibraryImage(number, shop, "1627", purpose, original, MOMENT, MOMENT)
            self._store(made, data)
            stores.library.add(made)

    def _add(self, shop: str, product: str, images: list[dict[str, Any]]) -> None:
        head, records, stores = Gallery(), [], self.stores
        for each in images:
            number = stores.galleries.next_image_id(shop)
            name = FileName(f"name_{number}", 0, "png") if each["named"] else None
            image = Image(
                *(number, shop, product, _original(each["picture"], each["file_name"])),
                *(MOMENT, MOMENT, _without_empty(each["texts"]), each["excluded"], each["views"]),
                name=name,
            )
            self._store(image, each["picture"])
            after = head.put(number, each["sort"])
            named = (name, number) if name else None
            added = GalleryChange(shop, product, head, after, added=(image,), named=named)
            head = stores.galleries.commit(added)
            records.append(image)
        after = head
        for image, each in zip(records, images, strict=True):
            for view in (None, "1", "2"):
                if roles := {role for where, role in each["roles"] if where == view}:
                    after = after.assign(image.id, roles, view)
        if after != head:
            head = stores.galleries.commit(GalleryChange(shop, product, head, after))
        for image, each in zip(records, images, strict=True):
            if each["retired"]:
                gone = GalleryChange(shop, product, head, head.retire(image.id), retired=(image,))
                head = stores.galleries.commit(gone)

    def _store(self, image: Image | LibraryImage, data: bytes) -> None:
        key = original_address(image).original_key
        self.stores.blobs.put_original(key, data, "image/png")


def _original(data: bytes, name: str) -> Original:
    digest = hashlib.sha256(data).hexdigest()
    return Original(
        digest, Format.PNG, len(data), len(data), 10, 9, file_name=storage_name(name), turned=False
    )


def _without_empty(given: Texts) -> Texts:
    kept = {language: text for language, text in given.translations.items() if text}
    return replace(given, translations=kept)


@pytest.fixture
def mover(
    open_account: Callable[[str], Account], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Mover:
    account = open_account("boto3")
    monkeypatch.setenv("AWS_DEFAULT_REGION", account.region_name)
    monkeypatch.chdir(tmp_path)
    outputs = {**OUTPUTS, "MediaUrl": MEDIA}
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    account.client("cloudformation").create_stack(
        StackName="shop", TemplateBody=json.dumps(template)
    )
    return Mover(account, tmp_path)


NUMBERS = itertools.count()


# Not shrunk: an example takes a second.
@settings(
    max_examples=8,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=shops)
def test_an_export_survives_an_import(mover: Mover, content: dict[str, Any]) -> None:
    number = next(NUMBERS)
    old, new = f"old-{number}", f"new-{number}"
    mover.fill(old, content)
    before = mover.export(old)
    mover.stores.shops.create_shop(Shop(new, settings=SETTINGS))

    done = mover.run("import", new, str(mover.folder / old))

    rows, files = mover.export(new)
    for row, other in itertools.zip_longest(before[0], rows, fillvalue={}):
        assert {*row.items()} ^ {*other.items()} == set()
    assert files == before[1]
    assert (done["added"], done["rejected"], done["differences"]) == (len(before[0]), 0, 0)
    again = mover.run("import", new, str(mover.folder / old), "--no-verify")
    assert (again["added"], again["present"]) == (0, len(before[0]))
    own = mover.run("import", old, str(mover.folder / old), "--no-verify")
    assert (own["added"], own["present"]) == (0, len(before[0]))

"""Folders and CSV files as sources of an import."""

import csv
import io
import os
import random
from pathlib import Path

import pytest

from vitrine.domain.gallery import THUMBNAIL
from vitrine_cli.importing.csv_columns import cells_of, columns_of
from vitrine_cli.importing.source import LAST, Page, SourceImage, SourceProduct, ViewValues
from vitrine_cli.importing.sources.csv_file import CsvFile
from vitrine_cli.importing.sources.folder import Folder, pattern_of
from vitrine_cli.ui.failure import FailureError


def listed(folder: Path, pattern: str = "") -> Page:
    (page,) = Folder(folder, pattern).pages(None)
    return page


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")


def ids(page: Page) -> dict[str, list[str]]:
    return {
        each.name: [image.id for image in sorted(each.images, key=lambda image: image.rank)]
        for each in page.products
    }


# Folders


def test_files_of_a_product_are_in_natural_order(tmp_path: Path) -> None:
    make(tmp_path, "Mug/10.jpg", "Mug/2.jpg", "Mug/1.jpg", "a%3Fb/x.png", "кружка 1/я.png")

    assert ids(listed(tmp_path)) == {
        "mug": ["1.jpg", "2.jpg", "10.jpg"],
        "a?b": ["x.png"],
        "кружка 1": ["я.png"],
    }


def test_what_is_no_picture_of_a_product_is_counted_or_rejected(tmp_path: Path) -> None:
    make(
        *(tmp_path / "shop", "mug/1.jpg", "mug/.DS_Store", "mug/Thumbs.db", "_old/1.jpg"),
        *("__MACOSX/1.jpg", "mug/deep/er/2.jpg", "mug/deep/er/.x"),
        *("mug/deep/2.jpg", "loose.jpg", f"{'x' * 65}/1.jpg", "a%2Fb/1.jpg"),
    )
    make(tmp_path, "outside.jpg")
    (tmp_path / "shop/mug/link.jpg").symlink_to(tmp_path / "outside.jpg")
    (tmp_path / "shop/mug/inside.jpg").symlink_to(tmp_path / "shop/mug/1.jpg")
    (tmp_path / "shop/mug/circle.jpg").symlink_to(tmp_path / "shop/mug/circle.jpg")
    (tmp_path / "shop/circle").symlink_to("circle")
    (tmp_path / "shop/mug/lost.jpg").symlink_to("none.jpg")
    os.mkfifo(tmp_path / "shop/mug/pipe.jpg")
    source = Folder(tmp_path / "shop")

    (page,) = source.pages(None)

    assert ids(page) == {"mug": ["1.jpg", "inside.jpg"]}
    assert source.left_out == {
        "hidden and system files": 5,
        "links that lead out of the folder or nowhere": 4,
        "neither files nor folders": 1,
    }
    bad = "its folder cannot name a product: 1 to 64 characters, no '/', no control characters"
    assert {each.place: each.reason for each in page.unreadable} == {
        "a%2Fb/1.jpg": bad,
        "loose.jpg": "it is in no product's folder, and fits no --pattern",
        "mug/deep/2.jpg": "it lies deeper than <product>/<file>",
        "mug/deep/er/2.jpg": "it lies deeper than <product>/<file>",
        f"{'x' * 65}/1.jpg": bad,
    }


def test_a_pattern_finds_the_product_in_names(tmp_path: Path) -> None:
    make(tmp_path, "mug_2.jpg", "mug_10.jpg", "tea-pot_1.jpg", "mug/9.jpg", "other.jpg")

    page = listed(tmp_path, "{product}_{n}")

    assert ids(page) == {
        "mug": ["9.jpg", "mug_2.jpg", "mug_10.jpg"],
        "tea-pot": ["tea-pot_1.jpg"],
    }
    assert [each.place for each in page.unreadable] == ["other.jpg"]


def test_two_files_of_a_product_with_one_name_are_not_one_image(tmp_path: Path) -> None:
    """Folders whose names differ in case or in percent encodings name one product."""
    make(tmp_path, "Mug/1.png", "mug/1.png", "MUG/2.png", "a%3Fb/1.png", "a?b/1.png")
    make(tmp_path, "tea/tea_1.png", "tea_1.png")

    page = listed(tmp_path, "{product}_{n}")

    assert ids(page) == {"a?b": ["1.png"], "mug": ["1.png", "2.png"], "tea": ["tea_1.png"]}
    paths = {image.places[0] for product in page.products for image in product.images}
    rejected = reasons(page)
    assert set(rejected.values()) == {
        "another file of the same product has its name; rename one of them"
    }
    assert (len(rejected), len(paths | rejected.keys())) == (3, 7)
    assert "tea_1.png" in rejected


def test_names_that_are_not_utf_8_are_rejected(tmp_path: Path) -> None:
    """As from an old archive; the list has a replacement for each such byte."""
    names = (b"m\xfcg/1.jpg", b"m\xfcg/deep/2.jpg", b"tea/\xfc.jpg", b"a%FFb/1.jpg", b"\xfc_1.jpg")
    make(tmp_path, *map(os.fsdecode, names), "tea/1.jpg", "%FF_1.jpg", "\udcfc.jpg")

    page = listed(tmp_path, "{product}_{n}")

    assert ids(page) == {"tea": ["1.jpg"]}
    reason = "its name, or that of its folder, is not UTF-8"
    assert reasons(page) == {
        "a%FFb/1.jpg": reason,
        "m\ufffdg/1.jpg": reason,
        "m\ufffdg/deep/2.jpg": "it lies deeper than <product>/<file>",
        "tea/\ufffd.jpg": reason,
        "%FF_1.jpg": reason,
        "\ufffd_1.jpg": reason,
        "\ufffd.jpg": "it is in no product's folder, and fits no --pattern",
    }


@pytest.mark.parametrize(
    "text", ["{n}", "{product}{product}", "{product}{x}", "", "{product}{n}{n}"]
)
def test_patterns_name_the_product_once(text: str) -> None:
    with pytest.raises(FailureError, match="pattern"):
        pattern_of(text)


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match="cannot be read: No such file"):
        listed(tmp_path / "none")


# CSV files


def read(tmp_path: Path, text: str | bytes) -> tuple[Page, CsvFile]:
    file = tmp_path / "images.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    source = CsvFile(file, tmp_path)
    (page,) = source.pages(None)
    return page, source


def reasons(page: Page) -> dict[str, str]:
    return {each.place: each.reason for each in page.unreadable}


def test_all_columns_are_read(tmp_path: Path) -> None:
    page, source = read(
        tmp_path,
        "\ufeffurl;product;file;position;sort;alt;alt.pt;alt.pt_BR;thumbnail;roles;excluded;name;sha256;"
        "view.fr.label;view.fr.position;view.fr.excluded;view.fr.roles;colour\r\n"
        f";Mug;mug/a.jpg;2;7;Blue;Azul;Anil;yes;image|small_image;no;m.jpg;{'AB' * 32};"
        "Bleu;1;true;image;red\r\n"
        'HTTPS://shop.example/b.jpg;mug;;;;"two\r\nlines; quoted ""so""";;;0;;1;;;;;;|;\r\n',
    )

    assert page.unreadable == ()
    (product,) = page.products
    assert product == SourceProduct(
        "mug",
        (
            SourceImage(
                *("a.jpg", ("mug/a.jpg",), 7, 7, "a.jpg", "Blue", {"pt": "Azul", "pt_BR": "Anil"}),
                roles=frozenset({THUMBNAIL, "image", "small_image"}),
                views={"fr": ViewValues("Bleu", 0, excluded=True, roles=frozenset({"image"}))},
                name="m.jpg",
                sha256="ab" * 32,
                line=2,
            ),
            SourceImage(
                *("HTTPS://shop.example/b.jpg", ("HTTPS://shop.example/b.jpg",), LAST + 3),
                alt='two\r\nlines; quoted "so"',
                roles=frozenset(),
                excluded=True,
                views={"fr": ViewValues(roles=frozenset())},
                line=3,
            ),
        ),
    )
    assert source.notes == ["columns without a meaning: colour"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("m,", "a line needs a file or a url"),
        (",a.jpg", "'' cannot name a product"),
        ("a/b,a.jpg", "'a/b' cannot name a product"),
        ("m,../a.jpg", "'../a.jpg' is no path below the folder"),
        ("m,/a.jpg", "'/a.jpg' is no path below the folder"),
        ("m,,ftp://x/y", "'ftp://x/y' is no http or https URL"),
        ("m,a.jpg,,0", "position is a whole number from 1 on, not '0'"),
        ("m,a.jpg,,1.5", "position is a whole number from 1 on, not '1.5'"),
        ("m,a.jpg,,99999999999", "position is a whole number from 1 on, not '99999999999'"),
        ("m,a.jpg,,,maybe", "thumbnail is one of 1, 0, true, false, yes and no, not 'maybe'"),
        ("m,a.jpg,,,,A B", "'A B' is no role"),
        ("m,a.jpg,,,,,abc", "sha256 has 64 hexadecimal digits"),
        (f"m,a.jpg,,,,,,{'x' * 1001}", "a text has at most 1000 characters"),
        ("m,a.jpg,,,,,,,,,surplus", "the line has more cells than the header: 'surplus'"),
        ("m,a.jpg,,,,,,,maybe", "retired is one of 1, 0, true, false, yes and no, not 'maybe'"),
        ("m,a.jpg,,,,,,,,colour", "view.fr.overrides names 'colour', which no view overrides"),
        ("m,a.jpg,,,,,,,,label|position", "view.fr.position is empty, and view.fr.overrides"),
        ('m,"a.jpg', "it is not valid CSV"),
        ('m,"a"b.jpg', "it is not valid CSV"),
    ],
)
def test_a_wrong_line_is_rejected_by_its_number_and_the_rest_goes_on(
    tmp_path: Path, line: str, reason: str
) -> None:
    header = "product,file,url,position,thumbnail,roles,sha256,alt,retired,view.fr.overrides"
    page, _ = read(tmp_path, f"{header}\nm,1.jpg\n\n{line}\nm,2.jpg\n")

    assert ids(page) == {"m": ["1.jpg", "2.jpg"]}
    ((place, told),) = reasons(page).items()
    assert place == "line 4"
    assert told.startswith(reason)


def test_more_than_eleven_texts_are_too_many(tmp_path: Path) -> None:
    languages = [f"alt.{a}{b}" for a in "abcd" for b in "xyz"][:11]
    page, _ = read(
        tmp_path,
        f"product,file,alt,{','.join(languages)}\nm,a.jpg,x{',y' * 11}\nm,b.jpg,{',y' * 11}\n",
    )
    assert reasons(page) == {"line 2": "an image has at most 11 texts"}
    assert ids(page) == {"m": ["b.jpg"]}


def test_a_picture_is_named_once_and_a_product_has_one_thumbnail(tmp_path: Path) -> None:
    page, source = read(
        tmp_path,
        "product,file,thumbnail\nm,a.jpg,1\nM,b.jpg,1\nm,m/a.jpg,\nm,a.jpg,0\n",
    )

    assert reasons(page) == dict.fromkeys(
        ["line 4", "line 5"], "an earlier line names the same picture of the product"
    )
    assert [each.roles for each in page.products[0].images] == [{THUMBNAIL}, set()]
    assert source.notes == ["line 3: product m has a thumbnail already"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs the columns"),
        ("a,b\nm,a.jpg\n", "needs the columns"),
        ("product,file,file\n", "has the column 'file' twice"),
        ('product,"file\n', "is not valid CSV"),
        (b"product,file\nm,\xff.jpg\n", "is no CSV file in UTF-8 .byte 15"),
    ],
)
def test_a_file_without_a_valid_header_is_refused(
    tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    with pytest.raises(FailureError, match=sentence):
        read(tmp_path, text)


def test_the_same_file_has_one_id_in_a_folder_and_in_a_csv_file(tmp_path: Path) -> None:
    make(tmp_path, "a%3Fb/1.jpg")
    page, _ = read(tmp_path, "product,file\na?b,a%3Fb/1.jpg\n")
    assert ids(page) == ids(listed(tmp_path)) == {"a?b": ["1.jpg"]}


def test_a_line_of_an_export_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Blanks belong to values, an empty cell can override, and deleted images stay deleted."""
    page, source = read(
        tmp_path,
        "product,file,url,alt,file_name,view.fr.label,view.fr.overrides,view.fr.removed,source_id,"
        "retired,id,created_at\n"
        " mug ,files/x.png,https://cdn.example/x.png, red , x.png,,label|removed,yes,"
        "@vitrine/s1/ mug /7-20240105T100000123,,7,2024-01-05\n"
        "mug,files/y.png,https://cdn.example/y.png,,y.png,,,,@vitrine/s1/mug/8-1,yes,8,2024-01-05\n",
    )

    (product,) = page.products
    assert product == SourceProduct(
        " mug ",
        (
            SourceImage(
                *("@vitrine/s1/ mug /7-20240105T100000123", ("files/x.png",), LAST),
                file_name=" x.png",
                alt=" red ",
                views={"fr": ViewValues("", removed=True)},
                line=2,
            ),
        ),
    )
    assert (page.unreadable, source.notes, source.left_out) == ((), [], {"deleted images": 1})


CELLS = {
    "product": ["m", "Mug", "a?b", "кружка", "", "a/b", "x" * 65],
    "file": ["a.jpg", "m/b.jpg", "", "", "../c.jpg", 'quo"ted.jpg', "line\nbreak.jpg", " d.jpg "],
    "url": ["", "", "", "https://shop.example/a.jpg?b,c", "ftp://x"],
    "position": ["", "", "1", "2", "0", "many"],
    "sort": ["", "", "-1", "0", "5", "-2"],
    "alt": ["", "text", 'two\r\nlines "quoted"', "; , |", "x" * 1001],
    "alt.pt_BR": ["", "azul"],
    "thumbnail": ["", "0", "yes", "perhaps"],
    "roles": ["", "image", "image|small_image", "|", "Not A Role"],
    "excluded": ["", "1", "no"],
    "sha256": ["", "", "ab" * 32, "ab"],
    "view.fr.roles": ["", "|", "image"],
    "view.fr.position": ["", "0", "3"],
    "view.fr.overrides": ["", "label", "label|roles", "position", "colour"],
    "view.2.removed": ["", "yes", "no", "perhaps"],
    "colour": ["", "red"],
}


@pytest.mark.parametrize("seed", range(200))
def test_every_line_is_an_image_or_rejected_and_never_both(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    columns = ["product", "file", *chance.sample(sorted(CELLS)[:], chance.randint(0, 8))]
    columns = list(dict.fromkeys(columns))
    chance.shuffle(columns)
    rows = [[chance.choice(CELLS[name]) for name in columns] for _ in range(chance.randint(0, 25))]
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=chance.choice(",;"), lineterminator=chance.choice(["\n", "\r\n"])
    )
    writer.writerows([columns, *rows])
    page, _ = read(tmp_path, ("\ufeff" if chance.random() < 0.5 else "") + out.getvalue())

    images = [image for product in page.products for image in product.images]
    lines = [image.line for image in images]
    rejected = [int(each.place.removeprefix("line ")) for each in page.unreadable]
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len({*lines, *rejected}) == len(lines) + len(rejected) == len(filled)

    written = [dict(zip(columns, map(str.strip, row), strict=True)) for row in filled]
    found = {image.line: image.cells for image in images}
    found |= {int(each.place.removeprefix("line ")): each.cells for each in page.unreadable}
    assert [found[line] for line in sorted(found)] == written

    # What is rejected is valid input again: mended, it is accepted; images survive the writing.
    again = [
        {**cells_of(product, image, image.id), "reason": "x"}
        for product in page.products
        for image in product.images
    ]
    header = columns_of(again)
    rewritten = io.StringIO()
    writing = csv.DictWriter(rewritten, header, extrasaction="ignore")
    writing.writeheader()
    writing.writerows(again)
    second, _ = read(tmp_path, rewritten.getvalue())
    assert second.unreadable == ()
    for before, after in zip(page.products, second.products, strict=True):
        for one, other in zip(before.images, after.images, strict=True):
            assert (one.id, one.places, one.sort, one.alt, one.roles, one.views, one.excluded) == (
                *(other.id, other.places, other.sort, other.alt, other.roles, other.views),
                other.excluded,
            )

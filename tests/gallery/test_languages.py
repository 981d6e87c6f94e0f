"""The page's languages: complete, chosen well, and with their own plurals."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect
from tests.gallery.conftest import Visit
from tests.gallery.fake_state import FakeServer
from tests.gallery.sample_pictures import samples
from tests.gateway import ROOT

SOURCES = ROOT / "gallery/src"
MESSAGES = SOURCES / "messages"
LANGUAGES = ("en", "es", "pt", "ru", "de")


def photo(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": samples()[0].data}


def placeholders(file: Path) -> dict[str, set[str]]:
    """The placeholders of each message. That the keys are complete is checked by the compiler."""
    text = file.read_text()
    entries = re.findall(r"^  (\w+):\s(.*?)(?=^  \w+:|^  //|^\})", text, re.M | re.S)
    return {key: set(re.findall(r"\{(\w+)\}", value)) for key, value in entries}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_translations_have_the_same_placeholders(language: str) -> None:
    english = placeholders(MESSAGES / "en.ts")
    translated = placeholders(MESSAGES / f"{language}.ts")

    assert len(english) > 130
    assert translated == english


def test_every_message_is_used() -> None:
    """Those of problems and reasons are found by the codes of the API, `saved` by a state."""
    sources = [each for each in SOURCES.rglob("*.ts*") if MESSAGES not in each.parents]
    used = "".join(each.read_text() for each in sources)

    unused = {
        key
        for key in placeholders(MESSAGES / "en.ts")
        if not key.startswith(("problem_", "reason_")) and f"'{key}'" not in used
    }

    assert unused == set()


@pytest.mark.parametrize(
    ("locale", "heading"),
    [
        ("en-US", "Products"),
        ("es-AR", "Productos"),
        ("pt-BR", "Produtos"),
        ("ru-RU", "Товары"),
        ("de-DE", "Produkte"),
        ("ja-JP", "Products"),
    ],
)
def test_the_browser_chooses_the_language(
    server: FakeServer, visit: Visit, locale: str, heading: str
) -> None:
    page = visit(server.shop(), locale=locale)

    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    language = locale.split("-", maxsplit=1)[0]
    expect(page.locator("html")).to_have_attribute(
        "lang", language if language in LANGUAGES else "en"
    )


def test_a_chosen_language_stays(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    page = visit(shop)

    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Produkte")
    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text("Produkte")


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 изображение"), (2, "2 изображения"), (5, "5 изображений"), (21, "21 изображение")],
)
def test_russian_has_its_plurals(server: FakeServer, visit: Visit, count: int, words: str) -> None:
    shop = server.shop()
    shop.fill("7", count)

    page = visit(shop, locale="ru-RU")

    expect(page.locator(".tile")).to_have_text([f"7{words}"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_long_texts_fit_in_every_language(
    server: FakeServer, visit: Visit, language: str, direction: str
) -> None:
    shop = server.shop(name="ein-ziemlich-langer-shopname-ohne-ende")
    shop.fill("donaudampfschifffahrtsgesellschaftskapitaensmuetze", 2, alts=["wort" * 200])
    page = visit(shop, locale=language, viewport={"width": 360, "height": 740})
    page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)

    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"

    page.locator(".tile a").wait_for()
    assert page.evaluate(fits)
    page.locator(".tile a").click()
    page.locator(".card").first.wait_for()
    assert page.evaluate(fits)


@pytest.mark.usefixtures("refusals_expected")
def test_files_have_room_for_names_reasons_and_buttons_on_a_phone(
    server: FakeServer, visit: Visit
) -> None:
    """One that is ready, and one that failed: both have several buttons."""
    server.refuse("POST", "/uploads", 500, "internal")
    page = visit(server.shop(), at="#/products/7", viewport={"width": 320, "height": 740})
    choose_files = page.locator("input[type=file]").set_input_files
    choose_files([photo("failed.jpg")])
    page.locator(".file.bad").wait_for()
    choose_files([photo("ready-1.jpg"), photo("ready-2.jpg")])
    expect(page.locator(".file")).to_have_count(3)

    for language in LANGUAGES:
        page.locator(".banner-end select").select_option(language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.evaluate(_CROWDED) == [], language


_CROWDED = """
[...document.querySelectorAll('.file')].flatMap((file) => {
  const box = file.getBoundingClientRect();
  const texts = [...file.querySelectorAll('.file-name, .file-state:has(> span:not(:empty))')];
  const buttons = [...file.querySelectorAll('.file-tools .button')];
  return [
    ...texts.filter((each) => each.getBoundingClientRect().width < 120),
    ...buttons.filter((each) => each.getBoundingClientRect().right > box.right),
  ].map((each) => each.textContent);
})
"""

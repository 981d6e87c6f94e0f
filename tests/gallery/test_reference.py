"""The reference page of the API: every operation, no script, nothing that the policy forbids."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser import accessibility_violations
from tests.gallery.fake_server import FakeServer
from tests.gateway import ROOT


def test_the_document_is_published(built: Path) -> None:
    published = json.loads((built / "openapi.json").read_text())

    assert published == json.loads((ROOT / "docs/openapi/vitrine.json").read_text())


def test_the_page_describes_every_operation(built: Path) -> None:
    page = (built / "reference/index.html").read_text()
    paths = json.loads((built / "openapi.json").read_text())["paths"]
    operations = [
        each["operationId"]
        for methods in paths.values()
        for method, each in methods.items()
        if method != "head"
    ]

    assert [each for each in operations if f'/operation/{each}"' not in page] == []
    assert "<script" not in page
    assert "<button" not in page
    assert " style=" not in page


def test_the_licences_name_whose_styles_the_page_has(built: Path) -> None:
    assert re.search(r"^redoc [0-9.]+ \(MIT\)$", (built / "licenses.txt").read_text(), re.MULTILINE)


@pytest.mark.parametrize("width", [360, 1440])
def test_the_page_opens_and_its_menu_leads_to_a_section(
    server: FakeServer, new_page: Callable[..., Page], width: int
) -> None:
    page = new_page(server.url, viewport={"width": width, "height": 900})
    page.goto("/gallery/reference/index.html")

    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.querySelector('a[href=\"#tag/Take-downs\"]').click()")
    page.wait_for_function("scrollY > 1000")


@pytest.mark.parametrize("width", [360, 1440])
def test_the_page_is_accessible(
    server: FakeServer, new_page: Callable[..., Page], width: int
) -> None:
    page = new_page(server.url, viewport={"width": width, "height": 900})
    page.goto("/gallery/reference/index.html")

    assert accessibility_violations(page) == []

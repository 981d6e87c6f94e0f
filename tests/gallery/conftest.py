"""Fixtures of the gallery page's tests: a browser, guarded pages, and the built page."""

from pathlib import Path

import pytest
from tests.browser import browser as browser
from tests.browser import guard as guard
from tests.browser import new_page as new_page

from vitrine_cli.local import gallery_page


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder with the built page."""
    return gallery_page.build()

"""README.md is short, and names the first two commands of a newcomer."""

import pytest
from tests.gateway import ROOT

LINES = (ROOT / "README.md").read_text().splitlines()


def test_the_readme_is_read_in_a_minute() -> None:
    assert len(LINES) <= 130
    assert [line for line in LINES if len(line) > 100] == []


@pytest.mark.parametrize(
    "name", ["architecture", "clients", "moving-in", "operating", "performance"]
)
def test_the_prose_of_a_document_fits_a_screen(name: str) -> None:
    """Tables and examples are as wide as they have to be."""
    sections = (ROOT / f"docs/{name}.md").read_text().split("```")[::2]
    lines = [line for section in sections for line in section.splitlines()]
    assert [line for line in lines if len(line) > 100 and not line.startswith("|")] == []


def test_the_readme_names_the_first_commands() -> None:
    assert {"make run", "make test"} <= {line.partition("  ")[0] for line in LINES}


@pytest.mark.parametrize("picture", ["contact-sheet.webp", "gallery.webp"])
def test_a_picture_of_the_readme_is_small(picture: str) -> None:
    assert f"(docs/{picture})" in "\n".join(LINES)
    assert (ROOT / "docs" / picture).stat().st_size < 150_000

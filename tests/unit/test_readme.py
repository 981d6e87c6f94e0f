"""README.md is short, and names the first two commands of a newcomer."""

from tests.gateway import ROOT

LINES = (ROOT / "README.md").read_text().splitlines()


def test_the_readme_is_read_in_a_minute() -> None:
    assert len(LINES) <= 130
    assert [line for line in LINES if len(line) > 100] == []


def test_the_readme_names_the_first_commands() -> None:
    assert {"make run", "make test"} <= {line.partition("  ")[0] for line in LINES}


def test_the_readmes_picture_is_small() -> None:
    assert (ROOT / "docs/contact-sheet.webp").stat().st_size < 150_000

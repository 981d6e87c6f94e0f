"""The page's sources: small modules, no sink of markup, no machine in the lock file."""

from vitrine_cli.local import gallery_page

SOURCES = sorted((gallery_page.SOURCES / "src").rglob("*.ts*"))
LONGEST = 300  # lines of a module


def test_modules_are_small() -> None:
    long = [each for each in SOURCES if len(each.read_text().splitlines()) > LONGEST]

    assert long == []


def test_the_page_hands_no_text_to_a_parser_of_markup() -> None:
    """Trusted Types would stop it; this finds it before."""
    sinks = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")

    found = [path for path in SOURCES if any(each in path.read_text() for each in sinks)]

    assert found == []


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (gallery_page.SOURCES / "package-lock.json").read_text()

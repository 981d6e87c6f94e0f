"""Decisions in docs/architecture.md: numbered, complete, and known wherever they are cited."""

import re
from pathlib import Path

import pytest
from tests.gateway import ROOT
from tests.tracked import tracked

PAGE = (ROOT / "docs/architecture.md").read_text()
PARTS = re.split(r"^### (D\d+) .+$", PAGE, flags=re.MULTILINE)
DECISIONS = dict(zip(PARTS[1::2], PARTS[2::2], strict=True))
CITED = re.compile(r"architecture\.md[,\s]\s*(D\d+)")
TEXT = (".py", ".md", ".yaml", ".toml", ".mjs", "")


def test_decisions_are_numbered_from_one() -> None:
    assert list(DECISIONS) == [f"D{number}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_gives_context_decision_and_consequence(name: str) -> None:
    bold = re.findall(r"\*\*(\w+)\.\*\*", DECISIONS[name])

    assert bold == ["Context", "Decision", "Consequence"]


def test_every_cited_decision_exists() -> None:
    cited = {
        (str(file.relative_to(ROOT)), name)
        for file in tracked(*TEXT)
        for name in CITED.findall(file.read_text())
    }

    assert len(cited) > 2
    assert not [each for each in cited if each[1] not in DECISIONS]


def test_decisions_cite_only_decisions_that_exist() -> None:
    assert set(re.findall(r"\bD\d+\b", PAGE)) <= set(DECISIONS)


def test_no_source_cites_a_document_that_is_not_here() -> None:
    """The design that the code was written from is docs/architecture.md now."""
    old = re.compile(r"\(design,|design, decision|the design's")
    here = Path(__file__)

    found = [file for file in tracked(*TEXT) if file != here and old.search(file.read_text())]

    assert not found

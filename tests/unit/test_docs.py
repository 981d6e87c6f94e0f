"""The documents are complete, and what source and documents cite exists.

Decisions have a test of their own, test_decisions.py.
"""

import ast
import io
import json
import re
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from tests.gateway import ROOT, routes, template
from tests.tracked import tracked

from gateway.dialects import NAMES, account_of
from vitrine.access.accounts import Setting
from vitrine_cli.app import app
from vitrine_cli.operations.shop_settings import GENERAL

OPERATING = (ROOT / "docs/operating.md").read_text()
CLIENTS = (ROOT / "docs/clients.md").read_text()
SETTINGS = {name: ("all", setting) for name, setting in GENERAL.items()} | {
    name: (dialect, setting)
    for dialect in NAMES
    for name, setting in account_of(dialect).settings.items()
}


def section(page: str, heading: str) -> str:
    """The text of a page between a heading and the next one of its level or above."""
    level = heading.partition(" ")[0]
    _, found, rest = page.partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, header rows included, without code marks around a cell."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]
    return [row for row in cells if not re.fullmatch(r"[-:| ]*", "".join(row))]


def codes(text: str) -> list[str]:
    """What stands in code marks."""
    return re.findall(r"`([^`]+)`", text)


# Commands


def commands(group: Any, *path: str) -> Iterator[tuple[str, set[str]]]:
    """Each command's full name and its long options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            options = {option for each in command.params for option in each.opts}
            yield (
                " ".join(["vitrine", *path, name]),
                {each for each in options if each.startswith("--")} - {"--help"},
            )


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_with_all_its_options(name: str) -> None:
    documented = {
        codes(row[0])[0]: set(codes(row[1]))
        for row in rows(section(OPERATING, "## Command reference"))[1:]
    }
    found = [each for each in documented if re.fullmatch(rf"{name}(?: [A-Z]+…?)*", each)]

    assert len(found) == 1, name
    assert documented[found[0]] == COMMANDS[name]


def test_the_commands_for_local_stacks_only_are_named() -> None:
    (sentence,) = re.findall(r"command has two options; (.*?) have `--port` only", OPERATING, re.S)

    assert {name for name, options in COMMANDS.items() if "--port" not in options} == set()
    without = {name for name, options in COMMANDS.items() if "--stack" not in options}
    assert without == set(codes(sentence))


def test_documented_commands_exist() -> None:
    pages = [each.read_text() for each in tracked(".md")]
    typed = {
        words
        for page in pages
        for line in page.splitlines()
        for words in re.findall(r"(?<![\w./-])(?:\.venv/bin/)?vitrine ((?:[a-z]+ ?)+)", line)
    }
    # The first words of a command; prose may follow the name of the program.
    known = {name.removeprefix("vitrine ") for name in COMMANDS}
    groups = {name.partition(" ")[0] for name in known if " " in name}
    unknown = {
        words
        for words in typed
        if words.split()[0] in groups and not known & {" ".join(words.split()[:2]), words.strip()}
        if len(words.split()) > 1
    }

    assert len(typed) > 10
    assert unknown == set()


# Settings, parameters, outputs, scopes


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_a_shop_is_documented(name: str) -> None:
    dialect, setting = SETTINGS[name]
    documented = {
        codes(row[0])[0]: row for row in rows(section(OPERATING, "### Shop settings"))[1:]
    }
    assert set(documented) == set(SETTINGS)

    _, platform, values, default, meaning = documented[name]

    assert platform.lower() == dialect
    assert values
    assert meaning
    if (value := fixed_default(setting)) is not None:
        assert default == (f"`{value}`" if value else "empty")
    for example in codes(default):
        assert setting.pattern.fullmatch(example) or example == "01-"
    if dialect in NAMES:
        contract = (ROOT / f"docs/contracts/{dialect}.md").read_text()
        assert f"`{name}`" in contract


def fixed_default(setting: Setting) -> str | None:
    """The default of a setting that is the same for every shop, and not random."""
    made = {setting.make("s1"), setting.make("s2")}
    return made.pop() if len(made) == 1 else None


@pytest.mark.parametrize("dialect", NAMES)
def test_scopes_of_a_dialect_are_documented(dialect: str) -> None:
    listed = rows(section(OPERATING, "## Credentials"))
    (scopes,) = [set(codes(row[1])) for row in listed if row[0].lower() == dialect]

    account = account_of(dialect)
    assert scopes == {*account.scopes, *account.readers}


@pytest.mark.parametrize("name", template()["Parameters"])
def test_a_parameter_of_the_template_is_documented(name: str) -> None:
    documented = {
        codes(row[0])[0]: row for row in rows(section(OPERATING, "## Template parameters"))[1:]
    }
    assert set(documented) == set(template()["Parameters"])
    parameter = template()["Parameters"][name]

    _, values, default, meaning = documented[name]

    assert default.strip("`") == (str(parameter["Default"]) or "empty")
    for allowed in parameter.get("AllowedValues", []):
        assert str(allowed) in values.replace("`", "").split(", ")
    assert meaning


def test_outputs_of_the_template_are_documented() -> None:
    tables = section(OPERATING, "## Deploy to AWS")

    assert {codes(row[0])[0] for row in rows(tables)[1:]} == set(template()["Outputs"])


# Routes


class Endpoint(NamedTuple):
    """A method and a path whose parameters have no names."""

    method: str
    path: str


def endpoint(method: str, path: str) -> Endpoint:
    return Endpoint(method, re.sub(r"\{\w+\}", "{}", path))


def documented_routes() -> tuple[set[Endpoint], set[Endpoint]]:
    """Endpoints of docs/clients.md, and the same with the endings that every path may have."""
    plain, ended = set(), set()
    for heading in re.findall(r"^## .+$", CLIENTS, flags=re.MULTILINE):
        text = section(CLIENTS, heading)
        table = rows(text)
        if not table or not table[0][0].startswith("Endpoint"):
            continue
        bases = codes(table[0][0]) or [""]
        endings = re.findall(r"with\s+`([^`]+)`\s+at\s+its\s+end", text)
        listed = [each.split(" ", 1) for row in table[1:] for each in codes(row[0])[:1]]
        listed = [each for each in listed if each[0].isupper() and len(each) == 2]
        for base, (method, path) in product(bases, listed):
            plain.add(endpoint(method, base + path))
            ended |= {endpoint(method, base + path + ending) for ending in endings}
    return plain, ended


def test_every_route_is_documented_for_clients() -> None:
    plain, ended = documented_routes()
    # A documented GET includes HEAD.
    existing = {
        endpoint(each.method.replace("HEAD", "GET"), each.path)
        for each in routes()
        if each.path != "$default"
    }

    assert existing - plain - ended == set()
    assert plain - existing == set()


# Contracts

CITED = re.compile(r"§\s?(\d+(?:\.\d+)*)")
# The dialect `vitrine` has the project's name, which stands in many sentences.
DIALECT = re.compile(
    "|".join([*(each for each in NAMES if each != "vitrine"), r"vitrine(?= $|\.md|'s own API)"]),
    re.IGNORECASE,
)
WINDOW = 60  # characters between a dialect's name and the section of its contract


@cache
def sections(dialect: str) -> frozenset[str]:
    """The numbers of a contract's sections."""
    text = (ROOT / f"docs/contracts/{dialect}.md").read_text()
    return frozenset(re.findall(r"^#+ §(\d+(?:\.\d+)*) ", text, flags=re.MULTILINE))


def home(file: Path) -> str | None:
    """The dialect whose code, tests or contract a file is."""
    parts = [*file.relative_to(ROOT).parts[:-1], file.stem.removeprefix("test_")]
    if "native" in parts:
        return "vitrine"
    if parts[0] in ("layers", "cli"):  # packages whose names contain the project's
        return None
    return next((each for each in parts if each in NAMES), None)


def citations(file: Path) -> Iterator[tuple[str, str | None, str]]:
    """Where a section is cited, the dialect that is meant, and the section's number."""
    text = re.sub(r"\s*\n\s*(?:#\s)?", " ", file.read_text())
    for found in CITED.finditer(text):
        before = text[max(0, found.start() - WINDOW) : found.start()]
        if re.search(r"RFC \d+,?\s*$", before):
            continue
        linked = re.match(r"\]\(\S*contracts/(\w+)\.md\)", text[found.end() :])
        named = linked.groups() if linked else DIALECT.findall(before)
        dialect = named[-1].lower() if named else home(file)
        yield text[max(0, found.start() - WINDOW) : found.end()], dialect, found[1]


@pytest.mark.parametrize("dialect", NAMES)
def test_a_contract_has_numbered_sections(dialect: str) -> None:
    numbers = [each for each in sorted(sections(dialect)) if "." not in each]

    assert numbers == [str(number) for number in range(1, 9)]


def test_every_cited_section_of_a_contract_exists() -> None:
    files = [each for each in tracked(".py", ".md", ".yaml") if each != Path(__file__)]
    cited = [(file, *each) for file in files for each in citations(file)]
    wrong = [
        f"{file.relative_to(ROOT)}: {where}"
        for file, where, dialect, number in cited
        if dialect is None or number not in sections(dialect)
    ]

    assert len(cited) > 100
    assert wrong == []


# Links and paths

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"(?<![\w/.<>$*{}-])((?:[\w.-]+/)+[\w.-]+\.(?:py|md|mjs|yaml|yml|toml))(?![\w/])")
BASES = (
    *("", "layers/vitrine/python/vitrine", "layers/vitrine/python", "functions"),
    *("cli/vitrine_cli", "cli", "tests", "docs", "tests/benchmarks"),
)


def prose(page: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(file: Path) -> frozenset[str]:
    """The anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(file.read_text()), flags=re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings)
    return frozenset(kept)


def is_broken(file: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    found = (file.parent / target).resolve() if target else file
    if not found.exists() or not found.is_relative_to(ROOT):
        return True
    return bool(anchor) and found.suffix == ".md" and anchor not in anchors(found)


@pytest.mark.parametrize("file", tracked(".md"), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_local_link_resolves(file: Path) -> None:
    links = [each for each in LINK.findall(prose(file.read_text())) if "://" not in each]

    assert [each for each in links if is_broken(file, each)] == []


def commentary(file: Path) -> str:
    """What a module says to its readers: docstrings and comments."""
    source = file.read_text()
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [each for each in ast.walk(ast.parse(source)) if isinstance(each, documented)]
    docstrings = [ast.get_docstring(each) or "" for each in nodes]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [each.string for each in tokens if each.type == tokenize.COMMENT]
    return "\n".join([*docstrings, *comments])


def test_every_file_that_is_cited_exists() -> None:
    # The changelog names files as they were called before.
    pages = {
        file: prose(file.read_text()) for file in tracked(".md") if file.name != "CHANGELOG.md"
    }
    modules = {file: commentary(file) for file in tracked(".py")}
    cited = [
        (file, path)
        for file, text in {**pages, **modules}.items()
        for path in PATH.findall(re.sub(r"\]\([^)]*\)|https?://\S+", "", text))
    ]
    missing = [
        f"{file.relative_to(ROOT)}: {path}"
        for file, path in cited
        if not any(
            (base / path).exists() for base in (*(ROOT / each for each in BASES), file.parent)
        )
    ]

    assert len(cited) > 20
    assert missing == []


def test_the_clients_that_were_run_have_the_versions_of_the_lock_files() -> None:
    npm = json.loads((ROOT / "tests/clients/package.json").read_text())["dependencies"]
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    python = {each["name"]: each.get("version") for each in locked}
    told = {
        (place, name): version
        for _, client, version, _ in rows(section(CLIENTS, "## Clients that were run"))[1:]
        for name, place in re.findall(r"^`([^`]+)` \((\w+)", client)
    }

    assert {name: version for (place, name), version in told.items() if place == "npm"} == npm
    from_pypi = {name: version for (place, name), version in told.items() if place == "PyPI"}
    assert from_pypi == {name: python[name] for name in ("bigcommerce", "requests-oauthlib")}

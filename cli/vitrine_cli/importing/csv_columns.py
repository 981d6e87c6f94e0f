"""The columns of `images.csv` and `rejected.csv`: cells of a line to an image, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from vitrine.domain.gallery import HIGHEST_SORT, THUMBNAIL
from vitrine.domain.images import ViewFacts
from vitrine.domain.imports import SOURCE_MARK
from vitrine_cli.importing.source import LAST, SourceImage, ViewValues
from vitrine_cli.operations.view_columns import VIEW_FIELDS, view_cells

if TYPE_CHECKING:
    from vitrine_cli.importing.source import SourceProduct

PLAIN = (
    *("product", "purpose", "file", "url", "position", "sort", "alt", "thumbnail", "roles"),
    *("excluded", "name", "file_name", "sha256", "source_id", "retired", "reason"),
)
"""Columns without a language or a store view. `reason` is written and never read."""
RAW, SURPLUS = "invalid_line", "surplus_cells"
"""Columns of a rejected line: its text if it is not valid CSV, and cells behind the last column.
They are written and never read."""
_REQUIRED, _ADDED = ("product", "file", "url"), ("source_id", "reason")
_OF_EXPORTS = frozenset({"id", "created_at"})
"""Columns of `vitrine export` that an import does not read."""
_ALT = re.compile(r"alt\.([a-z]{2,3}(?:_[A-Z]{2})?)")
_VIEW = re.compile(rf"view\.([a-z0-9][a-z0-9_]{{0,31}})\.({'|'.join(VIEW_FIELDS)}|overrides)")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
_MOST_TEXTS, LONGEST_TEXT = 11, 1000
"""Ten languages of Tiendanube, and one more where the main one is not among them."""


class CellError(ValueError):
    """A cell has no valid value. The message is for the operator."""


def is_known(column: str) -> bool:
    """Whether a column has a meaning."""
    return column in (*PLAIN, RAW, SURPLUS, *_OF_EXPORTS) or bool(_fullmatch(column))


def is_literal(cells: Mapping[str, str]) -> bool:
    """Whether Vitrine wrote a line, so that blanks around its values are part of them."""
    return cells.get("source_id", "").startswith(SOURCE_MARK)


def _fullmatch(column: str) -> re.Match[str] | None:
    return _ALT.fullmatch(column) or _VIEW.fullmatch(column)


def image_of(cells: Mapping[str, str], line: int) -> SourceImage:
    """The image that the cells of a line describe.

    Args:
        cells: values by column, without surrounding blanks; empty cells count as missing.
        line: the line's number.

    Raises:
        CellError: a cell is missing or has no valid value.
    """
    given = {name: value for name, value in cells.items() if value}
    file, url = given.get("file", ""), given.get("url", "")
    if not (file or url):
        raise CellError("a line needs a file or a url")
    if file and not _is_below(file):
        raise CellError(f"'{file}' is no path below the folder")
    if not file and not re.match(r"https?://[^/]", url, re.IGNORECASE):
        raise CellError(f"'{url}' is no http or https URL")
    position, sort = _number(given, "position", 1), _number(given, "sort", -1)
    digest = given.get("sha256", "").lower()
    if digest and not _SHA256.fullmatch(digest):
        raise CellError("sha256 has 64 hexadecimal digits")
    alt, translations = _texts(given)
    return SourceImage(
        id=given.get("source_id") or file or url,
        places=(file or url,),
        rank=next((each for each in (sort, position) if each is not None), LAST),
        sort=sort,
        file_name=given.get("file_name") or file.rpartition("/")[2],
        alt=alt,
        translations=translations,
        roles=_all_roles(given),
        excluded=_flag(given, "excluded") or False,
        views=_views(given),
        name=given.get("name", ""),
        sha256=digest,
        purpose=given.get("purpose", ""),
        line=line,
        cells=cells,
    )


def cells_of(product: SourceProduct, image: SourceImage, identity: str) -> dict[str, str]:
    """The cells of a line that describes an image again.

    Args:
        product: its product.
        image: the image.
        identity: the path that it is settled under, which another import of the line keeps.
    """
    place, roles = (*image.places, "")[0], image.roles
    cells = {
        "product": product.name,
        "purpose": image.purpose,
        "file": "" if "://" in place else place,
        "url": place if "://" in place else "",
        "position": str(image.rank) if image.sort is None and image.rank < LAST else "",
        "sort": "" if image.sort is None else str(image.sort),
        "alt": image.alt,
        "excluded": "1" if image.excluded else "",
        "name": image.name,
        "file_name": image.file_name if image.file_name != place.rpartition("/")[2] else "",
        "sha256": image.sha256,
        "source_id": identity,
        **{f"alt.{language}": text for language, text in image.translations.items()},
    }
    if roles is not None:
        cells["thumbnail"] = "1" if THUMBNAIL in roles else "0"
        cells["roles"] = "|".join(sorted(roles - {THUMBNAIL}))
    for code, view in image.views.items():
        facts = ViewFacts(view.label, view.sort, view.excluded, view.removed)
        cells |= view_cells(code, facts, view.roles)
    return cells


def filled(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The rows without columns that all of them leave empty, except those that a header needs."""
    used = {name for row in rows for name, cell in row.items() if cell}.union(_REQUIRED)
    return [{name: cell for name, cell in row.items() if name in used} for row in rows]


def columns_of(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """The columns of `rejected.csv`: those of its rows as they come, then what Vitrine adds."""
    used = dict.fromkeys(name for row in rows for name in row) or dict.fromkeys(_REQUIRED)
    return [*(name for name in used if name not in _ADDED), *_ADDED]


def _is_below(path: str) -> bool:
    return not (
        path.startswith("/") or {"", ".", ".."} & set(path.split("/")) or re.search(r"[\\\0]", path)
    )


def _number(cells: Mapping[str, str], name: str, lowest: int) -> int | None:
    text = cells.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,10}", text) or not lowest <= int(text) <= HIGHEST_SORT + 1:
        raise CellError(f"{name} is a whole number from {lowest} on, not '{text}'")
    return int(text)


def is_set(cells: Mapping[str, str], name: str) -> bool:
    """Whether a flag is set.

    Raises:
        CellError: the cell is no flag.
    """
    return _flag({name: cell for name, cell in cells.items() if cell}, name) or False


def _flag(cells: Mapping[str, str], name: str) -> bool | None:
    text = cells.get(name)
    if text is None:
        return None
    if text.lower() not in _YES | _NO:
        raise CellError(f"{name} is one of 1, 0, true, false, yes and no, not '{text}'")
    return text.lower() in _YES


def _all_roles(cells: Mapping[str, str]) -> frozenset[str] | None:
    thumbnail = _flag(cells, "thumbnail")
    if thumbnail is None and "roles" not in cells:
        return None
    roles = _roles(cells.get("roles", ""))
    if thumbnail is None:
        return roles
    return roles | {THUMBNAIL} if thumbnail else roles - {THUMBNAIL}


def _roles(text: str) -> frozenset[str]:
    names = frozenset(each.strip() for each in text.split("|") if each.strip())
    if wrong := sorted(each for each in names if not _ROLE.fullmatch(each)):
        raise CellError(f"'{wrong[0]}' is no role")
    return names


def _texts(cells: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    translations = {found[1]: cells[name] for name in cells if (found := _ALT.fullmatch(name))}
    alt = cells.get("alt", "")
    if len(translations) + bool(alt) > _MOST_TEXTS:
        raise CellError(f"an image has at most {_MOST_TEXTS} texts")
    if any(len(text) > LONGEST_TEXT for text in (alt, *translations.values())):
        raise CellError(f"a text has at most {LONGEST_TEXT} characters")
    return alt, translations


def _views(cells: Mapping[str, str]) -> dict[str, ViewValues]:
    codes = dict.fromkeys(found[1] for name in cells if (found := _VIEW.fullmatch(name)))
    views = {code: _view(cells, f"view.{code}.") for code in codes}
    return {code: view for code, view in views.items() if view != ViewValues()}


def _view(cells: Mapping[str, str], prefix: str) -> ViewValues:
    """What a store view overrides: filled cells, and empty ones that `overrides` names."""
    named = {each for each in cells.get(f"{prefix}overrides", "").split("|") if each}
    if unknown := sorted(named.difference(VIEW_FIELDS)):
        raise CellError(f"{prefix}overrides names '{unknown[0]}', which no view overrides")
    filled = {each for each in VIEW_FIELDS if f"{prefix}{each}" in cells}
    if unfilled := sorted(named - filled - {"label", "roles"}):
        raise CellError(f"{prefix}{unfilled[0]} is empty, and {prefix}overrides names it")
    position = _number(cells, f"{prefix}position", 0)
    label, roles = (
        cells.get(f"{prefix}{each}", "") if each in named | filled else None
        for each in ("label", "roles")
    )
    return ViewValues(
        label=label,
        sort=None if position is None else position - 1,
        excluded=_flag(cells, f"{prefix}excluded"),
        roles=None if roles is None else _roles(roles),
        removed=_flag(cells, f"{prefix}removed") or False,
    )

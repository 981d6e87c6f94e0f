"""The columns of `images.csv` and `rejected.csv`: cells of a line to an image, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from vitrine.domain.gallery import HIGHEST_SORT, THUMBNAIL
from vitrine_cli.importing.source import LAST, SourceImage, ViewValues

if TYPE_CHECKING:
    from vitrine_cli.importing.source import SourceProduct

PLAIN = (
    *("product", "file", "url", "position", "sort", "alt", "thumbnail", "roles", "excluded"),
    *("name", "file_name", "sha256", "source_id", "reason"),
)
"""Columns without a language or a store view. `reason` is written and never read."""
_ALT = re.compile(r"alt\.([a-z]{2,3}(?:_[A-Z]{2})?)")
_VIEW = re.compile(r"view\.([a-z][a-z0-9_]{0,31})\.(label|position|excluded|roles)")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
_MOST_TEXTS, _LONGEST_TEXT = 10, 1000


class CellError(ValueError):
    """A cell has no valid value. The message is for the operator."""


def is_known(column: str) -> bool:
    """Whether a column has a meaning."""
    return column in PLAIN or any(each.fullmatch(column) for each in (_ALT, _VIEW))


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
        line=line,
    )


def cells_of(product: SourceProduct, image: SourceImage, identity: str) -> dict[str, str]:
    """The cells of a line that describes an image again.

    Args:
        product: its product.
        image: the image.
        identity: the path that it is settled under, which another import of the line keeps.
    """
    place = image.places[0]
    roles = image.roles
    cells = {
        "product": product.name,
        "url" if "://" in place else "file": place,
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
        cells |= _view_cells(code, view)
    return cells


def columns_of(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """The columns that rows use: the plain ones in their order, then all others by name."""
    used = {name for row in rows for name, value in row.items() if value}
    return [
        *(name for name in PLAIN if name in used or name in ("product", "file", "url", "reason")),
        *sorted(used.difference(PLAIN)),
    ]


def _is_below(path: str) -> bool:
    return not (
        path.startswith("/") or {"", ".", ".."} & set(path.split("/")) or re.search(r"[\\\0]", path)
    )


def _number(cells: Mapping[str, str], name: str, lowest: int) -> int | None:
    text = cells.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,10}", text) or not lowest <= int(text) <= HIGHEST_SORT:
        raise CellError(f"{name} is a whole number from {lowest} on, not '{text}'")
    return int(text)


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
    if any(len(text) > _LONGEST_TEXT for text in (alt, *translations.values())):
        raise CellError(f"a text has at most {_LONGEST_TEXT} characters")
    return alt, translations


def _views(cells: Mapping[str, str]) -> dict[str, ViewValues]:
    codes = dict.fromkeys(found[1] for name in cells if (found := _VIEW.fullmatch(name)))
    views = {}
    for code in codes:
        position = _number(cells, f"view.{code}.position", 0)
        roles = cells.get(f"view.{code}.roles")
        views[code] = ViewValues(
            label=cells.get(f"view.{code}.label"),
            sort=None if position is None else position - 1,
            excluded=_flag(cells, f"view.{code}.excluded"),
            roles=None if roles is None else _roles(roles),
        )
    return views


def _view_cells(code: str, view: ViewValues) -> dict[str, str]:
    excluded = {None: "", True: "1", False: "0"}[view.excluded]
    return {
        f"view.{code}.label": view.label or "",
        f"view.{code}.position": "" if view.sort is None else str(view.sort + 1),
        f"view.{code}.excluded": excluded,
        # No role at all needs a cell that is not empty.
        f"view.{code}.roles": "" if view.roles is None else "|".join(sorted(view.roles)) or "|",
    }

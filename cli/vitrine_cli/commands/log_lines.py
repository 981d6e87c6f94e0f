"""Entries of the request log as lines for people."""

from rich.text import Text

from vitrine_cli.operations.request_log import Entry
from vitrine_cli.ui.output import size_text

_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}
_SHOP, _DIALECT, _OPERATION = 8, 11, 16  # characters of the columns


def log_line(entry: Entry, *, with_date: bool = False) -> Text:
    """One line: time, shop, dialect, operation, status, duration, size, request id and cause."""
    at = entry.at.strftime("%Y-%m-%d %H:%M:%S.%f" if with_date else "%H:%M:%S.%f")[:-3]
    line = Text(no_wrap=True, end="")
    line.append(f"{at}  ", "dim")
    line.append(f"{entry.shop or '-':<{_SHOP}}  {entry.dialect:<{_DIALECT}}  ")
    line.append(f"{entry.operation:<{_OPERATION}}  ")
    if entry.status is not None:
        size = "" if entry.size is None else size_text(entry.size)
        line.append(str(entry.status), _COLOURS.get(entry.status // 100, ""))
        line.append(f"  {_milliseconds(entry.milliseconds):>9}  {size:>8}")
    if entry.request:
        line.append(f"  {entry.request}", "dim")
    if entry.text:
        line.append(f"  {entry.text}", "red" if entry.failed else "")
    line.rstrip()
    return line


def _milliseconds(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:.0f} ms"

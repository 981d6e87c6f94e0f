"""Natural order of file names: `1, 2, 10`, not `1, 10, 2`."""

import re
import unicodedata

_DIGITS = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """A key by which file names are in natural order.

    The name without its extension is normalized (NFC, case folded) and split into runs of digits,
    which compare as numbers, and the text between them. Equal names are in the order of their
    characters, so `01.jpg` is before `1.jpg`.
    """
    stem = name.rpartition(".")[0]
    # Folding can undo the normalization, so the name is normalized before and after.
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", stem or name).casefold())
    parts = _DIGITS.split(folded)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts)), name

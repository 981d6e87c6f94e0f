"""Reading the files of a source on this machine."""

import stat
from pathlib import Path

from vitrine.services.importing import RULES
from vitrine_cli.importing.unfetched import TOO_LARGE, UnfetchedError


def read_file(root: Path, place: str) -> bytes:
    """The bytes of a file in a folder, given by its path there.

    Raises:
        UnfetchedError: there is no such file, it lies outside, is too large, or cannot be read.
    """
    path = root / place
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise UnfetchedError("it lies outside of the folder", is_final=True)
        with path.open("rb") as file:
            if not stat.S_ISREG(path.stat().st_mode):
                raise UnfetchedError("it is no file", is_final=True)
            data = file.read(RULES.max_bytes + 1)
    except FileNotFoundError:
        raise UnfetchedError("there is no such file", is_final=True) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnfetchedError(f"it cannot be read: {reason}", is_final=True) from None
    if len(data) > RULES.max_bytes:
        raise UnfetchedError(TOO_LARGE, is_final=True)
    return data

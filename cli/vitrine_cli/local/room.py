"""Room on the disk of a local stack.

The emulator answers that it has stored an object even if the disk is full, and forgets the object
when it ends. So the proxy refuses what may store something while there is little room.
"""

import shutil
from pathlib import Path

LEAST = 100 * 2**20
"""Free bytes below which nothing is stored: several uploads of 20 MiB with their renditions."""
_READS = ("GET", "HEAD", "OPTIONS")


def is_full(folder: Path) -> bool:
    """Whether fewer than `LEAST` bytes are free on the disk of a folder."""
    return shutil.disk_usage(folder).free < LEAST


def may_store(method: str) -> bool:
    """Whether a request with this method can store something."""
    return method not in _READS

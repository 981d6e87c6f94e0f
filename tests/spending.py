"""Memory and time of an inspection or a resize: `python -m tests.spending inspect|resize FILE`.

Prints the peak memory of the process in megabytes, the CPU seconds, and the result. A separate
process shows what a function needs, because it excludes earlier allocations.
"""

import resource
import sys
import time
from pathlib import Path

from vitrine.domain.errors import PictureRefusedError
from vitrine.domain.renditions import SETS
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import resize

_STATUS = Path("/proc/self/status")


def peak() -> int:
    """The peak memory of this process in megabytes.

    On Linux, `ru_maxrss` includes the peak of the parent process.
    """
    if _STATUS.exists():
        fields = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024)


def main(what: str, file: str) -> None:
    """Run the operation, and print its cost."""
    data = Path(file).read_bytes()
    before = time.process_time()
    if what == "inspect":
        seen = inspect(data)
        said = "oversized" if seen.oversized else "whole" if seen.whole else "damaged"
    else:
        try:
            resized = resize(data, SETS["gallery"])
            said = str(sum(len(resized.encode(each)) for each in SETS["gallery"]))
        except PictureRefusedError:
            said = "refused"
    sys.stdout.write(f"{peak()} {time.process_time() - before} {said}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

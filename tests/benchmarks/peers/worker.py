"""How a benchmark talks to the long-lived process of an engine: a line of JSON in, one out.

`{"times": n}` renders n times and answers what each took; `{"into": folder}` renders once and
leaves the pictures there. Read by Python workers; `sharp.mjs` speaks the same.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

SIZES: tuple[tuple[int, int | None], ...] = tuple(map(tuple, json.loads(sys.argv[1])))
"""Most pixels across and down of each rendition, the largest first."""
KIND: str = sys.argv[2]
"""`jpeg` at the quality of renditions, or `png`."""
VARIANT: str = sys.argv[3]
"""Which way of the engine's."""
PICTURE = Path(sys.argv[4]).read_bytes()
QUALITY = 80

Render = Callable[[], list[bytes]]
"""Makes the pictures of `SIZES`, in their order."""


def serve(ways: dict[str, Render]) -> None:
    """Answer commands with the way that was asked for, until there are no more."""
    render = ways[VARIANT]
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        if "into" in command:
            for number, picture in enumerate(render()):
                (Path(command["into"]) / f"{number}.{KIND}").write_bytes(picture)
            print(json.dumps("done"), flush=True)
        else:
            print(json.dumps([timed(render) for _ in range(command["times"])]), flush=True)


def timed(render: Render) -> dict[str, float]:
    """Milliseconds of one processor and of the clock, and bytes, of one set."""
    began, busy = time.perf_counter(), time.process_time()
    pictures = render()
    return {
        "cpu": (time.process_time() - busy) * 1000,
        "wall": (time.perf_counter() - began) * 1000,
        "bytes": sum(map(len, pictures)),
    }

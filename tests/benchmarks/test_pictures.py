"""The picture engine beside its peers: time, memory, likeness, and what a memory size costs.

`pytest -q tests/benchmarks/test_pictures.py -k "speed and jpeg6"` runs a part. Environment:
`VITRINE_PHOTO`, a JPEG to measure with instead of the usual one; `VITRINE_ROUNDS`, how many.
"""

import json
import math
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps
from tests.benchmarks.conftest import Show
from tests.benchmarks.engines import (
    FLOOR,
    FUNCTION,
    OURS,
    PEERS,
    PILLOW,
    Engine,
    interleaved,
    libvips,
    python_of_peers,
    sharp,
    started,
    throttled,
)

from vitrine_cli.local.workspace import ROOT
from vitrine_cli.ui.failure import FailureError

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processors are assigned and memory is read as Linux does it"
)

ROUNDS = int(os.environ.get("VITRINE_ROUNDS", "11"))
PHOTO = Path(
    os.environ.get("VITRINE_PHOTO", ROOT.parent / "shared" / "pictures" / "photo-2725x2225.jpg")
)
PICTURES = {
    "jpeg6": "6-megapixel JPEG",
    "jpeg13": "13-megapixel JPEG",
    "png": "2048 × 1672 PNG",
    "jpeg50": "50-megapixel JPEG",
}
GOALS = {
    "jpeg": {"sharp, one by one": 4.0, "libvips, cascade": 2.0, FLOOR.name: 1 / 1.3},
    "png": {"sharp, one by one": 3.5, "libvips, cascade": 1.0},
}
"""How many times our processor time a peer should take at the least."""
MEMORY_GOAL = 250  # MB, for 50 megapixels

# Less than this is no difference that anyone sees.
SAME_SIMILARITY, SAME_ERROR = 0.002, 0.1

MEMORY_SIZES = (512, 1024, 1769, 2048, 3008)  # MB
ONE_PROCESSOR = 1769  # MB; Lambda gives processor time in proportion
PRICE = 0.0000166667  # USD per GB and second, x86


def kind_of(picture: str) -> str:
    return "png" if picture == "png" else "jpeg"


@pytest.fixture(scope="session")
def peers() -> tuple[tuple[Engine, ...], tuple[str, ...]]:
    """The peers that can be had here, and why others cannot."""
    engines: list[Engine] = []
    missing = []
    for install in (sharp, libvips):
        try:
            engines += install()
        except FailureError as failure:
            missing.append(str(failure))
    return tuple(engines), tuple(missing)


Peers = tuple[tuple[Engine, ...], tuple[str, ...]]
Picture = Callable[[str], Path]


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    """A picture by name, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("pictures")

    def find(name: str) -> Path:
        path = folder / f"{name}.{kind_of(name)}"
        if path.exists():
            return path
        if name != "jpeg6":
            with Image.open(find("jpeg6")) as photo:
                make(name, photo.convert("RGB"), path)
        elif PHOTO.exists():
            shutil.copyfile(PHOTO, path)
        else:
            photo_like(2725, 2225).save(path, "JPEG", quality=70)
        return path

    return find


def make(name: str, photo: Image.Image, path: Path) -> None:
    """One of `PICTURES` from the photograph."""
    if name == "png":
        photo.resize((2048, 1672), Image.Resampling.LANCZOS).save(path, "PNG")
        return
    size = {"jpeg13": (4160, 3120), "jpeg50": (8660, 5773)}[name]
    larger = ImageOps.fit(photo, size, Image.Resampling.BICUBIC)
    fine = Image.effect_noise(size, 6)  # what a sensor adds, which enlarging does not
    ImageChops.add(larger, Image.merge("RGB", (fine,) * 3), offset=-128).save(
        path, "JPEG", quality=90
    )


def photo_like(width: int, height: int) -> Image.Image:
    """Soft light, texture of every scale and edges, as photographs have them."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (across, down, ImageChops.invert(across)))
    draw = ImageDraw.Draw(picture)
    for number in range(60):
        left, top = number * 997 % width, number * 613 % height
        colour = (number * 37 % 256, number * 91 % 256, number * 53 % 256)
        draw.ellipse((left, top, left + 40 + 9 * number, top + 30 + 5 * number), fill=colour)
    for coarse in (1, 2, 8, 32):
        noise = Image.effect_noise((width // coarse + 1, height // coarse + 1), 5 + coarse)
        grown = noise.resize((width, height), Image.Resampling.BICUBIC)
        picture = ImageChops.add(picture, Image.merge("RGB", (grown,) * 3), offset=-128)
    return picture


@pytest.mark.parametrize("name", ["jpeg6", "jpeg13", "png"])
def test_speed(name: str, picture: Picture, peers: Peers, show: Show) -> None:
    others, missing = peers
    engines = (OURS, *others, *PILLOW, FLOOR)
    taken = interleaved(engines, kind_of(name), picture(name), ROUNDS)

    rows = []
    for engine in engines:
        ratio = statistics.median(
            theirs["cpu"] / ours["cpu"]
            for theirs, ours in zip(taken[engine], taken[OURS], strict=True)
        )
        rows.append(
            (
                engine.name,
                statistics.median(each["cpu"] for each in taken[engine]),
                statistics.median(each["wall"] for each in taken[engine]),
                f"{ratio:.2f}",
                verdict(GOALS[kind_of(name)].get(engine.name), ratio),
                f"{taken[engine][-1]['bytes'] / 1000:.0f}",
            )
        )
    show(
        titled(
            f"{PICTURES[name]} ({picture(name).stat().st_size / 1e6:.1f} MB) to seven sizes,"
            f" one processor, median of {ROUNDS} rounds in turns",
            *missing,
        ),
        ("engine", "ms CPU", "ms wall", "CPU ÷ ours", "goal", "kB made"),
        rows,
    )


def titled(title: str, *missing: str) -> str:
    """A table's title, and below it what differs from the usual comparison."""
    made = () if PHOTO.exists() else ("There is no photograph here: of a picture that was made.",)
    return "\n".join((title, *missing, *made))


def verdict(goal: float | None, ratio: float) -> str:
    if goal is None:
        return ""
    return f"≥ {goal:.2f} {'reached' if ratio >= goal else 'not reached'}"


def test_peak_memory(picture: Picture, peers: Peers, show: Show) -> None:
    others, missing = peers
    rows: list[Sequence[object]] = []
    for engine in (OURS, FUNCTION, *others, *PILLOW):
        peaks = []
        for name in PICTURES:
            with started(engine, kind_of(name), picture(name)) as worker:
                worker.render()
                peaks.append(worker.peak())
        goal = ""
        if engine in (OURS, FUNCTION):
            goal = f"< {MEMORY_GOAL} {'reached' if peaks[-1] < MEMORY_GOAL else 'not reached'}"
            assert max(peaks) < MEMORY_GOAL
        rows.append((engine.name, *(f"{peak:.0f}" for peak in peaks), goal))
    show(
        titled("Peak memory of a process that makes one set, MB", *missing),
        ("engine", *PICTURES, "goal for jpeg50"),
        rows,
    )


@pytest.mark.parametrize("kind", ["jpeg", "png"])
@pytest.mark.parametrize("name", ["jpeg6", "jpeg13", "png"])
def test_quality(
    name: str, kind: str, picture: Picture, peers: Peers, show: Show, tmp_path: Path
) -> None:
    others, missing = peers
    compared = {
        engine.name.split(",")[0]: engine
        for engine in (OURS, *others)
        if engine.name != "libvips, one by one"  # what sharp does, and it does so alike
    }
    try:
        python = python_of_peers()
    except FailureError as failure:
        pytest.skip(str(failure))
    folders = {each: tmp_path / each for each in compared}
    for each, engine in compared.items():
        folders[each].mkdir()
        with started(engine, kind, picture(name)) as worker:
            worker.leave(folders[each])
    done = subprocess.run(
        [python, PEERS / "scores.py", picture(name), *folders.values()],
        check=True,
        stdout=subprocess.PIPE,
    )
    scores = json.loads(done.stdout)

    rows = []
    for number, ours in enumerate(scores[str(folders["ours"])]):
        assert ours["similarity"] > 0.5, "this is another picture"
        of_size = {each: scores[str(folder)][number] for each, folder in folders.items()}
        assert all(abs(score["across"] - ours["across"]) <= 1 for score in of_size.values())
        rows.append(
            (
                f"{ours['across']} × {ours['down']}",
                *(f"{score['similarity']:.4f}" for score in of_size.values()),
                *(f"{score['error']:.2f}" for score in of_size.values()),
                within(ours, of_size["sharp"]) if "sharp" in of_size else "",
            )
        )
    noise = "after encoding" if kind == "jpeg" else "encoded without loss"
    show(
        titled(
            f"{PICTURES[name]}, {noise}: likeness to a Lanczos-3 resize in 64-bit floats", *missing
        ),
        (
            "size",
            *(f"SSIM {each}" for each in compared),
            *(f"error {each}" for each in compared),
            "in sharp's band",
        ),
        rows,
    )


def within(ours: dict[str, float], sharps: dict[str, float]) -> str:
    alike = ours["similarity"] >= sharps["similarity"] - SAME_SIMILARITY
    exact = ours["error"] <= sharps["error"] + SAME_ERROR
    return "yes" if alike and exact else "no"


@pytest.mark.parametrize("name", ["jpeg6", "jpeg50"])
def test_memory_size(name: str, picture: Picture, show: Show) -> None:
    taken: dict[int, list[float]] = {size: [] for size in MEMORY_SIZES}
    with started(FUNCTION, "jpeg", picture(name), pinned=False) as worker:
        worker.render(2)  # warm up
        for _ in range(ROUNDS):
            for size in MEMORY_SIZES:
                with throttled(worker.pid, size / ONE_PROCESSOR):
                    taken[size].append(worker.render()[0]["wall"])
        peak = worker.peak()
    rows = []
    for size in MEMORY_SIZES:
        seconds = math.ceil(statistics.median(taken[size])) / 1000
        rows.append(
            (
                size,
                f"{seconds:.3f}",
                f"{seconds * size / 1024 * PRICE * 1e6:.2f}",
                f"{peak:.0f} MB " + ("fits" if peak < size else "does not fit"),
            )
        )
    show(
        titled(
            f"{PICTURES[name]}: MemorySize by time and price, median of {ROUNDS} rounds in turns."
            " This machine's processor, held down to Lambda's share in periods of 20 ms;"
            " seven stores of 8 ms included, requests not"
        ),
        ("MB", "seconds", "USD per million", "peak"),
        rows,
    )

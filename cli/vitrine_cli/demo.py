"""Sample pictures for the demo shop: drawn, uploaded, and waited for until the CDN serves them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image, ImageDraw

from vitrine.domain.locations import address, public_url
from vitrine.domain.renditions import SETS, rendition_format
from vitrine_cli import tables
from vitrine_cli.failure import FailureError
from vitrine_cli.stacks import Stack
from vitrine_cli.workspace import HOME

SAMPLES = HOME / "samples"
_WAIT_SECONDS = 60
_EDGE = 300  # pixels, what Evotor takes
_SHOWN = (SETS["gallery"][0], SETS["gallery"][4], SETS["gallery"][6])  # enough for a table
_FINER = 4  # drawn larger and reduced, for smooth edges


@dataclass(frozen=True, slots=True)
class Delivery:
    """One picture that came to be.

    Attributes:
        what: for a person.
        url: where it is.
        size: bytes.
        seconds: for an upload, how long the request took; for a rendition, how long after the
            upload's answer the CDN served it.
    """

    what: str
    url: str
    size: int
    seconds: float


def draw_samples() -> list[Path]:
    """The sample pictures as files: a lamp, a mug and, on a transparent ground, a pear."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, ground, shapes in _SAMPLES:
        side = _EDGE * _FINER
        picture = Image.new("RGBA", (side, side), ground)
        pen = ImageDraw.Draw(picture)
        for kind, box, colour in shapes:
            getattr(pen, kind)([each * _FINER for each in box], fill=colour)
        file = SAMPLES / f"{name}.png"
        picture.resize((_EDGE, _EDGE), Image.Resampling.LANCZOS).save(file)
        drawn.append(file)
    return drawn


_SAMPLES: list[tuple[str, str, list[tuple[str, tuple[int, ...], str]]]] = [
    (
        "lamp",
        "#f3efe6",
        [
            ("rectangle", (144, 120, 156, 250), "#3b3a36"),
            ("ellipse", (95, 238, 205, 264), "#3b3a36"),
            ("polygon", (110, 40, 190, 40, 232, 140, 68, 140), "#d9822b"),
        ],
    ),
    (
        "mug",
        "#dfe9ec",
        [
            ("ellipse", (180, 110, 260, 210), "#2f6f7e"),
            ("ellipse", (200, 130, 240, 190), "#dfe9ec"),
            ("rectangle", (70, 85, 205, 225), "#2f6f7e"),
            ("ellipse", (70, 205, 205, 245), "#2f6f7e"),
            ("ellipse", (70, 65, 205, 105), "#24545f"),
        ],
    ),
    (
        "pear",
        "#00000000",
        [
            ("ellipse", (75, 120, 225, 275), "#9cb53c"),
            ("ellipse", (105, 60, 195, 180), "#9cb53c"),
            ("polygon", (145, 30, 153, 30, 157, 75, 146, 75), "#5a4227"),
            ("ellipse", (155, 30, 205, 58), "#5f8a2e"),
        ],
    ),
]


def fill(stack: Stack) -> Iterator[Delivery]:
    """Upload the samples through the API, and wait for every rendition at the CDN.

    Raises:
        FailureError: an upload was refused, or a rendition did not appear in time.
    """
    shop = stack.shop
    records = tables.local(stack, shop.base_url)
    login = shop.credentials["evotor"]
    with httpx.Client(timeout=30) as client:
        for file in draw_samples():
            url = f"{shop.base_url}/stores/{login['store_id']}/products/{file.stem}/images"
            client.headers["X-Authorization"] = login["token"]
            client.delete(url)  # of an earlier demo on the same stack
            started = time.monotonic()
            with file.open("rb") as data:
                answer = client.post(url, files={"datafile": (file.name, data, "image/png")})
            answered = time.monotonic()
            if answer.status_code != httpx.codes.OK:
                raise FailureError(f"{file.name} was refused: {answer.text}")
            body = answer.json()
            size = body["meta"]["file_size"]
            yield Delivery(f"{file.stem}: upload", url, size, answered - started)
            _, images = records.galleries.gallery_with_images(shop.shop, file.stem)
            (image,) = images.values()
            yield _delivered(client, f"{file.stem}: full size", body["url"], answered)
            kind = rendition_format(image.original.format, transparent=image.original.transparent)
            for rendition in SETS["gallery"]:
                key = address(image).rendition_key(rendition, kind)
                width, height = rendition.fit(image.original.width, image.original.height)
                what = f"{file.stem}: {rendition.name.strip('-')} ({width} × {height})"
                made = _delivered(client, what, public_url(shop.media_url, key), answered)
                if rendition in _SHOWN:
                    yield made


def _delivered(client: httpx.Client, what: str, url: str, since: float) -> Delivery:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        answer = client.get(url)
        if answer.status_code == httpx.codes.OK:
            return Delivery(what, url, len(answer.content), time.monotonic() - since)
        time.sleep(0.05)
    raise FailureError(f"{url} did not appear within {_WAIT_SECONDS} seconds.")


def curl_lines(stack: Stack) -> list[str]:
    """Requests to paste into a shell: an upload, a list, a removal."""
    shop = stack.shop
    login = shop.credentials["evotor"]
    images = f"{shop.base_url}/stores/{login['store_id']}/products/my-first-product/images"
    auth = f'-H "X-Authorization: {login["token"]}"'
    return [
        f'curl -i {auth} -F datafile=@"{SAMPLES / "mug.png"}" "{images}"',
        f'curl -i {auth} "{images}"',
        f'curl -i -X DELETE {auth} "{images}"',
    ]

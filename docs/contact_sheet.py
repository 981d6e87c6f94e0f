"""Make docs/contact-sheet.webp, the picture of README.md, from a local stack's demo shop.

Start the shop with `make run`, then run `.venv/bin/python docs/contact_sheet.py`. Every picture on
the sheet is a rendition as the stack's CDN delivers it, found as docs/clients.md describes.
"""

import argparse
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont, ImageOps
from PIL.Image import Image

from vitrine.domain.renditions import SETS
from vitrine_cli.local import stacks
from vitrine_cli.local.stacks import Description

SHEET = Path(__file__).with_name("contact-sheet.webp")
_SIZE = (1760, 858)  # pixels; README shows it at about half of that
_MARGIN = 48
_GAP = 20
_SLOT = 96  # the least width of a size, so that its label fits
_FLOOR = 456  # y of the lower edge of all sizes
_SECOND_ROW = 612
_TILE = 210
_PAPER, _EDGE, _INK, _QUIET = "#f8f5f0", "#e2dacd", "#2b2723", "#6f665c"


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendition as the CDN delivers it, and how many bytes that takes."""

    image: Image
    bytes: int

    @property
    def label(self) -> str:
        return f"{self.image.width} x {self.image.height}"

    @property
    def weight(self) -> str:
        return f"{self.bytes / 1000:.1f} kB"


def renditions(client: httpx.Client, shop: Description, product: int) -> list[Picture]:
    """All renditions of a product's first image, from the largest to the smallest."""
    login = shop.credentials["tiendanube"]
    answer = client.get(
        f"{shop.base_url}/v1/{login['store_id']}/products/{product}/images",
        headers={"Authentication": f"bearer {login['token']}"},
    ).raise_for_status()
    source = answer.json()[0]["src"]
    largest, *_ = SETS["gallery"]
    stem, extension = source.rsplit(f"{largest.name}.", 1)
    found = []
    for rendition in SETS["gallery"]:
        delivered = client.get(f"{stem}{rendition.name}.{extension}").raise_for_status().content
        found.append(Picture(PilImage.open(BytesIO(delivered)), len(delivered)))
    return found


def draw(lamp: list[Picture], mug: list[Picture], pear: list[Picture]) -> Image:
    """The contact sheet: one upload in all sizes, and three uploads through three APIs."""
    sheet = PilImage.new("RGBA", _SIZE)
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle((0, 0, _SIZE[0] - 1, _SIZE[1] - 1), 28, _PAPER, _EDGE, 2)
    right = _MARGIN + lamp[0].image.width // 2 + _GAP
    _write(pen, (right, 66), "One upload, seven sizes", 46)
    _write(pen, (right, 128), "made on AWS, delivered by your own CDN", 27, _QUIET)
    x = _MARGIN
    for picture in lamp:
        small = _at_half(picture.image)
        sheet.paste(small, (x, _FLOOR - small.height))
        _write(pen, (x, _FLOOR + 14), picture.label, 24)
        _write(pen, (x, _FLOOR + 44), picture.weight, 24, _QUIET)
        x += max(small.width, _SLOT) + _GAP
    pen.line((_MARGIN, _SECOND_ROW - 50, _SIZE[0] - _MARGIN, _SECOND_ROW - 50), _EDGE, 2)
    column = (_SIZE[0] - 2 * _MARGIN) // 3
    for number, (name, platform, pictures) in enumerate(
        [
            ("mug.png", "Evotor", mug),
            ("lamp.jpg", "Tiendanube", lamp),
            ("pear.png", "BigCommerce", pear),
        ]
    ):
        left = _MARGIN + number * column
        tile = ImageOps.fit(pictures[1].image.convert("RGBA"), (_TILE, _TILE))
        sheet.paste(tile, (left, _SECOND_ROW - 12), tile)
        text = left + _TILE + 24
        _write(pen, (text, _SECOND_ROW + 44), name, 30)
        _write(pen, (text, _SECOND_ROW + 90), f"through {platform}", 26, _QUIET)
    return sheet


def _at_half(image: Image) -> Image:
    half = max(1, image.width // 2), max(1, image.height // 2)
    return image.convert("RGB").resize(half, PilImage.Resampling.LANCZOS)


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, ink: str = _INK
) -> None:
    pen.text(at, text, ink, ImageFont.load_default(size))


def main() -> None:
    """Read the running demo shop and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="port of the local stack")
    parser.add_argument("--to", type=Path, default=SHEET, help="file to write")
    options = parser.parse_args()
    shop = stacks.started(options.port).shop
    with httpx.Client(timeout=30) as client:
        mug, lamp, pear = (renditions(client, shop, product) for product in (1, 2, 3))
    draw(lamp, mug, pear).save(options.to, quality=86, method=6)


if __name__ == "__main__":
    main()

"""Sample pictures for the demo shop: draw them, upload them, wait until the CDN serves them."""

import base64
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image, ImageDraw

from vitrine.domain.locations import original_address, public_url
from vitrine.domain.renditions import SETS, rendition_format
from vitrine_cli.local.stacks import Stack
from vitrine_cli.local.workspace import HOME
from vitrine_cli.operations import records
from vitrine_cli.ui.failure import FailureError

SAMPLES = HOME / "samples"
_WAIT_SECONDS = 60
_EDGE = 300  # pixels; Evotor accepts no other size
_SHOWN = (
    SETS["gallery"][0],
    SETS["gallery"][4],
    SETS["gallery"][6],
)  # a selection, for a short table
_FINER = 4  # times larger while drawing, so that edges are smooth


@dataclass(frozen=True, slots=True)
class Delivery:
    """An upload, or a picture that the CDN serves.

    Attributes:
        what: description for display.
        url: URL of the upload request or of the picture.
        size: bytes.
        seconds: duration of the upload request, or time from its answer to the CDN's answer.
    """

    what: str
    url: str
    size: int
    seconds: float


def draw_samples() -> list[Path]:
    """Draw the sample pictures: a lamp, a mug and, with a transparent background, a pear."""
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
    """Upload each sample through another dialect, and wait until the CDN serves every picture.

    Raises:
        FailureError: an upload was refused, or a picture did not appear within a minute.
    """
    shop = stack.shop
    galleries = records.local(stack, shop.base_url).stores.galleries
    with httpx.Client(base_url=shop.base_url, timeout=30) as client:
        for product, (file, (dialect, upload)) in enumerate(
            zip(draw_samples(), _UPLOADS.items(), strict=True), 1
        ):
            _clear(client, stack, product)  # pictures of an earlier demo
            started = time.monotonic()
            answer = upload(client, shop.credentials[dialect], product, file)
            answered = time.monotonic()
            if not answer.is_success:
                raise FailureError(f"{file.name} was refused: {answer.text}")
            _, images = galleries.gallery_with_images(shop.shop, str(product))
            (image,) = images.values()
            where = original_address(image)
            original = image.original
            name = f"{file.stem} ({dialect})"
            url = str(answer.request.url)
            yield Delivery(f"{name}: upload", url, original.size, answered - started)
            full_size = public_url(shop.media_url, where.full_size_key(original.format))
            yield _delivered(client, f"{name}: full size", full_size, answered)
            kind = rendition_format(original.format, transparent=original.transparent)
            for rendition in SETS["gallery"]:
                picture = public_url(shop.media_url, where.rendition_key(rendition, kind))
                width, height = rendition.fit(original.width, original.height)
                what = f"{name}: {rendition.name.strip('-')} ({width} × {height})"
                made = _delivered(client, what, picture, answered)
                if rendition in _SHOWN:
                    yield made


def _evotor(
    client: httpx.Client, login: Mapping[str, str], product: int, file: Path
) -> httpx.Response:
    return client.post(
        f"/stores/{login['store_id']}/products/{product}/images",
        headers={"X-Authorization": login["token"]},
        files={"datafile": (file.name, file.read_bytes())},
    )


def _tiendanube(
    client: httpx.Client, login: Mapping[str, str], product: int, file: Path
) -> httpx.Response:
    attachment = base64.b64encode(file.read_bytes()).decode()
    return client.post(
        f"/v1/{login['store_id']}/products/{product}/images",
        headers={"Authentication": f"bearer {login['token']}"},
        json={"filename": file.name, "attachment": attachment, "alt": file.stem},
    )


def _bigcommerce(
    client: httpx.Client, login: Mapping[str, str], product: int, file: Path
) -> httpx.Response:
    return client.post(
        f"/stores/{login['store_hash']}/v2/products/{product}/images",
        headers={"X-Auth-Token": login["token"]},
        files={"image_file": (file.name, file.read_bytes())},
        data={"description": file.stem},
    )


_UPLOADS = {"evotor": _evotor, "tiendanube": _tiendanube, "bigcommerce": _bigcommerce}


def _clear(client: httpx.Client, stack: Stack, product: int) -> None:
    login = stack.shop.credentials["evotor"]
    client.delete(
        f"/stores/{login['store_id']}/products/{product}/images",
        headers={"X-Authorization": login["token"]},
    )


def _delivered(client: httpx.Client, what: str, url: str, since: float) -> Delivery:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        answer = client.get(url)
        if answer.status_code == httpx.codes.OK:
            return Delivery(what, url, len(answer.content), time.monotonic() - since)
        time.sleep(0.05)
    raise FailureError(f"{url} did not appear within {_WAIT_SECONDS} seconds.")


def curl_lines(stack: Stack) -> list[str]:
    """Example requests for a shell: uploads and lists in each dialect, and a deletion."""
    shop = stack.shop
    evotor, tiendanube, bigcommerce, inventorum = (
        shop.credentials[each] for each in ("evotor", "tiendanube", "bigcommerce", "inventorum")
    )
    images = f"{shop.base_url}/stores/{evotor['store_id']}/products/4/images"
    auth = f'-H "X-Authorization: {evotor["token"]}"'
    others = f"{shop.base_url}/v1/{tiendanube['store_id']}/products/4/images"
    bearer = f'-H "Authentication: bearer {tiendanube["token"]}"'
    json_type = '-H "Content-Type: application/json"'
    encoded = rf'$(base64 <"{SAMPLES / "pear.png"}" | tr -d "\n")'
    body = rf"{{\"filename\": \"pear.png\", \"attachment\": \"{encoded}\"}}"
    third = f"{shop.base_url}/stores/{bigcommerce['store_hash']}/v2/products/4/images.json"
    token = f'-H "X-Auth-Token: {bigcommerce["token"]}"'
    library = f"{shop.base_url}/api/images/"
    key = f'-H "Authorization: Bearer {inventorum["token"]}"'
    return [
        f'curl -i {auth} -F datafile=@"{SAMPLES / "mug.png"}" "{images}"',
        f'curl -i {bearer} {json_type} -d "{body}" "{others}"',
        f'curl -i {token} -F image_file=@"{SAMPLES / "lamp.png"}" -F sort_order=0 "{third}"',
        f'curl -i {auth} "{images}"',
        f'curl -i {bearer} "{others}?fields=id,position,src"',
        f'curl -i {token} "{third}"',
        f'curl -i "{shop.base_url}/api/rest/products/4/images"',
        f'curl -i -X DELETE {auth} "{images}"',
        f'curl -i {key} -F image=@"{SAMPLES / "pear.png"}" -F type=product "{library}"',
    ]

"""Sample pictures for the demo shop: draw them, upload them, wait until the CDN serves them."""

import base64
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image as PilImage
from PIL.Image import Image

from vitrine.domain.locations import original_address, public_url
from vitrine.domain.renditions import SETS, rendition_format
from vitrine_cli.local.stacks import Stack
from vitrine_cli.local.workspace import HOME
from vitrine_cli.operations import records, sample_scenes
from vitrine_cli.ui.failure import FailureError

SAMPLES = HOME / "samples"
_WAIT_SECONDS = 60
_EVOTOR_EDGE = 300  # pixels; Evotor accepts no other size
_SHOWN = (
    SETS["gallery"][0],
    SETS["gallery"][4],
    SETS["gallery"][6],
)  # a selection, for a short table


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


def draw_samples(folder: Path = SAMPLES) -> None:
    """Draw the sample pictures, unless this version of the code has drawn them already.

    Their sizes in pixels are those that Evotor requires (the mug), and those of a photograph (the
    lamp, and the pear on a transparent background). In base64, the lamp fits into one argument of
    a command, which Linux limits to 128 KiB.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code = Path(sample_scenes.__file__).stat().st_mtime
    for name, draw in _DRAWINGS.items():
        file = folder / name
        if file.exists() and file.stat().st_mtime >= code:
            continue
        unfinished = file.with_stem(f"{file.stem}-{os.getpid()}")
        draw().save(unfinished, quality=85)
        unfinished.replace(file)


def _small_mug() -> Image:
    return sample_scenes.mug().resize((_EVOTOR_EDGE, _EVOTOR_EDGE), PilImage.Resampling.LANCZOS)


_DRAWINGS = {"mug.png": _small_mug, "lamp.jpg": sample_scenes.lamp, "pear.png": sample_scenes.pear}


def fill(stack: Stack) -> Iterator[Delivery]:
    """Upload each sample through another dialect, and wait until the CDN serves every picture.

    Raises:
        FailureError: an upload was refused, or a picture did not appear within a minute.
    """
    shop = stack.shop
    galleries = records.local(stack).stores.galleries
    draw_samples()
    with httpx.Client(base_url=shop.base_url, timeout=30) as client:
        for product, (dialect, (upload, sample)) in enumerate(_UPLOADS.items(), 1):
            file = SAMPLES / sample
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


_UPLOADS = {
    "evotor": (_evotor, "mug.png"),
    "tiendanube": (_tiendanube, "lamp.jpg"),
    "bigcommerce": (_bigcommerce, "pear.png"),
}


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
    encoded = rf'$(base64 <"{SAMPLES / "lamp.jpg"}" | tr -d "\n")'
    body = rf"{{\"filename\": \"lamp.jpg\", \"attachment\": \"{encoded}\"}}"
    third = f"{shop.base_url}/stores/{bigcommerce['store_hash']}/v2/products/4/images.json"
    token = f'-H "X-Auth-Token: {bigcommerce["token"]}"'
    library = f"{shop.base_url}/api/images/"
    key = f'-H "Authorization: Bearer {inventorum["token"]}"'
    return [
        f'curl -i {auth} -F datafile=@"{SAMPLES / "mug.png"}" "{images}"',
        f'curl -i {bearer} {json_type} -d "{body}" "{others}"',
        f'curl -i {token} -F image_file=@"{SAMPLES / "pear.png"}" -F sort_order=0 "{third}"',
        f'curl -i {auth} "{images}"',
        f'curl -i {bearer} "{others}?fields=id,position,src"',
        f'curl -i {token} "{third}"',
        f'curl -i "{shop.base_url}/api/rest/products/4/images"',
        f'curl -i -X DELETE {auth} "{images}"',
        f'curl -i {key} -F image=@"{SAMPLES / "pear.png"}" -F type=product "{library}"',
    ]

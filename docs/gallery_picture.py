"""Make docs/gallery.webp, the picture of the gallery page in README.md, from the demo shop.

Start the shop with `make run`, then run `.venv/bin/python docs/gallery_picture.py`. It needs
Chromium, and adds a product with the sample pictures.
"""

import argparse
import base64
import shutil
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image as PilImage
from playwright.sync_api import Page, sync_playwright

from vitrine_cli.local import stacks
from vitrine_cli.local.stacks import Description
from vitrine_cli.operations import demo_pictures, deployed_stack, gallery_links

PICTURE = Path(__file__).with_name("gallery.webp")
_VIEW = {"width": 900, "height": 540}  # pixels
_PRODUCT = "1001"
_SAMPLES = {"lamp.jpg": "Lámpara de mesa", "mug.png": "Taza roja", "pear.png": "Pera conferencia"}


def add_samples(shop: Description) -> None:
    """Add the sample pictures to the product, described in the shop's main language."""
    login = shop.credentials["tiendanube"]
    demo_pictures.draw_samples()
    with httpx.Client(base_url=shop.base_url, timeout=30) as client:
        for name, alt in _SAMPLES.items():
            picture = (demo_pictures.SAMPLES / name).read_bytes()
            client.post(
                f"/v1/{login['store_id']}/products/{_PRODUCT}/images",
                headers={"Authentication": f"bearer {login['token']}", "User-Agent": "Vitrine"},
                json={
                    "attachment": base64.b64encode(picture).decode(),
                    "filename": name,
                    "alt": [alt],
                },
            ).raise_for_status()


def take(page: Page, url: str) -> bytes:
    """A PNG of the product's page."""
    page.goto(url)
    page.get_by_role("link", name=_PRODUCT).click()
    page.locator("li.card img").nth(len(_SAMPLES) - 1).wait_for()
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def main() -> None:
    """Add the samples to the running stack's demo shop, open its page, and write the picture."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, help="Port of a local stack, if several are running.")
    stack = stacks.running(parser.parse_args().port)
    add_samples(stack.shop)
    link = gallery_links.create_link(
        deployed_stack.local(stack),
        [stack.shop.shop],
        timedelta(hours=1),
        gallery_links.scopes(read_only=False, take_down=False),
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport=_VIEW, device_scale_factor=2, locale="en-GB")
        picture = take(page, link.url)
        browser.close()
    PilImage.open(BytesIO(picture)).convert("RGB").save(PICTURE, quality=80, method=6)


if __name__ == "__main__":
    main()

"""What the fake API answers: images, products and batches in the API's own shape."""

from datetime import UTC, datetime

from tests.gallery.fake_shop import JSON, Batch, FakeImage, FakeShop, size_names


def present(origin: str, shop: FakeShop, product: str, image: FakeImage) -> JSON:
    """An image as the API shows it (contract: vitrine §3)."""
    gallery = shop.galleries[product]
    sample = image.sample
    extension = "jpg" if sample.format == "jpeg" else sample.format
    stem = f"{origin}/media/{shop.id}/{image.id}/v{image.version}"
    sizes = []
    for name, width in size_names(sample.width):
        url = f"{stem}-{name}.{extension}"
        formats = {f"image/{sample.format}": url, "image/webp": f"{url}.webp"}
        height = round(sample.height * width / sample.width)
        sizes.append(
            {"name": name, "width": width, "height": height, "url": url, "formats": formats}
        )
    main = image.id == gallery.thumbnail
    return {
        "id": image.id,
        "product": product,
        "position": gallery.order.index(image.id) + 1,
        "thumbnail": main,
        "roles": ["thumbnail", "image"] if main else [],
        "hidden": image.hidden,
        "etag": f'"{image.version}-{"complete" if image.complete else "pending"}"',
        "alt": image.alt,
        "translations": image.translations,
        "file_name": image.file_name,
        "format": f"image/{sample.format}",
        "bytes": len(sample.data),
        "width": sample.width,
        "height": sample.height,
        "moves": False,
        "transparent": sample.format == "png",
        "colour": sample.colour if image.complete else None,
        "thumbhash": sample.thumbhash if image.complete else None,
        "state": "complete" if image.complete else "pending",
        "created_at": "2026-03-02T09:00:00.000Z",
        "updated_at": "2026-03-02T09:00:04.512Z",
        "url": f"{stem}.{extension}",
        "manifest": f"{stem}.{extension}.json",
        "sizes": sizes,
        "srcset": ", ".join(f"{each['url']} {each['width']}w" for each in sizes),
        "html": f'<picture><img src="{stem}.{extension}" alt=""></picture>',
    }


def summary(origin: str, shop: FakeShop, product: str) -> JSON:
    """A product in the list of products."""
    gallery = shop.galleries[product]
    cover = gallery.thumbnail if gallery.thumbnail in gallery.order else gallery.order[0]
    shown = present(origin, shop, product, shop.images[cover])
    kept = ("id", "alt", "colour", "thumbhash", "width", "height", "srcset")
    small = next(each["url"] for each in shown["sizes"] if each["name"] == "320-0")
    return {
        "product": product,
        "images": len(gallery.order),
        "cover": {key: shown[key] for key in kept} | {"url": small},
    }


def batch_body(bucket: str, shop: FakeShop, batch: Batch, *, forms: bool) -> JSON:
    """An upload batch, with forms for files that are waited for."""
    files = []
    for number, slot in enumerate(batch.slots, 1):
        file: JSON = {"n": number, "name": slot.name, "state": slot.state}
        if slot.reason:
            file["reason"] = {"code": slot.reason, "detail": slot.reason}
        if slot.image is not None:
            file["image"] = slot.image
        if forms and slot.state == "waiting":
            key = f"uploads/{shop.id}/{batch.id}/{number:03}/{slot.name}"
            fields = {"key": key, "Content-Type": slot.type, "success_action_status": "201"}
            file["post"] = {"url": f"{bucket}/", "fields": fields}
        files.append(file)
    return {
        "id": batch.id,
        "product": batch.product,
        "expires_at": time_text(batch.expires_at),
        "files": files,
    }


def time_text(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

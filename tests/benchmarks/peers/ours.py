"""The engine of this project."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from worker import KIND, PICTURE, SIZES, VARIANT, serve

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Rendition
from vitrine.pictures.resizing import resize

RENDITIONS = tuple(Rendition(f"{width}", width, height) for width, height in SIZES)
STORING = 0.008  # seconds that S3 takes for a small object


def pictures() -> Iterator[bytes]:
    resized = resize(PICTURE, RENDITIONS, Format[KIND.upper()])
    return (resized.encode(rendition) for rendition in RENDITIONS)


def plain() -> list[bytes]:
    return list(pictures())


def stored() -> list[bytes]:
    """Each picture stored, as far as time goes, while the next one is being made."""
    made, stores = [], []
    for picture in pictures():
        stores.append(STORES.submit(time.sleep, STORING))
        made.append(picture)
    for store in stores:
        store.result()
    return made


if VARIANT == "stored":  # the function's process holds these as well
    import aws_lambda_powertools  # noqa: F401
    import boto3

    S3 = boto3.client("s3", region_name="us-east-1")
    STORES = ThreadPoolExecutor(len(SIZES))

serve({"plain": plain, "stored": stored})

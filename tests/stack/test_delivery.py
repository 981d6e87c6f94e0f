"""Pictures as the public gets them: at once, in the format that it likes best, until they go."""

import base64
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests import pictures
from tests.stack.conftest import (
    BigCommerce,
    Inventorum,
    Running,
    Shop,
    Tiendanube,
    until,
    vitrine,
)

MODERN = {"Accept": "image/avif,image/webp,*/*;q=0.8"}
FOR_EVER = "public, max-age=31536000, immutable"


def urls_in(answer: Any) -> Iterator[str]:
    """All URLs of public pictures in an answer."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        for each in answer:
            yield from urls_in(each)
    elif isinstance(answer, str) and "/media/" in answer:
        yield answer


def renditions_of(url: str) -> list[str]:
    """The URLs of all renditions, which a Tiendanube client derives from an image's `src`."""
    sizes = ("1024-1024", "640-0", "480-0", "320-0", "240-0", "100-0", "50-0")
    return [url.replace("-1024-1024.", f"-{size}.") for size in sizes]


def full_size(running: Running, image: dict[str, Any]) -> str:
    """The URL of the full size, which a BigCommerce client derives from `image_file`."""
    return f"{running.described['media_url']}/1234/product_images/{image['image_file']}"


def key_of(url: str) -> str:
    """Where a picture is stored."""
    return urlsplit(url).path.removeprefix("/")


def stored(running: Running, key: str) -> bool:
    return key in running.keys("MediaBucket", key)


def of_openmage(running: Running, product: int) -> Iterator[str]:
    """The URLs of a new image of an OpenMage client that signs in plain text."""
    login = running.described["credentials"]["openmage"]
    secrets = f"{login['consumer_secret']}%26{login['token_secret']}"
    oauth = (
        f'OAuth oauth_consumer_key="{login["consumer_key"]}", oauth_token="{login["token"]}", '
        f'oauth_signature_method="PLAINTEXT", oauth_signature="{secrets}"'
    )
    content = base64.b64encode(pictures.jpeg(900, 700)).decode()
    body = {"file_mime_type": "image/jpeg", "file_content": content, "file_name": f"lamp{product}"}
    images = f"/api/rest/products/{product}/images"
    headers = {"Authorization": oauth, "Accept": "application/json"}
    created = running.client.post(images, headers=headers, json=body)
    assert created.status_code == 200, created.text
    yield from urls_in(running.client.get(images, headers=headers).json())


def test_every_url_that_any_client_is_told_answers_at_once(
    running: Running,
    shop: Shop,
    tiendanube: Tiendanube,
    bigcommerce: BigCommerce,
    inventorum: Inventorum,
) -> None:
    """The renditions may be stored already, or are rendered on demand."""

    def picture_urls(answer: httpx.Response) -> list[str]:
        assert answer.is_success, answer.text
        found = list(urls_in(answer.json()))
        assert found
        return list(dict.fromkeys(each for url in found for each in (url, *renditions_of(url))))

    def status(url: str) -> int:
        return running.client.get(url).status_code

    with ThreadPoolExecutor(4) as pool:
        for told in (
            picture_urls(shop.post("delivery", pictures.png())),
            picture_urls(tiendanube.attach(7100, pictures.jpeg(1300, 900))),
            [full_size(running, bigcommerce.upload(7101, pictures.png(700, 500)).json())],
            picture_urls(inventorum.upload(pictures.jpeg(700, 500))),
            list(of_openmage(running, 7102)),
        ):
            assert told
            answers = dict(zip(told, pool.map(status, told), strict=True))
            assert set(answers.values()) == {200}, answers


def test_a_picture_that_storage_has_lost_is_made_and_stored_again(
    running: Running, tiendanube: Tiendanube
) -> None:
    url = tiendanube.attach(7200, pictures.jpeg(1300, 900)).json()["src"]
    (product,) = tiendanube.listed(7200)
    first = running.client.get(url)
    folder = key_of(url).rpartition("/")[0]
    until(lambda: len(running.keys("MediaBucket", folder)) == 14 or None)

    running.aws("s3").delete_object(Bucket=running.outputs["MediaBucket"], Key=key_of(url))
    again = running.client.get(url)
    after = running.client.get(url)

    assert product["src"] == url
    assert [each.status_code for each in (first, again, after)] == [200] * 3
    assert len({hashlib.sha256(each.content).digest() for each in (first, again, after)}) == 1
    for answer in (again, after):
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == FOR_EVER
        assert answer.headers["vary"] == "Accept"
    assert "etag" in after.headers, "this one is storage's"
    assert stored(running, key_of(url))


def test_a_head_makes_the_picture_too(running: Running, tiendanube: Tiendanube) -> None:
    url = tiendanube.attach(7201, pictures.jpeg(300, 200)).json()["src"]
    folder = key_of(url).rpartition("/")[0]
    until(lambda: len(running.keys("MediaBucket", folder)) == 14 or None)
    running.aws("s3").delete_object(Bucket=running.outputs["MediaBucket"], Key=key_of(url))

    answer = running.client.head(url)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert stored(running, key_of(url))


def test_a_library_is_found_by_the_accounts_that_its_shop_has_had(running: Running) -> None:
    port = str(running.port)

    def run(*command: str) -> dict[str, Any]:
        done = vitrine(*command, "--port", port)
        assert done.returncode == 0, done.stderr
        made: dict[str, Any] = json.loads(done.stdout)
        return made

    run("shop", "create", "moved")
    login = run("credential", "create", "moved", "--dialect", "inventorum")
    client = Inventorum(login["token"], running.client)
    urls = list(urls_in(client.upload(pictures.png(40, 30)).json()))
    run("shop", "change", "moved", "--setting", "inventorum.account=1627")
    assert {urlsplit(url).path.split("/")[3] for url in urls} == {"moved"}
    until(lambda: len(running.keys("MediaBucket", "media/uploads/moved/")) == 11 or None)
    for key in running.keys("MediaBucket", "media/uploads/moved/"):
        running.aws("s3").delete_object(Bucket=running.outputs["MediaBucket"], Key=key)

    assert {running.client.get(url).status_code for url in urls} == {200}
    run("shop", "create", "other", "--setting", "inventorum.account=1627")
    login = run("credential", "create", "other", "--dialect", "inventorum")
    client = Inventorum(login["token"], running.client)
    for url in urls_in(client.upload(pictures.png(41, 30)).json()):
        assert "/uploads/1627/" in url
        assert running.client.get(url).status_code == 200


def test_a_rendition_comes_in_the_format_that_is_liked_best(
    running: Running, tiendanube: Tiendanube
) -> None:
    """At one URL, whether the alternative has been made already or is made now."""
    url = tiendanube.attach(7300, pictures.jpeg(1300, 900)).json()["src"]
    beside = key_of(url) + ".webp"
    until(lambda: stored(running, beside) or None)

    def get(accept: str) -> httpx.Response:
        answer = running.client.get(url, headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.headers["vary"] == "Accept"
        assert answer.headers["cache-control"] == FOR_EVER
        return answer

    modern = get(MODERN["Accept"])
    assert modern.headers["content-type"] == "image/webp"
    assert pictures.opened(modern.content).format == "WEBP"
    for accept in ("*/*", "image/*", "image/webp;q=0,*/*", "image/webp;q=0.1,image/jpeg"):
        old = get(accept)
        assert old.headers["content-type"] == "image/jpeg"
        assert pictures.opened(old.content).size == pictures.opened(modern.content).size
    assert get("image/avif").headers["content-type"] == "image/jpeg", "not unless it is asked for"

    running.aws("s3").delete_object(Bucket=running.outputs["MediaBucket"], Key=beside)
    made = get(MODERN["Accept"])
    assert made.headers["content-type"] == "image/webp"
    assert made.content == modern.content
    assert stored(running, beside)


def test_full_size_pictures_have_one_format(running: Running, shop: Shop) -> None:
    url = shop.post("delivery-full", pictures.png()).json()["url"]

    answer = running.client.get(url, headers=MODERN)

    assert answer.headers["content-type"] == "image/png"


def test_a_deleted_images_pictures_are_gone_and_are_not_made_again(
    running: Running, tiendanube: Tiendanube
) -> None:
    image = tiendanube.attach(7400, pictures.jpeg(300, 200)).json()
    urls = renditions_of(image["src"])
    folder = key_of(urls[0]).rpartition("/")[0]
    assert running.client.get(urls[1]).status_code == 200
    until(lambda: len(running.keys("MediaBucket", folder)) == 14 or None)

    assert tiendanube.send("DELETE", tiendanube.images(7400, image["id"])).status_code == 200

    until(lambda: running.keys("MediaBucket", folder) == [] or None)
    for url in urls:
        for headers in ({}, MODERN):
            answer = running.client.get(url, headers=headers)
            assert (answer.status_code, answer.text) == (404, "No such picture.\n")
            assert answer.headers["cache-control"] == "public, max-age=10"
    assert running.keys("MediaBucket", folder) == []


def test_what_is_too_large_for_a_functions_answer_is_led_to(
    running: Running, bigcommerce: BigCommerce, tiendanube: Tiendanube
) -> None:
    """As a file in the import folder may be; here in one that is just too large."""
    noise = pictures.Image.effect_noise((2500, 2000), 90)
    data = pictures.encode(noise, "PNG", compress_level=1)
    assert len(data) > 4_400_000
    s3 = running.aws("s3")
    s3.put_object(
        Bucket=running.outputs["OriginalsBucket"],
        Key="import/1234/products/7500/noise.png",
        Body=data,
    )
    (image,) = until(lambda: tiendanube.listed(7500) or None)
    url = full_size(running, bigcommerce.send("GET", bigcommerce.images(7500, image["id"])).json())
    until(lambda: stored(running, key_of(url)) or None, seconds=120)
    s3.delete_object(Bucket=running.outputs["MediaBucket"], Key=key_of(url))

    answer = running.client.get(url)
    followed = httpx.get(answer.headers["location"])

    assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
    assert followed.status_code == 200
    assert followed.headers["content-type"] == "image/png"
    assert pictures.opened(followed.content).size == (2500, 2000)


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/x",
        "/media/1234/",
        "/media/1234/x.png",
        "/media/1234/" + "0" * 32 + "/a-" + "0" * 32 + "-640-0.png",
        "/media/%ff%fe/%00",
        "/media/1234%2fproduct_images%2fa%2f000%2fa__00100.png",
        "/media/" + "a" * 4000,
    ],
)
def test_hostile_paths_are_not_found(running: Running, path: str) -> None:
    assert running.client.get(path).status_code == 404
    assert running.client.get(path, headers=MODERN).status_code == 404

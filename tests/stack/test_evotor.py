"""Evotor over HTTP, from the request to the resized picture and to nothing again."""

import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import ImageChops, ImageStat
from tests import pictures
from tests.stack.conftest import Running, Shop, served, until, vitrine

from vitrine.domain.renditions import SETS

NOT_FOUND = {"code": "resource_not_found", "message": "resource not found", "violations": []}
INVALID_TOKEN = {"code": "invalid_token", "message": "invalid application token", "violations": []}


def test_the_seeds_curl_works_as_written(running: Running, shop: Shop, tmp_path: Path) -> None:
    """Evotor's document, "Пример запроса", with another host, store and token."""
    (tmp_path / "000.png").write_bytes(pictures.png())
    seed = (
        'curl -i -X POST "https://api.evotor.ru/stores/20180413-2595-40E8-80CB-4646C05D81B6'
        '/products/5e46f8de-ec4f-4f87-85de-337b88fa2bdd/images" \\\n'
        '-H "X-Authorization:c14fc51c-d6ea-4992-85c0-786b8351d270" \\\n'
        '-H "Content-Type:multipart/form-data" \\\n'
        "-F datafile=@000.png  "
    )
    command = (
        seed.replace("https://api.evotor.ru", running.described["base_url"])
        .replace("20180413-2595-40E8-80CB-4646C05D81B6", shop.store)
        .replace("c14fc51c-d6ea-4992-85c0-786b8351d270", shop.token)
    )

    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=True)

    head, _, body = done.stdout.decode().rpartition("\r\n\r\n")
    assert " 200 " in head.splitlines()[0]
    image = json.loads(body)
    assert image["product_id"] == "5e46f8de-ec4f-4f87-85de-337b88fa2bdd"
    assert image["meta"] == {
        "extension": "png",
        "file_size": len(pictures.png()),
        "width": 300,
        "height": 300,
    }
    shown = served(running.client, image["url"])
    assert shown.content == pictures.png()


def test_renditions_are_served_by_the_cdn(running: Running, shop: Shop) -> None:
    source = pictures.gradient(300, 300, "RGBA")
    body = shop.post("cdn", pictures.encode(source, "PNG"), "Rote Lampe.png").json()
    number = int(body["id"][-12:], 16)

    def complete() -> list[str] | None:
        keys = running.keys("MediaBucket", f"media/{shop.id}/{number:010x}")
        return keys if len(keys) == 14 else None  # seven sizes, and a WebP of each

    keys = until(complete)

    for rendition in SETS["gallery"]:
        (key,) = [key for key in keys if key.endswith(f"{rendition.name}.png")]
        assert "/rote-lampe-" in key
        # The CDN's own host, as the public would call it, and the local address in front of it.
        direct = httpx.get(
            f"{running.stack.endpoint}/{key}",
            headers={"Host": running.outputs["CdnDomain"], "X-Forwarded-Proto": "https"},
        )
        local = running.client.get(f"/{key}")
        assert direct.content == local.content
        assert direct.headers["content-type"] == "image/png"
        assert direct.headers["cache-control"] == "public, max-age=31536000, immutable"
        small = pictures.opened(direct.content)
        assert small.size == rendition.fit(300, 300)
        difference = ImageChops.difference(small, source.resize(small.size))
        assert max(ImageStat.Stat(difference).mean) < 3


@pytest.mark.parametrize(
    "name", ["a b+c.png", "%2B%20.png", "crème brûlée.png", "東京 写真.png", "фото&=?#.png"]
)
def test_file_names_of_all_scripts_pass_the_storage_event(
    running: Running, shop: Shop, name: str
) -> None:
    product = f"names-{abs(hash(name))}"
    body = shop.send(
        "POST",
        shop.images(product),
        content=(
            f'--b\r\nContent-Disposition: form-data; name="datafile"; filename="{name}"\r\n\r\n'
        ).encode()
        + pictures.png()
        + b"\r\n--b--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    ).json()
    number = int(body["id"][-12:], 16)

    (original,) = running.keys("OriginalsBucket", f"originals/{shop.id}/{number}/")
    assert original.endswith(f"/{name}")
    assert served(running.client, body["url"]).content == pictures.png()


def test_a_deleted_image_leaves_nothing_behind(running: Running, shop: Shop) -> None:
    body = shop.post("gone", pictures.png()).json()
    number = int(body["id"][-12:], 16)
    until(lambda: len(running.keys("MediaBucket", f"media/{shop.id}/{number:010x}")) == 14 or None)
    served(running.client, body["url"])

    assert shop.send("DELETE", f"{shop.images('gone')}/{body['id']}").status_code == 204

    until(lambda: not running.keys("MediaBucket", f"media/{shop.id}/{number:010x}") or None)
    until(lambda: running.client.get(body["url"]).status_code in (403, 404) or None)
    assert running.keys("OriginalsBucket", f"originals/{shop.id}/{number}/") == []
    assert shop.send("GET", shop.images("gone")).json() == {"items": [], "paging": {}}
    for method in ("GET", "DELETE"):
        answer = shop.send(method, f"{shop.images('gone')}/{body['id']}")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_the_whole_collection_goes_at_once(running: Running, shop: Shop) -> None:
    body = shop.post("all-gone", pictures.png()).json()
    served(running.client, body["url"])

    for _ in range(2):
        answer = shop.send("DELETE", shop.images("all-gone"))
        assert (answer.status_code, answer.content) == (204, b"")

    until(lambda: running.client.get(body["url"]).status_code in (403, 404) or None)


def test_two_shops_cannot_see_or_guess_each_others_images(running: Running, shop: Shop) -> None:
    other = running.open_shop("other-shop")
    mine = shop.post("secret", pictures.png()).json()
    theirs = other.post("secret", pictures.png()).json()

    assert mine["url"] != theirs["url"]
    assert other.send("GET", shop.images("secret")).status_code == 403
    assert shop.send("GET", other.images("secret")).status_code == 403
    for method in ("GET", "DELETE"):
        assert other.send(method, f"{other.images('secret')}/{mine['id']}").status_code == 404
        assert other.send(method, f"{shop.images('secret')}/{mine['id']}").status_code == 403
    # The id that combines one shop's prefix with the other's number does not exist.
    guess = theirs["id"][:-12] + mine["id"][-12:]
    assert shop.send("GET", f"{shop.images('secret')}/{guess}").status_code == 404
    assert shop.send("GET", shop.images("secret")).json()["items"] == [mine]
    assert other.send("GET", other.images("secret")).json()["items"] == [theirs]


def test_a_trailing_slash_is_tolerated(shop: Shop) -> None:
    created = shop.send(
        "POST", shop.images("slash") + "/", files={"datafile": ("a.png", pictures.png())}
    )
    assert created.status_code == 200
    one = f"{shop.images('slash')}/{created.json()['id']}/"
    assert shop.send("GET", one).json() == created.json()
    assert shop.send("GET", shop.images("slash") + "/").json()["items"] == [created.json()]
    assert shop.send("DELETE", one).status_code == 204
    assert shop.send("DELETE", shop.images("slash") + "/").status_code == 204


def test_of_many_posts_at_once_exactly_one_succeeds(running: Running, shop: Shop) -> None:
    data = pictures.png()
    before = running.keys("OriginalsBucket", f"originals/{shop.id}/")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shop.post("race", data), range(8)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 7}
    refused = {answer.text for answer in answers if answer.status_code == 400}
    assert len(refused) == 1
    assert json.loads(refused.pop())["violations"] == [
        {"reason": "product already has an image", "subject": "datafile"}
    ]
    assert len(shop.send("GET", shop.images("race")).json()["items"]) == 1
    after = running.keys("OriginalsBucket", f"originals/{shop.id}/")
    assert len(set(after) - set(before)) == 1, "requests that lost the race leave no bytes behind"


def test_a_revoked_credential_opens_nothing(running: Running, shop: Shop) -> None:
    port = str(running.port)
    login = json.loads(
        vitrine("credential", "create", shop.id, "--dialect", "evotor", "--port", port).stdout
    )

    revoked = vitrine("credential", "revoke", shop.id, login["id"], "--port", port)

    assert revoked.returncode == 0, revoked.stderr
    answer = running.client.get(shop.images("x"), headers={"Authorization": login["token"]})
    assert (answer.status_code, answer.json()) == (401, INVALID_TOKEN)


def test_a_credential_may_cover_reading_only(running: Running, shop: Shop) -> None:
    login = json.loads(
        vitrine(
            *("credential", "create", shop.id, "--dialect", "evotor"),
            *("--scope", "product.image:read", "--label", "till", "--port", str(running.port)),
        ).stdout
    )
    till = Shop(shop.id, shop.store, login["token"], shop.client)

    assert till.send("GET", till.images("x")).status_code == 200
    assert till.post("x", pictures.png()).status_code == 403
    assert till.send("DELETE", till.images("x")).status_code == 403


BAD_BODIES = [
    (b"", "invalid_format"),
    (b"nothing like a form", "invalid_format"),
    (b"--b\r\nbroken", "invalid_format"),
    (b"--b--\r\n", "validation_failed"),
]


@pytest.mark.parametrize(("body", "code"), BAD_BODIES)
def test_bad_bodies_are_told_and_change_nothing(shop: Shop, body: bytes, code: str) -> None:
    answer = shop.send(
        "POST",
        shop.images("bad"),
        content=body,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert shop.send("GET", shop.images("bad")).json()["items"] == []


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"", ["format must be png"]),
        (pictures.jpeg(), ["format must be png"]),
        (pictures.png()[:-20], ["format must be png"]),
        (pictures.animated("PNG"), ["format must be png"]),
        (pictures.png(200, 200), ["resolution must be 300x300"]),
        (pictures.bomb(60_000, 60_000), ["resolution must be 300x300"]),
        (b"\0" * 4_000_000, ["format must be png"]),
    ],
)
def test_bad_pictures_are_told_and_change_nothing(
    shop: Shop, data: bytes, reasons: list[str]
) -> None:
    answer = shop.post("bad", data)

    assert answer.status_code == 400
    assert [each["reason"] for each in answer.json()["violations"]] == reasons
    assert shop.send("GET", shop.images("bad")).json()["items"] == []


def test_what_fits_through_the_gateway_is_taken_and_what_does_not_is_refused(shop: Shop) -> None:
    """A function's event holds 6 MiB, the body in base64: about 4.7 million bytes of body."""
    fits = shop.post("large", pictures.padded_png(4_700_000))
    beyond = shop.post("larger", pictures.padded_png(4_720_000))
    far_beyond = shop.post("larger", b"\0" * 10_000_000)
    over_ten = shop.post("larger", b"\0" * 11_000_000)

    assert fits.status_code == 200
    for refused in (beyond, far_beyond, over_ten):
        assert refused.status_code == 413
        assert refused.json() == {"message": "Request Entity Too Large"}
    assert shop.send("GET", shop.images("larger")).json()["items"] == []


def test_a_request_is_logged_in_one_line_without_metrics(running: Running, shop: Shop) -> None:
    logs = running.aws("logs")

    def lines() -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName="/vitrine/vitrine/api"
        )
        found = [event for page in pages for event in page["events"]]
        return [line for event in found for line in event["message"].splitlines()]

    def requests(texts: list[str]) -> list[str]:
        return [text for text in texts if '"operation":"list_images"' in text]

    before = len(requests(lines()))
    shop.send("GET", shop.images("logged"))

    texts = until(lambda: found if len(requests(found := lines())) > before else None)
    line = requests(texts)[-1]
    logged = json.loads(line[line.index("{") :])

    assert {"request_id", "shop", "dialect", "status", "duration_ms"} <= logged.keys()
    assert (logged["shop"], logged["dialect"], logged["status"]) == (shop.id, "evotor", 200)
    assert shop.token not in line
    assert not [text for text in texts if '"_aws"' in text], "DialectMetrics is off"

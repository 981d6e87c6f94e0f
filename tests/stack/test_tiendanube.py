"""Tiendanube over HTTP, from the request to the pictures and to nothing again."""

import base64
import json
import re

import pytest
from tests import pictures
from tests.stack.conftest import Elsewhere, Running, Tiendanube, served, until

from vitrine.domain.renditions import SETS
from vitrine_cli.local.proxy import EVENT_LIMIT

TOO_LARGE = {
    "code": 413,
    "message": "Request Entity Too Large",
    "description": "Send the picture as src, upload it to S3, or with a form of /vitrine/v1",
}


def sizes(src: str) -> dict[str, str]:
    """The URLs that clients make of an image's `src` themselves, by suffix."""
    return {each.name: src.replace("-1024-1024", each.name) for each in SETS["gallery"]}


def test_a_picture_from_elsewhere_is_shown_in_seven_sizes(
    running: Running, tiendanube: Tiendanube, elsewhere: Elsewhere
) -> None:
    picture = pictures.gradient(1600, 1200)
    url = elsewhere.put("/Rote%20L%C3%A4mp.jpeg?v=1", pictures.encode(picture, "JPEG"))

    answer = tiendanube.send("POST", tiendanube.images(100), json={"src": url})

    assert answer.status_code == 201
    image = answer.json()
    name = r"/media/1234/[0-9a-f]{32}/rote-lamp-[0-9a-f]{32}-1024-1024\.jpeg"
    assert re.fullmatch(re.escape(running.described["base_url"]) + name, image["src"])
    for rendition in SETS["gallery"]:
        shown = served(running.client, sizes(image["src"])[rendition.name])
        assert shown.headers["content-type"] == "image/jpeg"
        assert pictures.opened(shown.content).size == rendition.fit(1600, 1200)
    ((_, headers),) = [each for each in elsewhere.asked if each[0].startswith("/Rote")]
    assert headers["User-Agent"].startswith("Vitrine/")
    assert not {"Cookie", "Authorization", "Authentication", "Referer"} & headers.keys()


def test_the_seeds_gif_keeps_moving(running: Running, tiendanube: Tiendanube) -> None:
    """Tiendanube's document, "mewtwo.gif", with the line breaks it has inside the string."""
    gif = pictures.animated("GIF", frames=2, size=700)
    lines = base64.encodebytes(gif).decode()
    body = f'{{\n    "filename": "mewtwo.gif",\n    "position": 5,\n    "attachment": "{lines}"\n}}'

    answer = tiendanube.send(
        "POST",
        tiendanube.images(101),
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 201, answer.text
    for name, url in sizes(answer.json()["src"]).items():
        shown = pictures.opened(served(running.client, url).content)
        assert (shown.format, getattr(shown, "n_frames", 1)) == ("GIF", 2), name


def test_a_list_is_walked_by_its_links(tiendanube: Tiendanube) -> None:
    ids = [tiendanube.attach(102, pictures.png(20, 20)).json()["id"] for _ in range(5)]
    url: str | None = tiendanube.images(102) + "?fields=id&per_page=2"

    seen = []
    while url:
        page = tiendanube.send("GET", url)
        assert page.headers["x-total-count"] == "5"
        assert page.headers["content-type"] == "application/json; charset=UTF-8"
        seen += [each["id"] for each in page.json()]
        url = page.links["next"]["url"] if "next" in page.links else None

    assert seen == ids
    head = tiendanube.send("HEAD", tiendanube.images(102))
    assert (head.status_code, head.headers["x-total-count"], head.content) == (200, "5", b"")
    beyond = tiendanube.send("GET", tiendanube.images(102) + "?per_page=2&page=4")
    assert beyond.json()["description"] == "Last page is 3"


def test_new_bytes_have_a_new_url_and_the_old_ones_go_after_they_are_there(
    running: Running, tiendanube: Tiendanube, elsewhere: Elsewhere
) -> None:
    first = tiendanube.attach(103, pictures.png(60, 60)).json()
    served(running.client, first["src"])
    url = elsewhere.put("/new.png", pictures.png(80, 40))

    changed = tiendanube.send("PUT", tiendanube.images(103, first["id"]), json={"src": url})

    new = changed.json()
    assert (changed.status_code, new["id"]) == (200, first["id"])
    assert new["src"] != first["src"]

    def gone() -> bool | None:
        # Asked in this order, an old one that is missing proves that the new ones came first.
        missing = running.client.get(first["src"]).status_code != 200
        if missing:
            for size in sizes(new["src"]).values():
                assert running.client.get(size).status_code == 200
        return missing or None

    until(gone)
    prefix = f"originals/1234/{first['id']}/"
    until(lambda: len(running.keys("OriginalsBucket", prefix)) == 1 or None)
    assert pictures.opened(served(running.client, new["src"]).content).size == (80, 40)
    # Its own URL, whichever size and scheme, changes nothing.
    for own in sizes(new["src"]).values():
        same = tiendanube.send(
            "PUT",
            tiendanube.images(103, first["id"]),
            json={"src": own.replace("http://", "https://")},
        )
        assert same.json() == new


def test_a_replaced_image_that_is_deleted_at_once_leaves_nothing(
    running: Running, tiendanube: Tiendanube
) -> None:
    image = tiendanube.attach(104, pictures.png(30, 30)).json()
    body = {"attachment": base64.b64encode(pictures.png(31, 31)).decode(), "filename": "b.png"}
    path = tiendanube.images(104, image["id"])
    replaced = tiendanube.send("PUT", path, json=body).json()

    deleted = tiendanube.send("DELETE", path)

    assert (deleted.status_code, deleted.json()) == (200, {})
    until(lambda: not running.keys("OriginalsBucket", f"originals/1234/{image['id']}/") or None)
    for src in (image["src"], replaced["src"]):
        folder = src.partition("/media/")[2].rpartition("/")[0]
        until(lambda folder=folder: not running.keys("MediaBucket", f"media/{folder}") or None)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/a.png",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/",
        "http://0.0.0.0/a.png",
        "http://user:password@127.0.0.1/a.png",
        "http://no-such-host.invalid/a.png",
    ],
)
def test_a_source_that_must_not_be_read_looks_like_one_that_cannot(
    tiendanube: Tiendanube, url: str
) -> None:
    answer = tiendanube.send("POST", tiendanube.images(105), json={"src": url})

    assert (answer.status_code, answer.json()) == (422, {"src": ["could not be downloaded"]})
    assert tiendanube.listed(105) == []


def test_what_fits_through_the_gateway_is_taken_and_what_does_not_is_told_how(
    running: Running, tiendanube: Tiendanube, elsewhere: Elsewhere
) -> None:
    """Ours is the limit of 6 000 000 bytes; beyond the event's 6 MiB the gateway answers."""
    frame = len(json.dumps({"attachment": "", "filename": "a.png"}, separators=(",", ":")))
    fits = (6_000_000 - frame) // 4 * 3
    headers = {"Content-Type": "application/json"}

    def body(size: int) -> bytes:
        picture = base64.b64encode(pictures.padded_png(size)).decode()
        fields = {"attachment": picture, "filename": "a.png"}
        return json.dumps(fields, separators=(",", ":")).encode()

    def post(content: bytes) -> tuple[int, object]:
        answer = tiendanube.send("POST", tiendanube.images(106), content=content, headers=headers)
        return answer.status_code, answer.json()

    assert post(body(fits))[0] == 201
    assert len(body(fits)) > 5_999_990
    assert post(body(fits) + b" " * (6_000_001 - len(body(fits)))) == (413, TOO_LARGE)
    assert post(body(fits + 150_000)) == (413, TOO_LARGE)
    gateways = {"message": "Request Entity Too Large"}
    assert post(b" " * EVENT_LIMIT) == (413, gateways)
    assert post(b" " * 11_000_000) == (413, gateways)
    # The way that the answer names.
    largest = elsewhere.put("/largest.png", pictures.padded_png(10_485_759))
    created = tiendanube.send("POST", tiendanube.images(106), json={"src": largest})
    assert created.status_code == 201
    larger = elsewhere.put("/larger.png", pictures.padded_png(10_485_760))
    refused = tiendanube.send("POST", tiendanube.images(106), json={"src": larger})
    assert (refused.status_code, refused.json()) == (422, {"src": ["must weigh less than 10MB"]})
    assert len(tiendanube.listed(106)) == 2

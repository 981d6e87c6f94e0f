"""Tiendanube: the requests and answers of the platform's own documentation."""

import base64
import re

import pytest
from tests import pictures
from tests.contract.tiendanube.conftest import (
    IMAGES,
    Tiendanube,
    assert_refused,
    file_name,
    ok,
    raw,
    with_suffix,
)

from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.pictures import Format

SINGULAR = "/v1/555/product/1234/images"

# What the seed sends, byte for byte.
MEWTWO = b"""\
{
    "filename": "mewtwo.gif",
    "position": 5,
    "attachment": "R0lGODlhIAAgAPIAAPj4+MCgyHh4eGBgWLgomEBAQP///wAAACH/C05FVFNDQVBFMi4wAwEAAAAh
/hFwb2tlZ3VpZGUuZmlsYi5kZQAh+QQJEQAGACwAAAAAIAAgAAADj2i63P4wykmrvTjrzbv/YNgU
BUN+BUCuQFB2JNCmgeulbV2/y3rhup2pReBJgDuhgkYoUnA5mm0ZaBojyAJBadAWr8fgylXSgrEF
Mim5M1uka3H8VEm7BOmx3T59lvFVRWJcbyRNgjo+GAMCjQOHAzoDGoyOBgOYmAGTG5kOkZsil0Gc
IQMyNaUgmaqirhcJACH5BAkRAAYALAAAAAAgACAAAAOLaLrc/jDKSau9OOvNu/9gKEpFwZRfAZQs
EJhdCbhq8Hqqa9tww1a5Hc9RI/QgQd7w5CIYSTNd7XYKOI+PZIGwXGyNWKSQ9UIZtmExq6DclZ5A
KXtc4qWzPAGbPJ9TKSgFelZGY10VAyxOhW5mFgMCkQMDiwM7AxuTmAaamgGTI5aXoTM2myGdI6oa
CQA7"
}"""


@pytest.mark.parametrize(("present", "position"), [(0, 1), (2, 3), (4, 5), (6, 5)])
def test_the_seeds_mewtwo_works_byte_for_byte(
    tiendanube: Tiendanube, present: int, position: int
) -> None:
    tiendanube.world.with_gallery(
        "shop1", "1234", {image: image for image in range(1, present + 1)}
    )

    answer = tiendanube.send("POST", IMAGES, **raw(MEWTWO))

    assert (answer.status, answer.json["position"]) == (201, position)
    assert re.fullmatch(r"mewtwo-[0-9a-f]{32}-1024-1024\.gif", file_name(answer.json["src"]))
    data = tiendanube.original(answer.json["id"])
    picture = pictures.opened(data)
    assert (len(data), picture.size, picture.format) == (402, (32, 32), "GIF")
    assert getattr(picture, "n_frames", 1) == 2
    record = tiendanube.record(answer.json["id"]).original
    assert (record.size, record.width, record.height, record.frames) == (402, 32, 32, 2)
    assert record.format is Format.GIF


def test_the_seeds_put_moves_an_image_by_its_own_url(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {101: 0, 112: 1, 123: 2, 134: 3, 145: 4})
    own = with_suffix(tiendanube.get(145)["src"], "-640-0").replace("https", "http")

    answer = tiendanube.put(145, id=145, src=own, position=1, product_id=1234)

    assert (ok(answer).json["id"], answer.json["position"]) == (145, 1)
    assert tiendanube.ids() == [145, 101, 112, 123, 134]
    assert not tiendanube.world.remote.fetched


def test_the_seeds_reading_and_deleting(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {101: 0, 112: 1, 123: 2})

    listed = tiendanube.listed()
    since = ok(tiendanube.send("GET", f"{SINGULAR}?since_id=105")).json
    one = tiendanube.get(112)
    deleted = tiendanube.delete(112)

    assert [(item["id"], item["position"]) for item in listed] == [(101, 1), (112, 2), (123, 3)]
    assert since == listed[1:]
    assert one == listed[1]
    assert (deleted.status, deleted.json) == (200, {})
    assert tiendanube.ids() == [101, 123]


def test_the_seeds_refusals(tiendanube: Tiendanube) -> None:
    answer = tiendanube.send("POST", IMAGES, **raw(b'{\n  "invalid_name": "foobar"\n}'))

    assert_refused(answer, 422, {"src": ["can't be blank"]})


def test_of_a_page_that_is_asked_for_twice_the_last_is_led_on_from(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {number: number for number in range(1, 8)})

    answer = tiendanube.send("GET", f"{IMAGES}?page=1&per_page=2&page=2")

    assert [image["id"] for image in answer.json] == [3, 4]
    assert '?page=1&per_page=2&page=3>; rel="next"' in answer.headers["link"]


def test_a_data_url_in_the_middle_of_an_attachment_is_invalid(tiendanube: Tiendanube) -> None:
    whole = base64.b64encode(pictures.png()).decode()
    body = {"attachment": whole[:40] + "data:x/y;base64," + whole[40:], "filename": "a.png"}

    answer = tiendanube.send("POST", IMAGES, json=body)

    assert (answer.status, answer.json) == (422, {"attachment": ["is invalid"]})


def test_languages_that_others_add_meanwhile_are_counted(
    tiendanube: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine languages, then one by each of two writers at the same time, on top of the first."""
    tiendanube.world.with_gallery("shop1", "1234", {11: 0}, alt="uno")
    path = f"{IMAGES}/11"
    eight = {f"a{letter}": "x" for letter in "abcdefgh"}
    assert tiendanube.send("PUT", path, json={"alt": eight}).status == 200
    commit = tiendanube.world.galleries.commit
    waiting = [{"alt": {"zz": "x"}}]

    def late(change: GalleryChange) -> Gallery:
        if waiting:
            assert tiendanube.send("PUT", path, json=waiting.pop()).status == 200
        return commit(change)

    monkeypatch.setattr(tiendanube.world.galleries, "commit", late)

    answer = tiendanube.send("PUT", path, json={"alt": {"yy": "x"}})

    assert (answer.status, answer.json) == (422, {"alt": ["is invalid"]})


def test_a_request_that_is_handed_on_is_counted_once(
    tiendanube: Tiendanube,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIALECT_METRICS", "yes")
    tiendanube.send("GET", f"{IMAGES}/")

    assert capsys.readouterr().out.count('"_aws"') == 1

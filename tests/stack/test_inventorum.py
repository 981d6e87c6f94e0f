"""Inventorum over HTTP: the seed's own call, the pictures it leads to, and tokens that end."""

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import pictures
from tests.stack.conftest import Inventorum, Running, json_lines, served, vitrine

BOXES = {
    "ipad": 512,
    "thumb": 150,
    "image": 512,
    "ipad_retina": 1024,
    "ebay": 1600,
    "thumb_retina": 300,
}
BODY_LIMIT = 6_000_000  # bytes of a body in base64, as the function receives it


def seed_call(inventorum: Inventorum, folder: Path, image: str) -> dict[str, Any]:
    """The seed's curl, in a folder that has its file: status, head and body of the answer."""
    command = [
        *("curl", "-sS", "-X", "POST", str(inventorum.client.base_url.join("/api/images/"))),
        *("-H", "Accept: application/json"),
        *("-H", f"Authorization: Bearer {inventorum.token}"),
        *("-H", "X-Api-Version: 12"),
        "-H",
        "content-type: multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
        *("-F", f"image={image}", "-F", "type=product"),
        *("-w", "\n%{http_code}"),
    ]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    body, _, status = run.stdout.rpartition("\n")
    return {"status": int(status), "json": json.loads(body)}


def test_the_seeds_own_call_works_with_its_file(
    running: Running, inventorum: Inventorum, tmp_path: Path
) -> None:
    """Its two boundaries too; all seven URLs are served."""
    upload = pictures.jpeg(2000, 1500, exif=pictures.oriented(6), comment=b"a secret")
    (tmp_path / "image-file.jpg").write_bytes(upload)

    answer = seed_call(inventorum, tmp_path, "@image-file.jpg")

    assert answer["status"] == 200, answer
    image = answer["json"]
    assert list(image) == ["id", "urls", "type", "new"]
    assert (image["type"], image["new"]) == (0, True)
    base = f"{running.described['media_url']}/uploads/1234/product/{image['id']}-"
    for name, url in image["urls"].items():
        assert url.startswith(base)
        picture = served(inventorum.client, url)
        shown = pictures.opened(picture.content)
        if name == "original":
            assert url.endswith("/original.jpg")
            assert picture.headers["content-type"] == "image/jpeg"
            assert shown.size == (2000, 1500)
            assert shown.tobytes() == pictures.opened(upload).tobytes()
            assert b"a secret" not in picture.content
        else:
            assert url.endswith(f"/{'ipad' if name == 'image' else name}.png")
            assert picture.headers["content-type"] == "image/png"
            assert (shown.format, shown.height) == ("PNG", BOXES[name]), "it is shown upright"
            assert shown.width == round(BOXES[name] * 3 / 4)
    assert image["urls"]["image"] == image["urls"]["ipad"]


def test_the_seeds_call_to_the_letter_sends_a_text(inventorum: Inventorum, tmp_path: Path) -> None:
    answer = seed_call(inventorum, tmp_path, "image-file.jpg")

    message = "The submitted data was not a file. Check the encoding type on the form."
    assert answer == {
        "status": 400,
        "json": {
            "error": {
                "fields": {"image": [message]},
                "description": "Serialization error",
                "key": "common.serializer_error",
            }
        },
    }


@pytest.mark.parametrize("path", ["/api/images", "/api/images/"])
def test_the_same_bytes_twice_are_two_images(inventorum: Inventorum, path: str) -> None:
    data = pictures.png(100, 80, "RGBA")
    answers = [inventorum.upload(data, path=path) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (answer.json() for answer in answers)
    assert second["id"] > first["id"]
    assert not set(first["urls"].values()) & set(second["urls"].values())
    for url in {*first["urls"].values(), *second["urls"].values()}:
        shown = pictures.opened(served(inventorum.client, url).content)
        assert (shown.size, shown.mode) == ((100, 80), "RGBA"), "transparent, and not enlarged"
    assert len({answer.headers["x-rid"] for answer in answers}) == 2


def test_images_of_old_versions_come_as_text_and_have_negative_ids(inventorum: Inventorum) -> None:
    data = {"product_image": pictures.base64_of(pictures.png(20, 20)), "type": "3"}
    answer = inventorum.send("POST", "/api/images", data=data, files={"x": b""}, version="7")

    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] < 0
    assert answer.json()["type"] == 3
    assert "/category/" in answer.json()["urls"]["ebay"]


@pytest.mark.parametrize("path", ["/api/images", "/api/images/"])
def test_a_body_of_six_million_bytes_is_taken_and_a_longer_one_is_not(
    inventorum: Inventorum, path: str
) -> None:
    """A form comes to the function in base64, four bytes for three of the form."""
    answers = [inventorum.post_body(path, size // 4 * 3) for size in (BODY_LIMIT, BODY_LIMIT + 4)]

    assert [answer.status_code for answer in answers] == [200, 413]
    assert answers[1].json() == {
        "error": {
            "fields": {},
            "description": (
                "Request entity too large; upload the picture with a form of /vitrine/v1"
            ),
            "key": "common.request_too_large",
        }
    }
    assert answers[1].headers["x-rid"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/images", 405),
        ("DELETE", "/api/images/", 405),
        ("GET", "/api/images/1", 404),
        ("PUT", "/api/auth/token/", 405),
    ],
)
def test_other_methods_and_paths_are_told_before_anyone_is_asked(
    inventorum: Inventorum, method: str, path: str, status: int
) -> None:
    answer = inventorum.client.request(method, path)

    assert answer.status_code == status
    assert answer.json()["error"]["fields"] == {}
    assert answer.headers.get("allow") == ("POST" if status == 405 else None)
    assert answer.headers["x-rid"]


@pytest.mark.parametrize("path", ["/api/auth/token", "/api/auth/token/"])
def test_tokens_are_refreshed_once_each_until_their_client_is_revoked(
    running: Running, inventorum: Inventorum, path: str
) -> None:
    port = str(running.port)
    issued = vitrine(
        *("credential", "create", "1234", "--dialect", "inventorum", "--refreshable"),
        *("--label", "till", "--port", port),
    )
    login = json.loads(issued.stdout)
    assert set(login) == {
        *("id", "base_url", "token", "client_id", "client_secret", "refresh_token"),
    }
    client = httpx.BasicAuth(login["client_id"], login["client_secret"])

    def refresh(token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return running.client.post(path, auth=client, data=form)

    def upload(token: str) -> int:
        return inventorum.upload(pictures.png(20, 20), token=token).status_code

    first = refresh(login["refresh_token"])
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"] == "no-store"
    tokens = first.json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == (
        *("Bearer", 36000, "images"),
    )
    again = refresh(login["refresh_token"])
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert [upload(each) for each in (login["token"], tokens["access_token"])] == [200, 200]
    assert upload(login["client_secret"]) == 401
    newest = refresh(tokens["refresh_token"]).json()
    stored = str(running.aws("dynamodb").scan(TableName=running.outputs["Table"])["Items"])
    for secret in (*login.values(), *tokens.values(), *newest.values()):
        if isinstance(secret, str) and len(secret) == len(login["token"]):
            assert secret not in stored, "only hashes are kept"

    revoked = vitrine("credential", "revoke", "1234", login["id"], "--port", port)
    assert revoked.returncode == 0
    assert upload(newest["access_token"]) == 401, "no function knows it yet"
    listed = json_lines(vitrine("credential", "list", "1234", "--json", "--port", port))
    (row,) = [each for each in listed if each["id"] == login["id"]]
    assert (row["label"], bool(row["revoked"])) == ("till", True)

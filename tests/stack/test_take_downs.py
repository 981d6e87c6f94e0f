"""Take-downs on the deployed stack: nothing is left in storage, and the CDN is told."""

import base64
import json
from typing import Any

import httpx
from tests import pictures
from tests.stack.conftest import Running, Tiendanube, until, vitrine
from tests.stack.test_delivery import key_of


def of_scope(running: Running) -> dict[str, str]:
    """The headers of a client that may take pictures down."""
    made = vitrine(
        *("credential", "create", "1234", "--dialect", "vitrine"),
        *("--scope", "images:takedown", "--port", str(running.port)),
    )
    assert made.returncode == 0, made.stderr
    return {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}


def invalidations(running: Running) -> list[set[str]]:
    """The paths of each invalidation of the stack's distribution."""
    cloudfront, distribution = running.aws("cloudfront"), running.outputs["CdnId"]
    listed = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]
    batches = (
        cloudfront.get_invalidation(DistributionId=distribution, Id=each["Id"])
        for each in listed.get("Items", [])
    )
    return [{*each["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]} for each in batches]


def test_a_take_down_leaves_nothing_and_the_cdn_forgets(
    running: Running, tiendanube: Tiendanube
) -> None:
    image = tiendanube.attach(7700, pictures.jpeg(900, 700)).json()
    src = image["src"]
    manifest = running.client.get(f"{src}.json").json()
    running.client.get(f"{manifest['url']}.json")
    folder = key_of(src).rpartition("/")[0]
    until(lambda: len(running.keys("MediaBucket", folder)) >= 15 or None)
    prefixes = [f"media/1234/{image['id']:010x}", key_of(manifest["url"]).rpartition(".")[0]]
    assert all(running.keys("MediaBucket", prefix) for prefix in prefixes)
    headers = of_scope(running)

    begun = running.client.post(
        "/vitrine/v1/take-downs", headers=headers, json={"product": "7700", "image": image["id"]}
    )

    assert begun.status_code == 202, begun.text
    location = begun.headers["location"]

    def done() -> dict[str, Any] | None:
        answer: httpx.Response = running.client.get(location, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found if found["state"] == "done" else None

    found = until(done)
    assert found["browser_copies"] == "may remain"
    for prefix in prefixes:
        assert running.keys("MediaBucket", prefix) == []
    assert running.keys("OriginalsBucket", f"originals/1234/{image['id']}/") == []
    paths = {f"/media/1234/{image['id']:010x}*", f"/{prefixes[1]}.*"}
    assert paths in invalidations(running)
    assert found["paths"] == len(paths)
    assert {running.client.get(each).status_code for each in (src, f"{src}.json")} == {404}
    assert tiendanube.listed(7700) == []


def test_the_command_takes_an_image_down(running: Running, tiendanube: Tiendanube) -> None:
    image = tiendanube.attach(7702, pictures.jpeg(300, 200)).json()
    port = str(running.port)

    done = vitrine("image", "forget", f"1234/{image['id']}", "--yes", "--port", port)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["state"], found["image"]) == ("done", image["id"])
    assert {*found["paths"]} in invalidations(running)
    assert running.keys("OriginalsBucket", f"originals/1234/{image['id']}/") == []
    assert running.keys("MediaBucket", f"media/1234/{image['id']:010x}") == []
    again = vitrine("image", "forget", image["src"], "--yes", "--no-wait", "--port", port)
    assert again.returncode == 0, again.stderr
    gone = vitrine("image", "forget", f"1234/{image['id']}", "--yes", "--port", port)
    assert gone.returncode == 1
    assert f"has no image {image['id']}" in gone.stderr


def test_stored_manifests_are_made_again(running: Running, tiendanube: Tiendanube) -> None:
    src = tiendanube.attach(7703, pictures.jpeg(300, 200)).json()["src"]
    before = running.client.get(f"{src}.json")

    done = vitrine("rebuild", "1234", "--manifests", "--port", str(running.port))

    assert done.returncode == 0, done.stderr
    assert "Manifests deleted:" in done.stdout
    assert running.keys("MediaBucket", f"{key_of(src)}.json") == []
    assert running.client.get(f"{src}.json").json() == before.json()


def test_a_deleted_picture_is_taken_down_by_its_url(
    running: Running, tiendanube: Tiendanube
) -> None:
    image = tiendanube.attach(7701, pictures.jpeg(300, 200)).json()
    headers = of_scope(running)
    body = {"url": image["src"]}
    refused = running.client.post("/vitrine/v1/take-downs", headers=headers, json=body)
    assert refused.json()["errors"][0]["code"] == "exists"
    tiendanube.send("DELETE", tiendanube.images(7701, image["id"]))

    begun = running.client.post("/vitrine/v1/take-downs", headers=headers, json=body)

    assert begun.status_code == 202, begun.text
    prefix = f"/media/1234/{image['id']:010x}*"
    until(lambda: any(prefix in paths for paths in invalidations(running)) or None)


def test_a_shop_can_have_deletes_and_replacements_forgotten_by_the_cdn(
    running: Running, tiendanube: Tiendanube
) -> None:
    """The emulator does not wait for a minute as Lambda does."""
    port = ("--port", str(running.port))
    setting = ("--setting", "cdn.invalidate=yes")
    assert vitrine("shop", "create", "forgetful", *setting, *port).returncode == 0
    made = vitrine("credential", "create", "forgetful", "--dialect", "tiendanube", *port)
    login = json.loads(made.stdout)
    client = Tiendanube(login["store_id"], login["token"], running.client)
    image = client.attach(1, pictures.jpeg(300, 200)).json()
    first, kept = image["src"], tiendanube.attach(7704, pictures.jpeg(300, 200)).json()
    until(lambda: running.keys("MediaBucket", key_of(first).rpartition("/")[0]) or None)

    body = {"attachment": base64.b64encode(pictures.jpeg(320, 200)).decode()}
    replaced = client.send("PUT", client.images(1, image["id"]), json=body)

    assert replaced.status_code == 200, replaced.text
    second = replaced.json()["src"]
    until(lambda: forgotten(running, first) or None)
    assert not forgotten(running, second)
    for shop, product, number in ((client, 1, image["id"]), (tiendanube, 7704, kept["id"])):
        shop.send("DELETE", shop.images(product, number))
    until(lambda: forgotten(running, second) or None)
    assert {running.client.get(each).status_code for each in (first, second)} == {404}
    until(lambda: not running.keys("MediaBucket", key_of(kept["src"])) or None)
    assert not forgotten(running, kept["src"])


def forgotten(running: Running, src: str) -> list[set[str]]:
    """The invalidations with a path of a picture's renditions, each of two paths."""
    path = f"/{key_of(src).rpartition('/')[0]}/*"
    return [paths for paths in invalidations(running) if path in paths and len(paths) == 2]

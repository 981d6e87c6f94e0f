"""Operators' commands: redrive of dead letters, and rebuild after a change of sizes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import CompletedProcess
from typing import Any

import pytest
from tests import pictures
from tests.stack.conftest import Running, Shop, json_lines, messages, served, until, vitrine

SHOP = "operated"
ORPHAN = f"originals/{SHOP}/999999/0-0123456789abcdef0123/orphan 東+.png"


@pytest.fixture(scope="module")
def shop(running: Running) -> Shop:
    return running.open_shop(SHOP)


def command(running: Running, *arguments: str) -> CompletedProcess[str]:
    return vitrine(*arguments, "--port", str(running.port))


def waiting(running: Running) -> list[dict[str, Any]]:
    """The entries of `redrive --list` for this shop."""
    found = json_lines(command(running, "redrive", "--list", "--json"))
    return [each for each in found if f"/{SHOP}/" in each["what"]]


@contextmanager
def without(running: Running, resource: str, action: str) -> Iterator[None]:
    """Take a permission from a function inside the block."""
    iam, functions = running.aws("iam"), running.aws("lambda")
    name = running.aws("cloudformation").describe_stack_resource(
        StackName="vitrine", LogicalResourceId=resource
    )["StackResourceDetail"]["PhysicalResourceId"]
    role = functions.get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    whole = {
        policy: iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }

    def put(policy: str, document: dict[str, Any]) -> None:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))

    for policy, document in whole.items():
        left = []
        for statement in document["Statement"]:
            named = statement["Action"]
            actions = [named] if isinstance(named, str) else named
            kept = [each for each in actions if each != action]
            left += [{**statement, "Action": kept}] if kept else []
        put(policy, {**document, "Statement": left})
    try:
        yield
    finally:
        for policy, document in whole.items():
            put(policy, document)


def posted(shop: Shop, product: str, data: bytes | None = None) -> tuple[int, str]:
    """The id and the URL of a new image."""
    body = shop.post(product, data or pictures.png()).json()
    return int(body["id"][-12:], 16), body["url"]


def originals(running: Running, image: int) -> list[str]:
    return running.keys("OriginalsBucket", f"originals/{SHOP}/{image}/")


def renditions(running: Running, image: int) -> list[str]:
    return running.keys("MediaBucket", f"media/{SHOP}/{image:010x}")


def test_pictures_go_although_their_remover_died_half_way(running: Running, shop: Shop) -> None:
    image, url = posted(shop, "left")
    served(running.client, url)
    with without(running, "EvotorDeleteImages", "s3:DeleteObject"):
        answer = shop.send("DELETE", shop.images("left"))
    assert answer.status_code == 500, "the record went, the original could not"
    assert shop.send("GET", shop.images("left")).json()["items"] == []

    until(lambda: originals(running, image) == [] or None)
    until(lambda: renditions(running, image) == [] or None)

    assert running.client.get(url).status_code in (403, 404)


def test_what_failed_for_good_is_told_sent_again_and_forgotten(
    running: Running, shop: Shop
) -> None:
    with without(running, "GenerateRenditions", "s3:PutObject"):
        _, url = posted(shop, "redriven")
        (failed,) = until(lambda: waiting(running) or None, seconds=120)
        assert "AccessDenied" in failed["why"]
        assert "GenerateRenditions" in failed["function"]
        assert "why" in command(running, "redrive", "--list").stdout

        again = command(running, "redrive")

    assert again.returncode == 1
    assert "failed again: 1." in again.stdout
    assert "AccessDenied" in again.stderr
    assert [each["what"] for each in waiting(running)] == [failed["what"]], "it stays"

    mended = command(running, "redrive")

    assert (mended.returncode, messages(mended)) == (0, [])
    assert mended.stdout.startswith("Events replayed: 1;")
    assert served(running.client, url).status_code == 200
    assert waiting(running) == []
    assert command(running, "redrive").stdout.startswith("Events replayed: 0;")


def test_bytes_whose_record_may_still_come_are_not_let_go(running: Running, shop: Shop) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    s3.put_object(Bucket=bucket, Key=ORPHAN, Body=pictures.png(), Metadata={"product": "p"})
    (failed,) = until(lambda: waiting(running) or None, seconds=120)
    assert failed["what"] == ORPHAN

    again = command(running, "redrive")

    assert again.returncode == 1
    assert originals(running, 999999) == [ORPHAN]
    s3.delete_object(Bucket=bucket, Key=ORPHAN)
    assert command(running, "redrive").returncode == 0


def test_a_shop_is_rebuilt_under_the_same_urls(running: Running, shop: Shop) -> None:
    s3, media = running.aws("s3"), running.outputs["MediaBucket"]
    first, url = posted(shop, "rebuilt-1")
    second, other = posted(shop, "rebuilt-2")
    bad, third = posted(shop, "rebuilt-3")
    for each in (url, other, third):
        served(running.client, each)
    expected = {image: until_all(running, image) for image in (first, second, bad)}
    s3.delete_object(Bucket=media, Key=expected[first][0])
    s3.delete_object(Bucket=media, Key=expected[second][0])
    unlisted = expected[first][1].replace("-0.png", "-77.png")
    s3.put_object(Bucket=media, Key=unlisted, Body=b"of an earlier table")
    (key,) = originals(running, bad)
    s3.put_object(Bucket=running.outputs["OriginalsBucket"], Key=key, Body=b"x" * 99)

    behind = command(running, "rebuild", SHOP, "--after", str(first), "--at-a-time", "2")

    assert behind.returncode == 1
    assert f"image {bad}: " in behind.stderr
    assert f"image {second}: " not in behind.stderr
    assert behind.stdout == "Images rebuilt: 1.\n"
    assert renditions(running, second) == expected[second]
    assert expected[first][0] not in renditions(running, first)

    whole = command(running, "rebuild", SHOP, "--image", str(first), "--image", "777777")

    assert (whole.returncode, whole.stdout) == (1, "Images rebuilt: 1.\n")
    missing = f"✗ Shop '{SHOP}' has no original of these images: 777777."
    assert messages(whole) == [missing]
    chosen = ("--image", str(first), "--image", str(second))
    behind = command(running, "rebuild", SHOP, "--after", str(first), *chosen)
    assert (behind.returncode, behind.stdout) == (0, "Images rebuilt: 1.\n")
    assert renditions(running, first) == expected[first]
    assert command(running, "rebuild", "nobody").stderr.startswith("✗ There is no shop 'nobody'; ")
    (failed,) = until(lambda: waiting(running) or None, seconds=120)
    assert failed["what"] == key
    shop.send("DELETE", shop.images("rebuilt-3"))
    assert command(running, "redrive").returncode == 0, "what it was about is gone"


def until_all(running: Running, image: int) -> list[str]:
    """The keys of an image's renditions as soon as all exist: seven sizes, each also as WebP."""

    def look() -> list[str] | None:
        found = renditions(running, image)
        return found if len(found) == 14 else None

    return until(look)

"""The small client of AWS and boto3: the deployed functions do the same over either."""

from typing import Any

from tests import pictures
from tests.stack.conftest import Inventorum, Running, Tiendanube, served

from vitrine_cli.local import emulator, stacks


def outcomes(running: Running, tiendanube: Tiendanube, inventorum: Inventorum) -> list[Any]:
    """What a shop's clients see of images that come, move and go, without ids and times."""
    product = tiendanube.attach(880, pictures.png(30, 20)).json()["product_id"]
    images = tiendanube.listed(product)
    first = images[0]["id"]
    second = tiendanube.attach(product, pictures.jpeg(40, 20), position=1).json()["id"]
    moved = tiendanube.send("PUT", tiendanube.images(product, first), json={"position": 1})
    order = [each["id"] for each in tiendanube.listed(product)]
    shown = served(running.client, moved.json()["src"])
    gone = [
        tiendanube.send("DELETE", tiendanube.images(product, each)).status_code
        for each in (first, second, second)
    ]
    library = inventorum.upload(pictures.png(50, 50))
    slash = tiendanube.send("GET", tiendanube.images(product) + "/")
    refused = tiendanube.attach(product, b"no picture")
    return [
        len(images),
        moved.status_code,
        order == [first, second],
        shown.headers["content-type"],
        gone,
        library.status_code,
        sorted(library.json()),
        (slash.status_code, slash.text),
        (refused.status_code, refused.text),
    ]


def test_either_client_of_aws_comes_to_the_same(
    running: Running, tiendanube: Tiendanube, inventorum: Inventorum
) -> None:
    endpoint = running.stack.endpoint
    found = {}
    try:
        for client in ("boto3", "small"):
            emulator.adapt_functions(endpoint, stacks.NAME, {"AWS_CLIENT": client})
            found[client] = outcomes(running, tiendanube, inventorum)
    finally:
        emulator.adapt_functions(endpoint, stacks.NAME, {"AWS_CLIENT": "small"})

    assert found["small"] == found["boto3"]
    assert found["small"][:5] == [1, 200, True, "image/png", [200, 200, 404]]


def test_functions_use_the_small_client_unless_told_otherwise(running: Running) -> None:
    functions = running.aws("lambda")
    settings = functions.get_function_configuration(FunctionName="vitrine-evotor-get-image")
    assert settings["Environment"]["Variables"]["AWS_CLIENT"] == "small"

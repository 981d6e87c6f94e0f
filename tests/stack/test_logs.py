"""`vitrine logs` on the real stack: each request once, what it set off, and what failed."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from socket import create_server
from typing import Any

import psutil
import pytest
from tests import pictures
from tests.stack.conftest import Running, Shop, Tiendanube, until, vitrine

REQUESTS = 500


@pytest.fixture(scope="module")
def shop(running: Running) -> Shop:
    return running.open_shop("logged")


def logs(running: Running, *options: str) -> list[dict[str, Any]]:
    """The entries that the command prints."""
    done = vitrine("logs", "--minutes", "20", "--json", *options, "--port", str(running.port))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def shown(running: Running, shop: Shop, operation: str) -> list[dict[str, Any]] | None:
    """The requests of a shop with an operation, if there are any."""
    return logs(running, "--shop", shop.id, "--operation", operation) or None


def test_following_shows_each_of_500_requests_once(
    running: Running, shop: Shop, foreground: Callable[..., subprocess.Popen[str]]
) -> None:
    following = foreground(
        *("logs", "--follow", "--json", "--shop", shop.id, "--minutes", "1"),
        *("--port", str(running.port)),
    )
    assert following.stdout is not None
    with ThreadPoolExecutor(8) as pool:
        path = shop.images("followed")
        answers = list(pool.map(lambda _: shop.send("GET", path).status_code, range(REQUESTS)))
    assert Counter(answers) == {200: REQUESTS}
    last = shop.send("GET", f"{path}/none")
    assert last.status_code == 404

    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["operation"] != "get_image":
        seen.append(json.loads(following.stdout.readline()))

    listed = [each["request"] for each in seen if each["operation"] == "list_images"]
    assert len(listed) == len(set(listed)) == REQUESTS


def test_a_request_is_shown_with_what_the_pipeline_did_for_it(running: Running, shop: Shop) -> None:
    assert shop.post("traced", pictures.png(300, 300)).status_code == 200
    (created,) = until(lambda: shown(running, shop, "create_image"))

    def traced() -> list[str] | None:
        found = logs(running, "--request", created["request"])
        return [each["operation"] for each in found] if len(found) > 1 else None

    assert until(traced) == ["create_image", "renditions"]
    assert shop.send("DELETE", shop.images("traced")).status_code == 204
    (deleted,) = until(lambda: shown(running, shop, "delete_images"))

    def removed() -> bool | None:
        found = logs(running, "--request", deleted["request"])
        return any("removed=True" in each.get("text", "") for each in found) or None

    assert until(removed)


def test_a_killed_function_and_a_413_are_shown(running: Running, tiendanube: Tiendanube) -> None:
    """The function is killed while it waits for a picture that never comes."""
    with create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as pool:
        src = f"http://127.0.0.1:{silent.getsockname()[1]}/a.png"
        waiting = pool.submit(
            *(tiendanube.send, "POST", tiendanube.images(7300)), json={"src": src}, timeout=60
        )
        connection, _ = silent.accept()
        with connection:
            kill(running, "tiendanube-create-image")
            answer = waiting.result()
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    large = tiendanube.send("POST", tiendanube.images(7301), content=b"\0" * 11_000_000)
    assert large.status_code == 413

    def both() -> dict[str, Any] | None:
        found = {each["operation"]: each for each in logs(running, "--dialect", "gateway")}
        wanted = [f"POST {tiendanube.images(product)}" for product in (7300, 7301)]
        return found if all(each in found for each in wanted) else None

    found = until(both)
    killed, refused = (found[f"POST {tiendanube.images(product)}"] for product in (7300, 7301))
    assert (killed["status"], killed["failed"]) == (500, True)
    assert killed["text"] != "(no function was asked)"
    assert (refused["status"], refused["text"]) == (413, "(no function was asked)")


def kill(running: Running, function: str) -> None:
    """Kill the processes of a function of this stack."""
    emulator = psutil.Process(running.stack.processes[0].pid)
    workers = [each for each in emulator.children() if function in " ".join(each.cmdline())]
    assert workers
    for each in workers:
        each.kill()
    psutil.wait_procs(workers, timeout=30)


def test_lines_are_in_order_and_filters_select_them(running: Running, shop: Shop) -> None:
    assert shop.post("ordered", pictures.png(300, 300)).status_code == 200
    with ThreadPoolExecutor(4) as pool:
        paths = [shop.images(f"ordered-{number}/none") for number in range(4)]
        answers = pool.map(lambda path: shop.send("GET", path).status_code, paths)
        assert set(answers) == {404}

    pipeline = until(lambda: logs(running, "--pipeline") or None)
    assert {each["dialect"] for each in pipeline} == {"pipeline"}

    def missed() -> list[dict[str, Any]] | None:
        found = logs(running, "--shop", shop.id, "--dialect", "evotor", "--status", "404")
        return found if len(found) >= 4 else None

    mine = until(missed)
    assert {(each["shop"], each["dialect"], each["status"]) for each in mine} == {
        (shop.id, "evotor", 404)
    }
    entries = [each["at"] for each in logs(running)]
    assert entries == sorted(entries)

"""A local stack on a machine that has no Node and cannot install it."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import httpx
from tests import pictures
from tests.stack.conftest import forget, free_port, vitrine

OFFLINE = """
import pathlib, sys
from vitrine_cli.local import node
from vitrine_cli.ui.failure import FailureError

def fail(group):
    raise FailureError(f"Could not install the tools of group '{group}'.")

node.HOME = pathlib.Path(sys.argv.pop(1))
node.tool_bin = fail
from vitrine_cli.app import main
main()
"""


def test_up_says_that_formats_are_not_chosen_and_pictures_are_served(tmp_path: Path) -> None:
    port = str(free_port())
    environment = {**os.environ, "PATH": str(programs_without_node(tmp_path / "bin"))}
    command = [sys.executable, "-c", OFFLINE, str(tmp_path), "up", "--detach", "--port", port]

    try:
        started = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        assert started.returncode == 0, started.stderr
        assert started.stdout.rstrip().splitlines()[-2:] == [
            "Without Node all browsers get PNG and JPEG, and there is no gallery page.",
            "Could not install the tools of group 'node'.",
        ]
        described = json.loads(vitrine("up", "--detach", "--json", "--port", port).stdout)
        assert (described["formats"], described["gallery_url"]) == ("own", None)
        assert content_type(described) == "image/jpeg"
    finally:
        forget(int(port))


def programs_without_node(folder: Path) -> Path:
    """A folder with a link to each program on the PATH, except Node."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).glob("*"):
            if program.name != "node" and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    return folder


def content_type(described: dict[str, dict[str, dict[str, str]]]) -> str:
    """The type of a rendition for a client that prefers WebP."""
    login = described["credentials"]["tiendanube"]
    with httpx.Client(base_url=str(described["base_url"]), timeout=60) as client:
        created = client.post(
            f"/v1/{login['store_id']}/products/1/images",
            headers={"Authentication": f"bearer {login['token']}", "User-Agent": "test"},
            json={"attachment": b64encode(pictures.jpeg(640, 480)).decode(), "filename": "a.jpg"},
        )
        assert created.status_code == 201, created.text
        answer = client.get(created.json()["src"], headers={"Accept": "image/webp,*/*;q=0.8"})
    assert answer.status_code == 200
    found: str = answer.headers["content-type"]
    return found

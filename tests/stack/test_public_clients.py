"""Public clients of the platforms, from npm and Debian, after changing host and token.

The platform's Python client has its test in test_bigcommerce.py, requests-oauthlib in
test_openmage.py.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import pictures
from tests.npm import installed
from tests.stack.conftest import BigCommerce, Elsewhere, Running, Tiendanube, vitrine
from tests.stack.tls import tls_front

from vitrine_cli.local.node import install_node
from vitrine_cli.local.workspace import ROOT

CLIENTS = ROOT / "tests/clients"
PICTURE = pictures.base64_of(pictures.png(30, 20))
SECONDS = 120


@pytest.fixture
def front(running: Running, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment in which Node's TLS connections lead to the stack."""
    with tls_front(running.port, tmp_path) as (port, trusted):
        yield {"STACK_PORT": str(port), "NODE_EXTRA_CA_CERTS": str(trusted)}


def printed(command: list[Any], environment: dict[str, str] | None = None) -> Any:
    """What a client prints, as JSON."""
    run = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **(environment or {})},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout
    return json.loads(run.stdout)


def node(script: str, *arguments: str, front: dict[str, str] | None = None) -> Any:
    folder = installed(CLIENTS)
    redirect = ["--require", folder / "redirect.cjs"] if front else []
    return printed([install_node(), *redirect, folder / script, *arguments], front)


def test_node_bigcommerce(
    bigcommerce: BigCommerce, elsewhere: Elsewhere, front: dict[str, str]
) -> None:
    url = elsewhere.put("/lamp.png", pictures.png(50, 50))

    seen = node("node_bigcommerce.cjs", bigcommerce.token, bigcommerce.store, url, front=front)

    assert seen == {
        "listed": [["first", 0, False], ["second", 5, True]],
        "read": True,
        "refused": 400,
        "left": [True],
    }


def test_nuvemshop(tiendanube: Tiendanube, front: dict[str, str]) -> None:
    for _ in range(2):
        assert tiendanube.attach(264, pictures.png(30, 20)).status_code == 201
    listed = tiendanube.listed(264)

    seen = node("nuvemshop.cjs", tiendanube.token, tiendanube.store, "264", front=front)

    assert seen["all"] == listed
    assert seen["page"] == [{"id": listed[0]["id"], "position": 1}]


def signed(running: Running) -> list[str]:
    """Base URL and keys of the demo shop's OpenMage client, and a picture in base64."""
    login = running.described["credentials"]["openmage"]
    names = ("consumer_key", "consumer_secret", "token", "token_secret")
    return [running.described["base_url"], *(login[name] for name in names), PICTURE]


def test_oauth_and_oauth_1_0a(running: Running) -> None:
    assert node("openmage.cjs", *signed(running)) == {"oauth": [200, 1], "oauth1": [200, 1]}


def test_the_published_sample_of_magento_over_pecls_oauth(running: Running) -> None:
    php = shutil.which("php")
    has_oauth = php and "OAuth" in subprocess.check_output([php, "-m"], text=True)
    if not has_oauth:
        reason = "PHP with the extension OAuth is missing: apt install php-cli php-oauth"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

    seen = printed([php, CLIENTS / "magento_sample.php", *signed(running)])

    assert seen == {"added": 200, "listed": 1}


def test_simple_oauth2(running: Running) -> None:
    issued = vitrine(
        *("credential", "create", "1234", "--dialect", "inventorum", "--refreshable"),
        *("--port", str(running.port)),
    )
    login = json.loads(issued.stdout)
    names = ("client_id", "client_secret", "refresh_token")
    base = running.described["base_url"]

    seen = node("inventorum.cjs", base, *(login[name] for name in names), PICTURE)

    assert seen == {"status": 200, "urls": 7}

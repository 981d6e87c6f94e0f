"""The `vitrine` command, as a person or a script uses it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from PIL import Image as PilImage
from tests.gateway import ROOT
from tests.stack.conftest import Running, Shop, forget, free_port, json_lines, until, vitrine

from vitrine_cli.local import stacks


def test_up_prints_one_json_object_and_a_second_up_the_same(running: Running) -> None:
    again = vitrine("up", "--detach", "--json", "--port", str(running.port))

    assert again.returncode == 0
    assert json.loads(again.stdout) == running.described
    assert running.described.keys() == {
        *("base_url", "media_url", "product_images_url", "import_url", "shop", "credentials"),
        *("gallery_url", "formats"),
    }
    assert running.described["import_url"].endswith("/import/1234/products/")
    assert running.described["base_url"] == f"http://localhost:{running.port}"
    assert running.described["shop"] == "1234"
    credentials = running.described["credentials"]
    assert {dialect: set(login) for dialect, login in credentials.items()} == {
        "bigcommerce": {"token", "store_hash"},
        "evotor": {"token", "store_id"},
        "inventorum": {"token"},
        "openmage": {"consumer_key", "consumer_secret", "token", "token_secret"},
        "tiendanube": {"token", "store_id"},
        "vitrine": {"token"},
    }


def test_a_busy_port_gets_one_sentence() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = vitrine("up", "--detach", "--json", "--port", str(port))

    program = psutil.Process().name()
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == (
        f"✗ Port {port} is in use by {program} ({os.getpid()}); choose another with --port N "
        "(make run PORT=N).\n"
    )
    assert stacks.load(port) is None


def test_who_joins_a_running_stack_does_not_end_it(running: Running, shop: Shop) -> None:
    port = str(running.port)

    for _ in range(2):
        joined = vitrine("up", "--demo", "--port", port)
        assert joined.returncode == 0, joined.stderr
        assert "The stack was already running" in joined.stderr
        assert "pear (bigcommerce): full size" in joined.stdout

    assert running.stack.alive
    assert len(shop.send("GET", shop.images("3")).json()["items"]) == 1


def test_ctrl_c_during_the_start_leaves_nothing(
    foreground: Callable[..., subprocess.Popen[str]],
) -> None:
    port = free_port()
    process = foreground("up", "--port", str(port))
    folder = stacks.Stack(port=port, endpoint="").folder
    until(lambda: (folder / "emulator.log").exists() or None, seconds=600)

    process.send_signal(signal.SIGINT)

    assert process.wait(120) != 0
    assert stacks.load(port) is None
    assert not [
        each.pid
        for each in psutil.process_iter(["cmdline", "cwd"])
        if str(folder) in str(each.info["cwd"])
    ]


def test_a_start_says_that_another_command_stopped_it(
    foreground: Callable[..., subprocess.Popen[str]],
) -> None:
    port = free_port()
    process = foreground("up", "--port", str(port))
    folder = stacks.Stack(port=port, endpoint="").folder
    until(lambda: (folder / "emulator.log").exists() or None, seconds=600)

    down = vitrine("down", "--port", str(port))

    assert down.returncode == 0, down.stderr
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert said.endswith("✗ Another command stopped the stack while it started.\n"), said
    assert stacks.find(port) is None


def test_a_damaged_note_of_a_stack_stops_no_command() -> None:
    port = free_port()
    folder = stacks.Stack(port=port, endpoint="").folder
    folder.mkdir(parents=True)
    (folder / "stack.json").write_text("")

    down = vitrine("down", "--port", str(port))

    assert (down.returncode, folder.exists()) == (0, False)


@pytest.mark.parametrize("port", ["0", "-1", "99999", "x"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    refused = vitrine("up", f"--port={port}")

    assert refused.returncode == 2
    assert "Invalid value for '--port'" in refused.stderr
    assert "Traceback" not in refused.stderr


def paste(document: str, shown: str, folder: Path) -> str:
    """Run the blocks of shell lines with curl in a document, as somebody pastes them.

    A line that ends with `# 404` must fail.

    Args:
        document: a path in the repository.
        shown: what `vitrine up` has printed; its `export` lines come first.
        folder: where curl's settings and the files that it writes go.

    Returns:
        Everything that the lines print.

    Raises:
        subprocess.CalledProcessError: a line failed, or the answer's status was not a success.
    """
    exports = [line for line in shown.splitlines() if line.startswith("export ")]
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / document).read_text(), re.M | re.S)
    lines = "".join(block for block in blocks if "curl" in block)
    lines = re.sub(r"^(curl .*?) +# 404$", r"if \1; then exit 1; fi", lines, flags=re.M)
    (folder / ".curlrc").write_text("fail\nshow-error\n")
    for installed in (".vitrine", ".venv"):
        (folder / installed).unlink(missing_ok=True)
        (folder / installed).symlink_to(ROOT / installed)
    lines = lines.replace("9000", str(free_port()))
    stop = "trap 'kill ${SERVER:-} 2>/dev/null || :' EXIT"
    return subprocess.run(
        ["sh", "-eu", "-c", "\n".join([stop, *exports, lines])],
        cwd=folder,
        env={**os.environ, "CURL_HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def test_the_readmes_picture_is_made_from_the_demo_shop(running: Running, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.webp"
    port = str(running.port)
    assert vitrine("up", "--demo", "--port", port).returncode == 0

    script = [sys.executable, str(ROOT / "docs/contact_sheet.py")]
    subprocess.run([*script, "--port", port, "--to", str(sheet)], check=True)

    with PilImage.open(sheet) as made, PilImage.open(ROOT / "docs/contact-sheet.webp") as kept:
        assert (made.format, made.size) == (kept.format, kept.size)


def test_in_the_foreground_it_serves_and_ends_when_another_command_stops_it(
    foreground: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    port = free_port()
    process = foreground("up", "--demo", "--port", str(port))
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    shown = "".join(lines)
    stack = stacks.load(port)
    assert stack is not None, shown
    assert "lamp (tiendanube): 1024-1024 (1024 × 768)" in shown
    curl = [line for line in lines if line.startswith("curl ")]
    statuses = []
    for line in curl:
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
        statuses.append(done.stdout.split()[1])
    pasted = paste("README.md", shown, tmp_path)
    paste("docs/clients.md", shown, tmp_path)
    with PilImage.open(tmp_path / "lamp-320.jpg") as fetched:
        assert (fetched.format, fetched.size) == ("JPEG", (320, 240)), pasted
    assert statuses == ["200", "201", "201", "200", "200", "200", "200", "204", "200"]
    try:
        end_while_another_uses_the_port(process, port)
        assert not any(each.find() for each in stack.processes)
    finally:
        forget(port)


def end_while_another_uses_the_port(process: subprocess.Popen[str], port: int) -> None:
    """Another command stops the stack and starts it; the first one ends without touching it."""
    described = Path(f"{stacks.Stack(port=port, endpoint='').folder}/stack.json")
    for arguments in (("down",), ("up", "--detach", "--json")):
        done = vitrine(*arguments, "--port", str(port))
        assert done.returncode == 0, done.stderr
    shop = json.loads(done.stdout)
    assert process.wait(60) == 0
    assert process.stdout is not None
    assert "It was stopped by another command." in process.stdout.read()
    assert described.exists()
    listed = httpx.get(f"{shop['base_url']}/api/rest/products/2/images", timeout=60)
    assert (listed.status_code, listed.text.count("<label>lamp</label>")) == (200, 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("shop", "create", "1234"), "Shop '1234' exists already."),
        (("credential", "create", "none", "--dialect", "evotor"), "There is no shop 'none'; "),
        (("shop", "change", "none"), "There is no shop 'none'; "),
        (("credential", "list", "none"), "There is no shop 'none'; "),
        (("credential", "revoke", "1234", "0" * 12), "Shop '1234' has no credential '0000"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence(
    running: Running, arguments: tuple[str, ...], sentence: str
) -> None:
    refused = vitrine(*arguments, "--port", str(running.port))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"✗ {sentence}")
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""


def test_without_a_stack_there_is_one_sentence() -> None:
    port = str(free_port())

    assert vitrine("credential", "list", "1234", "--port", port).stderr == (
        f"✗ No stack runs on port {port}; start one with 'vitrine up'.\n"
    )
    assert vitrine("down", "--port", port).stderr == f"✗ No stack was started on port {port}.\n"


def test_credentials_are_listed_without_their_secrets(running: Running, shop: Shop) -> None:
    port = str(running.port)

    listed = vitrine("credential", "list", shop.id, "--json", "--port", port)
    table = vitrine("credential", "list", shop.id, "--port", port)

    first, *_ = [row for row in json_lines(listed) if row["dialect"] == "evotor"]
    assert first["label"] == "demo"
    assert first["scopes"] == ["product.image:read", "product.image:write"]
    assert first["revoked"] is None
    assert first["id"] in table.stdout
    for shown in (listed, table):
        assert shop.token not in shown.stdout


def test_a_shop_takes_other_settings(running: Running) -> None:
    port = str(running.port)
    shop = f"shop-{time.time_ns()}"
    made = json.loads(vitrine("shop", "create", shop, "--port", port).stdout)

    changed = vitrine(
        *("shop", "change", shop, "--port", port, "--setting", "tiendanube.language=pt_BR")
    )

    assert json.loads(changed.stdout) == {**made, "tiendanube.language": "pt_BR"}
    shown = vitrine("shop", "change", shop, "--port", port)
    assert json.loads(shown.stdout) == json.loads(changed.stdout)


def test_a_shops_account_is_its_id_unless_told(running: Running) -> None:
    port = str(running.port)
    shop = f"shop-{time.time_ns()}"

    made = json.loads(vitrine("shop", "create", shop, "--port", port).stdout)
    changed = json.loads(
        vitrine(
            *("shop", "change", shop, "--port", port, "--setting", "inventorum.account=1627")
        ).stdout
    )

    assert (made["inventorum.account"], changed["inventorum.account"]) == (shop, "1627")


def test_a_shop_from_before_a_dialect_gets_what_it_lacks(running: Running) -> None:
    port = str(running.port)
    shop = f"shop-{time.time_ns()}"
    vitrine("shop", "create", shop, "--port", port)
    running.aws("dynamodb").update_item(
        TableName=running.outputs["Table"],
        Key={"pk": {"S": f"SHOP#{shop}"}, "sk": {"S": "PROFILE"}},
        UpdateExpression="REMOVE #settings.#id",
        ExpressionAttributeNames={"#settings": "settings", "#id": "tiendanube.store_id"},
    )

    issued = vitrine("credential", "create", shop, "--dialect", "tiendanube", "--port", port)

    login = json.loads(issued.stdout)
    answer = running.client.get(
        f"/v1/{login['store_id']}/products/1/images", headers={"Authentication": login["token"]}
    )
    assert (answer.status_code, answer.json()) == (200, [])


def test_the_same_commands_reach_a_stack_by_its_name(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--stack` asks CloudFormation, here the emulator's, as it would ask AWS's."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.stack.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    shop = f"shop-{time.time_ns()}"

    made = vitrine(
        "shop",
        "create",
        shop,
        "--setting",
        "evotor.user_id=07-123456789012345",
        "--stack",
        "vitrine",
    )
    issued = vitrine("credential", "create", shop, "--dialect", "evotor", "--stack", "vitrine")
    missing = vitrine("shop", "create", shop, "--stack", "no-such-stack")

    assert json.loads(made.stdout)["evotor.user_id"] == "07-123456789012345"
    login = json.loads(issued.stdout)
    path = f"/stores/{login['store_id']}/products/1/images"
    answer = running.client.get(path, headers={"Authorization": login["token"]})
    assert answer.json() == {"items": [], "paging": {}}
    assert missing.returncode == 1
    assert missing.stderr.startswith("✗ The stack 'no-such-stack' cannot be reached:")


def test_logs_show_each_request_once_and_what_the_gateway_refused(
    running: Running, shop: Shop
) -> None:
    product = "shown-in-the-logs"
    for _ in range(3):
        shop.send("GET", shop.images(product))
    refused = shop.send("GET", shop.images(product), headers={"X-Long": "a" * 11_000})
    assert refused.status_code == 431
    told = ("logs", "--minutes", "5", "--port", str(running.port))

    def lines() -> list[str]:
        shown = vitrine(*told, "--dialect", "gateway", "--status", "431")
        assert shown.returncode == 0, shown.stderr
        return [line for line in shown.stdout.splitlines() if product in line]

    (line,) = until(lambda: lines() or None)
    assert "(no function was asked)" in line
    listed = vitrine(*told, "--shop", shop.id, "--operation", "list_images", "--json")
    entries = [json.loads(each) for each in listed.stdout.splitlines()]
    assert len({entry["request"] for entry in entries}) == len(entries) >= 3
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    raw = vitrine(*told, "--raw")
    assert '"operation":"list_images"' in raw.stdout
    assert shop.token not in raw.stdout

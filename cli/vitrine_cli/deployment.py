"""The real template, built and deployed by the SAM CLI to the emulator of this machine."""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vitrine_cli import edge, emulator
from vitrine_cli.workspace import HOME, ROOT, alone, emulator_environment, run, tool, uv

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

STACK = "vitrine"
Target = Literal["host", "lambda"]


def build(target: Target) -> Path:
    """Build layers for this machine's Python or for Lambda's, unless nothing has changed.

    Returns:
        The folder with the built template; beside it, each layer in a folder of its name.
    """
    built = HOME / "build" / target
    with alone("build"):
        wanted = _fingerprint()
        mark = built / ".fingerprint"
        if mark.exists() and mark.read_text() == wanted:
            return built
        environment = emulator_environment("http://127.0.0.1:9")  # building asks nobody
        run(
            [tool("sam") / "sam", "build", "--build-dir", built],
            "build the functions",
            {
                **environment,
                "UV": uv(),
                "UV_PYTHON": sys.executable,  # the emulator's, too
                "VITRINE_BUILD_FOR": target,
            },
        )
        mark.write_text(wanted)
        return built


def _fingerprint() -> str:
    """Changes with whatever goes into a build; functions' own sources are deployed unbuilt."""
    digest = hashlib.sha256(platform.python_version().encode() + platform.machine().encode())
    layers = [path for path in (ROOT / "layers").rglob("*") if path.is_file()]
    sources = [path for path in layers if "__pycache__" not in path.parts]
    for path in (ROOT / "template.yaml", ROOT / "uv.lock", *sorted(sources)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def deploy(built: Path, endpoint: str, media_url: str) -> dict[str, str]:
    """Deploy what was built into `built`, and return the stack's outputs."""
    run(
        [
            tool("sam") / "sam",
            "deploy",
            *("--config-file", ROOT / "samconfig.toml"),
            *("--template-file", built / "template.yaml"),
            *("--stack-name", STACK),
            "--parameter-overrides",
            f"MediaUrl={media_url}",
            "MakeOnRequest=proxy",
            f"ChooseFormats={'yes' if edge.available() else 'no'}",
        ],
        "deploy the template",
        emulator_environment(endpoint),
    )
    outputs = stack_outputs(
        emulator.session().client("cloudformation", endpoint_url=endpoint), STACK
    )
    emulator.create_routes(endpoint, STACK, api_id(outputs))
    # Here, and nowhere on AWS: pictures from this machine, and secrets that travel plainly.
    allowed = {"FETCH_FROM_LOOPBACK": "yes", "OAUTH_PLAINTEXT_OVER_HTTP": "yes"}
    emulator.set_variables(endpoint, STACK, allowed)
    return outputs


def stack_outputs(cloudformation: CloudFormationClient, name: str) -> dict[str, str]:
    """What a deployed stack says of itself; nothing if it has nothing to say."""
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def api_id(outputs: dict[str, str]) -> str:
    """The id of the HTTP API: the first label of its host name."""
    return outputs["ApiUrl"].partition("://")[2].partition(".")[0]

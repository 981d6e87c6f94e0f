"""Build `template.yaml` with the SAM CLI and deploy it to the emulator."""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vitrine_cli.local import emulator, event_queues
from vitrine_cli.local.stacks import FORM_PATH, NAME
from vitrine_cli.local.workspace import (
    HOME,
    ROOT,
    emulator_environment,
    exclusive_lock,
    run,
    tool_bin,
    uv,
)

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

Target = Literal["host", "lambda"]


def build(target: Target) -> Path:
    """Build the layers, unless nothing has changed since the last build.

    Args:
        target: `host` for this machine's Python, `lambda` for Lambda's.

    Returns:
        The folder with the built template and one folder per layer.

    Raises:
        FailureError: the build failed.
    """
    built = HOME / "build" / target
    with exclusive_lock("build"):
        wanted = _digest("layers")
        mark = built / ".fingerprint"
        if mark.exists() and mark.read_text() == wanted:
            return built
        environment = emulator_environment("http://127.0.0.1:9")  # discard: builds call no AWS
        run(
            [tool_bin("sam") / "sam", "build", "--build-dir", built],
            "build the functions",
            {
                **environment,
                "UV": uv(),
                "UV_PYTHON": sys.executable,  # the emulator runs on it, too
                "VITRINE_BUILD_FOR": target,
            },
        )
        mark.write_text(wanted)
        return built


def fingerprint(*, choose_formats: bool) -> str:
    """A digest of everything that a deployment depends on.

    Args:
        choose_formats: see `deploy`.
    """
    return f"{_digest('layers', 'functions', 'cli/vitrine_cli/local')} {choose_formats}"


def _digest(*folders: str) -> str:
    """A digest of the template and of folders. Functions' sources are deployed unbuilt, and what
    this command adds for the emulator is deployed, too."""
    digest = hashlib.sha256(platform.python_version().encode() + platform.machine().encode())
    files = [path for each in folders for path in (ROOT / each).rglob("*") if path.is_file()]
    sources = [path for path in files if "__pycache__" not in path.parts]
    for path in (ROOT / "template.yaml", ROOT / "uv.lock", *sorted(sources)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def deploy(built: Path, endpoint: str, media_url: str, *, choose_formats: bool) -> dict[str, str]:
    """Deploy a build to the emulator, or update what an earlier one has deployed.

    Args:
        built: the folder that `build` returned.
        endpoint: URL of the emulator.
        media_url: public URL of pictures.
        choose_formats: whether the CDN runs its functions, which needs Node.

    Returns:
        The outputs of the deployed stack.

    Raises:
        FailureError: the deployment failed.
    """
    run(
        [
            tool_bin("sam") / "sam",
            "deploy",
            *("--config-file", ROOT / "samconfig.toml"),
            *("--template-file", built / "template.yaml"),
            *("--stack-name", NAME),
            "--parameter-overrides",
            f"MediaUrl={media_url}",
            "MakeOnRequest=proxy",
            "RequireTls=no",
            f"ChooseFormats={'yes' if choose_formats else 'no'}",
        ],
        "deploy the template",
        emulator_environment(endpoint),
    )
    outputs = stack_outputs(
        emulator.session().client("cloudformation", endpoint_url=endpoint), NAME
    )
    emulator.create_routes(endpoint, NAME)
    # On this machine only: downloads from loopback addresses, OAuth PLAINTEXT over HTTP, and
    # presigned forms that browsers post to the proxy instead of the bucket's regional host.
    added = {
        "FETCH_FROM_LOOPBACK": "yes",
        "OAUTH_PLAINTEXT_OVER_HTTP": "yes",
        "UPLOAD_URL": media_url.removesuffix("/media") + FORM_PATH,
    }
    emulator.adapt_functions(endpoint, NAME, added)
    event_queues.send_to_queues(endpoint, NAME)
    return outputs


def stack_outputs(cloudformation: CloudFormationClient, name: str) -> dict[str, str]:
    """The outputs of a deployed stack, by key."""
    return stack_id_and_outputs(cloudformation, name)[1]


def stack_id_and_outputs(
    cloudformation: CloudFormationClient, name: str
) -> tuple[str, dict[str, str]]:
    """The id of a deployed stack, which no other stack ever has, and its outputs, by key."""
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return stack["StackId"], outputs


def api_id(outputs: dict[str, str]) -> str:
    """The id of the HTTP API: the first label of its host name."""
    return outputs["ApiUrl"].partition("://")[2].partition(".")[0]

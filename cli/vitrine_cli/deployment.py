"""The real template, built and deployed by the SAM CLI to the emulator of this machine."""

import hashlib
import platform
from pathlib import Path

from vitrine_cli import emulator
from vitrine_cli.workspace import HOME, ROOT, alone, emulator_environment, run, tool, uv

STACK = "vitrine"
_BUILT = HOME / "build" / "host"


def build() -> bool:
    """Build layers for this machine's Python, unless nothing has changed since the last time.

    Returns:
        Whether anything had to be built.
    """
    with alone("build"):
        wanted = _fingerprint()
        mark = _BUILT / ".fingerprint"
        if mark.exists() and mark.read_text() == wanted:
            return False
        environment = emulator_environment("http://127.0.0.1:9")  # building asks nobody
        run(
            [tool("sam") / "sam", "build", "--build-dir", _BUILT],
            "build the functions",
            {**environment, "UV": uv(), "VITRINE_BUILD_FOR": "host"},
        )
        mark.write_text(wanted)
        return True


def _fingerprint() -> str:
    """Changes with whatever goes into a build; functions' own sources are deployed unbuilt."""
    digest = hashlib.sha256(platform.python_version().encode() + platform.machine().encode())
    layers = [path for path in (ROOT / "layers").rglob("*") if path.is_file()]
    sources = [path for path in layers if "__pycache__" not in path.parts]
    for path in (ROOT / "template.yaml", ROOT / "uv.lock", *sorted(sources)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def deploy(endpoint: str, media_url: str) -> dict[str, str]:
    """Deploy what was built, and return the stack's outputs."""
    run(
        [
            tool("sam") / "sam",
            "deploy",
            *("--config-file", ROOT / "samconfig.toml"),
            *("--template-file", _BUILT / "template.yaml"),
            *("--stack-name", STACK),
            *("--parameter-overrides", f"MediaUrl={media_url}"),
        ],
        "deploy the template",
        emulator_environment(endpoint),
    )
    outputs = stack_outputs(endpoint)
    emulator.create_routes(endpoint, STACK, api_id(outputs))
    return outputs


def stack_outputs(endpoint: str) -> dict[str, str]:
    """What the stack on an emulator says of itself."""
    cloudformation = emulator.session().client("cloudformation", endpoint_url=endpoint)
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def api_id(outputs: dict[str, str]) -> str:
    """The id of the HTTP API: the first label of its host name."""
    return outputs["ApiUrl"].partition("://")[2].partition(".")[0]


def built_template() -> Path:
    """The template whose parts lie ready for this machine."""
    return _BUILT / "template.yaml"

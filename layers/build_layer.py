"""Fill one layer's folder: `build_layer.py vitrine|runtime|imaging FOLDER`; needs `uv`.

`build_layer.py find-python` prints the path of the Python that compiles layers for Lambda.
`build_layer.py compile-functions FOLDER` compiles `functions/` in place: the folder is every
function's package.

Wheels come from the lock file's group of the layer's name, for Lambda's python3.13, regardless
of which Python runs here; with `VITRINE_BUILD_FOR=host` for this machine's Python, which the local
stack uses.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

LAYERS = Path(__file__).resolve().parent
ROOT = LAYERS.parent
LEFT_OUT = {
    "runtime": (
        "aws_lambda_powertools/event_handler",
        "aws_lambda_powertools/metrics/provider/datadog",
        "aws_lambda_powertools/middleware_factory",
        "aws_lambda_powertools/utilities/[!_j]*",  # all but __init__ and jmespath_utils
    ),
    "imaging": (
        "PIL/_imagingft.*",  # text, and the libraries that only it needs
        "PIL/_imagingmorph.*",
        "PIL/_imagingtk.*",
        "pillow.libs/libbrotli*",
        "pillow.libs/libfreetype*",
        "pillow.libs/libharfbuzz*",
        "pillow.libs/libpng16*",
    ),
}
"""What no function imports, by layer: patterns of paths."""
LAMBDA = ["--python-platform", "x86_64-manylinux_2_34", "--python-version", "3.13"]


def main(layer: str, folder: Path) -> None:
    """Build `layer` into `folder`."""
    uv = os.environ.get("UV", "uv")
    for_host = os.environ.get("VITRINE_BUILD_FOR") == "host"
    target = folder / "python"
    target.mkdir(parents=True, exist_ok=True)
    if layer == "vitrine":
        shutil.copytree(
            LAYERS / "vitrine/python/vitrine",
            target / "vitrine",
            ignore=shutil.ignore_patterns("__pycache__"),
            dirs_exist_ok=True,
        )
        _write_metadata(target)
    else:
        _install(uv, layer, target, [] if for_host else LAMBDA)
        shutil.rmtree(target / "bin", ignore_errors=True)
        _leave_out(target, LEFT_OUT[layer], for_lambda=not for_host)
    _compile(target, sys.executable if for_host else python313(uv))


def _write_metadata(target: Path) -> None:
    """Write the distribution's metadata, in which `importlib.metadata` finds the version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    name, version = project["name"], project["version"]
    folder = target / f"{name}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (folder / "METADATA").write_text(metadata)


def _install(uv: str, group: str, target: Path, platform: list[str]) -> None:
    locked = subprocess.run(
        [uv, "export", "--project", ROOT, "--only-group", group, "--frozen", "--no-header", "-q"],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--require-hashes", "--link-mode", "copy", "--target", target, "-r", "-"]
    if not platform:
        platform = ["--python", sys.executable]
    subprocess.run([*command, *platform], check=True, input=locked)


def _leave_out(target: Path, patterns: Sequence[str], *, for_lambda: bool) -> None:
    for pattern in patterns:
        found = list(target.glob(pattern))
        if for_lambda and not found:  # wheels of other platforms have other files
            sys.exit(f"{pattern} fits nothing: has a package changed?")
        for each in found:
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def python313(uv: str) -> str | None:
    """A Python whose bytecode Lambda's can run: on the path, installed by uv, or by pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = [str(each) for each in sorted(pyenv.glob("versions/3.13*/bin/python"))]
    for wanted in ["3.13", *installed]:
        found = subprocess.run(
            [uv, "python", "find", wanted], check=False, capture_output=True, text=True
        )
        if found.returncode == 0:
            return found.stdout.strip()
    return None


def _compile(target: Path, python: str | None) -> None:
    if python is None:
        return  # `make build` refuses before; tests build on machines without Python 3.13, too
    # Times of files do not survive a zip, so bytecode must not ask for them.
    mode = ["--invalidation-mode", "unchecked-hash"]
    subprocess.run([python, "-m", "compileall", "-q", "-j", "0", *mode, target], check=True)


def compile_functions(folder: Path) -> None:
    """Compile the functions for Lambda, instead of for the Pythons that ran them here."""
    python = python313(os.environ.get("UV", "uv"))
    if python is None:
        sys.exit("Python 3.13, which compiles the functions, is missing.")
    for each in folder.rglob("__pycache__"):
        shutil.rmtree(each)
    _compile(folder, python)


def find_python() -> None:
    """Print where Python 3.13 is, or exit with status 1."""
    found = python313(os.environ.get("UV", "uv"))
    if found is None:
        sys.exit(1)
    sys.stdout.write(found + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "find-python":
        find_python()
    elif sys.argv[1] == "compile-functions":
        compile_functions(Path(sys.argv[2]).resolve())
    else:
        main(sys.argv[1], Path(sys.argv[2]).resolve())

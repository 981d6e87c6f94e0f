"""What is built for Lambda: it fits, and Lambda's Python can import it."""

import io
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.tags import Tag, compatible_tags, cpython_tags
from tests.gateway import ROOT
from tests.unit.test_architecture import HANDLERS, ON_LAMBDA

from vitrine_cli.local import deployment
from vitrine_cli.local.workspace import uv

LAYERS = ("VitrineLayer", "RuntimeLayer", "ImagingLayer")
UNZIPPED_LIMIT = 250 * 1024 * 1024  # bytes, of a function and all its layers
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(34, 4, -1)]
PLATFORMS += ["manylinux2014_x86_64", "linux_x86_64"]
LAMBDA_TAGS = {
    *cpython_tags((3, 13), platforms=PLATFORMS),
    *compatible_tags((3, 13), interpreter="cp313", platforms=PLATFORMS),
}


@pytest.fixture(scope="module")
def built() -> Path:
    return deployment.build("lambda")


def python313() -> str | None:
    """A Python of Lambda's version, as the layers' build looks for it; None without one."""
    found: str | None = runpy.run_path(str(ROOT / "layers/build_layer.py"))["python313"](uv())
    return found


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def zipped_size(folder: Path) -> int:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in folder.rglob("*"):
            zipped.write(file, file.relative_to(folder))
    return len(archive.getvalue())


def test_function_and_layers_fit(
    built: Path, record_property: Callable[[str, object], None]
) -> None:
    sizes = {layer: size(built / layer) for layer in LAYERS}
    sizes["functions"] = size(ROOT / "functions")
    total = sum(sizes.values())

    zipped = {layer: zipped_size(built / layer) for layer in LAYERS}
    listed = ", ".join(
        f"{name} {each / 1e6:.1f} MB"
        + (f" ({zipped[name] / 1e6:.1f} zipped)" if name in zipped else "")
        for name, each in sizes.items()
    )
    limit = f"{total / 1e6:.1f} of {UNZIPPED_LIMIT / 1e6:.1f} MB"
    record_property("figure", f"Unzipped: {listed}; {limit}")

    assert total < UNZIPPED_LIMIT


def test_what_no_function_imports_is_left_out(built: Path) -> None:
    left_out = runpy.run_path(str(ROOT / "layers/build_layer.py"))["LEFT_OUT"]
    for name, patterns in left_out.items():
        folder = built / f"{name.capitalize()}Layer" / "python"
        assert [each for pattern in patterns for each in folder.glob(pattern)] == []


@pytest.mark.parametrize("layer", ["RuntimeLayer", "ImagingLayer"])
def test_every_wheel_fits_lambdas_python(built: Path, layer: str) -> None:
    wheels = sorted((built / layer).rglob("*.dist-info/WHEEL"))
    assert wheels

    for wheel in wheels:
        tags = re.findall(r"^Tag: (\S+)-(\S+)-(\S+)$", wheel.read_text(), re.MULTILINE)
        assert LAMBDA_TAGS & {Tag(*tag) for tag in tags}, wheel.parent.name


def assert_compiled(folder: Path) -> None:
    sources = list(folder.rglob("*.py"))
    assert sources
    for source in sources:
        code = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert code.exists(), source
        assert code.read_bytes()[4:8] == b"\1\0\0\0", "an unchecked hash, not a time"


def test_bytecode_is_shipped_and_never_asks_for_times(built: Path) -> None:
    if python313() is None:
        pytest.skip("no Python 3.13 on this machine to compile bytecode with")
    for layer in LAYERS:
        assert_compiled(built / layer)


def test_functions_are_compiled_for_lambda_and_for_nothing_else(tmp_path: Path) -> None:
    if python313() is None:
        pytest.skip("no Python 3.13 on this machine to compile bytecode with")
    functions = tmp_path / "functions"
    shutil.copytree(ROOT / "functions", functions)
    old = functions / "tiendanube/__pycache__/wire.cpython-311.pyc"
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(b"")

    build = [sys.executable, ROOT / "layers/build_layer.py", "compile-functions", functions]
    subprocess.run(build, env={**os.environ, "UV": uv()}, check=True)

    assert_compiled(functions)
    assert not old.exists()


def test_handlers_import_on_lambdas_python(built: Path) -> None:
    python = python313()
    if python is None:
        pytest.skip("no Python 3.13 on this machine to import with")
    path = [str(ROOT / "functions"), *(str(built / layer / "python") for layer in LAYERS)]
    modules = [handler.rpartition(".")[0] for handler in HANDLERS]
    script = f"""
import importlib, sys
sys.path[:0] = {path}
for module in {modules}:
    importlib.import_module(module).handler
assert "vitrine.aws.s3" in sys.modules
"""

    subprocess.run([python, "-I", "-c", script], check=True, env={**os.environ, **ON_LAMBDA})

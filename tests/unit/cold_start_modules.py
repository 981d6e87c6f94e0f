"""The modules that each function imports when it starts, and the file that records them.

`python -m tests.unit.cold_start_modules` records them again.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.gateway import ROOT, template

RECORD = ROOT / "tests/unit/cold_start_modules.json"
ON_LAMBDA = {
    **dict.fromkeys(["TABLE", "ORIGINALS_BUCKET", "MEDIA_BUCKET"], "x"),
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
SETTINGS = {
    resource["Properties"]["Handler"].removesuffix(".handler"): resource["Properties"]
    .get("Environment", {})
    .get("Variables", {})
    for resource in template()["Resources"].values()
    if resource["Type"] == "AWS::Serverless::Function"
}
"""The environment variables of each function."""
NOTABLE = frozenset(
    {
        *("argparse", "asyncio", "cProfile", "concurrent", "concurrent.futures", "csv", "ctypes"),
        *("difflib", "doctest", "email", "fractions", "ftplib", "gettext", "gzip"),
        *("http.client", "http.cookies", "http.server", "imaplib", "importlib.metadata"),
        *("logging.config", "lzma", "mimetypes", "multiprocessing", "optparse", "pickle", "pdb"),
        *("pprint", "pydoc", "pyexpat", "secrets", "shutil", "smtplib", "socketserver", "sqlite3"),
        *("statistics", "tarfile", "tkinter", "tomllib", "unittest", "urllib.request", "uuid"),
        *("webbrowser", "wsgiref", "xml", "xmlrpc", "zipfile", "zoneinfo"),
    }
)
"""Python's own modules that take long. Those that differ between its versions are not listed."""


def imported(function: str) -> set[str]:
    """The modules of Vitrine, of libraries and of `NOTABLE` that a starting function imports."""
    settings = {"OAUTH_SECRETS": "/x"} if "OAUTH_SECRETS" in SETTINGS[function] else {}
    start = "import sys; before = set(sys.modules)"
    script = f"{start}; import {function}; print(*set(sys.modules) - before, sep='\\n')"
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT / "functions",
        env={**os.environ, **ON_LAMBDA, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        _library(name)
        for name in run.stdout.split()
        if name in NOTABLE or name.partition(".")[0] not in sys.stdlib_module_names
    }


def _library(name: str) -> str:
    """A module of Vitrine as it is, and of a library only the library's name."""
    first = name.partition(".")[0]
    ours = {"vitrine", *(function.partition(".")[0] for function in SETTINGS)}
    return name if first in ours or name in NOTABLE else first


def recorded(function: str) -> set[str]:
    """The modules that the record allows a function to import."""
    record = json.loads(RECORD.read_text())
    dialect = function.partition(".")[0]
    return {*record["all"], *record[dialect]["all"], *record[dialect][function]}


def record() -> None:
    """Write the modules of all functions: those of all, of all of a package, and of each."""
    with ThreadPoolExecutor(2) as pool:
        modules = dict(zip(SETTINGS, pool.map(imported, SETTINGS), strict=True))
    everywhere = set.intersection(*modules.values())
    tree: dict[str, object] = {"all": sorted(everywhere)}
    for package in sorted({function.partition(".")[0] for function in modules}):
        its = {name: found for name, found in modules.items() if name.startswith(package + ".")}
        shared = set.intersection(*its.values()) - everywhere
        rest = {name: sorted(its[name] - shared - everywhere) for name in sorted(its)}
        tree[package] = {"all": sorted(shared), **rest}
    RECORD.write_text(json.dumps(tree, indent=2) + "\n")


if __name__ == "__main__":
    record()

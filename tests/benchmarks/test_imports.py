"""How long a cold start waits for imports: each handler in a fresh interpreter."""

import os
import statistics
import subprocess
import sys

from tests.benchmarks.conftest import Show
from tests.gateway import ROOT
from tests.unit.test_architecture import HANDLERS

from vitrine_cli.local.workspace import HOME

RUNS = 7
BYTECODE = HOME / "bytecode"
PEERS = {
    "boto3 (at the first request)": "import boto3; boto3.client('dynamodb', 'eu-central-1')",
    "peer: Powertools' resolver": "from aws_lambda_powertools.event_handler import "
    "APIGatewayHttpResolver",
    "peer: pydantic": "import pydantic",
}


def milliseconds(statement: str) -> float:
    """The median time that a statement takes in a fresh interpreter."""
    script = (
        "import time; began = time.perf_counter()\n"
        f"{statement}\nprint((time.perf_counter() - began) * 1000)"
    )
    # As on Lambda, modules come as bytecode; the first run makes it and does not count.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    times = [
        float(
            subprocess.run(
                [sys.executable, "-c", script],
                cwd=ROOT / "functions",
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for _ in range(RUNS + 1)
    ]
    return statistics.median(times[1:])


def test_import_time_of_each_handler(show: Show) -> None:
    statements = {handler: f"import {handler.rpartition('.')[0]}" for handler in HANDLERS} | PEERS
    measured = {name: milliseconds(statement) for name, statement in statements.items()}
    floor = measured["boto3 (at the first request)"]

    show(
        f"Imports in a fresh interpreter, median of {RUNS}",
        ("module", "ms", "÷ boto3"),
        [(name, each, f"{each / floor:.2f}") for name, each in measured.items()],
    )

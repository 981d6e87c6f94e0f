"""What a read of the table costs a function itself, through the small client and through boto3."""

import os
import ssl
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from tests.aws_server import answer, serving
from tests.benchmarks.conftest import Show

SCRIPT = Path(__file__).parent / "peers" / "table_reads.py"
RUNS = 7
SHOP = b'{"Item":{"products":{"S":"open"},"settings":{"M":{}}}}'


def test_processor_time_of_table_reads(show: Show, tmp_path: Path) -> None:
    authority = trustme.CA(organization_name="Amazon")  # as AWS's certificates are issued
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    system = ssl.get_default_verify_paths().cafile
    if system is None:
        pytest.skip("this system's authorities are not in one file")
    trusted = tmp_path / "authorities.pem"
    trusted.write_bytes(Path(system).read_bytes() + authority.cert_pem.bytes())
    measured: dict[str, list[list[float]]] = {"small": [], "boto3": []}
    with serving(context) as server:
        server.plan(answer(SHOP, Content_Type="application/x-amz-json-1.0"))
        for _ in range(RUNS):
            for client, runs in measured.items():
                runs.append(read(client, server.url, trusted))

    show(
        f"Table reads over TLS, milliseconds of processor, median of {RUNS}",
        ("client", "first", "later"),
        [
            (name, *(f"{statistics.median(each):.3f}" for each in zip(*runs, strict=True)))
            for name, runs in measured.items()
        ],
    )


def read(client: str, url: str, trusted: Path) -> list[float]:
    """Milliseconds of the first read of a process, and of a later one."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CLIENT": client,
        "AWS_ENDPOINT_URL": url,
        "AWS_CA_BUNDLE": str(trusted),
        "SSL_CERT_FILE": str(trusted),
        "TABLE": "table",
        "ORIGINALS_BUCKET": "originals",
        "MEDIA_BUCKET": "media",
    }
    run = subprocess.run(
        [sys.executable, SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    return [float(each) for each in run.stdout.split()]

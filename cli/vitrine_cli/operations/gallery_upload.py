"""Upload of the built gallery page to a stack's media bucket, where the CDN finds it.

Run as a program, it builds the page and uploads it: to the stack on AWS that its argument names, or
without one to the local stack that runs.
"""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from vitrine.clock import now
from vitrine_cli.local import gallery_page
from vitrine_cli.operations import deployed_stack
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from vitrine_cli.operations.deployed_stack import DeployedStack

PREFIX = "gallery/"
_KEPT = timedelta(days=1)
"""How long files of an earlier build are kept, for pages that a browser is just loading."""
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_HASHED = re.compile(r".+-[0-9A-Z]{8}[.](?:js|css|svg)")
_FOR_EVER = "public, max-age=31536000, immutable"
_CHECK_FIRST = "no-cache"


def upload_page(stack: DeployedStack, built: Path) -> int:
    """Upload a built page, and remove the files of earlier builds that are older than a day.

    Files whose names contain a hash go first, so that a page never names a file that is missing.

    Args:
        stack: the stack.
        built: the folder that `gallery_page.build` returned.

    Returns:
        The number of files uploaded.

    Raises:
        FailureError: the page contains a file of a type that is not served.
    """
    files = [path for path in built.rglob("*") if path.is_file()]
    for file in files:
        if file.suffix not in _MEDIA_TYPES:
            raise FailureError(f"The gallery page contains {file.name}, whose type is unknown.")
    s3, bucket = stack.s3(), stack.outputs["MediaBucket"]
    for file in sorted(files, key=lambda path: (not _HASHED.fullmatch(path.name), path)):
        s3.put_object(
            Bucket=bucket,
            Key=PREFIX + file.relative_to(built).as_posix(),
            Body=file.read_bytes(),
            ContentType=_MEDIA_TYPES[file.suffix],
            CacheControl=_FOR_EVER if _HASHED.fullmatch(file.name) else _CHECK_FIRST,
        )
    _remove_earlier(s3, bucket, {PREFIX + file.relative_to(built).as_posix() for file in files})
    return len(files)


def _remove_earlier(s3: S3Client, bucket: str, current: set[str]) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX):
        for each in page.get("Contents", []):
            if each["Key"] not in current and each["LastModified"] < now() - _KEPT:
                s3.delete_object(Bucket=bucket, Key=each["Key"])


def main() -> None:
    """Build the page, and upload it to the stack that the argument names, or to the local one."""
    name = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        stack = deployed_stack.selected(name, None)
        upload_page(stack, gallery_page.build())
    except (FailureError, ClientError, BotoCoreError) as failure:
        sys.exit(f"✗ The gallery page was not uploaded. {failure}")
    print(f"Gallery     {stack.gallery_url}")


if __name__ == "__main__":
    main()

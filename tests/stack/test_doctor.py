"""`vitrine doctor`: checks of a deployed stack, which leave nothing behind."""

from typing import Any

from tests.gateway import routes
from tests.stack.conftest import Running, json_lines, until, vitrine


def doctor(running: Running) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and the results by check."""
    run = vitrine("doctor", "--json", "--port", str(running.port))
    assert run.stdout, run.stderr
    return run.returncode, {each["check"]: each for each in json_lines(run)}


def left_over(running: Running) -> list[str]:
    """Keys of the table and the buckets that belong to a trial shop."""
    pages = (
        running.aws("dynamodb").get_paginator("scan").paginate(TableName=running.outputs["Table"])
    )
    items = [item["pk"]["S"] for page in pages for item in page["Items"] if "doctor-" in str(item)]
    arrivals = ["import/doctor-", "uploads/doctor-"]
    prefixes = {
        "OriginalsBucket": ["originals/doctor-", *arrivals],
        "MediaBucket": ["media/doctor-"],
    }
    prefixes["MediaBucket"].append("media/uploads/doctor-")
    objects = [
        key
        for bucket, each in prefixes.items()
        for one in each
        for key in running.keys(bucket, one)
    ]
    return items + objects


def secrets(running: Running) -> set[str]:
    found = running.aws("ssm").get_parameters_by_path(Path="/vitrine/vitrine/oauth")
    return {each["Name"] for each in found["Parameters"]}


def test_a_stack_that_works_passes_every_check(running: Running) -> None:
    vitrine("redrive", "--port", str(running.port))
    before = secrets(running)

    status, checks = doctor(running)

    failed = {name: each["detail"] for name, each in checks.items() if not each["passed"]}
    assert (status, failed) == (0, {})
    assert checks["routes"]["detail"] == f"{len(list(routes()))} routes answer, each with 401"
    assert checks["gallery page"]["detail"] == f"3 files at {running.described['gallery_url']}"
    until(lambda: left_over(running) == [] or None)
    assert secrets(running) == before


def test_a_failed_check_ends_the_command_with_status_1(running: Running) -> None:
    """A missing route, and an event that failed."""
    gateway, queue, s3 = (running.aws(each) for each in ("apigatewayv2", "sqs", "s3"))
    api = running.outputs["ApiUrl"].partition("://")[2].partition(".")[0]
    key = "GET /api/v2/products/images/count"
    pages = gateway.get_paginator("get_routes").paginate(ApiId=api)
    route = next(each for page in pages for each in page["Items"] if each["RouteKey"] == key)
    gateway.delete_route(ApiId=api, RouteId=route["RouteId"])
    url = running.outputs["FailedEvents"]
    page = {"Bucket": running.outputs["MediaBucket"], "Key": "gallery/index.html"}
    kept = s3.get_object(**page)
    s3.delete_object(**page)
    queue.send_message(QueueUrl=url, MessageBody="{}")
    try:
        status, checks = doctor(running)
    finally:
        s3.put_object(
            **page,
            Body=kept["Body"].read(),
            ContentType=kept["ContentType"],
            CacheControl=kept["CacheControl"],
        )
        gateway.create_route(ApiId=api, RouteKey=key, Target=route["Target"])
        (message,) = queue.receive_message(QueueUrl=url)["Messages"]
        queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    failed = {name: each["detail"] for name, each in checks.items() if not each["passed"]}
    assert status == 1
    assert failed == {
        "routes": f"not deployed: {key}",
        "gallery page": f"403 from {running.described['gallery_url']}: upload it, make deploy",
        "dead letters": "1 failed events: see 'vitrine redrive --list'",
    }

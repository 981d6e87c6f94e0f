"""Storage events on the deployed stack, with dead letters and IAM permissions."""

import json
import os
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError
from tests import pictures
from tests.stack.conftest import Running, Shop, until

from vitrine_cli.local import event_queues, stacks

KEY = "originals/1234/999999/0-0123456789abcdef0123/no picture.png"


def test_an_event_that_fails_for_good_waits_in_the_dead_letter_queue(running: Running) -> None:
    s3, sqs = running.aws("s3"), running.aws("sqs")
    bucket, queue = running.outputs["OriginalsBucket"], running.outputs["FailedEvents"]
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"no picture", Metadata={"product": "p"})

    def message() -> dict[str, Any] | None:
        received = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0
        ).get("Messages", [])
        about = [each for each in received if KEY.replace(" ", "+") in each["Body"]]
        return about[0] if about else None

    letter = until(message, seconds=120)

    s3.delete_object(Bucket=bucket, Key=KEY)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=letter["ReceiptHandle"])
    failed = json.loads(letter["Body"])
    (record,) = failed["requestPayload"]["Records"]
    assert record["s3"]["object"]["key"] == KEY.replace(" ", "+")
    assert failed["responsePayload"]["errorType"]
    assert running.keys("MediaBucket", "media/1234/00000f423f") == []


def test_other_objects_among_the_originals_are_passed_over(running: Running, shop: Shop) -> None:
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    s3.put_object(Bucket=bucket, Key="originals/é 東+x.txt", Body=b"hello")

    def logged() -> bool | None:
        events = running.aws("logs").filter_log_events(logGroupName="/vitrine/vitrine/pipeline")
        return any("not an original" in each["message"] for each in events["events"]) or None

    assert until(logged)
    s3.delete_object(Bucket=bucket, Key="originals/é 東+x.txt")


def test_a_burst_of_events_starts_few_processes(running: Running, shop: Shop) -> None:
    """AWS queues events that find no place; the emulator would start a process for each."""
    s3, bucket = running.aws("s3"), running.outputs["OriginalsBucket"]
    emulator = psutil.Process(running.stack.processes[0].pid)
    before, most = len(emulator.children()), 0
    keys = [f"originals/burst-{number}.txt" for number in range(60)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"hello")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})

    def done() -> bool | None:
        nonlocal most
        most = max(most, len(emulator.children()))
        return event_queues.waiting(running.stack.endpoint, stacks.NAME) == 0 or None

    until(done)
    assert most - before <= 3 * (os.cpu_count() or 1)


def test_permissions_are_enforced(running: Running, shop: Shop) -> None:
    """Without its policy a function can do nothing: so these tests prove every policy."""
    iam, functions = running.aws("iam"), running.aws("lambda")
    resources = running.aws("cloudformation").describe_stack_resources(StackName="vitrine")
    names = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in resources["StackResources"]
    }
    role = functions.get_function_configuration(FunctionName=names["EvotorListImages"])["Role"]
    role = role.rpartition("/")[2]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    assert shop.send("GET", shop.images("allowed")).status_code == 200

    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        forbidden = shop.send("GET", shop.images("allowed"))
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))

    assert forbidden.status_code == 500
    assert forbidden.json() == {
        "code": "internal_error",
        "message": "internal error",
        "violations": [],
    }
    assert shop.send("GET", shop.images("allowed")).status_code == 200


def test_no_stranger_reads_originals_or_lists_pictures(running: Running, shop: Shop) -> None:
    body = shop.post("private", pictures.png()).json()
    number = int(body["id"][-12:], 16)
    (key,) = running.keys("OriginalsBucket", f"originals/{shop.id}/{number}/")

    for way_out in ("/media/../_ministack/health", f"/media/%2e%2e/{key}", "/../_ministack/health"):
        with closing(HTTPConnection("127.0.0.1", running.port)) as raw:
            raw.request("GET", way_out)
            assert raw.getresponse().status in (403, 404)
    assert running.client.get(f"/{key}").status_code == 404
    assert running.client.get("/media/").status_code in (403, 404)
    assert running.client.get(f"/media/{shop.id}/").status_code in (403, 404)
    for method in ("PUT", "POST", "DELETE", "OPTIONS"):
        assert running.client.request(method, f"/media/{shop.id}/x.png").status_code == 403


def test_a_functions_role_reaches_nothing_of_its_neighbours(running: Running) -> None:
    """The list function may read the table and nothing else, its own logs aside."""
    iam = running.aws("iam")
    resources = running.aws("cloudformation").describe_stack_resources(StackName="vitrine")
    (role,) = [
        each["PhysicalResourceId"]
        for each in resources["StackResources"]
        if each["LogicalResourceId"] == "EvotorListImagesRole"
    ]

    def allowed(action: str, resource: str) -> bool:
        answer = iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::000000000000:role/{role}",
            ActionNames=[action],
            ResourceArns=[resource],
        )
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")

    table = f"arn:aws:dynamodb:us-east-1:000000000000:table/{running.outputs['Table']}"
    try:
        assert allowed("dynamodb:Query", table)
    except ClientError as error:
        pytest.skip(f"the emulator does not simulate policies: {error}")
    assert not allowed("dynamodb:PutItem", table)
    assert not allowed("s3:GetObject", f"arn:aws:s3:::{running.outputs['OriginalsBucket']}/x")

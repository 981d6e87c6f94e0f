"""Checks of what needs no dialect: forms, the import folder, and take-downs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from vitrine_cli.operations.problems import ProblemError, wait_for_result
from vitrine_cli.operations.trial_shop import PRODUCT, sample

if TYPE_CHECKING:
    from vitrine.domain.imports import Import
    from vitrine_cli.operations.trial_shop import TrialShop


def send_form(trial: TrialShop) -> str:
    """Vitrine's own API announces a picture, S3 takes its form, and it becomes an image."""
    data = sample()
    announced = {"files": [{"name": "doctor.png", "type": "image/png", "bytes": len(data)}]}
    upload = _native(trial, "POST", f"/products/{PRODUCT}/uploads", announced)
    post = upload["files"][0]["post"]
    answer = trial.client.post(post["url"], data=post["fields"], files={"file": data})
    if answer.status_code != httpx.codes.CREATED:
        raise ProblemError(f"{answer.status_code} from {post['url']}: {answer.text[:300]}")

    def settled() -> Any:
        (file,) = _native(trial, "GET", f"/uploads/{upload['id']}")["files"]
        return None if file["state"] == "waiting" else file

    file = wait_for_result(settled, "the picture did not arrive: see 'vitrine logs'")
    if file["state"] != "done":
        raise ProblemError(f"the picture is {file['state']}: {file.get('reason')}")
    return f"image {file['image']}"


def drop_file(trial: TrialShop) -> str:
    """A file in the import folder becomes an image."""
    stack, path = trial.stack, f"products/{PRODUCT}/doctor.png"
    stack.s3().put_object(
        Bucket=stack.outputs["OriginalsBucket"],
        Key=f"import/{trial.shop.id}/{path}",
        Body=sample(),
    )

    def outcome() -> Import | None:
        outcomes = trial.records.stores.imports.imports(trial.shop.id)
        return next((each for each in outcomes if each.arrival.path == path), None)

    settled = wait_for_result(outcome, "the file was not imported: see 'vitrine logs'")
    if settled.image is None:
        raise ProblemError(f"the file was rejected: {settled.reason}")
    return f"image {settled.image}"


def take_down(trial: TrialShop) -> str:
    """A take-down removes an image's pictures and invalidates the CDN."""
    image = _native(trial, "GET", f"/products/{PRODUCT}")["images"][-1]
    started = _native(trial, "POST", "/take-downs", {"product": PRODUCT, "image": image["id"]})

    def done() -> Any:
        found = _native(trial, "GET", f"/take-downs/{started['id']}")
        return found if found["state"] == "done" else None

    wait_for_result(done, "the take-down was not carried out: see 'vitrine logs'")
    if (answer := trial.client.get(image["url"])).status_code != httpx.codes.NOT_FOUND:
        raise ProblemError(f"{answer.status_code} from {answer.url}")
    return f"image {image['id']}, {started['paths']} paths of the CDN"


def _native(trial: TrialShop, method: str, path: str, body: object = None) -> Any:
    """The answer of Vitrine's own API to the trial shop's token."""
    answer = trial.client.request(
        method,
        f"{trial.stack.native_url}/vitrine/v1{path}",
        headers={"Authorization": f"Bearer {trial.logins['vitrine']['token']}"},
        json=body,
    )
    if not answer.is_success:
        raise ProblemError(f"{answer.status_code} to {method} {path}: {answer.text[:300]}")
    return answer.json()

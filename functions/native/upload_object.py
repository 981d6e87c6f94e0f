"""The upload object of Vitrine's own API (contract: vitrine §6)."""

from collections import Counter
from collections.abc import Mapping
from typing import NotRequired, TypedDict

from native.wire import ReasonBody, time
from vitrine.domain.uploads import UploadState
from vitrine.edge.request import Call
from vitrine.services.uploading import Upload, form_of


class FormBody(TypedDict):
    """A presigned form: send its fields in this order, then the file as `file`."""

    url: str
    fields: Mapping[str, str]


class FileBody(TypedDict):
    """An announced file: `image` once it is one, `reason` once it is rejected."""

    n: int
    name: str
    state: str
    image: NotRequired[int]
    reason: NotRequired[ReasonBody]


class FileToSendBody(FileBody):
    """An announced file, with the form while it is not settled."""

    post: NotRequired[FormBody]


class UploadBody(TypedDict):
    """An upload batch, with the forms to send its files."""

    id: str
    product: str
    expires_at: str
    files: list[FileToSendBody]


class StatesBody(TypedDict):
    """What became of a batch's files, and how many files have each state."""

    id: str
    product: str
    counts: Mapping[str, int]
    files: list[FileBody]


def present(upload: Upload, call: Call) -> UploadBody:
    """A batch with a form for each file that is not settled."""
    batch = upload.batch
    states = batch.states(upload.outcomes, call.catalogue.clock())
    return {
        "id": batch.id,
        "product": batch.product,
        "expires_at": time(batch.expires_at),
        "files": [_file_to_send(upload, call, number, states[number]) for number in states],
    }


def present_states(upload: Upload, call: Call) -> StatesBody:
    """A batch with the state of each file, and how many files have each state."""
    states = upload.batch.states(upload.outcomes, call.catalogue.clock())
    counts = Counter(states.values())
    return {
        "id": upload.batch.id,
        "product": upload.batch.product,
        "counts": {state.value: counts[state] for state in UploadState},
        "files": [_file(upload, number, state) for number, state in states.items()],
    }


def _file_to_send(upload: Upload, call: Call, number: int, state: UploadState) -> FileToSendBody:
    file = _file(upload, number, state)
    if number not in upload.outcomes:
        form = form_of(call.catalogue, upload.batch, number)
        file["post"] = {"url": form.url, "fields": dict(form.fields)}
    return file


def _file(upload: Upload, number: int, state: UploadState) -> FileToSendBody:
    name = upload.batch.file(number).name
    shown: FileToSendBody = {"n": number, "name": name, "state": state.value}
    outcome = upload.outcomes.get(number)
    if outcome is None:
        return shown
    if outcome.image is not None:
        return {**shown, "image": outcome.image}
    return {**shown, "reason": {"code": outcome.code, "detail": outcome.reason}}

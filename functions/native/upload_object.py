"""An upload batch, as answers show it (contract: vitrine §6)."""

from collections import Counter
from typing import Any

from native.wire import time
from vitrine.domain.imports import Import
from vitrine.domain.uploads import UploadState
from vitrine.edge.request import Call
from vitrine.services.uploading import Upload, form_of


def present(upload: Upload, call: Call) -> dict[str, Any]:
    """A batch with a form for each file that is not settled."""
    batch = upload.batch
    return {
        "id": batch.id,
        "product": batch.product,
        "expires_at": time(batch.expires_at),
        "files": [
            {
                **_file(upload, number, state),
                **({} if number in upload.outcomes else {"post": _form(upload, call, number)}),
            }
            for number, state in batch.states(upload.outcomes, call.catalogue.clock()).items()
        ],
    }


def present_states(upload: Upload, call: Call) -> dict[str, Any]:
    """A batch with the state of each file, and how many files have each state."""
    states = upload.batch.states(upload.outcomes, call.catalogue.clock())
    counts = Counter(states.values())
    return {
        "id": upload.batch.id,
        "product": upload.batch.product,
        "counts": {state.value: counts[state] for state in UploadState},
        "files": [_file(upload, number, state) for number, state in states.items()],
    }


def _file(upload: Upload, number: int, state: UploadState) -> dict[str, Any]:
    shown = {"n": number, "name": upload.batch.file(number).name, "state": state.value}
    return {**shown, **_outcome(upload.outcomes.get(number))}


def _outcome(outcome: Import | None) -> dict[str, Any]:
    if outcome is None:
        return {}
    if outcome.image is not None:
        return {"image": outcome.image}
    return {"reason": {"code": outcome.code, "detail": outcome.reason}}


def _form(upload: Upload, call: Call, number: int) -> dict[str, Any]:
    form = form_of(call.catalogue, upload.batch, number)
    return {"url": form.url, "fields": dict(form.fields)}

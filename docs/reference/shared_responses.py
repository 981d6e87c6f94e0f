"""Responses that several operations have in common, moved to the document's components."""

import json
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

_FIRST_REFUSAL = 400


def share(paths: dict[str, Any]) -> dict[str, Any]:
    """Replace refusals that occur more than once by references, and return them by name.

    Args:
        paths: the document's paths, which are changed.
    """
    spelled = Counter(json.dumps(each) for _, _, each in _refusals(paths))
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    shared: dict[str, Any] = {}
    for responses, status, response in list(_refusals(paths)):
        for_head = "content" not in response
        text = json.dumps(response)
        if spelled[text] == 1:
            continue
        if text not in names:
            phrase = HTTPStatus(int(status)).phrase.title().replace(" ", "").replace("-", "")
            phrase += "ForHead" if for_head else ""
            counts[phrase] += 1
            names[text] = phrase if counts[phrase] == 1 else f"{phrase}{counts[phrase]}"
            shared[names[text]] = response
        responses[status] = {"$ref": f"#/components/responses/{names[text]}"}
    return dict(sorted(shared.items()))


def _refusals(paths: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """The responses of each operation, the status and the response of each refusal."""
    for methods in paths.values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if int(status) >= _FIRST_REFUSAL:
                    yield operation["responses"], status, response

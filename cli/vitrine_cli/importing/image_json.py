"""An image as a source lists it, as JSON: what the ledger keeps of it."""

import json
from dataclasses import asdict, replace
from typing import Any

from vitrine_cli.importing.source import SourceImage, ViewValues


def to_json(image: SourceImage) -> str:
    """The JSON of an image; sets become sorted lists."""
    return json.dumps(asdict(image), default=sorted)


def from_json(text: str) -> SourceImage:
    """The image whose JSON this is."""
    facts: dict[str, Any] = json.loads(text)
    views = {
        code: replace(ViewValues(**values), roles=_roles(values["roles"]))
        for code, values in facts["views"].items()
    }
    places, roles = tuple(facts["places"]), _roles(facts["roles"])
    return SourceImage(**{**facts, "places": places, "roles": roles, "views": views})


def _roles(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)

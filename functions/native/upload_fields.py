"""Members of the bodies of uploads: the files that a client announces (contract: vitrine §6.1)."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from native.fields import MAX_TEXT, FieldProblems, is_image_id
from native.problems import FieldProblem
from native.wire import MAX_FILES, RULES
from vitrine.domain.pictures import Format
from vitrine.domain.uploads import UploadFile
from vitrine.edge.body import is_text
from vitrine.edge.request import Call

_MEMBERS = ("name", "type", "bytes", "alt", "replaces")
_MAX_NAME = 255  # characters
_TYPES = tuple(each.media_type for each in Format)
_KNOWN_FORMATS = {
    "image/heic": "heic",
    "image/heif": "heic",
    "image/heic-sequence": "heic",
    "image/heif-sequence": "heic",
    "image/svg+xml": "svg",
}
"""Codes of formats that clients often send and no dialect accepts."""


class FileRequest(TypedDict):
    """A file to upload; `replaces` is the image whose picture it becomes."""

    name: Annotated[str, {"minLength": 1, "maxLength": _MAX_NAME}]
    type: Annotated[str, {"enum": list(_TYPES)}]
    bytes: Annotated[int, {"minimum": 1, "maximum": RULES.max_bytes}]
    alt: NotRequired[Annotated[str | None, {"maxLength": MAX_TEXT}]]
    replaces: NotRequired[Annotated[int | None, {"minimum": 1}]]


class UploadRequest(TypedDict):
    """The files of a batch, in the order of the images that they become."""

    files: Annotated[list[FileRequest], {"minItems": 1, "maxItems": MAX_FILES}]


def read_files(call: Call) -> list[UploadFile]:
    """The announced files.

    Raises:
        FieldsRefusedError: the body is not valid; the error names everything, file by file.
    """
    problems, given = FieldProblems(), call.fields
    problems.check_members(given, ["files"])
    files = given.get("files")
    if not isinstance(files, list):
        problems.add("/files", "required", "a list of files")
        files = []
    elif not 1 <= len(files) <= MAX_FILES:
        problems.add("/files", "count", f"1 to {MAX_FILES} files", min=1, max=MAX_FILES)
        files = []
    read = [_file(each, f"/files/{index}", problems) for index, each in enumerate(files)]
    for index in _repeated(read):
        detail = "an image that no other file replaces"
        problems.add(f"/files/{index}/replaces", "repeated", detail)
    problems.check()
    return read


def replaced_missing(number: int) -> FieldProblem:
    """The problem of a file, by its number from 1, that replaces an image which is not there."""
    return FieldProblem(f"/files/{number - 1}/replaces", "not_found", "an image of the product")


def _repeated(files: list[UploadFile]) -> Iterator[int]:
    """The indexes of files that replace the same image as an earlier one."""
    seen = set()
    for index, file in enumerate(files):
        if file.replaces is not None and file.replaces in seen:
            yield index
        seen.add(file.replaces)


def _file(given: object, at: str, problems: FieldProblems) -> UploadFile:
    """A file of the body. What is wrong with it is noted."""
    if not isinstance(given, dict):
        problems.add(at, "invalid_type", "an object")
        return UploadFile("", "", 0)
    problems.check_members(given, _MEMBERS, at)
    return UploadFile(
        name=_name(given.get("name"), f"{at}/name", problems),
        media_type=_media_type(given.get("type"), f"{at}/type", problems),
        size=_size(given.get("bytes"), f"{at}/bytes", problems),
        alt=problems.text(given.get("alt"), f"{at}/alt"),
        replaces=_replaces(given.get("replaces"), f"{at}/replaces", problems),
    )


def _name(value: object, pointer: str, problems: FieldProblems) -> str:
    if value is None or value == "":
        problems.add(pointer, "required", "the name of the file")
    elif not isinstance(value, str) or not is_text(value):
        problems.add(pointer, "invalid_type", "a string")
    elif len(value) > _MAX_NAME:
        problems.add(pointer, "too_long", f"at most {_MAX_NAME} characters", max=_MAX_NAME)
    else:
        return value
    return ""


def _media_type(value: object, pointer: str, problems: FieldProblems) -> str:
    if isinstance(value, str) and value in _TYPES:
        return value
    if value is None:
        problems.add(pointer, "required", f"one of {', '.join(_TYPES)}")
    else:
        code = _KNOWN_FORMATS.get(value, "not_accepted") if isinstance(value, str) else ""
        problems.add(pointer, code or "invalid_type", f"one of {', '.join(_TYPES)}")
    return ""


def _size(value: object, pointer: str, problems: FieldProblems) -> int:
    if value is None:
        problems.add(pointer, "required", "the number of bytes")
    elif not isinstance(value, int) or isinstance(value, bool):
        problems.add(pointer, "invalid_type", "a whole number")
    elif value < 1:
        problems.add(pointer, "empty", "at least 1 byte", min=1)
    elif value > RULES.max_bytes:
        detail = f"at most {RULES.max_bytes} bytes"
        problems.add(pointer, "too_large", detail, max=RULES.max_bytes)
    else:
        return value
    return 0


def _replaces(value: object, pointer: str, problems: FieldProblems) -> int | None:
    if value is None:
        return None
    if is_image_id(value):
        return value
    problems.add(pointer, "invalid_type", "an image id")
    return None

"""BigCommerce v2 (contract: bigcommerce)."""

from typing import Annotated, TypedDict

from docs.reference.description import Answer, Description, Operation

from bigcommerce.fields import ChangeRequest, NewRequest
from bigcommerce.wire import CountBody, ErrorBody, ImageBody, InvalidFieldError
from vitrine.domain import errors
from vitrine.domain.errors import PictureRefusedError, Rule

_PAGE = {
    "page": {"type": "integer", "minimum": 1, "default": 1},
    "limit": {"type": "integer", "minimum": 1, "maximum": 250, "default": 50},
}
_PAGE_ERRORS = [
    InvalidFieldError("The field 'page' is invalid."),
    InvalidFieldError("The limit parameter exceeded the maximum.", 413),
]


_PICTURES = "https://cdn.example/media/shop1/00000000e700b2a814c93d07e65f1b84"
_PICTURE = f"{_PICTURES}/mug-00000000e700b2a814c93d07e65f1b84"
_IMAGE = {
    "id": 231,
    "product_id": 47,
    "image_file": "s/814/mug__23100.jpg",
    "is_thumbnail": True,
    "sort_order": 0,
    "description": "Blue mug",
    "date_created": "Fri, 05 Jan 2024 10:00:00 +0000",
    "zoom_url": f"{_PICTURE}-1024-1024.jpg",
    "standard_url": f"{_PICTURE}-480-0.jpg",
    "thumbnail_url": f"{_PICTURE}-240-0.jpg",
    "tiny_url": f"{_PICTURE}-50-0.jpg",
    "date_modified": "Fri, 05 Jan 2024 10:00:00 +0000",
    "is_sample": False,
}


class _Form(TypedDict, total=False):
    is_thumbnail: Annotated[str, {"pattern": "^(?:[01]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$"}]
    sort_order: Annotated[str, {"pattern": "^[+-]?[0-9]+$"}]
    description: Annotated[str, {"maxLength": 1000}]
    product_id: str
    zoom_url: str
    standard_url: str
    thumbnail_url: str
    tiny_url: str
    date_modified: str
    is_sample: str


class NewFormRequest(_Form):
    """A new image as a form; an `image_file` with a file name is the picture itself."""

    image_file: Annotated[str, {"pattern": r"\S"}]


class ChangeFormRequest(_Form, total=False):
    """The changes of an image as a form; an `image_file` with a file name is its new picture."""

    image_file: Annotated[str, {"pattern": r"\S"}]
    id: str
    date_created: str


description = Description(
    title="Vitrine for clients of BigCommerce v2",
    text="BigCommerce's v2 product image endpoints, with the shop's catalogue of Vitrine.",
    error=list[ErrorBody],
    media_types=["application/json"],
    error_media_types=["application/json"],
    security={
        "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
        "basic": {"type": "http", "scheme": "basic"},
    },
    always=[errors.NotAuthenticatedError(), errors.NotAcceptableError("application/xml")],
    with_body=[
        errors.MediaTypeError("text/plain"),
        errors.MalformedBodyError(""),
        errors.BodyTooLargeError(),
        InvalidFieldError("The field 'sort_order' is invalid."),
        PictureRefusedError((Rule.FORMAT,)),
        PictureRefusedError((Rule.ROOM,)),
        errors.DownloadError(),
        errors.ImportMissingError(),
    ],
    with_post=[errors.IdempotencyKeyReusedError()],
    operations={
        "list_images": Operation(
            {200: Answer(list[ImageBody], [_IMAGE]), 204: Answer()},
            parameters=_PAGE,
            raises=_PAGE_ERRORS,
        ),
        "create_image": Operation(
            {201: Answer(ImageBody, _IMAGE, {"Location": "The path of the image."})},
            {"application/json": NewRequest, "multipart/form-data": NewFormRequest},
            {"image_file": "http://example.com/mug.jpg", "description": "Blue mug"},
        ),
        "delete_images": Operation({204: Answer()}, parameters=_PAGE, raises=_PAGE_ERRORS),
        "count_images": Operation({200: Answer(CountBody, {"count": 2})}),
        "count_all_images": Operation({200: Answer(CountBody, {"count": 9})}),
        "get_image": Operation({200: Answer(ImageBody, _IMAGE)}),
        "update_image": Operation(
            {200: Answer(ImageBody, _IMAGE)},
            {"application/json": ChangeRequest, "multipart/form-data": ChangeFormRequest},
            {"sort_order": 0, "description": "Blue mug"},
            body_required=False,
        ),
        "delete_image": Operation({204: Answer()}),
    },
)

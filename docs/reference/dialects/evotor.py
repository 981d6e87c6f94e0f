"""Evotor (contract: evotor)."""

from typing import Annotated, TypedDict

from docs.reference.description import Answer, Description, Operation

from evotor.wire import ErrorBody, ImageBody, ListBody
from vitrine.domain import errors
from vitrine.domain.errors import FieldError, PictureRefusedError, Rule


class FormRequest(TypedDict):
    """The form with the picture: a PNG of 300 × 300 pixels."""

    datafile: Annotated[str, {"contentMediaType": "image/png"}]


_IMAGE = {
    "id": "7b0c1f52-0000-8000-8000-00000000002a",
    "user_id": "01-000000000000077",
    "store_id": "20240105-1A2B-40C3-80D4-0123456789AB",
    "product_id": "8",
    "url": "https://media.example/media/shop1/product_images/l/042/lamp__4200.png",
    "meta": {"extension": "png", "file_size": 8120, "width": 300, "height": 300},
    "created_at": "2024-01-05T10:00:00.007+0000",
    "updated_at": "2024-01-05T10:00:00.007+0000",
}
_UUID = {"type": "string", "pattern": "^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"}
_REFUSED = [PictureRefusedError((Rule.FORMAT, Rule.WEIGHT, Rule.RESOLUTION, Rule.ROOM))]
_TYPES = ["application/json", "application/vnd.evotor.v2+json"]

description = Description(
    title="Vitrine for clients of Evotor",
    text="The image endpoints of Evotor's cloud, with the shop's catalogue of Vitrine behind them.",
    error=ErrorBody,
    media_types=_TYPES,
    error_media_types=_TYPES,
    security={
        "application": {"type": "apiKey", "in": "header", "name": "X-Authorization"},
        "bearer": {"type": "http", "scheme": "bearer"},
    },
    ignoring=[FormRequest],
    parameters={
        "store": _UUID,
        "product": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
        "image": _UUID,
    },
    always=[
        errors.RouteNotFoundError("/"),
        errors.NotAuthenticatedError(),
        errors.NotAcceptableError("text/html"),
    ],
    with_body=[
        errors.MalformedBodyError(""),
        FieldError("datafile", FieldError.Problem.MISSING),
        *_REFUSED,
    ],
    with_post=[errors.IdempotencyKeyReusedError()],
    operations={
        "create_image": Operation(
            {200: Answer(ImageBody, _IMAGE)}, {"multipart/form-data": FormRequest}
        ),
        "list_images": Operation({200: Answer(ListBody, {"items": [_IMAGE], "paging": {}})}),
        "get_image": Operation({200: Answer(ImageBody, _IMAGE)}),
        "delete_image": Operation({204: Answer()}),
        "delete_images": Operation({204: Answer()}),
    },
)

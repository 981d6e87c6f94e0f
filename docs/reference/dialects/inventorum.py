"""Inventorum (contract: inventorum)."""

from typing import Annotated, NotRequired, TypedDict

from docs.reference.description import Answer, Description, Operation

from inventorum.refresh_token import TokensBody
from inventorum.wire import PURPOSES, ErrorBody, GrantError, GrantErrorBody, ImageBody, VersionError
from vitrine.domain import errors
from vitrine.edge.field_errors import InvalidFieldsError

_BINARY = {"contentMediaType": "application/octet-stream"}


class FormRequest(TypedDict):
    """The form with the picture as `image`, or with `product_image` in versions up to 7.

    Versions up to 7 also take a picture in base64, and versions 1 and 2 need no `type`.
    """

    image: NotRequired[Annotated[str, _BINARY]]
    product_image: NotRequired[Annotated[str, _BINARY]]
    type: NotRequired[Annotated[str, {"enum": list(PURPOSES)}]]


class RefreshRequest(TypedDict):
    """The refresh token grant of OAuth 2.0; without HTTP Basic, the client's id and secret too."""

    grant_type: Annotated[str, {"const": "refresh_token"}]
    refresh_token: Annotated[str, {"minLength": 1}]
    client_id: NotRequired[str]
    client_secret: NotRequired[str]


_PICTURES = "https://cdn.example/media/uploads/1627/product/43-baeea3fd44e54da6c177"
_IMAGE = {
    "id": 43,
    "urls": {
        "ipad": f"{_PICTURES}/ipad.png",
        "thumb": f"{_PICTURES}/thumb.png",
        "image": f"{_PICTURES}/ipad.png",
        "ipad_retina": f"{_PICTURES}/ipad_retina.png",
        "ebay": f"{_PICTURES}/ebay.png",
        "thumb_retina": f"{_PICTURES}/thumb_retina.png",
        "original": f"{_PICTURES}/original.jpg",
    },
    "type": 0,
    "new": True,
}
_TOKENS = {
    "access_token": "ACCESS_TOKEN",
    "token_type": "Bearer",
    "expires_in": 36_000,
    "refresh_token": "NEXT_REFRESH_TOKEN",
    "scope": "images",
}
_RID = {"X-Rid": "The request's id."}

description = Description(
    title="Vitrine for clients of Inventorum",
    text="The image library of Inventorum's API, with Vitrine's storage behind it.",
    error=ErrorBody | GrantErrorBody,
    media_types=["application/json"],
    error_media_types=["application/json"],
    security={
        "user": {"type": "http", "scheme": "bearer"},
        "client": {
            "type": "http",
            "scheme": "basic",
            "description": "Or `client_id` and `client_secret` in the form.",
        },
    },
    headers={"X-Api-Version": {"type": "string", "default": "12", "description": "1 to 12."}},
    ignoring=[FormRequest, RefreshRequest],
    rules={
        FormRequest: {"anyOf": [{"required": ["image", "type"]}, {"required": ["product_image"]}]}
    },
    always=[errors.NotAuthenticatedError(), errors.ThrottledError()],
    with_post=[errors.IdempotencyKeyReusedError()],
    operations={
        "create_image": Operation(
            {200: Answer(ImageBody, _IMAGE, _RID)},
            {"multipart/form-data": FormRequest},
            raises=[
                VersionError("13"),
                errors.MalformedBodyError(""),
                errors.MediaTypeError("text/plain"),
                errors.BodyTooLargeError(),
                InvalidFieldsError({"image": "This field is required."}),
            ],
            schemes=["user"],
        ),
        "refresh_token": Operation(
            {200: Answer(TokensBody, _TOKENS, {**_RID, "Cache-Control": "`no-store`"})},
            {"application/x-www-form-urlencoded": RefreshRequest},
            {"grant_type": "refresh_token", "refresh_token": "REFRESH_TOKEN"},
            raises=[GrantError("invalid_request"), errors.RefreshTokenError()],
            schemes=["client", ""],
        ),
    },
)

"""Domain errors. The error table of each dialect maps them to statuses and messages."""

from enum import StrEnum


class VitrineError(Exception):
    """The base class of all errors that dialects map to an answer."""


class NotAuthenticatedError(VitrineError):
    """The credential is missing, unknown, expired, revoked, or issued for another dialect."""


class CredentialMissingError(NotAuthenticatedError):
    """The request has no credential."""


class OAuthError(NotAuthenticatedError):
    """A request with an OAuth 1.0a signature is rejected.

    Attributes:
        problem: the reason.
        parameter: the percent-encoded name of the parameter concerned; empty for none.
        message: both, in the format of the extension "OAuth Problem Reporting".
    """

    class Problem(StrEnum):
        PARAMETER_ABSENT = "parameter_absent"
        PARAMETER_REJECTED = "parameter_rejected"
        VERSION_REJECTED = "version_rejected"
        SIGNATURE_METHOD_REJECTED = "signature_method_rejected"
        TIMESTAMP_REFUSED = "timestamp_refused"
        CONSUMER_KEY_REJECTED = "consumer_key_rejected"
        TOKEN_REJECTED = "token_rejected"  # noqa: S105 - a problem's name
        TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a problem's name
        SIGNATURE_INVALID = "signature_invalid"
        NONCE_USED = "nonce_used"

    def __init__(self, problem: Problem, parameter: str = "") -> None:
        kind = problem.removeprefix("parameter_")
        named = f"&oauth_parameters_{kind}={parameter}" if parameter else ""
        self.message = f"oauth_problem={problem}{named}"
        super().__init__(self.message)
        self.problem = problem
        self.parameter = parameter


class NotPermittedError(VitrineError):
    """The caller is authenticated, but its credential lacks a scope.

    Attributes:
        scope: the missing scope.
    """

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class RouteNotFoundError(VitrineError):
    """No operation has this path, or the path contains an invalid id."""


class MethodNotAllowedError(VitrineError):
    """Operations have this path, but with other methods.

    Attributes:
        allowed: the methods, in upper case.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(", ".join(allowed))
        self.allowed = allowed


class ProductNotFoundError(VitrineError):
    """The shop accepts registered products only, and this product is not registered."""


class ImageNotFoundError(VitrineError):
    """The product does not have this image, or no longer has it."""


class WrongOrderError(VitrineError):
    """A new order does not name the present images of a gallery once each.

    Attributes:
        missing: present images that the order does not name.
        unknown: ids in the order that are no present image, or that it names again.
    """

    def __init__(self, missing: tuple[int, ...], unknown: tuple[int, ...]) -> None:
        super().__init__(f"missing {missing}, unknown {unknown}")
        self.missing = missing
        self.unknown = unknown


class GalleryFullError(VitrineError):
    """The product cannot have as many images as a request adds.

    Attributes:
        room: the number of images that it can still have.
    """

    def __init__(self, room: int) -> None:
        super().__init__(room)
        self.room = room


class ReplacedImagesMissingError(VitrineError):
    """The product has no image that a file of an upload batch is to replace.

    Attributes:
        files: the numbers of such files, from 1.
    """

    def __init__(self, files: tuple[int, ...]) -> None:
        super().__init__(files)
        self.files = files


class UploadNotFoundError(VitrineError):
    """The shop has no such upload batch, or no longer."""


class PictureExistsError(VitrineError):
    """The image of a picture is not deleted, so the picture would be made again."""


class TakeDownNotFoundError(VitrineError):
    """The shop has no such take-down."""


class NotAcceptableError(VitrineError):
    """Content negotiation failed: the client accepts no media type that the operation produces."""


class MediaTypeError(VitrineError):
    """The operation does not support the media type of the request's body."""


class BodyTooLargeError(VitrineError):
    """The request's body is larger than the dialect accepts."""


class IdempotencyKeyReusedError(VitrineError):
    """The request's idempotency key was used with another request."""


class MalformedBodyError(VitrineError):
    """The request's body cannot be parsed."""


class FieldError(VitrineError):
    """A required field is missing, or a field is repeated.

    Attributes:
        field: the field's wire name.
        problem: the reason.
    """

    class Problem(StrEnum):
        MISSING = "missing"
        REPEATED = "repeated"

    def __init__(self, field: str, problem: Problem) -> None:
        super().__init__(f"{field} is {problem}")
        self.field = field
        self.problem = problem


class Rule(StrEnum):
    """A rule for pictures and galleries. Broken rules are reported in the order of the members."""

    FORMAT = "format"
    PIXELS = "pixels"
    WEIGHT = "weight"
    RESOLUTION = "resolution"
    ROOM = "room"


class PictureError(VitrineError):
    """A picture could not be obtained, or is not accepted.

    Attributes:
        source: the client's name of the picture: a URL, a path or a file name; empty if unknown.
    """

    source = ""


class PictureRefusedError(PictureError):
    """The picture breaks rules of the dialect through which it was sent.

    Attributes:
        broken: all broken rules, in the order of `Rule`.
    """

    def __init__(self, broken: tuple[Rule, ...]) -> None:
        super().__init__(", ".join(broken))
        self.broken = broken


class DownloadError(PictureError):
    """The URL of a picture cannot be read, or leads to a forbidden address (SSRF).

    No dialect distinguishes the two, so that clients cannot explore the network.

    Attributes:
        status: the status of an answer other than 200; None if there was no such answer.
    """

    def __init__(self, *details: object, status: int | None = None) -> None:
        super().__init__(*details)
        self.status = status


class ImportMissingError(PictureError):
    """The shop's import folder has no such file, or the path is invalid."""


class ImportSettledError(VitrineError):
    """The outcome of this version of a file in the import folder is already recorded."""


class ConflictError(VitrineError):
    """Optimistic locking failed: another writer changed a record after it was read."""


class OriginalMissingError(VitrineError):
    """The original of an image is not in storage, or no longer."""


class RecordMissingError(VitrineError):
    """The original is in storage, but no record refers to it, or not yet."""


class RefreshTokenError(VitrineError):
    """The refresh token is unknown, used, or another client's; the error does not say which."""


class ThrottledError(VitrineError):
    """AWS throttles requests. The same request may succeed later."""


class UnavailableError(VitrineError):
    """AWS gives no answer. The same request may succeed later."""


class ShopExistsError(VitrineError):
    """A shop with this id exists."""


class AliasTakenError(VitrineError):
    """The alias already names another product.

    Attributes:
        alias: the alias.
        product: key of the product that it names.
    """

    def __init__(self, alias: str, product: str) -> None:
        super().__init__(f"{alias} is {product}")
        self.alias = alias
        self.product = product


class CredentialUnknownError(VitrineError):
    """The shop does not have a credential with this id."""


class SecretsMissingError(Exception):
    """A consumer exists, but its OAuth secrets do not: an internal error, not the client's."""


class InternalError(VitrineError):
    """An unexpected internal error. The log has the details; the client gets none."""

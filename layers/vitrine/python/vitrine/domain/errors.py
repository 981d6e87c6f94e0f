"""What the catalogue refuses. A dialect's error table gives each its status and its words."""

from enum import StrEnum


class VitrineError(Exception):
    """The root of every refusal that has an answer of its own."""


class NotAuthenticatedError(VitrineError):
    """No credential, or one that is unknown, revoked or another dialect's."""


class CredentialMissingError(NotAuthenticatedError):
    """No credential was sent at all."""


class OAuthError(NotAuthenticatedError):
    """A request signed by OAuth 1.0a that is not taken.

    Attributes:
        problem: what is wrong.
        parameter: the name, percent-encoded, of the parameter that it is about; empty for none.
        message: both in the words of the extension "OAuth Problem Reporting".
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
    """A known caller asks for what its credential does not cover.

    Attributes:
        scope: what its credential would have to cover.
    """

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class RouteNotFoundError(VitrineError):
    """No operation lives at this method and path, or an id in it cannot be one."""


class MethodNotAllowedError(VitrineError):
    """Operations live at this path, with other methods.

    Attributes:
        allowed: the methods, in capitals.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(", ".join(allowed))
        self.allowed = allowed


class ProductNotFoundError(VitrineError):
    """A shop with registered products does not know this one."""


class ImageNotFoundError(VitrineError):
    """The product has no such image, or no longer has it."""


class NotAcceptableError(VitrineError):
    """No answer we can give has a media type that the client accepts."""


class MediaTypeError(VitrineError):
    """The request's body is of a type that the operation does not read."""


class BodyTooLargeError(VitrineError):
    """The request's body is larger than the dialect takes."""


class MalformedBodyError(VitrineError):
    """The request's body cannot be read as what the operation needs."""


class FieldError(VitrineError):
    """A field of a readable body is missing or sent too often.

    Attributes:
        field: the field's wire name.
        problem: what is wrong with it.
    """

    class Problem(StrEnum):
        MISSING = "missing"
        REPEATED = "repeated"

    def __init__(self, field: str, problem: Problem) -> None:
        super().__init__(f"{field} is {problem}")
        self.field = field
        self.problem = problem


class Rule(StrEnum):
    """What a picture or its gallery can break; members stand in the order they are reported."""

    FORMAT = "format"
    PIXELS = "pixels"
    WEIGHT = "weight"
    RESOLUTION = "resolution"
    ROOM = "room"


class PictureError(VitrineError):
    """A picture that could not be had, or not be taken.

    Attributes:
        source: what the client called it: a URL, a path, a file's name; empty while unknown.
    """

    source = ""


class PictureRefusedError(PictureError):
    """The picture breaks rules of the dialect it came through.

    Attributes:
        broken: every rule it breaks, in the order of `Rule`.
    """

    def __init__(self, broken: tuple[Rule, ...]) -> None:
        super().__init__(", ".join(broken))
        self.broken = broken


class DownloadError(PictureError):
    """A picture's URL could not be read, or must not be; which of these stays untold."""


class ImportMissingError(PictureError):
    """The shop's import folder has no such file, or the path cannot name one."""


class ImportSettledError(VitrineError):
    """What becomes of a file in the import folder has been decided already."""


class ConflictError(VitrineError):
    """Another writer changed the gallery between our reading and our writing."""


class OriginalMissingError(VitrineError):
    """The bytes of an image are not, or no longer, in storage."""


class RecordMissingError(VitrineError):
    """The bytes are there while the record that names them is not, or not yet."""


class RefreshTokenError(VitrineError):
    """A refresh token is unknown, used, or another client's; which of these stays untold."""


class ThrottledError(VitrineError):
    """AWS takes no more requests for the moment: the same one may pass a little later."""


class ShopExistsError(VitrineError):
    """The shop's id is taken."""


class AliasTakenError(VitrineError):
    """A product cannot go by a name that leads to another product already.

    Attributes:
        alias: the name.
        product: key of the product that goes by it.
    """

    def __init__(self, alias: str, product: str) -> None:
        super().__init__(f"{alias} is {product}")
        self.alias = alias
        self.product = product


class CredentialUnknownError(VitrineError):
    """The shop has no credential with this id."""


class SecretsMissingError(Exception):
    """A credential is there while the secrets to check it with are not: a failure of ours."""


class InternalError(VitrineError):
    """A failure of ours. What happened stays in the log; the caller learns only that it did."""

"""Why the bytes of an image are not available."""

from vitrine.services.importing import RULES

TOO_LARGE = f"larger than {RULES.max_bytes} bytes"


class UnfetchedError(Exception):
    """The bytes of an image are not available.

    Attributes:
        is_final: whether another try has no use.
    """

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final

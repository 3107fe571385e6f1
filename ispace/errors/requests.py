"""What can be wrong with how the API is asked."""

from __future__ import annotations

from ispace.errors.base import BadInputError


class RequestError(BadInputError):
    """A request cannot be understood; every class below says why."""

    code = "YEU-CAU"


class RequestUnreadableError(RequestError):
    """The body is no JSON: ``reason``."""

    code = "YEU-CAU-JSON"


class RequestInvalidError(RequestError):
    """Fields (``fields``) are missing, unknown or have values that cannot be; ``faults`` lists each."""

    code = "YEU-CAU-SAI"


class RequestTypeError(RequestError):
    """The body is of another kind (``kind``) than JSON."""

    code = "YEU-CAU-LOAI"


class RequestSlowError(RequestError):
    """The body was not whole after ``seconds``."""

    code = "YEU-CAU-CHAM"


class RequestTooLargeError(RequestError):
    """The body is larger than ``max_bytes``."""

    code = "YEU-CAU-LON"

"""What the upload service answers: headers of the protocol, and refusals as problem documents (RFC 9457)."""

from __future__ import annotations

from starlette.responses import Response

from ispace import errors
from ispace.errors import IspaceError
from ispace.uploads.reception import ALGORITHMS
from ispace.web.studio import failures
from ispace.web.studio.tus import headers

EXTENSIONS = ("creation", "creation-with-upload", "creation-defer-length", "checksum", "termination", "expiration")

_STATUS: dict[type[IspaceError], int] = {
    errors.UploadHeaderError: 400,
    errors.UploadQuestionError: 400,
    errors.UploadEmptyError: 400,
    errors.UploadForbiddenError: 403,
    errors.UploadDoneError: 403,
    errors.UploadUnknownError: 404,
    errors.UploadSlowError: 408,
    errors.UploadOffsetError: 409,
    errors.UploadExpiredError: 410,
    errors.UploadVersionError: 412,
    errors.UploadTooLongError: 413,
    errors.UploadTooLargeError: 413,
    errors.UploadQuotaError: 413,
    errors.UploadKindError: 415,
    errors.UploadArchiveError: 415,
    # Not 409, which clients take for a wrong offset and try again.
    errors.UploadKnownError: 422,
    errors.UploadBusyError: 423,
    errors.UploadsTooManyError: 429,
    errors.UploadChecksumError: 460,
    errors.UploadsCrowdedError: 503,
    errors.UploadNotKeptError: 503,
}


def shown(error: Exception) -> IspaceError:
    """Return what a client is told of an error: those of uploads as they are, of all others only that there is one.

    What goes wrong on the disk, in the store or in the database names places that are nobody's business.
    """
    return error if isinstance(error, IspaceError) and type(error) in _STATUS else errors.UploadNotKeptError()


def status(error: IspaceError) -> int:
    """Return the status under which an error is told: that of the protocol, else that of its kind."""
    return _STATUS.get(type(error)) or failures.status(error)


def problem(error: IspaceError, lang: str) -> Response:
    """Return a refusal: its code, and a sentence in the language of who asks."""
    code = status(error)
    made = failures.problem(error, lang, code)
    made.headers.update({"Content-Language": lang, **protocol()})
    if code == 412:
        made.headers["Tus-Version"] = headers.VERSION
    return made


def protocol() -> dict[str, str]:
    """Return the headers of every answer."""
    return {"Tus-Resumable": headers.VERSION, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def options(largest_bytes: int) -> Response:
    """Return what this server can do."""
    return Response(
        None,
        204,
        {
            **protocol(),
            "Tus-Version": headers.VERSION,
            "Tus-Extension": ",".join(EXTENSIONS),
            "Tus-Max-Size": str(largest_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )

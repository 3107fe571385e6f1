"""What can be wrong with an upload."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, NotAllowedError, NotFoundError, UnavailableError


class UploadUnknownError(NotFoundError):
    """There is no such upload, or it is somebody else's."""

    code = "TAI-LEN-KHONG-CO"


class UploadExpiredError(NotFoundError):
    """Nothing was sent for longer than unfinished uploads are kept."""

    code = "TAI-LEN-HET-HAN"


class UploadBusyError(ConflictError):
    """Another request is writing to the same upload."""

    code = "TAI-LEN-DANG-GHI"


class UploadOffsetError(ConflictError):
    """A request would go on elsewhere (``said``) than where the upload stands (``offset``)."""

    code = "TAI-LEN-VI-TRI"


class UploadChecksumError(BadInputError):
    """What arrived is not what was sent."""

    code = "TAI-LEN-SAI-MA"


class UploadTooLongError(BadInputError):
    """More came than the length that was declared (``length``)."""

    code = "TAI-LEN-THUA"


class UploadTooLargeError(BadInputError):
    """The ``file`` has more bytes (``megabytes``) than any upload may (``max_megabytes``)."""

    code = "TAI-LEN-LON"


class UploadQuotaError(NotAllowedError):
    """The ``file`` does not fit into what is left (``left_megabytes``)."""

    code = "TAI-LEN-HET-CHO"


class UploadsTooManyError(NotAllowedError):
    """The person has ``count`` unfinished uploads."""

    code = "TAI-LEN-NHIEU"


class UploadForbiddenError(NotAllowedError):
    """The person may not send to the tour."""

    code = "TAI-LEN-QUYEN"


class UploadDoneError(NotAllowedError):
    """An upload that was received whole cannot be given up any more."""

    code = "TAI-LEN-XONG"


class UploadKindError(BadInputError):
    """The ``file`` is in a format (``found``) that no tour is made of."""

    code = "TAI-LEN-LOAI"


class UploadArchiveError(BadInputError):
    """The ``file`` is an archive (``found``)."""

    code = "TAI-LEN-NEN"


class UploadEmptyError(BadInputError):
    """The ``file`` has no bytes."""

    code = "TAI-LEN-RONG"


class UploadKnownError(BadInputError):
    """The tour has that ``file`` already, as ``name`` since ``since``, sent by ``owner``."""

    code = "TAI-LEN-TRUNG"


class UploadsCrowdedError(UnavailableError):
    """So many uploads are under way that there was no turn for this one."""

    code = "TAI-LEN-DONG"


class UploadQuestionError(BadInputError):
    """The question which files are known cannot be understood (``reason``)."""

    code = "TAI-LEN-CAU-HOI"


class UploadSlowError(UnavailableError):
    """The client sends nothing, or too little, for ``seconds``."""

    code = "TAI-LEN-CHAM"


class UploadNotKeptError(UnavailableError):
    """Disk, store or database do not take what comes; the log says which, and why."""

    code = "TAI-LEN-KHONG-GHI"


class UploadHeaderError(BadInputError):
    """A ``header`` of the upload protocol is missing or cannot be understood."""

    code = "TAI-LEN-TIEU-DE"


class UploadVersionError(BadInputError):
    """The client speaks another version of the upload protocol."""

    code = "TAI-LEN-PHIEN-BAN"

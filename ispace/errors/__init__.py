"""Everything iSpace refuses, one class per situation.

The tree (leaves are below; the sentence shown stands in ``ispace/texts/<language>.toml`` under ``[errors]`` by code):

    IspaceError
    ├── BadInputError       what was handed in cannot be used            exit 3
    ├── NotAllowedError     the caller may not do that                   exit 4
    ├── NotFoundError       what was named is not there                  exit 5
    ├── ConflictError       somebody else was first                      exit 6
    └── UnavailableError    something outside iSpace does not answer     exit 7

A code is stable: people read it out over the telephone and programs compare it.
"""

from __future__ import annotations

from ispace.errors.base import (
    BadInputError as BadInputError,
)
from ispace.errors.base import (
    ConflictError as ConflictError,
)
from ispace.errors.base import (
    IspaceError as IspaceError,
)
from ispace.errors.base import (
    NotAllowedError as NotAllowedError,
)
from ispace.errors.base import (
    NotFoundError as NotFoundError,
)
from ispace.errors.base import (
    UnavailableError as UnavailableError,
)
from ispace.errors.stitching import (
    StitchDiedError as StitchDiedError,
)
from ispace.errors.stitching import (
    StitchFailedError as StitchFailedError,
)
from ispace.errors.stitching import (
    StitchFileUnknownError as StitchFileUnknownError,
)
from ispace.errors.stitching import (
    StitchFocalError as StitchFocalError,
)
from ispace.errors.stitching import (
    StitchGroupUnknownError as StitchGroupUnknownError,
)
from ispace.errors.stitching import (
    StitchMemoryError as StitchMemoryError,
)
from ispace.errors.stitching import (
    StitchNoOverlapError as StitchNoOverlapError,
)
from ispace.errors.stitching import (
    StitchNoPhotosError as StitchNoPhotosError,
)
from ispace.errors.stitching import (
    StitchOnePhotoError as StitchOnePhotoError,
)
from ispace.errors.stitching import (
    StitchOptionError as StitchOptionError,
)
from ispace.errors.stitching import (
    StitchOverPhotoError as StitchOverPhotoError,
)
from ispace.errors.stitching import (
    StitchPlanError as StitchPlanError,
)
from ispace.errors.stitching import (
    StitchSameNameError as StitchSameNameError,
)
from ispace.errors.stitching import (
    StitchTimeError as StitchTimeError,
)
from ispace.errors.stitching import (
    StitchTooFewError as StitchTooFewError,
)
from ispace.errors.stitching import (
    StitchTooManyError as StitchTooManyError,
)
from ispace.errors.stitching import (
    StitchUnsureError as StitchUnsureError,
)
from ispace.errors.stitching import (
    stitch_error as stitch_error,
)
from ispace.errors.storage import (
    KeyInvalidError as KeyInvalidError,
)
from ispace.errors.storage import (
    ObjectChangedError as ObjectChangedError,
)
from ispace.errors.storage import (
    ObjectDamagedError as ObjectDamagedError,
)
from ispace.errors.storage import (
    ObjectExistsError as ObjectExistsError,
)
from ispace.errors.storage import (
    ObjectMissingError as ObjectMissingError,
)
from ispace.errors.storage import (
    ServeNotFolderError as ServeNotFolderError,
)
from ispace.errors.storage import (
    StoreBusyError as StoreBusyError,
)
from ispace.errors.storage import (
    StoreClockError as StoreClockError,
)
from ispace.errors.storage import (
    StoreCredentialsError as StoreCredentialsError,
)
from ispace.errors.storage import (
    StoreFailedError as StoreFailedError,
)
from ispace.errors.storage import (
    StoreFullError as StoreFullError,
)
from ispace.errors.storage import (
    StoreMissingError as StoreMissingError,
)
from ispace.errors.storage import (
    StoreReadOnlyError as StoreReadOnlyError,
)
from ispace.errors.storage import (
    StoresNestedError as StoresNestedError,
)
from ispace.errors.storage import (
    StoresSameError as StoresSameError,
)
from ispace.errors.storage import (
    StoreTlsError as StoreTlsError,
)
from ispace.errors.storage import (
    StoreUnreachableError as StoreUnreachableError,
)
from ispace.errors.storage import (
    StoreUrlError as StoreUrlError,
)
from ispace.errors.storage import (
    StoreUrlSecretError as StoreUrlSecretError,
)

# Documents


class DocumentInvalidError(BadInputError):
    """A tour document breaks the format; ``problems`` holds every place at once."""

    code = "TOUR-SAI"

    def __init__(self, *, problems: list[object], **params: object) -> None:
        super().__init__(count=len(problems), **params)
        self.problems = problems


class DocumentUnreadableError(BadInputError):
    """A tour document is not JSON."""

    code = "TOUR-JSON"


class DocumentTooLargeError(BadInputError):
    """A tour document is larger (``megabytes``) than any tour (``max_megabytes``)."""

    code = "TOUR-LON"


class DocumentVersionError(BadInputError):
    """A tour document was written by a newer iSpace."""

    code = "TOUR-PHIEN-BAN"


class FolderEmptyError(BadInputError):
    """A folder holds neither a tour.json nor a picture."""

    code = "THU-MUC-TRONG"


class SourceMissingError(NotFoundError):
    """A folder or file named on the command line does not exist."""

    code = "KHONG-THAY-TEP"


class FileUnreadableError(BadInputError):
    """A file of a tour exists and cannot be read (``reason``)."""

    code = "TEP-KHONG-DOC"


class FileUnwritableError(UnavailableError):
    """A file or folder of the caller's cannot be written (``reason``)."""

    code = "TEP-KHONG-GHI"


class FileNameError(BadInputError):
    """A picture's name has characters that a tour document cannot hold."""

    code = "TEP-TEN"


class MediaUnusableError(BadInputError):
    """A picture, sound or film that a tour shows cannot be published as it is."""

    code = "TEP-MEDIA"


class TourBlockedError(BadInputError):
    """The publish gate found problems that must be mended first."""

    code = "TOUR-CHUA-DAT"

    def __init__(self, *, problems: list[object], **params: object) -> None:
        count = sum(getattr(problem, "severity", "error") == "error" for problem in problems)
        super().__init__(count=count, **params)
        self.problems = problems


# Publishing


class PublishRaceError(ConflictError):
    """Another publish of the same tour finished in between."""

    code = "XUAT-BAN-DONG-THOI"


class TourUnknownError(NotFoundError):
    """No tour with that name was ever published here."""

    code = "TOUR-KHONG-CO"


class ReleaseUnknownError(NotFoundError):
    """A tour has no such release."""

    code = "BAN-KHONG-CO"


class ReleaseIncompleteError(ConflictError):
    """A release lacks objects and so cannot be shown again."""

    code = "BAN-THIEU"


class ReleaseOnlyOneError(ConflictError):
    """There is no earlier release to go back to."""

    code = "BAN-DUY-NHAT"


# Serving and the installation


class UnexpectedError(IspaceError):
    """A mistake of ours; the ``file`` holds what a developer needs."""

    code = "LOI-LA"


class UsageError(IspaceError):
    """The command line was not understood (``reason``)."""

    code = "CU-PHAP"
    exit_code = 2


class PortForbiddenError(NotAllowedError):
    """The system does not let this user listen on the port."""

    code = "CONG-QUYEN"


class PortTakenError(UnavailableError):
    """Another program listens on the port."""

    code = "CONG-BAN"


class AssetsMissingError(UnavailableError):
    """The front end was not built into this installation."""

    code = "THIEU-GIAO-DIEN"


class SettingInvalidError(BadInputError):
    """A setting in the environment has a value that cannot be used."""

    code = "CAI-DAT"


# Pictures


class PictureError(BadInputError):
    """A picture cannot be used; every class below names the ``file``."""

    code = "ANH"


class PictureEmptyError(PictureError):
    """The file has no bytes."""

    code = "ANH-RONG"


class PictureUnknownFormatError(PictureError):
    """The file is in a format (``found``) that iSpace does not read."""

    code = "ANH-DINH-DANG"


class PictureNoPictureError(PictureError):
    """The file is nothing that is known, least of all a picture."""

    code = "ANH-KHONG-PHAI"


class PictureAnimatedError(PictureError):
    """The file is a moving picture."""

    code = "ANH-DONG"


class PictureUnreadableError(PictureError):
    """The file is damaged in a way that no decoder gets past; ``detail`` is for the log."""

    code = "ANH-HONG"


class PictureTruncatedError(PictureError):
    """The file ends early: only the first ``percent`` of the picture are there."""

    code = "ANH-CUT"


class PictureTooLargeError(PictureError):
    """The picture has more pixels (``megapixels``) than allowed (``max_megapixels``)."""

    code = "ANH-LON"


class PictureSphereTooLargeError(PictureError):
    """The full sphere that a partial panorama claims to be part of (``size``) is larger than ``max_megapixels``."""

    code = "ANH-CAU-LON"


class PictureTooHeavyError(PictureError):
    """The file has more bytes (``megabytes``) than allowed (``max_megabytes``)."""

    code = "ANH-NANG"


class PictureTooSmallError(PictureError):
    """The picture (``size``) is too small for a panorama, which needs ``min_width_px``."""

    code = "ANH-NHO"


class PictureNotPanoramaError(PictureError):
    """The picture (``size``) is not twice as wide as high, and nothing says which part of the sphere it shows."""

    code = "ANH-TY-LE"


class PictureCoverageError(PictureError):
    """The angles that the tour states for a picture cannot be (``field``, ``value``)."""

    code = "ANH-GOC-PHU"


class PictureTooMuchMemoryError(PictureError):
    """The picture needs more memory than the picture process may take (``max_mb``)."""

    code = "ANH-BO-NHO"


class PictureTooSlowError(PictureError):
    """The picture was not done after ``seconds``."""

    code = "ANH-LAU"


class PictureProcessDiedError(PictureError):
    """The picture process ended in the middle of this picture."""

    code = "ANH-CHET"

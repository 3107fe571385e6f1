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

from ispace.errors.accounts import (
    CodeWrongError as CodeWrongError,
    EmailInvalidError as EmailInvalidError,
    EmailTakenError as EmailTakenError,
    LastAdminError as LastAdminError,
    LinkExpiredError as LinkExpiredError,
    LinkInvalidError as LinkInvalidError,
    LinkUsedError as LinkUsedError,
    NameInvalidError as NameInvalidError,
    PasswordLongError as PasswordLongError,
    PasswordShortError as PasswordShortError,
    PasswordWeakError as PasswordWeakError,
    PasswordWrongError as PasswordWrongError,
    PersonUnknownError as PersonUnknownError,
    ProviderError as ProviderError,
    ProviderRefusedError as ProviderRefusedError,
    ProviderUnverifiedError as ProviderUnverifiedError,
    RightMissingError as RightMissingError,
    RoleUnknownError as RoleUnknownError,
    ScopeUnknownError as ScopeUnknownError,
    SecretKeyChangedError as SecretKeyChangedError,
    SessionUnknownError as SessionUnknownError,
    SignInNeededError as SignInNeededError,
    SignInPausedError as SignInPausedError,
    SignInRefusedError as SignInRefusedError,
    TokenUnknownError as TokenUnknownError,
)
from ispace.errors.base import (
    BadInputError as BadInputError,
    ConflictError as ConflictError,
    IspaceError as IspaceError,
    NotAllowedError as NotAllowedError,
    NotFoundError as NotFoundError,
    UnavailableError as UnavailableError,
)
from ispace.errors.database import (
    ChecksFailedError as ChecksFailedError,
    DatabaseBehindError as DatabaseBehindError,
    DatabaseFullError as DatabaseFullError,
    DatabaseNewerError as DatabaseNewerError,
    DatabaseReadOnlyError as DatabaseReadOnlyError,
    DatabaseUnavailableError as DatabaseUnavailableError,
    DatabaseUrlError as DatabaseUrlError,
    JournalBrokenError as JournalBrokenError,
    TransactionLostError as TransactionLostError,
)
from ispace.errors.documents import (
    ChangeForbiddenError as ChangeForbiddenError,
    TourChangedError as TourChangedError,
    TourDocumentError as TourDocumentError,
    TourIdTakenError as TourIdTakenError,
    TourNotHereError as TourNotHereError,
    TourTitleError as TourTitleError,
)
from ispace.errors.jobs import (
    JobEndedError as JobEndedError,
    JobKindUnknownError as JobKindUnknownError,
    JobNotEndedError as JobNotEndedError,
    JobPoisonError as JobPoisonError,
    JobUnknownError as JobUnknownError,
    StageBugError as StageBugError,
    StageDiedError as StageDiedError,
    StageUnknownError as StageUnknownError,
)
from ispace.errors.libraries import (
    EntryChangedError as EntryChangedError,
    EntryInvalidError as EntryInvalidError,
    EntryUnknownError as EntryUnknownError,
)
from ispace.errors.materials import (
    GroupArrivingError as GroupArrivingError,
    GroupBusyError as GroupBusyError,
    GroupUnknownError as GroupUnknownError,
    GroupUnsuitableError as GroupUnsuitableError,
)
from ispace.errors.pictures import (
    PictureAnimatedError as PictureAnimatedError,
    PictureCoverageError as PictureCoverageError,
    PictureEmptyError as PictureEmptyError,
    PictureError as PictureError,
    PictureNoPictureError as PictureNoPictureError,
    PictureNotPanoramaError as PictureNotPanoramaError,
    PictureProcessDiedError as PictureProcessDiedError,
    PictureSphereTooLargeError as PictureSphereTooLargeError,
    PictureTooHeavyError as PictureTooHeavyError,
    PictureTooLargeError as PictureTooLargeError,
    PictureTooMuchMemoryError as PictureTooMuchMemoryError,
    PictureTooSlowError as PictureTooSlowError,
    PictureTooSmallError as PictureTooSmallError,
    PictureTruncatedError as PictureTruncatedError,
    PictureUnknownFormatError as PictureUnknownFormatError,
    PictureUnreadableError as PictureUnreadableError,
)
from ispace.errors.requests import (
    RequestError as RequestError,
    RequestInvalidError as RequestInvalidError,
    RequestSlowError as RequestSlowError,
    RequestTooLargeError as RequestTooLargeError,
    RequestTypeError as RequestTypeError,
    RequestUnreadableError as RequestUnreadableError,
)
from ispace.errors.sheets import (
    SheetColumnsError as SheetColumnsError,
    SheetTooLargeError as SheetTooLargeError,
    SheetUnreadableError as SheetUnreadableError,
)
from ispace.errors.stitching import (
    PhotoSetError as PhotoSetError,
    StitchDiedError as StitchDiedError,
    StitchFailedError as StitchFailedError,
    StitchFileUnknownError as StitchFileUnknownError,
    StitchFocalError as StitchFocalError,
    StitchGroupUnknownError as StitchGroupUnknownError,
    StitchMemoryError as StitchMemoryError,
    StitchNoOverlapError as StitchNoOverlapError,
    StitchNoPhotosError as StitchNoPhotosError,
    StitchOnePhotoError as StitchOnePhotoError,
    StitchOptionError as StitchOptionError,
    StitchOverPhotoError as StitchOverPhotoError,
    StitchPlanError as StitchPlanError,
    StitchRepeatsError as StitchRepeatsError,
    StitchSameNameError as StitchSameNameError,
    StitchTimeError as StitchTimeError,
    StitchTooFewError as StitchTooFewError,
    StitchTooManyError as StitchTooManyError,
    StitchUnsureError as StitchUnsureError,
    stitch_error as stitch_error,
)
from ispace.errors.storage import (
    KeyInvalidError as KeyInvalidError,
    ObjectChangedError as ObjectChangedError,
    ObjectDamagedError as ObjectDamagedError,
    ObjectExistsError as ObjectExistsError,
    ObjectMissingError as ObjectMissingError,
    ServeNotFolderError as ServeNotFolderError,
    StoreBusyError as StoreBusyError,
    StoreClockError as StoreClockError,
    StoreCredentialsError as StoreCredentialsError,
    StoreFailedError as StoreFailedError,
    StoreFullError as StoreFullError,
    StoreMissingError as StoreMissingError,
    StoreReadOnlyError as StoreReadOnlyError,
    StoresNestedError as StoresNestedError,
    StoresSameError as StoresSameError,
    StoreTlsError as StoreTlsError,
    StoreUnreachableError as StoreUnreachableError,
    StoreUrlError as StoreUrlError,
    StoreUrlSecretError as StoreUrlSecretError,
)
from ispace.errors.tour_files import (
    DrawingUnreadableError as DrawingUnreadableError,
    TourFileUnknownError as TourFileUnknownError,
)
from ispace.errors.uploads import (
    UploadArchiveError as UploadArchiveError,
    UploadBusyError as UploadBusyError,
    UploadChecksumError as UploadChecksumError,
    UploadDoneError as UploadDoneError,
    UploadEmptyError as UploadEmptyError,
    UploadExpiredError as UploadExpiredError,
    UploadForbiddenError as UploadForbiddenError,
    UploadHeaderError as UploadHeaderError,
    UploadKindError as UploadKindError,
    UploadKnownError as UploadKnownError,
    UploadNotKeptError as UploadNotKeptError,
    UploadOffsetError as UploadOffsetError,
    UploadQuestionError as UploadQuestionError,
    UploadQuotaError as UploadQuotaError,
    UploadsCrowdedError as UploadsCrowdedError,
    UploadSlowError as UploadSlowError,
    UploadsTooManyError as UploadsTooManyError,
    UploadTooLargeError as UploadTooLargeError,
    UploadTooLongError as UploadTooLongError,
    UploadUnknownError as UploadUnknownError,
    UploadVersionError as UploadVersionError,
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

"""What can be wrong with jobs."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, IspaceError, NotFoundError, UnavailableError


class JobUnknownError(NotFoundError):
    """There is no job with that id (``job``)."""

    code = "VIEC-KHONG-CO"


class JobKindUnknownError(BadInputError):
    """There is no kind of job of that name (``kind``)."""

    code = "VIEC-LOAI"


class JobEndedError(ConflictError):
    """A job (``job``) has ended and cannot be cancelled."""

    code = "VIEC-DA-XONG"


class JobNotEndedError(ConflictError):
    """A job (``job``) waits or runs, or is done, and so cannot be tried again."""

    code = "VIEC-CHUA-HONG"


class StageUnknownError(ConflictError):
    """The code of a stage (``function``) is not in this iSpace."""

    code = "VIEC-MA"


class StageDiedError(UnavailableError):
    """The process of a stage (``stage``) ended by itself or by the system (``reason``)."""

    code = "VIEC-CHET"


class StageBugError(IspaceError):
    """A mistake of ours in a stage (``stage``): ``reason``; the worker's log has the rest."""

    code = "VIEC-LOI"


class JobPoisonError(ConflictError):
    """A stage (``stage``) was begun ``attempts`` times and never ended; ``reason`` is what came of the last one."""

    code = "VIEC-DE-RIENG"

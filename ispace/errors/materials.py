"""What can be wrong with the groups of what a tour was sent."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, NotFoundError


class GroupUnknownError(NotFoundError):
    """There is no ``group`` of that name any more: others were found, or somebody changed it."""

    code = "NHOM-LA"


class GroupBusyError(ConflictError):
    """Work on ``group`` is under way."""

    code = "NHOM-BAN"


class GroupArrivingError(ConflictError):
    """``count`` pictures from where those of ``group`` came from are still to come."""

    code = "NHOM-DANG-TOI"


class GroupUnsuitableError(BadInputError):
    """Nothing can be made of these ``count`` files in that way."""

    code = "NHOM-KHONG-HOP"

"""What can be wrong with the files that a tour's document names."""

from __future__ import annotations

from ispace.errors.base import BadInputError, NotFoundError


class TourFileUnknownError(NotFoundError):
    """The tour has no ``file`` of that name."""

    code = "TEP-TOUR-LA"


class DrawingUnreadableError(BadInputError):
    """The drawing ``file`` (PDF) is damaged, locked by a password, or empty."""

    code = "BAN-VE-HONG"

"""What can be wrong with a tour in the studio."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, NotFoundError


class TourNotHereError(NotFoundError):
    """There is no ``tour`` of that name, or this person may not know of it."""

    code = "TOUR-KHONG-THAY"


class TourTitleError(BadInputError):
    """A title is empty or longer than ``max`` characters."""

    code = "TOUR-TEN"


class TourIdTakenError(ConflictError):
    """Another tour is called ``tour``, or no tour may."""

    code = "TOUR-TRUNG"


class TourChangedError(ConflictError):
    """Somebody saved ``tour`` in between: it is no longer at ``revision`` but at ``now``."""

    code = "TOUR-DA-DOI"


class TourDocumentError(BadInputError):
    """What is to be saved is no document of ``tour``: ``reason``."""

    code = "TOUR-KHONG-LUU"


class ChangeForbiddenError(BadInputError):
    """A change is to ``field`` of ``tour``, by which other things refer to it."""

    code = "TOUR-KHONG-SUA"

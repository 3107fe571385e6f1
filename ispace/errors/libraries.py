"""What can be wrong with an entry of a library."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, NotFoundError


class EntryUnknownError(NotFoundError):
    """There is no ``entry`` of that id."""

    code = "MUC-LA"


class EntryInvalidError(BadInputError):
    """``entry`` is not what its library holds: ``reason``."""

    code = "MUC-SAI"


class EntryChangedError(ConflictError):
    """Somebody saved ``entry`` in between."""

    code = "MUC-DA-DOI"

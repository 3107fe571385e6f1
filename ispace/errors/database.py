"""What can be wrong with the database of the studio."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, UnavailableError


class DatabaseUrlError(BadInputError):
    """``ISPACE_DATABASE`` is of a kind that iSpace does not know (``scheme``)."""

    code = "CSDL-DIA-CHI"


class DatabaseUnavailableError(UnavailableError):
    """The database (``database``) does not answer: ``reason``."""

    code = "CSDL-LOI"


class TransactionLostError(DatabaseUnavailableError):
    """The database took a transaction back for the sake of another one; the same again is likely to go through."""

    code = "CSDL-TRANH"


class DatabaseFullError(DatabaseUnavailableError):
    """The disk of the database (``database``) has no room left: what was being written is not kept."""

    code = "CSDL-DAY"


class DatabaseReadOnlyError(DatabaseUnavailableError):
    """The database (``database``) can be read and not written: ``reason``."""

    code = "CSDL-CHI-DOC"


class DatabaseNewerError(ConflictError):
    """The database (``database``) was written by a newer iSpace: its revision (``revision``) is unknown here."""

    code = "CSDL-MOI-HON"


class DatabaseBehindError(ConflictError):
    """The database (``database``) has to be upgraded first: it is at ``revision``."""

    code = "CSDL-CU"


class JournalBrokenError(ConflictError):
    """The audit log in ``database`` is not what was written, from ``row`` on."""

    code = "NHAT-KY-SAI"


class ChecksFailedError(UnavailableError):
    """The checks of the installation did not run through: ``reason``."""

    code = "KIEM-TRA-LOI"

"""What can be wrong with a table of texts."""

from __future__ import annotations

from ispace.errors.base import BadInputError


class SheetUnreadableError(BadInputError):
    """It is neither CSV in UTF-8 nor XLSX: ``reason``."""

    code = "BANG-KHONG-DOC"


class SheetTooLargeError(BadInputError):
    """It has more than ``max_bytes`` bytes or ``max_rows`` rows."""

    code = "BANG-QUA-LON"


class SheetColumnsError(BadInputError):
    """Its first line lacks some of ``columns``."""

    code = "BANG-THIEU-COT"

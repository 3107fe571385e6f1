"""Tables as files: CSV as spreadsheets open it, and XLSX; read with limits, for whoever sends one is not trusted."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException

from ispace.errors import SheetTooLargeError, SheetUnreadableError

Table = list[list[str]]

MAX_BYTES = 8 << 20
MAX_ROWS = 60_000
_MAX_COLUMNS = 24
_MAX_UNPACKED_BYTES = 32 << 20
_ACTS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets take for a formula."""
_MAX_TAGS, _MAX_TAGS_BESIDE = 1_200_000, 60_000
"""In all, and beside cells and their texts: kilobytes unpack to millions, and each takes microseconds of all."""
_WIDTHS = (28, 20, 20, 20)
_TEXT_WIDTH = 60


def to_csv(table: Iterable[Sequence[str]]) -> bytes:
    """Return a table as CSV that Excel opens with its accents; what would be a formula is text."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in table)
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(table: Iterable[Sequence[str]]) -> bytes:
    """Return a table as XLSX: every cell is text, the head stays in sight."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("iSpace")
    sheet.freeze_panes = "A2"
    for number in range(_MAX_COLUMNS):
        width = _WIDTHS[number] if number < len(_WIDTHS) else _TEXT_WIDTH
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    head, body = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    head.font = Font(bold=True)
    head.alignment = body.alignment = Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(table):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
            cell.data_type = "s"  # or a text that begins with = would be a formula
            cell._style = (body if number else head)._style  # to look each up anew takes ten times as long
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> Table:
    """Return the table of a CSV or XLSX file: its first sheet, as wide as its first line, every cell as text.

    Raises:
        SheetTooLargeError: it has more bytes, rows or columns than a tour can.
        SheetUnreadableError: it is neither.
    """
    if len(content) > MAX_BYTES:
        raise SheetTooLargeError(max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
    table = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    if len(table) > MAX_ROWS:
        raise SheetTooLargeError(max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
    told = [row for row in table if any(row)]
    width = max((n for n, cell in enumerate(told[0], start=1) if cell), default=0) if told else 0
    return [(row + [""] * width)[:width] for row in told]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_ACTS, "'")) else cell


def _meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_ACTS, "'")) else cell


def _csv(content: bytes) -> Table:
    try:
        text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetUnreadableError(reason="UTF-8") from error
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        return [[_meant(cell) for cell in row[:_MAX_COLUMNS]] for row in itertools.islice(found, MAX_ROWS + 1)]
    except csv.Error as error:
        raise SheetUnreadableError(reason=str(error)[:100]) from error


def _is_crowded(packed: zipfile.ZipFile) -> bool:
    """Say whether there is more to read than a table of texts has, whatever its bytes are."""
    tags = beside = 0
    for name in packed.namelist():
        count = packed.read(name).count(b"<")
        tags += count
        if not name.startswith("xl/worksheets/") and not name.endswith("sharedStrings.xml"):
            beside += count
        if tags > _MAX_TAGS or beside > _MAX_TAGS_BESIDE:
            return True
    return False


def _xlsx(content: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MAX_UNPACKED_BYTES or _is_crowded(packed):
                raise SheetTooLargeError(max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its size is not believed
        cells = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=_MAX_COLUMNS, values_only=True)
        return [["" if cell is None else _meant(str(cell)) for cell in row] for row in cells]
    except (
        zipfile.BadZipFile, InvalidFileException, DefusedXmlException, ParseError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, OSError, NotImplementedError, EOFError, RuntimeError,
    ) as error:  # fmt: skip
        raise SheetUnreadableError(reason=type(error).__name__) from error

"""Drawings (PDF) → a picture of each page, as floor plans are shown."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pypdfium2

from ispace.errors import DrawingUnreadableError

LONGEST_PX = 3200
"""The longer side of a page: enough to read the names of rooms on an A1 sheet."""
MOST_PAGES = 20
"""A building has fewer storeys; what lies behind is left out."""


def render(path: Path, out: Path, name: str) -> list[str]:
    """Write the pages of the drawing at ``path`` into the folder ``out`` as PNG; return the names of those files.

    Raises:
        DrawingUnreadableError: it is damaged, locked by a password, or has no page.
    """
    try:
        with contextlib.closing(pypdfium2.PdfDocument(path)) as drawing:
            return [_page(drawing, number, out) for number in _pages(drawing, name)]
    except pypdfium2.PdfiumError as error:
        raise DrawingUnreadableError(file=name) from error


def _pages(drawing: pypdfium2.PdfDocument, name: str) -> range:
    if len(drawing) == 0:
        raise DrawingUnreadableError(file=name)
    return range(min(len(drawing), MOST_PAGES))


def _page(drawing: pypdfium2.PdfDocument, number: int, out: Path) -> str:
    page = drawing[number]
    width_pt, height_pt = page.get_size()
    bitmap = page.render(scale=LONGEST_PX / max(width_pt, height_pt, 1.0))
    file = f"{number + 1}.png"
    bitmap.to_pil().convert("RGB").save(out / file)
    return file

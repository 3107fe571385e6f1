"""The emblem of the house, as static/site/favicon.svg draws it, as the icons of an installed page."""

from __future__ import annotations

import functools
import io

from PIL import Image, ImageDraw

SIZES_PX = (192, 512)
PURPOSES = ("any", "maskable")
"""``any``: a disc on nothing; ``maskable``: filled to its edges, so that a telephone may cut its own shape from it."""

_SHARPER = 4
_UNITS = 32
_LINE = "#fbf8f1"
_POINT = "#e3b04b"


@functools.lru_cache(maxsize=16)
def draw(ground: str, size_px: int, purpose: str) -> bytes:
    """Return the emblem on ``ground`` (``#rrggbb``) as a square PNG; the same bytes for the same arguments.

    The lines stay within the middle 80 %, which no shape of a telephone cuts.
    """
    side = size_px * _SHARPER
    unit = side / _UNITS
    picture = Image.new("RGBA", (side, side), ground if purpose == "maskable" else "#00000000")
    pen = ImageDraw.Draw(picture)

    def oval(across: float, down: float, **look: str | int) -> None:
        middle = side / 2
        pen.ellipse(
            (middle - across * unit, middle - down * unit, middle + across * unit, middle + down * unit),
            **look,  # type: ignore[arg-type]
        )

    if purpose == "any":
        oval(16, 16, fill=ground)
    width = round(2 * unit)
    # The pen draws inside of an outline, a line of a drawing lies on both sides of it.
    oval(10.5, 10.5, outline=_LINE, width=width)
    oval(5.4, 10.5, outline=_LINE, width=width)
    pen.line((6.5 * unit, side / 2, 25.5 * unit, side / 2), fill=_LINE, width=width)
    oval(2.6, 2.6, fill=_POINT)
    file = io.BytesIO()
    picture.resize((size_px, size_px), Image.Resampling.BOX).save(file, "PNG", optimize=True)
    return file.getvalue()

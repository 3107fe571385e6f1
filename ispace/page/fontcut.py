"""Cutting fonts: some files of one typeface and a set of letters → one WOFF2 file with these letters.

The same files, letters and libraries make the same bytes, so that the result can be named by its content.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Collection, Iterable
from typing import Any

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTFont

_KEPT_NAMES = [0, 1, 2, 13, 14]
"""Copyright, family and licence: what the licence (OFL) wants to stay with every copy."""

_PER_GLYPH = ("HVAR", "VVAR", "VORG", "vhea", "vmtx", "BASE", "STAT")
"""Tables that are not joined: text is never set upright here, and gvar knows how advances vary."""


def cut(files: Iterable[bytes], letters: Collection[int], *, shaping: bool) -> bytes:
    """Return those of ``letters`` (code points) that ``files`` have, as WOFF2; ``b""`` where they have none.

    ``shaping`` keeps the rules by which letters of one file join and stack; several files are joined without any.
    """
    fonts = [font for font in (_subset(data, letters, shaping) for data in files) if font.getBestCmap()]
    if not fonts:
        return b""
    whole = _joined(fonts) if len(fonts) > 1 else fonts[0]
    whole.flavor = "woff2"
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def letters_of(font: bytes) -> set[int]:
    """Return the code points that a font file can show."""
    return set(TTFont(io.BytesIO(font), lazy=True).getBestCmap())


def _subset(data: bytes, letters: Collection[int], shaping: bool) -> TTFont:
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    options = subset.Options(
        layout_features=["*"] if shaping else [],
        name_IDs=_KEPT_NAMES,
        notdef_outline=True,
        hinting=False,
        glyph_names=False,
    )
    if not shaping:
        options.drop_tables = [*options.drop_tables, *_PER_GLYPH, "GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    return font


def _joined(fonts: list[TTFont]) -> TTFont:
    """Return one font with the letters of all, which are cuts of the same typeface without shaping."""
    whole: Any = fonts[0]
    order: list[str] = list(whole.getGlyphOrder())
    cmap: dict[int, str] = dict(whole.getBestCmap())
    glyphs, metrics, variations = whole["glyf"].glyphs, whole["hmtx"].metrics, whole["gvar"].variations
    for number, font in enumerate(fonts[1:], start=1):
        part: Any = font
        # Glyphs without a letter are called by their number in each file.
        names = {name: f"{name}.{number}" for name in part.getGlyphOrder() if name != ".notdef"}
        for old, new in names.items():
            glyph = copy.deepcopy(part["glyf"][old])
            if glyph.isComposite():
                for component in glyph.components:
                    component.glyphName = names[component.glyphName]
            glyphs[new] = glyph
            metrics[new] = part["hmtx"].metrics[old]
            variations[new] = part["gvar"].variations.get(old, [])
        order += names.values()
        cmap |= {letter: names[name] for letter, name in part.getBestCmap().items() if letter not in cmap}
    whole.setGlyphOrder(order)
    whole["glyf"].glyphOrder = order
    FontBuilder(font=whole).setupCharacterMap(dict(sorted(cmap.items())))
    return fonts[0]

"""The operator's guide says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ispace import keys, language
from ispace.imaging.pyramid import tile_layout
from ispace.model.tileset import Preview, TileSet
from ispace.page.frame import CONTENT_SECURITY_POLICY
from ispace.settings import Settings

GUIDE = (Path(__file__).parents[2] / "docs" / "operate-storage.md").read_text("utf-8")


def test_the_server_block_has_the_policy_of_pages() -> None:
    assert f'~^text/html "{CONTENT_SECURITY_POLICY}";' in GUIDE


def test_every_code_of_the_guide_exists() -> None:
    found = set(re.findall(r"\b(?:KHO|CONG)-[A-Z]+(?:-[A-Z]+)*\b", GUIDE))
    assert {"KHO-KHOA", "KHO-GIO", "KHO-BUCKET", "KHO-MANG", "KHO-BAN", "KHO-TLS", "KHO-SAI-MA"} <= found
    assert found <= set(language.texts(language.DEFAULT)["errors"])


def test_every_setting_of_the_guide_exists() -> None:
    found = set(re.findall(r"\bISPACE_([A-Z0-9_]*[A-Z0-9])\b", GUIDE)) - {"S3"}
    assert found <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("width", [5760, 8192, 11000, 16384])
def test_the_table_of_costs_is_what_the_code_cuts(width: int) -> None:
    layout = tile_layout(width)
    sizes = list(layout.level_sizes_px)
    preview = Preview(file="preview.jpg", size_px=1, inline="")
    count = len(TileSet(tile_size_px=layout.tile_size_px, level_sizes_px=sizes, preview=preview).files())
    lists = len({keys.tile("x", "tileset.json"), keys.tile("x", "files.json")})
    row = f"| {width} | {sizes[-1]} | {layout.tile_size_px} | {len(sizes)} | {count + lists} |"
    assert row in GUIDE
    pixels = 6 * sum(size * size for size in sizes)
    said = re.search(re.escape(row) + r" ([0-9.]+) to ([0-9.]+) MB", GUIDE)
    assert said is not None
    assert float(said[1]) == pytest.approx(pixels * 0.09 / 1e6, rel=0.1)
    assert float(said[2]) == pytest.approx(pixels * 0.145 / 1e6, rel=0.1)

"""The pictures of a first view: posters that the viewer's canvas replaces without a jump, thumbnail, share picture."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from ispace.imaging import view as views
from ispace.model.tileset import TileSet

LONGEST_PX = 1366
"""The longer side of the largest picture made here."""

_POSTERS = {"portrait": (585, 1266), "landscape": (1366, 768)}
_POSTER_BYTES = 40_000
"""Above this a poster takes more time from script and tiles on a slow line than its sharpness is worth."""


def make(tiles: Path, out: Path, *, yaw_deg: float, pitch_deg: float, hfov_deg: float) -> None:
    """Write posters, thumbnail and share picture of a view into the folder ``out``, ``views.json`` last.

    ``tiles`` holds a tile set; ``hfov_deg`` spans the longer side of each picture.
    """
    tile_set = TileSet.model_validate_json((tiles / "tileset.json").read_bytes())
    faces = views.CubeFaces(lambda name: (tiles / name).read_bytes(), tile_set)
    said = {}
    for name, (width_px, height_px) in _POSTERS.items():
        pixels = views.rectilinear(
            faces, yaw_deg=yaw_deg, pitch_deg=pitch_deg, hfov_deg=hfov_deg, width_px=width_px, height_px=height_px
        )
        said[name] = _write(out / f"{name}.webp", pixels, _poster)
    for name, (width_px, height_px) in {"thumbnail": (480, 300), "share": (1200, 630)}.items():
        pixels = views.small_view(
            faces, yaw_deg=yaw_deg, pitch_deg=pitch_deg, hfov_deg=hfov_deg, width_px=width_px, height_px=height_px
        )
        said[name] = _write(out / f"{name}.jpg", pixels, _jpeg)
    (out / "views.json").write_text(json.dumps(said), "utf-8")


def _write(path: Path, pixels: np.ndarray, encode: Callable[[Image.Image], bytes]) -> dict[str, object]:
    path.write_bytes(encode(Image.fromarray(pixels)))
    return {"file": path.name, "width_px": pixels.shape[1], "height_px": pixels.shape[0]}


def _poster(image: Image.Image) -> bytes:
    """Return the best WebP that stays within the poster's budget."""
    best = b""
    for quality in (72, 60, 48, 38, 30, 24, 18):
        best = _encode(image, "WEBP", quality=quality, method=4)
        if len(best) <= _POSTER_BYTES:
            break
    return best


def _jpeg(image: Image.Image) -> bytes:
    return _encode(image, "JPEG", quality=84, optimize=True, progressive=True)


def _encode(image: Image.Image, fmt: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()

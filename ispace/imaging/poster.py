"""The pictures of a first view: posters that the viewer's canvas replaces without a jump, thumbnail, share picture."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ispace.imaging.cubefaces import CubeFaces
from ispace.imaging.view import rectilinear, small_view

LONGEST_PX = 1366
"""The longer side of the largest picture made here."""

_POSTERS = {"portrait": (585, 1266), "landscape": (1366, 768)}
_POSTER_BYTES = 40_000
"""Above this a poster takes more time from script and tiles on a slow line than its sharpness is worth."""

_THUMBNAIL_BYTES = 16_000
"""A list of scenes shows many of them, each as wide as a third of a telephone."""


@dataclasses.dataclass(frozen=True)
class _Layout:
    tile_size_px: int
    level_sizes_px: Sequence[int]
    format: str


def make(tiles: Path, out: Path, *, yaw_deg: float, pitch_deg: float, hfov_deg: float) -> None:
    """Write posters, thumbnail and share picture of a view into the folder ``out``, ``views.json`` last.

    ``tiles`` holds a tile set; ``hfov_deg`` spans the longer side of each picture.
    """
    said_of_tiles = json.loads((tiles / "tileset.json").read_bytes())
    layout = _Layout(said_of_tiles["tile_size_px"], said_of_tiles["level_sizes_px"], said_of_tiles["format"])
    faces = CubeFaces(lambda name: (tiles / name).read_bytes(), layout)
    said = {}
    for name, (width_px, height_px) in _POSTERS.items():
        pixels = rectilinear(
            faces, yaw_deg=yaw_deg, pitch_deg=pitch_deg, hfov_deg=hfov_deg, width_px=width_px, height_px=height_px
        )
        said[name] = _write(out / f"{name}.webp", pixels, _poster)
    for name, width_px, height_px, encode in (("thumbnail", 480, 300, _thumbnail), ("share", 1200, 630, _jpeg)):
        pixels = small_view(
            faces, yaw_deg=yaw_deg, pitch_deg=pitch_deg, hfov_deg=hfov_deg, width_px=width_px, height_px=height_px
        )
        said[name] = _write(out / f"{name}.jpg", pixels, encode)
    (out / "views.json").write_text(json.dumps(said), "utf-8")


def _write(path: Path, pixels: NDArray[np.uint8], encode: Callable[[Image.Image], bytes]) -> dict[str, object]:
    path.write_bytes(encode(Image.fromarray(pixels)))
    return {"file": path.name, "width_px": pixels.shape[1], "height_px": pixels.shape[0]}


def _poster(image: Image.Image) -> bytes:
    return _within(_POSTER_BYTES, (72, 60, 48, 38, 30, 24, 18), lambda q: _encode(image, "WEBP", quality=q, method=4))


def _thumbnail(image: Image.Image) -> bytes:
    return _within(_THUMBNAIL_BYTES, (84, 72, 60, 50, 42, 34), lambda quality: _jpeg(image, quality))


def _within(most: int, qualities: Sequence[int], encode: Callable[[int], bytes]) -> bytes:
    """Return a picture in the first quality that stays within so many bytes, else in the last."""
    best = b""
    for quality in qualities:
        best = encode(quality)
        if len(best) <= most:
            break
    return best


def _jpeg(image: Image.Image, quality: int = 84) -> bytes:
    return _encode(image, "JPEG", quality=quality, optimize=True, progressive=True)


def _encode(image: Image.Image, fmt: str, **options: int | bool) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()

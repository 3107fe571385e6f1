"""Places to photograph: painted ones that differ with a seed, and any picture of a whole sphere.

A painted place is a room of six walls, each a picture of its own, so that its corners, posts and frames are upright in
the world and levelling can be judged by them. Nothing in it repeats, and no direction is without detail, zenith and
nadir included, unless the kind says so. One side lies in the light and the other in the dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from ispace.imaging import geometry

Kind = Literal["room", "yard", "walls", "sky"]
"""``room``: detail everywhere. ``yard``: clouds above. ``walls``: three of them almost blank. ``sky``: nothing."""

_PAD = 16
_BAND = 512


@dataclass(frozen=True)
class Scene:
    """A whole sphere (H, 2 H, 3), sRGB, that can be looked up in any direction, also across the seam and the poles."""

    rgb: np.ndarray
    name: str

    @property
    def width_px(self) -> int:
        return self.rgb.shape[1]

    @property
    def padded(self) -> np.ndarray:
        """The picture with what lies beyond its borders: the other side, and the opposite meridian over the poles."""
        if (kept := self.__dict__.get("_padded")) is None:
            kept = _padded(self.rgb)
            object.__setattr__(self, "_padded", kept)
        return kept

    def seen(self, directions: np.ndarray, interpolation: int = cv2.INTER_CUBIC) -> np.ndarray:
        """Return colours (h, w, 3) in directions (h, w, 3) of any length."""
        height, width = self.rgb.shape[:2]
        x, y, z = (np.asarray(directions[..., i], np.float32) for i in range(3))
        column = np.arctan2(x, z) * np.float32(width / 2 / np.pi) + np.float32(width / 2 - 0.5 + _PAD)
        row = np.arctan2(y, np.hypot(x, z)) * np.float32(-height / np.pi) + np.float32(height / 2 - 0.5 + _PAD)
        return cv2.remap(self.padded, column, row, interpolation, borderMode=cv2.BORDER_REPLICATE)

    def reduced(self, width_px: int) -> Scene:
        """Return it in a smaller size, by the mean over areas; itself where it is not larger."""
        if self.width_px <= width_px:
            return self
        return Scene(cv2.resize(self.rgb, (width_px, width_px // 2), interpolation=cv2.INTER_AREA), self.name)


def _padded(rgb: np.ndarray) -> np.ndarray:
    half = rgb.shape[1] // 2
    top, bottom = (np.roll(rows, half, axis=1)[::-1] for rows in (rgb[:_PAD], rgb[-_PAD:]))
    tall = np.concatenate([top, rgb, bottom])
    return np.ascontiguousarray(np.concatenate([tall[:, -_PAD:], tall, tall[:, :_PAD]], axis=1))


def of_file(path: Path, width_px: int | None = None) -> Scene:
    """Return the scene of a picture of a whole sphere, e.g. of a tour."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with Image.open(path) as picture:
            rgb = np.asarray(picture.convert("RGB"))
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    if rgb.shape[1] != 2 * rgb.shape[0]:
        raise ValueError(f"{path}: {rgb.shape[1]} × {rgb.shape[0]} is not a whole sphere")
    scene = Scene(rgb, path.stem)
    return scene if width_px is None else scene.reduced(width_px)


def painted(seed: int, width_px: int = 1024, kind: Kind = "room") -> Scene:
    """Return a painted place; the same numbers paint the same one."""
    rng = np.random.default_rng([seed, len(kind)])
    size = max(64, round(width_px / 4 * 1.6))
    blank = {"walls": "fru", "sky": geometry.FACES}.get(kind, "")
    faces = {}
    for face in geometry.FACES:
        if face in blank:
            wall = _blank(size, rng)
        elif face == "u" and kind == "yard":
            wall = _clouds(size, rng)
        else:
            wall = _wall(size, rng, upright=face not in "ud")
        faces[face] = wall
    sun = geometry.direction(rng.uniform(-180, 180), rng.uniform(10, 40)).astype(np.float32)
    rgb = np.empty((width_px // 2, width_px, 3), np.uint8)
    for top in range(0, width_px // 2, _BAND):
        rgb[top : top + _BAND] = _band(faces, sun, top, width_px, contrast=0.15 if kind == "sky" else 1.0)
    return Scene(rgb, f"{kind}{seed}")


def _band(faces: dict[str, np.ndarray], sun: np.ndarray, top: int, width_px: int, contrast: float) -> np.ndarray:
    rows = np.arange(top, min(top + _BAND, width_px // 2))
    yaw, pitch = geometry.equirect_angles(np.arange(width_px), rows[:, None], width_px, width_px // 2)
    towards = geometry.direction(yaw, pitch)
    index, u, v = geometry.face_of(towards)
    size = faces["f"].shape[0]
    x, y = (((at + 1) * size / 2 - 0.5).astype(np.float32) for at in (u, v))
    band = np.zeros((*index.shape, 3), np.uint8)
    for number, face in enumerate(geometry.FACES):
        here = index == number
        if here.any():
            found = cv2.remap(faces[face], x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            band[here] = found[here]
    # a stop between light and dark, in numbers that are not linear
    light = 0.86 + 0.26 * contrast * (towards.astype(np.float32) @ sun)
    return np.clip(band * light[..., None], 0, 255).astype(np.uint8)


def _grain(size: int, cells: int, rng: np.random.Generator) -> np.ndarray:
    coarse = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)


def _blank(size: int, rng: np.random.Generator) -> np.ndarray:
    return np.clip(np.float32([205, 212, 220]) + 4 * _grain(size, 3, rng), 0, 255).astype(np.uint8)


def _clouds(size: int, rng: np.random.Generator) -> np.ndarray:
    rgb = np.full((size, size, 3), np.float32([120, 160, 215]))
    for cells, strength in ((5, 16), (13, 14), (37, 10), (101, 7)):
        rgb += strength * _grain(size, min(cells, size), rng)[..., :1]
    return np.clip(rgb, 0, 255).astype(np.uint8)


def _wall(size: int, rng: np.random.Generator, *, upright: bool) -> np.ndarray:
    """Paint a wall, or with ``upright`` off a floor: stains, frames, discs, signs, and posts from top to bottom."""
    rgb = np.float32(rng.uniform(70, 170, 3)) + np.zeros((size, size, 3), np.float32)
    for cells, strength in ((4, 14), (11, 12), (31, 10), (89, 10), (233, 9), (577, 8)):
        if cells < size:
            rgb += strength * _grain(size, cells, rng)
    wall = np.clip(rgb, 0, 255).astype(np.uint8)

    def colour() -> tuple[int, ...]:
        return tuple(int(c) for c in rng.integers(15, 245, 3))

    def spot(reach: float) -> tuple[tuple[int, int], tuple[int, int]]:
        middle, extent = rng.uniform(0, size, 2), size * reach * rng.uniform(0.25, 1, 2)
        return tuple(int(c) for c in middle - extent), tuple(int(c) for c in middle + extent)  # type: ignore[return-value]

    for _ in range(26):
        first, last = spot(0.11)
        cv2.rectangle(wall, first, last, colour(), -1, cv2.LINE_AA)
        cv2.rectangle(wall, first, last, colour(), max(1, size // 160), cv2.LINE_AA)
    for _ in range(30):
        middle, radius = rng.integers(0, size, 2), int(size * rng.uniform(0.006, 0.035))
        cv2.circle(wall, tuple(int(c) for c in middle), max(2, radius), colour(), -1, cv2.LINE_AA)
    for _ in range(9 if upright else 5):
        at, thick = int(rng.integers(0, size)), max(1, int(size * rng.uniform(0.003, 0.014)))
        ends = ((at, 0), (at, size)) if upright else ((at, 0), (int(rng.integers(0, size)), size))
        cv2.line(wall, *ends, colour(), thick, cv2.LINE_AA)
    for _ in range(24):
        corners = rng.uniform(0, size, 2) + rng.normal(0, size * 0.03, (3, 2))
        cv2.fillPoly(wall, [corners.astype(np.int32)], colour(), cv2.LINE_AA)
    for number in range(80):
        # the first ones stand in the middle, where zenith and nadir are
        _sign(wall, rng, max(12, int(size * rng.uniform(0.03, 0.09))), reach=0.12 if number < 10 else 1.0)
    return wall


def _sign(wall: np.ndarray, rng: np.random.Generator, side: int, reach: float) -> None:
    """Paint something like writing: a block of random cells, no two alike."""
    size = wall.shape[0]
    rows, columns = int(rng.integers(3, 8)), int(rng.integers(3, 8))
    cells = rng.integers(0, 2, (rows, columns, 1)) * (rng.integers(-90, 90, 3)) + rng.integers(40, 215, 3)
    cells = np.clip(cells, 0, 255).astype(np.uint8)
    block = cv2.resize(cells, (side, max(4, side * rows // columns)), interpolation=cv2.INTER_NEAREST)
    height, width = block.shape[:2]
    if height < size and width < size:
        top, left = (int((size - n) * (0.5 + reach * rng.uniform(-0.5, 0.5))) for n in (height, width))
        wall[top : top + height, left : left + width] = block

"""Photos in memory whose places are known, for what comes after them: taken as all photos here, of a smooth sphere."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import smooth_sphere
from stitching.light import linear, srgb8
from stitching.photographs import exposed
from stitching.scene import Scene

from ispace.imaging import geometry
from ispace.imaging.info import PictureInfo
from ispace.imaging.metadata import Position
from ispace.imaging.stitch.camera import Lens, from_angles, to_plane
from ispace.imaging.stitch.photos import Photo, Placed

LENS = Lens(1 / math.tan(math.radians(75 / 2)), a=0.03, b=-0.01, cx=0.01, cy=-0.008)
WIDTH_PX, HEIGHT_PX = 300, 225
RING = [(yaw, 0) for yaw in range(-180, 180, 45)]
ALL = [*RING, *((yaw, pitch) for pitch in (47, -47) for yaw in range(-170, 190, 60)), (20, 88), (-50, -88)]
_SCENE_PX = 2048

Formula = Callable[[np.ndarray], np.ndarray]


def rgb(directions: np.ndarray) -> np.ndarray:
    """Darker than ``smooth_sphere``, so that nothing is clipped in a photo that is exposed too long."""
    return smooth_sphere.rgb(directions) * 0.72


class PlacedSet:
    """``placed``, ``photos`` and their ``pictures``, taken at ``angles`` (yaw, pitch) and nearly level.

    ``gains`` (n, 3) are in linear light, ``corner`` is the light that is lost in the corners.
    """

    def __init__(
        self,
        angles: Sequence[tuple[float, float]],
        gains: np.ndarray | None = None,
        corner: float = 0.0,
        painted: Formula = rgb,
    ) -> None:
        scene = _scene(painted)
        rays = LENS.rays(_plane())
        self.placed, self.photos, self.pictures, self.reads = [], [], [], 0
        for number, (yaw, pitch) in enumerate(angles):
            rotation = from_angles(yaw + 3 * math.sin(number), pitch, 4 * math.cos(5 * number))
            gain = np.ones(3) if gains is None else np.asarray(gains[number])
            self.pictures.append(exposed(scene.seen(rays @ rotation.T), gain, corner))
            info = PictureInfo(
                file=f"{number}.jpg",
                format="JPEG",
                width_px=WIDTH_PX,
                height_px=HEIGHT_PX,
                position=Position(10.37 + number * 1e-6, 105.43, 12.0),
                taken_at=f"2026-03-01T09:{59 - number:02d}:00",
                camera_make="Maker",
                camera_model="Model",
            )
            self.photos.append(Photo(Path(info.file), info, "lens"))
            self.placed.append(Placed(number, LENS, rotation))

    def read(self, number: int, longest_px: int) -> np.ndarray:
        """Return a picture as ``photos.Reader`` does."""
        self.reads += 1
        scale = min(1.0, longest_px / WIDTH_PX)
        size = (round(WIDTH_PX * scale), round(HEIGHT_PX * scale))
        return cv2.resize(self.pictures[number], size, interpolation=cv2.INTER_AREA)

    def paint(self, number: int, yaw_deg: float, pitch_deg: float, size_deg: float, colour: tuple[int, ...]) -> None:
        """Put a square into one photo only, as somebody who walked away."""
        yaw, pitch = geometry.angles(LENS.rays(_plane()) @ self.placed[number].rotation.T)
        inside = (abs((yaw - yaw_deg + 180) % 360 - 180) <= size_deg / 2) & (abs(pitch - pitch_deg) <= size_deg / 2)
        assert inside.any()
        self.pictures[number][inside] = colour


def truth(width_px: int, painted: Formula = rgb) -> np.ndarray:
    """Return the sphere as it ought to be (h, w, 3), floats."""
    yaw, pitch = geometry.equirect_angles(
        np.arange(width_px)[None], np.arange(width_px // 2)[:, None], width_px, width_px // 2
    )
    return painted(geometry.direction(yaw, pitch))


def fitted(picture: np.ndarray, target: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Return a picture with the brightness and white balance of its target, which no photo tells."""
    light, wanted = linear(picture), linear(target)
    factors = [np.median(wanted[covered, c] / np.maximum(light[covered, c], 1e-4)) for c in range(3)]
    return srgb8(light * factors).astype(np.float64)


def psnr(picture: np.ndarray, target: np.ndarray, covered: np.ndarray) -> float:
    """Return the signal-to-noise ratio in decibels where ``covered``."""
    return 10 * math.log10(255**2 / np.mean((picture[covered] - target[covered]) ** 2))


@lru_cache(maxsize=4)
def _scene(painted: Formula) -> Scene:
    return Scene(np.clip(np.rint(truth(_SCENE_PX, painted)), 0, 255).astype(np.uint8), painted.__name__)


def _plane() -> np.ndarray:
    return to_plane(np.stack(np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX)), axis=-1), WIDTH_PX, HEIGHT_PX)

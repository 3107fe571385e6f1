"""Photos of a painted sphere with known lenses, places and exposures, for what stitches them."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import smooth_sphere

from ispace.imaging import geometry
from ispace.imaging.info import PictureInfo
from ispace.imaging.metadata import Position
from ispace.imaging.stitch.camera import Lens, from_angles, to_plane
from ispace.imaging.stitch.photos import Photo, Placed

LENS = Lens(1 / math.tan(math.radians(75 / 2)), a=0.03, b=-0.01, cx=0.01, cy=-0.008)
WIDTH_PX, HEIGHT_PX = 300, 225
RING = [(yaw, 0) for yaw in range(-180, 180, 45)]
ALL = [*RING, *((yaw, pitch) for pitch in (47, -47) for yaw in range(-170, 190, 60)), (20, 88), (-50, -88)]


def linear(srgb):
    value = np.asarray(srgb) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb8(light):
    light = np.clip(light, 0, 1)
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return np.rint(value * 255).astype(np.uint8)


def rgb(directions):
    """Darker than ``smooth_sphere``, so that nothing is clipped in a photo that is exposed too long."""
    return smooth_sphere.rgb(directions) * 0.72


class SmallSet:
    """``gains`` (n, 3) in linear light, ``corner`` the light that is lost in the corners; ``placed``, ``photos``."""

    def __init__(self, angles, gains=None, corner=0.0, painted=rgb):
        xy = np.stack(np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX)), axis=-1)
        plane = to_plane(xy, WIDTH_PX, HEIGHT_PX)
        rays = LENS.rays(plane)
        r2 = np.sum((plane - (LENS.cx, LENS.cy)) ** 2, axis=-1, keepdims=True)
        shade = 1 - corner * r2 / r2.max()
        self.placed, self.photos, self.pictures, self.reads = [], [], [], 0
        for number, (yaw, pitch) in enumerate(angles):
            rotation = from_angles(yaw + 3 * math.sin(number), pitch, 4 * math.cos(5 * number))
            gain = np.ones(3) if gains is None else np.asarray(gains[number])
            self.pictures.append(srgb8(linear(painted(rays @ rotation.T)) * gain * shade))
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

    def read(self, number, longest_px):
        self.reads += 1
        scale = min(1.0, longest_px / WIDTH_PX)
        size = (round(WIDTH_PX * scale), round(HEIGHT_PX * scale))
        return cv2.resize(self.pictures[number], size, interpolation=cv2.INTER_AREA)

    def paint(self, number, yaw_deg, pitch_deg, size_deg, colour):
        """Put a square into one photo only, as somebody who walked away."""
        xy = np.stack(np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX)), axis=-1)
        yaw, pitch = geometry.angles(LENS.rays(to_plane(xy, WIDTH_PX, HEIGHT_PX)) @ self.placed[number].rotation.T)
        inside = (abs((yaw - yaw_deg + 180) % 360 - 180) <= size_deg / 2) & (abs(pitch - pitch_deg) <= size_deg / 2)
        assert inside.any()
        self.pictures[number][inside] = colour


def truth(width_px, painted=rgb):
    """Return the sphere as it ought to be (h, w, 3), floats."""
    yaw, pitch = geometry.equirect_angles(
        np.arange(width_px)[None], np.arange(width_px // 2)[:, None], width_px, width_px // 2
    )
    return painted(geometry.direction(yaw, pitch))


def fitted(picture, target, covered):
    """Return a picture with the brightness and white balance of its target, which no photo tells."""
    light = linear(picture)
    wanted = linear(target)
    factors = [np.median(wanted[covered, c] / np.maximum(light[covered, c], 1e-4)) for c in range(3)]
    return srgb8(light * factors).astype(np.float64)


def psnr(picture, target, covered):
    return 10 * math.log10(255**2 / np.mean((picture[covered] - target[covered]) ** 2))

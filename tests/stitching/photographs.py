"""Photographing a scene as planned: a folder of photos, as cameras write them, and what is true of them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from stitching import optics
from stitching.light import linear, srgb8
from stitching.plans import Plan, Room, directions, long_focal
from stitching.scene import Scene
from stitching.truth import TrueShot, Truth

from ispace.imaging.stitch import camera

_STEPS = 4096
_LINEAR = linear(np.arange(256)).astype(np.float32)
_OF_ROOT = srgb8((np.arange(_STEPS) / (_STEPS - 1)) ** 2)
_PICTURE_PX = 4096
_SIDEWAYS = 6
"""EXIF: to be turned clockwise by a quarter."""
_PERSON_M = 2.6
"""How far away people stand."""


def photograph(scene: Scene, plan: Plan, folder: Path, *, seed: int = 1) -> Truth:
    """Write ``folder/photos``, ``truth.json`` and the picture that ought to come of it; equal numbers, equal files.

    Rotations are as in ``imaging.stitch.camera``; the scene's own axes are the world's.
    """
    return photograph_places([(scene, plan)], folder, seed=seed)


def photograph_places(places: list[tuple[Scene, Plan]], folder: Path, *, seed: int = 1) -> Truth:
    """Write the photos of several places into one folder, one place after the other, unless a plan is shuffled."""
    photos = folder / "photos"
    photos.mkdir(parents=True)
    shots: list[TrueShot] = []
    pictures = {}
    rng = np.random.default_rng([seed, 7])
    count = sum(_count(plan) for _, plan in places)
    numbers = np.arange(1, count + 1)
    if any(plan.shuffled for _, plan in places):
        rng.shuffle(numbers)
    names = iter(numbers.tolist())
    for place, (scene, plan) in enumerate(places, 1):
        shots += _of_place(scene, plan, photos, np.random.default_rng([seed, place]), place, names)
        pictures[place] = folder / ("truth.jpg" if place == 1 else f"truth-{place}.jpg")
        Image.fromarray(scene.reduced(_PICTURE_PX).rgb).save(pictures[place], quality=97, subsampling=0)
    steady = all(plan.steady for _, plan in places)
    truth = Truth(photos, tuple(sorted(shots, key=lambda shot: shot.file)), pictures, steady=steady)
    truth.save(folder / "truth.json")
    return truth


def _count(plan: Plan) -> int:
    return sum(count for _, count in plan.rows) + plan.zenith + plan.nadir + plan.zoomed + plan.duplicates


def _of_place(scene: Scene, plan: Plan, photos: Path, rng: np.random.Generator, place: int, names) -> list[TrueShot]:
    width, height = (plan.short_px, plan.long_px) if plan.portrait else (plan.long_px, plan.short_px)
    centre = tuple(rng.uniform(-1, 1, 2) * plan.off_centre_px / (max(width, height) / 2))
    corner = optics.corner_of(width, height)
    focal = long_focal(plan, rng)
    poses = directions(plan, rng)
    in_rows = len(poses) - plan.zenith - plan.nadir
    zoomed = [poses[i] for i in rng.choice(in_rows, plan.zoomed, replace=False)]
    again = rng.choice(in_rows, plan.duplicates, replace=False).tolist()
    shaken = set(rng.choice(in_rows, plan.blurred, replace=False).tolist())
    shots: list[TrueShot] = []
    kept: dict[int, np.ndarray] = {}
    for number, angles in enumerate([*poses, *zoomed]):
        near = number >= len(poses)
        lens = optics.with_barrel(focal / 0.6 if near else focal, plan.barrel, corner, centre, brown=plan.brown)
        moved = rng.normal(0, 1, 3) * plan.moves_m * (1, 0.5, 1)
        shot = TrueShot(
            file=_name(next(names), plan),
            rotation=camera.from_angles(*angles),
            lens=lens,
            width_px=width,
            height_px=height,
            place=place,
            needed=number not in shaken,
            exposure_ev=float(rng.uniform(-plan.exposure_ev, plan.exposure_ev)),
            offset_m=tuple(float(metres) for metres in moved),
        )
        pixels = _taken(scene, plan, shot, angles[0], rng)
        if number in shaken:
            pixels = _shaken(pixels)
        if number in again:
            kept[number] = pixels
        _write(photos / shot.file, pixels, plan, shot, number)
        shots.append(shot)
    for number in again:
        shot = replace(shots[number], file=_name(next(names), plan), needed=False)
        _write(photos / shot.file, kept[number], plan, shot, number, quality=80)
        shots.append(shot)
    _rays.cache_clear()
    return shots


def _name(number: int, plan: Plan) -> str:
    return f"IMG_{number:04d}.{plan.formats[number % len(plan.formats)]}"


@lru_cache(maxsize=2)
def _rays(lens: optics.Optics, width: int, height: int) -> np.ndarray:
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    return lens.rays(camera.to_plane(np.stack([columns, rows], axis=-1), width, height)).astype(np.float32)


def _taken(scene: Scene, plan: Plan, shot: TrueShot, yaw_deg: float, rng: np.random.Generator) -> np.ndarray:
    width, height = shot.width_px, shot.height_px
    towards = _rays(shot.lens, width, height) @ shot.rotation.T.astype(np.float32)
    seen = scene.seen(_from_aside(towards, shot.offset_m, plan.room) if plan.moves_m else towards)
    for _ in range(plan.people):
        _stand(seen, towards, yaw_deg + rng.uniform(-28, 28), rng)
    white = np.exp(rng.normal(0, plan.white_balance, 3)) if plan.white_balance else np.ones(3)
    return exposed(seen, white / white[1] * 2**shot.exposure_ev, plan.vignetting, plan.noise, rng)


def exposed(
    seen: np.ndarray,
    gains: np.ndarray,
    vignetting: float,
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Return what a sensor makes of sRGB (h, w, 3): ``gains`` (3,) in linear light, dark corners, and noise."""
    light = _LINEAR[seen] * (_shade(seen.shape[1], seen.shape[0], vignetting) * gains.astype(np.float32))
    if noise and rng is not None:
        grain = rng.standard_normal(light.shape, dtype=np.float32)
        light += grain * (noise * (0.0015 + 0.012 * np.sqrt(light)))
    # numbers that are not linear, from a table over the root, which is fine enough in the dark as well
    step = np.sqrt(np.clip(light, 0, 1)) * np.float32(_STEPS - 1) + np.float32(0.5)
    return _OF_ROOT[step.astype(np.uint16)]


def _shade(width: int, height: int, lost: float) -> np.ndarray:
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    r2 = ((x * width) ** 2 + (y[:, None] * height) ** 2) / (width**2 + height**2)
    return (1 - lost * r2 * (0.6 + 0.4 * r2)).astype(np.float32)[..., None]


def _from_aside(towards: np.ndarray, offset_m: tuple[float, float, float], room: Room) -> np.ndarray:
    """Return directions from the middle of a room in which a lens beside it sees what it sees."""
    distance = np.full(towards.shape[:-1], np.float32(1e9))
    right, left, front, back = room.walls
    for axis, far, near in ((0, right, -left), (1, room.ceiling, -room.floor), (2, front, -back)):
        along = towards[..., axis]
        wall = np.where(along > 0, np.float32(far - offset_m[axis]), np.float32(near - offset_m[axis]))
        distance = np.minimum(distance, np.abs(wall) / np.maximum(np.abs(along), np.float32(1e-9)))
    return towards * distance[..., None] + np.float32(offset_m)


def _stand(seen: np.ndarray, towards: np.ndarray, yaw_deg: float, rng: np.random.Generator) -> None:
    """Put a person into a photo: head, body and legs, 1.7 m high, on a floor 1.6 m below."""
    yaw = math.radians(yaw_deg)
    ahead, aside = np.float32([math.sin(yaw), 0, math.cos(yaw)]), np.float32([math.cos(yaw), 0, -math.sin(yaw)])
    depth = towards @ ahead
    depth[depth < 0.2] = np.inf
    across, up = (towards @ aside) / depth * _PERSON_M, towards[..., 1] / depth * _PERSON_M + 1.6
    colours = rng.integers(20, 235, (3, 3))
    parts = ((0, 1.56, 0.11, 0.15), (0, 1.1, 0.24, 0.36), (-0.1, 0.42, 0.1, 0.44), (0.1, 0.42, 0.1, 0.44))
    for number, (x, y, wide, high) in enumerate(parts):
        inside = ((across - x) / wide) ** 2 + ((up - y) / high) ** 2 < 1
        stripes = np.sin(up[inside] * (40 + 9 * number)) * 22
        seen[inside] = np.clip(colours[min(number, 2)] + stripes[:, None], 0, 255).astype(np.uint8)


def _shaken(pixels: np.ndarray) -> np.ndarray:
    length = max(9, max(pixels.shape) // 40) | 1
    kernel = np.eye(length, dtype=np.float32) / length
    return cv2.filter2D(pixels, -1, kernel, borderType=cv2.BORDER_REPLICATE)


def _write(path: Path, pixels: np.ndarray, plan: Plan, shot: TrueShot, number: int, quality: int = 90) -> None:
    sideways = plan.sideways_files and plan.portrait
    picture = Image.fromarray(np.ascontiguousarray(np.rot90(pixels)) if sideways else pixels)
    exif = Image.Exif()
    if sideways:
        exif[0x0112] = _SIDEWAYS
    if plan.exif:
        exif[0x010F], exif[0x0110] = "iSpace", "Painted"
        focal_35_mm = shot.lens.focal / optics.corner_of(shot.width_px, shot.height_px) * math.hypot(36, 24) / 2
        more = exif.get_ifd(0x8769)
        more[0x920A], more[0xA405] = focal_35_mm / 5.6, round(focal_35_mm)
        more[0x9003] = f"2026:03:01 09:{number // 15:02d}:{number % 15 * 4:02d}"
    keep = {"exif": exif} if len(exif) or plan.exif else {}
    if path.suffix == ".heic":
        import pillow_heif

        pillow_heif.from_pillow(picture).save(path, quality=quality, **({"exif": exif.tobytes()} if keep else {}))
    elif path.suffix == ".png":
        picture.save(path, compress_level=1, **keep)
    else:
        picture.save(path, quality=quality, **keep)

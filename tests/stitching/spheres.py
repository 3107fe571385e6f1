"""Two pictures of one place: how one is turned against the other, found by what both show."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from stitching.scene import Scene

from ispace.imaging import geometry
from ispace.imaging.stitch import camera

_VIEWS = [(90.0, 0.0), (-90.0, 0.0)]
_VIEWS += [(0.0, yaw) for yaw in range(0, 360, 45)]
_VIEWS += [(pitch, yaw) for pitch in (45.0, -45.0) for yaw in range(0, 360, 60)]
_VIEW_FOV_DEG = 66.0
_FEWEST = 12
_GPANO = (
    "FullPanoWidthPixels",
    "FullPanoHeightPixels",
    "CroppedAreaLeftPixels",
    "CroppedAreaTopPixels",
)


@dataclass(frozen=True)
class Sphere:
    """A result: a whole sphere (H, 2 H, 3) and where (H, 2 H) it shows anything, 0 or 255."""

    scene: Scene
    mask: Scene


def read(path: Path, widest_px: int = 4096) -> Sphere:
    """Read a panorama, a part as GPano has it in its place; what is transparent or quite black shows nothing."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (widest_px, widest_px))
            rgba = np.asarray(picture.convert("RGBA"))
            opaque = picture.mode not in {"RGBA", "LA"}
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    rgb = np.ascontiguousarray(rgba[..., :3])
    if opaque:
        mask = cv2.morphologyEx((rgb.max(2) > 2).astype(np.uint8) * 255, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    else:
        mask = np.where(rgba[..., 3] > 127, 255, 0).astype(np.uint8)
    rgb, mask = _in_place(path, rgb, mask)
    if rgb.shape[1] != 2 * rgb.shape[0]:
        raise ValueError(f"{path}: {rgb.shape[1]} × {rgb.shape[0]} is no sphere, and no GPano says where it belongs")
    return Sphere(Scene(rgb, path.stem).reduced(widest_px), Scene(mask, path.stem).reduced(widest_px))


def _in_place(path: Path, rgb: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with path.open("rb") as file:
        head = file.read(1 << 18).decode("latin1")
    tags = [re.search(rf"GPano:{name}(?:=\"|>)\s*(\d+)", head) for name in _GPANO]
    width_tag = re.search(r"GPano:CroppedAreaImageWidthPixels(?:=\"|>)\s*(\d+)", head)
    if width_tag is None or not all(tags):
        return rgb, mask
    scale = rgb.shape[1] / int(width_tag[1])
    width, height, left, top = (round(int(tag[1]) * scale) for tag in tags if tag)
    height = width // 2
    if rgb.shape[:2] == (height, width):
        return rgb, mask
    columns = (left + np.arange(rgb.shape[1])) % width
    last = min(height, top + rgb.shape[0])
    whole, seen = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    whole[top:last, columns], seen[top:last, columns] = rgb[: last - top], mask[: last - top]
    return whole, seen


def turn_between(truth: Scene, found: Sphere) -> tuple[np.ndarray | None, int]:
    """Return the rotation (3, 3) from directions of the truth to those of the result, and how many points agree.

    ``None`` where fewer than twelve do.
    """
    width = max(truth.width_px, 1024)
    size = round(min(width, 2048) * _VIEW_FOV_DEG / 360)
    everywhere = Scene(np.full(truth.rgb.shape[:2], 255, np.uint8), "")
    there, these = _points(truth.reduced(2048), everywhere, size)
    here, those = _points(found.scene.reduced(2048), found.mask.reduced(2048), size)
    if min(len(there), len(here)) < _FEWEST:
        return None, 0
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    clear = [m for m, other in matcher.knnMatch(these, those, 2) if m.distance < 0.85 * other.distance]
    back = {m.queryIdx: m.trainIdx for m in matcher.match(those, these)}
    mutual = [(m.queryIdx, m.trainIdx) for m in clear if back[m.trainIdx] == m.queryIdx]
    if len(mutual) < _FEWEST:
        return None, len(mutual)
    i, j = np.array(mutual).T
    return _agreed(there[i], here[j])


def _agreed(there: np.ndarray, here: np.ndarray, within_deg: float = 2.0) -> tuple[np.ndarray | None, int]:
    """Return the rotation that most pairs of directions (n, 3) agree on, refined on ever nearer ones."""
    rng = np.random.default_rng(0)
    tries = rng.integers(0, len(there), (500, 2))
    was, now = (_frames(points[tries[:, 0]], points[tries[:, 1]]) for points in (there, here))
    turns = now @ was.transpose(0, 2, 1)
    limit = 2 * math.sin(math.radians(within_deg) / 2)
    votes = [int((np.linalg.norm(here - there @ turn.T, axis=1) < limit).sum()) for turn in turns]
    best = turns[int(np.argmax(votes))]
    for degrees in (within_deg, 1.0, 0.5, 0.35, 0.35):
        near = np.linalg.norm(here - there @ best.T, axis=1) < 2 * math.sin(math.radians(degrees) / 2)
        if near.sum() >= _FEWEST:
            best = camera.nearest_rotation(here[near].T @ there[near])
    return (best if max(votes) >= _FEWEST else None), max(votes)


def _frames(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return orthonormal axes (n, 3, 3), as columns, that two directions (n, 3) span; degenerate ones get no votes."""
    across = np.cross(first, second)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    return np.stack([first, across, np.cross(first, across)], axis=2)


def _points(scene: Scene, mask: Scene, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return directions (n, 3) of features and their descriptors, each from the view that looks there straightest.

    So none is there twice, which a ratio test would take for repetition.
    """
    sift = cv2.SIFT_create(450, contrastThreshold=0.012)
    axes = np.stack([geometry.view_axes(yaw, pitch) for pitch, yaw in _VIEWS])
    focal = geometry.focal_px(_VIEW_FOV_DEG, size, size)
    x, y = np.meshgrid(np.arange(size), np.arange(size))
    found, described = [], []
    for number, view in enumerate(axes):
        towards = geometry.view_directions(x, y, axes=view, focal_px=focal, size_px=(size, size))
        seen = cv2.erode(mask.seen(towards, cv2.INTER_NEAREST), np.ones((9, 9), np.uint8))
        if not seen.any():
            continue
        grey = cv2.cvtColor(scene.seen(towards), cv2.COLOR_RGB2GRAY)
        points, descriptors = sift.detectAndCompute(grey, seen)
        if not points:
            continue
        at = np.array([point.pt for point in points])
        rays = geometry.view_directions(at[:, 0], at[:, 1], axes=view, focal_px=focal, size_px=(size, size))
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        own = (rays @ axes[:, 2].T).argmax(axis=1) == number
        found.append(rays[own])
        described.append(np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6))[own])
    if not found:
        return np.zeros((0, 3)), np.zeros((0, 128), np.float32)
    return np.concatenate(found), np.concatenate(described).astype(np.float32)

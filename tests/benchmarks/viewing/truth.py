"""What a view ought to look like, straight from the panorama, and how near a picture comes to it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

FINE = 2
"""Samples per pixel in each direction."""
TOP, BOTTOM = 0.04, 0.90
"""The part of the height that is compared: there are no controls in it."""


def rectilinear(panorama: Path, *, yaw: float, pitch: float, vfov: float, width_px: int, height_px: int) -> np.ndarray:
    """Return the view (H, W, 3) RGB of a full sphere; angles in radians, each pixel the mean of some samples."""
    source = cv2.imread(str(panorama), cv2.IMREAD_COLOR)
    height, width = source.shape[:2]
    rows, cols = height_px * FINE, width_px * FINE
    focal = rows / 2 / math.tan(vfov / 2)
    x = ((np.arange(cols) + 0.5 - cols / 2) / focal)[None, :]
    y = ((rows / 2 - np.arange(rows) - 0.5) / focal)[:, None]
    up = y * math.cos(pitch) + math.sin(pitch)
    ahead = math.cos(pitch) - y * math.sin(pitch)
    yaws = np.arctan2(x, ahead) + yaw
    pitches = np.arctan2(up, np.hypot(x, ahead))
    # Beyond the seam the panorama goes on from its other side.
    margin = 8
    wide = np.concatenate([source[:, -margin:], source, source[:, :margin]], axis=1)
    at_x = ((yaws / (2 * np.pi) + 0.5) % 1) * width - 0.5 + margin
    at_y = (0.5 - pitches / np.pi) * height - 0.5
    sampled = cv2.remap(
        wide,
        np.broadcast_to(at_x, (rows, cols)).astype(np.float32),
        at_y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cv2.cvtColor(cv2.resize(sampled, (width_px, height_px), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


def compare(seen: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """Return the PSNR in dB of the middle of a picture, and that of its worst block of 64 pixels."""
    height = truth.shape[0]
    part = slice(int(height * TOP), int(height * BOTTOM))
    square = (seen[part].astype(np.float32) - truth[part].astype(np.float32)) ** 2
    blocks = cv2.resize(square.mean(axis=2), (seen.shape[1] // 64, square.shape[0] // 64), interpolation=cv2.INTER_AREA)
    return {"psnr_db": _decibels(float(square.mean())), "worst_block_db": _decibels(float(blocks.max()))}


def _decibels(mean_square: float) -> float:
    return 10 * math.log10(255**2 / max(mean_square, 1e-9))

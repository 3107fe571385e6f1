"""Pictures of our own for tests, where the shared ones would be too large or are not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def panorama(path: Path, width_px: int = 1024, seed: int = 1) -> Path:
    """Write a small full panorama with detail and a colour of its own."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (16, 32, 3), np.uint8)
    image = Image.fromarray(small).resize((width_px, width_px // 2), Image.Resampling.BICUBIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=85)
    return path

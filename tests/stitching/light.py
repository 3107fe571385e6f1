"""sRGB and the light that it stands for."""

from __future__ import annotations

import numpy as np


def linear(srgb: np.ndarray) -> np.ndarray:
    """Return light, 0 to 1, of sRGB 0 to 255."""
    value = np.asarray(srgb) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb8(light: np.ndarray) -> np.ndarray:
    """Return sRGB 0 to 255, whole numbers, of light; beyond 1 it is white."""
    light = np.clip(light, 0, 1)
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return np.rint(value * 255).astype(np.uint8)

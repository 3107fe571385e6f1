"""Every photo laid over a small sphere, one layer each: what seams are decided on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ispace.imaging.stitch.photometry import Light
from ispace.imaging.stitch.photos import Photo, Pixels, Placed
from ispace.imaging.stitch.warp import Mapped, Window, mapped, warped

WIDTH_PX = 1024
_MANY_PHOTOS = 64
_DEEPEST = 5
_WHITE = 252


@dataclass(frozen=True, slots=True)
class Layers:
    """Photos on a sphere of (h, 2 h) pixels, by place.

    ``colours`` (n, h, w, 3) uint8 sRGB; ``depth`` (n, h, w) float16: how far inside the photo's border, 0 where it
    shows nothing, 1 in its middle; ``clipped`` (n, h, w): where the photo itself has lost its highlights.
    """

    colours: NDArray[np.uint8]
    depth: NDArray[np.float16]
    clipped: NDArray[np.bool_]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.depth.shape[1], self.depth.shape[2]

    def halved(self) -> Layers:
        """Return them at half the size; a pixel is shown where all four were."""
        h, w = (side // 2 for side in self.size)
        colours = np.stack([cv2.resize(layer, (w, h), interpolation=cv2.INTER_AREA) for layer in self.colours])
        quarters = self.depth.reshape(-1, h, 2, w, 2)
        clipped = np.asarray(self.clipped.reshape(-1, h, 2, w, 2).any(axis=(2, 4)))
        return Layers(colours, quarters.min(axis=(2, 4)), clipped)

    def typical(self) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Return the median colour (h, w, 3) of the photos that show a pixel best, and how many, at most 5."""
        count = min(_DEEPEST, len(self.depth))
        best = np.argpartition(-self.depth, count - 1, axis=0)[:count]
        shown = np.take_along_axis(self.depth, best, axis=0) > 0
        colours = np.take_along_axis(self.colours, best[..., None], axis=0).astype(np.float32)
        colours[~shown] = np.inf  # sorted to the end, then the median is looked up among the shown
        colours.sort(axis=0)
        number = shown.sum(axis=0)
        low, high = np.maximum(number - 1, 0) // 2, number // 2
        low, high = (np.minimum(at, count - 1)[None, ..., None] for at in (low, high))
        middle = (np.take_along_axis(colours, low, axis=0) + np.take_along_axis(colours, high, axis=0))[0] / 2
        return np.where((number > 0)[..., None], middle, 0).astype(np.float32), number.astype(np.uint8)


def laid(
    placed: Sequence[Placed],
    photos: Sequence[Photo],
    previews: Sequence[Pixels],
    light: Light,
    told: Callable[[float], None] = lambda _share: None,
) -> Layers:
    """Return the layers of photos, read small (``previews``, by place), with the exposure that they have in common.

    ``told`` is called with growing shares up to 1, and may raise to end it.
    """
    width = WIDTH_PX if len(placed) <= _MANY_PHOTOS else WIDTH_PX // 2
    window = Window(0, 0, width, width // 2)
    shape = (len(placed), width // 2, width)
    layers = Layers(np.zeros((*shape, 3), np.uint8), np.zeros(shape, np.float16), np.zeros(shape, bool))
    for place, (each, preview) in enumerate(zip(placed, previews, strict=True)):
        told((place + 1) / len(placed))
        photo = photos[each.photo]
        at = mapped(each, photo, width, window)
        rows, columns = np.flatnonzero(at.inside.any(axis=1)), np.flatnonzero(at.inside.any(axis=0))
        if not len(rows):
            continue
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        here = Mapped(at.x[part], at.y[part], at.inside[part])
        bright = warped(light.corrected(place, each, photo, preview), photo, here)
        layers.colours[place][part] = np.where(here.inside[..., None], bright, 0)
        layers.depth[place][part] = here.depth(photo)
        layers.clipped[place][part] = here.inside & (warped(preview, photo, here).max(axis=-1) >= _WHITE)
    return layers

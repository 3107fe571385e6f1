"""What a stage shows, held against what it should show."""

from __future__ import annotations

import math

import numpy as np

HIDE_CHROME = """() => {
  for (const e of document.querySelectorAll('.stage > *, .stage-areas, .stage-spots'))
    if (!e.matches('.stage-poster, .stage-surface')) e.style.visibility = 'hidden';
}"""
"""JavaScript that hides what is drawn over the picture."""
SETTLED = """() => new Promise(done => {
  const asked = performance.getEntriesByType('resource').length;
  // The strip comes last, on stages that have room for it; where it does not come, it is not waited for very long.
  // A published page says when its picture is complete; on a busy machine a pause between two tiles can be long.
  const { dataset } = document.documentElement;
  const sharp = () => !('viewer' in dataset) || 'complete' in dataset;
  const complete = () =>
    sharp() && (innerWidth < 768 || document.querySelector('.stage-strip a') || performance.now() > 6000);
  setTimeout(() => done(asked === performance.getEntriesByType('resource').length && Boolean(complete())), 350);
})"""
"""JavaScript that tells, after a moment, whether nothing more was fetched in it."""


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Return how alike two pictures are, in dB."""
    error = float(np.mean((a - b) ** 2))
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def best_shift(a: np.ndarray, b: np.ndarray) -> tuple[int, int]:
    """Return by how many pixels (x, y) ``b`` must be moved to fit ``a`` best, at most two."""
    inner = a[4:-4, 4:-4]
    size = {(x, y): psnr(inner, np.roll(b, (y, x), (0, 1))[4:-4, 4:-4]) for x in range(-2, 3) for y in range(-2, 3)}
    return max(size, key=lambda shift: size[shift])

"""How good a panorama is against the picture that ought to have come out: errors, seams, evenness, level.

Everything is compared after the turn between both pictures and a linear fit per channel: another north, another
exposure or white balance of the whole cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from stitching.scene import Scene
from stitching.spheres import Sphere, turn_between

from ispace.imaging import geometry

_FLOW_FOV_DEG = 110.0
_FLOW_PX = 560
_SMOOTH_DEG = 4.0
_SHADE_DEG = 8.0


@dataclass(frozen=True)
class PictureScore:
    """Figures of a panorama; all but ``points`` are ``None`` where it shows nothing of the truth.

    ``ssim_flow``: SSIM once the smooth part of the misfit is taken out, so that only seams, ghosts and blur count: for
    sets whose lens moved, where no rotations can be exact. ``shade_ev``: deviation of the brightness, blurred over 8°.
    ``tilt_deg``: between its vertical and the true one. ``missing``: share of what photos show that it does not.
    """

    points: int
    psnr_db: float | None = None
    ssim: float | None = None
    ssim_flow: float | None = None
    shade_ev: float | None = None
    tilt_deg: float | None = None
    missing: float | None = None


def score(
    found: Sphere, truth: Scene, covered: Callable[[np.ndarray], np.ndarray], *, width_px: int = 2048
) -> PictureScore:
    """Compare a panorama with the truth at ``width_px``; ``covered`` tells which directions (…, 3) a photo shows."""
    turn, points = turn_between(truth, found)
    if turn is None:
        return PictureScore(points)
    towards = _directions(width_px)
    ideal = truth.reduced(width_px).rgb
    if ideal.shape[1] != width_px:
        ideal = cv2.resize(ideal, (width_px, width_px // 2), interpolation=cv2.INTER_CUBIC)
    small = found.scene.reduced(width_px)
    turned = towards @ turn.T.astype(np.float32)
    got = small.seen(turned)
    has = cv2.erode((found.mask.seen(turned, cv2.INTER_LINEAR) > 200).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    want = covered(towards)
    area = np.cos(np.radians(geometry.equirect_angles(0, np.arange(width_px // 2), width_px, width_px // 2)[1]))
    area = np.repeat(area[:, None], width_px, axis=1)
    both = want & has
    tilt = math.degrees(math.acos(float(np.clip(turn[1, 1], -1, 1))))
    missing = float((area * (want & ~has)).sum() / max(1e-9, (area * want).sum()))
    if both.sum() < 1000:
        return PictureScore(points, tilt_deg=tilt, missing=missing)
    fitted = _fitted(got, ideal, both, area)
    error = np.average(((fitted - ideal) ** 2).mean(axis=2)[both], weights=area[both])
    straightened = small.seen(_unbent(small, truth.reduced(width_px), turn, towards) @ turn.T.astype(np.float32))
    inner = cv2.erode(both.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    return PictureScore(
        points=points,
        psnr_db=float(10 * np.log10(255**2 / max(error, 1e-9))),
        ssim=_similarity(fitted, ideal, inner, area),
        ssim_flow=_similarity(_fitted(straightened, ideal, both, area), ideal, inner, area),
        shade_ev=_unevenness(got, ideal, both, area),
        tilt_deg=tilt,
        missing=missing,
    )


def _directions(width_px: int) -> np.ndarray:
    rows = np.arange(width_px // 2)
    yaw, pitch = geometry.equirect_angles(np.arange(width_px), rows[:, None], width_px, width_px // 2)
    return geometry.direction(yaw, pitch).astype(np.float32)


def _fitted(got: np.ndarray, ideal: np.ndarray, both: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Return it with each channel scaled and shifted to be nearest to the ideal, by area."""
    fitted = np.empty(got.shape, np.float32)
    root = np.sqrt(area[both])
    for channel in range(3):
        x, y = got[..., channel][both].astype(np.float64), ideal[..., channel][both].astype(np.float64)
        (scale, shift), *_ = np.linalg.lstsq(np.stack([x * root, root], axis=1), y * root, rcond=None)
        fitted[..., channel] = np.clip(scale * got[..., channel] + shift, 0, 255)
    return fitted


def _grey(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(rgb.astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)


def _similarity(got: np.ndarray, ideal: np.ndarray, inner: np.ndarray, area: np.ndarray) -> float:
    """Return the mean of SSIM (Wang et al. 2004: Gaussian windows of 11 pixels, σ 1.5) over what both show, by area."""
    a, b = _grey(got), _grey(ideal)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    mean_a, mean_b = mean(a), mean(b)
    vary_a, vary_b, together = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2, mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    like = (2 * mean_a * mean_b + c1) * (2 * together + c2) / ((mean_a**2 + mean_b**2 + c1) * (vary_a + vary_b + c2))
    return float(np.average(like[inner], weights=area[inner]))


def _unbent(small: Scene, ideal: Scene, turn: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Return where the result is to be looked up, in the truth's axes, for the smooth part of its misfit to be gone.

    Optical flow (DIS) on the six faces of a cube and their surroundings, kept where there and back again agree, then
    smoothed over 4°.
    """
    half = math.tan(math.radians(_FLOW_FOV_DEG / 2))
    at = ((2 * np.arange(_FLOW_PX) + 1) / _FLOW_PX - 1) * half
    index, u, v = geometry.face_of(towards)
    column, row = (((where / half + 1) * _FLOW_PX / 2 - 0.5).astype(np.float32) for where in (u, v))
    straight = towards.astype(np.float32).copy()
    for number, face in enumerate(geometry.FACES):
        looking = geometry.face_directions(face, at[None, :], at[:, None])
        flow = _smooth_flow(_grey(ideal.seen(looking)), _grey(small.seen(looking @ turn.T)), half)
        here = index == number
        moved = [cv2.remap(np.ascontiguousarray(flow[..., i]), column, row, cv2.INTER_LINEAR)[here] for i in (0, 1)]
        scale = 2 * half / _FLOW_PX
        bent = geometry.face_directions(face, u[here] + moved[0] * scale, v[here] + moved[1] * scale)
        straight[here] = bent.astype(np.float32)
    return straight


def _smooth_flow(ideal: np.ndarray, got: np.ndarray, half: float) -> np.ndarray:
    there = _flow(ideal, got)
    back = _flow(got, ideal)
    x, y = np.meshgrid(np.arange(_FLOW_PX, dtype=np.float32), np.arange(_FLOW_PX, dtype=np.float32))
    returned = cv2.remap(back, x + there[..., 0], y + there[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    texture = cv2.GaussianBlur(np.abs(cv2.Laplacian(ideal, cv2.CV_32F)), (0, 0), 2)
    trust = ((np.linalg.norm(there + returned, axis=2) < 1) & (got > 0)) * np.minimum(texture / 4, 1) + np.float32(1e-6)
    sigma = math.radians(_SMOOTH_DEG) * _FLOW_PX / 2 / half
    weight = cv2.GaussianBlur(trust, (0, 0), sigma)
    smooth = cv2.GaussianBlur(there * trust[..., None], (0, 0), sigma) / np.maximum(weight, 1e-7)[..., None]
    return smooth * np.minimum(1, weight / 0.02)[..., None]


def _flow(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    even = cv2.createCLAHE(2.0, (6, 6))
    return dis.calc(even.apply(first.astype(np.uint8)), even.apply(second.astype(np.uint8)), None)


def _unevenness(got: np.ndarray, ideal: np.ndarray, both: np.ndarray, area: np.ndarray) -> float:
    """Return the deviation of the ratio of brightness, in stops, blurred over 8°; 2.2 stands for sRGB's curve."""
    width = got.shape[1]
    reach = round(width * _SHADE_DEG / 360) | 1

    def blurred(values: np.ndarray) -> np.ndarray:
        wide = cv2.copyMakeBorder(values.astype(np.float32), 0, 0, 2 * reach, 2 * reach, cv2.BORDER_WRAP)
        return cv2.GaussianBlur(wide, (0, 0), reach / 2)[:, 2 * reach : -2 * reach]

    stops = [2.2 * np.log2(_grey(rgb) / 255 + 0.02) for rgb in (got, ideal)]
    density = blurred(both)
    ratio = blurred((stops[0] - stops[1]) * both) / np.maximum(density, 1e-3)
    enough = both & (density > 0.3)
    weights = area[enough]
    mean = np.average(ratio[enough], weights=weights)
    return float(np.sqrt(np.average((ratio[enough] - mean) ** 2, weights=weights)))

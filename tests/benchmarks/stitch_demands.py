"""What is demanded of stitching, held against the figures of ``stitch.py``: each demand with what decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

STEADY_MEDIAN_DEG, STEADY_MAX_DEG = 0.05, 0.3
HAND_MEDIAN_DEG, HAND_SSIM_FLOW = 1.0, 0.92
WRONG_DEG, HAND_WRONG_DEG = 1.0, 6.0
"""From where on a photo is simply in the wrong place; a lens that moved by 7 cm makes 3° of its own."""
TILT_DEG, ON_ITS_SIDE_DEG = 0.5, 45.0
CPU_SHARE = 0.25
PEAK_MIB, LARGE_PEAK_MIB = 900, 2560
LARGE_PX = 8192


@dataclass(frozen=True)
class Demand:
    """A rule, whether it is met, and the worst figure with its set."""

    rule: str
    met: bool
    figure: str


def judge(rows: list[Row]) -> list[Demand]:
    """Return the demands that these rows say something about."""
    ours = [row for row in rows if row["engine"] == "ispace"]
    steady, hand = [r for r in ours if r["steady"]], [r for r in ours if not r["steady"]]
    world = [r for r in ours if r["set"].startswith("world")]
    found = [
        _every(
            "every photo placed, none of another place",
            ours,
            lambda r: r["placed"] - r["needed"] - r["strangers"],
            lambda worst: worst >= 0,
            lambda r: f"{r['placed']}/{r['needed']}" + (f", {r['strangers']} strangers" if r["strangers"] else ""),
            low=True,
        ),
        _most("median at most 0.05° where the lens stayed", steady, "median_deg", STEADY_MEDIAN_DEG, "°"),
        _most("worst photo at most 0.3° where the lens stayed", steady, "max_deg", STEADY_MAX_DEG, "°"),
        _most("hand-held median at most 1°", hand, "median_deg", HAND_MEDIAN_DEG, "°"),
        _least("hand-held ssim_flow at least 0.92", hand, "ssim_flow", HAND_SSIM_FLOW),
        _every(
            "every set of 10 photos and more succeeds",
            [r for r in ours if r["photos"] >= 10],
            lambda r: float(r["success"]),
            lambda worst: worst == 1,
            lambda r: "success" if r["success"] else f"exit {r['exit']}",
            low=True,
        ),
        _every(
            "never success with a photo in the wrong place",
            [r for r in ours if r["success"]],
            lambda r: _or(r["max_deg"], 999.0) / (WRONG_DEG if r["steady"] else HAND_WRONG_DEG),
            lambda worst: worst <= 1,
            lambda r: f"{_or(r['max_deg'], 999.0):.2f}°",
        ),
        _most("level within 0.5° on the rendered world", world, "tilt_deg", TILT_DEG, "°"),
        _most("never on its side", [r for r in ours if r["level"]], "tilt_deg", ON_ITS_SIDE_DEG, "°"),
        _most(
            "at most 900 MiB for 3 MP at 4096 px",
            [r for r in ours if r["width_px"] < LARGE_PX],
            "peak_mib",
            PEAK_MIB,
            "",
        ),
        _most(
            "at most 2.5 GiB for 12 MP at 16384 px",
            [r for r in ours if r["width_px"] >= LARGE_PX],
            "peak_mib",
            LARGE_PEAK_MIB,
            "",
        ),
        *_beside_hugin(rows),
    ]
    return [demand for demand in found if demand is not None]


def _beside_hugin(rows: list[Row]) -> Iterable[Demand | None]:
    by_set = {
        name: {r["engine"]: r for r in rows if r["set"] == name} for name in dict.fromkeys(r["set"] for r in rows)
    }
    pairs = [(each["ispace"], each["hugin"]) for each in by_set.values() if {"ispace", "hugin"} <= each.keys()]
    for name, rule in (("psnr_db", "PSNR at least Hugin's"), ("ssim", "SSIM at least Hugin's")):
        gains = [{**ours, "gain": _or(ours.get(name), -999.0) - _or(its.get(name), 0.0)} for ours, its in pairs]
        yield _every(
            rule,
            gains,
            lambda r: r["gain"],
            lambda worst: worst >= 0,
            lambda r, name=name: f"{r['gain']:+.3f}" + (" (no panorama)" if r.get(name) is None else ""),
            low=True,
        )
    shares = [{**ours, "share": ours["cpu_s"] / max(its["cpu_s"], 1e-9)} for ours, its in pairs if its["success"]]
    yield _most("at most a quarter of Hugin's CPU time", shares, "share", CPU_SHARE, "")


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _most(rule: str, rows: list[Row], name: str, limit: float, unit: str) -> Demand | None:
    return _every(
        rule,
        rows,
        lambda r: _or(r.get(name), float("inf")),
        lambda worst: worst <= limit,
        lambda r: "no figure" if r.get(name) is None else f"{r[name]:.3f}{unit}",
    )


def _least(rule: str, rows: list[Row], name: str, limit: float) -> Demand | None:
    return _every(
        rule,
        rows,
        lambda r: _or(r.get(name), float("-inf")),
        lambda worst: worst >= limit,
        lambda r: "no figure" if r.get(name) is None else f"{r[name]:.3f}",
        low=True,
    )


def _every(
    rule: str,
    rows: list[Row],
    value: Callable[[Row], float],
    allowed: Callable[[float], bool],
    shown: Callable[[Row], str],
    *,
    low: bool = False,
) -> Demand | None:
    """Judge by the worst row, the highest value or with ``low`` the lowest; ``None`` without rows."""
    if not rows:
        return None
    worst = min(rows, key=value) if low else max(rows, key=value)
    kept = sum(allowed(value(row)) for row in rows)
    return Demand(rule, allowed(value(worst)), f"{shown(worst)} ({worst['set']}); {kept} of {len(rows)} sets")

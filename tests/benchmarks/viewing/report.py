"""The figures as tables, and whether each ratio that was asked for is met."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator
from typing import Any

from viewing.sites import HOTSPOTS, OURS

Rows = list[dict[str, Any]]
PEER = "Marzipano"
LOAD_RATIO = 0.7
CHANGE_RATIO = 0.5
SCRIPT_MS = 50
TEXTURE_BYTES = 64e6


def progress(row: dict[str, Any]) -> None:
    """Say that a load is done."""
    mark = "" if row["quiet"] else "  (never quiet)"
    case = f"{row['network']} {row['round'] + 1} {row['tour']} {row['view']} {row['engine']}"
    print(f"  {case}: {row['first_ms']:.0f} / {row['full_ms']:.0f} ms{mark}", flush=True)


def show(found: dict[str, Any]) -> None:
    """Print every table."""
    _loads(found["loads"])
    _changes(found["changes"])
    for row in found["turns"]:
        print(
            f"\nTurning with {HOTSPOTS} hotspots, {row['network']}:"
            f" longest script of a frame {row['script_longest_ms']:.1f}, median {row['script_median_ms']:.1f} ms;"
            f" frame {row['frame_median_ms']:.1f}, 95th percentile {row['frame_p95_ms']:.1f} ms;"
            f" {row['long_tasks']} long tasks, longest {row['longest_task_ms']:.0f} ms"
        )
    print()
    for row in found["idle"]:
        print(f"Idle for 3 s, {row['engine']}: {row['draws']} draws, {row['callbacks']} frames asked for")
    for row in found["memory"]:
        print(
            f"16K panorama, {row['directions']} directions, {row['engine']}: textures {row['start_bytes'] / 1e6:.0f} MB"
            f" at first, {row['bytes'] / 1e6:.0f} MB at the end, {row['peak_bytes'] / 1e6:.0f} MB at most"
        )


def _loads(rows: Rows) -> None:
    for (network, tour, view), cases in _grouped(rows, "network", "tour", "view"):
        rounds = len({row["round"] for row in cases})
        print(f"\n{network} network, {tour}, {view} view: medians of {rounds} rounds, ms (range)")
        print(
            f"{'':20s}{'first':>20s}{'canvas':>7s}{'poster':>7s}{'LCP':>7s}{'full':>20s}{'kB':>6s}{'req':>5s}"
            f"{'kB all':>7s}{'req':>5s}{'blocked':>8s}{'GPU CPU':>8s}{'frames':>7s}"
            f"{'level':>6s}{'tiles':>6s}{'dB':>6s}{'worst':>6s}"
        )
        for (engine,), own in _grouped(cases, "engine"):
            middle = {key: _median(own, key) for key, value in own[0].items() if isinstance(value, int | float)}
            print(
                f"{engine:20s}{_spread(own, 'first_ms'):>20s}{middle['canvas_ms']:7.0f}{_blank(middle['poster_ms'])}"
                f"{_blank(middle['lcp_ms'])}{_spread(own, 'full_ms'):>20s}{middle['full_bytes'] / 1000:6.0f}"
                f"{middle['full_requests']:5.0f}{middle['bytes'] / 1000:7.0f}{middle['requests']:5.0f}"
                f"{middle['long_tasks_ms']:8.0f}{middle['graphics_cpu_ms']:8.0f}{middle['frames']:7.0f}{middle['level']:6.0f}{middle['tiles']:6.0f}{middle['psnr_db']:6.1f}"
                f"{middle['worst_block_db']:6.1f}"
            )
        print(f"  largest paint of {OURS}: {', '.join(sorted({r['lcp'] for r in cases if r['engine'] == OURS}))}")


def _changes(rows: Rows) -> None:
    for (network,), cases in _grouped(rows, "network"):
        print(f"\n{network} network, change of scene, from the call: medians over tours and rounds, ms (range)")
        print(f"{'':32s}{'seen':>20s}{'full':>20s}{'black frames':>14s}{'ms':>6s}{'kB':>6s}{'req':>5s}")
        for (engine, prefetched), own in _grouped(cases, "engine", "prefetched"):
            name = f"{engine}{', prefetched' if prefetched else ''}"
            print(
                f"{name:32s}{_spread(own, 'seen_ms'):>20s}{_spread(own, 'full_ms'):>20s}"
                f"{max(r['black_frames'] for r in own):14d}{_median(own, 'black_ms'):6.0f}"
                f"{_median(own, 'bytes') / 1000:6.0f}{_median(own, 'requests'):5.0f}"
            )


def waterfall(rows: Rows) -> None:
    """Print what the first loads of our page and of Marzipano's asked for, and when, for every network and view."""
    for network, view in dict.fromkeys((row["network"], row["view"]) for row in rows):
        for engine in (OURS, PEER):
            case = (engine, network, view)
            row = next((r for r in rows if (r["engine"], r["network"], r["view"]) == case), None)
            if row is None:
                continue
            times = f"first {row['first_ms']:.0f}, full {row['full_ms']:.0f} ms"
            print(f"\n{engine}, {network}, {row['tour']}, {view} view: {times}")
            print(f"{'start':>7s}{'answer':>8s}{'end':>7s}{'kB':>7s}  what")
            for one in sorted(row["resources"], key=lambda one: one["start_ms"]):
                name = "/".join(one["name"].split("/")[-3:])
                print(
                    f"{one['start_ms']:7.0f}{one['response_ms']:8.0f}{one['end_ms']:7.0f}{one['bytes'] / 1000:7.1f}"
                    f"  {name} ({one['by']})"
                )


def verdicts(found: dict[str, Any]) -> None:
    """Print each thing asked for with the figure that answers it."""
    print("\nAsked for")
    for (network, tour, view), cases in _grouped(found["loads"], "network", "tour", "view"):
        by = {engine: own for (engine,), own in _grouped(cases, "engine")}
        case = f"{network}, {tour}, {view}"
        others = [own for engine, own in by.items() if engine != OURS]
        if PEER in by:
            for key, what in (("first_ms", "first panorama"), ("full_ms", "full")):
                ratio = _median(by[OURS], key) / _median(by[PEER], key)
                _say(ratio <= LOAD_RATIO, f"{case}: {what} {ratio:.2f} of {PEER}'s (at most {LOAD_RATIO})")
        for key, what in (
            ("full_bytes", "bytes until full"),
            ("full_requests", "requests until full"),
            ("bytes", "bytes of the whole page"),
            ("requests", "requests of the whole page"),
        ):
            if others:
                ours, best = _median(by[OURS], key), min(_median(own, key) for own in others)
                _say(ours < best, f"{case}: {what} {ours:,.0f}, best of the others {best:,.0f}")
    for (network,), cases in _grouped(found["changes"], "network"):
        by_kind = dict(_grouped(cases, "engine", "prefetched"))
        ours = [row for row in cases if row["engine"] == OURS]
        black = max(row["black_frames"] for row in ours)
        _say(black == 0, f"{network}, change of scene: {black} black frames (none)")
        if (PEER, False) in by_kind:
            peers = by_kind[PEER, False]
            ratio = _median(by_kind[OURS, True], "seen_ms") / _median(peers, "seen_ms")
            _say(ratio <= CHANGE_RATIO, f"{network}, change of scene, prefetched: seen in {ratio:.2f} of {PEER}'s time")
            ratio = _median(by_kind[OURS, True], "full_ms") / _median(peers, "full_ms")
            _say(ratio <= CHANGE_RATIO, f"{network}, change of scene, prefetched: full in {ratio:.2f} of {PEER}'s time")
    for row in found["turns"]:
        longest, case = row["script_longest_ms"], f"{row['network']}, {HOTSPOTS} hotspots"
        _say(longest <= SCRIPT_MS, f"{case}: longest script of a frame {longest:.0f} ms (at most {SCRIPT_MS})")
    for row in found["idle"]:
        if row["engine"] == OURS:
            _say(row["draws"] + row["callbacks"] == 0, f"idle: {row['draws']} draws, {row['callbacks']} frames (none)")
    for row in found["memory"]:
        if row["engine"] == OURS:
            _say(row["peak_bytes"] <= TEXTURE_BYTES, f"textures {row['peak_bytes'] / 1e6:.1f} MB at most (64)")


def _say(met: bool, what: str) -> None:
    print(f"{'met    ' if met else 'NOT MET'}  {what}")


def _grouped(rows: Rows, *names: str) -> Iterator[tuple[tuple[Any, ...], Rows]]:
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    yield from groups.items()


def _values(rows: Rows, key: str) -> Iterable[float]:
    return [row[key] for row in rows if not math.isnan(row[key])]


def _median(rows: Rows, key: str) -> float:
    values = _values(rows, key)
    return statistics.median(values) if values else math.nan


def _spread(rows: Rows, key: str) -> str:
    values = _values(rows, key)
    return f"{_median(rows, key):.0f} ({min(values):.0f}–{max(values):.0f})" if values else "–"


def _blank(value: float) -> str:
    return f"{'–' if math.isnan(value) else f'{value:.0f}':>7s}"

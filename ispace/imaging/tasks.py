"""What the picture process can do; ``worker.TASKS`` gives each function its name.

Every function takes (parameters, limits, progress 0…1) and returns a result; parameters and results are JSON-able.
``params["path"]`` is the picture, ``params["name"]`` what people call it, ``params["out"]`` where results go.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ispace.errors import PictureSphereTooLargeError
from ispace.imaging import glance as seen, webpicture
from ispace.imaging.coverage import Declared, Note, north_deg, sphere_of
from ispace.imaging.decode import load_planes, load_rgb
from ispace.imaging.limits import Limits
from ispace.imaging.probe import probe
from ispace.imaging.seam import ends_meet

Progress = Callable[[float], None]

_COMPLETE = "tileset.json"
_ASIDE = ".partial"
_DECODED = 0.25
"""Share of the time after which a panorama is decoded."""


def probe_picture(params: dict[str, Any], limits: Limits, _progress: Progress) -> dict[str, Any]:
    """Return ``PictureInfo.to_json()`` of a picture."""
    return probe(Path(params["path"]), limits, params["name"]).to_json()


def tile(params: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """Cut a panorama into the folder ``out``: tiles, preview, and ``tileset.json`` last.

    Parameters: path, out, name; pitch_deg, roll_deg (level angles); coverage ({haov_deg, vaov_deg, pitch_deg} or null);
    format, quality, threads. Result: info, notes ([{code, params}]), tile_set (the content of ``tileset.json``),
    sphere (pixels) and north_deg (bearing of yaw 0 or null).
    """
    from ispace.imaging.pyramid import LevelAngles, make_tileset  # noqa: PLC0415 - not paid for by probe

    path, out = Path(params["path"]), Path(params["out"])
    info = probe(path, limits, params["name"])
    declared = Declared(**params["coverage"]) if params.get("coverage") else None
    # What is no panorama is refused before it is decoded, and so is a small picture that claims to be a tiny part of a
    # huge sphere: every tile of that sphere would be cut.
    claimed, _ = sphere_of(info, declared)
    if claimed.full_width_px * claimed.full_height_px > limits.max_pixels:
        raise PictureSphereTooLargeError(
            file=info.file,
            size=f"{claimed.full_width_px} × {claimed.full_height_px}",
            max_megapixels=limits.max_pixels // 1_000_000,
        )
    damage: list[str] = []
    planes = load_planes(path, limits, info, damage.append)
    sphere, notes = sphere_of(info, declared, lambda: ends_meet(planes.y))
    notes += [Note(code, {"file": info.file}) for code in (*info.warnings, *damage)]
    progress(_DECODED)

    aside = out / _ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        made = make_tileset(
            planes,
            sphere,
            level=LevelAngles(params.get("pitch_deg", 0.0), params.get("roll_deg", 0.0)),
            write=lambda name, data: _write(aside / name, data),
            fmt=params.get("format", "jpg"),
            quality=params.get("quality", 80),
            threads=params.get("threads", 2),
            progress=lambda share: progress(_DECODED + (1 - _DECODED) * share),
        )
        said = json.dumps(made.to_json(), ensure_ascii=False, separators=(",", ":"))
        _write(aside / _COMPLETE, said.encode())
        _bring_in(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return {
        "info": info.to_json(),
        "notes": [dataclasses.asdict(note) for note in notes],
        "tile_set": made.to_json(),
        "sphere": dataclasses.asdict(sphere),
        "north_deg": north_deg(info, sphere),
    }


def views(params: dict[str, Any], _limits: Limits, _progress: Progress) -> dict[str, Any]:
    """Make the pictures of a first view: tiles (a tile set's folder), out, yaw_deg, pitch_deg, hfov_deg."""
    from ispace.imaging import poster  # noqa: PLC0415 - not paid for by probe

    poster.make(
        Path(params["tiles"]),
        Path(params["out"]),
        yaw_deg=params["yaw_deg"],
        pitch_deg=params["pitch_deg"],
        hfov_deg=params["hfov_deg"],
    )
    return {}


def picture(params: dict[str, Any], limits: Limits, _progress: Progress) -> dict[str, Any]:
    """Write the picture at path to out (JPEG) as cards show it; return its width_px and height_px."""
    path = Path(params["path"])
    rgb = load_rgb(path, limits, webpicture.LONGEST_PX, probe(path, limits, params["name"]))
    made = webpicture.encode(rgb)
    Path(params["out"]).write_bytes(made.jpeg)
    return {"width_px": made.width_px, "height_px": made.height_px}


def glance(params: dict[str, Any], limits: Limits, _progress: Progress) -> dict[str, Any]:
    """Write a small JPEG of the picture at path to out; return whether it is of two lenses (is_dual_fisheye)."""
    path = Path(params["path"])
    rgb = load_rgb(path, limits, seen.LONGEST_PX, probe(path, limits, params["name"]))
    Path(params["out"]).write_bytes(seen.small(rgb))
    return {"is_dual_fisheye": seen.is_dual_fisheye(rgb)}


def drawing(params: dict[str, Any], _limits: Limits, _progress: Progress) -> dict[str, Any]:
    """Write the pages of the drawing at path (PDF) as PNG into the folder out; return the names of their files."""
    from ispace.imaging import drawing as drawings  # noqa: PLC0415 - not paid for by probe

    return {"pages": drawings.render(Path(params["path"]), Path(params["out"]), params["name"])}


def stitch(params: dict[str, Any], limits: Limits, progress: Progress) -> dict[str, Any]:
    """Stitch the photos at ``photos`` into ``out`` by ``options``; return ``Outcome.to_json()``.

    ``out`` is not written where the set fails; its folder may be used for what is too large for memory.
    """
    from ispace.imaging.stitch import run  # noqa: PLC0415
    from ispace.imaging.stitch.options import Options  # noqa: PLC0415 - not paid for by probe
    from ispace.imaging.stitch.outcome import Finding  # noqa: PLC0415

    options = Options.from_json(params["options"])
    end = None if options.time_limit_s is None else time.monotonic() + options.time_limit_s
    files = [Path(photo) for photo in params["photos"]]
    outcome = run.stitch(
        files,
        Path(params["out"]),
        options,
        limits=limits,
        progress=progress,
        cancelled=lambda: end is not None and time.monotonic() > end,
    )
    if end is not None and time.monotonic() > end and [f.code for f in outcome.findings[:1]] == ["GHEP-NGUNG"]:
        late = Finding("GHEP-LAU", {"count": len(files), "seconds": round(options.time_limit_s or 0)})
        outcome = dataclasses.replace(outcome, findings=(late, *outcome.findings[1:]))
    return dict(outcome.to_json())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _bring_in(aside: Path, out: Path) -> None:
    """Move a finished set to its place; without ``tileset.json``, which goes first and comes last, nothing is one."""
    (out / _COMPLETE).unlink(missing_ok=True)
    for item in sorted(aside.iterdir(), key=lambda item: item.name == _COMPLETE):
        target = out / item.name
        if target.is_dir():
            shutil.rmtree(target)
        item.replace(target)

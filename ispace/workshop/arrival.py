"""The stage that looks at a file a tour was sent: keeps it as an original, says what it is."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from ispace import digest, keys
from ispace.errors import BadInputError
from ispace.imaging.info import PictureInfo
from ispace.jobs.stage import Stage
from ispace.materials.look import Look
from ispace.pipeline import ingest
from ispace.ports import Put
from ispace.workshop import tools

_FISHEYE_FORMATS = (".insp", ".insv", ".360")


def look(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Look at the upload ``inputs["upload"]``; return ``Look.to_json()`` with its ``sha256``.

    Of a drawing the ``pages`` are kept as pictures, each with ``sha256``, ``size_bytes`` and ``info``.

    A file that cannot be used is no failure: what is wrong with it is part of what was seen. Raises the storage errors.
    """
    upload_id, name = str(inputs["upload"]), str(inputs["name"])
    with tools.at_hand() as at_hand:
        path = tools.bring({"upload": upload_id, "name": name}, at_hand.private, stage.folder)
        stage.progress(0.4, path.name)
        sha256 = digest.of_file(path)
        if inputs["kind"] == "drawing":
            return _drawing(path, sha256, at_hand) | {"sha256": sha256}
        look = _picture(path, at_hand) if inputs["kind"] == "image" else _medium(path, at_hand, name)
        return look.to_json() | {"sha256": sha256}


def _picture(path: Any, at_hand: tools.Tools) -> Look:
    try:
        original = ingest.run(path, at_hand.private, at_hand.worker)
        said = _glance(path, original.sha256, at_hand)
    except BadInputError as error:
        return _unusable(error)
    return Look(_kind(original.info, path.name, said["is_dual_fisheye"]), original.info, has_glance=True)


def _drawing(path: Path, sha256: str, at_hand: tools.Tools) -> dict[str, Any]:
    """Keep a drawing, and each of its pages as a picture; the first of them is what lists show of it."""
    folder = path.with_name("pages")
    folder.mkdir()
    pages = []
    try:
        told = at_hand.worker.run("drawing", {"path": str(path), "name": path.name, "out": str(folder)})
        for file in (folder / name for name in told["pages"]):
            page = ingest.run(file, at_hand.private, at_hand.worker)
            _glance(file, page.sha256, at_hand)
            pages.append({"sha256": page.sha256, "size_bytes": page.size, "info": page.info.to_json()})
        _glance(folder / told["pages"][0], sha256, at_hand)
    except BadInputError as error:
        return _unusable(error).to_json()
    return dataclasses.replace(_medium(path, at_hand, path.name), has_glance=True).to_json() | {"pages": pages}


def _glance(path: Path, sha256: str, at_hand: tools.Tools) -> dict[str, Any]:
    """Keep a small picture of the picture at ``path`` as that of the original ``sha256``; return what it tells."""
    small = path.with_name("glance.jpg")
    said = at_hand.worker.run("glance", {"path": str(path), "name": path.name, "out": str(small)})
    at_hand.private.put(Put(keys.glance(sha256), small))
    return said


def _unusable(error: BadInputError) -> Look:
    plain = {n: v if isinstance(v, str | int | float) else str(v) for n, v in error.params.items()}
    return Look("unusable", error_code=error.code, error_params=plain)


def _kind(info: PictureInfo, name: str, is_dual_fisheye: bool) -> str:
    if name.casefold().endswith(_FISHEYE_FORMATS) or (info.gpano is None and is_dual_fisheye):
        return "fisheye"
    if not info.is_panorama:
        return "photo"
    area = info.gpano.area if info.gpano is not None else None
    is_part = area is not None and (area.width_px < area.full_width_px or area.height_px < area.full_height_px)
    return "part" if is_part or not 1.9 <= info.width_px / info.height_px <= 2.1 else "panorama"


def _medium(path: Any, at_hand: tools.Tools, name: str) -> Look:
    sha256 = digest.of_file(path)
    if at_hand.private.head(keys.original(sha256)) is None:
        at_hand.private.put(Put(keys.original(sha256), path))
    return Look("fisheye" if name.casefold().endswith(_FISHEYE_FORMATS) else "medium")

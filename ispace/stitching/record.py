"""The report that is kept beside a panorama: where it lies, from which photos it says that the panorama was made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_SUFFIX = ".ghep"
"""In no name of a picture: what a report ends with says that it is none."""
_LARGEST_BYTES = 8 << 20


def report_of(panorama: Path) -> Path:
    """Return where the report of a panorama lies, as JSON."""
    return panorama.with_name(f"{panorama.stem}{_SUFFIX}.json")


def page_of(panorama: Path) -> Path:
    """Return where the report of a panorama lies, as a page."""
    return panorama.with_name(f"{panorama.stem}{_SUFFIX}.html")


def source(folder: str, photos: Iterable[Path], group: int) -> dict[str, Any]:
    """Return what a report says of where its photos are from: ``folder`` in the tour's, names and sizes, the group.

    A photo that is gone meanwhile has no size.
    """
    sizes = {path.name: path.stat().st_size if path.is_file() else None for path in photos}
    return {"folder": folder, "files": dict(sorted(sizes.items())), "group": group}


def read(file: Path) -> dict[str, Any] | None:
    """Return a report that was kept beside a panorama; ``None`` for what is not there or is none."""
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            return None
        told = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    well_formed = isinstance(told, dict) and isinstance(told.get("source"), dict) and "panorama_sha256" in told
    return told if well_formed else None


def kept_in(folder: Path) -> dict[Path, dict[str, Any]]:
    """Return the reports in a folder by the panoramas that they are of, in the order of their names."""
    found = {}
    for file in sorted(folder.glob(f"*{_SUFFIX}.json")):
        told = read(file)
        if told is not None:
            found[file.with_name(file.name.removesuffix(f"{_SUFFIX}.json") + ".jpg")] = told
    return found

"""Files → the photos of a set, and why the others are none."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ispace.errors import IspaceError, PictureTooLargeError
from ispace.imaging.formats import FILM
from ispace.imaging.info import LEAST_PANORAMA_RATIO, PictureInfo
from ispace.imaging.limits import Limits
from ispace.imaging.probe import probe
from ispace.imaging.stitch.findings import finding
from ispace.imaging.stitch.outcome import Finding
from ispace.imaging.stitch.photos import Photo

_FILMS = {".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".3gp", ".insv", ".360", ".mts"}
_SMALLEST_PX = 300
_LONGEST_SCREEN = 2.4
_MOST_MEGAPIXELS = 220
"""More than any camera takes in one photo."""
_SCREENSHOT = re.compile(r"screen[ _-]?shot|chụp màn hình|chup man hinh|screen_", re.IGNORECASE)
_SCREENS = {
    *((1080, 1920), (1080, 2160), (1080, 2220), (1080, 2280), (1080, 2310), (1080, 2340), (1080, 2400), (1080, 2408)),
    *((720, 1280), (720, 1520), (720, 1560), (720, 1600), (1440, 2560), (1440, 2960), (1440, 3040), (1440, 3200)),
    *((750, 1334), (828, 1792), (1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622), (1242, 2688), (1284, 2778)),
    *((1290, 2796), (1320, 2868), (768, 1366), (900, 1440), (900, 1600), (1050, 1680), (1200, 1920), (1440, 2560)),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that was looked at: ``photo`` where it is one, else ``why`` not; ``info`` where it could be read."""

    file: str
    photo: Photo | None
    why: Finding | None
    info: PictureInfo | None = None
    digest: str = ""


def look(paths: Sequence[Path], leave_out: Sequence[str], limits: Limits, told: Callable[[float], None]) -> list[Seen]:
    """Return what each file is, in the order given; files of one content are one photo."""
    seen: list[Seen] = []
    known: dict[str, str] = {}
    for number, path in enumerate(paths):
        one = _look(path, leave_out, limits)
        if one.photo is not None:
            other = known.setdefault(one.digest, one.file)
            if other != one.file or any(s.digest == one.digest for s in seen):
                one = Seen(one.file, None, finding("GHEP-TRUNG", other=other), one.info, one.digest)
        seen.append(one)
        told((number + 1) / len(paths))
    return seen


def _look(path: Path, leave_out: Sequence[str], limits: Limits) -> Seen:
    name = path.name
    if name in leave_out:
        return Seen(name, None, finding("GHEP-BO-RA"))
    if path.suffix.lower() in _FILMS:
        return Seen(name, None, finding("GHEP-PHIM"))
    try:
        info = probe(path, limits, name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except IspaceError as error:
        is_film = error.params.get("found") == FILM
        return Seen(name, None, finding("GHEP-PHIM") if is_film else Finding(error.code, dict(error.params)))
    except OSError as error:
        return Seen(name, None, Finding("ANH-HONG", {"file": name, "detail": str(error)}))
    why = _no_photo(info)
    if why is not None:
        return Seen(name, None, why, info, digest)
    return Seen(name, Photo(path, info, _lens_key(info)), None, info, digest)


def _no_photo(info: PictureInfo) -> Finding | None:
    longer, shorter = max(info.width_px, info.height_px), min(info.width_px, info.height_px)
    unknown = info.camera_model is None and info.focal_35_mm is None
    megapixels = info.width_px * info.height_px // 1_000_000
    if megapixels > _MOST_MEGAPIXELS:
        params = {"file": info.file, "megapixels": megapixels, "max_megapixels": _MOST_MEGAPIXELS}
        return Finding(PictureTooLargeError.code, params)
    if unknown and _is_of_screen(info, longer, shorter):
        return finding("GHEP-MAN-HINH")
    if info.is_panorama:
        return finding("GHEP-LA-PANORAMA")
    if longer < _SMALLEST_PX:
        return finding("GHEP-ANH-NHO", size=f"{info.width_px} × {info.height_px}")
    return None


def _is_of_screen(info: PictureInfo, longer: int, shorter: int) -> bool:
    """Whether a picture of which no camera is known shows a screen: by its name, or by its size.

    Messengers send photos as JPEG of 16:9, so that size alone says nothing there.
    """
    if _SCREENSHOT.search(unicodedata.normalize("NFC", info.file)):
        return True
    if info.gpano is not None or longer == 2 * shorter == info.width_px:
        return False
    if longer < LEAST_PANORAMA_RATIO * shorter:
        return info.format == "PNG" and (shorter, longer) in _SCREENS
    return (shorter, longer) in _SCREENS or (info.height_px == longer and longer <= _LONGEST_SCREEN * shorter)


def _lens_key(info: PictureInfo) -> str:
    """Return what photos of one lens at one zoom have in common, upright or on their side."""
    size = sorted((info.width_px, info.height_px))
    return f"{info.camera_make} {info.camera_model} {size[0]}×{size[1]} {info.focal_35_mm or 0:g}"

"""EXIF: where, when and with what a picture was taken, and which way is up.

EXIF comes from cameras, telephones and every program in between, and much of it is broken. Nothing here raises: what
makes no sense is left out, and a code says so.
"""

from __future__ import annotations

import contextlib
import math
import struct
import unicodedata
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

EXIF_BROKEN = "ANH-EXIF"
GPS_NONSENSE = "ANH-GPS"

_ORIENTATION, _MAKE, _MODEL, _DATE_TIME = 0x0112, 0x010F, 0x0110, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_DATE_TIME_ORIGINAL, _OFFSET_TIME, _OFFSET_TIME_ORIGINAL = 0x9003, 0x9010, 0x9011
_SUB_SECONDS, _SUB_SECONDS_ORIGINAL = 0x9290, 0x9291
_FOCAL_35_MM = 0xA405
_FOCALS_35_MM = (4.0, 2000.0)
_LAT_REF, _LAT, _LON_REF, _LON, _ALT_REF, _ALT, _DIRECTION = 1, 2, 3, 4, 5, 6, 17

_BROKEN = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
)
"""What Pillow's EXIF reader has been seen to raise on broken files."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the camera stood: degrees north and east (WGS 84), metres above sea level or ``None``."""

    lat: float
    lon: float
    altitude_m: float | None = None


@dataclass(frozen=True, slots=True)
class Exif:
    """What is used of a picture's EXIF.

    ``focal_35_mm`` is that of a lens with the same diagonal field of view on 36 × 24 mm. ``orientation`` is 1…8 (1: as
    stored); ``heading_deg`` a compass bearing in [0, 360); ``taken_at`` ISO 8601, with
    parts of a second and the offset from UTC when the camera wrote them.
    """

    orientation: int = 1
    position: Position | None = None
    heading_deg: float | None = None
    taken_at: str | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    focal_35_mm: float | None = None
    warnings: tuple[str, ...] = ()


def read_exif(source: bytes | Image.Exif | None) -> Exif:
    """Return what raw EXIF (with or without its ``Exif\\0\\0`` prefix) or Pillow's reader of it says; never raises."""
    if source is None:
        return Exif()
    codes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        main, exif, gps = _directories(source, codes)
    if any(issubclass(w.category, UserWarning) for w in caught):
        codes.append(EXIF_BROKEN)
    position = _position(gps)
    if position is None and (_LAT in gps or _LON in gps):
        codes.append(GPS_NONSENSE)
    return Exif(
        orientation=_orientation(main.get(_ORIENTATION)),
        position=position,
        heading_deg=_bearing(gps.get(_DIRECTION)),
        taken_at=_taken_at(main, exif),
        camera_make=_text(main.get(_MAKE)),
        camera_model=_text(main.get(_MODEL)),
        focal_35_mm=_focal(exif.get(_FOCAL_35_MM)),
        warnings=tuple(dict.fromkeys(codes)),
    )


_Tags = Mapping[int, object]


def _directories(source: bytes | Image.Exif, codes: list[str]) -> tuple[_Tags, _Tags, _Tags]:
    """Return the main, the EXIF and the GPS directory; an empty one for each that cannot be read."""
    try:
        if isinstance(source, bytes):
            reader = Image.Exif()
            reader.load(source)
        else:
            reader = source
    except _BROKEN:
        codes.append(EXIF_BROKEN)
        return {}, {}, {}
    main: dict[int, object] = {}
    for tag in (_ORIENTATION, _MAKE, _MODEL, _DATE_TIME):  # one by one: a broken one must not hide the others
        try:
            main[tag] = reader.get(tag)
        except _BROKEN:
            codes.append(EXIF_BROKEN)
    parts: list[_Tags] = []
    for tag in (_EXIF_IFD, _GPS_IFD):
        try:
            directory = reader.get_ifd(tag)
            parts.append(dict(directory) if isinstance(directory, Mapping) else {})
        except _BROKEN:
            codes.append(EXIF_BROKEN)
            parts.append({})
    return main, parts[0], parts[1]


def _orientation(value: object) -> int:
    number = _number(value)
    return int(number) if number in {1, 2, 3, 4, 5, 6, 7, 8} else 1


def _number(value: object) -> float | None:
    """Return a tag's value as a finite number, or ``None``."""
    if isinstance(value, tuple | list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool | str | bytes | tuple | list) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # Pillow's rationals are numbers to float() only
    except _BROKEN:
        return None
    return number if math.isfinite(number) else None


def _focal(value: object) -> float | None:
    """Return a focal length as a lens can have it; 0 is what cameras write that do not know it."""
    number = _number(value)
    low, high = _FOCALS_35_MM
    return number if number is not None and low <= number <= high else None


def _text(value: object) -> str | None:
    """Return at most 80 printable characters of a tag, composed (NFC); ``None`` for an empty one."""
    if isinstance(value, str):  # Pillow takes all text for Latin-1, telephones write UTF-8
        with contextlib.suppress(UnicodeError):
            value = value.encode("latin-1").decode("utf-8")
    elif isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    head = unicodedata.normalize("NFC", value.split("\0", 1)[0][:400])
    shown = "".join(c if c.isprintable() else " " for c in head)
    return " ".join(shown.split())[:80] or None


def _degrees(value: object) -> float | None:
    """Return degrees, minutes, seconds (any but the first may be missing) as degrees."""
    if not isinstance(value, tuple | list) or not 1 <= len(value) <= 3:
        return _number(value)
    parts = [_number(part) for part in value]
    total = 0.0
    for part, unit in zip(parts, (1.0, 60.0, 3600.0), strict=False):
        if part is None or part < 0:
            return None
        total += part / unit
    return total


def _position(gps: _Tags) -> Position | None:
    """Return the position; exactly 0°, 0° is what cameras without reception write, so it is none."""
    lat, lon = _degrees(gps.get(_LAT)), _degrees(gps.get(_LON))
    north, east = _text(gps.get(_LAT_REF)), _text(gps.get(_LON_REF))
    if lat is None or lon is None or north not in {"N", "S"} or east not in {"E", "W"}:
        return None
    if not (0 <= lat <= 90 and 0 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    altitude = _number(gps.get(_ALT))
    if altitude is not None:
        below = gps.get(_ALT_REF) in {1, b"\x01"}
        altitude = round(-altitude if below else altitude, 3) if abs(altitude) <= 20_000 else None
    return Position(
        lat=round(lat if north == "N" else -lat, 7), lon=round(lon if east == "E" else -lon, 7), altitude_m=altitude
    )


def _bearing(value: object) -> float | None:
    number = _number(value)
    return number % 360.0 if number is not None and 0 <= number <= 360 else None


def _taken_at(main: _Tags, exif: _Tags) -> str | None:
    for value, offset, part in (
        (exif.get(_DATE_TIME_ORIGINAL), exif.get(_OFFSET_TIME_ORIGINAL), exif.get(_SUB_SECONDS_ORIGINAL)),
        (main.get(_DATE_TIME), exif.get(_OFFSET_TIME), exif.get(_SUB_SECONDS)),
    ):
        text = _text(value)
        if text is None:
            continue
        try:
            moment = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        digits = (_text(part) or "")[:6]
        if digits.isascii() and digits.isdecimal():
            moment = moment.replace(microsecond=int(digits.ljust(6, "0")))
        try:
            return datetime.fromisoformat(moment.isoformat() + (_text(offset) or "")).isoformat()
        except ValueError:
            return moment.isoformat()
    return None

"""GPano: what a panorama's XMP says about its place on the sphere (namespace ``photos/1.0/panorama`` of Google).

Fields and meaning: https://developers.google.com/streetview/spherical-metadata. Nothing in a file is trusted: values
that make no sense are left out, and a code says so.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_NAMESPACE = "http://ns.google.com/photos/1.0/panorama/"
_MAX_XMP_BYTES = 4_000_000
_MAX_SIDE_PX = 1_000_000
_ATTRIBUTE = re.compile(rb"\bGPano:([A-Za-z]{1,40})\s{0,8}=\s{0,8}[\"']([^\"'<>]{0,80})[\"']")
_ELEMENT = re.compile(rb"<GPano:([A-Za-z]{1,40})\s{0,8}>([^<>]{0,80})</GPano:")

XMP_BROKEN = "ANH-XMP"
GPANO_NONSENSE = "ANH-GPANO"
GPANO_OTHER_PICTURE = "ANH-GPANO-TI-LE"


@dataclass(frozen=True, slots=True)
class Area:
    """Where the picture lies in the full sphere, in pixels of the file as it is now (upright)."""

    full_width_px: int
    full_height_px: int
    left_px: int
    top_px: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class GPano:
    """What GPano says; ``None`` for everything it does not say. Angles in degrees, pitch up, roll clockwise.

    ``pose_heading_deg`` and ``initial_heading_deg`` are compass bearings: of the picture's middle, and of the first
    view.
    """

    projection: str | None = None
    area: Area | None = None
    pose_heading_deg: float | None = None
    pose_pitch_deg: float | None = None
    pose_roll_deg: float | None = None
    initial_heading_deg: float | None = None
    initial_pitch_deg: float | None = None
    initial_hfov_deg: float | None = None


def read_gpano(xmp: bytes, width_px: int, height_px: int) -> tuple[GPano | None, list[str]]:
    """Return what an XMP packet says about a picture of that size, and codes of what was wrong; never raises.

    ``None`` stands for a packet without usable GPano. Values are scaled when the picture was resized after the packet
    was written, and the area is left out when its proportions are no longer the picture's.
    """
    fields, broken = _fields(xmp)
    warnings = [XMP_BROKEN] if broken else []
    if not fields:
        return None, warnings
    area, problem = _area(fields, width_px, height_px)
    if problem:
        warnings.append(problem)
    angles = {
        "pose_heading_deg": _bearing(fields.get("PoseHeadingDegrees")),
        "pose_pitch_deg": _angle(fields.get("PosePitchDegrees"), 90),
        "pose_roll_deg": _angle(fields.get("PoseRollDegrees"), 180),
        "initial_heading_deg": _bearing(fields.get("InitialViewHeadingDegrees")),
        "initial_pitch_deg": _angle(fields.get("InitialViewPitchDegrees"), 90),
        "initial_hfov_deg": _angle(fields.get("InitialHorizontalFOVDegrees"), 180, above=0),
    }
    projection = fields.get("ProjectionType", "").strip().lower() or None
    if projection not in {None, "equirectangular", "cylindrical"}:
        projection, area = None, None
        warnings.append(GPANO_NONSENSE)
    pano = GPano(projection=projection, area=area, **angles)
    return (None if pano == GPano() else pano), list(dict.fromkeys(warnings))


def _fields(xmp: bytes) -> tuple[dict[str, str], bool]:
    """Return the GPano fields by local name, from attributes and elements alike, and whether the XML was broken."""
    if len(xmp) > _MAX_XMP_BYTES:
        return {}, True
    packet = xmp.strip(b"\0 \t\r\n")
    if not packet:
        return {}, False
    # Here, because they bring half of the library along, and few processes read XMP
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - only the name of the error

    from defusedxml import ElementTree  # noqa: PLC0415

    try:
        root = ElementTree.fromstring(packet, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        found = _ATTRIBUTE.findall(packet) + _ELEMENT.findall(packet)
        return {name.decode("ascii"): value.decode("utf-8", "replace") for name, value in found}, True
    fields: dict[str, str] = {}
    prefix = "{" + _NAMESPACE + "}"
    for element in root.iter():
        if element.tag.startswith(prefix) and element.text:
            fields.setdefault(element.tag.removeprefix(prefix), element.text)
        for name, value in element.attrib.items():
            if name.startswith(prefix):
                fields.setdefault(name.removeprefix(prefix), value)
    return fields, False


def _number(text: str | None) -> float | None:
    """Return a finite number written in ASCII, or ``None``."""
    if text is None or len(text) > 40 or not text.isascii() or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _angle(text: str | None, limit: float, above: float | None = None) -> float | None:
    value = _number(text)
    if value is None or abs(value) > limit or (above is not None and value <= above):
        return None
    return value


def _bearing(text: str | None) -> float | None:
    """Return a compass bearing in [0, 360); -180…0 is common in the wild and means the same turn."""
    value = _number(text)
    return value % 360.0 % 360.0 if value is not None and -360 <= value <= 360 else None


def _area(fields: dict[str, str], width_px: int, height_px: int) -> tuple[Area | None, str | None]:
    names = (
        "FullPanoWidthPixels",
        "FullPanoHeightPixels",
        "CroppedAreaImageWidthPixels",
        "CroppedAreaImageHeightPixels",
        "CroppedAreaLeftPixels",
        "CroppedAreaTopPixels",
    )
    if not any(name in fields for name in names):
        return None, None
    values = [_number(fields.get(name)) for name in names]
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(names):
        return None, GPANO_NONSENSE
    full_w, full_h, crop_w, crop_h, left, top = numbers
    sizes_fit = 0 < crop_w <= full_w <= _MAX_SIDE_PX and 0 < crop_h <= full_h <= _MAX_SIDE_PX
    slack = 1.0  # programs round the two ends on their own
    if not sizes_fit or not (-slack < left <= full_w - crop_w + slack and -slack < top <= full_h - crop_h + slack):
        return None, GPANO_NONSENSE
    if abs(full_w - 2 * full_h) > max(2.0, 0.005 * full_w):
        return None, GPANO_NONSENSE
    scale_x, scale_y = width_px / crop_w, height_px / crop_h
    if abs(crop_h * scale_x - height_px) > max(1.5, 0.01 * height_px):
        return None, GPANO_OTHER_PICTURE
    full_width, full_height = max(round(full_w * scale_x), width_px), max(round(full_h * scale_y), height_px)
    return (
        Area(
            full_width_px=full_width,
            full_height_px=full_height,
            left_px=min(max(round(left * scale_x), 0), full_width - width_px),
            top_px=min(max(round(top * scale_y), 0), full_height - height_px),
            width_px=width_px,
            height_px=height_px,
        ),
        None,
    )

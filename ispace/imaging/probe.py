"""What a picture file says about itself, read from its header only."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path

from PIL import Image

from ispace.imaging.colour import profile_name
from ispace.imaging.gpano import GPANO_OTHER_PICTURE, GPano, read_gpano
from ispace.imaging.info import PictureInfo
from ispace.imaging.limits import Limits
from ispace.imaging.metadata import Exif, read_exif
from ispace.imaging.opening import opened

__all__ = ["HEADING_ZERO", "PROFILE_BROKEN", "SEVERAL_PICTURES", "PictureInfo", "probe"]

SEVERAL_PICTURES = "ANH-NHIEU"
HEADING_ZERO = "ANH-HUONG-0"
PROFILE_BROKEN = "ANH-ICC"

_ALPHA_MODES = {"RGBA", "LA", "PA", "RGBa", "La"}
_SIXTEEN_BIT_MODES = {"I;16", "I;16B", "I;16L", "I;16N"}


def probe(path: Path, limits: Limits, name: str | None = None) -> PictureInfo:
    """Return what the header of a picture says; no pixel is decoded.

    ``name`` is what people call the file, by default the path's last part. Raises a ``PictureError`` for a file that is
    no picture, moves, or is larger than the limits; broken EXIF, XMP or colour profiles are warnings.
    """
    shown = name or path.name
    with opened(path, limits, shown) as picture:
        return _describe(picture, path, shown)


def _describe(picture: Image.Image, path: Path, name: str) -> PictureInfo:
    format_name = picture.format or "?"
    # not picture.getexif() for all: for PNG that would decode the pixels
    exif = read_exif(picture.getexif() if format_name == "TIFF" else picture.info.get("exif"))
    if format_name in {"HEIF", "TIFF"}:  # libheif and Pillow turn these themselves
        exif = dataclasses.replace(exif, orientation=1)
    width_px, height_px = picture.size if exif.orientation < 5 else picture.size[::-1]
    gpano, codes = _gpano(picture, exif, width_px, height_px)
    codes = [*exif.warnings, *codes]
    if format_name in {"MPO", "TIFF", "HEIF"} and getattr(picture, "n_frames", 1) > 1:
        codes.append(SEVERAL_PICTURES)
    profile = None
    if icc := picture.info.get("icc_profile"):
        profile = profile_name(icc)
        if profile is None:
            codes.append(PROFILE_BROKEN)
    heading = exif.heading_deg
    if gpano is not None and gpano.pose_heading_deg is not None:
        heading = gpano.pose_heading_deg
    if heading == 0:  # cameras without a compass write this
        codes.append(HEADING_ZERO)
    return PictureInfo(
        file=name,
        format=format_name,
        width_px=width_px,
        height_px=height_px,
        mode=picture.mode,
        bits=_bits(picture, path),
        has_alpha=picture.mode in _ALPHA_MODES or "transparency" in picture.info,
        progressive=bool(picture.info.get("progressive")),
        orientation=exif.orientation,
        profile=profile,
        gpano=gpano,
        position=exif.position,
        heading_deg=heading,
        taken_at=exif.taken_at,
        camera_make=exif.camera_make,
        camera_model=exif.camera_model,
        focal_35_mm=exif.focal_35_mm,
        file_bytes=path.stat().st_size,
        warnings=tuple(dict.fromkeys(codes)),
    )


def _gpano(picture: Image.Image, exif: Exif, width_px: int, height_px: int) -> tuple[GPano | None, list[str]]:
    """Return GPano; its area only where the picture lies as it was when the area was written."""
    xmp = picture.info.get("xmp")
    if isinstance(xmp, str):
        xmp = xmp.encode()
    if not isinstance(xmp, bytes):
        return None, []
    gpano, codes = read_gpano(xmp, width_px, height_px)
    if gpano is not None and gpano.area is not None and exif.orientation != 1:
        area = gpano.area
        if (area.width_px, area.height_px) != (area.full_width_px, area.full_height_px):
            gpano = dataclasses.replace(gpano, area=None)
            codes.append(GPANO_OTHER_PICTURE)
    return gpano, codes


def _bits(picture: Image.Image, path: Path) -> int:
    """Return the bits per channel as stored; Pillow's modes hide them for colour pictures of 16 bits."""
    match picture.format:
        case "PNG":
            with path.open("rb") as file:
                return file.read(25)[24]
        case "TIFF":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = getattr(picture, "tag_v2", {}).get(258, 8)
            depths = value if isinstance(value, tuple) else (value,)
            return max((int(depth) for depth in depths if isinstance(depth, int)), default=8)
        case "HEIF":
            return int(picture.info.get("bit_depth", 8))
    if picture.mode in _SIXTEEN_BIT_MODES:
        return 16
    return 1 if picture.mode == "1" else 8

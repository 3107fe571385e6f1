"""A finished sphere or a part of it → a JPEG or PNG file with its place (GPano), north, GPS, time and camera."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from ispace.imaging.gpano import Area
from ispace.imaging.metadata import Position
from ispace.imaging.stitch.photos import Photo, Pixels

QUALITY = 92
"""With colours at full size: the panorama is cut into tiles that are encoded again."""

_FILL_WIDTH_PX = 2048
_SOFTWARE = "iSpace"
_MAKE, _MODEL, _SOFTWARE_TAG, _DATE_TIME = 0x010F, 0x0110, 0x0131, 0x0132
_EXIF_IFD, _GPS_IFD, _DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL = 0x8769, 0x8825, 0x9003, 0x9011
_SUB_SECONDS_ORIGINAL = 0x9291
_MOST_SEGMENT_BYTES = 65533
_XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"
{fields}/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def written(
    out: Path,
    rgb: Pixels,
    covered: NDArray[np.bool_],
    area: Area,
    photos: Sequence[Photo],
    north_deg: float | None = None,
) -> None:
    """Write a picture (h, w, 3) that lies at ``area`` and was made of ``photos``; PNG by the name's end, else JPEG.

    ``north_deg`` is the compass bearing of the sphere's middle, where it is known.

    Where ``covered`` (h, w) is false a PNG is transparent, and in a JPEG ``rgb`` itself is filled smoothly.
    """
    xmp, exif = gpano_of(area, len(photos), north_deg), exif_of(photos)
    if out.suffix.lower() == ".png":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        picture = Image.fromarray(np.dstack([rgb, np.where(covered, 255, 0).astype(np.uint8)]))
        picture.save(out, "PNG", exif=exif, pnginfo=text, compress_level=4)
        return
    fill(rgb, covered, closed=area.width_px == area.full_width_px)
    data = simplejpeg.encode_jpeg(rgb, quality=QUALITY, colorspace="RGB", colorsubsampling="444", fastdct=False)
    with out.open("wb") as file:
        file.write(data[:2])
        for segment in (b"Exif\0\0" + exif, _XMP_MARK + xmp):
            file.write(b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment)
        file.write(memoryview(data)[2:])


def gpano_of(area: Area, photo_count: int, north_deg: float | None = None) -> bytes:
    """Return the XMP packet of a picture at ``area`` (fields of Google's photo sphere metadata).

    ``north_deg`` is the bearing of the sphere's middle; the field holds that of the picture's, which may lie elsewhere.
    """
    fields: dict[str, object] = {
        "ProjectionType": "equirectangular",
        "UsePanoramaViewer": "True",
        "StitchingSoftware": _SOFTWARE,
        "SourcePhotosCount": photo_count,
        "FullPanoWidthPixels": area.full_width_px,
        "FullPanoHeightPixels": area.full_height_px,
        "CroppedAreaImageWidthPixels": area.width_px,
        "CroppedAreaImageHeightPixels": area.height_px,
        "CroppedAreaLeftPixels": area.left_px,
        "CroppedAreaTopPixels": area.top_px,
    }
    if north_deg is not None:
        middle_deg = ((area.left_px + area.width_px / 2) / area.full_width_px - 0.5) * 360
        fields["PoseHeadingDegrees"] = f"{(north_deg + middle_deg) % 360:.2f}"
    return _XMP.format(fields="\n".join(f'GPano:{name}="{value}"' for name, value in fields.items())).encode()


def exif_of(photos: Sequence[Photo]) -> bytes:
    """Return EXIF (without its prefix): the middle of the photos' positions, the first time, the commonest camera."""
    exif = Image.Exif()
    exif[_SOFTWARE_TAG] = _SOFTWARE
    cameras = [(photo.info.camera_make, photo.info.camera_model) for photo in photos]
    known = [camera for camera in cameras if camera != (None, None)]
    if known:
        make, model = statistics.mode(known)
        for tag, text in ((_MAKE, make), (_MODEL, model)):
            if text:
                exif[tag] = text
    if times := sorted(photo.info.taken_at for photo in photos if photo.info.taken_at):
        first = datetime.fromisoformat(times[0])
        exif[_DATE_TIME] = exif.get_ifd(_EXIF_IFD)[_DATE_TIME_ORIGINAL] = f"{first:%Y:%m:%d %H:%M:%S}"
        if first.microsecond:
            exif.get_ifd(_EXIF_IFD)[_SUB_SECONDS_ORIGINAL] = f"{first.microsecond:06d}"
        if first.tzinfo is not None:
            exif.get_ifd(_EXIF_IFD)[_OFFSET_TIME_ORIGINAL] = first.isoformat()[-6:]
    if position := _middle([photo.info.position for photo in photos if photo.info.position]):
        exif.get_ifd(_GPS_IFD).update(_gps(position))
    data = exif.tobytes().removeprefix(b"Exif\0\0")
    return data if len(data) < _MOST_SEGMENT_BYTES - 8 else b""


def fill(rgb: Pixels, covered: NDArray[np.bool_], *, closed: bool) -> None:
    """Fill what is not covered, in place and smoothly, from what lies around it (push-pull), at most 2048 px wide.

    ``closed``: the last column is followed by the first.
    """
    height, width = covered.shape
    if covered.all() or not covered.any():
        return
    scale = min(1.0, _FILL_WIDTH_PX / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    weight = np.asarray(cv2.resize(covered.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
    # uncovered pixels are black, so a mean over a pixel's area is already weighted
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.float32)
    beside = size[0] // 2 if closed else 0
    small, weight = (np.take(each, np.arange(-beside, size[0] + beside), 1, mode="wrap") for each in (small, weight))
    filled = _push_pull(np.asarray(small, np.float32), np.asarray(weight, np.float32))
    x = ((np.arange(width) + 0.5) * size[0] / width - 0.5 + beside).astype(np.float32)
    open_rows = np.flatnonzero(~covered.all(axis=1))
    step = max(1, 4_000_000 // width)
    for start in range(0, len(open_rows), step):
        rows = open_rows[start : start + step]
        full = _enlarged(filled, x, ((rows + 0.5) * size[1] / height - 0.5).astype(np.float32))
        holes = ~covered[rows]
        painted = rgb[rows]
        painted[holes] = np.clip(np.rint(full[holes]), 0, 255)
        rgb[rows] = painted


def _enlarged(small: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a picture (h, w, 3) at rows ``y`` and columns ``x``, bilinear; each axis by itself has no 16-bit limit."""
    for axis, at in ((0, y), (1, x)):
        low = np.clip(np.floor(at), 0, small.shape[axis] - 1).astype(np.intp)
        high = np.minimum(low + 1, small.shape[axis] - 1)
        part = np.clip(at - low, 0, 1).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        small = np.asarray(small.take(low, axis) * (1 - part) + small.take(high, axis) * part, np.float32)
    return small


def _push_pull(colours: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return colours (h, w, 3), already multiplied by ``weight`` (h, w), continued to where the weight is 0."""
    own = np.asarray(colours / np.maximum(weight, 1e-6)[..., None], np.float32)
    if min(weight.shape) < 2 or weight.min() > 0.999:
        if weight.min() > 0.999 or not weight.any():
            return own
        middle = colours.sum(axis=(0, 1)) / weight.sum()
        return np.where(weight[..., None] > 0, own, middle).astype(np.float32)
    size = (-(-weight.shape[1] // 2), -(-weight.shape[0] // 2))
    smaller, share = (np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA)) for each in (colours, weight))
    # a hole that is half closed counts as closed, or far-away colours would shine through near its edge
    full = np.maximum(share, 1e-6)
    grown = np.minimum(1, 2 * share)
    below = _push_pull(np.asarray(smaller * (grown / full)[..., None], np.float32), np.asarray(grown, np.float32))
    pulled = cv2.resize(below, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(own * weight[..., None] + pulled * (1 - weight[..., None]), np.float32)


def _middle(positions: Sequence[Position]) -> Position | None:
    if not positions:
        return None
    altitudes = [position.altitude_m for position in positions if position.altitude_m is not None]
    return Position(
        statistics.median(position.lat for position in positions),
        statistics.median(position.lon for position in positions),
        statistics.median(altitudes) if altitudes else None,
    )


def _gps(position: Position) -> dict[int, object]:
    def parts(value: float) -> tuple[IFDRational, ...]:
        units = round(abs(value) * 3600 * 10_000)  # ten thousandths of a second of arc: 3 mm
        degrees, rest = divmod(units, 3600 * 10_000)
        minutes, seconds = divmod(rest, 60 * 10_000)
        return tuple(IFDRational(n, d) for n, d in ((degrees, 1), (minutes, 1), (seconds, 10_000)))

    tags: dict[int, object] = {
        0: b"\x02\x03\x00\x00",
        1: "N" if position.lat >= 0 else "S",
        2: parts(position.lat),
        3: "E" if position.lon >= 0 else "W",
        4: parts(position.lon),
    }
    if position.altitude_m is not None:
        tags[5] = b"\x00" if position.altitude_m >= 0 else b"\x01"
        tags[6] = IFDRational(round(abs(position.altitude_m) * 100), 100)
    return tags

"""A picture file → planes: upright, sRGB, full-range YCbCr with halved chroma.

JPEG, which nearly all panoramas are, is decoded straight into its planes and never exists as RGB. The rest goes through
Pillow, which needs the whole raster at once; what that will take is estimated first.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from ispace.errors import PictureTooMuchMemoryError, PictureUnknownFormatError
from ispace.imaging.colour import ToSrgb, recolour, to_srgb
from ispace.imaging.jpeg import DECODER_ERRORS, Jpeg, JpegBrokenError
from ispace.imaging.limits import MIB, Limits
from ispace.imaging.opening import damaged, opened
from ispace.imaging.planes import BACKGROUND_RGB, Planes
from ispace.imaging.probe import PictureInfo, probe

SCRATCHED = "ANH-XUOC"

_STRIP_PX = 256
_TOGETHER_PX = 16384 * 8192
"""Up to this size luma and chroma are decoded at the same time, which takes 0.75 bytes a pixel more for a while."""

_BASE_BYTES = 120 * MIB
"""The process with its libraries, and room for strips."""

_RASTER_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_DECODER_BYTES = {"WEBP": 11, "HEIF": 3, "AVIF": 4, "TIFF": 3}
"""Bytes a pixel that a decoder holds beside Pillow's raster, measured as peaks of resident memory."""

_GREY = 128
_PROFILE_MODES = {"1": "L", "L": "L", "LA": "L", "La": "L", "I": "L", "CMYK": "CMYK", "LAB": "LAB"}


def load_planes(
    path: Path, limits: Limits, info: PictureInfo | None = None, warn: Callable[[str], None] | None = None
) -> Planes:
    """Return the picture at ``path``; ``info`` is what ``probe`` said of it.

    ``warn`` is called with codes of the texts' section ``notes`` for damage that cost no pixels.

    Raises:
        PictureTruncatedError: pixels are missing; they are never made up.
        PictureTooMuchMemoryError: it would take more than ``limits.max_memory_mb``; found out before decoding.
        PictureError: another subclass, as ``probe``.
    """
    info = info or probe(path, limits)
    with opened(path, limits, info.file) as picture:
        icc = picture.info.get("icc_profile")
    if info.format in {"JPEG", "MPO"}:
        planes = _from_jpeg(path, limits, info, icc, warn or (lambda _: None))
    else:
        planes = _from_pillow(path, limits, info, icc)
    return _upright(planes, info.orientation) if info.orientation != 1 else planes


def load_rgb(path: Path, limits: Limits, longest_px: int, info: PictureInfo | None = None) -> NDArray[np.uint8]:
    """Return the picture as (h, w, 3) sRGB, its longer side reduced to ``longest_px`` where it is longer."""
    planes = load_planes(path, limits, info)
    height_px, width_px = planes.y.shape
    scale = min(1.0, longest_px / max(width_px, height_px))
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    kinds = (cv2.INTER_AREA, cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR)
    reduced = [
        cv2.resize(plane, size, interpolation=kind)
        for plane, kind in zip((planes.y, planes.cr, planes.cb), (kinds[0], kinds[1], kinds[1]), strict=True)
    ]
    return _u8(cv2.cvtColor(cv2.merge(reduced), cv2.COLOR_YCrCb2RGB))


def memory_needed_mb(info: PictureInfo, coefficient_bytes: int = 0) -> int:
    """Return about how much memory ``load_planes`` will take at its peak, in MiB, the process itself included."""
    pixels = info.width_px * info.height_px
    a_pixel = 1.5 + (1.5 if info.orientation != 1 else 0.0)
    if info.format in {"JPEG", "MPO"}:
        a_pixel += 4.0 if info.mode == "CMYK" else 0.75 if pixels <= _TOGETHER_PX else 0.0
    else:
        a_pixel += _RASTER_BYTES.get(info.mode, 4) + _DECODER_BYTES.get(info.format, 0)
    return int((_BASE_BYTES + pixels * a_pixel + coefficient_bytes) / MIB)


def _check_memory(info: PictureInfo, limits: Limits, coefficient_bytes: int = 0) -> None:
    needed_mb = memory_needed_mb(info, coefficient_bytes)
    if needed_mb > limits.max_memory_mb:
        raise PictureTooMuchMemoryError(file=info.file, needed_mb=needed_mb, max_mb=limits.max_memory_mb)


# JPEG


def _from_jpeg(path: Path, limits: Limits, info: PictureInfo, icc: bytes | None, warn: Callable[[str], None]) -> Planes:
    try:
        with Jpeg.opened(path) as jpeg:
            _check_memory(info, limits, jpeg.coefficient_bytes)
            return _decoded(jpeg, info, icc, warn)
    except JpegBrokenError as error:
        raise damaged(path, "JPEG", info.file, error) from error
    except _PixelsMissingError as error:
        raise damaged(path, "JPEG", info.file, error) from error


class _PixelsMissingError(Exception):
    """The decoder complained, and rightly so."""


def _decoded(jpeg: Jpeg, info: PictureInfo, icc: bytes | None, warn: Callable[[str], None]) -> Planes:
    data: bytes | memoryview = memoryview(jpeg.data)
    try:
        try:
            height_px, width_px, colours, _ = simplejpeg.decode_jpeg_header(data)
        except DECODER_ERRORS:
            data = jpeg.without_junk()
            warn(SCRATCHED)
            try:
                height_px, width_px, colours, _ = simplejpeg.decode_jpeg_header(data)
            except DECODER_ERRORS as error:
                raise _PixelsMissingError(str(error)) from error
        source = _Source(data, jpeg, warn)
        planes = Planes.empty(width_px, height_px)
        if colours in {"CMYK", "YCCK"}:
            # Adobe's convention, which all programs follow: ink is stored inverted
            inks = np.invert(source.decode("CMYK"))
            _fill(planes, _strips_of_inks(inks, to_srgb(icc, "CMYK")))
        elif colours in {"YCbCr", "Gray", "RGB"}:
            _luma_and_chroma(source, planes, grey=colours == "Gray")
            transform = to_srgb(icc, "L" if colours == "Gray" else "RGB")
            if transform is not None:
                recolour(planes.y, planes.cb, planes.cr, transform)
        else:
            raise _PixelsMissingError(f"colours {colours}")
    finally:
        if isinstance(data, memoryview):
            data.release()
    expected = (info.height_px, info.width_px) if info.is_turned else (info.width_px, info.height_px)
    if (width_px, height_px) != expected:
        raise _PixelsMissingError("the file changed while it was read")
    return planes


class _Source:
    """JPEG data that is decoded strictly once; a complaint is looked into, and after that it is not heard again.

    Two threads may decode at a time.
    """

    def __init__(self, data: bytes | memoryview, jpeg: Jpeg, warn: Callable[[str], None]) -> None:
        self._data, self._jpeg, self._warn = data, jpeg, warn
        self._strict = True
        self._lock = threading.Lock()

    def decode(
        self, colours: str, reduced_to: tuple[int, int] | None = None, into: NDArray[np.uint8] | None = None
    ) -> NDArray[np.uint8]:
        """Return (h, w, channels), at half size for ``reduced_to`` = (width, height), in the memory of ``into``."""
        wanted = {"min_factor": 2, "min_width": reduced_to[0], "min_height": reduced_to[1]} if reduced_to else {}
        while True:
            strict = self._strict
            try:
                return np.asarray(
                    simplejpeg.decode_jpeg(self._data, colorspace=colours, buffer=into, strict=strict, **wanted),
                    np.uint8,
                )
            except DECODER_ERRORS as error:
                with self._lock:
                    if not strict or (self._strict and self._jpeg.percent_present() != 100):
                        raise _PixelsMissingError(str(error)) from error
                    if self._strict:
                        self._strict = False
                        self._warn(SCRATCHED)


def _luma_and_chroma(source: _Source, planes: Planes, grey: bool) -> None:
    """Decode into planes: luma and chroma at the same time, or one after the other where memory matters more."""
    if grey:
        planes.cb[:], planes.cr[:] = _GREY, _GREY
        _decode_luma(source, planes)
    elif planes.y.size <= _TOGETHER_PX:
        with ThreadPoolExecutor(1) as pool:
            luma = pool.submit(_decode_luma, source, planes)
            _decode_chroma(source, planes)
            luma.result()
    else:  # chroma first, while the luma plane is allocated but not yet backed by memory
        _decode_chroma(source, planes)
        _decode_luma(source, planes)


def _decode_luma(source: _Source, planes: Planes) -> None:
    source.decode("GRAY", into=planes.y)


def _decode_chroma(source: _Source, planes: Planes) -> None:
    height, width = planes.cb.shape
    half = source.decode("RGB", reduced_to=(width, height))
    if half.shape[:2] != (height, width):
        raise _PixelsMissingError(f"half size {half.shape}")
    for top in range(0, height, _STRIP_PX):
        rows = slice(top, top + _STRIP_PX)
        ycc = cv2.cvtColor(half[rows], cv2.COLOR_RGB2YCrCb)
        cv2.extractChannel(ycc, 1, planes.cr[rows])
        cv2.extractChannel(ycc, 2, planes.cb[rows])


def _strips_of_inks(inks: NDArray[np.uint8], transform: ToSrgb | None) -> Iterator[NDArray[np.uint8]]:
    for top in range(0, inks.shape[0], _STRIP_PX):
        strip = np.ascontiguousarray(inks[top : top + _STRIP_PX])
        if transform is not None:
            yield transform.rows(strip)
        else:
            yield np.asarray(Image.fromarray(strip, "CMYK").convert("RGB"))


# Everything else


def _from_pillow(path: Path, limits: Limits, info: PictureInfo, icc: bytes | None) -> Planes:
    _check_memory(info, limits)
    with opened(path, limits, info.file) as picture:
        if picture.mode == "F":
            raise PictureUnknownFormatError(file=info.file, found=f"{info.format}, 32 bit")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture.load()
        except MemoryError:
            raise
        except Exception as error:  # a decoder may raise anything on damaged data
            raise damaged(path, "HEIF" if info.format == "HEIF" else info.format, info.file, error) from error
        mode = _PROFILE_MODES.get(picture.mode.split(";")[0], "RGB")
        transform = to_srgb(icc, mode) or (to_srgb(icc, "RGB") if mode == "L" else None)
        planes = Planes.empty(*picture.size)
        _fill(planes, _strips(picture, transform))
    return planes


def _strips(picture: Image.Image, transform: ToSrgb | None) -> Iterator[NDArray[np.uint8]]:
    """Yield sRGB rows (≤ 256, w, 3) from top to bottom."""
    see_through = picture.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in picture.info
    for top in range(0, picture.height, _STRIP_PX):
        strip = picture.crop((0, top, picture.width, min(top + _STRIP_PX, picture.height)))
        if strip.mode == "I" or strip.mode.startswith("I;16"):
            deep = np.clip(np.asarray(strip).astype(np.int64), 0, 65535)
            strip = Image.fromarray(((deep + 128) // 257).astype(np.uint8))
        elif see_through:
            strip = strip.convert("RGBA")
        flat = strip
        if transform is not None:
            flat = transform.picture(strip if strip.mode == transform.mode else strip.convert(transform.mode))
        elif strip.mode != "RGB":
            flat = strip.convert("RGB")
        if strip.mode == "RGBA":
            ground = Image.new("RGB", strip.size, BACKGROUND_RGB)
            ground.paste(flat, mask=strip.getchannel("A"))
            flat = ground
        yield np.asarray(flat)


def _fill(planes: Planes, strips: Iterator[NDArray[np.uint8]]) -> None:
    top = 0
    for rgb in strips:
        planes.put_rgb_rows(top, rgb)
        top += rgb.shape[0]


# Which way is up


def _upright(planes: Planes, orientation: int) -> Planes:
    """Return planes turned as EXIF's orientation 2…8 asks for."""
    height, width = planes.y.shape
    size = (height, width) if orientation >= 5 else (width, height)
    result = Planes.empty(*size)
    result.y[:] = _turned(planes.y, orientation)
    for source, target in ((planes.cb, result.cb), (planes.cr, result.cr)):
        plane = _turned(source, orientation)
        if orientation in {2, 3, 6, 7} and size[0] % 2:
            plane = _half_a_step(plane, axis=1)
        if orientation in {3, 4, 7, 8} and size[1] % 2:
            plane = _half_a_step(plane, axis=0)
        target[:] = plane
    return result


def _turned(plane: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    if orientation >= 5:
        plane = plane.T
    if orientation in {3, 4, 7, 8}:
        plane = plane[::-1]
    if orientation in {2, 3, 6, 7}:
        plane = plane[:, ::-1]
    return plane


def _half_a_step(plane: NDArray[np.uint8], axis: int) -> NDArray[np.uint8]:
    """Mend chroma that was flipped along an odd side: its samples now lie between two pairs of pixels."""
    ahead = np.concatenate([plane.take(range(1, plane.shape[axis]), axis), plane.take([-1], axis)], axis)
    return _u8((plane.astype(np.uint16) + ahead + 1) // 2)


def _u8(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    return array.astype(np.uint8, copy=False)

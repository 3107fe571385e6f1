"""JPEG from the outside: its frame, its scans, and how much of the picture the file determines.

libjpeg fills what is missing with grey and only warns, and it warns about much that harms nothing (junk between
segments, a lost end marker). Whether pixels are missing is found out by asking twice: the data is decoded with two
different endings, and what differs was not in the file.
"""

from __future__ import annotations

import contextlib
import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray

_SCAN_END = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SOF = {0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB}
_EOI, _SOS, _DRI, _APP0, _APP14, _APP15, _COM = 0xD9, 0xDA, 0xDD, 0xE0, 0xEE, 0xEF, 0xFE
_KEEP_APP = {_APP0, _APP14}
_COEFFICIENTS = 64
_FILLING = 64


DECODER_ERRORS = (ValueError, KeyError)
"""What simplejpeg raises for a JPEG it does not get through."""


class JpegBrokenError(Exception):
    """The structure of a JPEG cannot be followed up to its first scan."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame header: size in pixels, ``components`` as (id, horizontal, vertical sampling)."""

    width_px: int
    height_px: int
    progressive: bool
    components: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: byte range of its entropy-coded data, its components, coefficients and remaining bits."""

    start: int
    end: int
    components: tuple[int, ...]
    first: int
    last: int
    bits_left: int


class Jpeg:
    """The first picture of a JPEG file, mapped into memory and not copied."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self.data = data
        self.size = len(data)
        self.frame, self._header_end, self._restart_interval = self._read_header()

    @classmethod
    @contextlib.contextmanager
    def opened(cls, path: Path) -> Iterator[Jpeg]:
        """Map a file; raises ``JpegBrokenError`` when its header cannot be followed."""
        with path.open("rb") as file:
            try:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:
                raise JpegBrokenError("empty") from error
            with mapped:
                yield cls(mapped)

    @property
    def needs_whole_picture(self) -> bool:
        """Whether a decoder must hold all coefficients: 2 bytes for each sample."""
        if self.frame.progressive:
            return True
        marker, at, length = self._segment(self._header_end)  # not scans(), which goes on to look for the end
        count = self.data[at] if marker == _SOS and length > 0 else 0
        return marker == _SOS and length >= 4 + 2 * count and count < len(self.frame.components)

    @property
    def coefficient_bytes(self) -> int:
        """How much memory libjpeg needs for coefficients; next to nothing for one scan."""
        if not self.needs_whole_picture:
            return 0
        widest = max(h for _, h, _ in self.frame.components) * max(v for _, _, v in self.frame.components)
        samples = sum(h * v for _, h, v in self.frame.components) / widest
        return int(2 * samples * self.frame.width_px * self.frame.height_px)

    def scans(self) -> Iterator[Scan]:
        """Yield the scans of the first picture in order; the last one may be cut short."""
        at = self._header_end
        while at < self.size:
            marker, at, length = self._segment(at)
            if marker == _EOI or length < 0:
                return
            if marker == _SOS:
                body = self.data[at : at + length]
                count = body[0] if body else 0
                if len(body) < 4 + 2 * count:
                    return
                start = at + length
                found = _SCAN_END.search(self.data, start)
                end = found.start() if found else self.size
                first, last, approximation = body[1 + 2 * count : 4 + 2 * count]
                yield Scan(start, end, tuple(body[1 : 1 + 2 * count : 2]), first, last, approximation & 15)
                at = end
            else:
                at += length

    def percent_present(self) -> int | None:
        """Return how many percent of the picture the data determines; 100 when nothing is missing.

        Of a picture in one scan the rows are counted, of a progressive one the finished coefficients. ``None`` stands
        for a hole in the middle, after which the picture goes on in the wrong place.
        """
        scans = list(self.scans())
        if not scans:
            return 0
        if self.needs_whole_picture:
            return self._coefficients_present(scans)
        percent = self._rows_present(scans[0])
        after = bytes(self.data[scans[0].end : scans[0].end + 2])
        return percent if percent == 100 or len(after) < 2 or after in {b"\xff\xd9", b"\xff\xd8"} else None

    def without_junk(self, end: int | None = None) -> bytes:
        """Return a copy, up to ``end``, in which only what decoding needs stands before the first scan.

        simplejpeg gives up on files with stray bytes between their segments, which other programs skip.
        """
        parts = [b"\xff\xd8"]
        for marker, at, length in self._header_segments():
            if marker in _KEEP_APP or not (_APP0 <= marker <= _APP15 or marker == _COM):
                parts.append(bytes((0xFF, marker)) + (length + 2).to_bytes(2, "big") + self.data[at : at + length])
        return b"".join([*parts, self.data[self._header_end : end]])

    # Structure

    def _segment(self, at: int) -> tuple[int, int, int]:
        """Return marker, start and length of the body of the next segment, skipping stray bytes; length -1: no more."""
        found = _SCAN_END.search(self.data, at)
        if not found:
            return 0, self.size, -1
        marker, body = self.data[found.end() - 1], found.end()
        if marker in {0xD8, _EOI, 0x01}:
            return marker, body, 0
        if body + 2 > self.size:
            return marker, self.size, -1
        return marker, body + 2, max(int.from_bytes(self.data[body : body + 2], "big") - 2, 0)

    def _header_segments(self) -> Iterator[tuple[int, int, int]]:
        at = 2
        while at < self.size:
            start = at
            marker, at, length = self._segment(at)
            if length < 0:
                raise JpegBrokenError("no scan")
            if marker in {_SOS, _EOI}:
                self._header_end = start
                return
            yield marker, at, length
            at += length
        raise JpegBrokenError("no scan")

    def _read_header(self) -> tuple[Frame, int, int]:
        frame, interval = None, 0
        for marker, at, length in self._header_segments():
            body = self.data[at : at + length]
            if marker in _SOF and len(body) > 6 and len(body) >= 6 + 3 * body[5] > 6:
                parts = [body[6 + 3 * i : 9 + 3 * i] for i in range(body[5])]
                frame = Frame(
                    width_px=int.from_bytes(body[3:5], "big"),
                    height_px=int.from_bytes(body[1:3], "big"),
                    progressive=marker in {0xC2, 0xCA},
                    components=tuple((p[0], max(p[1] >> 4, 1), max(p[1] & 15, 1)) for p in parts),
                )
            elif marker == _DRI and length >= 2:
                interval = int.from_bytes(body[:2], "big")
        if frame is None:
            raise JpegBrokenError("no frame")
        return frame, self._header_end, interval

    # Completeness

    def _rows_present(self, scan: Scan) -> int:
        row_px = self._first_difference(scan.end, reduced_by=8)
        share = 100 if row_px is None else min(99, row_px * 100 // self.frame.height_px)
        if self._restart_interval:  # data cut exactly at a restart marker is not told by its ending
            wide = 8 * max(h for _, h, _ in self.frame.components) if len(self.frame.components) > 1 else 8
            high = 8 * max(v for _, _, v in self.frame.components) if len(self.frame.components) > 1 else 8
            units = -(-self.frame.width_px // wide) * -(-self.frame.height_px // high)
            need = -(-units // self._restart_interval)
            have = 1 + sum(1 for _ in _RESTART.finditer(self.data, scan.start, scan.end))
            if have < need:
                share = min(share, 99, have * 100 // need)
        return share

    def _coefficients_present(self, scans: list[Scan]) -> int:
        bits_left = {c: [99] * _COEFFICIENTS for c, _, _ in self.frame.components}
        whole = self.data[max(scans[-1].end, 0) : scans[-1].end + 2] == b"\xff\xd9"
        if not whole:
            whole = self._first_difference(scans[-1].end, reduced_by=1) is None
        for scan in scans if whole else scans[:-1]:
            for component in scan.components:
                for k in range(scan.first, min(scan.last, _COEFFICIENTS - 1) + 1):
                    if component in bits_left:
                        bits_left[component][k] = scan.bits_left
        done = sum(left == 0 for per in bits_left.values() for left in per)
        need = _COEFFICIENTS * len(bits_left)
        return 100 if done == need else min(99, done * 100 // need)

    def _first_difference(self, end: int, reduced_by: int) -> int | None:
        """Return the first row of pixels that depends on what would come after ``end``; ``None`` when no row does.

        ``end`` is where the data of a scan stops; looked at in the picture reduced by 1, 2, 4 or 8.
        """
        body = self.without_junk(end)
        filled = len(body) - len(body.rstrip(b"\0"))
        if filled >= _FILLING:  # a copy that stopped often leaves the rest of the file as zeros, which decode to grey
            body = body[:-filled]
        body = body.rstrip(b"\xff")
        noise = np.random.default_rng(360).integers(0, 255, 1 << 14, dtype=np.uint8).tobytes()  # no 0xff: no marker
        first = self._row_sums(body + b"\xff\xd9", reduced_by)
        other = self._row_sums(body + noise + b"\xff\xd9", reduced_by)
        different = np.flatnonzero(first != other)
        return int(different[0]) * reduced_by if different.size else None

    def _row_sums(self, data: bytes, reduced_by: int) -> NDArray[np.uint32]:
        """Return a check sum for every row, all channels; sums take no room while the second ending is decoded."""
        width, height = -(-self.frame.width_px // reduced_by), -(-self.frame.height_px // reduced_by)
        try:
            colours = simplejpeg.decode_jpeg_header(data, strict=False)[2]
            space = {"Gray": "GRAY", "CMYK": "CMYK", "YCCK": "CMYK"}.get(colours, "RGB")
            rows = simplejpeg.decode_jpeg(
                data, colorspace=space, min_factor=reduced_by, min_width=width, min_height=height, strict=False
            )
        except DECODER_ERRORS as error:
            raise JpegBrokenError(str(error)) from error
        return np.array([zlib.crc32(row) for row in rows], dtype=np.uint32)

"""How much of a picture file is there, told from its structure alone and without decoding pixels.

A decoder says "damaged" to a file that was cut while copying; the person who copied it is helped by "stops at 62 %".
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from ispace.imaging.jpeg import Jpeg, JpegBrokenError

_CHUNK = 1 << 18


def percent_present(path: Path, format_name: str) -> int | None:  # noqa: PLR0911 - a table of formats
    """Return how many percent of a picture the file holds: 0…99 when it is cut short, 100 when it is whole.

    ``None`` when that cannot be told. ``format_name`` as ``formats.format_of`` gives it; never raises for bad content.
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        try:
            match format_name:
                case "PNG":
                    return _png(file)
                case "WEBP":
                    return _share(size_bytes, 8 + _int("<I", file.read(8)[4:8]))
                case "HEIF" | "AVIF":
                    return _share(size_bytes, _boxes_end(file, size_bytes))
                case "TIFF":
                    return _share(size_bytes, _tiff_end(file))
        except (struct.error, zlib.error):
            return None
    if format_name == "JPEG":
        try:
            with Jpeg.opened(path) as jpeg:
                return jpeg.percent_present()
        except JpegBrokenError:
            return 0 if size_bytes < 2000 else None
    return None


def _share(have: int, need: int) -> int | None:
    if need <= 0:
        return None
    return 100 if have >= need else min(99, have * 100 // need)


def _png(file: BinaryIO) -> int | None:
    """Inflate the pixel data, count the bytes, and compare with what the header promises."""
    head = file.read(33)
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", head[16:29])
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(kind)
    if channels is None or width == 0 or height == 0:
        return None
    passes = [(0, 0, 1, 1)]
    if interlaced:  # Adam7: first column, first row, step across, step down
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    need = 0
    for x0, y0, dx, dy in passes:
        columns, rows = -(-(width - x0) // dx), -(-(height - y0) // dy)
        if columns > 0 and rows > 0:
            need += rows * (1 + (columns * bits * channels + 7) // 8)
    have, inflate = 0, zlib.decompressobj()
    while have < need and (start := file.read(8)):
        if len(start) < 8:
            break
        length, chunk = struct.unpack(">I4s", start)
        if chunk != b"IDAT":
            file.seek(length + 4, 1)
            continue
        while length > 0 and (data := file.read(min(length, _CHUNK))):
            length -= len(data)
            while data:
                have += len(inflate.decompress(data, _CHUNK))
                data = inflate.unconsumed_tail
        file.seek(4, 1)
    return _share(have, need)


def _int(form: str, data: bytes) -> int:
    return int(struct.unpack(form, data)[0])


def _boxes_end(file: BinaryIO, size_bytes: int) -> int:
    """Return where the last top-level box of an ISO base media file says it ends."""
    end = 0
    while end < size_bytes:
        file.seek(end)
        head = file.read(16)
        if len(head) < 8:
            return end + 8
        length = _int(">I", head[:4])
        if length == 0:  # up to the end of the file
            return size_bytes
        if length == 1:
            length = _int(">Q", head[8:16])
        if length < 8:
            return 0
        end += length
    return end


def _tiff_end(file: BinaryIO) -> int:
    """Return how long a classic TIFF must be for its first directory and that directory's strips or tiles."""
    head = file.read(8)
    order = "<" if head[:2] == b"II" else ">"
    if _int(order + "H", head[2:4]) != 42:
        return 0
    start = _int(order + "I", head[4:8])
    file.seek(start)
    raw = file.read(2)
    if len(raw) < 2:
        return start + 2
    count = _int(order + "H", raw)
    entries = file.read(12 * count)
    end = start + 2 + 12 * count
    if len(entries) < 12 * count:
        return end
    values: dict[int, list[int]] = {}
    for i in range(count):
        tag, kind, number = struct.unpack(order + "HHI", entries[12 * i : 12 * i + 8])
        if tag not in {273, 279, 324, 325} or kind not in {3, 4} or number > 1_000_000:
            continue
        size, letter = (2, "H") if kind == 3 else (4, "I")
        inline = entries[12 * i + 8 : 12 * i + 12]
        if size * number > 4:
            offset = _int(order + "I", inline)
            file.seek(offset)
            inline = file.read(size * number)
            if len(inline) < size * number:
                return max(end, offset + size * int(number))
        values[tag] = list(struct.unpack(order + letter * number, inline[: size * number]))
    for offsets, lengths in ((273, 279), (324, 325)):
        pairs = zip(values.get(offsets, []), values.get(lengths, []), strict=False)
        end = max([end, *(int(offset + length) for offset, length in pairs)])
    return end

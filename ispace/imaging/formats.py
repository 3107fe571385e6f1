"""Which format a file is, by its first bytes and never by its name."""

from __future__ import annotations

HEAD_BYTES = 512
"""How many bytes from the start of a file decide its format."""

FILM = "MP4 / MOV"
"""What ``foreign_name`` calls what phones film."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2", b"mif3"}
_AVIF_BRANDS = {b"avif", b"avis"}

_FOREIGN = (
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"BM", "BMP"),
    (b"8BPS", "Photoshop (PSD)"),
    (b"PK\x03\x04", "ZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"v/1\x01", "OpenEXR"),
    (b"FUJIFILM", "RAW"),
    (b"\x1aE\xdf\xa3", "Matroska"),
)


def format_of(head: bytes) -> str | None:  # noqa: PLR0911 - a table of formats
    """Return "JPEG", "PNG", "TIFF", "WEBP", "HEIF" or "AVIF" for the first bytes of a file, ``None`` for all others."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}:
        return None if head[8:10] == b"CR" else "TIFF"  # Canon's CR2 is a TIFF only on the outside
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIC_BRANDS:
            return "HEIF"
    return None


def foreign_name(head: bytes) -> str:  # noqa: PLR0911 - a table of formats
    """Return what people call the format of a file that ``format_of`` does not know; "?" when that is unknown, too."""
    for magic, name in _FOREIGN:
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        return FILM
    if head[:4] in {b"II*\0", b"MM\0*"}:
        return "RAW"
    if head.startswith(b"RIFF"):
        return "AVI / WAV"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and (b"<svg" in text or b"doctype svg" in text):
        return "SVG"
    if text.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    return "?"


def _brands(head: bytes) -> set[bytes]:
    """Return the major and the compatible brands of an ISO base media file; the version in between is no brand."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12]} | {head[i : i + 4] for i in range(16, length - 3, 4)}

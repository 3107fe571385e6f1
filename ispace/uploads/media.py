"""Which files may come, by their first bytes: what a tour can be made of, from pictures to drawings of floors."""

from __future__ import annotations

from typing import NamedTuple

from ispace.errors import UploadArchiveError, UploadKindError
from ispace.imaging import formats

HEAD_BYTES = formats.HEAD_BYTES

EXTENSIONS = (
    *(".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".insp"),
    *(".mp4", ".mov", ".webm", ".insv", ".360"),
    *(".mp3", ".m4a", ".ogg", ".vtt", ".pdf"),
)
"""How files that may come are mostly called: for choosing them only, since what they are their bytes say."""

_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_OLD_FILM_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
"""What QuickTime films without ``ftyp`` begin with."""
_WEBM = b"\x1a\x45\xdf\xa3"
_ARCHIVES = {"ZIP", "RAR", "7z"}
_ALSO_ARCHIVES = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))


class MediaType(NamedTuple):
    """What a file is: its kind (image, video, audio, captions, drawing) and its format."""

    kind: str
    format: str


_SIGNS = (
    (b"ID3", MediaType("audio", "MP3")),
    (b"\xff\xfb", MediaType("audio", "MP3")),
    (b"\xff\xf3", MediaType("audio", "MP3")),
    (b"\xff\xf2", MediaType("audio", "MP3")),
    (b"\xff\xfa", MediaType("audio", "MP3")),
    (b"OggS", MediaType("audio", "OGG")),
    (b"WEBVTT", MediaType("captions", "VTT")),
    (b"\xef\xbb\xbfWEBVTT", MediaType("captions", "VTT")),
    (b"%PDF-", MediaType("drawing", "PDF")),
)
"""What begins with these bytes is that."""


def of(head: bytes, name: str) -> MediaType:
    """Return what a file is by its first ``HEAD_BYTES``; ``name`` is for the message.

    Raises:
        UploadArchiveError: it is an archive, which iSpace does not unpack.
        UploadKindError: it is anything else that no tour is made of.
    """
    if found := formats.format_of(head):
        return MediaType("image", found)
    for magic, found_type in _SIGNS:
        if head.startswith(magic):
            return found_type
    if head[4:8] == b"ftyp":
        return MediaType("audio", "M4A") if head[8:12] in _SOUND_BRANDS else MediaType("video", "MP4")
    if head[4:8] in _OLD_FILM_BOXES:
        return MediaType("video", "MOV")
    if head.startswith(_WEBM) and b"webm" in head:
        return MediaType("video", "WEBM")
    archive = next((called for magic, called in _ALSO_ARCHIVES if head.startswith(magic)), "")
    foreign = archive or formats.foreign_name(head)
    if archive or foreign in _ARCHIVES:
        raise UploadArchiveError(file=name, found=foreign)
    raise UploadKindError(file=name, found=foreign)

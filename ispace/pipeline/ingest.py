"""A file somebody took → a checked original in the private store, and what its EXIF and XMP say.

Reads: a file. Writes: private ``originals/<sha256>``, with the report ``stitched/<sha256>.json`` of one that was
stitched; for what cards show, private ``m/<work>/…``:
pictures are decoded and written anew, so that nothing a camera noted in them is ever published.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import unicodedata
from pathlib import Path, PurePosixPath

from ispace import digest, keys
from ispace.errors import FileUnreadableError, MediaUnusableError, SourceMissingError
from ispace.imaging.info import PictureInfo
from ispace.imaging.isolate import PictureWorker
from ispace.model.media import Media
from ispace.ports import Blobs, Put
from ispace.stitching import record
from ispace.work import MediumWork, Original, Picture

MEDIUM_VERSION = 1
"""Raised whenever the web picture of an unchanged file would come out differently."""

FORMATS = {"audio": {"mp3", "m4a", "ogg"}, "video": {"mp4", "webm"}, "captions": {"vtt"}}
"""What is published as it is, by kind and by the extensions of its files."""
_SIGNS = {
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"),
    "ogg": (b"OggS",),
    "webm": (b"\x1a\x45\xdf\xa3",),
    "vtt": (b"WEBVTT", b"\xef\xbb\xbfWEBVTT"),
}


def located(folder: Path, name: str) -> Path:
    """Return the file that a document calls ``name``; documents are in NFC, and disks written by a Mac in NFD."""
    path = folder
    try:
        for part in PurePosixPath(name).parts:
            direct = path / part
            if not direct.exists() and path.is_dir():
                direct = next((p for p in path.iterdir() if unicodedata.normalize("NFC", p.name) == part), direct)
            path = direct
    except OSError as error:  # a name that is too long for the disk
        raise SourceMissingError(file=name) from error
    return path


def probe(path: Path, worker: PictureWorker) -> PictureInfo:
    """Return what a picture's header says, read in the picture process; raises the picture errors of ``errors``."""
    if not path.is_file():
        raise SourceMissingError(file=path.name)
    if not os.access(path, os.R_OK):
        raise FileUnreadableError(file=path.name, reason=os.strerror(errno.EACCES))
    return PictureInfo.from_json(worker.run("probe", {"path": str(path), "name": path.name}))


def run(path: Path, private: Blobs, worker: PictureWorker) -> Original:
    """Check the picture at ``path`` and keep it.

    Raises:
        SourceMissingError: there is no such file.
        PictureError: one of its subclasses, naming the file.
    """
    info = probe(path, worker)
    sha256 = digest.of_file(path)
    key = keys.original(sha256)
    size = path.stat().st_size
    kept = private.head(key)
    if kept is None or kept.size != size:
        private.put(Put(key, path, content_type="application/octet-stream"))
    _keep_report(path, sha256, private)
    return Original(sha256, size, path.name, info, lambda: path)


def _keep_report(path: Path, sha256: str, private: Blobs) -> None:
    """Keep the report beside a stitched panorama; one that was changed since is no longer what the report is about."""
    told = record.read(record.report_of(path))
    if told is None or told["panorama_sha256"] != sha256:
        return
    report = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    kept = private.head(keys.stitched(sha256))
    if kept is None or kept.size != len(report):
        private.put(Put(keys.stitched(sha256), report))


def medium(medium: Media, folder: Path, private: Blobs, worker: PictureWorker) -> MediumWork:
    """Make a medium of the tour in ``folder`` fit for publishing; raises ``MediaUnusableError`` or a picture error."""
    path = located(folder, medium.file)
    if not path.is_file():
        raise SourceMissingError(file=medium.file)
    if medium.kind == "image":
        return MediumWork(web_picture(path, private, worker))
    captions = {lang: _as_it_is(located(folder, file), "captions", private) for lang, file in medium.captions.items()}
    return MediumWork(_as_it_is(path, medium.kind, private), captions)


def web_picture(path: Path, private: Blobs, worker: PictureWorker) -> Picture:
    """Return a picture as cards show it, making it unless that was done before; raises the picture errors."""
    work = keys.medium(digest.of_work("medium", MEDIUM_VERSION, digest.of_file(path)))
    if private.head(f"{work}picture.json") is None or private.head(f"{work}picture.jpg") is None:
        with tempfile.TemporaryDirectory(prefix="ispace-medium-") as temporary:
            out = Path(temporary) / "picture.jpg"
            said = worker.run("picture", {"path": str(path), "name": path.name, "out": str(out)})
            private.put(Put(f"{work}picture.jpg", out))
            said |= {"size": out.stat().st_size, "sha256": digest.of_file(out)}
            private.put(Put(f"{work}picture.json", json.dumps(said).encode()))
    said = json.loads(private.get(f"{work}picture.json"))
    return Picture(private_key=f"{work}picture.jpg", key=keys.asset(said["sha256"], "jpg"), **said)


def _as_it_is(path: Path, kind: str, private: Blobs) -> Picture:
    """Keep a sound, film or caption file byte for byte, where its content is what its name says."""
    fmt = keys.extension(path.name)
    if not path.is_file():
        raise SourceMissingError(file=path.name)
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise FileUnreadableError(file=path.name, reason=error.strerror or str(error)) from error
    fits = start[4:8] == b"ftyp" if fmt in {"m4a", "mp4"} else start.startswith(_SIGNS.get(fmt, (b"\0impossible",)))
    if fmt not in FORMATS[kind] or not fits:
        raise MediaUnusableError(file=path.name)
    sha256 = digest.of_file(path)
    key = keys.original(sha256)
    size = path.stat().st_size
    if (kept := private.head(key)) is None or kept.size != size:
        private.put(Put(key, path, content_type="application/octet-stream"))
    return Picture(key, keys.asset(sha256, fmt), 0, 0, size, sha256)

"""What a stage works with: the settings, the private store, a picture process, and its originals as files."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ispace import keys, settings, wiring
from ispace.errors import KeyInvalidError, SourceMissingError
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits
from ispace.ports import Blobs
from ispace.settings import Settings

_LONGEST_BYTES = 120


@dataclasses.dataclass(frozen=True)
class Tools:
    """What is at hand during one stage."""

    settings: Settings
    private: Blobs
    worker: PictureWorker


@contextlib.contextmanager
def at_hand(limits: Limits | None = None) -> Iterator[Tools]:
    """Yield the tools; ``limits`` of the picture process if not those of one picture. Raises as ``wiring.services``.

    What was written is safe from a power failure when this ends well: the stage is then recorded as done.
    """
    chosen = settings.load()
    of_picture = Limits(
        max_pixels=chosen.max_pixels,
        max_bytes=chosen.max_bytes,
        max_seconds=chosen.max_seconds,
        max_memory_mb=chosen.max_memory_mb,
    )
    private = wiring.services(chosen).private
    with PictureWorker(limits or of_picture) as worker:
        yield Tools(chosen, private, worker)
    private.flush()


def bring(source: dict[str, Any], private: Blobs, folder: Path) -> Path:
    """Return a file with what ``source`` names, called as people know it.

    ``key`` is an original in the private store, which is fetched, ``upload`` a file received there; ``file`` is a path
    of our own making, which is linked.
    ``name`` is what somebody called it: data, of which only what is harmless is used.

    Raises:
        KeyInvalidError: ``key`` is none of an original.
        ObjectMissingError, SourceMissingError: it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = harmless(str(source.get("name", "")))
    path = folder / name
    number = 1
    while path.exists():  # two photos of one name, from two folders
        number += 1
        path = folder / f"{number}-{name}"
    if "file" in source:
        original = Path(source["file"])
        if not original.is_file():
            raise SourceMissingError(file=name)
        path.symlink_to(original.resolve())
        return path
    if "upload" in source:
        if not re.fullmatch(r"[0-9a-f]{32}", str(source["upload"])):
            raise KeyInvalidError(key=str(source["upload"]))
        private.fetch(keys.upload(str(source["upload"])), path)
        return path
    key = str(source["key"])
    if not re.fullmatch(re.escape(keys.ORIGINALS) + r"[0-9a-f]{64}", key):
        raise KeyInvalidError(key=key)
    private.fetch(key, path)
    return path


def harmless(name: str) -> str:
    """Return a file's name without folders, marks that cannot be seen, or a dot in front; never empty."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(mark for mark in last if unicodedata.category(mark)[0] != "C").strip(" .")
    stem, dot, extension = seen.rpartition(".")
    if not dot or len(extension.encode()) > 8:
        stem, dot, extension = seen, "", ""
    short = stem.encode()[: _LONGEST_BYTES - 9].decode("utf-8", "ignore")
    return f"{short or 'anh'}{dot}{extension}"

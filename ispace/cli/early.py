"""The picture process, started before anything else is imported: it needs as long to start as we do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits

if TYPE_CHECKING:
    from ispace.settings import Settings

_started: list[PictureWorker] = []


def start() -> None:
    """Start a picture process that ``worker`` hands out later; a command that never asks for it loses nothing."""
    early = PictureWorker()
    early.start()
    _started.append(early)


def worker(settings: Settings, limits: Limits | None = None) -> PictureWorker:
    """Return the process that was started early, else one that starts with its first task; ``limits`` if not those of
    one picture.
    """
    limits = limits or Limits(
        max_pixels=settings.max_pixels,
        max_bytes=settings.max_bytes,
        max_seconds=settings.max_seconds,
        max_memory_mb=settings.max_memory_mb,
    )
    if not _started:
        return PictureWorker(limits)
    early = _started.pop()
    early.limits = limits
    return early


def end() -> None:
    """End a process that nobody asked for."""
    while _started:
        _started.pop().close()

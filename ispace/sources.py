"""Where the pictures of a tour come from: a folder here; the studio's own files are ``pictures.drafts``."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ispace.imaging.isolate import PictureWorker
from ispace.model.media import Media
from ispace.model.scene import Scene
from ispace.pipeline import ingest
from ispace.ports import Blobs
from ispace.work import MediumWork, Original


class Sources(Protocol):
    """Knows the pictures that a document names; both methods raise ``SourceMissingError`` and the picture errors."""

    def original(self, scene: Scene) -> Original:
        """Return the picture of a scene, checked and kept."""
        ...

    def medium(self, medium: Media) -> MediumWork:
        """Return a medium fit for publishing; raises ``MediaUnusableError``, too."""
        ...


class FolderSources:
    """Files below the folder of a ``tour.json``, brought into the private store as they are asked for."""

    def __init__(self, folder: Path, private: Blobs, worker: PictureWorker) -> None:
        """Look for files in ``folder``."""
        self._folder, self._private, self._worker = folder, private, worker

    def original(self, scene: Scene) -> Original:
        """Check and keep the picture of a scene."""
        return ingest.run(ingest.located(self._folder, scene.panorama.file), self._private, self._worker)

    def medium(self, medium: Media) -> MediumWork:
        """Make a medium fit for publishing."""
        return ingest.medium(medium, self._folder, self._private, self._worker)

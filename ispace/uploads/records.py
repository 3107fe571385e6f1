"""The folder of unfinished uploads: one folder for each, with its record, its lock and its bytes."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ispace import wholefile
from ispace.errors import FileUnwritableError, UploadUnknownError
from ispace.uploads.upload import Upload, is_id

_RECORD = "upload.json"
_UNCHECKED = "unchecked"


class Records:
    """What is known of uploads, on disk; every change is written aside, brought to the disk and renamed."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``; it is made when the first upload begins."""
        self.folder = folder.absolute()

    def aside(self, upload_id: str) -> Path:
        """Return the folder of an upload; raises ``UploadUnknownError`` for what is no id."""
        if not is_id(upload_id):
            raise UploadUnknownError
        return self.folder / upload_id

    def make(self, upload: Upload) -> Path:
        """Make the folder of a new upload with its record; raises ``FileUnwritableError``."""
        aside = self.aside(upload.id)
        try:
            aside.mkdir(parents=True)
            self.write(upload)
            wholefile.sync_folder(self.folder)
        except OSError as error:
            raise FileUnwritableError(file=str(aside), reason=error.strerror or str(error)) from error
        return aside

    def write(self, upload: Upload) -> None:
        """Keep what is known of an upload; raises ``FileUnwritableError``."""
        wholefile.write(self.aside(upload.id) / _RECORD, upload.to_json(), durable=True)

    def read(self, upload_id: str) -> Upload:
        """Return what is known of an upload; raises ``UploadUnknownError``."""
        try:
            return Upload.from_json((self.aside(upload_id) / _RECORD).read_bytes())
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UploadUnknownError from error

    def remove(self, upload_id: str) -> None:
        """Delete an upload's folder, its record first."""
        aside = self.aside(upload_id)
        (aside / _RECORD).unlink(missing_ok=True)
        shutil.rmtree(aside, ignore_errors=True)

    def ids(self) -> Iterator[str]:
        """Yield the ids of all uploads, also of those whose record is missing."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            yield from [entry.name for entry in entries if is_id(entry.name)]

    def begin_unchecked(self, upload_id: str, from_bytes: int) -> None:
        """Note that what comes from a position on has yet to be checked against its checksum."""
        wholefile.write(self.aside(upload_id) / _UNCHECKED, str(from_bytes).encode(), durable=True)

    def end_unchecked(self, upload_id: str) -> None:
        """Forget the note: it was checked, or cut away."""
        aside = self.aside(upload_id)
        (aside / _UNCHECKED).unlink(missing_ok=True)
        wholefile.sync_folder(aside)

    def unchecked(self, upload_id: str) -> int | None:
        """Return from where on nothing was checked; ``None`` where everything counts."""
        try:
            return int((self.aside(upload_id) / _UNCHECKED).read_text())
        except (FileNotFoundError, ValueError):
            return None

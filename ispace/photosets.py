"""Photo sets in a tour's folder → panoramas in it, each with its report beside it; what is there already stays.

Writes into the folder: ``<name>.jpg``, ``<name>.ghep.json``, ``<name>.ghep.html``. The panorama comes last, so that one
without a report was not made here, and one whose report is there is not made again.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from ispace import digest, guess, wholefile
from ispace.errors import BadInputError, FileUnwritableError, PhotoSetError, SourceMissingError, StitchFailedError
from ispace.imaging.info import PictureInfo
from ispace.imaging.limits import Limits
from ispace.imaging.stitch.options import Options
from ispace.imaging.stitch.outcome import Outcome
from ispace.language import in_every_language
from ispace.model import document
from ispace.model.problem import Problem
from ispace.progress import Progress
from ispace.settings import Settings
from ispace.stitching import folders, page, record, report, work
from ispace.stitching.folders import Found, PhotoSet
from ispace.stitching.grouping import LEAST_LOOSE
from ispace.work import Note

_LAST_WORDS_S = 30
"""How long a set that has run out of time has to say so before its process is ended."""
_NAMED_FILES = 3
"""How many files a note names before it says that there are more."""


class Stitch(Protocol):
    """``stitching.work.run`` with its process."""

    def __call__(
        self, files: Sequence[Path], out: Path, options: Options, *, progress: Callable[[float], None]
    ) -> tuple[Outcome, bytes | None]:
        """Stitch ``files`` into ``out`` and return what came of each, and the panorama reduced, as JPEG."""


def options(settings: Settings) -> Options:
    """Return how sets are stitched where nobody says anything else."""
    cache = Path(settings.stitch_cache).resolve() if settings.stitch_cache else None
    return Options(cache=cache, cache_mb=settings.stitch_cache_mb, time_limit_s=settings.stitch_max_seconds)


def limits(settings: Settings, time_limit_s: float | None) -> Limits:
    """Return what the picture process may take for a set that ends after ``time_limit_s``."""
    return Limits(
        max_pixels=settings.max_pixels,
        max_bytes=settings.max_bytes,
        max_seconds=(time_limit_s or 0) + _LAST_WORDS_S,
        max_memory_mb=settings.stitch_max_memory_mb,
    )


def gather(
    folder: Path,
    pictures: Sequence[Path],
    *,
    probe: Callable[[Path], PictureInfo],
    stitch: Stitch,
    options: Options,
    progress: Progress,
) -> guess.Gathered:
    """Stitch the photo sets in ``folder``, whose own ``pictures`` are given, and return what can be looked at then.

    ``probe`` reads a header as ``folders.find`` asks for it. A set that fails is a note and a problem; the rest goes
    on. What ``progress`` raises ends the work; panoramas that were finished stay and are used the next time.

    Raises:
        FileUnreadableError, FileUnwritableError: a folder cannot be listed, or nothing can be written into it.
    """
    found = folders.find(folder, pictures, probe, lambda name, done, total: progress("sets", name, done, total))
    making = _Making(folder, stitch, options, progress)
    for number, photo_set in enumerate(found.sets):
        making.set(photo_set, number, len(found.sets))
    made = {path.name for path in making.made}
    kept = [path for path in found.direct if path.name not in made]
    return guess.Gathered(
        sorted([*kept, *making.made], key=guess.natural),
        [*making.notes, *_leftovers(found, folder.resolve().name)],
        making.problems,
    )


def unstitched(folder: Path, probe: Callable[[Path], PictureInfo]) -> list[Note]:
    """Return notes on sub-folders of photos that a tour with a document does not use; only some headers are read."""
    tour = document.load(folder / guess.TOUR_FILE)
    named = {scene.panorama.file for scene in tour.scenes}
    named |= {file for medium in tour.media for file in (medium.file, *medium.captions.values())}
    used = {name.split("/")[0] for name in named}
    used |= {told["source"].get("folder") for pano, told in record.kept_in(folder).items() if pano.is_file()}
    notes = []
    for place in folders.subfolders(folder):
        files = [] if place.name in used else guess.pictures(place)
        with contextlib.suppress(BadInputError, SourceMissingError):
            if len(files) >= LEAST_LOOSE and not any(probe(file).is_panorama for file in files[:LEAST_LOOSE]):
                notes.append(Note("DOAN-CHUA-GHEP", {"folder": place.name, "count": len(files)}))
    return notes


@dataclass(frozen=True)
class _Made:
    """What came of a group: its report, where that is, and why there is no panorama."""

    panorama: Path
    told: dict[str, Any]
    error: BadInputError | SourceMissingError | None
    again: bool = False

    @property
    def report(self) -> str:
        page_file = record.page_of(self.panorama)
        return page_file.name if page_file.is_file() else "-"


class _Making:
    """Makes the panoramas of one folder, one set after the other."""

    def __init__(self, folder: Path, stitch: Stitch, options: Options, progress: Progress) -> None:
        self.made: list[Path] = []
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self._folder, self._stitch, self._options, self._progress = folder, stitch, options, progress

    def set(self, photo_set: PhotoSet, number: int, total: int) -> None:
        """Stitch each place that a set shows; the largest first."""
        parts = [self._group(photo_set, 1, lambda share: self._tell(photo_set, number + share, total))]
        others = [len(place["files"]) >= LEAST_LOOSE for place in parts[0].told.get("groups", [])[1:]]
        for group in range(2, 2 + sum(others)):  # the largest first, so those that are enough come first
            parts.append(self._group(photo_set, group, lambda _: self._tell(photo_set, number + 0.99, total)))
        self._tell(photo_set, number + 1, total)
        whole = [made for made in parts if made.error is None]
        self.made += [made.panorama for made in whole]
        for made in parts:
            self.notes.append(_note(photo_set, made, alone=len(parts) == 1))
            if made.error is not None and not whole:
                self.problems.append(_problem(photo_set, made))
        if len(whole) > 1:
            files = ", ".join(made.panorama.name for made in whole)
            self.notes.append(Note("DOAN-GHEP-NOI", {"folder": photo_set.name, "count": len(whole), "files": files}))

    def _tell(self, photo_set: PhotoSet, done: float, total: int) -> None:
        self._progress("stitch", f"{photo_set.name} ({len(photo_set.files)})", done, total)

    def _group(self, photo_set: PhotoSet, group: int, told: Callable[[float], None]) -> _Made:
        """Make the panorama of a place, unless that was done before."""
        source = record.source(photo_set.folder, photo_set.files, group)
        kept = record.kept_in(self._folder)
        for panorama, said in kept.items():
            if said["source"] == source and said["panorama_sha256"] and panorama.is_file():
                return _Made(panorama, said, None, again=True)
        panorama = self._place(photo_set, source, kept)
        try:
            stage = Path(tempfile.mkdtemp(prefix=".ghep-", dir=self._folder))
        except OSError as error:
            raise FileUnwritableError(file=str(panorama), reason=error.strerror or str(error)) from error
        try:
            return self._stitched(photo_set, source, stage / panorama.name, panorama, told)
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def _stitched(
        self, photo_set: PhotoSet, source: dict[str, Any], out: Path, panorama: Path, told: Callable[[float], None]
    ) -> _Made:
        group = source["group"]
        chosen = replace(self._options, group=group if group > 1 else None)
        failed: StitchFailedError | None = None
        try:
            outcome, preview = self._stitch(photo_set.files, out, chosen, progress=told)
        except (BadInputError, SourceMissingError) as error:  # nothing is known of the photos, so there is no report
            return _Made(panorama, {}, error)
        try:
            work.raise_failed(outcome)
        except StitchFailedError as error:
            failed = error
        said = report.build(outcome, panorama.name)
        said |= {"source": source, "panorama_sha256": None if failed else digest.of_file(out)}
        wholefile.write(record.page_of(panorama), page.render(outcome, said, photo_set.name, preview))
        wholefile.write(record.report_of(panorama), json.dumps(said, ensure_ascii=False, indent=1).encode())
        if failed is None:
            try:
                out.replace(panorama)
            except OSError as error:
                raise FileUnwritableError(file=str(panorama), reason=error.strerror or str(error)) from error
        return _Made(panorama, said, failed)

    def _place(self, photo_set: PhotoSet, source: dict[str, Any], kept: dict[Path, dict[str, Any]]) -> Path:
        """Return where a panorama is to lie: where it was, if nobody has touched it since, else under a free name."""
        for panorama, said in kept.items():
            other = said["source"]
            same = (other.get("folder"), other.get("group")) == (source["folder"], source["group"])
            if not same or panorama in self.made or not set(other.get("files", ())) & set(source["files"]):
                continue
            if not panorama.exists() or digest.of_file(panorama) == said["panorama_sha256"]:
                return panorama
        taken = {path.name.casefold() for path in self._folder.iterdir()}
        number = 1
        while True:
            panorama = self._folder / f"{photo_set.stem}{'' if number == 1 else f'-{number}'}.jpg"
            wanted = (panorama, record.report_of(panorama), record.page_of(panorama))
            if not taken & {path.name.casefold() for path in wanted}:
                return panorama
            number += 1


def _note(photo_set: PhotoSet, made: _Made, *, alone: bool) -> Note:
    """Return what came of a set, or of one of the places in it, of whose photos alone it tells then."""
    photos = made.told.get("photos", [])
    count = len(photos) or len(photo_set.files)
    if not alone and made.told.get("groups"):
        count = len(made.told["groups"][0]["files"])
    if made.error is not None:
        params = {"folder": photo_set.name, "count": count, "report": made.report}
        return Note("DOAN-GHEP-LOI", params | {"reason": in_every_language(made.error)})
    used = sum(photo["used"] for photo in photos)
    told = [*made.told["findings"], *(found for photo in photos for found in photo["findings"])]
    warnings = sum(found["weight"] == "warning" for found in told)
    params = {"folder": photo_set.name, "file": made.panorama.name, "report": made.report}
    params |= {"count": count, "used": used, "unused": count - used, "warnings": warnings}
    return Note("DOAN-GHEP-CU" if made.again else "DOAN-GHEP", params)


def _problem(photo_set: PhotoSet, made: _Made) -> Problem:
    assert made.error is not None
    reason = in_every_language(made.error)
    error = PhotoSetError(file=photo_set.name, count=len(photo_set.files), reason=reason, report=made.report)
    return Problem(error.code, params=dict(error.params), section="errors")


def _leftovers(found: Found, tour: str) -> Iterable[Note]:
    """Yield notes on what has no part in any set and is not looked at either; ``tour`` is the name of the folder."""
    for code, places in (
        ("DOAN-PANO-TRONG", found.ready),
        ("DOAN-ANH-LE", found.singles),
        ("DOAN-ANH-KEP", found.doubles),
    ):
        for name, files in places.items():
            shown = ", ".join(path.name for path in files[:_NAMED_FILES]) + (" …" if len(files) > _NAMED_FILES else "")
            yield Note(code, {"folder": tour if name == "." else name, "count": len(files), "files": shown})
    for path, error in found.unread:
        yield Note("DOAN-BO-QUA", {"file": f"{path.parent.name}/{path.name}", "reason": in_every_language(error)})
    if found.unseen:
        yield Note("DOAN-NHIEU-TEP")

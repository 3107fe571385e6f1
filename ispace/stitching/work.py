"""A set of photos → a panorama and an outcome, made in the picture process, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ispace.errors import (
    FileUnwritableError,
    PictureProcessDiedError,
    PictureTooMuchMemoryError,
    PictureTooSlowError,
    StitchDiedError,
    StitchFailedError,
    StitchMemoryError,
    StitchTimeError,
    stitch_error,
)
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.stitch.options import Options
from ispace.imaging.stitch.outcome import Finding, Outcome, PhotoOutcome

CANCELLED = "GHEP-NGUNG"


def run(
    files: Sequence[Path],
    out: Path,
    options: Options,
    worker: PictureWorker,
    progress: Callable[[float], None] | None = None,
) -> tuple[Outcome, bytes | None]:
    """Stitch ``files`` into ``out`` and return what came of each, and the panorama reduced, as JPEG.

    A set that fails is an outcome, too: ``raise_failed`` turns it into its error once the report is written. ``out``
    is touched only by a finished panorama. What ``progress`` raises ends the work and is passed on.

    Raises:
        StitchFileUnknownError: an option names a photo that is not in the set.
        FileUnwritableError: ``out`` cannot be written.
    """
    options.check({path.name for path in files})
    try:
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise FileUnwritableError(file=str(out), reason=error.strerror or str(error)) from error
    try:
        made = aside / out.name
        params = {"photos": [str(path.absolute()) for path in files], "out": str(made), "name": out.name}
        try:
            said = worker.run("stitch", {**params, "options": options.to_json()}, progress)
        except (PictureTooSlowError, PictureTooMuchMemoryError, PictureProcessDiedError) as error:
            return _failed(files, _of_set(error, len(files))), None
        except StitchFailedError as error:
            return _failed(files, error), None
        outcome = Outcome.from_json(said)
        if outcome.result == "failed":
            return outcome, None
        small = aside / "small.jpg"
        worker.run("picture", {"path": str(made), "name": out.name, "out": str(small)})
        preview = small.read_bytes()
        try:
            made.replace(out)
        except OSError as error:
            raise FileUnwritableError(file=str(out), reason=error.strerror or str(error)) from error
        return outcome, preview
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def raise_failed(outcome: Outcome) -> None:
    """Raise the error by which a set failed, ``KeyboardInterrupt`` where it was cancelled; else do nothing."""
    if outcome.result != "failed":
        return
    found = outcome.findings[0] if outcome.findings else Finding("", {})
    if found.code == CANCELLED:
        raise KeyboardInterrupt
    raise stitch_error(found.code, {"count": len(outcome.photos), **found.params})


def _of_set(error: Exception, count: int) -> StitchFailedError:
    """Return what an error about one picture is called when the picture was a set."""
    params = getattr(error, "params", {})
    if isinstance(error, PictureTooSlowError):
        return StitchTimeError(count=count, seconds=params["seconds"])
    if isinstance(error, PictureTooMuchMemoryError):
        return StitchMemoryError(count=count, max_mb=params["max_mb"])
    return StitchDiedError(count=count)


def _failed(files: Sequence[Path], error: StitchFailedError) -> Outcome:
    """Return the outcome of a set of whose photos nothing is known."""
    photos = tuple(PhotoOutcome(file=path.name, used=False) for path in files)
    return Outcome("failed", "ispace", photos, findings=(Finding(error.code, dict(error.params)),))

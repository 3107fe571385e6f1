"""What follows from jobs that are done, in the transaction that says so: files sorted in, tours that get a picture."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from ispace import publications
from ispace.database.tours import TourRow
from ispace.database.uploads import UploadRow
from ispace.database.work import JobRow
from ispace.jobs.jobs import Jobs
from ispace.journal import Actor
from ispace.materials import groups, shelf
from ispace.materials.look import Look
from ispace.pictures import files, panoramas
from ispace.pictures.files import Kind, Sent

_LEAST_SURE_PX = 2048
"""Smaller panoramas are asked about, whatever they say of themselves."""

_AS_SENT: tuple[Kind, ...] = ("audio", "video", "captions")
"""What visitors get byte for byte."""


class Arrivals:
    """Knows what follows from which job; called once for each that is done."""

    def __init__(self, jobs: Jobs) -> None:
        """Ask for further work from ``jobs``."""
        self._jobs = jobs

    def __call__(self, session: Session, job: JobRow, results: dict[str, Any]) -> None:
        """Do what follows from a job; ``results`` are those of its stages by name."""
        if job.kind == "look-upload":
            self._sort_in(session, job, results["look"])
        elif job.kind == "prepare-picture":
            panoramas.picture_arrived(session, job, results["web"])
        elif job.kind in publications.KINDS:
            publications.arrived(session, job, results)
        elif job.tour is not None and isinstance(results.get("views"), dict):
            panoramas.arrived(session, self._jobs, job, results)
            tour = session.get(TourRow, job.tour)
            if tour is not None and tour.thumbnail is None:
                tour.thumbnail = results["views"].get("thumbnail")

    def _sort_in(self, session: Session, job: JobRow, seen: dict[str, Any]) -> None:
        """Write down what was seen; a panorama that says itself what it is goes on without being asked about."""
        upload = session.get(UploadRow, job.inputs["upload"])
        if upload is None:  # its tour was deleted in between
            return
        made = shelf.put(
            session,
            upload_id=upload.id,
            tour_id=upload.tour_id,
            name=upload.name,
            folder=upload.folder,
            size_bytes=upload.size_bytes,
            sha256=seen["sha256"],
            sent_by=upload.owner_id,
            look=Look.from_json(seen),
        )
        if (kind := _file_kind(seen["kind"], upload.kind)) is not None:
            sent = Sent(kind, upload.name, seen["sha256"], upload.size_bytes, upload.format, seen["info"])
            files.keep(session, upload.tour_id, sent, upload.owner_id)
        if upload.scene_id is None:
            panoramas.sent_again(session, self._jobs, upload.owner_id, upload.tour_id, seen["sha256"])
        for sent in _pages(upload.name, seen.get("pages", [])):
            files.keep(session, upload.tour_id, sent, upload.owner_id)
        actor = Actor(upload.owner_id, upload.owner, "worker")
        for row in made:
            _, inside = groups.get(session, row.tour_id, row.id)
            is_meant = upload.scene_id is not None and [file.id for file in inside] == [upload.id]
            if (is_meant and row.kind in {"panorama", "part"}) or (row.kind == "panorama" and is_sure(inside[0].info)):
                enqueue = groups.enqueuing(self._jobs, upload.owner_id, row.tour_id)
                groups.confirm(session, actor, row, inside, enqueue)


def _file_kind(seen: str, sent: str) -> Kind | None:
    """Return as what a file may be named by the document: any picture may be on a card, and a panorama once it is ready
    is one.
    """
    if seen in {"photo", "panorama", "part"}:
        return "image"
    return next((kind for kind in _AS_SENT if kind == sent), None) if seen == "medium" else None


def _pages(name: str, pages: list[dict[str, Any]]) -> list[Sent]:
    """Return the pages of a drawing as files of their own, numbered where there are several."""
    stem = name.rpartition(".")[0] or name
    return [
        Sent(
            "drawing",
            f"{stem} {number}.png" if len(pages) > 1 else f"{stem}.png",
            page["sha256"],
            page["size_bytes"],
            page["info"]["format"],
            page["info"],
        )
        for number, page in enumerate(pages, 1)
    ]


def is_sure(info: dict[str, Any] | None) -> bool:
    """Say whether a panorama says itself what it is, so that nobody has to be asked."""
    return bool(info and info.get("gpano") and info["width_px"] >= _LEAST_SURE_PX)

"""A tour's pictures: sent, understood, confirmed or corrected, and what is being made of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from ispace import keys
from ispace.database.materials import GroupRow, MaterialRow
from ispace.database.tours import TourRow
from ispace.database.uploads import UploadRow
from ispace.errors import GroupArrivingError, GroupUnsuitableError, IspaceError, TourNotHereError
from ispace.jobs.view import Job
from ispace.materials import arrival, awaited, groups, shelf, standing
from ispace.templating import OFFICE_HOURS
from ispace.uploads import media
from ispace.uploads.upload import Owner
from ispace.web.studio import jobs_shown, live
from ispace.web.studio.pages import jobs as job_pages
from ispace.web.studio.visit import Visit

CHUNK_BYTES = 8 << 20
AT_ONCE = 3
_CONFIRM = {"confirm", "confirm-now"}


def show(visit: Visit) -> Response:
    """Show what a tour was sent, in its groups."""
    row = visit.tour("see")
    may_edit, studio = visit.may(row.id, "edit"), visit.studio
    with studio.database.read() as session:
        found = shelf.of_tour(session, row.id)
        coming = awaited.counted(session, row.id, studio.uploads.is_under_way)
        unfinished = session.scalars(
            select(UploadRow).where(
                UploadRow.tour_id == row.id,
                UploadRow.owner_id == visit.signed_in.id,
                UploadRow.state == "receiving",
            )
        ).all()
    jobs = studio.jobs.some(group.job_id for group, _ in found if group.job_id)
    people, tours = job_pages.names(visit, jobs.values())
    shown = [
        _group(visit, row, g, files, jobs.get(g.job_id or ""), people, tours)
        | {"awaited": awaited.of_files(coming, files) if g.kind == "photos" and g.state == "found" else 0}
        for g, files in found
    ]
    counts = Counter(g["state"] for g in shown)
    # Newest work first within: what asks, what failed, what is being made, what is done.
    order = {"found": 0, "failed": 1, "working": 2, "confirmed": 3, "done": 3}
    shown.sort(key=lambda g: (g["kind"] in {"media", "fisheye", "unusable"}, order[g["state"]]))
    return visit.page(
        "tour_pictures",
        tour={"id": row.id, "href": f"/tours/{row.id}", "title": row.title, "state": row.state},
        may_edit=may_edit,
        upload=upload(visit, row) if may_edit else None,
        unfinished=[
            {"name": one.name, "sent_bytes": sent, "size_bytes": one.size_bytes}
            for one in unfinished
            if (sent := _sent_bytes(visit, one)) is not None
        ],
        counts={state: counts[state] for state in ("found", "working", "failed", "done")},
        ready=sum(_asks(g) for g in shown),
        groups=shown,
        live=job_pages.followed(visit, tour=row.id),
    )


def change(visit: Visit) -> Response:
    """Confirm, move or remove: what the form of a group asks for."""
    row = visit.tour("edit")
    wanted, is_under_way = visit.form["do"], visit.studio.uploads.is_under_way
    chosen = {*visit.form.all("file"), *visit.form["files"].split(",")} - {""}
    if wanted in {"move", "remove"} and not chosen:  # a browser with our script says so before anything is sent
        return visit.to(f"/tours/{row.id}/pictures", said="nothing-ticked")
    if wanted == "remove":
        title = visit.say("remove-files-title", count=len(chosen))
        back = f"/tours/{row.id}/pictures"
        fields = {"do": "remove", "files": ",".join(sorted(chosen))}
        asked = visit.confirmed(title, visit.say("remove-files-text"), visit.say("remove-files"), back, **fields)
        if asked is not None:
            return asked
    with visit.studio.database.write() as session:
        groups.held(session, row.id, jobs=wanted in _CONFIRM)
        group, files = groups.get(session, row.id, visit.parts["id"])
        some = [file for file in files if file.id in chosen]
        enqueue = groups.enqueuing(visit.studio.jobs, visit.signed_in.id, row.id)
        is_busy = partial(live.is_busy, visit.studio)
        if wanted in _CONFIRM:
            waits = None if wanted == "confirm-now" else is_under_way
            groups.confirm(session, visit.actor, group, files, enqueue, waits)
        elif wanted == "move":
            groups.move(session, visit.actor, group, some, visit.form["to"], is_busy)
        elif wanted == "remove":
            groups.remove(session, visit.actor, group, some, is_busy)
        session.flush()
        is_left = session.scalar(select(GroupRow.id).where(GroupRow.id == visit.parts["id"])) is not None
    return visit.to(f"/tours/{row.id}/pictures#nhom" + (f"_{visit.parts['id']}" if is_left else ""))


def confirm_all(visit: Visit) -> Response:
    """Confirm every group that asks to be and has all its photos."""
    row = visit.tour("edit")
    enqueue = groups.enqueuing(visit.studio.jobs, visit.signed_in.id, row.id)
    is_under_way = None if visit.form["do"] == "confirm-all-now" else visit.studio.uploads.is_under_way
    with visit.studio.database.write() as session:
        groups.held(session, row.id, jobs=True)
        for group, files in shelf.of_tour(session, row.id):
            if group.state == "found" and group.kind in shelf.ASKED:
                try:
                    groups.confirm(session, visit.actor, group, files, enqueue, is_under_way)
                except (
                    GroupArrivingError,
                    GroupUnsuitableError,
                ):  # not all there, or one photo alone: still a question
                    continue
    return visit.to(f"/tours/{row.id}/pictures#nhom")


def glance(visit: Visit) -> Response:
    """Show a small picture of a file."""
    row = visit.tour("see")
    with visit.studio.database.read() as session:
        file = session.get(MaterialRow, visit.parts["file"])
    if file is None or file.tour_id != row.id or not file.has_glance:
        raise TourNotHereError(tour=row.id)
    return visit.file(visit.studio.private, keys.glance(file.sha256), "image/jpeg")


def _sent_bytes(visit: Visit, row: UploadRow) -> int | None:
    """Return how much of an unfinished upload is here; ``None`` for one that cannot be gone on with."""
    try:
        return visit.studio.uploads.offset_bytes(visit.studio.uploads.find(row.id, row.owner_id))
    except IspaceError:  # given up or expired, and about to be swept
        return None


def upload(visit: Visit, row: TourRow) -> dict[str, Any]:
    """Return what a page needs to send files of a tour."""
    settings, me = visit.studio.settings, visit.signed_in
    owner = Owner(me.id, me.name, "studio", visit.address)
    return {
        "endpoint": "/uploads/",
        "known": "/uploads/known",
        "chunk_bytes": CHUNK_BYTES,
        "at_once": AT_ONCE,
        "file_bytes": settings.upload_max_bytes,
        "room_bytes": visit.studio.ledger.room_bytes(owner, row.id),
        "accept": list(media.EXTENSIONS),
    }


def _group(
    visit: Visit,
    tour: TourRow,
    group: GroupRow,
    files: Sequence[MaterialRow],
    job: Job | None,
    people: dict[str, str],
    tours: dict[str, str],
) -> dict[str, Any]:
    state = standing.of_group(group.kind, group.state, job.state if job is not None else None)
    has_report = job is not None and any(stage.details.get("page") for stage in job.stages)
    taken = sorted(t for file in files if (t := (file.info or {}).get("taken_at")))
    return {
        "id": group.id,
        "kind": group.kind,
        "title": group.title,
        "files": [_file(visit, tour, file) for file in files],
        "may_be_panorama": any(groups.may_be_panorama(file) for file in files),
        "state": state,
        "why": _why(visit, group, files, state),
        "taken_at": _moment(taken[0]) if taken else None,
        "job": jobs_shown.line(visit, job, people, tours) if job is not None else None,
        "report": f"/jobs/{job.id}/report" if job is not None and has_report else "",
        "picture": f"/jobs/{job.id}/picture.jpg" if job is not None and job.state == "done" else "",
        "problem": None,
    }


def _why(visit: Visit, group: GroupRow, files: Sequence[MaterialRow], state: str) -> str:
    """Say how a group was found, or why it was not asked about."""
    if state != "found" and group.kind == "panorama" and not group.is_manual and arrival.is_sure(files[0].info):
        return visit.say("group-sure")
    return visit.say(f"why-{group.why}") if group.why else ""


def _asks(group: dict[str, Any]) -> bool:
    """Say whether a group waits for somebody to confirm it, can be, and has all its photos."""
    least = groups.LEAST_PHOTOS if group["kind"] == "photos" else 1
    is_asked = group["state"] == "found" and group["kind"] in shelf.ASKED
    return not group["awaited"] and is_asked and len(group["files"]) >= least


def _file(visit: Visit, tour: TourRow, file: MaterialRow) -> dict[str, Any]:
    problem = None
    if file.error_code:
        problem = visit.problem(file.error_code, file.error_params or {})
    return {
        "id": file.id,
        "name": file.name,
        "thumbnail": f"/tours/{tour.id}/files/{file.id}.jpg" if file.has_glance else "",
        "size_bytes": file.size_bytes,
        "problem": problem,
    }


def _moment(text: str) -> dt.datetime | None:
    """Return when a camera says that a picture was taken; a clock without zone is that of Vietnam."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=OFFICE_HOURS)

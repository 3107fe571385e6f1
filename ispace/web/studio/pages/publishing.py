"""Before the public: what is left to do, the preview, publishing, and what other sites need to show the tour."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from ispace import changes
from ispace.database.tours import TourRow
from ispace.errors import IspaceError, TourNotHereError
from ispace.model.problem import Problem
from ispace.model.text import pick
from ispace.web.studio import gate, jobs_shown, publication, publicity, qr
from ispace.web.studio.pages import jobs
from ispace.web.studio.publication import Preview, Publication
from ispace.web.studio.visit import Visit

_MOST_TOLD = 40


def show(visit: Visit, *, status: int = 200, refused: IspaceError | None = None) -> Response:
    """Show how far a tour is; ``refused`` is why what was just asked for was not done."""
    row = _whole(visit, "see")
    found = publication.look(visit.studio, row, visit.base, visit.lang)
    problems = gate.problems(visit.studio, row)
    errors = sum(problem.severity == "error" for problem in problems)
    previewing = [one.job for one in found.previews if one.job.state != "done"][:1]
    publishing = [found.job] if found.job is not None and found.job.state != "done" else []
    people, tours = jobs.names(visit, previewing + publishing)
    may_edit, may_publish = visit.may(row.id, "edit"), visit.may(row.id, "publish")
    return visit.page(
        "tour_publish",
        status=status,
        tour={"href": f"/tours/{row.id}", "title": row.title, "state": row.state, "revision": row.revision},
        refused=visit.problem(refused.code, refused.params) if refused is not None else None,
        problems=[_problem(visit, row, problem) for problem in problems[:_MOST_TOLD]],
        more=max(len(problems) - _MOST_TOLD, 0),
        errors=errors,
        warnings=len(problems) - errors,
        jobs=[jobs_shown.line(visit, job, people, tours) for job in publishing],
        preview_jobs=[jobs_shown.line(visit, job, people, tours) for job in previewing],
        preview=_preview(row, found),
        is_previewing=any(one.job.is_under_way for one in found.previews),
        public=_public(row, found),
        releases=_releases(visit, found),
        may_edit=may_edit,
        may_publish=may_publish,
        live=jobs.followed(visit, tour=row.id),
    )


def preview(visit: Visit) -> Response:
    """Ask for a preview."""
    row = _whole(visit, "edit")
    try:
        publicity.preview(visit.studio, visit.actor, row, visit.base)
    except IspaceError as error:
        return _refused(visit, error)
    return visit.to(f"/tours/{row.id}/publish#xem_thu")


def publish(visit: Visit) -> Response:
    """Ask for the tour to be made public."""
    row = _whole(visit, "publish")
    number = visit.form["revision"]
    revision = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
    title = visit.say("publish-title", tour=row.title)
    asked = visit.confirmed(
        title, visit.say("publish-text"), visit.say("publish"), f"/tours/{row.id}/publish", revision=number
    )
    if asked is not None:
        return asked
    try:
        publicity.publish(visit.studio, visit.actor, row, revision, visit.base)
    except IspaceError as error:
        return _refused(visit, error)
    return visit.to(f"/tours/{row.id}/publish")


def roll_back(visit: Visit) -> Response:
    """Show an earlier release again."""
    row = visit.tour("publish")
    release = visit.form["release"][:40]
    title = visit.say("roll-back-title", release=release)
    back = f"/tours/{row.id}/publish"
    asked = visit.confirmed(title, visit.say("roll-back-text"), visit.say("roll-back"), back, release=release)
    if asked is not None:
        return asked
    try:
        publicity.go_back(visit.studio, visit.actor, row, release or None)
    except IspaceError as error:
        return _refused(visit, error)
    return visit.to(back, said="rolled-back")


def take_down(visit: Visit) -> Response:
    """Take the tour down."""
    row = visit.tour("publish")
    back = f"/tours/{row.id}/publish"
    title = visit.say("take-down-title", tour=row.title)
    asked = visit.confirmed(title, visit.say("take-down-text"), visit.say("take-down"), back)
    if asked is not None:
        return asked
    try:
        publicity.take_down(visit.studio, visit.actor, row)
    except IspaceError as error:
        return _refused(visit, error)
    return visit.to(back, said="taken-down")


def qr_file(visit: Visit) -> Response:
    """Send the QR code of the public page as a file."""
    row, kind = visit.tour("see"), visit.parts["kind"]
    address = publication.look(visit.studio, row, visit.base, visit.lang).address
    if address is None or kind not in {"svg", "png"}:
        raise TourNotHereError(tour=row.id)
    made, media_type = (qr.svg(address), "image/svg+xml") if kind == "svg" else (qr.png(address), "image/png")
    headers = {
        "Content-Disposition": f'attachment; filename="{row.id}-qr.{kind}"',
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(made, 200, headers, media_type)


def sheet(visit: Visit) -> Response:
    """Show the sheet of paper that hangs at the place: title, QR code, address."""
    row = _whole(visit, "see")
    found = publication.look(visit.studio, row, visit.base, visit.lang)
    if found.address is None:
        raise TourNotHereError(tour=row.id)
    title = row.document.get("title")
    texts = title if isinstance(title, dict) else {}
    return visit.page(
        "tour_sheet",
        tour={"href": f"/tours/{row.id}", "title": row.title},
        titles=[text for text in dict.fromkeys(texts.values()) if isinstance(text, str)][:3] or [row.title],
        setup=qr.drawn(found.address),
        address=found.address.partition("://")[2].rstrip("/"),
    )


def _whole(visit: Visit, action: Any) -> TourRow:
    return visit.tour(action, whole=True)


def _refused(visit: Visit, error: IspaceError) -> Response:
    return show(visit, status=409, refused=error)


def _problem(visit: Visit, row: TourRow, problem: Problem) -> dict[str, Any]:
    place = {"scene": problem.scene, "part": problem.part, "field": problem.field}
    scenes = row.document.get("scenes")
    title = next(
        (
            pick(scene["title"], visit.lang)
            for scene in (scenes if isinstance(scenes, list) else [])
            if isinstance(scene, dict) and scene.get("id") == problem.scene and _is_text(scene.get("title"))
        ),
        problem.scene or "",
    )
    return {
        "href": f"/tours/{row.id}/edit#" + urlencode({name: value for name, value in place.items() if value}),
        "scene": title,
        "text": problem.text(visit.lang),
        "mend": problem.mend(visit.lang),
        "severity": problem.severity,
        "code": problem.code,
    }


def _is_text(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(text, str) for text in value.values())


def _preview(row: TourRow, found: Publication) -> dict[str, Any] | None:
    shown: Preview | None = next((one for one in found.previews if one.address), None)
    if shown is None or shown.address is None:
        return None
    return {
        "address": shown.address,
        "until": shown.until,
        "is_current": shown.revision == row.revision,
        **qr.drawn(shown.address),
    }


def _public(row: TourRow, found: Publication) -> dict[str, Any] | None:
    if found.address is None:
        return None
    return {
        "address": found.address,
        "embed": found.embed,
        "share": found.share,
        "is_current": row.state == "published",
        **qr.drawn(found.address),
    }


def _releases(visit: Visit, found: Publication) -> list[dict[str, Any]]:
    return [
        {
            "id": release.id,
            "at": release.created_at,
            "by": release.author,
            "size_bytes": release.total_bytes,
            "current": release.id == found.current,
            "told": changes.line(release.changes, visit.lang, found.titles),
        }
        for release in found.releases
    ]

"""Editing a tour together over the API: changes merged, what others changed, history, who has it open."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic_core import to_json

from ispace import documents, revisions
from ispace.editing import history, merging, presence
from ispace.errors import (
    ChangeForbiddenError,
    RightMissingError,
    SignInNeededError,
    TourChangedError,
    TourDocumentError,
    TourNotHereError,
)
from ispace.jobs import numbers
from ispace.operations import ABSENT
from ispace.pictures import panoramas
from ispace.revisions import Document, Saved
from ispace.web.studio.api import editing_models as models
from ispace.web.studio.api.models import Tour
from ispace.web.studio.api.operation import Call, Operation

_MOST_NOW_BYTES = 1 << 18


def merge_changes(call: Call) -> models.MergedChanges:
    """Merge changes into a tour."""
    row = call.tour("edit")
    if call.body.person not in {None, call.who.id}:
        raise SignInNeededError  # the page is of somebody who was signed in in this browser before
    made = [change.to_json() for change in call.body.changes]
    with call.studio.database.write() as session:
        if merging.touches_pictures(made):
            numbers.next_change(session)  # jobs' turn comes before the tour's row

        def ensure(document: Document) -> None:
            if merging.touches_pictures(made):
                panoramas.ensure(session, call.studio.jobs, call.who.id, row.id, document)

        now = documents.get(session, row.id)
        merged = merging.merge(session, call.actor, now, call.body.revision, made, ensure)
    return models.MergedChanges(
        revision=merged.revision,
        done=merged.done,
        clashes=list(_clashes(merged.clashes)),
        others=_saves(merged.others),
    )


def list_changes(call: Call) -> models.MergedChanges:
    """List what was saved of a tour since a revision."""
    row = call.tour("see")
    with call.studio.database.read() as session:
        row = documents.get(session, row.id)
        if call.query.since > row.revision:
            raise TourChangedError(tour=row.id, revision=call.query.since, now=row.revision)
        saves = revisions.since(session, row.id, call.query.since)
    return models.MergedChanges(revision=row.revision, done=[], clashes=[], others=_saves(saves))


def tell_history(call: Call) -> models.History:
    """Tell in words what was done with a tour."""
    row = call.tour("see", whole=True)
    with call.studio.database.read() as session:
        found, before = history.entries(session, row.id, call.query.before)
    told = [
        models.HistoryEntry(
            revision=one.last,
            first=one.first,
            by=_author(one.person_id, one.name),
            since=one.since,
            until=one.until,
            labels=one.labels,
            told=one.told(call.query.lang, row.document),
            note=one.note,
        )
        for one in found
    ]
    return models.History(entries=told, before=before)


def restore_revision(call: Call) -> Tour:
    """Make an earlier state of a tour the newest."""
    row, number = call.tour("edit"), call.revision
    with call.studio.database.write() as session:
        wanted = revisions.document(session, row.id, number)
        panoramas.ensure(session, call.studio.jobs, call.who.id, row.id, wanted)
        now = documents.get(session, row.id)
        merging.restore(session, call.actor, now, number)
    return Tour.model_validate(now, from_attributes=True)


def tell_presence(call: Call) -> None:
    """Say that somebody has a tour open, and where they are."""
    row, here = call.tour("see"), call.body
    with call.studio.database.write() as session:
        if here.left:
            presence.leave(session, row.id, call.who.id, here.page)
        else:
            presence.tell(session, row.id, call.who.id, here.page, here.scene, here.tab)


def _saves(saves: list[Saved]) -> list[models.SavedChanges]:
    return [
        models.SavedChanges(revision=one.revision, by=_author(one.person_id, one.name), at=one.at, changes=one.changes)
        for one in saves
    ]


def _author(person_id: str | None, name: str | None) -> models.Author | None:
    return models.Author(id=person_id, name=name or "") if person_id is not None else None


def _clashes(refused: list[merging.Refused]) -> Iterator[models.Clash]:
    """Tell what was refused; what stands there only as far as there is room: every one may have met the whole tour."""
    room = _MOST_NOW_BYTES
    for one in refused:
        now = None if one.now is ABSENT else one.now
        if now is not None and room > 0:
            room -= len(to_json(now))
        yield models.Clash(change=one.change, op=one.op, there=one.now is not ABSENT, now=now if room > 0 else None)


OPERATIONS = (
    Operation(
        "POST", "/tours/{tour}/changes", merge_changes, "Merges changes", "tours-write", models.MergedChanges,
        body=models.Changes,
        errors=(TourNotHereError, RightMissingError, TourChangedError, TourDocumentError, ChangeForbiddenError),
    ),
    Operation(
        "GET", "/tours/{tour}/changes", list_changes, "Lists what was changed", "tours-read", models.MergedChanges,
        models.SinceQuery, errors=(TourNotHereError, TourChangedError),
    ),
    Operation(
        "GET", "/tours/{tour}/history", tell_history, "Tells what was done", "tours-read", models.History,
        models.HistoryQuery, errors=(TourNotHereError,),
    ),
    Operation(
        "POST", "/tours/{tour}/revisions/{revision}/restore", restore_revision, "Restores an earlier state",
        "tours-write", Tour, errors=(TourNotHereError, RightMissingError, TourDocumentError),
    ),
    Operation(
        "POST", "/tours/{tour}/presence", tell_presence, "Says who is here", "tours-read", body=models.Here, status=204,
        errors=(TourNotHereError,),
    ),
)  # fmt: skip
"""What can be asked where a tour is edited together."""

"""Tables of texts over the API: what one would change, and its change made as one."""

from __future__ import annotations

from ispace import documents, operations, revisions
from ispace.editing import merging
from ispace.errors import (
    RightMissingError,
    SheetColumnsError,
    SheetTooLargeError,
    SheetUnreadableError,
    TourChangedError,
    TourDocumentError,
    TourNotHereError,
)
from ispace.sheets import formats, rows, table
from ispace.web.studio.api import sheet_models as models
from ispace.web.studio.api.operation import Call, Operation

_MOST = 500
_REFUSED = (SheetColumnsError, SheetTooLargeError, SheetUnreadableError, RightMissingError, TourNotHereError)


def preview_texts(call: Call) -> models.SheetPreview:
    """Tell what a table would change, and change nothing."""
    row = call.tour("edit", whole=True)
    found = table.read(row.document, formats.read(call.body.content))
    changes = [
        models.SheetChange(
            what=rows.title(row.document, one.row),
            scene=one.row.scene,
            part=one.row.part,
            field=one.row.field,
            lang=one.lang,
            before=one.before,
            after=one.after,
        )
        for one in found.changes[:_MOST]
    ]
    left = [models.SheetLeft(line=one.line, why=one.why, what=one.what) for one in found.left[:_MOST]]
    return models.SheetPreview(
        revision=row.revision,
        changes=changes,
        change_count=len(found.changes),
        left=left,
        left_count=len(found.left),
        ignored=found.ignored,
    )


def import_texts(call: Call) -> models.SheetImported:
    """Put the texts of a table into a tour, all of them or none."""
    row, seen = call.tour("edit"), call.body.revision
    lines = formats.read(call.body.content)
    with call.studio.database.write() as session:
        now = documents.get(session, row.id, whole=True)
        if seen > now.revision:
            raise TourChangedError(tour=row.id, revision=seen, now=now.revision)
        before = now.document if seen == now.revision else revisions.document(session, row.id, seen)
        found = table.read(before, lines)
        ops = operations.diff(before, found.document(before))
        if not ops:
            return models.SheetImported(revision=now.revision, change_count=0)
        made = revisions.change("texts-import", ops)
        merged = merging.merge(session, call.actor, now, seen, [made])
        if merged.clashes:
            raise TourChangedError(tour=row.id, revision=seen, now=merged.revision)
    return models.SheetImported(revision=merged.revision, change_count=len(found.changes))


OPERATIONS = (
    Operation(
        "POST", "/tours/{tour}/texts/preview", preview_texts, "Tells what a table of texts would change", "tours-read",
        models.SheetPreview, body=models.Sheet, errors=_REFUSED,
    ),
    Operation(
        "POST", "/tours/{tour}/texts", import_texts, "Imports a table of texts", "tours-write",
        models.SheetImported, body=models.ImportSheet, errors=(*_REFUSED, TourChangedError, TourDocumentError),
    ),
)  # fmt: skip
"""What can be asked of tables of texts."""

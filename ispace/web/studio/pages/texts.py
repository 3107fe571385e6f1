"""The texts of a tour as a table: taken away for translators, brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from starlette.responses import Response

from ispace import language, templating
from ispace.sheets import formats, rows, table
from ispace.web.studio.visit import Visit

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(visit: Visit) -> Response:
    """Show how texts are taken away and brought back, and how many there are in each language."""
    row = visit.tour("see", whole=True)
    found = list(rows.rows(row.document))
    return visit.page(
        "tour_texts",
        tour={"href": f"/tours/{row.id}", "title": row.title},
        may_edit=visit.may(row.id, "edit"),
        spoken=[
            {"name": templating.language_name(lang), "there": sum(bool(one.texts.get(lang)) for one in found)}
            for lang in rows.languages(row.document)
        ],
        count=len(found),
        api=f"/api/v1/tours/{row.id}/texts",
        words=language.texts(visit.lang)["sheet"],
    )


def as_csv(visit: Visit) -> Response:
    """Send the texts as CSV."""
    return _export(visit, "csv", "text/csv; charset=utf-8", formats.to_csv)


def as_xlsx(visit: Visit) -> Response:
    """Send the texts as XLSX."""
    return _export(visit, "xlsx", _XLSX, formats.to_xlsx)


def _export(visit: Visit, ending: str, kind: str, write: Callable[[Iterable[Sequence[str]]], bytes]) -> Response:
    row = visit.tour("see", whole=True)
    headers = {
        "Content-Disposition": f'attachment; filename="{row.id}-{row.revision}.{ending}"',
        "Cache-Control": "no-store",
    }
    return Response(write(table.table(row.document)), 200, headers, kind)

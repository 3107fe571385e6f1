"""How a set was stitched: a page of its own, which may style itself and do nothing else."""

from __future__ import annotations

from starlette.responses import Response

from ispace.stitching import page
from ispace.web.studio.visit import Visit

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox allow-popups"


def report(visit: Visit, key: str, back: str) -> Response:
    """Return the report under the private ``key``, in the visitor's language first, with a way to the path ``back``.

    Raises:
        ObjectMissingError: there is none.
    """
    content = page.for_reader(visit.studio.private.get(key).decode(), visit.lang, back, visit.say("report-back"))
    return Response(content, 200, {"Content-Security-Policy": _POLICY}, "text/html; charset=utf-8")

"""The editor of a tour: one page that builds itself from the API, in the browser."""

from __future__ import annotations

import dataclasses
from urllib.parse import urljoin

from starlette.responses import Response

from ispace import language
from ispace.materials import shelf
from ispace.model.site import MapTiles
from ispace.page import frame
from ispace.settings import Settings
from ispace.web.studio.pages import jobs, pictures
from ispace.web.studio.shield import POLICY
from ispace.web.studio.visit import Visit


def show(visit: Visit) -> Response:
    """Show the editor, to somebody who may only see as something to look at."""
    row = visit.tour("see")
    person, urls = visit.signed_in, visit.studio.urls
    may_edit = visit.may(row.id, "edit")
    script = f"studio/editor.{visit.lang}.js"
    street_map = map_of(visit.studio.settings)
    with visit.studio.database.read() as session:
        asked = shelf.asked(session, row.id)
    given = {
        "tour": row.id,
        "api": f"/api/v1/tours/{row.id}",
        "page": f"/tours/{row.id}",
        "person": {"id": person.id, "name": person.name},
        "may_edit": may_edit,
        "asked": asked,
        "may_publish": visit.may(row.id, "publish"),
        "lang": visit.lang,
        "icons": urls["studio/icons.svg"],
        "live": jobs.followed(visit, tour=row.id),
        "upload": pictures.upload(visit, row) | {"script": urls.get("studio/upload_one.js", "")} if may_edit else None,
        "map": dataclasses.asdict(street_map) if street_map else None,
    }
    page = visit.page(
        "editor",
        given=given,
        words=language.texts(language.DEFAULT)["editor"] | language.texts(visit.lang).get("editor", {}),
        script=script if script in urls else f"studio/editor.{language.DEFAULT}.js",
    )
    page.headers["Content-Security-Policy"] = frame.policy(street_map.tiles if street_map else "", POLICY)
    return page


def map_of(settings: Settings) -> MapTiles | None:
    """Return the street map that tours have, as the studio reaches it; ``None`` where there is none.

    A path is one of the public store's host, which the studio does not share.
    """
    tiles = settings.map_tiles
    if tiles.startswith("/") and not tiles.startswith("//"):
        tiles = urljoin(settings.public_url, tiles) if settings.public_url else ""
    if not tiles:
        return None
    return MapTiles(tiles, settings.map_attribution, settings.map_min_zoom, settings.map_max_zoom)

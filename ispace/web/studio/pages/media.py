"""What the editor shows of a tour's own files: tiles, small pictures, pictures of cards, sounds and films."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.responses import Response, StreamingResponse

from ispace import keys
from ispace.database.pictures import FileRow
from ispace.errors import ObjectMissingError, TourFileUnknownError
from ispace.pictures import files, panoramas
from ispace.ports import Blobs
from ispace.web import conditions
from ispace.web.studio import report_shown
from ispace.web.studio.visit import Visit

_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": "default-src 'none'"}
"""What an address of these names never changes, but only this browser may keep it."""
_FOR_NOW = _FOR_EVER | {"Cache-Control": "private, no-cache"}
_TILE = re.compile(r"preview\.jpg|[0-9]{1,2}/[frblud]/[0-9]{1,3}_[0-9]{1,3}\.(jpg|webp)")
_AS_SENT = {"audio", "video", "captions"}
_PIECE_BYTES = 1 << 20


def tile(visit: Visit) -> Response:
    """Send a tile or the preview of a panorama of the tour."""
    row, tile_set, name = visit.tour("see"), visit.parts["set"], visit.parts["name"]
    with visit.studio.database.read() as session:
        is_ours = bool(_TILE.fullmatch(name)) and panoramas.has_tile_set(session, row.id, tile_set)
    if not is_ours:
        raise TourFileUnknownError(file=name[:100])
    key = keys.tile(tile_set, name)
    return _sent(visit.studio.private, key, keys.content_type(key), name)


def thumbnail(visit: Visit) -> Response:
    """Send a small picture of how a panorama opens."""
    row, tile_set = visit.tour("see"), visit.parts["set"]
    with visit.studio.database.read() as session:
        key = panoramas.views_of(session, row.id, tile_set=tile_set).get("thumbnail")
    return _sent(visit.studio.private, key, "image/jpeg", tile_set)


def report(visit: Visit) -> Response:
    """Show how a panorama was stitched."""
    row = _file(visit)
    if row.report is None:
        raise TourFileUnknownError(file=row.file)
    return report_shown.report(visit, row.report, f"/tours/{row.tour_id}/edit")


def small(visit: Visit) -> Response:
    """Send a small picture of a picture: it whole, else (of a stitched one) how it opens."""
    row, private = _file(visit), visit.studio.private
    try:
        return Response(private.get(keys.glance(row.sha256)), 200, _FOR_EVER, "image/jpeg")
    except ObjectMissingError:
        with visit.studio.database.read() as session:
            key = panoramas.views_of(session, row.tour_id, file=row.file).get("thumbnail")
        return _sent(private, key, "image/jpeg", row.file)


def medium(visit: Visit) -> Response:
    """Send a file as visitors will get it; of a picture that is not ready for cards yet, a small one."""
    row, private = _file(visit), visit.studio.private
    if row.kind in _AS_SENT:
        return _original(visit, row)
    if row.web is not None:
        return _sent(private, str(row.web["private_key"]), "image/jpeg", row.file)
    answer = small(visit)
    answer.headers["Cache-Control"] = _FOR_NOW["Cache-Control"]
    return answer


def _file(visit: Visit) -> FileRow:
    row = visit.tour("see")
    with visit.studio.database.read() as session:
        return files.get(session, row.id, visit.parts["file"])


def _sent(store: Blobs, key: str | None, kind: str, name: str) -> Response:
    try:
        if key is None:
            raise TourFileUnknownError(file=name[:100])
        return Response(store.get(key), 200, _FOR_EVER, kind)
    except ObjectMissingError as error:
        raise TourFileUnknownError(file=name[:100]) from error


def _original(visit: Visit, row: FileRow) -> Response:
    """Send a sound, film or captions, or the part that a player asks for."""
    private, key = visit.studio.private, keys.original(row.sha256)
    info = private.head(key)
    if info is None:
        raise TourFileUnknownError(file=row.file)
    part = conditions.part(info, visit.headers) if visit.method == "GET" else None
    headers = _FOR_EVER | {"ETag": info.etag, "Accept-Ranges": "bytes"}
    wanted, status = (range(info.size), 200) if part is None else (part, 206)
    if part is not None:
        if not part:
            return Response(None, 416, headers | {"Content-Range": f"bytes */{info.size}"})
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{info.size}"
    headers["Content-Length"] = str(len(wanted))
    kind = keys.content_type(row.file)
    if visit.method == "HEAD":
        return Response(None, status, headers, kind)
    return StreamingResponse(_pieces(private, key, wanted), status, headers, kind)


def _pieces(store: Blobs, key: str, wanted: range) -> Iterator[bytes]:
    for start in range(wanted.start, wanted.stop, _PIECE_BYTES):
        yield store.get_part(key, range(start, min(start + _PIECE_BYTES, wanted.stop)))

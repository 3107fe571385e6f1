"""Every kind of job. Functions are named, not imported: who asks for jobs need not know how pictures are decoded."""

from __future__ import annotations

from ispace.jobs.plan import Kind, StagePlan

_TILE = StagePlan("tile", "ispace.workshop.panorama:tile", "cpu")
_VIEWS = StagePlan("views", "ispace.workshop.panorama:views", "preview")

PREPARE_PANORAMA = Kind(
    "prepare-panorama", (StagePlan("ingest", "ispace.workshop.panorama:ingest", "preview"), _TILE, _VIEWS)
)
"""Inputs: ``original`` (``key`` in the private store or ``file``; ``name``); ``level``, ``coverage`` as in a scene;
``scene`` (with the ``upload`` that said so): the id of the scene whose picture it is to be.
"""

STITCH_SET = Kind("stitch-set", (StagePlan("stitch", "ispace.workshop.photoset:stitch", "memory"), _TILE, _VIEWS))
"""Inputs: ``photos`` (a list of originals as above), ``name`` of the set, ``options`` that somebody chose."""

LOOK_UPLOAD = Kind("look-upload", (StagePlan("look", "ispace.workshop.arrival:look", "preview"),), "first")
"""Inputs: ``upload`` (its id), ``name``, ``kind`` (image, video, audio, captions, drawing)."""

PREPARE_PICTURE = Kind("prepare-picture", (StagePlan("web", "ispace.workshop.picture:web", "preview"),))
"""Inputs: ``original`` as above: a picture as cards show it."""

_PUBLISH = StagePlan("publish", "ispace.workshop.publishing:publish", "net")
_PREVIEW = StagePlan("preview", "ispace.workshop.publishing:preview", "net")
_READY = StagePlan("ready", "ispace.workshop.publishing:ready", "cpu")

PUBLISH_TOUR = Kind("publish-tour", (_READY, _PUBLISH), "first")
"""Inputs: ``draft`` (the private key of document and files, as ``publications`` put it), ``tour``, ``revision``,
``author``, ``previewed`` (ids that previews were given), ``asked`` (a mark that makes each wish a job of its own).
"""

PREVIEW_TOUR = Kind("preview-tour", (_READY, _PREVIEW), "first")
"""Inputs: as above, and ``token`` of the address, ``until`` when it is good (ISO 8601)."""

KINDS = (LOOK_UPLOAD, PREPARE_PANORAMA, STITCH_SET, PREPARE_PICTURE, PREVIEW_TOUR, PUBLISH_TOUR)

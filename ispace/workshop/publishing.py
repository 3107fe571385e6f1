"""The stages that make a tour public, or show it as it would be: its pictures ready, then written."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
from collections.abc import Iterator
from typing import Any

from ispace import flow, pointer, previews, wiring
from ispace.imaging.isolate import PictureWorker
from ispace.jobs.stage import Stage
from ispace.model import document
from ispace.pictures.drafts import Draft, StoredSources
from ispace.progress import Progress
from ispace.workshop import tools


def ready(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Make every picture of the draft ready and ask the gate; return how many ``scenes`` and ``warnings`` there are.

    Raises:
        DocumentInvalidError, TourBlockedError: what has to be mended first.
    """
    with _built(inputs, stage) as (built, _):
        return {"scenes": len(built.scenes), "warnings": len(built.problems)}


def publish(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Make the tour public; return its ``release``, the key of its ``page``, how much was ``written``, ``bytes``,
    whether it was so already (``unchanged``), and the private key of its ``thumbnail``.

    Raises:
        PublishRaceError: somebody else published it meanwhile.
    """
    with _built(inputs, stage) as (built, at_hand):
        services = wiring.services(at_hand.settings)
        seen = pointer.look(services.public, built.tour.id)
        outcome = flow.publish_built(
            built, seen, services, at_hand.settings, str(inputs["author"]), _told(stage), inputs["previewed"]
        )
        done = outcome.published
        return {
            "release": done.release,
            "page": outcome.page,
            "written": done.written,
            "bytes": done.bytes,
            "unchanged": done.unchanged,
            "thumbnail": built.scenes[built.tour.start_scene.id].views.thumbnail.private_key,
        }


def preview(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Write the very release where only who has the address sees it; return its id as ``release``."""
    with _built(inputs, stage) as (built, at_hand):
        public = wiring.services(at_hand.settings).public
        seen = pointer.look(public, built.tour.id)
        bundle = flow.assemble(built, seen, public, at_hand.settings, str(inputs["author"]), inputs["previewed"])
        until = dt.datetime.fromisoformat(inputs["until"])
        made = previews.write(bundle, at_hand.private, str(inputs["token"]), until)
        previews.sweep(at_hand.private, dt.datetime.now(dt.UTC))
        return {"release": made.release}


@contextlib.contextmanager
def _built(inputs: dict[str, Any], stage: Stage) -> Iterator[tuple[flow.Built, tools.Tools]]:
    """Yield the tour with its pictures; what a stage before made ready is only looked up."""
    with tools.at_hand() as at_hand:
        told = json.loads(at_hand.private.get(str(inputs["draft"])))
        tour = document.parse(json.dumps(told["document"], ensure_ascii=False).encode(), str(inputs["name"]))
        sources = _sources(told["files"], at_hand, at_hand.worker, stage)
        yield flow.prepare(tour, sources, at_hand.private, at_hand.settings, at_hand.worker, _told(stage)), at_hand


def _sources(files: dict[str, Any], at_hand: tools.Tools, worker: PictureWorker, stage: Stage) -> StoredSources:
    bring = functools.partial(tools.bring, private=at_hand.private, folder=stage.folder)
    return StoredSources(Draft.from_json(files), at_hand.private, worker, bring)


def _told(stage: Stage) -> Progress:
    """Return what tells how far the flow is, each part of it counting anew."""
    return lambda _part, label, done, total: stage.progress(done / total if total else 1.0, label)

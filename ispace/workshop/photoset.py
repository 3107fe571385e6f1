"""The stage that makes one panorama of a set of photos, with a report that is kept whatever came of it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from ispace import digest, keys, photosets, settings, wholefile
from ispace.imaging.stitch.options import Options
from ispace.imaging.stitch.outcome import Outcome
from ispace.jobs.stage import Stage
from ispace.pipeline import ingest
from ispace.ports import Put
from ispace.stitching import page, record, report, work
from ispace.workshop import panorama, tools

_BRINGING = 0.1
"""How much of the progress is bringing the photos."""
_CHOICES = ("width_px", "leave_out", "pin", "group", "hfov_deg", "centre")


def stitch(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Stitch ``inputs["photos"]`` and keep the panorama with its report; return what ``panorama.ingest`` does.

    ``name`` is what the set is called, ``options`` what somebody chose (``leave_out``, ``pin``, ``group`` …). What is
    told beside the result, also of a set that failed: ``report`` and ``page``, the private keys of the report, and
    ``used`` of ``count`` photos.

    Raises:
        StitchFailedError: one of its subclasses, by which the set failed.
        StitchOptionError, StitchFileUnknownError: what was chosen does not fit the set.
    """
    chosen = settings.load()
    options = _options(photosets.options(chosen), inputs.get("options") or {})
    with tools.at_hand(photosets.limits(chosen, options.time_limit_s)) as at_hand:
        files = []
        for number, photo in enumerate(inputs["photos"]):
            files.append(tools.bring(photo, at_hand.private, stage.folder / "photos"))
            stage.progress(_BRINGING * number / len(inputs["photos"]), files[-1].name)
        name = tools.harmless(str(inputs.get("name", ""))).removesuffix(".jpg")
        out = stage.folder / f"{name}.jpg"
        outcome, preview = work.run(
            files,
            out,
            options,
            at_hand.worker,
            lambda share: stage.progress(_BRINGING + (1 - _BRINGING) * share, name),
        )
        made = digest.of_file(out) if outcome.result != "failed" else None
        told = report.build(outcome, out.name, in_studio=True)
        told |= {"source": record.source(name, files, options.group or 1), "panorama_sha256": made}
        # Of a set that failed there is no panorama to name the report by; its photos and options do as well.
        of = made or digest.of_bytes(json.dumps(inputs, sort_keys=True).encode())
        at_hand.private.put(Put(keys.stitched(of), _written(told)))
        at_hand.private.put(Put(keys.stitched_page(of), page.render(outcome, told, name, preview)))
        stage.tell(report=keys.stitched(of), page=keys.stitched_page(of), **_counted(outcome))
        work.raise_failed(outcome)
        wholefile.write(record.report_of(out), _written(told))
        return panorama.kept(ingest.run(out, at_hand.private, at_hand.worker))


def _options(usual: Options, said: dict[str, Any]) -> Options:
    """Return the usual options with what somebody chose; names of photos are as they are called here."""
    given = {name: said[name] for name in _CHOICES if said.get(name) is not None}
    for name in ("leave_out", "pin"):
        if name in given:
            given[name] = tuple(tools.harmless(file) for file in given[name])
    return dataclasses.replace(usual, **given)


def _written(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _counted(outcome: Outcome) -> dict[str, int]:
    return {"used": sum(photo.used for photo in outcome.photos), "count": len(outcome.photos)}

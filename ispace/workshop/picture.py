"""The stage that makes a picture fit to be shown on cards: small enough, and without what a camera noted in it."""

from __future__ import annotations

import dataclasses
from typing import Any

from ispace.jobs.stage import Stage
from ispace.pipeline import ingest
from ispace.workshop import tools


def web(inputs: dict[str, Any], _results: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Make the web picture of ``inputs["original"]``; return the fields of ``work.Picture``.

    Raises as ``tools.bring`` and ``pipeline.ingest.web_picture``.
    """
    with tools.at_hand() as at_hand:
        path = tools.bring(inputs["original"], at_hand.private, stage.folder)
        stage.progress(0.3, path.name)
        return dataclasses.asdict(ingest.web_picture(path, at_hand.private, at_hand.worker))

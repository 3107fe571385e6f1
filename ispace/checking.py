"""The gate for drafts: the same rules as before a publish, on whatever of a draft can be read.

``flow.prepare`` asks the gate of tours whose pictures are ready; here it is asked at any time, of a draft and of what
the studio knows of its files, without fetching one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from ispace.model import document as documents
from ispace.model.problem import Problem
from ispace.model.salvage import NO_FILE, Salvaged, salvage
from ispace.model.tour import Tour
from ispace.pictures.drafts import Draft, Kept
from ispace.pictures.recipe import Recipe
from ispace.pipeline import check
from ispace.work import MediumFacts, SceneFacts


def draft(
    document: dict[str, Any],
    files: Draft,
    today: dt.date,
    failed: Mapping[tuple[str, str], Problem] | None = None,
) -> list[Problem]:
    """Return everything that keeps a draft from being public, and what else its editors should know, errors first.

    ``failed`` says by file and recipe why a panorama could not be made.
    """
    read = documents.inspect(document)
    problems = list(read.problems)
    salvaged = salvage(read.raw, read.error) if read.error is not None else None
    tour = read.tour or (salvaged.tour if salvaged else None)
    if tour is not None:
        of_tour = [*_absent(tour, files, failed or {}), *check.run(tour, *_facts(tour, files), today)]
        problems += [_placed(problem, salvaged) for problem in of_tour]
    return sorted(problems, key=lambda problem: problem.severity != "error")


def _placed(problem: Problem, salvaged: Salvaged | None) -> Problem:
    return dataclasses.replace(problem, field=salvaged.field(problem.field)) if salvaged else problem


def _facts(tour: Tour, files: Draft) -> tuple[dict[str, SceneFacts], dict[str, MediumFacts]]:
    scenes, media = {}, {}
    for scene in tour.scenes:
        kept = files.files.get(scene.panorama.file)
        info = kept.picture_info() if kept else None
        if kept is not None and info is not None:
            scenes[scene.id] = SceneFacts.of(info, kept.tiled(Recipe(scene.level, scene.panorama.coverage)))
    for medium in tour.media:
        kept = files.files.get(medium.file)
        if kept is not None:
            media[medium.id] = _medium(kept)
    return scenes, media


def _medium(kept: Kept) -> MediumFacts:
    if kept.web is not None:
        return MediumFacts(int(kept.web["size"]), int(kept.web["width_px"]), int(kept.web["height_px"]))
    info = kept.picture_info()
    return MediumFacts(kept.size_bytes, info.width_px if info else 0, info.height_px if info else 0)


def _absent(tour: Tour, files: Draft, failed: Mapping[tuple[str, str], Problem]) -> Iterator[Problem]:
    """Tell of files that the tour does not have, and of panoramas that are not ready."""
    for index, scene in enumerate(tour.scenes):
        field, file = f"scenes[{index}].panorama.file", scene.panorama.file
        kept = files.files.get(file)
        if kept is None:
            if file != NO_FILE:  # that nothing is chosen is told already
                yield Problem("THIEU-TEP", field, scene.id, params={"value": file})
            continue
        recipe = Recipe(scene.level, scene.panorama.coverage)
        if recipe.key not in kept.panoramas:
            wrong = failed.get((file, recipe.key))
            if wrong is not None:
                yield dataclasses.replace(wrong, field=field, scene=scene.id)
            else:
                yield Problem("DANG-XU-LY", field, scene.id, severity="warning", params={"value": kept.name})
    for index, medium in enumerate(tour.media):
        named = [("file", medium.file), *((f"captions.{lang}", file) for lang, file in medium.captions.items())]
        for field, file in named:
            if file not in files.files and file != NO_FILE:
                yield Problem("THIEU-TEP", f"media[{index}].{field}", None, medium.id, params={"value": file})

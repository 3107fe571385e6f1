"""What a draft names of its tour's files; a draft may hold anything anywhere, and what makes no sense names nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ispace.pictures.recipe import Recipe


@dataclasses.dataclass(frozen=True)
class Use:
    """Where a file is named: by a scene, or by a medium (as itself or as captions), by their ids."""

    file: str
    by: Literal["scene", "medium"]
    id: str


def scenes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Recipe | None]]:
    """Yield id, file and recipe of each scene that has a picture."""
    for scene in _entries(document, "scenes"):
        panorama = scene.get("panorama")
        file = panorama.get("file") if isinstance(panorama, dict) else None
        if isinstance(file, str) and file:
            yield str(scene.get("id", "")), file, Recipe.of_scene(scene)


def uses(document: Mapping[str, Any]) -> Iterator[Use]:
    """Yield every place where a file is named."""
    for scene_id, file, _ in scenes(document):
        yield Use(file, "scene", scene_id)
    for medium in _entries(document, "media"):
        captions = medium.get("captions")
        told = [medium.get("file"), *(captions.values() if isinstance(captions, dict) else ())]
        yield from (Use(file, "medium", str(medium.get("id", ""))) for file in told if isinstance(file, str) and file)


def _entries(document: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    value = document.get(field)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

"""What of a scene goes into its tiles, with a name for it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import ValidationError

from ispace.model.scene import Coverage
from ispace.model.view import LevelAngles


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a panorama is levelled and placed; ``None`` for what the picture says itself."""

    level: LevelAngles | None = None
    coverage: Coverage | None = None

    @classmethod
    def of_scene(cls, scene: Mapping[str, Any]) -> Self | None:
        """Return what a scene of a draft says, ``None`` where it says something that no picture can be cut by."""
        panorama = scene.get("panorama")
        said = panorama.get("coverage") if isinstance(panorama, dict) else None
        return cls.of(scene.get("level"), said)

    @classmethod
    def of(cls, level: object, coverage: object) -> Self | None:
        """Return the recipe of two values of a document or of a job's inputs; ``None`` as ``of_scene``."""
        try:
            return cls(
                LevelAngles.model_validate(level) if level is not None else None,
                Coverage.model_validate(coverage) if coverage is not None else None,
            )
        except (ValidationError, RecursionError):
            return None

    @classmethod
    def of_key(cls, key: str) -> Self:
        """Return what ``key`` was made of."""
        said = json.loads(key)
        return cls.of(said.get("level"), said.get("coverage")) or cls()

    @property
    def key(self) -> str:
        """The recipe as canonical JSON: sorted, without spaces and nulls, numbers as JavaScript writes them."""
        said = {
            name: {field: _plain(value) for field, value in part.model_dump().items()}
            for name, part in (("level", self.level), ("coverage", self.coverage))
            if part is not None
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    def inputs(self) -> dict[str, Any]:
        """Return what the job is told; where nothing is said, it is told nothing."""
        said: dict[str, Any] = json.loads(self.key)
        return said


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value

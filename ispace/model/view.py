"""Where a visitor looks: directions, views and their limits, in degrees (yaw to the right, pitch up)."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ispace.model.base import Document

Yaw = Annotated[float, Field(ge=-180, le=180, strict=True), AfterValidator(lambda yaw: -180.0 if yaw == 180 else yaw)]
Pitch = Annotated[float, Field(ge=-90, le=90, strict=True)]
Hfov = Annotated[float, Field(ge=5, le=150, strict=True)]
Turn = Annotated[float, Field(ge=-360, le=360, strict=True)]

EARTH_M = 6_371_000.0
"""The mean radius of the earth."""

Vector = tuple[float, float, float]
"""x to the right, y up, z ahead; yaw 0 and pitch 0 look along z."""


def vector(yaw_deg: float, pitch_deg: float) -> Vector:
    """Return the unit vector of a direction given in degrees."""
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    return math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)


class Direction(Document):
    """One direction in a scene."""

    yaw_deg: Yaw
    pitch_deg: Pitch


class View(Document):
    """What is on screen: a direction and the angle that spans the longer side of the screen."""

    yaw_deg: Yaw = 0.0
    pitch_deg: Pitch = 0.0
    hfov_deg: Hfov = 90.0


class Limits(Document):
    """How far a visitor may turn and zoom; yaw may run past ±180 so that a range can cross the seam."""

    yaw_min_deg: Turn = -180.0
    yaw_max_deg: Turn = 180.0
    pitch_min_deg: Pitch = -90.0
    pitch_max_deg: Pitch = 90.0
    hfov_min_deg: Hfov = 25.0
    hfov_max_deg: Hfov = 110.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, low, high in (
            ("yaw", self.yaw_min_deg, self.yaw_max_deg),
            ("pitch", self.pitch_min_deg, self.pitch_max_deg),
            ("hfov", self.hfov_min_deg, self.hfov_max_deg),
        ):
            if low >= high:
                raise PydanticCustomError(
                    "limits_order", "minimum below maximum", {"name": name, "low": low, "high": high}
                )
        if self.yaw_max_deg - self.yaw_min_deg > 360:
            raise PydanticCustomError("limits_turn", "at most one turn", {"name": "yaw"})
        return self


class LevelAngles(Document):
    """How the camera stood: looked up by ``pitch_deg``, rolled clockwise by ``roll_deg`` (as GPano's pose)."""

    pitch_deg: Pitch = 0.0
    roll_deg: float = Field(default=0.0, ge=-180, le=180, strict=True)


class Position(Document):
    """A point on the earth (WGS 84)."""

    lat: float = Field(ge=-90, le=90, strict=True)
    lon: float = Field(ge=-180, le=180, strict=True)
    altitude_m: float | None = Field(default=None, ge=-500, le=10_000, strict=True)

    def metres_to(self, other: Position) -> float:
        """Return how far another point lies on the ground, in metres (haversine)."""
        lat, other_lat = math.radians(self.lat), math.radians(other.lat)
        half_lat, half_lon = (other_lat - lat) / 2, math.radians(other.lon - self.lon) / 2
        chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin(half_lon) ** 2
        return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))

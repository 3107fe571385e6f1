"""What came of a set of photos, as plain values: how each photo was used or why not, and what is wrong."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from ispace.imaging.gpano import Area


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be said; ``code`` names its sentence in the texts' section ``stitch``, ``params`` fill it."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhotoOutcome:
    """What became of one photo. Angles in degrees, roll clockwise; ``group`` counts from 1, largest first.

    ``hfov_deg`` spans the picture's width as it is upright, and so do ``width_px`` and ``height_px``, ``None`` where
    the file could not be read. ``residual_px`` is the median misfit of its matches, in pixels of a picture 1200 pixels
    long; ``partners`` are the files it shares a verified view with.
    """

    file: str
    used: bool
    group: int | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    hfov_deg: float | None = None
    residual_px: float | None = None
    matches: int = 0
    partners: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    width_px: int | None = None
    height_px: int | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return what ``dataclasses.asdict`` made."""
        findings = tuple(Finding(**found) for found in value["findings"])
        return cls(**{**value, "partners": tuple(value["partners"]), "findings": findings})


@dataclass(frozen=True, slots=True)
class Group:
    """Photos that show one place: ``files``; ``stitched`` for the one that the panorama was made of."""

    files: tuple[str, ...]
    stitched: bool
    residual_px: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the sphere that no photo shows: its middle and its extent, degrees. Below 5° none is told."""

    yaw_deg: float
    pitch_deg: float
    width_deg: float
    height_deg: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a set. ``result`` is ``failed`` where no panorama was made; then ``findings`` say why.

    ``covered`` is the share of the whole sphere, 0 to 1, that photos show; ``tilt_deg`` how far the horizon was turned
    to be level, and ``level`` by what: lines of buildings, how the camera was held, or nothing.
    """

    result: Literal["ok", "warnings", "failed"]
    engine: Literal["ispace"]
    photos: tuple[PhotoOutcome, ...]
    groups: tuple[Group, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    area: Area | None = None
    covered: float = 0.0
    residual_px: float | None = None
    level: Literal["lines", "camera", "none"] = "none"
    tilt_deg: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON, which ``from_json`` takes back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return what ``to_json`` was called on."""
        fields = dict(value)
        fields["photos"] = tuple(PhotoOutcome.from_json(photo) for photo in value["photos"])
        fields["groups"] = tuple(Group(**{**group, "files": tuple(group["files"])}) for group in value["groups"])
        fields["findings"] = tuple(Finding(**found) for found in value["findings"])
        fields["gaps"] = tuple(Gap(**gap) for gap in value["gaps"])
        fields["area"] = Area(**value["area"]) if value["area"] else None
        return cls(**fields)

"""How a set is to be stitched where that is not left to the program."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ispace.errors import StitchFileUnknownError, StitchOptionError

MAX_PHOTOS = 400
"""More are not one panorama, and would compare 80 000 pairs."""
WIDTHS_PX = (512, 16384)
HFOVS_DEG = (5.0, 170.0)
"""Beyond, nothing is a photo of a flat sensor."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person decided about a set; photos are named by their files' names.

    ``width_px`` is the width of the whole sphere, ``None`` as sharp as the photos. ``leave_out`` are not looked at;
    ``pin`` show one place for sure. ``group`` is the place that is stitched, counted from 1, largest first; ``None``
    the largest. ``hfov_deg`` is the field of view over the photos' longer side. ``centre`` faces yaw 0. ``cache`` is a
    folder that keeps features between runs, up to ``cache_mb`` MiB. After ``time_limit_s`` of wall time the set fails.

    Raises:
        StitchOptionError: a number is out of range.
    """

    width_px: int | None = None
    leave_out: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    group: int | None = None
    hfov_deg: float | None = None
    centre: str | None = None
    cache: Path | None = None
    cache_mb: int = 1024
    time_limit_s: float | None = None

    def __post_init__(self) -> None:
        _within("--width", self.width_px, *WIDTHS_PX)
        _within("--hfov", self.hfov_deg, *HFOVS_DEG)
        _within("--group", self.group, 1, MAX_PHOTOS)
        _within("--time-limit", self.time_limit_s, 1, 86_400)
        if self.width_px is not None and self.width_px % 2:  # the sphere is twice as wide as high
            raise StitchOptionError(option="--width", value=self.width_px, allowed="2, 4, 6 …")

    def check(self, files: Collection[str]) -> None:
        """Raise ``StitchFileUnknownError`` where an option names a photo that is not in the set."""
        named = [("--leave-out", self.leave_out), ("--pin", self.pin), ("--centre", (self.centre,))]
        for option, names in named:
            for name in names:
                if name is not None and name not in files:
                    raise StitchFileUnknownError(option=option, file=name)

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` takes back."""
        return dataclasses.asdict(self) | {"cache": None if self.cache is None else str(self.cache)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return what ``to_json`` was called on."""
        lists = {name: tuple(value.get(name) or ()) for name in ("leave_out", "pin")}
        return cls(**{**value, **lists, "cache": Path(value["cache"]) if value.get("cache") else None})


def _within(option: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:  # nan is refused as well
        raise StitchOptionError(option=option, value=value, allowed=f"{low:g}…{high:g}")

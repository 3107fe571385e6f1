"""A capture plan as a checklist for people: which camera, which rows, and how to hold it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ispace import language
from ispace.errors import StitchPlanError
from ispace.imaging.stitch import plan as planning
from ispace.imaging.stitch.plan import Plan

_CAMERAS = {
    # field of view over the longer side, aspect, held upright, highest pitch
    "phone": (67.3, 4 / 3, True, None),  # 26 mm, the usual main camera
    "camera": (67.4, 3 / 2, True, None),  # 18 mm on APS-C, 27 mm on full frame
    "drone": (71.6, 4 / 3, False, 30.0),  # 24 mm; gimbals look up by 30° or so
}
_HOW = {
    "phone": ("lens", "close", "exposure", "zoom", "light", "people", "nadir"),
    "camera": ("lens", "exposure", "zoom", "light", "people", "nadir"),
    "drone": ("drone", "exposure", "zoom", "light"),
}


@dataclass(frozen=True, slots=True)
class Checklist:
    """A plan and for what: ``camera`` is phone, camera, drone or other."""

    camera: str
    hfov_deg: float
    portrait: bool
    plan: Plan

    def lines(self, lang: str) -> list[str]:
        """Return the checklist, a line a shot or row."""
        made = self.plan
        title = _say(f"title-{self.camera}", lang, hfov_deg=round(self.hfov_deg, 1))
        held = _say("held-portrait" if self.portrait else "held-landscape", lang)
        across, down = round(made.across_deg), round(made.down_deg)
        summary = _say("summary", lang, title=title, held=held, count=made.count, across_deg=across, down_deg=down)
        shots = []
        for row in made.rows:
            kind = "level" if row.pitch_deg == 0 else "up" if row.pitch_deg > 0 else "down"
            pitch, step = abs(round(row.pitch_deg)), round(row.step_deg)
            shots.append(_say(f"row-{kind}", lang, count=row.count, pitch_deg=pitch, step_deg=step))
        shots += [_say("zenith", lang, count=made.zenith)] if made.zenith else []
        shots += [_say("nadir", lang, count=made.nadir)] if made.nadir else []
        sky = [_say("sky", lang, pitch_deg=round(made.top_deg))] if made.top_deg is not None else []
        how = [f"  - {_say(f'how-{name}', lang)}" for name in _HOW.get(self.camera, _HOW["phone"])]
        listed = [f"  {number}. {shot}" for number, shot in enumerate(shots, 1)]
        return [summary, *listed, *sky, _say("how", lang), *how, _say("then", lang)]

    def to_json(self) -> dict[str, Any]:
        """Return plain values and the checklist in both languages."""
        made = self.plan
        return {
            "camera": self.camera,
            "hfov_deg": self.hfov_deg,
            "portrait": self.portrait,
            "across_deg": round(made.across_deg, 1),
            "down_deg": round(made.down_deg, 1),
            "photos": made.count,
            "rows": [
                {"pitch_deg": row.pitch_deg, "count": row.count, "step_deg": round(row.step_deg, 2)}
                for row in made.rows
            ],
            "zenith": made.zenith,
            "nadir": made.nadir,
            "lines": {lang: self.lines(lang) for lang in ("vi", "en")},
        }


def of(asked: str, *, portrait: bool | None = None) -> Checklist:
    """Return the checklist for phone, camera, drone or a field of view in degrees; raises ``StitchPlanError``."""
    hfov, aspect, upright, top = _CAMERAS.get(asked, (_degrees(asked), 4 / 3, True, None))
    low, high = planning.HFOVS_DEG
    if not low <= hfov <= high:
        raise StitchPlanError(value=asked)
    held = upright if portrait is None else portrait
    made = planning.plan(hfov, aspect, portrait=held, top_deg=top)
    return Checklist(asked if asked in _CAMERAS else "other", hfov, held, made)


def _degrees(asked: str) -> float:
    try:
        return float(asked.removesuffix("°").replace(",", "."))
    except ValueError:
        return math.nan


def _say(code: str, lang: str, **params: object) -> str:
    return language.say("plan", code, lang, **params)

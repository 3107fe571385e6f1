"""What was found about a set, as sentences; where something lies, as words."""

from __future__ import annotations

from ispace import language
from ispace.imaging.stitch.findings import finding
from ispace.imaging.stitch.outcome import Finding, Gap

GAP = "GHEP-TRONG"
_POLE_DEG = 70
_EYE_LEVEL_DEG = 25

_ALL_AROUND_DEG, _AT_A_POLE_DEG = 350, 88
"""A gap around a pole is mended by one photo, straight up or down."""


def words(code: str, lang: str, **params: object) -> str:
    """Return words of the report; ``count`` or ``warnings`` = 1 takes a language's own words for one thing."""
    one = 1 in (params.get("count"), params.get("warnings")) and language.texts(lang).get("report", {}).get(
        f"{code}-one"
    )
    return language.say("report", f"{code}-one" if one else code, lang, **params)


def place(yaw_deg: float, pitch_deg: float, lang: str) -> str:
    """Return where a direction lies, as somebody in the middle would point: on the right, low down (yaw 90°, …)."""
    if abs(pitch_deg) >= _POLE_DEG:
        return words("place-up" if pitch_deg > 0 else "place-down", lang)
    side = words(f"side-{round((yaw_deg % 360) / 45) % 8}", lang)
    height = "level" if abs(pitch_deg) <= _EYE_LEVEL_DEG else "high" if pitch_deg > 0 else "low"
    return words(
        "place",
        lang,
        side=side,
        height=words(f"height-{height}", lang),
        yaw_deg=round(yaw_deg),
        pitch_deg=round(pitch_deg),
    )


def sentence(found: Finding, lang: str, file: str = "") -> str:
    """Return what a finding about the photo ``file`` or the set says; an error's code has the error's sentence."""
    params = {"file": file, **{name: _short(value) for name, value in found.params.items()}}
    if "yaw_deg" in found.params and "pitch_deg" in found.params:
        params["direction"] = place(float(found.params["yaw_deg"]), float(found.params["pitch_deg"]), lang)
    section = "stitch" if found.code in language.texts(language.DEFAULT)["stitch"] else "errors"
    return language.say(section, found.code, lang, **params)


def in_every_language(code: str, **params: object) -> dict[str, str]:
    """Return words of the report in Vietnamese and English."""
    return {lang: words(code, lang, **params) for lang in ("vi", "en")}


def of_gap(gap: Gap) -> Finding:
    """Return the finding that a gap is."""
    if gap.width_deg > _ALL_AROUND_DEG and abs(gap.pitch_deg) + gap.height_deg / 2 > _AT_A_POLE_DEG:
        return finding("GHEP-THIEU-DINH" if gap.pitch_deg > 0 else "GHEP-THIEU-CHAN")
    sizes = {"width_deg": gap.width_deg, "height_deg": gap.height_deg}
    return finding("GHEP-TRONG", yaw_deg=gap.yaw_deg, pitch_deg=gap.pitch_deg, **sizes)


def _short(value: object) -> object:
    """Return a number as exact as anybody wants it: whole from 10 on, else one decimal."""
    if not isinstance(value, float):
        return value
    return round(value) if abs(value) >= 10 or value == round(value) else round(value, 1)

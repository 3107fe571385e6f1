"""An outcome → the report that is kept beside the panorama: figures, sentences in both languages, what to do next.

Its ``photos`` say ``file, used, yaw, pitch, roll, hfov`` in degrees: yaw to the right, pitch up, roll clockwise, hfov
over the photo's width.
"""

from __future__ import annotations

from typing import Any

import ispace
from ispace import language
from ispace.imaging.stitch.findings import weight
from ispace.imaging.stitch.outcome import Finding, Outcome, PhotoOutcome
from ispace.stitching import sentences

LANGUAGES = ("vi", "en")
_ANGLES = ("yaw", "pitch", "roll", "hfov")
_RETAKE = {"GHEP-NHOE", "GHEP-DI-MAY", "GHEP-TRON", "GHEP-IT-CHONG", "GHEP-HOI-NHOE"}
"""What another photo of the same direction mends."""


def build(outcome: Outcome, panorama: str, *, in_studio: bool = False) -> dict[str, Any]:
    """Return the report of a set whose panorama is called ``panorama``, as plain values for JSON."""
    found = list(outcome.findings)
    if outcome.result != "failed" and not any(f.code == sentences.GAP for f in found):
        found += [sentences.of_gap(gap) for gap in outcome.gaps]
    report = outcome.to_json()
    report |= {
        "generator": f"iSpace {ispace.__version__}",
        "panorama": None if outcome.result == "failed" else panorama,
        "verdict": _verdict(outcome, found),
        "photos": [_photo(number, photo) for number, photo in enumerate(outcome.photos, 1)],
        "findings": [_finding(f) for f in found],
        "next": _next(outcome, found, panorama, "-studio" if in_studio else ""),
    }
    return {name: _writable(value) for name, value in report.items()}


def _writable(value: Any) -> Any:
    """Return plain values without what no text can hold: file names need not be Unicode on every system."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: _writable(inner) for name, inner in value.items()}
    return [_writable(inner) for inner in value] if isinstance(value, list | tuple) else value


def state(photo: PhotoOutcome) -> str:
    """Return ``used``, ``doubtful`` (used, but somebody should look) or ``unused``."""
    if not photo.used:
        return "unused"
    return "doubtful" if any(weight(f) == "warning" for f in photo.findings) else "used"


def _photo(number: int, photo: PhotoOutcome) -> dict[str, Any]:
    angles = {name: getattr(photo, f"{name}_deg") for name in _ANGLES}
    return {
        "number": number,
        "file": photo.file,
        "used": photo.used,
        "state": state(photo),
        **{name: round(value, 4) for name, value in angles.items() if value is not None},
        "group": photo.group,
        "residual_px": photo.residual_px,
        "matches": photo.matches,
        "partners": list(photo.partners),
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "findings": [_finding(f, photo.file) for f in photo.findings],
    }


def _finding(found: Finding, file: str = "") -> dict[str, Any]:
    said = {lang: sentences.sentence(found, lang, file) for lang in LANGUAGES}
    return {"code": found.code, "weight": weight(found), "params": found.params, "sentence": said}


def _verdict(outcome: Outcome, found: list[Finding]) -> dict[str, str]:
    count, used = len(outcome.photos), sum(photo.used for photo in outcome.photos)
    if outcome.result == "failed":
        reason = found[0] if found else Finding("GHEP-KHONG-CHAC", {"count": count})
        said = {lang: _first(sentences.sentence(reason, lang))[0] for lang in LANGUAGES}
        return {lang: sentences.words("verdict-failed", lang, reason=said[lang]) for lang in LANGUAGES}
    warnings = sum(weight(f) == "warning" for f in found) + sum(state(p) == "doubtful" for p in outcome.photos)
    code = "verdict-warnings" if warnings else "verdict-ok" if used == count else "verdict-ok-some"
    return sentences.in_every_language(code, count=count, used=used, unused=count - used, warnings=warnings)


def _first(text: str) -> tuple[str, str]:
    """Return the first sentence of a text, which says what happened, and the rest, which says what to do."""
    first, _, rest = text.partition(". ")
    return (f"{first}.", rest) if rest else (text, "")


def _next(outcome: Outcome, found: list[Finding], panorama: str, where: str) -> list[dict[str, str]]:
    """Return what to do, the most pressing first: sentences by language."""
    steps = []
    if outcome.result != "failed":
        steps += [{lang: sentences.sentence(f, lang) for lang in LANGUAGES} for f in found if weight(f) == "warning"]
    retake = [p.file for p in outcome.photos if any(f.code in _RETAKE for f in p.findings)]
    doubtful = [p.file for p in outcome.photos if any(f.code == "GHEP-CHO-NGO" for f in p.findings)]
    if doubtful:
        steps.append(sentences.in_every_language("next-doubtful", files=", ".join(doubtful)))
    if retake:
        steps.append(sentences.in_every_language("next-reshoot", files=", ".join(retake)))
    for number, group in enumerate(outcome.groups, 1):
        if not group.stitched and len(group.files) > 1:
            steps.append(
                {
                    lang: language.say("report", "next-group", lang, group=number, count=len(group.files))
                    for lang in LANGUAGES
                }
            )
    if outcome.result == "failed":
        rest = {lang: _first(sentences.sentence(found[0], lang))[1] for lang in LANGUAGES} if found else {"vi": ""}
        steps = [*([rest] if rest["vi"] else []), *steps, sentences.in_every_language(f"next-plan{where}")]
    else:
        steps.append(sentences.in_every_language("next-look", file=panorama))
        steps.append(sentences.in_every_language(f"next-use{where}", file=panorama))
    return steps

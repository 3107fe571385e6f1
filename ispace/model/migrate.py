"""Older tour documents, brought to the current version step by step.

``STEPS[n]`` turns a document of version n into one of version n + 1. A step works on the raw JSON, is tolerant (what it
does not understand it leaves for the check to report) and never changes its argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ispace.model.tour import VERSION

Raw = dict[str, Any]


def version_of(raw: Raw) -> int | None:
    """Return the version a document claims; 0 where it claims none, ``None`` where the claim is no number."""
    version = raw.get("version", 0)
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def upgrade(raw: Raw) -> Raw:
    """Return ``raw`` in the current version; ``raw`` itself where it is that already."""
    version = version_of(raw)
    while version is not None and version in STEPS and version < VERSION:
        raw = STEPS[version](raw)
        version = raw["version"]
    return raw


_ANGLES = {"yaw": "yaw_deg", "pitch": "pitch_deg", "hfov": "hfov_deg"}
_TEXTS = {
    *("title", "description", "text", "alt", "summary", "name", "transcript", "issuer", "address"),
    *("managing_body", "governing_body", "responsible_person", "permit", "source"),
}


def _from_0(raw: Raw) -> Raw:
    """Drafts from before the format was fixed: plain Vietnamese strings, angles without unit, a bare file name."""
    raw = _rename(raw)
    for scene in raw.get("scenes", []) if isinstance(raw.get("scenes"), list) else []:
        if isinstance(scene, dict) and isinstance(scene.get("panorama"), str):
            scene["panorama"] = {"file": scene["panorama"]}
        if isinstance(scene, dict) and "north" in scene and "north_deg" not in scene:
            scene["north_deg"] = scene.pop("north")
    raw["version"] = 1
    return raw


def _rename(value: Any) -> Any:
    if isinstance(value, list):
        return [_rename(v) for v in value]
    if not isinstance(value, dict):
        return value
    # Where both names stand, the old one is left for the check to report: neither value may be lost silently.
    names = {k: new if (new := _ANGLES.get(k)) is not None and new not in value else k for k in value}
    renamed = {names[k]: _rename(v) for k, v in value.items()}
    return {k: {"vi": v} if k in _TEXTS and isinstance(v, str) else v for k, v in renamed.items()}


STEPS: dict[int, Callable[[Raw], Raw]] = {0: _from_0}

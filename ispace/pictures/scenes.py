"""A picture that is ready → a scene at the end of the document, called by what its file's name says."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from ispace import language
from ispace.model.text import fold, name_as_title, slug
from ispace.pictures import uses

_MOST = 1000
"""As many scenes as a tour may have."""

_CAMERA_WORDS = frozenset(
    (
        *("img", "image", "imag", "dsc", "dscf", "dscn", "sam", "pxl", "mvimg", "dji", "gopr", "gs", "gsaa", "gp"),
        *("insta", "theta", "ricoh", "pano", "panorama", "equirectangular", "hdr", "burst", "cover", "portrait"),
        *("night", "photo", "picture", "screenshot", "whatsapp", "received", "wa", "at", "am", "pm", "copy", "edited"),
        *("stitched", "untitled", "anh", "hinh", "chup", "luc"),
    )
)
"""What cameras, phones and programs put before their numbers."""
_LEAST_LETTERS = 2
_A_DIGEST = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8,}")


@dataclasses.dataclass(frozen=True)
class Placed:
    """A document in which a picture has found its place, and what to say of that in its history."""

    document: dict[str, Any]
    note: str


def with_picture(document: Mapping[str, Any], scene_id: str, file: str) -> Placed | None:
    """Return a document whose scene ``scene_id`` shows ``file``; ``None`` where there is no such scene.

    How the picture before was levelled and placed says nothing of this one and goes; hotspots and all else stay.
    """
    listed = document.get("scenes")
    scenes = listed if isinstance(listed, list) else []
    at = next((n for n, one in enumerate(scenes) if isinstance(one, dict) and one.get("id") == scene_id), None)
    if at is None or not scene_id:
        return None
    before = scenes[at]
    panorama = before.get("panorama") if isinstance(before.get("panorama"), dict) else {}
    kept = {name: value for name, value in panorama.items() if name != "coverage"}
    scene = {name: value for name, value in before.items() if name != "level"} | {"panorama": kept | {"file": file}}
    lang = _first_language(document)
    title = before.get("title")
    called = title.get(lang) if isinstance(title, dict) else None
    note = language.say("studio", "note-picture-replaced", language.DEFAULT, scene=str(called or scene_id))
    return Placed({**document, "scenes": [*scenes[:at], scene, *scenes[at + 1 :]]}, note)


def with_scene(document: Mapping[str, Any], file: str, name: str) -> Placed | None:
    """Return a document with one more scene of ``file``, which was sent as ``name``.

    ``None`` where a scene shows that picture already, or where the draft has no room for one.
    """
    scenes = document.get("scenes", [])
    if not isinstance(scenes, list) or len(scenes) >= _MOST:
        return None
    if any(used == file for _, used, _ in uses.scenes(document)):
        return None
    lang = _first_language(document)
    title = title_of(name) or language.say("studio", "scene-number", lang, number=len(scenes) + 1)
    scene_id = _free(slug(title), {str(one.get("id")) for one in scenes if isinstance(one, dict)})
    scene = {"id": scene_id, "title": {lang: title}, "panorama": {"file": file}, "hotspots": []}
    made = {**document, "scenes": [*scenes, scene]}
    if not scenes and not document.get("start"):
        made["start"] = scene_id
    return Placed(made, language.say("changes", "scene-added", language.DEFAULT, scene=title))


def title_of(name: str) -> str | None:
    """Return the title that a file's name makes, ``None`` for what a camera calls its pictures."""
    stem = name.rpartition(".")[0] or name
    words = re.findall(r"[^\W\d_]+", _A_DIGEST.sub(" ", fold(stem)))
    said = [word for word in words if word not in _CAMERA_WORDS and len(word) >= _LEAST_LETTERS]
    return name_as_title(stem) if said else None


def _first_language(document: Mapping[str, Any]) -> str:
    languages = document.get("languages")
    first = languages[0] if isinstance(languages, list) and languages else None
    return first if isinstance(first, str) and first else language.DEFAULT


def _free(wanted: str, taken: set[str]) -> str:
    return next(
        name for number in range(1, len(taken) + 2) if (name := wanted + f"-{number}" * (number > 1)) not in taken
    )

"""The table of a tour's texts, and what one that comes back says anew."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ispace.errors import SheetColumnsError
from ispace.model.text import fold, slug
from ispace.sheets import rows as texts
from ispace.sheets.formats import Table
from ispace.sheets.rows import Row, Step

_HEAD = ("place", "scene", "part", "field")
_NAMES = {
    # What people call the columns of a list of their own, folded.
    "scene": {"scene", "canh", "ma canh", "id", "anh", "file", "tep", "ten tep"},
    "part": {"part", "hotspot", "diem", "phan"},
    "field": {"field", "truong", "o"},
    "place": {"place", "cho", "noi"},
    "vi": {"vi", "tieng viet", "title", "tieu de", "ten", "ten canh"},
    "en": {"en", "tieng anh", "english"},
}
_DIGEST = re.compile(r"-[0-9a-f]{12,32}$")
Why = Literal["unknown", "twice", "long", "empty"]


@dataclasses.dataclass(frozen=True)
class Change:
    """A text that a table says anew."""

    row: Row
    lang: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True)
class Left:
    """A line of a table, from 1, that was left out, and why."""

    line: int
    why: Why
    what: str


@dataclasses.dataclass(frozen=True)
class Read:
    """What a table says: what changes, what is left out, which columns are of no language of the tour."""

    changes: list[Change]
    left: list[Left]
    ignored: list[str]

    def document(self, before: dict[str, Any]) -> dict[str, Any]:
        """Return the draft after all changes."""
        by_way: dict[tuple[Step, ...], dict[str, str]] = {}
        for one in self.changes:
            by_way.setdefault(one.row.way, {})[one.lang] = one.after
        return texts.put(before, by_way)


def table(document: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the table of a draft's texts: its head, then a line for each."""
    languages = texts.languages(document)
    yield [*_HEAD, *languages]
    for row in texts.rows(document):
        yield [texts.title(document, row), *row.name, *(row.texts.get(lang, "") for lang in languages)]


def read(document: Mapping[str, Any], lines: Table) -> Read:
    """Return what a table, or a mere list of scenes and titles, changes of a draft; an empty cell changes nothing.

    Raises:
        SheetColumnsError: nothing in its first line says which scene is meant, or no language of the tour.
    """
    languages = texts.languages(document)
    columns, ignored = _columns(lines[0] if lines else [], languages)
    spoken = [lang for lang in languages if lang in columns]
    if "scene" not in columns or not spoken:
        raise SheetColumnsError(columns=", ".join(["scene", *languages]))
    known = {row.name: row for row in texts.rows(document)}
    scenes = _scenes(document)
    changes: dict[tuple[tuple[str, str, str], str], Change] = {}
    left: list[Left] = []
    for number, line in enumerate(lines[1:], start=2):
        cell = {name: line[at].strip() if at < len(line) else "" for name, at in columns.items()}
        said = cell["scene"]
        scene = next((scenes[told] for told in (said, fold(said), _sent(said)) if told in scenes), said)
        name = (scene, cell.get("part", ""), cell.get("field") or "title")
        row = known.get(name)
        shown = " · ".join(part for part in name if part)[:120]
        if row is None:
            left.append(Left(number, "unknown", shown))
            continue
        for lang in spoken:
            after = texts.cleaned(row, cell[lang])
            if not after or after == row.texts.get(lang, ""):
                continue
            if len(after) > row.most:
                left.append(Left(number, "long", f"{shown} · {lang}"))
            elif (name, lang) in changes:
                left.append(Left(number, "twice", f"{shown} · {lang}"))
            else:
                changes[name, lang] = Change(row, lang, row.texts.get(lang, ""), after)
    return Read(list(changes.values()), left, ignored)


def _columns(head: Sequence[str], languages: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Return by name where the columns are, and the names of those that mean nothing here."""
    found: dict[str, int] = {}
    ignored: list[str] = []
    for at, told in enumerate(head):
        name = fold(told)
        meant = next((known for known, names in _NAMES.items() if name in names), told.strip())
        if (meant in _HEAD or meant in languages) and meant not in found:
            found[meant] = at
        elif told.strip():
            ignored.append(told.strip()[:40])
    return found, ignored


def _scenes(document: Mapping[str, Any]) -> dict[str, str]:
    """Return ids of scenes by what a list may call them, and only one is called: id, file, title."""
    found: dict[str, str] = {}
    doubled: set[str] = set()
    for row in texts.rows(document):
        if row.part or not row.scene or row.field != "title":
            continue
        file = _file(document, row.way)
        names = {row.scene, fold(row.scene), *(fold(text) for text in row.texts.values()), *_file_names(file)}
        doubled |= {name for name in names if found.get(name, row.scene) != row.scene}
        found |= dict.fromkeys(names, row.scene)
    return {name: scene for name, scene in found.items() if name not in doubled} | {
        row.scene: row.scene for row in texts.rows(document)
    }


def _file(document: Mapping[str, Any], way: tuple[Step, ...]) -> str:
    panorama = document["scenes"][way[1]].get("panorama")
    file = panorama.get("file") if isinstance(panorama, dict) else ""
    return file if isinstance(file, str) else ""


def _file_names(file: str) -> set[str]:
    """Return what a file may be called in a list: as documents call it, or as it was sent, made readable."""
    stem = file.rpartition("/")[2].rpartition(".")[0]
    return {fold(file), fold(stem), _sent(_DIGEST.sub("", stem))} - {""} if stem else set()


def _sent(told: str) -> str:
    """Return what documents call a file that was sent under a name, without ending and digest."""
    stem, dot, ending = told.rpartition(".")
    return f"tep {slug(stem if dot and len(ending) <= 5 else told, 'tep')}"

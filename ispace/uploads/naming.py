"""What clients call their files and folders, made fit to be shown; it is data and never a path of ours."""

from __future__ import annotations

import re
import unicodedata

NAME_LETTERS = 200
FOLDER_LETTERS = 400


def file_name(text: str) -> str:
    """Return the last part of a name without what cannot be seen, at most ``NAME_LETTERS`` long; perhaps empty."""
    last = _plain(re.split(r"[/\\]", text)[-1])
    if last in {".", ".."}:
        return ""
    if len(last) <= NAME_LETTERS:
        return last
    stem, dot, extension = last.rpartition(".")
    if dot and len(extension) <= 10:
        return stem[: NAME_LETTERS - len(extension) - 1] + dot + extension
    return last[:NAME_LETTERS]


def folder_of(path: str) -> str:
    """Return the folders of a client's path, joined by slashes; at most ``FOLDER_LETTERS`` long, perhaps empty."""
    parts = [_plain(part) for part in re.split(r"[/\\]", path)[:-1]]
    return "/".join(part for part in parts if part not in {"", ".", ".."})[:FOLDER_LETTERS].strip("/ ")


def _plain(text: str) -> str:
    """Return text in NFC without control characters and without marks that turn the direction of writing."""
    seen = (" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text))
    kept = "".join(letter for letter in seen if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return " ".join(kept.split())

"""Compare the file of a language with the Vietnamese one: what is missing, unknown, or lost its {fields}.

    python scripts/check_language.py km
    python scripts/check_language.py path/to/km.toml

Prints every fault and ends with 1 where there is one. Sections that visitors never see may be left out as a whole; what
they say is then said in Vietnamese.
"""

from __future__ import annotations

import re
import string
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from ispace import language  # noqa: E402

FOR_VISITORS = ("language", "page", "catalogue")
"""The sections without which a page would speak two languages."""

Texts = Mapping[str, Mapping[str, str]]


def fields(text: str) -> set[str]:
    """Return the names in braces of a sentence; raises ``ValueError`` where a brace stands alone."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def faults(known: Texts, other: Texts, lang: str) -> list[str]:
    """Return what is wrong with the texts ``other`` of ``lang``, held against the Vietnamese ``known``."""
    found = [f"[{section}]: missing" for section in FOR_VISITORS if section not in other]
    for section, texts in other.items():
        if section not in known:
            found.append(f"[{section}]: unknown section")
            continue
        # A language whose words change with numbers may add a sentence for one.
        added = {code for code in texts if code.removesuffix("-one") in known[section]}
        found += [f"[{section}] {code}: missing" for code in known[section] if not texts.get(code)]
        found += [f"[{section}] {code}: unknown" for code in texts if code not in known[section] and code not in added]
        for code in known[section].keys() & texts.keys():
            found += [
                f"[{section}] {code}: {wrong}" for wrong in _wrong_fields(known[section][code], texts[code], lang)
            ]
    return found + _wrong_forms(other.get("language", {}))


def _wrong_fields(known: str, text: str, lang: str) -> list[str]:
    try:
        # What a check tells in two languages is given under two names: {reason_vi}, {reason_en}.
        there = {re.sub(rf"_{lang}$", f"_{language.DEFAULT}", name) for name in fields(text)}
    except ValueError as error:
        return [str(error)]
    lost, new = fields(known) - there, there - fields(known)
    return [*(f"{{{name}}} is lost" for name in sorted(lost)), *(f"{{{name}}} is unknown" for name in sorted(new))]


def _wrong_forms(own: Mapping[str, str]) -> list[str]:
    """Return what is wrong with how a language says that it writes dates and numbers."""
    found = []
    if own.get("direction", "ltr") not in {"ltr", "rtl"}:
        found.append("[language] direction: ltr or rtl")
    if "months" in own and len(own["months"].split(",")) != 12:
        found.append("[language] months: twelve names with commas between them")
    if "yyyy" not in own.get("date", "yyyy") or "yyyy" not in own.get("month", "yyyy"):
        found.append("[language] date, month: a pattern such as dd/MM/yyyy or d MMMM yyyy")
    return found


def main(name: str) -> int:
    """Check the language or the file ``name``; print its faults and return 1 where there are any."""
    path = Path(name) if name.endswith(".toml") else Path(str(language.folder())) / f"{name}.toml"
    texts = tomllib.loads(path.read_text("utf-8"))
    found = faults(language.texts(language.DEFAULT), texts, path.stem)
    print(
        "\n".join(found) if found else f"{path.name}: {sum(len(section) for section in texts.values())} texts, no fault"
    )
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))

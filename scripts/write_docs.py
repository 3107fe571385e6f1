"""Write docs/settings.md and docs/errors.md anew from the settings, the error classes and the texts.

    python scripts/write_docs.py

``tests/test_docs.py`` fails while they are out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import SecretStr  # noqa: E402

from ispace import errors, language  # noqa: E402
from ispace.settings import Settings  # noqa: E402

SETTINGS = """# Settings

iSpace reads its settings from the environment, once, when a command starts. None has to be set. `ispace doctor` tries
what they name; a value that cannot be used is told by name (CAI-DAT) before any work begins. A bare path is short for
`file:`; relative paths count from the folder in which the command runs.

| Environment | Default | Values | What it does |
|---|---|---|---|
{rows}

Two more names are read elsewhere: `ISPACE_LANGUAGE` (`vi` or `en`) chooses the language of the command line, which is
otherwise that of the locale, else Vietnamese; `ISPACE_SHARED`, `ISPACE_CHROMIUM` and `ISPACE_FIREFOX` tell the tests
where pictures that are not in the repository lie, and which browsers to drive.

This file is written by `python scripts/write_docs.py` from `ispace/settings.py`.
"""

ERRORS = """# Errors, problems, notes

Everything that iSpace refuses has a code that never changes: it can be read out over the telephone, searched for, and
compared by programs (`--json` gives it as `error.code`). The sentence says what happened, to what, and what to do.
`{{braces}}` stand for the thing in question. A tour that is public stays as it is whenever one of these appears.

## Errors

The exit code says which kind of error it was: 1 unexpected, 2 wrong command line, 3 bad input, 4 not allowed, 5 not
found, 6 conflict, 7 not available, 130 stopped by hand.

| Code | Exit | Tiếng Việt | English |
|---|---|---|---|
{errors}

## Problems of a tour

Told all at once, each with scene, part and field, before anything is published (TOUR-SAI, TOUR-CHUA-DAT). What to do
about each stands in [tours/README.md](../tours/README.md#checking).

| Code | Tiếng Việt | English |
|---|---|---|
{problems}

## Stitching

What is found about a photo of a set, or about the set; [stitching.md](stitching.md) says what to do. Sets that cannot
be stitched, and photos that cannot be read, have errors' codes.

| Code | Tiếng Việt | English |
|---|---|---|
{stitch}

## Notes

What iSpace guessed or overlooked; nothing stops because of them.

| Code | Tiếng Việt | English |
|---|---|---|
{notes}

This file is written by `python scripts/write_docs.py` from `ispace/errors/` and `ispace/texts/`.
"""


def settings_page() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        known = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        default = f"`{known}`" if known != "" else "empty"
        rows.append(f"| `ISPACE_{name.upper()}` | {default} | {values(name)} | {field.description} |")
    return SETTINGS.format(rows="\n".join(rows))


def values(name: str) -> str:
    schema = Settings.model_json_schema()["properties"][name]
    if "enum" in schema:
        return ", ".join(f"`{v}`" for v in schema["enum"])
    if schema["type"] != "integer":
        return "text"
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return f"{low} to {schema['maximum']}" if "maximum" in schema else f"from {low}"


def classes(kind: type[errors.IspaceError]) -> Iterator[type[errors.IspaceError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from classes(inner)


def errors_page() -> str:
    exits = {kind.code: kind.exit_code for kind in classes(errors.IspaceError)} | {"NGUNG": 130}
    return ERRORS.format(
        errors=table("errors", exits), problems=table("problems"), notes=table("notes"), stitch=table("stitch")
    )


def table(section: str, exits: dict[str, int] | None = None) -> str:
    vi, en = (language.texts(lang)[section] for lang in ("vi", "en"))
    rows = []
    for code in vi:
        exit_code = f" {exits[code]} |" if exits is not None else ""
        rows.append(f"| {code} |{exit_code} {cell(vi[code])} | {cell(en[code])} |")
    return "\n".join(rows)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {"settings.md": settings_page, "errors.md": errors_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), encoding="utf-8")

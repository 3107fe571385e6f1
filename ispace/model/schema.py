"""JSON Schemas for editors and other programs, made from the models: ``python -m ispace.model.schema`` writes them.

Reads: the models, and what ``tours/README.md`` says about their fields, which editors show while one types. Writes:
``tours/schema/``; a test keeps files and models equal.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from ispace.model.published import PublishedTour
from ispace.model.tour import Tour

FOLDER = Path(__file__).parents[2] / "tours" / "schema"
"""Where the schemas lie in a checkout."""

FORMAT = FOLDER.parent / "README.md"
"""The description of the format."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Plain(GenerateJsonSchema):
    """Leaves out the titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def generate(self, schema: CoreSchema, mode: Any = "validation") -> dict[str, Any]:
        made = super().generate(schema, mode)
        for part in (made, *made.get("$defs", {}).values()):
            if "description" in part:
                part["description"] = " ".join(str(part["description"]).replace("``", "`").split())
        return made


def documents() -> dict[str, dict[str, Any]]:
    """Return every schema by the name of its file."""
    return {
        "tour.schema.json": _told(
            _schema(Tour, "urn:ispace:schema:tour:1", "iSpace: tour.json of a tour's folder"),
            meanings(FORMAT.read_text("utf-8")),
        ),
        "published-tour.schema.json": _open(
            _schema(PublishedTour, "urn:ispace:schema:published-tour:1", "iSpace: tour.json of a release")
        ),
    }


def files() -> dict[str, bytes]:
    """Return the bytes of every schema by the name of its file."""
    return {
        name: (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
        for name, content in documents().items()
    }


def meanings(text: str) -> list[dict[str, str]]:
    """Return, for each table of fields in the description of the format, what it says a field means."""
    tables: list[dict[str, str]] = []
    column = None
    for line in text.splitlines():
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            column = None
        elif cells[0] == "Field":
            column = cells.index("Meaning") if "Meaning" in cells else None
            tables.append({})
        elif column is not None and not set(cells[0]) <= set("-:"):
            meaning = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", cells[column].replace("**", ""))
            tables[-1] |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), meaning)
    return [table for table in tables if table]


def _told(schema: dict[str, Any], tables: list[dict[str, str]]) -> dict[str, Any]:
    """Say what each field means, where a table of the format lists exactly the fields of a part."""
    for part in (schema, *schema["$defs"].values()):
        fields = part.get("properties", {})
        table = next((t for t in tables if t.keys() == fields.keys()), {})
        for name, meaning in table.items():
            if meaning:
                fields[name]["description"] = meaning
    return schema


def _schema(model: type[BaseModel], address: str, title: str) -> dict[str, Any]:
    made: dict[str, Any] = _closed(model.model_json_schema(schema_generator=_Plain))
    return {"$schema": _DIALECT, "$id": address} | made | {"title": title}


def _closed(schema: Any) -> Any:
    """Refuse keys of a text that are no languages, as the models do."""
    if isinstance(schema, dict):
        more = {"additionalProperties": False} if "patternProperties" in schema else {}
        return {k: _closed(v) for k, v in schema.items()} | more
    return [_closed(v) for v in schema] if isinstance(schema, list) else schema


def _open(schema: Any) -> Any:
    """Allow unknown fields: a contract may gain some at any time without a new version."""
    if isinstance(schema, dict):
        text = "patternProperties" in schema
        return {k: _open(v) for k, v in schema.items() if text or k != "additionalProperties" or v is not False}
    return [_open(v) for v in schema] if isinstance(schema, list) else schema


def main() -> None:
    """Write the schemas into the folder named on the command line, else into ``tours/schema``."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()

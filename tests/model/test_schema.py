"""The JSON Schemas in ``tours/schema`` are those of the models, and the demo tours keep to them."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from ispace.model import schema

ROOT = Path(__file__).parents[2]
TOURS = sorted(p.parent.name for p in (ROOT / "tours").glob("*/tour.json"))


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema.documents()["tour.schema.json"])


def tour(name: str = TOURS[0]) -> dict:
    return json.loads((ROOT / "tours" / name / "tour.json").read_text(encoding="utf-8"))


def faults(document: dict) -> list[str]:
    return [".".join(map(str, e.absolute_path)) for e in validator().iter_errors(document)]


@pytest.mark.parametrize("name", sorted(schema.files()))
def test_the_files_are_those_that_the_models_make(name: str) -> None:
    # After a change of a model: python -m ispace.model.schema
    assert (schema.FOLDER / name).read_bytes() == schema.files()[name]


def test_nothing_else_lies_beside_them() -> None:
    assert {p.name for p in schema.FOLDER.iterdir()} == set(schema.files())


@pytest.mark.parametrize("name", sorted(schema.files()))
def test_a_schema_keeps_to_its_own_dialect(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.documents()[name])


@pytest.mark.parametrize("name", sorted(schema.files()))
def test_every_kind_of_thing_is_described(name: str) -> None:
    document = schema.documents()[name]
    assert document["title"]
    assert [n for n, part in document["$defs"].items() if "description" not in part] == []


@pytest.mark.parametrize("part", ["Scene", "Panorama", "Limits", "Product", "Place", "DatedName", "Media", "Skin"])
def test_editors_are_told_what_a_field_means_in_the_words_of_the_format(part: str) -> None:
    document = schema.documents()["tour.schema.json"]
    assert "bearing of the middle" in document["$defs"]["Scene"]["properties"]["north_deg"]["description"]
    for fields in (document["properties"], document["$defs"][part]["properties"]):
        assert sum("description" in field for field in fields.values()) >= len(fields) - 2


def test_writing_puts_every_schema_into_the_folder_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["schema", str(tmp_path / "new" / "folder")])
    schema.main()
    assert {p.name: p.read_bytes() for p in (tmp_path / "new" / "folder").iterdir()} == schema.files()


@pytest.mark.parametrize("name", TOURS)
def test_a_demo_tour_keeps_to_the_schema(name: str) -> None:
    assert faults(tour(name)) == []


def test_the_schema_finds_what_an_editor_mistypes() -> None:
    wrong = copy.deepcopy(tour())
    wrong["titel"] = wrong.pop("title")
    wrong["scenes"][0]["north_deg"] = 360
    wrong["scenes"][0]["hotspots"][0]["yaw_deg"] = "12"
    wrong["description"]["Tiếng Việt"] = "…"
    found = faults(wrong)
    assert {"", "scenes.0.north_deg", "description"} <= set(found)
    assert any(f.startswith("scenes.0.hotspots.0") for f in found)

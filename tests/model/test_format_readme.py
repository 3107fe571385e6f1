"""``tours/README.md`` describes the whole format: what it leaves out does not exist for editors."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from ispace import keys
from ispace.model import document, migrate
from ispace.model.published import PublishedScene, PublishedTour
from ispace.model.tour import VERSION, Tour

ROOT = Path(__file__).parents[2]
README = (ROOT / "tours" / "README.md").read_text(encoding="utf-8")
CODED = set(re.findall(r"`([^`\n]+)`", README))


def models(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}

    def visit(annotation: object) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation.__name__ not in found:
            found[annotation.__name__] = annotation
            for field in annotation.model_fields.values():
                visit(field.annotation)
        for inner in getattr(annotation, "__args__", ()):
            visit(inner)

    visit(model)
    return found


MODELS = models(Tour)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_field_of_the_format_is_described(name: str) -> None:
    fields = {field.alias or own for own, field in MODELS[name].model_fields.items()}
    assert fields - CODED == set()


def test_the_walk_finds_hotspots_and_the_parts_of_a_product() -> None:
    assert {"LinkHotspot", "AreaHotspot", "ProductHotspot", "Maker", "ProductLink", "DatedName"} <= MODELS.keys()


def test_every_choice_of_the_format_is_described() -> None:
    choices = set()

    def visit(schema: object) -> None:
        if isinstance(schema, dict):
            choices.update(v for v in [*schema.get("enum", []), schema.get("const")] if isinstance(v, str))
            for value in schema.values():
                visit(value)
        elif isinstance(schema, list):
            for value in schema:
                visit(value)

    visit(Tour.model_json_schema())
    assert choices - CODED == set()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_problem_code_is_explained(language: str) -> None:
    texts = tomllib.loads((ROOT / "ispace" / "texts" / f"{language}.toml").read_text(encoding="utf-8"))
    assert {code for code in texts["problems"] if not re.search(rf"\b{code}\b", README)} == set()


def test_the_example_of_the_readme_is_a_valid_tour() -> None:
    example = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert example is not None
    tour = document.parse(example[1].encode())
    assert tour.default_language == "vi"
    assert [s.id for s in tour.scenes] == ["cong-dinh", "san-dinh"]


def test_the_changelog_has_an_entry_for_every_version() -> None:
    changelog = (ROOT / "tours" / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = changelog.split("## Published contract")[0]
    assert {int(v) for v in re.findall(r"^### (\d+)", entries, re.MULTILINE)} == {*migrate.STEPS, VERSION}


def test_the_names_that_no_tour_may_take_are_listed() -> None:
    assert keys.reserved() <= CODED


def test_a_draft_is_upgraded_as_the_readme_says() -> None:
    draft = {
        "id": "san-chua",
        "title": "Sân chùa",
        "description": "Sân gạch",
        "scenes": [
            {"id": "a", "title": "Sân", "panorama": "a.jpg", "north": 10, "initial_view": {"yaw": 3, "hfov": 80}}
        ],
    }
    tour = document.parse(json.dumps(draft).encode())
    assert tour.title == {"vi": "Sân chùa"}
    assert tour.scenes[0].panorama.file == "a.jpg"
    assert tour.scenes[0].north_deg == 10
    assert tour.scenes[0].initial_view is not None
    assert tour.scenes[0].initial_view.yaw_deg == 3


@pytest.mark.parametrize("model", [PublishedTour, PublishedScene])
def test_every_field_of_the_published_contract_is_described(model: type[BaseModel]) -> None:
    contract = README.split("## The published contract")[1]
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", contract))))
    assert set(model.model_fields) - words == set()

"""What ``compose`` makes is exactly the published contract: the models of ``model/published.py`` and their schema."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from page_example import composed, raw_tour
from pydantic import ValidationError

from ispace.model import schema
from ispace.model.published import PublishedTour

TOURS = sorted((Path(__file__).parents[2] / "tours").glob("*/tour.json"))


def published(raw: dict[str, Any] | None = None) -> dict[str, Any]:
    return json.loads(json.dumps(composed(raw)[1], ensure_ascii=False))


def of(path: Path) -> dict[str, Any]:
    return published(json.loads(path.read_text(encoding="utf-8")))


def check(document: dict[str, Any]) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema.documents()["published-tour.schema.json"])
    return [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(document)]


@pytest.mark.parametrize("path", TOURS, ids=lambda p: p.parent.name)
def test_a_published_demo_tour_is_the_contract_and_nothing_more(path: Path) -> None:
    document = of(path)
    PublishedTour.model_validate(document)
    assert check(document) == []


def test_a_tour_with_every_kind_of_thing_is_the_contract_and_nothing_more() -> None:
    raw = raw_tour()
    raw["floors"] = [{"id": "tret", "title": {"vi": "Tầng trệt"}}]
    raw["scenes"][0] |= {"floor": "tret", "place": "nui-sam", "north_deg": 12.5}
    raw["skin"] = {"preset": "dark", "accent": "#102030", "logo": "anh"}
    document = published(raw)
    PublishedTour.model_validate(document)
    assert check(document) == []
    assert {h["kind"] for s in document["scenes"] for h in s["hotspots"]} == {
        *("link", "card", "url", "phone", "product", "area", "directions", "sound", "layer")
    }


@pytest.mark.parametrize(
    ("spot", "scene", "places", "goal"),
    [
        ({"lat": 10.5, "lon": 105.25}, True, True, "10.5,105.25"),
        (None, True, True, "10.6815,105.0806"),
        (None, False, True, "10.7,105.1"),
        (None, False, False, "10.68,105.08"),
    ],
    ids=["its own", "the scene's", "its place's", "the tour's place's"],
)
def test_directions_lead_to_the_nearest_position_that_is_known(
    spot: dict[str, float] | None, scene: bool, places: bool, goal: str
) -> None:
    raw = raw_tour()
    raw["places"].append({"id": "gan", "names": [{"name": {"vi": "Gần đó"}}], "position": {"lat": 10.7, "lon": 105.1}})
    if not scene:
        del raw["scenes"][0]["position"]
    if places:
        raw["scenes"][0]["place"] = "gan"
    hotspot = next(h for h in raw["scenes"][0]["hotspots"] if h["kind"] == "directions")
    if spot:
        hotspot["position"] = spot
    (found,) = (h for h in published(raw)["scenes"][0]["hotspots"] if h["kind"] == "directions")
    assert found["url"] == f"https://maps.example.org/?to={goal}"
    assert "position" not in found


def test_a_film_is_published_with_the_picture_that_announces_it() -> None:
    media = published()["media"]
    assert media["phim"]["poster"] == media["anh"]["url"]


def test_every_field_of_the_contract_is_written() -> None:
    document = published()
    for part, model in (
        (document, PublishedTour),
        (document["scenes"][0], PublishedTour.model_fields["scenes"].annotation.__args__[0]),  # type: ignore[union-attr]
    ):
        assert set(part) == set(model.model_fields)


def test_a_field_that_the_contract_does_not_know_is_noticed_here_and_tolerated_by_readers() -> None:
    document = published() | {"weather": "mưa"}
    with pytest.raises(ValidationError, match="weather"):
        PublishedTour.model_validate(document)
    assert check(document) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("scenes", 0, "tiles", "base"), "https://elsewhere.example/t/"),
        (("scenes", 0, "poster", "portrait", "url"), "../../../../x.jpg"),
        (("page", "vi"), "/chua-co/index.html"),
        (("scenes", 0, "initial_view", "yaw_deg"), "0"),
        (("release",), "latest"),
    ],
)
def test_what_breaks_the_contract_is_found(place: tuple[str | int, ...], value: object) -> None:
    document: Any = copy.deepcopy(published())
    at = document
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(ValidationError):
        PublishedTour.model_validate(document)
    assert check(document) != []


def test_nothing_of_the_authors_is_published_that_the_contract_keeps_back() -> None:
    assert {"agency", "licence", "categories", "places"} & set(published()) == set()
    assert "altitude_m" not in json.dumps(published())


def test_what_the_studio_keeps_for_itself_is_not_published_and_a_licence_stands_beside_the_credit() -> None:
    raw = raw_tour()
    raw["products"][0] |= {"consent": {"given_on": "2026-01-02", "by": "Người ký giấy"}, "library_revision": 3}
    raw["places"][0]["library_revision"] = 2
    raw["media"][0]["licence"] = "CC BY 4.0"
    document = published(raw)
    assert check(document) == []
    assert document["media"]["anh"]["credit"] == "Tác giả · CC BY 4.0"
    text = json.dumps(document, ensure_ascii=False)
    assert [word for word in ("Người ký giấy", "consent", "library_revision") if word in text] == []


def test_markdown_is_published_as_written_but_for_the_note_below_an_outside_link() -> None:
    raw = raw_tour()
    text = {"vi": "Xem **thêm** [ở đây](https://a.vn)"}
    for spot in raw["scenes"][0]["hotspots"]:
        if spot["kind"] in {"card", "url"}:
            spot["text"] = text
    told = {spot["kind"]: spot.get("text") for spot in published(raw)["scenes"][0]["hotspots"]}
    assert (told["card"], told["url"]) == (text, {"vi": "Xem thêm ở đây"})

"""The publish gate, rule by rule."""

from typing import Any

import pytest
from page_example import TODAY, raw_tour

from ispace import language
from ispace.model.problem import Problem
from ispace.model.tileset import Coverage
from ispace.model.tour import Tour
from ispace.pipeline import check
from ispace.work import MediumFacts, SceneFacts

SEEN = SceneFacts(8192, Coverage(), None)
FULL = MediumFacts(500_000, 1600, 1200)


def problems(raw: dict[str, Any]) -> list[Problem]:
    tour = Tour.model_validate(raw)
    return check.run(tour, {scene.id: SEEN for scene in tour.scenes}, {}, TODAY)


def test_directions_that_lead_nowhere_stop_a_publish() -> None:
    raw = raw_tour()
    assert not [p for p in problems(raw) if p.severity == "error"]
    del raw["scenes"][0]["position"]
    del raw["places"][0]["position"]
    (problem,) = (p for p in problems(raw) if p.severity == "error")
    assert (problem.code, problem.scene, problem.part) == ("THIEU-VI-TRI", "cong", "d")
    assert "position" in problem.sentence("vi")
    assert "position" in problem.sentence("en")


def test_a_narration_is_wanted_in_every_language_of_the_tour_and_in_no_other() -> None:
    raw = raw_tour()
    raw["scenes"][0]["narration"] = {"vi": "loi", "km": "loi"}
    told = {
        (p.code, p.field): (p.severity, p.params["language"])
        for p in problems(raw)
        if p.field and p.field.startswith("scenes[0].narration")
    }
    assert told == {
        ("THIEU-DICH", "scenes[0].narration"): ("warning", "en"),
        ("THUA-NGON-NGU", "scenes[0].narration.km"): ("warning", "km"),
    }


def good() -> dict[str, Any]:
    """Return two scenes of which the gate has nothing to say."""
    view = {"yaw_deg": 0.0, "pitch_deg": 0.0, "hfov_deg": 90.0}
    scenes = [
        {
            "id": name,
            "title": {"vi": name},
            "description": {"vi": "Tả cảnh."},
            "panorama": {"file": f"{name}.jpg"},
            "initial_view": view,
            "north_deg": 0.0,
            "position": {"lat": lat, "lon": 105.0},
            "hotspots": [{"id": "l", "kind": "link", "yaw_deg": yaw, "pitch_deg": 0.0, "target": to}],
        }
        for name, lat, yaw, to in (("a", 10.0, 0.0, "b"), ("b", 10.001, -180.0, "a"))
    ]
    text = {"vi": "x"}
    return {
        "version": 1,
        "id": "tour",
        "title": text,
        "description": text,
        "agency": {
            "managing_body": text,
            "address": text,
            "phone": "0296 000 0000",
            "email": "a@example.org",
            "responsible_person": text,
        },
        "media": [{"id": "anh", "kind": "image", "file": "anh.jpg", "alt": text}],
        "scenes": scenes,
    }


def told(raw: dict[str, Any], scene: SceneFacts = SEEN, medium: MediumFacts = FULL) -> list[tuple[str, str]]:
    tour = Tour.model_validate(raw)
    found = check.run(tour, dict.fromkeys((s.id for s in tour.scenes), scene), {"anh": medium, "tieng": medium}, TODAY)
    return [(p.code, p.field) for p in found]


def test_of_a_tour_that_is_well_made_nothing_is_said() -> None:
    assert told(good()) == []


def test_an_arrow_that_points_away_from_its_target_is_told_where_north_and_both_positions_are_known() -> None:
    raw = good()
    raw["scenes"][0]["hotspots"][0]["yaw_deg"] = 100.0
    assert told(raw) == [("SAI-HUONG", "scenes[0].hotspots[0].yaw_deg")]
    raw["scenes"][0]["north_deg"] = 270.0  # yaw 0 looks west: north lies to the right
    assert told(raw) == []
    raw["scenes"][0]["north_deg"] = 0.0
    raw["scenes"][1]["position"] = {"lat": 10.00002, "lon": 105.0}  # two metres: GPS errs by more
    assert told(raw) == []
    del raw["scenes"][1]["position"]
    assert told(raw) == []


def test_the_compass_of_a_camera_counts_where_the_document_does_not_say_north() -> None:
    raw = good()
    for scene in raw["scenes"]:
        del scene["north_deg"]
    assert told(raw) == []
    assert {code for code, _ in told(raw, SceneFacts(8192, Coverage(), 180.0))} == {"SAI-HUONG"}


def test_scenes_that_only_one_another_lead_to_are_reached_by_nobody() -> None:
    raw = good()
    for name, target in (("c", "d"), ("d", "c")):
        spot = {"id": "l", "kind": "link", "yaw_deg": 0.0, "pitch_deg": 0.0, "target": target}
        raw["scenes"].append(raw["scenes"][0] | {"id": name, "position": None, "hotspots": [spot]})
    assert told(raw) == [("KHONG-DEN-DUOC", "scenes[2]"), ("KHONG-DEN-DUOC", "scenes[3]")]
    raw["scenes"][0]["hotspots"].append(raw["scenes"][0]["hotspots"][0] | {"id": "m", "target": "c"})
    assert told(raw) == []


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("address", "THIEU-DIA-CHI"),
        ("phone", "THIEU-DIEN-THOAI"),
        ("email", "THIEU-EMAIL"),
        ("responsible_person", "THIEU-NGUOI-PHU-TRACH"),
    ],
)
def test_each_field_that_a_footer_needs_is_asked_for(field: str, code: str) -> None:
    raw = good()
    del raw["agency"][field]
    assert told(raw) == [(code, f"agency.{field}")]
    del raw["agency"]
    assert told(raw) == [("THIEU-CHU-QUAN", "agency")]


def test_a_scene_opens_somewhere_by_the_document_or_by_its_picture() -> None:
    raw = good()
    del raw["scenes"][1]["initial_view"]
    assert told(raw) == [("THIEU-GOC-NHIN", "scenes[1].initial_view")]
    assert told(raw, SceneFacts(8192, Coverage(), None, has_first_view=True)) == []


def test_a_scene_is_described_in_a_text_or_in_its_alternative_text() -> None:
    raw = good()
    del raw["scenes"][0]["description"]
    assert told(raw) == [("THIEU-MO-TA", "scenes[0].description")]
    raw["scenes"][0]["panorama"]["alt"] = {"vi": "Sân."}
    assert told(raw) == []


def test_a_panorama_is_too_small_by_how_much_of_the_round_it_shows() -> None:
    assert {code for code, _ in told(good(), SceneFacts(4000, Coverage()))} == {"CANH-NHO"}
    assert told(good(), SceneFacts(4096, Coverage())) == []
    half = Coverage(yaw_min_deg=-90, yaw_max_deg=90)
    raw = good()
    raw["scenes"][1]["north_deg"], raw["scenes"][1]["hotspots"][0]["yaw_deg"] = 180.0, 0.0  # within the picture
    assert told(raw, SceneFacts(2048, half)) == []
    assert {code for code, _ in told(raw, SceneFacts(2047, half))} == {"CANH-NHO"}


def test_pictures_of_cards_may_be_too_small_and_sounds_too_heavy() -> None:
    raw = good()
    assert told(raw, medium=MediumFacts(1000, 600, 799)) == [("ANH-THE-NHO", "media[0].file")]
    assert told(raw, medium=MediumFacts(1000, 600, 800)) == []
    raw["skin"] = {"logo": "anh"}
    assert told(raw, medium=MediumFacts(1000, 100, 100)) == []
    raw["media"].append({"id": "tieng", "kind": "audio", "file": "t.mp3", "transcript": {"vi": "x"}})
    assert told(raw, medium=MediumFacts(20_000_001)) == [("TEP-NANG", "media[1].file")]
    assert told(raw, medium=MediumFacts(20_000_000)) == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_problem_says_how_it_is_mended(lang: str) -> None:
    texts = language.texts(lang)
    assert list(texts["mends"]) == list(texts["problems"])
    assert all(text.endswith(".") for text in texts["mends"].values())

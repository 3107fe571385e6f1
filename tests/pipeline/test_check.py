"""The publish gate, rule by rule."""

from typing import Any

from page_example import TODAY, raw_tour, scene_work

from ispace.model.problem import Problem
from ispace.model.tour import Tour
from ispace.pipeline import check


def problems(raw: dict[str, Any]) -> list[Problem]:
    tour = Tour.model_validate(raw)
    return check.run(tour, {scene.id: scene_work(scene.id) for scene in tour.scenes}, TODAY)


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

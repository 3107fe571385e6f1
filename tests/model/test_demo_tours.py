"""The demo tours are whole, true to the world they were rendered from, and complete in both languages."""

import datetime as dt
import importlib.util
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image
from pydantic import BaseModel

from ispace.model import document
from ispace.model.hotspots import AreaHotspot, CardHotspot, LayerHotspot, LinkHotspot, ProductHotspot, SoundHotspot
from ispace.model.tour import Tour

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "tours" / name for name in ("chua-co-ben-nui-sam", "lang-nghe-ocop")]
MADE_ON = dt.date(2026, 11, 27)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_demo_tours", ROOT / "scripts" / "make_demo_tours.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def texts(value: object, field: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name), f"{field}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, f"{field}[{index}]")
    elif isinstance(value, dict) and value:
        yield field, value


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"tour.json"}


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def tour(folder: Path) -> Tour:
    return document.load(folder / "tour.json")


def test_a_demo_tour_is_named_as_its_folder(folder: Path, tour: Tour) -> None:
    assert tour.id == folder.name


def test_a_document_is_written_in_the_newest_version(folder: Path) -> None:
    assert json.loads((folder / "tour.json").read_text(encoding="utf-8"))["version"] == 1


def test_every_text_is_there_in_both_languages(tour: Tour) -> None:
    assert [field for field, text in texts(tour) if set(text) != {"vi", "en"}] == []


def test_every_text_is_in_nfc(folder: Path) -> None:
    content = (folder / "tour.json").read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", content)


def test_every_file_named_exists_and_every_file_there_is_named(folder: Path, tour: Tour) -> None:
    named = {s.panorama.file for s in tour.scenes} | {m.file for m in tour.media}
    assert files(folder) == named


def test_every_medium_is_shown_somewhere(tour: Tour) -> None:
    spots = [h for s in tour.scenes for h in s.hotspots if isinstance(h, CardHotspot | AreaHotspot)]
    shown = {m for h in spots for m in h.media} | {m for p in tour.products for m in p.media}
    shown |= {h.medium for s in tour.scenes for h in s.hotspots if isinstance(h, SoundHotspot | LayerHotspot)}
    shown |= {f.plan.medium for f in tour.floors if f.plan}
    shown |= {m for s in tour.scenes for m in s.narration.values()}
    assert shown == {m.id for m in tour.media}


def test_the_guided_walk_of_the_pagoda_is_told_everywhere_in_both_languages() -> None:
    tour = document.load(FOLDERS[0] / "tour.json")
    assert tour.guide
    assert tour.guide.scenes == [s.id for s in tour.scenes]
    assert all(set(s.narration) == {"vi", "en"} for s in tour.scenes)
    sizes = [(FOLDERS[0] / m.file).stat().st_size for m in tour.media if m.kind == "audio"]
    assert max(sizes) < 150_000


def test_every_product_stands_in_a_scene_and_is_marked_as_a_sample(tour: Tour) -> None:
    placed = {h.product for s in tour.scenes for h in s.hotspots if isinstance(h, ProductHotspot)}
    assert placed == {p.id for p in tour.products}
    assert all(p.sample and "(mẫu)" in p.decision and "mẫu" in p.maker.name["vi"] for p in tour.products)


def test_products_show_every_state_of_a_recognition() -> None:
    products = document.load(FOLDERS[1] / "tour.json").products
    left = sorted((p.ends_on - MADE_ON).days for p in products)
    assert 4 <= len(products) <= 5
    assert left[0] < 0 < left[1] < 365 < left[2]


def test_every_scene_is_reached_and_left(tour: Tour) -> None:
    ways = {s.id: {h.target for h in s.hotspots if isinstance(h, LinkHotspot)} for s in tour.scenes}
    reached: set[str] = set()
    ahead = {tour.start_scene.id}
    while ahead:
        reached |= ahead
        ahead = {t for s in ahead for t in ways[s]} - reached
    assert reached == set(ways)
    assert all(ways.values())


def test_arrows_lie_below_the_horizon(tour: Tour) -> None:
    links = [h for s in tour.scenes for h in s.hotspots if isinstance(h, LinkHotspot)]
    assert all(-30 <= h.pitch_deg < 0 for h in links)


def test_panoramas_are_full_spheres_and_pictures_are_light(folder: Path, tour: Tour) -> None:
    for scene in tour.scenes:
        with Image.open(folder / scene.panorama.file) as picture:
            assert picture.size == (5760, 2880)
    assert all((folder / m.file).stat().st_size <= 150_000 for m in tour.media)
    assert sum((folder / f).stat().st_size for f in files(folder)) < 12_000_000


def test_both_tours_together_show_every_kind_of_hotspot() -> None:
    kinds = {h.kind for f in FOLDERS for s in document.load(f / "tour.json").scenes for h in s.hotspots}
    assert kinds == {"link", "card", "url", "phone", "product", "area", "directions", "sound", "layer"}


def world_of(shared_world: Path) -> dict[str, dict]:
    tours = json.loads((shared_world / "scenes.json").read_text(encoding="utf-8"))["tours"]
    return {scene["id"]: scene for t in tours for scene in t["scenes"]}


def test_links_point_at_the_scenes_they_lead_to(shared_world: Path, tour: Tour) -> None:
    world, names = world_of(shared_world), script().SCENES[tour.id]
    for scene in tour.scenes:
        true = {link["to"]: link["yaw"] for link in world[names[scene.id]]["links"]}
        for spot in scene.hotspots:
            if isinstance(spot, LinkHotspot):
                off = (spot.yaw_deg - true[names[spot.target]] + 180) % 360 - 180
                assert abs(off) <= 0.5, (scene.id, spot.id)


def test_one_arrives_facing_the_way_one_walked(shared_world: Path, tour: Tour) -> None:
    world, made = world_of(shared_world), script()
    names = made.SCENES[tour.id]
    for scene in tour.scenes:
        bearings = {link["to"]: link["bearing"] for link in world[names[scene.id]]["links"]}
        for spot in scene.hotspots:
            if isinstance(spot, LinkHotspot) and (scene.id, spot.target) not in made.LOOKS_ELSEWHERE:
                north = tour.scene(spot.target).north_deg
                assert north is not None
                assert spot.arrival is not None
                off = (spot.arrival.yaw_deg + north - bearings[names[spot.target]] + 180) % 360 - 180
                assert abs(off) <= 0.5, (scene.id, spot.id)


def test_north_and_position_are_those_of_the_camera(shared_world: Path, tour: Tour) -> None:
    world, names = world_of(shared_world), script().SCENES[tour.id]
    for scene in tour.scenes:
        true = world[names[scene.id]]
        assert scene.north_deg == true["heading"]
        assert scene.position is not None
        assert (scene.position.lat, scene.position.lon) == (true["lat"], true["lon"])
        assert scene.position.altitude_m == true["altitude"]


def test_every_scene_stands_on_the_plan_of_its_floor(tour: Tour) -> None:
    drawn = {floor.id for floor in tour.floors if floor.plan}
    assert drawn == {scene.floor for scene in tour.scenes}
    assert all(scene.plan_position for scene in tour.scenes)


def test_a_plan_has_the_shape_of_the_ground_that_it_shows(folder: Path, tour: Tour) -> None:
    files_of = {medium.id: medium.file for medium in tour.media}
    for floor in tour.floors:
        west, south, east, north = script().PLANS[tour.id][floor.id]
        assert floor.plan is not None
        with Image.open(folder / files_of[floor.plan.medium]) as plan:
            assert plan.width / plan.height == pytest.approx((east - west) / (north - south), rel=0.01)


def test_setting_the_directions_again_changes_nothing(shared_world: Path, folder: Path) -> None:
    made, text = script(), (folder / "tour.json").read_text(encoding="utf-8")
    again = made.aim(json.loads(text), world_of(shared_world), made.SCENES[folder.name])
    assert json.dumps(again, ensure_ascii=False, indent=2) + "\n" == text

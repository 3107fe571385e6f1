"""A folder of pictures becomes a tour: titles from names, ways from positions; no name that a disk allows breaks it."""

from __future__ import annotations

import dataclasses
import errno
import json
import math
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ispace import guess
from ispace.errors import (
    FileNameError,
    FileUnwritableError,
    FolderEmptyError,
    PictureEmptyError,
    SourceMissingError,
    StoreFullError,
    TourBlockedError,
)
from ispace.imaging.metadata import Position
from ispace.imaging.probe import PictureInfo
from ispace.language import available, error_sentence
from ispace.model import document
from ispace.model.text import clean
from ispace.model.tileset import Coverage
from ispace.model.tour import Tour
from ispace.pipeline import ingest
from ispace.progress import silent

GATE = (10.7000, 105.0800)
"""Near Sam Mountain."""
_METRES_A_DEGREE = 111_195.0


def _info(name: str, at: tuple[float, float] | None = None) -> PictureInfo:
    values: dict[str, Any] = {f.name: None for f in dataclasses.fields(PictureInfo)}
    values |= {"file": name, "width_px": 1024, "height_px": 512, "warnings": []}
    values["position"] = Position(at[0], at[1], 5.0) if at else None
    return PictureInfo(**values)


def _seen(name: str, at: tuple[float, float] | None = None, north_deg: float | None = None) -> guess.Seen:
    whole = Coverage(yaw_min_deg=-180, yaw_max_deg=180, pitch_min_deg=-90, pitch_max_deg=90)
    return guess.Seen(Path(name), _info(name, at), north_deg, whole)


def _guessed(*seen: guess.Seen) -> Tour:
    return guess.guessed("Chùa cổ", list(seen))[0]


def _moved(east_m: float, north_m: float) -> tuple[float, float]:
    lat, lon = GATE
    return lat + north_m / _METRES_A_DEGREE, lon + east_m / _METRES_A_DEGREE / math.cos(math.radians(lat))


def _reached(tour: Tour, start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for spot in tour.scene(waiting.pop()).hotspots:
            target = getattr(spot, "target", None)
            if target and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _complete(folder: Path, broken: Iterable[str] = ()) -> list[guess.Note]:
    def look(path: Path) -> guess.Seen:
        if path.name in broken:
            raise PictureEmptyError(file=path.name)
        return _seen(path.name)

    return guess.complete(folder, look, silent)


def _files(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder


# Names


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("02_chanh-dien.jpg", "Chanh dien"),
        ("chánh điện.JPG", "Chánh điện"),
        ("chánh.điện..tầng_2.jpg", "Chánh điện tầng 2"),
        ("360.jpg", "360"),
        ("007_2024.jpg", "007 2024"),
        ("IMG_20240101_101010.jpg", "IMG 20240101 101010"),
        ("---.jpg", "Cảnh"),
        (unicodedata.normalize("NFD", "Đỉnh núi.jpg"), "Đỉnh núi"),
        ("x" * 240 + ".jpg", "X" + "x" * 199),
    ],
)
def test_a_title_is_the_name_without_what_only_sorts_it(name: str, title: str) -> None:
    assert _guessed(_seen(name)).scenes[0].title == {"vi": title}


def test_pictures_are_taken_in_the_order_in_which_people_count(tmp_path: Path) -> None:
    names = ["10.jpg", "2.jpg", "1.jpg", "b.jpg", "A.jpg", "2b.jpg", "²x.jpg"]
    _complete(_files(tmp_path / "tour", *names))
    scenes = json.loads((tmp_path / "tour" / "tour.json").read_text())["scenes"]
    order = [s["panorama"]["file"] for s in scenes]
    assert order[:4] == ["1.jpg", "2.jpg", "2b.jpg", "10.jpg"]
    assert order.index("A.jpg") < order.index("b.jpg")
    assert len(order) == len(names)


def test_scenes_with_one_title_have_ids_of_their_own() -> None:
    tour = _guessed(_seen("1_sân.jpg"), _seen("2_sân.jpg"), _seen("san.png"), _seen("3_sân 2.jpg"))
    ids = [s.id for s in tour.scenes]
    assert len(set(ids)) == 4
    assert ids[0] == "san"
    assert document.parse(document.dump(tour)) == tour


def test_a_folder_called_like_something_of_ours_gets_another_id() -> None:
    for name in ("assets", "en", "r", "VI"):
        tour = guess.guessed(name, [_seen("x.jpg")])[0]
        assert document.parse(document.dump(tour)).id not in {"assets", "en", "r", "vi"}


def test_a_name_from_another_script_still_gives_a_tour() -> None:
    tour = guess.guessed("寺", [_seen("寺.jpg"), _seen("🙂.jpg")])[0]
    assert document.parse(document.dump(tour)) == tour


# Ways


@pytest.mark.parametrize(
    ("east_m", "north_m", "bearing_deg"),
    [(0, 50, 0), (50, 0, 90), (0, -50, -180), (-50, 0, -90), (30, 30, 45), (-30, -30, -135)],
)
def test_an_arrow_points_where_the_other_scene_lies(east_m: float, north_m: float, bearing_deg: float) -> None:
    tour = _guessed(_seen("a.jpg", GATE, 0.0), _seen("b.jpg", _moved(east_m, north_m), 0.0))
    there, back = tour.scenes[0].hotspots[0], tour.scenes[1].hotspots[0]
    assert there.yaw_deg == pytest.approx(bearing_deg, abs=0.1)  # type: ignore[union-attr]
    turned = (back.yaw_deg - bearing_deg) % 360  # type: ignore[union-attr]
    assert turned == pytest.approx(180, abs=0.1)


@pytest.mark.parametrize("north_deg", [0.0, 30.0, 200.0, 359.999, 360.0, -90.0])
def test_an_arrow_counts_from_where_the_camera_looked(north_deg: float) -> None:
    tour = _guessed(_seen("a.jpg", GATE, north_deg), _seen("b.jpg", _moved(50, 0)))
    arrow = tour.scenes[0].hotspots[0]
    assert (arrow.yaw_deg + north_deg - 90 + 180) % 360 - 180 == pytest.approx(0, abs=0.1)  # type: ignore[union-attr]
    assert 0 <= (tour.scenes[0].north_deg or 0) < 360
    document.parse(document.dump(tour))


def test_every_scene_can_be_reached_from_every_other_by_positions() -> None:
    places = [(0, 0), (10, 0), (20, 5), (900, 900), (910, 900), (5000, -20), (0, 0), (10, 0)]
    tour = _guessed(*(_seen(f"{n}.jpg", _moved(*place)) for n, place in enumerate(places)))
    for scene in tour.scenes:
        assert _reached(tour, scene.id) == {s.id for s in tour.scenes}
    assert document.parse(document.dump(tour)) == tour


def test_no_scene_is_crowded_with_ways() -> None:
    tour = _guessed(*(_seen(f"{n}.jpg", _moved(n % 5 * 10, n // 5 * 10)) for n in range(25)))
    assert max(len(s.hotspots) for s in tour.scenes) <= 5
    assert all(_reached(tour, s.id) == {s.id for s in tour.scenes} for s in tour.scenes)


def test_a_far_scene_is_linked_only_where_nothing_nearer_leads_there() -> None:
    tour = _guessed(_seen("a.jpg", GATE), _seen("b.jpg", _moved(20, 0)), _seen("c.jpg", _moved(1000, 0)))
    assert {getattr(h, "target", None) for h in tour.scenes[0].hotspots} == {"b"}
    assert {getattr(h, "target", None) for h in tour.scenes[2].hotspots} == {"b"}


def test_without_positions_ways_follow_the_order() -> None:
    tour = _guessed(_seen("1.jpg"), _seen("2.jpg", GATE), _seen("3.jpg"))
    ways = [[(getattr(h, "target", ""), getattr(h, "yaw_deg", None)) for h in s.hotspots] for s in tour.scenes]
    assert ways == [[("2", 0.0)], [("3", 0.0), ("1", -180.0)], [("2", -180.0)]]
    assert _reached(tour, "1") == _reached(tour, "3") == {"1", "2", "3"}


def test_one_picture_is_a_tour_without_ways() -> None:
    assert _guessed(_seen("a.jpg", GATE)).scenes[0].hotspots == []


def test_an_altitude_that_cannot_be_is_left_out() -> None:
    seen = _seen("a.jpg", GATE)
    info = dataclasses.replace(seen.info, position=Position(*GATE, 1e9))
    position = _guessed(dataclasses.replace(seen, info=info)).scenes[0].position
    assert position is not None
    assert position.altitude_m is None


# Files


def test_a_document_that_is_there_is_left_alone(tmp_path: Path) -> None:
    _files(tmp_path, "a.jpg", "tour.json")
    assert _complete(tmp_path) == []
    assert (tmp_path / "tour.json").read_bytes() == b"x"


def test_text_and_hidden_files_are_no_pictures(tmp_path: Path) -> None:
    with pytest.raises(FolderEmptyError):
        _complete(_files(tmp_path, "ghi chú.txt", "._a.jpg", ".b.jpg", "Thumbs.db", "jpg"))
    (tmp_path / "folder.jpg").mkdir()
    with pytest.raises(FolderEmptyError):
        _complete(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError):
        _complete(tmp_path / "none")


def test_broken_pictures_are_left_out_and_where_all_are_every_one_is_named(tmp_path: Path) -> None:
    folder = _files(tmp_path / "tour", "a.jpg", "b.jpg")
    with pytest.raises(TourBlockedError) as caught:
        _complete(folder, broken=["a.jpg", "b.jpg"])
    assert caught.value.params["file"] == "tour"
    said = [p.sentence("vi") for p in caught.value.problems]  # type: ignore[attr-defined]
    assert ["a.jpg" in said[0], "b.jpg" in said[1]] == [True, True]
    assert "DOAN-BO-QUA" in [n.code for n in _complete(folder, broken=["a.jpg"])]


def test_a_store_that_is_full_is_not_the_pictures_fault(tmp_path: Path) -> None:
    def look(path: Path) -> guess.Seen:
        raise StoreFullError(store="file:x")

    with pytest.raises(StoreFullError):
        guess.complete(_files(tmp_path, "a.jpg"), look, silent)
    assert not (tmp_path / "tour.json").exists()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_is_said_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    _files(tmp_path, "a.jpg")

    usual = Path.open

    def refuse(path: Path, mode: str = "r", *more: object, **named: object) -> object:
        if "w" in mode:
            raise OSError(number, os.strerror(number))
        return usual(path, mode, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileUnwritableError) as caught:
        _complete(tmp_path)
    assert caught.value.params["file"] == str(tmp_path / "tour.json")
    assert caught.value.exit_code == 7
    for lang in available():
        assert str(tmp_path / "tour.json") in error_sentence(caught.value, lang)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jpg"]


def test_the_document_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _files(tmp_path, "a.jpg")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        _complete(tmp_path)
    assert not (tmp_path / "tour.json").exists()


@pytest.mark.parametrize(
    "name", ["a:b.jpg", "a\\b.jpg", "a\x01b.jpg", " a.jpg", "a\u202eb.jpg", "a\nb.jpg", "a\udcffb.jpg"]
)
def test_a_name_that_a_document_cannot_say_is_left_out_and_named(tmp_path: Path, name: str) -> None:
    folder = _files(tmp_path / "tour", "good.jpg")
    try:
        (folder / name).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system cannot hold the name")
    notes = _complete(folder)
    reasons = [str(n.params["reason"]) for n in notes if n.code == "DOAN-BO-QUA"]
    assert [FileNameError.code in reason for reason in reasons] == [True]
    assert len(document.load(folder / "tour.json").scenes) == 1
    (folder / "good.jpg").unlink()
    (folder / "tour.json").unlink()
    with pytest.raises(TourBlockedError):
        _complete(folder)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_picture_is_found_whichever_way_its_disk_writes_letters(tmp_path: Path, form: Any) -> None:
    name = unicodedata.normalize(form, "Sân chùa/Đỉnh tháp.jpg")
    file = tmp_path / name
    file.parent.mkdir()
    file.write_bytes(b"x")
    said = clean(name)
    assert isinstance(said, str)
    assert ingest.located(tmp_path, said).samefile(file)


def test_where_both_ways_of_writing_exist_the_exact_one_is_taken(tmp_path: Path) -> None:
    composed, parted = "chùa.jpg", unicodedata.normalize("NFD", "chùa.jpg")
    (tmp_path / parted).write_bytes(b"parted")
    (tmp_path / composed).write_bytes(b"composed")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system takes both for one")
    assert ingest.located(tmp_path, composed).read_bytes() == b"composed"


def test_what_is_nowhere_is_looked_for_where_the_document_says(tmp_path: Path) -> None:
    assert ingest.located(tmp_path, "none/x.jpg") == tmp_path / "none" / "x.jpg"

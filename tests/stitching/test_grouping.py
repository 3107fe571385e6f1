"""Which pictures of a folder are one panorama, by what their headers say: files, sizes, times, cameras, positions."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ispace.imaging.gpano import GPano
from ispace.imaging.info import PictureInfo
from ispace.imaging.metadata import Position
from ispace.stitching.grouping import Grouped, Header, grouped, is_camera_folder

START = dt.datetime(2026, 3, 1, 8, 0)
PLACE = Position(10.68, 105.08)


def header(name: str, after_s: float | None = None, **more: Any) -> Header:
    """A photo of a telephone, taken so many seconds after the first."""
    values = {"width_px": 4000, "height_px": 3000, "camera_make": "An", "camera_model": "Giang", "format": "JPEG"}
    taken_at = None if after_s is None else (START + dt.timedelta(seconds=after_s)).isoformat()
    return Header(Path(name), PictureInfo(file=name, **{"taken_at": taken_at, **values, **more}))


def run(first: int, count: int, start_s: float, every_s: float = 4.0, **more: Any) -> list[Header]:
    return [header(f"IMG_{first + n:04d}.jpg", start_s + n * every_s, **more) for n in range(count)]


def names(result: Grouped) -> list[list[str]]:
    return [[each.path.name for each in photos] for photos in result.sets]


def sizes(result: Grouped) -> list[int]:
    return [len(photos) for photos in result.sets]


def loose(*headers: Header) -> Grouped:
    return grouped(headers, named=False)


def named(*headers: Header) -> Grouped:
    return grouped(headers, named=True)


def test_photos_taken_one_after_the_other_are_a_set_and_a_pause_ends_it() -> None:
    result = loose(*run(1, 12, 0), *run(13, 8, 12 * 4 + 150))
    assert sizes(result) == [12, 8]
    assert names(result)[1][0] == "IMG_0013.jpg"
    assert not result.singles


def test_a_pause_between_the_rows_of_a_slow_set_does_not_end_it() -> None:
    slow = [*run(1, 8, 0, 15), *run(9, 8, 8 * 15 + 80, 15)]
    assert sizes(loose(*slow)) == [16]
    quick = [*run(1, 8, 0, 3), *run(9, 8, 8 * 3 + 80, 3)]
    assert sizes(loose(*quick)) == [8, 8]


def test_snapshots_of_a_walk_are_no_set() -> None:
    assert sizes(loose(*run(1, 9, 0, 55), *run(20, 2, 4000))) == []
    assert len(loose(*run(1, 9, 0, 55)).singles) == 9


def test_a_long_way_ends_a_set_though_time_does_not() -> None:
    across = Position(PLACE.lat + 0.001, PLACE.lon)
    result = loose(*run(1, 6, 0, position=PLACE), *run(7, 6, 24, position=across))
    assert sizes(result) == [6, 6]
    nearby = Position(PLACE.lat + 0.0001, PLACE.lon)
    assert sizes(loose(*run(1, 6, 0, position=PLACE), *run(7, 6, 24, position=nearby))) == [12]


def test_photos_of_two_cameras_at_once_are_two_sets() -> None:
    result = loose(*run(1, 6, 0), *[header(f"DJI_{n}.jpg", 4 * n, camera_model="Drone") for n in range(5)])
    assert sorted(sizes(result)) == [5, 6]


def test_zoomed_and_upright_photos_of_one_camera_belong_to_its_set() -> None:
    result = loose(*run(1, 4, 0), *run(5, 4, 16, width_px=3000, height_px=4000, focal_35_mm=52.0))
    assert sizes(result) == [8]


def test_times_with_an_offset_are_compared_as_moments() -> None:
    before = [header(f"{n}.jpg", taken_at=f"2026-03-01T08:00:{4 * n:02d}+07:00") for n in range(3)]
    after = [header(f"{n}.jpg", taken_at=f"2026-03-01T02:00:{4 * n:02d}+01:00") for n in range(3, 6)]
    assert sizes(loose(*before, *after)) == [6]


def test_a_time_in_the_name_does_where_a_messenger_took_the_rest() -> None:
    plain = {"camera_make": None, "camera_model": None}
    shots = [header(f"IMG_20260301_0800{5 * n:02d}.jpg", **plain) for n in range(6)]
    later = [header(f"IMG_20260301_0930{5 * n:02d}.jpg", **plain) for n in range(4)]
    assert sizes(loose(*shots, *later)) == [6, 4]


def test_without_any_time_consecutive_numbers_are_a_set() -> None:
    shots = [header(f"P{n:03d}.JPG") for n in (7, 8, 9, 11, 40, 41, 42, 99)]
    result = loose(*shots, header("cổng.jpg"), header("Q010.JPG"))
    assert names(result) == [["P007.JPG", "P008.JPG", "P009.JPG", "P011.JPG"], ["P040.JPG", "P041.JPG", "P042.JPG"]]
    assert {each.path.name for each in result.singles} == {"P099.JPG", "cổng.jpg", "Q010.JPG"}


def test_named_scenes_with_a_number_in_front_are_not_taken_for_a_row() -> None:
    assert sizes(loose(*(header(f"{n:02d} {name}.jpg") for n, name in enumerate(["Cổng", "Sân", "Điện"])))) == []


def test_what_was_taken_in_the_same_moment_is_a_double_and_no_view() -> None:
    shots = [header(f"{n}.jpg", taken_at=f"2026-03-01T08:00:{4 * n:02d}.100000") for n in range(6)]
    again = [header(f"{n}b.jpg", taken_at=f"2026-03-01T08:00:{4 * n:02d}.400000") for n in range(2)]
    result = loose(*shots, *again)
    assert names(result) == [[f"{n}.jpg" for n in range(6)]]
    assert [each.path.name for each in result.doubles] == ["0b.jpg", "1b.jpg"]
    burst = loose(*(header(f"{n}.jpg", taken_at=f"2026-03-01T08:00:00.{n}00000") for n in range(1, 6)))
    assert (sizes(burst), len(burst.singles), burst.doubles) == ([], 5, ())
    assert sizes(loose(*run(1, 4, 0, 0.0))) == []


def test_a_clock_that_stands_still_does_not_break_a_set() -> None:
    assert sizes(loose(*run(1, 20, 0, 0.0))) == [20]
    assert sizes(named(*run(1, 4, 0, 0.0))) == [4]


def test_panoramas_are_ready_by_their_shape_or_by_what_they_say() -> None:
    said = header("b.jpg", width_px=1000, height_px=900, gpano=GPano(projection="equirectangular"))
    result = loose(header("a.jpg", width_px=4000, height_px=2000), said, *run(1, 3, 0))
    assert [each.path.name for each in result.ready] == ["a.jpg", "b.jpg"]
    assert sizes(result) == [3]


def test_a_folder_with_a_name_is_one_place_whatever_cameras_and_numbers_say() -> None:
    assert sizes(named(*run(1, 8, 0), *run(50, 8, 400), header("x.jpg", 420, camera_model="Drone"))) == [17]
    assert sizes(named(header("23.jpg"), header("40.jpg"))) == [2]
    assert sizes(named(header("23.jpg"))) == []
    assert sizes(named(*run(1, 8, 0), header("without time.jpg"))) == [9]


def test_a_folder_with_a_name_is_several_places_where_hours_or_streets_or_numbers_say_so() -> None:
    assert sizes(named(*run(1, 8, 0), *run(9, 8, 3000))) == [8, 8]
    far = Position(PLACE.lat + 0.003, PLACE.lon)
    assert sizes(named(*run(1, 8, 0, position=PLACE), *run(9, 8, 32, position=far))) == [8, 8]
    card = [shot for place in range(4) for shot in run(1 + 20 * place, 20, 200 * place)]
    assert sizes(named(*card)) == [20, 20, 20, 20]


def test_a_straggler_stays_with_its_set() -> None:
    assert sizes(named(*run(1, 8, 0), header("IMG_0009.jpg", 4000))) == [9]


@pytest.mark.parametrize(
    ("name", "made_by_a_camera"),
    [("DCIM", True), ("100MEDIA", True), ("101_PANO", True), ("100APPLE", True), ("san-chua", False), ("2026", False)],
)
def test_folders_of_cameras_are_known_by_their_names(name: str, made_by_a_camera: bool) -> None:
    assert is_camera_folder(name) == made_by_a_camera


_ANY = st.builds(
    header,
    st.integers(0, 40).map("IMG_{:04d}.jpg".format),
    st.none() | st.floats(0, 2000),
    width_px=st.sampled_from([4000, 8000]),
    camera_model=st.sampled_from([None, "A", "B"]),
    position=st.none() | st.builds(Position, st.floats(10, 10.002), st.just(105.0)),
)


@given(st.lists(_ANY, max_size=25, unique_by=lambda each: each.path), st.booleans(), st.randoms())
def test_every_picture_has_one_place_whatever_their_order(
    headers: list[Header], is_named: bool, chance: random.Random
) -> None:
    result = grouped(headers, named=is_named)
    parts = [result.ready, result.singles, result.doubles, *result.sets]
    assert sorted(each.path for part in parts for each in part) == sorted(each.path for each in headers)
    shuffled = list(headers)
    chance.shuffle(shuffled)
    assert grouped(shuffled, named=is_named) == result
    assert all(len(photos) >= (2 if is_named else 3) for photos in result.sets)

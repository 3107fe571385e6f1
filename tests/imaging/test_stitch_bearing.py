"""North from the compasses of photos: a known answer, and none where they contradict each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stitching.placed_sets import RING, PlacedSet

from ispace.imaging.coverage import north_deg, sphere_of
from ispace.imaging.limits import Limits
from ispace.imaging.probe import probe
from ispace.imaging.stitch import bearing
from ispace.imaging.stitch.camera import to_angles
from ispace.imaging.stitch.composition import compose

NORTH_DEG = 312.5


def with_compass(angles, off_deg=lambda _: 0.0):
    made = PlacedSet(angles)
    for number, each in enumerate(made.placed):
        heading_deg = (to_angles(each.rotation)[0] + NORTH_DEG + off_deg(number)) % 360
        photo = made.photos[number]
        made.photos[number] = replace(photo, info=replace(photo.info, heading_deg=heading_deg))
    return made


def test_the_middle_has_the_bearing_that_all_compasses_agree_on():
    made = with_compass(RING)
    assert bearing.of_middle(made.placed, made.photos) == pytest.approx(NORTH_DEG, abs=0.01)
    assert bearing.of_middle(made.placed, made.photos, 20.0) == pytest.approx(NORTH_DEG - 20, abs=0.01)


def test_a_compass_beside_iron_is_outvoted():
    made = with_compass(RING, lambda number: 75.0 if number in (2, 5) else (-1) ** number * 3.0)
    assert bearing.of_middle(made.placed, made.photos) == pytest.approx(NORTH_DEG, abs=3)


@pytest.mark.parametrize("wrong", ["two photos", "no compass", "contradiction", "straight up"])
def test_what_nobody_knows_is_not_guessed(wrong):
    made = {
        "two photos": lambda: with_compass(RING[:2]),
        "no compass": lambda: PlacedSet(RING),
        "contradiction": lambda: with_compass(RING, lambda number: number * 40.0),
        "straight up": lambda: with_compass([(0, 80), (90, 85), (180, 75), (270, 80)]),
    }[wrong]()
    assert bearing.of_middle(made.placed, made.photos) is None


def test_a_telephone_that_writes_north_into_every_photo_has_no_compass():
    made = PlacedSet(RING)
    made.photos = [replace(photo, info=replace(photo.info, heading_deg=0.0)) for photo in made.photos]
    assert bearing.of_middle(made.placed, made.photos) is None


@pytest.mark.parametrize("angles", [[(-160, 0), (-115, 5), (-70, 0)], [(135, 0), (180, 10), (-135, 0)]])
def test_a_part_says_north_such_that_it_is_read_back_right(angles, tmp_path):
    made = with_compass(angles)
    composed = compose(made.placed, made.photos, made.read, 512, tmp_path / "part.jpg")
    info = probe(tmp_path / "part.jpg", Limits())
    found = north_deg(info, sphere_of(info)[0])
    assert found == pytest.approx((NORTH_DEG - composed.turned_deg) % 360, abs=0.5)
    # GPano's heading is that of the picture's own middle
    area = composed.area
    middle_deg = ((area.left_px + area.width_px / 2) / area.full_width_px - 0.5) * 360
    assert info.gpano.pose_heading_deg == pytest.approx((NORTH_DEG - composed.turned_deg + middle_deg) % 360, abs=0.5)

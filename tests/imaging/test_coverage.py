"""Where a picture lies on the sphere: what is said comes first, what is guessed is said."""

import cv2
import numpy as np
import pytest

from ispace.errors import PictureCoverageError, PictureNotPanoramaError, PictureTooSmallError
from ispace.imaging.coverage import Declared, north_deg, sphere_of
from ispace.imaging.decode import load_planes
from ispace.imaging.gpano import Area, GPano
from ispace.imaging.limits import Limits
from ispace.imaging.planes import Sphere
from ispace.imaging.probe import PictureInfo, probe
from ispace.imaging.seam import ends_meet


def info(width_px, height_px, **more):
    return PictureInfo(file="ảnh.jpg", format="JPEG", width_px=width_px, height_px=height_px, **more)


def codes(notes):
    return [note.code for note in notes]


def test_twice_as_wide_as_high_is_a_whole_sphere():
    assert sphere_of(info(8192, 4096)) == (Sphere(8192, 4096, 0, 0), [])


def test_gpano_places_a_picture_to_the_pixel():
    area = Area(8000, 4000, 1000, 900, 6000, 2000)
    assert sphere_of(info(6000, 2000, gpano=GPano(area=area))) == (Sphere(8000, 4000, 1000, 900), [])


def test_declared_angles_override_gpano_and_proportions():
    area = Area(8000, 4000, 1000, 900, 6000, 2000)
    sphere, notes = sphere_of(info(6000, 2000, gpano=GPano(area=area)), Declared(180, 60, 10))
    assert sphere == Sphere(12000, 6000, 3000, round(80 / 180 * 6000 - 1000))
    assert notes == []
    assert sphere_of(info(4000, 3000), Declared(120, 90))[0] == Sphere(12000, 6000, 4000, 1500)


@pytest.mark.parametrize(
    "wrong",
    [
        Declared(0, 60),
        Declared(361, 60),
        Declared(180, 0.5),
        Declared(180, 181),
        Declared(float("nan"), 60),
        Declared(180, 60, 91),
        Declared(180, 60, 70),
        Declared(180, 60, -61),
    ],
)
def test_declared_angles_that_cannot_be_are_refused(wrong):
    with pytest.raises(PictureCoverageError) as refused:
        sphere_of(info(4000, 1500), wrong)
    assert refused.value.params["file"] == "ảnh.jpg"


def test_declared_angles_that_are_rounded_touch_the_pole():
    sphere, _ = sphere_of(info(4000, 1000), Declared(360, 90, 45.3))
    assert sphere == Sphere(4000, 2000, 0, 0)


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (4000, 4000), (4000, 2110)])
def test_a_photo_is_no_panorama(size):
    with pytest.raises(PictureNotPanoramaError) as refused:
        sphere_of(info(*size))
    assert refused.value.params == {"file": "ảnh.jpg", "size": f"{size[0]} × {size[1]}"}


def test_a_thumbnail_is_too_small():
    with pytest.raises(PictureTooSmallError):
        sphere_of(info(200, 100))


def test_a_strip_whose_ends_meet_goes_all_the_way_round():
    sphere, notes = sphere_of(info(8000, 2000), ends_meet=lambda: True)
    assert sphere == Sphere(8000, 4000, 0, 1000)
    assert codes(notes) == ["PHU-360"]
    assert notes[0].params == {"file": "ảnh.jpg", "vaov_deg": 90}


@pytest.mark.parametrize(
    ("size", "haov_deg", "vaov_deg"), [((4000, 1000), 240, 60), ((10000, 1000), 360, 36), ((3900, 2000), 351, 180)]
)
def test_a_strip_whose_ends_do_not_meet_is_guessed_and_said_so(size, haov_deg, vaov_deg):
    sphere, notes = sphere_of(info(*size), ends_meet=lambda: False)
    assert codes(notes) == ["PHU-DOAN"]
    assert notes[0].params == {"file": "ảnh.jpg", "haov_deg": haov_deg, "vaov_deg": vaov_deg}
    assert abs(size[0] / sphere.full_width_px * 360 - haov_deg) < 0.2
    assert sphere.full_width_px == 2 * sphere.full_height_px
    assert abs(sphere.left_px * 2 + size[0] - sphere.full_width_px) <= 1
    assert abs(sphere.top_px * 2 + size[1] - sphere.full_height_px) <= 1


def test_the_ends_are_looked_at_only_where_nothing_else_tells():
    def never():
        raise AssertionError

    sphere_of(info(8192, 4096), ends_meet=never)
    sphere_of(info(6000, 2000, gpano=GPano(area=Area(8000, 4000, 0, 0, 6000, 2000))), ends_meet=never)
    sphere_of(info(6000, 2000), Declared(180, 60), never)


def test_a_cylinder_is_placed_the_same_way_and_said_so():
    gpano = GPano(projection="cylindrical", area=Area(8000, 4000, 1000, 900, 6000, 2000))
    sphere, notes = sphere_of(info(6000, 2000, gpano=gpano))
    assert sphere == Sphere(8000, 4000, 1000, 900)
    assert codes(notes) == ["PHU-TRU"]


def test_north_is_told_for_the_middle_of_the_sphere_not_of_the_picture():
    partial = info(2000, 1000, heading_deg=350.0)
    assert north_deg(partial, Sphere(8000, 4000, 3000, 1500)) == 350.0
    assert north_deg(partial, Sphere(8000, 4000, 5000, 1500)) == 260.0
    assert north_deg(info(8000, 4000), Sphere(8000, 4000, 0, 0)) is None


def ring(width=2000, height=400):
    """A picture that continues around: smooth, with texture whose period divides the width."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    turn = 2 * np.pi * x / width
    wave = 128 + 50 * np.sin(3 * turn + y / 50) + 40 * np.cos(17 * turn) + 20 * np.sin(90 * turn + y / 9)
    return np.clip(wave, 0, 255).astype(np.uint8)


def test_the_ends_of_a_ring_meet():
    assert ends_meet(ring())
    assert ends_meet(np.roll(ring(), 777, axis=1))


def test_the_ends_of_a_piece_do_not_meet():
    assert not ends_meet(ring()[:, :1500])
    assert not ends_meet(ring()[:, 100:1900])


def test_black_ends_prove_nothing():
    strip = ring()
    strip[:, :40] = 0
    strip[:, -40:] = 0
    assert not ends_meet(strip)


WHOLE = "full"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("thetaV-R0014760.jpg", WHOLE),
        ("panolens-building-8k.jpg", WHOLE),
        ("goproMax-GSAG2002.jpg", WHOLE),
        ("thetaS-cerro-toco-0.jpg", WHOLE),
        ("pannellum-examplepano-4k.jpg", WHOLE),
        ("gpano-mountain-eosM50-4k.jpg", WHOLE),
        ("pannellum-jfk-4k.jpg", WHOLE),
        ("pannellum-alma-4k.jpg", WHOLE),
        ("theta-dock-5376.jpg", WHOLE),
        ("theta-graffiti-6720.webp", WHOLE),
        ("partial-charles-street.jpg", (166, 60)),
        ("partial-grandcanyon-01.jpg", (279, 60)),
    ],
)
def test_real_panoramas_are_placed_right(shared_data, file, expected):
    path = shared_data / "equirect" / file
    said = probe(path, Limits())
    sphere, notes = sphere_of(said, ends_meet=lambda: ends_meet(load_planes(path, Limits(), said).y))
    if expected == WHOLE:
        assert sphere == Sphere(said.width_px, said.height_px, 0, 0)
        assert notes == []
    else:
        assert codes(notes) == ["PHU-DOAN"]
        assert (notes[0].params["haov_deg"], notes[0].params["vaov_deg"]) == expected


def test_the_true_angles_of_a_real_partial_panorama_are_taken(shared_data):
    said = probe(shared_data / "equirect" / "partial-charles-street.jpg", Limits())
    sphere, _ = sphere_of(said, Declared(149.87, 54.15))
    assert abs(said.width_px / sphere.full_width_px * 360 - 149.87) < 0.02
    assert abs(said.height_px / sphere.full_height_px * 180 - 54.15) < 0.02


def test_strips_cut_from_real_panoramas_are_told_from_whole_ones(shared_data):
    path = shared_data / "equirect" / "panolens-building-8k.jpg"
    luma = np.ascontiguousarray(load_planes(path, Limits()).y)
    belt = cv2.resize(luma[1000:3000], (4096, 1000), interpolation=cv2.INTER_AREA)
    assert ends_meet(belt)
    for left, right in ((0, 3600), (300, 4000), (1000, 2500)):
        assert not ends_meet(belt[:, left:right])

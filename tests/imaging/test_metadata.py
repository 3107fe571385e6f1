"""What a picture says about itself is used where it makes sense, and never trusted."""

import contextlib
import io
import json

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from ispace.errors import PictureError
from ispace.imaging.gpano import Area, GPano, read_gpano
from ispace.imaging.limits import Limits
from ispace.imaging.metadata import Exif, Position, read_exif
from ispace.imaging.probe import PictureInfo, probe

FIELDS = {
    "ProjectionType": "equirectangular",
    "FullPanoWidthPixels": 8000,
    "FullPanoHeightPixels": 4000,
    "CroppedAreaImageWidthPixels": 6000,
    "CroppedAreaImageHeightPixels": 2000,
    "CroppedAreaLeftPixels": 1000,
    "CroppedAreaTopPixels": 900,
    "PoseHeadingDegrees": 350.5,
    "PosePitchDegrees": -1.5,
    "PoseRollDegrees": 2.25,
    "InitialViewHeadingDegrees": 10,
    "InitialViewPitchDegrees": -5,
    "InitialHorizontalFOVDegrees": 75,
}
EXPECTED = GPano(
    projection="equirectangular",
    area=Area(8000, 4000, 1000, 900, 6000, 2000),
    pose_heading_deg=350.5,
    pose_pitch_deg=-1.5,
    pose_roll_deg=2.25,
    initial_heading_deg=10.0,
    initial_pitch_deg=-5.0,
    initial_hfov_deg=75.0,
)
START = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
NAMESPACE = 'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"'
END = "</rdf:RDF></x:xmpmeta>"


def as_attributes(fields):
    said = " ".join(f'GPano:{name}="{value}"' for name, value in fields.items())
    return f"{START}<rdf:Description {NAMESPACE} {said}/>{END}".encode()


def as_elements(fields):
    said = "".join(f"<GPano:{name}>{value}</GPano:{name}>" for name, value in fields.items())
    return f"{START}<rdf:Description {NAMESPACE}>{said}</rdf:Description>{END}".encode()


@pytest.mark.parametrize("write", [as_attributes, as_elements])
def test_both_ways_of_writing_gpano_are_read(write):
    assert read_gpano(write(FIELDS), 6000, 2000) == (EXPECTED, [])


def test_another_prefix_for_the_namespace_is_read():
    packet = as_attributes(FIELDS).replace(b"GPano", b"pano")
    assert read_gpano(packet, 6000, 2000) == (EXPECTED, [])


def test_padding_around_the_packet_does_no_harm():
    packet = b"\xef\xbb\xbf<?xpacket begin='' id='W5M0'?>" + as_attributes(FIELDS) + b"  \n<?xpacket end='w'?>\0\0\0"
    assert read_gpano(packet, 6000, 2000) == (EXPECTED, [])


def test_the_area_follows_a_picture_that_was_resized():
    gpano, codes = read_gpano(as_attributes(FIELDS), 3000, 1000)
    assert gpano.area == Area(4000, 2000, 500, 450, 3000, 1000)
    assert codes == []


def test_the_area_is_left_out_when_the_picture_was_cropped_afterwards():
    gpano, codes = read_gpano(as_attributes(FIELDS), 6000, 1500)
    assert gpano.area is None
    assert gpano.pose_heading_deg == 350.5
    assert codes == ["ANH-GPANO-TI-LE"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"FullPanoWidthPixels": 0},
        {"FullPanoWidthPixels": -8000},
        {"FullPanoWidthPixels": "NaN"},
        {"FullPanoWidthPixels": "inf"},
        {"FullPanoWidthPixels": "1e400"},
        {"FullPanoWidthPixels": "wide"},
        {"FullPanoWidthPixels": "8_000"},
        {"FullPanoWidthPixels": ""},
        {"FullPanoWidthPixels": 10**12, "FullPanoHeightPixels": 5 * 10**11},
        {"FullPanoHeightPixels": 6000},
        {"CroppedAreaLeftPixels": 5000},
        {"CroppedAreaTopPixels": -100},
        {"CroppedAreaImageWidthPixels": 9000},
        {"CroppedAreaImageHeightPixels": "-1"},
    ],
)
def test_an_area_that_cannot_be_is_left_out(wrong):
    gpano, codes = read_gpano(as_attributes(FIELDS | wrong), 6000, 2000)
    assert gpano.area is None
    assert codes == ["ANH-GPANO"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"PosePitchDegrees": "91"}, "pose_pitch_deg"),
        ({"PoseRollDegrees": "nan"}, "pose_roll_deg"),
        ({"PoseHeadingDegrees": "720"}, "pose_heading_deg"),
        ({"InitialHorizontalFOVDegrees": "0"}, "initial_hfov_deg"),
    ],
)
def test_an_angle_that_cannot_be_is_left_out(wrong, field):
    gpano, _ = read_gpano(as_attributes(FIELDS | wrong), 6000, 2000)
    assert getattr(gpano, field) is None


def test_headings_lie_in_one_turn():
    gpano, _ = read_gpano(as_attributes({"PoseHeadingDegrees": "-90", "InitialViewHeadingDegrees": 360}), 10, 5)
    assert (gpano.pose_heading_deg, gpano.initial_heading_deg) == (270.0, 0.0)


def test_an_unknown_projection_places_nothing():
    gpano, codes = read_gpano(as_attributes(FIELDS | {"ProjectionType": "cubestrip"}), 6000, 2000)
    assert (gpano.projection, gpano.area, codes) == (None, None, ["ANH-GPANO"])


def test_broken_xml_gives_what_can_be_found_and_a_warning():
    packet = as_attributes(FIELDS).replace(b"</x:xmpmeta>", b"")
    assert read_gpano(packet, 6000, 2000) == (EXPECTED, ["ANH-XMP"])
    packet = as_elements(FIELDS).replace(b"</x:xmpmeta>", b"")
    assert read_gpano(packet, 6000, 2000) == (EXPECTED, ["ANH-XMP"])


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + as_attributes(FIELDS)
    gpano, codes = read_gpano(bomb.replace(b'"350.5"', b'"&b;"'), 6000, 2000)
    assert codes == ["ANH-XMP"]
    assert gpano.pose_heading_deg is None


@given(st.binary(max_size=400))
def test_any_bytes_as_xmp_raise_nothing(packet):
    read_gpano(packet, 4000, 2000)


@given(
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)),
        st.one_of(st.floats().map(str), st.integers().map(str), st.text("0123456789.-+eEnaif_ \u0661", max_size=30)),
    ),
    st.integers(1, 40_000),
    st.integers(1, 40_000),
    st.sampled_from([as_attributes, as_elements]),
)
def test_any_values_in_gpano_give_a_possible_place_or_none(fields, width_px, height_px, write):
    gpano, _ = read_gpano(write(fields), width_px, height_px)
    if gpano is not None and gpano.area is not None:
        area = gpano.area
        assert 0 <= area.left_px <= area.full_width_px - width_px
        assert 0 <= area.top_px <= area.full_height_px - height_px
    if gpano is not None and gpano.pose_heading_deg is not None:
        assert 0 <= gpano.pose_heading_deg < 360


@given(st.integers(0, 1200), st.binary(max_size=8), st.integers(0, 8))
def test_xmp_with_a_hole_in_it_raises_nothing(at, put, lost):
    packet = as_attributes(FIELDS)
    read_gpano(packet[:at] + put + packet[at + lost :], 6000, 2000)


def exif_bytes(gps=None, **tags):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "RICOH\0", " THETA  X "
    for tag, value in tags.items():
        exif[int(tag.removeprefix("t"), 16)] = value
    exif.get_ifd(0x8769).update({0x9003: "2025:11:27 10:32:05", 0x9011: "+07:00"})
    if gps:
        exif.get_ifd(0x8825).update(gps)
    return exif.tobytes()


GPS = {
    1: "N",
    2: (10.0, 42.0, 3.5),
    3: "E",
    4: (105.0, 4.0, IFDRational(4812, 100)),
    5: b"\x01",
    6: 12.5,
    17: 271.25,
}


def test_camera_time_place_and_heading_are_read():
    assert read_exif(exif_bytes(GPS)) == Exif(
        position=Position(10.7009722, 105.0800333, -12.5),
        heading_deg=271.25,
        taken_at="2025-11-27T10:32:05+07:00",
        camera_make="RICOH",
        camera_model="THETA X",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {1: "X"},
        {1: None},
        {2: (95.0, 0.0, 0.0)},
        {4: (181.0, 0.0, 0.0)},
        {2: (IFDRational(1, 0), 0.0, 0.0)},
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
    ],
)
def test_a_position_that_cannot_be_is_left_out_with_a_warning(wrong):
    gps = {tag: value for tag, value in (GPS | wrong).items() if value is not None}
    exif = read_exif(exif_bytes(gps))
    assert exif.position is None
    assert "ANH-GPS" in exif.warnings
    assert exif.camera_make == "RICOH"


@pytest.mark.parametrize(("value", "expected"), [(6, 6), (0, 1), (9, 1), (65535, 1)])
def test_an_orientation_that_does_not_exist_means_upright(value, expected):
    assert read_exif(exif_bytes(t0112=value)).orientation == expected


@pytest.mark.parametrize("time", ["0000:00:00 00:00:00", "    ", "2025-11-27", "2025:13:41 99:00:00"])
def test_a_time_that_cannot_be_is_left_out(time):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = time
    assert read_exif(exif.tobytes()).taken_at is None


@pytest.mark.parametrize(("part", "expected"), [("25", ".250000"), ("123456789", ".123456"), ("x", ""), ("", "")])
def test_parts_of_a_second_are_told_where_they_are_digits(part, expected):
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2025:11:27 10:32:05", 0x9291: part, 0x9011: "+07:00"})
    assert read_exif(exif.tobytes()).taken_at == f"2025-11-27T10:32:05{expected}+07:00"


def test_a_camera_name_is_short_and_printable():
    exif = read_exif(exif_bytes(t0110=("Tha\u0309o\x07 " + "x" * 500).encode()))
    assert exif.camera_model.startswith("Thảo x")
    assert len(exif.camera_model) == 80


@given(st.binary(max_size=300))
def test_any_bytes_as_exif_raise_nothing(data):
    read_exif(data)
    read_exif(b"Exif\0\0II*\0\x08\0\0\0" + data)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=12))
def test_exif_with_some_bytes_replaced_raises_nothing(at, put):
    data = exif_bytes(GPS)
    exif = read_exif(data[:at] + put + data[at + len(put) :])
    assert 1 <= exif.orientation <= 8
    if exif.position:
        assert -90 <= exif.position.lat <= 90


def jpeg(tmp_path, name="ảnh.jpg", size=(64, 32), **options):
    path = tmp_path / name
    Image.new("RGB", size, "teal").save(path, "JPEG", **options)
    return path


def test_what_is_said_survives_json(tmp_path):
    path = jpeg(tmp_path, exif=exif_bytes(GPS), xmp=as_attributes(FIELDS), size=(600, 200))
    info = probe(path, Limits())
    assert info.gpano.area.full_width_px == 800
    assert info.heading_deg == 350.5
    assert PictureInfo.from_json(json.loads(json.dumps(info.to_json()))) == info


def test_the_compass_of_exif_is_the_heading_when_gpano_has_none(tmp_path):
    assert probe(jpeg(tmp_path, exif=exif_bytes(GPS)), Limits()).heading_deg == 271.25


def test_a_heading_of_exactly_zero_is_doubted(tmp_path):
    info = probe(jpeg(tmp_path, xmp=as_attributes({"PoseHeadingDegrees": 0})), Limits())
    assert info.heading_deg == 0
    assert "ANH-HUONG-0" in info.warnings


def test_a_turned_picture_keeps_its_pose_but_not_its_area(tmp_path):
    info = probe(jpeg(tmp_path, exif=exif_bytes(t0112=3), xmp=as_attributes(FIELDS), size=(600, 200)), Limits())
    assert info.gpano.area is None
    assert info.gpano.pose_roll_deg == 2.25


def test_a_broken_profile_is_a_warning(tmp_path):
    info = probe(jpeg(tmp_path, icc_profile=b"not a profile at all" * 20), Limits())
    assert info.profile is None
    assert "ANH-ICC" in info.warnings


@settings(max_examples=60)
@given(st.integers(0, 900), st.binary(min_size=1, max_size=40))
def test_a_file_with_bytes_replaced_is_probed_or_refused_in_words(tmp_path_factory, at, put):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 32), "teal").save(buffer, "JPEG", exif=exif_bytes(GPS), xmp=as_attributes(FIELDS))
    data = buffer.getvalue()
    path = tmp_path_factory.mktemp("fuzz") / "x.jpg"
    path.write_bytes(data[:at] + put + data[at + len(put) :])
    with contextlib.suppress(PictureError):
        probe(path, Limits())

"""Every kind of picture becomes the same planes: upright, sRGB, full-range YCbCr; what is missing is never made up."""

import contextlib
import io
import struct

import cv2
import numpy as np
import pillow_heif
import pytest
import simplejpeg
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageCms, ImageOps

from ispace.errors import (
    PictureAnimatedError,
    PictureEmptyError,
    PictureError,
    PictureNoPictureError,
    PictureTooHeavyError,
    PictureTooLargeError,
    PictureTooMuchMemoryError,
    PictureTruncatedError,
    PictureUnknownFormatError,
    SourceMissingError,
)
from ispace.imaging.decode import load_planes, load_rgb, memory_needed_mb
from ispace.imaging.limits import Limits
from ispace.imaging.planes import BACKGROUND_RGB
from ispace.imaging.probe import probe

LIMITS = Limits()
WIDTH, HEIGHT = 96, 64
CORNERS = {"red": (230, 30, 40), "green": (30, 190, 60), "blue": (40, 60, 220), "white": (250, 250, 250)}


def four_corners(size=(WIDTH, HEIGHT)):
    """Red top left, green top right, blue bottom left, white bottom right."""
    width, height = size
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2] = CORNERS["red"]
    rgb[: height // 2, width // 2 :] = CORNERS["green"]
    rgb[height // 2 :, : width // 2] = CORNERS["blue"]
    rgb[height // 2 :, width // 2 :] = CORNERS["white"]
    return Image.fromarray(rgb)


def natural(size=(512, 256)):
    """Smooth colours with some texture, as a photograph has."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    rgb = np.stack([128 + 90 * np.sin(x / 37), 128 + 90 * np.cos(y / 29), 128 + 60 * np.sin((x + y) / 53)], -1)
    rgb += np.random.default_rng(1).normal(0, 4, rgb.shape)
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def rgb_of(planes):
    height, width = planes.y.shape
    full = [cv2.resize(np.ascontiguousarray(p), (width, height)) for p in (planes.cr, planes.cb)]
    return cv2.cvtColor(np.dstack([planes.y, *full]), cv2.COLOR_YCrCb2RGB)


def corners_of(planes):
    """Return the names of the colours in the corners, top left first, row by row."""
    rgb = rgb_of(planes).astype(int)
    height, width = rgb.shape[:2]
    found = []
    for y, x in ((0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75)):
        pixel = rgb[int(height * y), int(width * x)]
        found.append(min(CORNERS, key=lambda name: np.abs(pixel - CORNERS[name]).sum()))
    return found


def saved(tmp_path, picture, name, **options):
    path = tmp_path / name
    picture.save(path, **options)
    return path


UPRIGHT = ["red", "green", "blue", "white"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 95}),
        ("a.jpg", {"quality": 95, "subsampling": 0}),
        ("a.jpg", {"quality": 95, "subsampling": 1}),
        ("a.jpg", {"quality": 95, "progressive": True}),
        ("a.jpg", {"quality": 95, "restart_marker_rows": 1}),
        ("a.jpg", {"quality": 95, "keep_rgb": True}),
        ("a.png", {}),
        ("a.tif", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.tif", {"compression": "tiff_adobe_deflate"}),
        ("a.webp", {"quality": 95}),
        ("a.webp", {"lossless": True}),
        ("a.avif", {"quality": 95}),
    ],
)
def test_every_format_gives_the_same_picture(tmp_path, name, options):
    path = saved(tmp_path, natural(), name, **options)
    expected = np.asarray(natural()).astype(int)
    got = rgb_of(load_planes(path, LIMITS)).astype(int)
    assert np.abs(got - expected).mean() < 4
    assert corners_of(load_planes(saved(tmp_path, four_corners(), name, **options), LIMITS)) == UPRIGHT


def test_heic_gives_the_same_picture(tmp_path):
    pillow_heif.from_pillow(four_corners()).save(tmp_path / "a.heic", quality=95)
    planes = load_planes(tmp_path / "a.heic", LIMITS)
    assert planes.y.shape == (HEIGHT, WIDTH)
    assert corners_of(planes) == UPRIGHT


def test_the_name_of_a_file_says_nothing_about_its_format(tmp_path):
    path = saved(tmp_path, four_corners(), "really-a-png.jpg", format="PNG")
    assert probe(path, LIMITS).format == "PNG"
    assert corners_of(load_planes(path, LIMITS)) == UPRIGHT


def test_luma_of_a_jpeg_is_taken_as_it_is(tmp_path):
    path = saved(tmp_path, natural(), "a.jpg", quality=90)
    grey = simplejpeg.decode_jpeg(path.read_bytes(), colorspace="GRAY")[:, :, 0]
    assert np.array_equal(load_planes(path, LIMITS).y, grey)


def test_luma_and_chroma_use_the_full_range(tmp_path):
    black_white = Image.fromarray(np.repeat(np.uint8([[0] * 32 + [255] * 32]), 32, axis=0))
    planes = load_planes(saved(tmp_path, black_white.convert("RGB"), "a.png"), LIMITS)
    assert (planes.y.min(), planes.y.max()) == (0, 255)
    assert set(np.unique(planes.cb)) == {128}


@pytest.mark.parametrize("size", [(97, 63), (97, 64), (96, 63), (1, 1), (2, 1), (515, 300)])
@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_odd_sizes_lose_no_row_and_no_column(tmp_path, size, name):
    planes = load_planes(saved(tmp_path, natural(size), name), LIMITS)
    assert planes.y.shape == size[::-1]
    assert planes.cb.shape == planes.cr.shape == (-(-size[1] // 2), -(-size[0] // 2))
    assert np.abs(rgb_of(planes).astype(int) - np.asarray(natural(size))).mean() < 12


# Kinds of pixels


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_grey_pictures_have_neutral_chroma(tmp_path, name):
    planes = load_planes(saved(tmp_path, natural().convert("L"), name), LIMITS)
    assert np.abs(planes.y.astype(int) - np.asarray(natural().convert("L"))).mean() < 3
    assert np.abs(planes.cb.astype(int) - 128).max() <= 1
    assert np.abs(planes.cr.astype(int) - 128).max() <= 1


def test_one_bit_pictures_are_black_and_white(tmp_path):
    stripes = Image.fromarray(np.tile(np.uint8([0, 0, 0, 0, 255, 255, 255, 255]), (8, 4))).convert("1")
    assert set(np.unique(load_planes(saved(tmp_path, stripes, "a.png"), LIMITS).y)) == {0, 255}


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bit_grey_keeps_its_brightness(tmp_path, name):
    deep = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (16, 1))
    path = saved(tmp_path, Image.fromarray(deep), name)
    assert probe(path, LIMITS).bits == 16
    luma = load_planes(path, LIMITS).y
    assert np.abs(luma[0].astype(float) - deep[0] / 257).max() <= 1


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bit_colour_keeps_its_colours(tmp_path, name):
    deep = np.asarray(four_corners()).astype(np.uint16) * 257
    path = tmp_path / name
    path.write_bytes(cv2.imencode(path.suffix, deep[:, :, ::-1])[1].tobytes())
    info = probe(path, LIMITS)
    assert (info.bits, info.width_px, info.height_px) == (16, WIDTH, HEIGHT)
    assert np.abs(rgb_of(load_planes(path, LIMITS)).astype(int)[5, 5] - CORNERS["red"]).max() <= 3


def test_sixteen_bit_alpha_is_flattened(tmp_path):
    deep = np.full((32, 32, 4), 65535, np.uint16)
    deep[:, 16:, 3] = 0
    path = tmp_path / "a.png"
    path.write_bytes(cv2.imencode(".png", deep)[1].tobytes())
    rgb = rgb_of(load_planes(path, LIMITS))
    assert np.abs(rgb[5, 4].astype(int) - 255).max() <= 2
    assert np.abs(rgb[5, 27].astype(int) - BACKGROUND_RGB).max() <= 2


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_inks_become_the_colours_they_print(tmp_path, name):
    planes = load_planes(saved(tmp_path, four_corners().convert("CMYK"), name), LIMITS)
    assert corners_of(planes) == UPRIGHT


def test_adobes_inverted_inks_and_ycck_look_as_in_pillow(shared_data):
    for file in ("cmyk-small.jpg", "pano-cmyk-progressive.jpg"):
        path = shared_data / "nasty" / file
        expected = np.asarray(Image.open(path).convert("RGB").convert("L")).astype(int)
        assert np.abs(load_planes(path, LIMITS).y.astype(int) - expected).mean() < 2


def test_transparent_pixels_show_the_tiles_background(tmp_path):
    picture = four_corners().convert("RGBA")
    picture.paste((255, 0, 255, 0), (0, 0, WIDTH // 2, HEIGHT // 2))
    for name, options in (("a.png", {}), ("a.webp", {"lossless": True}), ("a.tif", {})):
        path = saved(tmp_path, picture, name, **options)
        assert probe(path, LIMITS).has_alpha
        rgb = rgb_of(load_planes(path, LIMITS)).astype(int)
        assert np.abs(rgb[10, 10] - BACKGROUND_RGB).max() <= 2
        assert np.abs(rgb[10, 80] - CORNERS["green"]).max() <= 3


def test_a_palette_with_a_transparent_colour_is_flattened(tmp_path):
    picture = four_corners().quantize(8)
    red = picture.getpixel((2, 2))
    path = saved(tmp_path, picture, "a.png", transparency=red)
    assert probe(path, LIMITS).mode == "P"
    rgb = rgb_of(load_planes(path, LIMITS)).astype(int)
    assert np.abs(rgb[10, 10] - BACKGROUND_RGB).max() <= 2
    assert np.abs(rgb[10, 80] - CORNERS["green"]).max() <= 6


def test_floating_point_pictures_are_refused_by_name(tmp_path):
    path = saved(tmp_path, Image.fromarray(np.ones((8, 16), np.float32)), "hdr.tif")
    with pytest.raises(PictureUnknownFormatError) as refused:
        load_planes(path, LIMITS)
    assert refused.value.params["file"] == "hdr.tif"


# Orientation

TURNED = {
    1: ["red", "green", "blue", "white"],
    2: ["green", "red", "white", "blue"],
    3: ["white", "blue", "green", "red"],
    4: ["blue", "white", "red", "green"],
    5: ["red", "blue", "green", "white"],
    6: ["blue", "red", "white", "green"],
    7: ["white", "green", "blue", "red"],
    8: ["green", "white", "red", "blue"],
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif"])
def test_every_orientation_is_put_upright(tmp_path, orientation, name):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if name != "a.tif" and name != "a.png" else {}
    path = saved(tmp_path, four_corners(), name, exif=exif, **options)
    info = probe(path, LIMITS)
    planes = load_planes(path, LIMITS, info)
    assert planes.y.shape == (info.height_px, info.width_px)
    assert planes.y.shape == ((WIDTH, HEIGHT) if orientation >= 5 else (HEIGHT, WIDTH))
    assert corners_of(planes) == TURNED[orientation]


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("size", [(97, 63), (64, 33)])
def test_a_turned_picture_of_odd_size_keeps_colour_and_luma_together(tmp_path, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = natural(size)
    path = saved(tmp_path, picture, "a.png", exif=exif)
    turned = picture.copy()
    turned.getexif()[0x0112] = orientation
    buffer = io.BytesIO()
    ImageOps.exif_transpose(turned).save(buffer, "PNG")
    straight = tmp_path / "b.png"
    straight.write_bytes(buffer.getvalue())
    got, expected = load_planes(path, LIMITS), load_planes(straight, LIMITS)
    assert np.array_equal(got.y, expected.y)
    assert np.abs(got.cb.astype(int) - expected.cb).mean() < 1.5
    assert np.abs(got.cr.astype(int) - expected.cr).mean() < 1.5


def test_the_telephones_own_orientation_is_applied(shared_data):
    for file in ("orient6.jpg", "orient8-portrait.jpg", "iphone.HEIC"):
        path = shared_data / "nasty" / file
        info = probe(path, LIMITS)
        planes = load_planes(path, LIMITS, info)
        assert planes.y.shape == (info.height_px, info.width_px)
    assert (info.width_px, info.height_px) == (2566, 3313)


# Colour


def display_p3():
    """Return a profile with Display P3's primaries and sRGB's curve, built by hand."""

    def xyz(x, y, z):
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in (x, y, z)))

    curve = b"para\0\0\0\0\0\3\0\0" + struct.pack(
        ">5i", *(round(v * 65536) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    )
    name = "Display P3"
    text = b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", 2 * len(name), 28) + name.encode("utf-16-be")
    tags = {
        b"desc": text,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.51512, 0.2412, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.1571, 0.06657, 0.78407),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, unpadded in tags.items():
        data = unpadded + b"\0" * (-len(unpadded) % 4)
        table += tag + struct.pack(">II", at, len(data))
        body += data
        at += len(data)
    head = struct.pack(">I4sI4s4s4s", at, b"lcms", 0x04300000, b"mntr", b"RGB ", b"XYZ ")
    head += (
        struct.pack(">6H", 2025, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + struct.pack(">3i", *(round(v * 65536) for v in (0.9642, 1.0, 0.8249)))
    )
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.jpg", {"quality": 100, "subsampling": 0}), ("a.png", {}), ("a.webp", {"lossless": True}), ("a.tif", {})],
)
def test_display_p3_becomes_srgb(tmp_path, name, options):
    p3 = (200, 120, 60)  # in sRGB: 212, 118, 45, from the two matrices and the common curve
    path = saved(tmp_path, Image.new("RGB", (64, 32), p3), name, icc_profile=display_p3(), **options)
    assert probe(path, LIMITS).profile == "Display P3"
    expected = srgb_from_p3(p3)
    assert np.abs(rgb_of(load_planes(path, LIMITS))[16, 32].astype(int) - expected).max() <= 3


def srgb_from_p3(rgb):
    """Compute the colour independently: decode, P3 → XYZ (D65) → sRGB, encode."""
    linear = np.where((v := np.array(rgb) / 255) <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    p3_to_xyz = np.array([[0.48657, 0.26567, 0.19822], [0.22897, 0.69174, 0.07929], [0.0, 0.04511, 1.04394]])
    xyz_to_srgb = np.array([[3.24097, -1.53738, -0.49861], [-0.96924, 1.87597, 0.04156], [0.05563, -0.20398, 1.05697]])
    out = np.clip(xyz_to_srgb @ p3_to_xyz @ linear, 0, 1)
    return np.round(255 * np.where(out <= 0.0031308, 12.92 * out, 1.055 * out ** (1 / 2.4) - 0.055)).astype(int)


def test_srgb_is_left_alone(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with_profile = load_planes(saved(tmp_path, natural(), "a.jpg", icc_profile=profile), LIMITS)
    without = load_planes(saved(tmp_path, natural(), "b.jpg"), LIMITS)
    assert np.array_equal(with_profile.y, without.y)
    assert np.array_equal(with_profile.cb, without.cb)


def test_a_broken_or_foreign_profile_is_ignored(tmp_path):
    plain = load_planes(saved(tmp_path, natural(), "b.jpg"), LIMITS)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (b"nonsense" * 40, display_p3()[:200], lab):
        planes = load_planes(saved(tmp_path, natural(), "a.jpg", icc_profile=profile), LIMITS)
        assert np.array_equal(planes.y, plain.y)


# What is missing


def whole(name, **options):
    buffer = io.BytesIO()
    natural((1024, 512)).save(buffer, name, **options)
    return buffer.getvalue()


KINDS = [
    ("JPEG", {"quality": 90}),
    ("JPEG", {"quality": 90, "restart_marker_blocks": 8}),
    ("JPEG", {"quality": 90, "progressive": True}),
    ("PNG", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("WEBP", {"quality": 90}),
    ("AVIF", {"quality": 90}),
]


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("share", [0.3, 0.62, 0.97])
def test_a_picture_cut_short_is_refused_with_how_far_it_goes(tmp_path, kind, options, share):
    data = whole(kind, **options)
    path = tmp_path / "ảnh cụt.bin"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(PictureTruncatedError) as refused:
        load_planes(path, LIMITS, probe(path, LIMITS))
    assert refused.value.params["file"] == "ảnh cụt.bin"
    if not options.get("progressive"):
        assert abs(refused.value.params["percent"] - 100 * share) <= 12
    assert 0 <= refused.value.params["percent"] < 100


def test_a_cut_heic_is_refused_with_how_far_it_goes(tmp_path):
    path = tmp_path / "a.heic"
    pillow_heif.from_pillow(natural((1024, 512))).save(path, quality=90)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(PictureTruncatedError) as refused:
        load_planes(path, LIMITS)
    assert abs(refused.value.params["percent"] - 50) <= 2


def test_a_copy_filled_up_with_zeros_is_refused(tmp_path):
    data = whole("JPEG", quality=90)
    path = tmp_path / "a.jpg"
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    with pytest.raises(PictureTruncatedError) as refused:
        load_planes(path, LIMITS)
    assert abs(refused.value.params["percent"] - 50) <= 10


def test_a_cut_exactly_at_a_restart_marker_is_noticed(tmp_path):
    data = whole("JPEG", quality=90, restart_marker_rows=1)
    path = tmp_path / "a.jpg"
    path.write_bytes(data[: data.index(b"\xff\xd3", len(data) // 2)])
    with pytest.raises(PictureTruncatedError):
        load_planes(path, LIMITS)


@pytest.mark.parametrize("options", [{"quality": 90}, {"quality": 90, "progressive": True}])
def test_a_jpeg_that_lost_only_its_end_marker_is_whole(tmp_path, options):
    data = whole("JPEG", **options)
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    expected = load_planes(path, LIMITS)
    said = []
    for tail in (b"", bytes(2000), b"\xff\xd9 and what a camera appends"):
        path.write_bytes(data[:-2] + tail)
        planes = load_planes(path, LIMITS, warn=said.append)
        assert np.array_equal(planes.y, expected.y)
        assert np.array_equal(planes.cb, expected.cb)
    assert said == ["ANH-XUOC", "ANH-XUOC"]


def test_stray_bytes_between_segments_do_no_harm(tmp_path):
    data = whole("JPEG", quality=90)
    quantisation = data.index(b"\xff\xdb")
    path = tmp_path / "a.jpg"
    path.write_bytes(data[:quantisation] + b"\0\0\0\0\0" + data[quantisation:])
    said = []
    planes = load_planes(path, LIMITS, warn=said.append)
    path.write_bytes(data)
    assert np.array_equal(planes.y, load_planes(path, LIMITS).y)
    assert "ANH-XUOC" in said


# Limits


def test_pixels_are_counted_before_anything_is_decoded(tmp_path):
    path = saved(tmp_path, Image.new("1", (4000, 2000)), "bomb.png")
    for most in (7_999_999, 3_000_000):
        with pytest.raises(PictureTooLargeError) as refused:
            probe(path, Limits(max_pixels=most))
        assert refused.value.params["megapixels"] == 8
    assert probe(path, Limits(max_pixels=8_000_000)).width_px == 4000


def test_bytes_are_counted_before_the_file_is_opened(tmp_path):
    path = saved(tmp_path, natural(), "a.jpg")
    with pytest.raises(PictureTooHeavyError):
        probe(path, Limits(max_bytes=1000))


def test_pillows_own_limit_is_ours_and_never_off(tmp_path):
    probe(saved(tmp_path, natural(), "a.jpg"), Limits(max_pixels=123_456_789))
    assert Image.MAX_IMAGE_PIXELS == 123_456_789


def test_memory_is_estimated_before_anything_is_decoded(tmp_path):
    path = saved(tmp_path, Image.new("P", (16384, 8192)), "a.png")
    info = probe(path, LIMITS)
    assert 400 < memory_needed_mb(info) < 600
    with pytest.raises(PictureTooMuchMemoryError) as refused:
        load_planes(path, Limits(max_memory_mb=300), info)
    assert refused.value.params["needed_mb"] == memory_needed_mb(info)


def test_a_progressive_jpeg_counts_its_coefficients(tmp_path):
    path = saved(tmp_path, Image.new("RGB", (8192, 4096)), "a.jpg", progressive=True, subsampling=0)
    with pytest.raises(PictureTooMuchMemoryError):
        load_planes(path, Limits(max_memory_mb=300))
    load_planes(path, Limits(max_memory_mb=400))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", PictureEmptyError),
        (b"\n", PictureNoPictureError),
        (b"GIF89a\x01\0\x01\0", PictureUnknownFormatError),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", PictureUnknownFormatError),
        (b"%PDF-1.7", PictureUnknownFormatError),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", PictureUnknownFormatError),
    ],
)
def test_what_is_no_picture_is_refused_by_content(tmp_path, content, error):
    path = tmp_path / "ảnh.jpg"
    path.write_bytes(content)
    with pytest.raises(error) as refused:
        probe(path, LIMITS)
    assert refused.value.params["file"] == "ảnh.jpg"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceMissingError):
        probe(tmp_path / "không có.jpg", LIMITS)


@pytest.mark.parametrize("name", ["a.webp", "a.png", "a.avif"])
def test_moving_pictures_are_refused(tmp_path, name):
    frames = [Image.new("RGB", (64, 32), colour) for colour in ("red", "blue")]
    path = saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(PictureAnimatedError):
        probe(path, LIMITS)


@pytest.mark.parametrize(("name", "kind"), [("a.mpo", "MPO"), ("a.tif", "TIFF")])
def test_of_several_pictures_in_a_file_the_first_is_used(tmp_path, name, kind):
    second = Image.new("RGB", (48, 24), "black")
    path = saved(tmp_path, four_corners(), name, format=kind, save_all=True, append_images=[second])
    info = probe(path, LIMITS)
    assert (info.format, info.width_px) == (kind, WIDTH)
    assert "ANH-NHIEU" in info.warnings
    assert corners_of(load_planes(path, LIMITS, info)) == UPRIGHT


def test_a_small_copy_keeps_its_proportions(tmp_path):
    path = saved(tmp_path, natural((1000, 500)), "a.jpg", quality=95)
    rgb = load_rgb(path, LIMITS, longest_px=200)
    assert rgb.shape == (100, 200, 3)
    expected = np.asarray(natural((1000, 500)).resize((200, 100), Image.Resampling.BOX)).astype(int)
    assert np.abs(rgb.astype(int) - expected).mean() < 4
    assert load_rgb(path, LIMITS, longest_px=5000).shape == (500, 1000, 3)


@settings(max_examples=120)
@given(
    st.sampled_from([*KINDS, ("JPEG", {"subsampling": 0}), ("WEBP", {"lossless": True})]),
    st.floats(0, 1),
    st.binary(min_size=1, max_size=30),
    st.integers(0, 30),
)
def test_a_file_with_some_bytes_replaced_is_decoded_or_refused_in_words(tmp_path_factory, kind, place, put, lost):
    name, options = kind
    buffer = io.BytesIO()
    natural((128, 64)).save(buffer, name, **options)
    data = buffer.getvalue()
    at = int(place * len(data))
    path = tmp_path_factory.mktemp("fuzz") / "x.jpg"
    path.write_bytes(data[:at] + put + data[at + lost :])
    with contextlib.suppress(PictureError):
        load_planes(path, Limits(max_pixels=10_000_000))

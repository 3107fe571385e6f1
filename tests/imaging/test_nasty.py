"""Every odd or hostile file is cut, or refused in one sentence that names it; the picture process stays small."""

import unicodedata

import pytest

from ispace.errors import PictureError
from ispace.imaging import coverage, decode, gpano, metadata, probe
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits
from ispace.language import error_sentence, texts

EXPECTED = {
    "16384x16384-33kB.png": "ANH-TY-LE",
    "16bit.deflate.tif": "ANH-TY-LE",
    "16bit.png": "ANH-TY-LE",
    "9643x10328.jpg": "ANH-TY-LE",
    "animated.gif": "ANH-DINH-DANG",
    "animated.webp": "ANH-DONG",
    "broken-exif-tag.jpg": "ANH-TY-LE",
    "cmyk-small.jpg": "ANH-TY-LE",
    "decompression_bomb.gif": "ANH-DINH-DANG",
    "exif-corrupted.jpg": "ANH-TY-LE",
    "exif_gps_typeerror.jpg": "ANH-TY-LE",
    "giant-image.jpg": "ANH-TY-LE",
    "gpano-head-only-5760.jpg": "ANH-CUT",
    "image_invalid.jpg": "ANH-KHONG-PHAI",
    "iphone.HEIC": "ANH-TY-LE",
    "maracujá-agatava-АгатавЗоопарке.jpg": "ANH-TY-LE",
    "orient6.jpg": "ANH-TY-LE",
    "orient8-portrait.jpg": "ANH-TY-LE",
    "pano-cmyk-progressive.jpg": None,
    "png-named.jpg": "ANH-TY-LE",
    "svg-named.jpg": "ANH-DINH-DANG",
    "truncated.jpg": "ANH-TY-LE",
    "truncated.png": "ANH-TY-LE",
    "xmp-missing_endtag.jpg": "ANH-CUT",
}
DECODED = {
    "exif-corrupted.jpg": "ANH-HONG",
    "gpano-head-only-5760.jpg": "ANH-CUT",
    "truncated.jpg": "ANH-CUT",
    "truncated.png": "ANH-CUT",
    "xmp-missing_endtag.jpg": "ANH-CUT",
    "animated.gif": "ANH-DINH-DANG",
    "animated.webp": "ANH-DONG",
    "decompression_bomb.gif": "ANH-DINH-DANG",
    "image_invalid.jpg": "ANH-KHONG-PHAI",
    "svg-named.jpg": "ANH-DINH-DANG",
}
"""What comes of a file when its proportions do not matter; all others are decoded."""


@pytest.fixture(scope="module")
def worker():
    with PictureWorker(Limits()) as worker:
        yield worker


def refused(worker, task, params):
    """Run a task; return the code it was refused with, or None, having checked what is said about it."""
    error = outcome(worker, task, params)
    if error is None:
        assert worker.peak_mb is None or worker.peak_mb <= 1024
        return None
    for language in ("vi", "en"):
        sentence = error_sentence(error, language)
        assert params["path"].rpartition("/")[2] in sentence
        assert sentence.endswith(f"({error.code})")
        assert "{" not in sentence
    return error.code


def outcome(worker, task, params):
    try:
        worker.run(task, params)
    except PictureError as error:
        return error
    return None


@pytest.mark.parametrize("file", sorted(EXPECTED))
def test_a_nasty_file_as_a_panorama(shared_data, tmp_path, worker, file):
    params = {"path": str(shared_data / "nasty" / file), "out": str(tmp_path), "threads": 1}
    assert refused(worker, "tile", params) == EXPECTED[file]
    assert (tmp_path / "tileset.json").exists() == (EXPECTED[file] is None)
    assert not (tmp_path / ".partial").exists()


@pytest.mark.parametrize("file", sorted(EXPECTED))
def test_a_nasty_file_as_a_picture_of_a_card(shared_data, tmp_path, worker, file):
    params = {"path": str(shared_data / "nasty" / file), "out": str(tmp_path / "out.jpg")}
    assert refused(worker, "picture", params) == DECODED.get(file)
    assert (tmp_path / "out.jpg").exists() == (file not in DECODED)


def test_no_file_was_forgotten(shared_data):
    assert {path.name for path in (shared_data / "nasty").iterdir()} == set(EXPECTED)


def test_real_panoramas_are_cut(shared_data, tmp_path, worker):
    for path in sorted((shared_data / "equirect").iterdir()):
        out = tmp_path / path.stem
        result = worker.run("tile", {"path": str(path), "out": str(out)})
        assert (out / "tileset.json").exists()
        assert result["info"]["file"] == path.name
        assert worker.peak_mb is None or worker.peak_mb <= 1024


def kinds_of_refusal():
    kinds, found = [PictureError], []
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind is not PictureError:
            found.append(kind)
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_refusal_names_the_file_and_says_what_to_do(language):
    for kind in kinds_of_refusal():
        sentence = texts(language)["errors"][kind.code]
        assert sentence.count("{file}") == 1
        assert len(sentence.split(". ")) >= 2  # what happened and why; what to do
        assert sentence == unicodedata.normalize("NFC", sentence)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_note_about_a_picture_has_words(language):
    codes = {
        *(metadata.EXIF_BROKEN, metadata.GPS_NONSENSE),
        *(gpano.XMP_BROKEN, gpano.GPANO_NONSENSE, gpano.GPANO_OTHER_PICTURE),
        *(probe.SEVERAL_PICTURES, probe.HEADING_ZERO, probe.PROFILE_BROKEN, decode.SCRATCHED),
        *(coverage.TAKEN_AS_RING, coverage.GUESSED, coverage.CYLINDRICAL),
    }
    for code in codes:
        assert "{file}" in texts(language)["notes"][code]

"""The whole stage on small sets with a known truth: where photos are, what is said of the others, what comes out."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stitching import poses
from stitching.truth import Truth

from ispace.errors import SourceMissingError, StitchFileUnknownError
from ispace.imaging.gpano import read_gpano
from ispace.imaging.stitch.findings import CATALOGUE
from ispace.imaging.stitch.options import Options
from ispace.imaging.stitch.outcome import Outcome
from ispace.imaging.stitch.run import stitch
from ispace.stitching.sentences import of_gap

pytestmark = pytest.mark.slow

Sets = Callable[[str], Truth]
_WIDTH_PX = 768


def _photos(truth: Truth) -> list[Path]:
    return sorted(path for path in truth.photos.iterdir() if path.suffix != ".json")


def _codes(outcome: Outcome) -> set[str]:
    return {found.code for found in outcome.findings}


def _why(outcome: Outcome) -> dict[str, list[str]]:
    return {photo.file: [found.code for found in photo.findings] for photo in outcome.photos if not photo.used}


@pytest.fixture(scope="module")
def stitched(small_set: Sets, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Truth, Outcome, Path]]:
    """Return a function that stitches a small set, once, and gives its truth, the outcome and the picture."""
    done: dict[str, tuple[Truth, Outcome, Path]] = {}

    def result(name: str) -> tuple[Truth, Outcome, Path]:
        if name not in done:
            truth = small_set(name)
            out = tmp_path_factory.mktemp(f"stitched-{name}") / "pano.jpg"
            done[name] = (truth, stitch(_photos(truth), out, Options(width_px=_WIDTH_PX)), out)
        return done[name]

    return result


@pytest.mark.parametrize("name", ["ring", "rows", "phone", "part"])
def test_every_photo_of_a_tripod_is_placed_where_it_was_taken(stitched: Callable[..., tuple], name: str) -> None:
    truth, outcome, _ = stitched(name)
    score = poses.score(poses.reported(outcome.to_json()), truth)
    assert outcome.result in {"ok", "warnings"}
    assert score.placed == score.needed
    assert score.median_deg is not None
    assert score.median_deg <= 0.1
    assert score.max_deg is not None
    assert score.max_deg <= 0.4


def test_a_hand_held_set_is_stitched_and_its_parallax_is_told(stitched: Callable[..., tuple]) -> None:
    truth, outcome, _ = stitched("hand")
    score = poses.score(poses.reported(outcome.to_json()), truth)
    assert outcome.result == "warnings"
    assert "GHEP-THI-SAI" in _codes(outcome)
    assert score.median_deg is not None
    assert score.median_deg <= 1.5


def test_photos_of_two_places_are_two_groups_and_never_one_picture(stitched: Callable[..., tuple]) -> None:
    truth, outcome, _ = stitched("two")
    assert "GHEP-HAI-NOI" in _codes(outcome)
    score = poses.score(poses.reported(outcome.to_json()), truth)
    assert score.strangers == 0
    places = [{shot.place for shot in truth.shots if shot.file in group.files} for group in outcome.groups]
    assert all(len(place) == 1 for place in places)


def test_what_is_pinned_and_cannot_be_joined_is_told(stitched: Callable[..., tuple], tmp_path: Path) -> None:
    truth, outcome, _ = stitched("two")
    first, second = (sorted(group.files)[:3] for group in outcome.groups)
    photos = [truth.photos / file for file in (*first, *second)]
    pinned = stitch(photos, tmp_path / "pinned.jpg", Options(width_px=512, pin=(first[0], second[0])))

    told = {found.code: found.params for found in pinned.findings}
    assert told["GHEP-GHIM-ROI"] == {"files": second[0]}


def test_zoomed_photos_and_other_formats_belong(stitched: Callable[..., tuple]) -> None:
    truth, outcome, _ = stitched("mixed")
    score = poses.score(poses.reported(outcome.to_json()), truth)
    assert score.placed >= score.needed - 1  # the blurred one may be left out
    assert score.median_deg is not None
    assert score.median_deg <= 0.3


@pytest.mark.parametrize("name", ["walls", "sky"])
def test_where_nothing_can_be_seen_nothing_is_claimed(stitched: Callable[..., tuple], name: str) -> None:
    truth, outcome, out = stitched(name)
    if outcome.result == "failed":
        assert not out.exists()
        assert outcome.findings
        assert all(not photo.used for photo in outcome.photos)
    else:
        score = poses.score(poses.reported(outcome.to_json()), truth)
        assert score.max_deg is not None
        assert score.max_deg <= 1


def test_a_panorama_says_in_its_file_what_it_is(stitched: Callable[..., tuple]) -> None:
    _, outcome, out = stitched("ring")
    with Image.open(out) as picture:
        gpano, problems = read_gpano(picture.info["xmp"], *picture.size)
        assert (picture.width, picture.height) == (outcome.area.width_px, outcome.area.height_px)
    assert gpano is not None
    assert gpano.projection == "equirectangular"
    assert problems == []
    assert gpano.area is not None
    assert gpano.area.full_width_px == _WIDTH_PX


def test_gaps_are_told_by_direction(stitched: Callable[..., tuple]) -> None:
    _, outcome, _ = stitched("ring")
    assert {of_gap(gap).code for gap in outcome.gaps} == {"GHEP-THIEU-DINH", "GHEP-THIEU-CHAN"}
    assert sorted(np.sign(gap.pitch_deg) for gap in outcome.gaps) == [-1, 1]
    _, part, _ = stitched("part")
    assert "GHEP-MOT-PHAN" in _codes(part)


def test_all_that_is_found_can_be_said(stitched: Callable[..., tuple]) -> None:
    for name in ("ring", "two", "mixed", "hand"):
        outcome = stitched(name)[1]
        for found in itertools.chain(outcome.findings, *(photo.findings for photo in outcome.photos)):
            kind = CATALOGUE.get(found.code)
            assert kind is None or set(found.params) == set(kind.params), found


def test_the_same_photos_give_the_same_bytes_and_features_are_kept(small_set: Sets, tmp_path: Path) -> None:
    photos = _photos(small_set("part"))
    options = Options(width_px=512, cache=tmp_path / "kept")
    digests, reports, shares = set(), set(), []
    for name in ("one.jpg", "two.jpg"):
        outcome = stitch(photos, tmp_path / name, options, progress=shares.append)
        assert outcome.result != "failed"
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
        reports.add(json.dumps(outcome.to_json() | {"seconds": None}))
    assert len(digests) == len(reports) == 1
    assert max(b - a for a, b in itertools.pairwise(shares)) < 0.1  # and is told on the way
    assert len(list((tmp_path / "kept").glob("*.npz"))) == len(photos)


def test_a_person_leaves_photos_out_and_chooses_the_middle(small_set: Sets, tmp_path: Path) -> None:
    photos = _photos(small_set("half"))
    outcome = stitch(photos, tmp_path / "out.jpg", Options(width_px=512, leave_out=(photos[5].name,)))
    assert _why(outcome) == {photos[5].name: ["GHEP-BO-RA"]}
    outcome = stitch(photos, tmp_path / "out.jpg", Options(width_px=16384, centre=photos[2].name))
    assert "GHEP-HEP-LAI" in _codes(outcome)
    assert outcome.area is not None
    assert outcome.area.full_width_px < 3000  # photos of 480 pixels hold no more
    middle = next(photo for photo in outcome.photos if photo.file == photos[2].name)
    assert middle.yaw_deg == pytest.approx(0, abs=0.5)
    with pytest.raises(StitchFileUnknownError):
        stitch(photos, tmp_path / "out.jpg", Options(leave_out=("khong-co.jpg",)))


def test_every_file_that_is_no_photo_has_its_reason(small_set: Sets, tmp_path: Path) -> None:
    good = _photos(small_set("part"))
    for photo in good:
        shutil.copy(photo, tmp_path / photo.name)
    shutil.copy(good[0], tmp_path / "zz-copy.jpg")
    (tmp_path / "cut.jpg").write_bytes(good[0].read_bytes()[:9000])
    (tmp_path / "film.mp4").write_bytes(b"\0" * 64)
    (tmp_path / "note.jpg").write_text("not a picture")
    Image.new("RGB", (1200, 400), "grey").save(tmp_path / "wide.jpg")
    (tmp_path / "film-by-content.jpg").write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 64)
    (tmp_path / "lost.jpg").symlink_to("nowhere.jpg")
    Image.new("RGB", (1080, 2340), "white").save(tmp_path / "screen.png")
    Image.new("RGB", (2412, 1080), "white").save(tmp_path / unicodedata.normalize("NFD", "Ảnh chụp màn hình.jpg"))
    Image.new("RGB", (1280, 720), "white").save(tmp_path / "messenger.jpg")
    Image.new("1", (16000, 14000)).save(tmp_path / "huge.png")
    Image.new("RGB", (200, 150), "white").save(tmp_path / "small.png")
    files = sorted(tmp_path.iterdir())
    outcome = stitch(files, tmp_path / "out.jpg", Options(width_px=512))
    why = _why(outcome)
    assert outcome.result == "warnings"
    assert why["film.mp4"] == ["GHEP-PHIM"]
    assert why["zz-copy.jpg"] == ["GHEP-TRUNG"]
    assert why["wide.jpg"] == ["GHEP-LA-PANORAMA"]
    assert why["screen.png"] == ["GHEP-MAN-HINH"]
    assert why[unicodedata.normalize("NFD", "Ảnh chụp màn hình.jpg")] == ["GHEP-MAN-HINH"]
    assert why["messenger.jpg"] == ["GHEP-TRON"]
    assert why["film-by-content.jpg"] == ["GHEP-PHIM"]
    assert why["huge.png"] == ["ANH-LON"]
    assert why["lost.jpg"] == [SourceMissingError.code]
    assert why["small.png"] == ["GHEP-ANH-NHO"]
    assert why["cut.jpg"][0].startswith("ANH-")
    assert why["note.jpg"][0].startswith("ANH-")
    assert [photo.file for photo in outcome.photos] == [path.name for path in files]


def test_a_set_that_cannot_be_stitched_says_why_and_writes_nothing(small_set: Sets, tmp_path: Path) -> None:
    photos = _photos(small_set("ring"))
    out = tmp_path / "out.jpg"
    assert _codes(stitch(photos[:1], out, Options())) == {"GHEP-MOT-ANH"}
    assert _codes(stitch([photos[0], photos[6]], out, Options())) == {"GHEP-ROI"}
    many = [tmp_path / f"{n}.jpg" for n in range(401)]
    assert _codes(stitch(many, out, Options())) == {"GHEP-NHIEU"}
    assert not out.exists()


def test_a_stitching_that_is_cancelled_leaves_nothing(small_set: Sets, tmp_path: Path) -> None:
    shares: list[float] = []
    calls = itertools.count()
    outcome = stitch(
        _photos(small_set("part")),
        tmp_path / "out.jpg",
        Options(width_px=512),
        progress=shares.append,
        cancelled=lambda: next(calls) > 12,
    )
    assert (outcome.result, _codes(outcome)) == ("failed", {"GHEP-NGUNG"})
    assert list(tmp_path.iterdir()) == []
    assert shares == sorted(shares)
    json.dumps(outcome.to_json())

"""A folder with sets of photos becomes a tour: each set a panorama with its report, made once, over nobody's file."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pictures import panorama
from PIL import Image
from stitching.truth import Truth

from ispace import digest, flow, guess, keys, photosets
from ispace.adapters.folder import FolderBlobs
from ispace.errors import FolderEmptyError, PhotoSetError, TourBlockedError
from ispace.imaging.gpano import Area
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits
from ispace.imaging.probe import probe as probe_file
from ispace.imaging.stitch.findings import finding
from ispace.imaging.stitch.options import Options
from ispace.imaging.stitch.outcome import Finding, Group, Outcome, PhotoOutcome
from ispace.model import document
from ispace.pipeline import ingest
from ispace.ports import Services
from ispace.progress import silent
from ispace.settings import Settings
from ispace.stitching import record


def take(folder: Path, *names: str, at: str | None = None, every_s: int = 4) -> None:
    """Write photos that were taken one after the other from a time of day on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "An", "Giang"
        if at:
            hour, minute = at.split(":")
            minute, second = divmod(int(minute) * 60 + number * every_s, 60)
            exif.get_ifd(0x8769)[0x9003] = f"2026:03:01 {hour}:{minute:02d}:{second:02d}"
        Image.new("RGB", (64, 48), (90, 30 + number, 40)).save(folder / name, exif=exif)


def shots(first: int, count: int) -> list[str]:
    return [f"IMG_{first + n:04d}.jpg" for n in range(count)]


@dataclasses.dataclass
class Pretend:
    """Stitches without looking: photos of ``fails`` fail, those of ``places`` (by first letters) show several."""

    fails: Callable[[Path], bool] = lambda _: False
    places: tuple[str, ...] = ()
    asked: list[tuple[tuple[str, ...], int | None]] = dataclasses.field(default_factory=list)
    stop_at: str = ""

    def __call__(
        self, files: Sequence[Path], out: Path, options: Options, *, progress: Callable[[float], None]
    ) -> tuple[Outcome, bytes | None]:
        self.asked.append((tuple(path.name for path in files), options.group))
        if files[0].parent.name == self.stop_at:
            out.write_bytes(b"half")
            raise KeyboardInterrupt
        progress(0.5)
        parts = [tuple(p.name for p in files if p.name.startswith(letter)) for letter in self.places or ("",)]
        here = parts.pop((options.group or 1) - 1)
        groups = (Group(here, True), *(Group(part, False) for part in parts))
        photos = tuple(
            PhotoOutcome(p.name, p.name in here, 1, 0.0, 0.0, 0.0, 60.0)
            if p.name in here
            else PhotoOutcome(p.name, False)
            for p in files
        )
        if self.fails(files[0]):
            why = Finding("GHEP-ROI", {"count": len(files)})
            return Outcome("failed", "ispace", photos, findings=(why,)), None
        panorama(out, width_px=512, seed=len(files))
        found = (finding("GHEP-THIEU-CHAN"),)
        return Outcome("warnings", "ispace", photos, groups, found, area=Area(512, 256, 0, 0, 512, 256)), b"small"


def gather(folder: Path, stitch: Pretend) -> guess.Gathered:
    return photosets.gather(
        folder,
        guess.pictures(folder),
        probe=lambda path: probe_file(path, Limits()),
        stitch=stitch,
        options=Options(),
        progress=silent,
    )


def codes(gathered: guess.Gathered) -> list[str]:
    return [note.code for note in gathered.notes]


def made(gathered: guess.Gathered) -> list[str]:
    return [path.name for path in gathered.pictures]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_subfolders_and_runs_of_photos_become_panoramas_beside_the_ready_ones(tmp_path: Path) -> None:
    panorama(tmp_path / "Cổng.jpg")
    take(tmp_path / "san-chua", "2.jpg", "10.jpg", at="08:00")
    take(tmp_path, *shots(1, 5), at="09:00")
    take(tmp_path, "IMG_0100.jpg", at="11:00")
    before = contents(tmp_path)
    stitch = Pretend()
    gathered = gather(tmp_path, stitch)
    assert made(gathered) == ["Cổng.jpg", "IMG_0001 ghép.jpg", "IMG_0100.jpg", "san-chua.jpg"]
    assert stitch.asked == [(tuple(shots(1, 5)), None), (("2.jpg", "10.jpg"), None)]
    assert codes(gathered) == ["DOAN-GHEP", "DOAN-GHEP"]
    now = contents(tmp_path)
    assert {name: now[name] for name in before} == before
    assert set(now) - set(before) == {
        f"{stem}{end}" for stem in ("san-chua", "IMG_0001 ghép") for end in (".jpg", ".ghep.json", ".ghep.html")
    }
    told = json.loads(now["san-chua.ghep.json"])
    assert told["panorama"] == "san-chua.jpg"
    assert told["panorama_sha256"] == digest.of_bytes(now["san-chua.jpg"])
    for lang in ("vi", "en"):
        said = gathered.notes[1].sentence(lang)
        assert "{" not in said
        assert said.startswith("2 ")
        assert "san-chua.ghep.html" in said


def test_a_second_run_stitches_nothing_twice_and_takes_no_report_for_a_photo(tmp_path: Path) -> None:
    take(tmp_path / "san-chua", *shots(1, 4), at="08:00")
    take(tmp_path, *shots(11, 4), at="09:00")
    first = gather(tmp_path, Pretend())
    kept = contents(tmp_path)
    again = Pretend()
    second = gather(tmp_path, again)
    assert again.asked == []
    assert made(second) == made(first)
    assert codes(second) == ["DOAN-GHEP-CU", "DOAN-GHEP-CU"]
    assert contents(tmp_path) == kept


def test_a_set_that_changed_is_stitched_again_over_its_own_panorama_but_never_over_somebody_elses(
    tmp_path: Path,
) -> None:
    take(tmp_path / "san", *shots(1, 4), at="08:00")
    panorama(tmp_path / "SAN.JPG", seed=9)
    theirs = (tmp_path / "SAN.JPG").read_bytes()
    assert made(gather(tmp_path, Pretend())) == ["SAN.JPG", "san-2.jpg"]
    take(tmp_path / "san", "IMG_0005.jpg", at="08:01")
    assert made(gather(tmp_path, Pretend())) == ["SAN.JPG", "san-2.jpg"]
    retouched = (tmp_path / "san-2.jpg").read_bytes() + b"retouched"
    (tmp_path / "san-2.jpg").write_bytes(retouched)
    take(tmp_path / "san", "IMG_0006.jpg", at="08:01")
    assert made(gather(tmp_path, Pretend())) == ["SAN.JPG", "san-2.jpg", "san-3.jpg"]
    assert (tmp_path / "san-2.jpg").read_bytes() == retouched
    assert (tmp_path / "SAN.JPG").read_bytes() == theirs


def test_a_set_that_fails_is_told_with_its_report_and_the_rest_goes_on(tmp_path: Path) -> None:
    take(tmp_path / "a-hong", *shots(1, 3))
    take(tmp_path / "b-tot", *shots(1, 3))
    gathered = gather(tmp_path, Pretend(fails=lambda path: path.parent.name == "a-hong"))
    assert made(gathered) == ["b-tot.jpg"]
    assert codes(gathered) == ["DOAN-GHEP-LOI", "DOAN-GHEP"]
    assert json.loads((tmp_path / "a-hong.ghep.json").read_bytes())["result"] == "failed"
    assert not (tmp_path / "a-hong.jpg").exists()
    assert "GHEP-ROI" in gathered.notes[0].sentence("vi")
    assert "again" in gathered.notes[0].sentence("en")
    healed = gather(tmp_path, Pretend())
    assert made(healed) == ["a-hong.jpg", "b-tot.jpg"]
    assert codes(healed) == ["DOAN-GHEP", "DOAN-GHEP-CU"]


def test_where_every_set_fails_the_error_names_each(tmp_path: Path) -> None:
    for name in ("san", "cong"):
        take(tmp_path / "tour" / name, *shots(1, 3))
    with pytest.raises(TourBlockedError) as caught:
        guess.complete(
            tmp_path / "tour",
            lambda path: pytest.fail(str(path)),
            silent,
            lambda _: gather(tmp_path / "tour", Pretend(fails=lambda _: True)),
        )
    said = [p.sentence("en") for p in caught.value.problems]  # type: ignore[attr-defined]
    assert [p.code for p in caught.value.problems] == [PhotoSetError.code] * 2  # type: ignore[attr-defined]
    assert ["cong" in said[0], "san" in said[1], "cong.ghep.html" in said[0]] == [True, True, True]
    assert "{" not in "".join(said)
    assert not (tmp_path / "tour" / "tour.json").exists()


def test_each_place_of_a_set_becomes_a_panorama_of_its_own(tmp_path: Path) -> None:
    take(
        tmp_path / "chua",
        *(f"{letter}{n}.jpg" for letter, count in (("a", 6), ("b", 3), ("c", 2)) for n in range(count)),
    )
    stitch = Pretend(places=("a", "b", "c"))
    gathered = gather(tmp_path, stitch)
    assert [group for _, group in stitch.asked] == [None, 2]
    assert made(gathered) == ["chua.jpg", "chua-2.jpg"]
    assert codes(gathered) == ["DOAN-GHEP", "DOAN-GHEP", "DOAN-GHEP-NOI"]
    assert [note.params["count"] for note in gathered.notes] == [6, 3, 2]
    again = Pretend(places=("a", "b", "c"))
    assert made(gather(tmp_path, again)) == ["chua.jpg", "chua-2.jpg"]
    assert again.asked == []


def test_stopped_by_hand_what_is_finished_stays_and_the_rest_is_done_next_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        take(tmp_path / name, *shots(1, 3))
    before = set(contents(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        gather(tmp_path, Pretend(stop_at="b"))
    assert set(contents(tmp_path)) - before == {"a.jpg", "a.ghep.json", "a.ghep.html"}
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    rest = Pretend()
    assert made(gather(tmp_path, rest)) == ["a.jpg", "b.jpg"]
    assert len(rest.asked) == 1


def test_a_panorama_whose_report_was_written_last_before_a_kill_is_made(tmp_path: Path) -> None:
    take(tmp_path / "a", *shots(1, 3))
    gather(tmp_path, Pretend())
    (tmp_path / "a.jpg").unlink()
    rest = Pretend()
    assert made(gather(tmp_path, rest)) == ["a.jpg"]
    assert len(rest.asked) == 1


def test_a_memory_card_gives_a_set_for_each_place_and_tells_what_is_left(tmp_path: Path) -> None:
    card = tmp_path / "DCIM" / "100MEDIA"
    take(card, *shots(1, 5), at="08:00")
    take(card, *shots(6, 4), at="08:20")
    take(card, "IMG_0010.jpg", at="10:00")
    (card / "IMG_0011.jpg").write_bytes(b"cut")
    for number in range(3):
        panorama(tmp_path / "DCIM" / "PANO" / f"{number}.jpg", seed=number)
    gathered = gather(tmp_path, Pretend())
    assert made(gathered) == ["IMG_0001 ghép.jpg", "IMG_0006 ghép.jpg"]
    assert codes(gathered) == ["DOAN-GHEP", "DOAN-GHEP", "DOAN-PANO-TRONG", "DOAN-ANH-LE", "DOAN-BO-QUA"]
    assert gathered.notes[3].params["files"] == "IMG_0010.jpg"


def test_what_cannot_be_read_in_a_folder_of_photos_is_told_in_its_report(tmp_path: Path) -> None:
    take(tmp_path / "san", *shots(1, 3))
    (tmp_path / "san" / "phim.mp4").write_bytes(b"no picture")
    (tmp_path / "san" / "ghi chú.txt").write_text("x")
    stitch = Pretend()
    gather(tmp_path, stitch)
    assert stitch.asked == [((*shots(1, 3), "phim.mp4"), None)]


def test_folders_of_something_else_are_left_alone(tmp_path: Path) -> None:
    for name, mark in (("tour-khac", "tour.json"), ("tiles", "tileset.json"), (".hidden", "x")):
        take(tmp_path / name, *shots(1, 3))
        (tmp_path / name / mark).write_text("{}")
    (tmp_path / "van-ban").mkdir()
    (tmp_path / "van-ban" / "a.docx").write_bytes(b"x")
    with pytest.raises(FolderEmptyError):
        guess.complete(tmp_path, lambda path: pytest.fail(str(path)), silent, lambda _: gather(tmp_path, Pretend()))


@pytest.mark.parametrize("name", ["a:b", "x" * 255, "ả" * 80, "a\u202eb"])
def test_a_folder_whose_name_no_document_can_say_gives_a_panorama_all_the_same(tmp_path: Path, name: str) -> None:
    try:
        take(tmp_path / name, *shots(1, 3))
    except OSError:
        pytest.skip("this file system cannot hold the name")
    (only,) = gather(tmp_path, Pretend()).pictures
    guess.check_name(only)


def test_a_tour_with_a_document_stays_and_is_told_of_photos_that_it_does_not_use(tmp_path: Path) -> None:
    panorama(tmp_path / "anh" / "cong.jpg")
    take(tmp_path / "san", *shots(1, 3))
    take(tmp_path / "da-ghep", *shots(1, 3))
    tour: dict[str, Any] = {"version": 1, "id": "chua", "title": {"vi": "Chùa"}, "description": {"vi": "Chùa"}}
    tour |= {"languages": ["vi"], "scenes": [{"id": "a", "title": {"vi": "A"}, "panorama": {"file": "anh/cong.jpg"}}]}
    (tmp_path / "tour.json").write_text(json.dumps(tour))
    report = {"panorama_sha256": "x", "source": {"folder": "da-ghep", "files": {}, "group": 1}}
    (tmp_path / "da-ghep.ghep.json").write_text(json.dumps(report))
    panorama(tmp_path / "da-ghep.jpg")
    before = contents(tmp_path)
    (note,) = photosets.unstitched(tmp_path, lambda path: probe_file(path, Limits()))
    assert (note.code, note.params) == ("DOAN-CHUA-GHEP", {"folder": "san", "count": 3})
    assert contents(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"source": 1}', b"[" * 100_000, b"\xff\xfe"])
def test_a_report_that_is_none_is_as_if_it_were_not_there(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.ghep.json"
    file.write_bytes(content)
    assert record.read(file) is None
    assert record.kept_in(tmp_path) == {}


def test_a_folder_of_photos_becomes_a_tour_with_the_report_in_the_private_store(
    small_set: Callable[[str], Truth], tmp_path: Path
) -> None:
    folder = tmp_path / "chuyen-di"
    shutil.copytree(small_set("part").photos, folder / "san-chua")
    panorama(folder / "cong.jpg")
    private = tmp_path / "private"
    settings = Settings(private=f"file:{private}", stitch_cache=str(tmp_path / "seen"))
    services = Services(public=FolderBlobs(tmp_path / "public"), private=FolderBlobs(private))
    with PictureWorker() as worker:
        notes = flow.first_tour(folder, services, settings, worker, silent)
        assert [scene.id for scene in document.load(folder / "tour.json").scenes] == ["cong", "san-chua"]
        assert "DOAN-GHEP" in [note.code for note in notes]
        assert flow.first_tour(folder, services, settings, worker, silent) == []
    stitched = folder / "san-chua.jpg"
    kept = json.loads(services.private.get(keys.stitched(digest.of_file(stitched))))
    assert kept == json.loads((folder / "san-chua.ghep.json").read_bytes())
    assert [photo["used"] for photo in kept["photos"]] == [True] * 4
    info = probe_file(stitched, Limits())
    assert (info.camera_make, info.camera_model, info.taken_at) == ("iSpace", "Painted", "2026-03-01T09:00:00")
    assert info.gpano is not None
    assert info.gpano.area is not None
    assert info.gpano.area.width_px < info.gpano.area.full_width_px
    stitched.write_bytes(stitched.read_bytes() + b"retouched")
    with PictureWorker() as worker:
        changed = ingest.run(stitched, services.private, worker)
    assert services.private.head(keys.stitched(changed.sha256)) is None

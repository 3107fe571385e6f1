"""The kinds of jobs that iSpace has, on real pictures: killed in the middle of stitching and of cutting tiles."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jobs.office import Office
from pictures import panorama
from PIL import Image
from stitching.truth import Truth

from ispace import digest, documents, keys
from ispace.accounts import people
from ispace.adapters.folder import FolderBlobs
from ispace.database.schema import now
from ispace.database.uploads import UploadRow
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits
from ispace.jobs.kinds import KINDS
from ispace.journal import Actor
from ispace.model.scene import Scene
from ispace.pictures import drafts, files
from ispace.pipeline import level, tile
from ispace.ports import Put
from ispace.workshop import tools

pytestmark = pytest.mark.slow


@pytest.fixture
def stores(tmp_path: Path) -> dict[str, str]:
    """The settings that name two stores."""
    return {
        "ISPACE_PUBLIC": f"file:{tmp_path / 'public'}",
        "ISPACE_PRIVATE": f"file:{tmp_path / 'private'}",
        "ISPACE_STITCH_CACHE": "",
    }


def test_the_functions_of_all_kinds_are_there() -> None:
    for kind in KINDS:
        for stage in kind.stages:
            module, _, name = stage.function.partition(":")
            assert callable(getattr(__import__(module, fromlist=[name]), name))


def test_a_set_becomes_ready_though_workers_are_killed_in_the_middle(
    sqlite_office: Office, stores: dict[str, str], tmp_path: Path, small_set: Callable[[str], Truth]
) -> None:
    # What killing does to the database's part is told of both databases by the small stages of test_kills.
    office = sqlite_office
    private = FolderBlobs(tmp_path / "private")
    photos = sorted(path for path in small_set("part").photos.iterdir() if path.suffix == ".jpg")
    sources = []
    for photo in photos:
        key = keys.original(digest.of_file(photo))
        private.put(Put(key, photo))
        sources.append({"key": key, "name": f"../{photo.name}"})
    job = office.jobs.enqueue("stitch-set", {"photos": sources, "name": "Sân chùa"}, owner="p1", tour="chua-co")
    for name in ("stitch", "tile"):
        worker = office.work(**stores)
        office.until(
            lambda name=name: any(s.name == name and s.state == "running" for s in office.jobs.get(job).stages), name
        )
        worker.kill()
        worker.wait()
    office.work(**stores)
    done = office.ended(job)[0]
    assert (done.state, done.error) == ("done", None)
    stitch, tile, views = done.stages
    assert [stage.attempts for stage in done.stages] == [2, 2, 1], "the stitched panorama was not stitched again"
    report = json.loads(private.get(stitch.details["report"]))
    assert report["panorama_sha256"] == stitch.result["sha256"]
    assert stitch.details["report"] == keys.stitched(stitch.result["sha256"])
    assert stitch.details["count"] == len(photos)
    assert private.get(stitch.details["page"]).startswith(b"<!doctype html>")
    assert private.head(stitch.result["key"]) is not None
    assert stitch.result["name"] == "Sân chùa.jpg"
    assert private.head(keys.tile(tile.result["tile_set"], "tileset.json")) is not None
    assert private.head(views.result["thumbnail"]) is not None


def test_a_panorama_becomes_ready_and_what_is_none_leaves_its_report_or_its_name(
    sqlite_office: Office, stores: dict[str, str], tmp_path: Path, small_set: Callable[[str], Truth]
) -> None:
    photo = next(path for path in small_set("part").photos.iterdir() if path.suffix == ".jpg")
    text = tmp_path / "text"
    text.write_text("no picture")
    office = sqlite_office
    drawing = tmp_path / "plan.pdf"
    Image.new("RGB", (300, 200), "white").save(drawing, save_all=True, append_images=[Image.new("RGB", (200, 300))])
    looks = sent(office, tmp_path, panorama(tmp_path / "sent.jpg", width_px=2048, seed=3), drawing)
    lone = office.jobs.enqueue(
        "stitch-set", {"photos": [{"file": str(photo), "name": "một.jpg"}], "name": "lẻ"}, owner="p1"
    )
    wrong = office.jobs.enqueue("prepare-panorama", {"original": {"file": str(text), "name": "a/chữ.jpg"}}, owner="p1")
    stolen = office.jobs.enqueue("prepare-panorama", {"original": {"key": "t/secret", "name": "x"}}, owner="p1")
    file = panorama(tmp_path / "uploaded.jpg", width_px=1024)
    good = office.jobs.enqueue("prepare-panorama", {"original": {"file": str(file), "name": "Cổng.jpg"}}, owner="p1")
    office.work(**stores)
    alone, mistaken, refused, ready, *looked = office.ended(lone, wrong, stolen, good, *looks)
    private = FolderBlobs(tmp_path / "private")
    assert [job.state for job in looked] == ["done", "done"]
    a_scene_comes_by_itself(office, private)
    with office.database.read() as session:
        pages = files.of_tour(session, "chua-co", "drawing")
    assert [page.name for page in pages] == ["Mặt bằng 1.png", "Mặt bằng 2.png"]
    assert all(private.head(keys.original(page.sha256)) and private.head(keys.glance(page.sha256)) for page in pages)
    assert private.head(keys.tile(ready.stages[1].result["tile_set"], "tileset.json")) is not None
    assert private.head(ready.result["thumbnail"]) is not None
    assert ready.stages[0].result["info"]["width_px"] == 1024
    assert ready.stages[0].result["name"] == "Cổng.jpg"
    assert alone.error is not None
    assert (alone.state, alone.error.code) == ("failed", "GHEP-MOT-ANH")
    assert json.loads(private.get(alone.stages[0].details["report"]))["result"] == "failed"
    assert mistaken.error is not None
    assert (mistaken.error.code, mistaken.error.params["file"]) == ("ANH-KHONG-PHAI", "chữ.jpg")
    assert refused.error is not None
    assert refused.error.code == "KHOA-SAI"


def sent(office: Office, folder: Path, file: Path, drawing: Path) -> list[str]:
    """Let a tour be sent a panorama that nobody has to be asked about, and a drawing; return the jobs that look."""
    said = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"'
    Image.open(file).save(file, xmp=said + b' GPano:ProjectionType="equirectangular"/></x:xmpmeta>')
    asked = []
    with office.database.write() as session:
        person = people.create(
            session, Actor(None, "thử", "cli"), email_address="a@b.vn", full_name="Mười", password=None,
            as_role="editor", lang="vi",
        )  # fmt: skip
        documents.create(session, Actor(None, "thử", "cli"), person, "Chùa cổ")
        for path, name, kind, form in (
            (file, "chanh-dien_01.jpg", "image", "JPEG"),
            (drawing, "Mặt bằng.pdf", "drawing", "PDF"),
        ):
            upload = digest.of_file(path)[:32]
            FolderBlobs(folder / "private").put(Put(keys.upload(upload), path))
            session.add(
                UploadRow(
                    id=upload, tour_id="chua-co", owner_id=person.id, owner="Mười", state="received", name=name,
                    folder="", size_bytes=path.stat().st_size, kind=kind, format=form, sha256="", fingerprint="",
                    created_at=now(), received_at=now(),
                )
            )  # fmt: skip
            inputs = {"upload": upload, "name": name, "kind": kind}
            asked.append(office.jobs.enqueue("look-upload", inputs, owner=person.id, tour="chua-co", session=session))
    return asked


def a_scene_comes_by_itself(office: Office, private: FolderBlobs) -> None:
    """What was sent ends as a scene of the document whose tiles can be shown, and can be published from there."""

    def scenes() -> list[dict[str, Any]]:
        with office.database.read() as session:
            found: list[dict[str, Any]] = documents.get(session, "chua-co", whole=True).document["scenes"]
        return found

    (scene,) = office.until(scenes, "a scene")
    assert (scene["id"], scene["title"]) == ("chanh-dien-01", {"vi": "Chanh dien 01"})
    with office.database.read() as session:
        draft = drafts.work(session, "chua-co", {"scenes": [scene]})
    tiled = draft.tiled(scene)
    assert tiled is not None
    names = tiled.tile_set.files()
    assert all(private.head(keys.tile(tiled.id, name)) is not None for name in names)
    with PictureWorker(Limits()) as worker:
        sources = drafts.StoredSources(draft, private, worker, bring=lambda _: pytest.fail("nothing has to be fetched"))
        original = sources.original(Scene.model_validate(scene))
        again = tile.run(
            original, level=level.run(None, original.info), coverage=None, options=tile.TileOptions(), private=private,
            worker=worker, progress=lambda _: None,
        )  # fmt: skip
    assert again.id == tiled.id


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("DSC_0001.JPG", "DSC_0001.JPG"),
        ("../../etc/passwd", "passwd"),
        ("C:\\ảnh\\chùa.jpg", "chùa.jpg"),
        ("..", "anh"),
        ("a\0b\u202e.jpg", "ab.jpg"),
        ("", "anh"),
        ("ă" * 300 + ".jpg", "ă" * 55 + ".jpg"),
    ],
)
def test_a_name_is_data_and_never_a_path(name: str, harmless: str) -> None:
    assert tools.harmless(name) == harmless
